//! Requests to the API server: a bound on how many are in flight, what failures mean, and the few calls we make.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

/// What a failed request means for whoever made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// 404.
    NotFound,
    /// 409 on a create: the object exists.
    AlreadyExists,
    /// 409 on an update or a delete: somebody was faster.
    Conflict,
    /// 401 or 403.
    Denied,
    /// 403 because the namespace is being deleted: there is nothing left to do.
    Terminating,
    /// 422, 413 or 400: the server refuses the object as it is.
    Invalid,
    /// 429, with the pause that the server asks for.
    Throttled(Duration),
    /// Anything that may pass by itself: 5xx, a cut connection, a time-out.
    Unavailable,
}

/// Classifies by status code and reason, never by message text.
#[must_use]
pub fn failure(error: &kube::Error) -> Failure {
    let kube::Error::Api(status) = error else { return Failure::Unavailable };
    match status.code {
        404 => Failure::NotFound,
        409 if status.reason == "AlreadyExists" => Failure::AlreadyExists,
        409 => Failure::Conflict,
        403 if is_terminating(status) => Failure::Terminating,
        401 | 403 => Failure::Denied,
        400 | 413 | 422 => Failure::Invalid,
        429 => {
            let seconds = status.details.as_ref().map_or(1, |details| details.retry_after_seconds);
            Failure::Throttled(Duration::from_secs(u64::from(seconds.clamp(1, 60))))
        }
        _ => Failure::Unavailable,
    }
}

fn is_terminating(status: &kube::core::Status) -> bool {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes.into_iter().any(|cause| cause.reason == "NamespaceTerminating")
}

/// The error for a log line, a status or an event: the server's message, or the chain of causes. Errors of decoding
/// name no content, since an answer may hold data.
#[must_use]
pub fn describe(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        kube::Error::SerdeError(_) => "the API server's answer does not decode".to_owned(),
        other => {
            let mut source: &dyn std::error::Error = other;
            while let Some(deeper) = source.source() {
                source = deeper;
            }
            format!("cannot reach the API server: {source}")
        }
    }
}

/// The name of the status code for metrics, `0` when there was no answer.
#[must_use]
pub fn code(error: &kube::Error) -> u16 {
    match error {
        kube::Error::Api(status) => status.code,
        _ => 0,
    }
}

/// Bounds the requests in flight. The bound halves when the server throttles or its latency doubles, and grows back
/// by one for each bound's worth of good answers. There is no rate: an idle server is used at once.
pub struct Gate {
    slots: Semaphore,
    most: usize,
    state: Mutex<GateState>,
    /// Slots to take away as soon as they come back.
    owed: AtomicUsize,
}

struct GateState {
    bound: usize,
    good: usize,
    /// Latency in seconds, averaged over the last few and the last few hundred answers.
    fast: f64,
    slow: f64,
    last_cut: Option<Instant>,
    closed_until: Option<Instant>,
}

/// A place in the gate. Report the outcome when the answer is there.
pub struct Pass<'a> {
    gate: &'a Gate,
    permit: Option<SemaphorePermit<'a>>,
    since: Instant,
}

/// Below this a doubled latency says nothing about load.
const LATENCY_FLOOR: f64 = 0.1;
/// The bound is halved at most this often.
const CUT_INTERVAL: Duration = Duration::from_secs(1);

impl Gate {
    /// Lets `most` requests through at once, at first and at most.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        let state =
            GateState { bound: most, good: 0, fast: 0.0, slow: 0.0, last_cut: None, closed_until: None };
        Self { slots: Semaphore::new(most), most, state: Mutex::new(state), owed: AtomicUsize::new(0) }
    }

    /// Waits for a place, and as long as the server asked everybody to wait.
    pub async fn enter(&self) -> Pass<'_> {
        loop {
            let closed_until = self.lock().closed_until;
            match closed_until {
                Some(until) if until > Instant::now() => tokio::time::sleep_until(until.into()).await,
                _ => break,
            }
        }
        // The semaphore is never closed.
        let permit = self.slots.acquire().await.ok();
        Pass { gate: self, permit, since: Instant::now() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn cut(&self, state: &mut GateState) {
        let now = Instant::now();
        if state.last_cut.is_some_and(|last| now - last < CUT_INTERVAL) || state.bound == 1 {
            return;
        }
        let bound = state.bound / 2;
        let removed = state.bound - bound;
        let forgotten = self.slots.forget_permits(removed);
        self.owed.fetch_add(removed - forgotten, Ordering::Relaxed);
        state.bound = bound;
        state.good = 0;
        state.last_cut = Some(now);
    }

    fn grow(&self, state: &mut GateState) {
        state.good += 1;
        if state.good < state.bound || state.bound == self.most {
            return;
        }
        state.good = 0;
        state.bound += 1;
        if !self.take_owed() {
            self.slots.add_permits(1);
        }
    }

    /// Whether a slot was owed and is now settled.
    fn take_owed(&self) -> bool {
        self.owed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |owed| owed.checked_sub(1)).is_ok()
    }

    #[cfg(test)]
    fn bound(&self) -> usize {
        self.lock().bound
    }
}

impl Pass<'_> {
    /// Tells the gate how it went.
    pub fn report<T>(self, outcome: &Result<T, kube::Error>) {
        let mut state = self.gate.lock();
        match outcome.as_ref().map_err(failure) {
            Err(Failure::Throttled(pause)) => {
                state.closed_until = Some(Instant::now() + pause);
                self.gate.cut(&mut state);
            }
            _ => {
                let latency = self.since.elapsed().as_secs_f64();
                let first = state.slow == 0.0;
                state.fast = if first { latency } else { state.fast + (latency - state.fast) / 8.0 };
                state.slow = if first { latency } else { state.slow + (latency - state.slow) / 256.0 };
                if state.fast > LATENCY_FLOOR && state.fast > 2.0 * state.slow {
                    self.gate.cut(&mut state);
                } else {
                    self.gate.grow(&mut state);
                }
            }
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take()
            && self.gate.take_owed()
        {
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, reason: &str) -> kube::Error {
        let status = kube::core::Status { code, reason: reason.to_owned(), ..kube::core::Status::default() };
        kube::Error::Api(Box::new(status))
    }

    #[test]
    fn failures_are_told_apart_by_code_and_reason() {
        assert_eq!(failure(&status(409, "AlreadyExists")), Failure::AlreadyExists);
        assert_eq!(failure(&status(409, "Conflict")), Failure::Conflict);
        assert_eq!(failure(&status(403, "Forbidden")), Failure::Denied);
        assert_eq!(failure(&status(422, "Invalid")), Failure::Invalid);
        assert_eq!(failure(&status(429, "TooManyRequests")), Failure::Throttled(Duration::from_secs(1)));
        assert_eq!(failure(&status(503, "")), Failure::Unavailable);
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_halves_the_bound_and_good_answers_bring_it_back() {
        let gate = Gate::new(16);
        gate.enter().await.report::<()>(&Err(status(429, "TooManyRequests")));
        assert_eq!(gate.bound(), 8);
        assert_eq!(gate.slots.available_permits(), 8);
        // More answers than 8 + 9 + ... + 15.
        for _ in 0..100 {
            let pass = gate.enter().await;
            pass.report(&Ok(()));
        }
        assert_eq!(gate.bound(), 16);
        assert_eq!(gate.slots.available_permits(), 16);
    }
}
