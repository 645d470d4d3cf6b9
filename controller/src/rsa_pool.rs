//! Threads for RSA: as many as the process may use, behind two queues, changes before resync.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use tokio::sync::oneshot;

/// Which work comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Somebody changed something and waits for it.
    Change,
    /// The controller looks through what exists.
    Resync,
}

type Task = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queues {
    change: VecDeque<Task>,
    resync: VecDeque<Task>,
    closed: bool,
}

struct Shared {
    queues: Mutex<Queues>,
    ready: Condvar,
}

/// A fixed set of threads. Dropping it lets them finish what is queued and end.
pub struct RsaPool {
    shared: Arc<Shared>,
}

/// The task panicked; its answer is lost.
#[derive(Clone, Copy, Debug)]
pub struct Lost;

impl RsaPool {
    /// Starts one thread for each processor that the process may use; a CPU quota of its cgroup counts.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let shared = Arc::new(Shared { queues: Mutex::default(), ready: Condvar::new() });
        for number in 0..threads {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("rsa-{number}")).spawn(move || work(&shared))?;
        }
        Ok(Self { shared })
    }

    /// Runs `task` on a thread of the pool.
    ///
    /// # Errors
    /// [`Lost`] when the task panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        task: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Lost> {
        let (answer, answered) = oneshot::channel();
        let task: Task = Box::new(move || {
            // Nobody may be waiting any more; then the value is dropped, which clears it.
            let _ = answer.send(task());
        });
        {
            let mut queues = self.shared.queues.lock().unwrap_or_else(PoisonError::into_inner);
            match lane {
                Lane::Change => queues.change.push_back(task),
                Lane::Resync => queues.resync.push_back(task),
            }
        }
        self.shared.ready.notify_one();
        answered.await.map_err(|_| Lost)
    }
}

impl Drop for RsaPool {
    fn drop(&mut self) {
        self.shared.queues.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.shared.ready.notify_all();
    }
}

fn work(shared: &Shared) {
    while let Some(task) = next(shared) {
        // A panic in one task must not take the thread away from the others; the waiter sees `Lost`.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(task));
    }
}

fn next(shared: &Shared) -> Option<Task> {
    let mut queues = shared.queues.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(task) = queues.change.pop_front() {
            return Some(task);
        }
        if let Some(task) = queues.resync.pop_front() {
            return Some(task);
        }
        if queues.closed {
            return None;
        }
        queues = shared.ready.wait(queues).unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_loses_one_answer_and_no_thread() {
        let pool = RsaPool::start().unwrap();
        for _ in 0..20 {
            assert!(pool.run(Lane::Change, || panic!("expected in this test")).await.is_err());
        }
        assert_eq!(pool.run(Lane::Resync, || 7).await.unwrap(), 7);
    }
}
