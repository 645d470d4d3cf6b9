//! Work on many items at once, on as many threads as the machine gives this process.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Below this many items starting threads costs more than it saves.
const WORTH_IT: usize = 8;

/// Applies `work` to every item; results come back in the order of the items.
pub(crate) fn map<T: Send, U: Send>(items: Vec<T>, work: impl Fn(T) -> U + Sync) -> Vec<U> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len() / WORTH_IT + 1);
    if workers < 2 {
        return items.into_iter().map(work).collect();
    }
    let slots: Vec<Mutex<(Option<T>, Option<U>)>> =
        items.into_iter().map(|item| Mutex::new((Some(item), None))).collect();
    let next = AtomicUsize::new(0);
    let run = || {
        while let Some(slot) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
            // Each slot is visited once, by one thread: the lock is never waited for and never poisoned.
            let item = slot.lock().ok().and_then(|mut slot| slot.0.take());
            let result = item.map(&work);
            if let Ok(mut slot) = slot.lock() {
                slot.1 = result;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(run);
        }
        run();
    });
    // A panic in `work` has already come out of the scope above, so every slot holds its result.
    slots.into_iter().filter_map(|slot| slot.into_inner().ok().and_then(|slot| slot.1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_items() {
        for count in [0, 1, 7, 8, 9, 1000] {
            let doubled = map((0..count).collect(), |n: usize| 2 * n);
            assert_eq!(doubled, (0..count).map(|n| 2 * n).collect::<Vec<_>>());
        }
    }
}
