//! Objects that wait for a pass: each at most once, changes before resync, retries at their time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use signet_crds::bitnami::SealedSecret;
use tokio::sync::Notify;

use super::key::{Digest, ObjectKey};
use crate::rsa_pool::Lane;

/// Objects that are kept whole while they wait. Those beyond are read again when their turn comes, so that a first
/// sync of any size needs the same memory.
const HELD: usize = 2000;

/// One pass to make.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) key: ObjectKey,
    pub(crate) lane: Lane,
    /// The object, if it was at hand.
    pub(crate) object: Option<Box<SealedSecret>>,
    /// The Secret was changed or deleted by somebody else.
    pub(crate) repair: bool,
    /// The SealedSecret is gone; this was its uid.
    pub(crate) deleted: Option<Digest>,
    /// The pass before this one found that a foreign Secret had just gone away, and waited.
    pub(crate) waited: bool,
}

impl Job {
    pub(crate) fn new(key: ObjectKey, lane: Lane) -> Self {
        Self { key, lane, object: None, repair: false, deleted: None, waited: false }
    }
}

#[derive(Default)]
struct Waiting {
    jobs: HashMap<ObjectKey, Job>,
    change: VecDeque<ObjectKey>,
    resync: VecDeque<ObjectKey>,
    delayed: BTreeMap<(Instant, u64), ObjectKey>,
    /// Keys in `delayed`, with their place.
    due: HashMap<ObjectKey, (Instant, u64)>,
    sequence: u64,
    held: usize,
    running: HashMap<ObjectKey, Lane>,
    attempts: HashMap<ObjectKey, u32>,
}

/// The queue. All methods are short and never block on anything but each other.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Notify,
    /// Passes of the resync lane that may run at once; the rest of the places is kept for changes.
    resync_places: usize,
}

impl Queue {
    pub(crate) fn new(places: usize) -> Self {
        Self { waiting: Mutex::default(), changed: Notify::new(), resync_places: (places * 3 / 4).max(1) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Asks for a pass now. A newer object replaces the one that waits.
    pub(crate) fn add(&self, job: Job) {
        let mut waiting = self.lock();
        if job.object.is_some() {
            // It changed: what failed before says nothing about it.
            waiting.attempts.remove(&job.key);
        }
        waiting.undelay(&job.key);
        waiting.enqueue(job);
        drop(waiting);
        self.changed.notify_one();
    }

    /// Asks for a pass after `delay`, unless one is asked for earlier.
    pub(crate) fn add_after(&self, job: Job, delay: Duration) {
        if delay.is_zero() {
            return self.add(job);
        }
        let mut waiting = self.lock();
        let at = Instant::now() + delay;
        if waiting.due.get(&job.key).is_some_and(|(earlier, _)| *earlier <= at) || waiting.queued(&job.key) {
            return;
        }
        waiting.undelay(&job.key);
        waiting.sequence += 1;
        let place = (at, waiting.sequence);
        waiting.due.insert(job.key.clone(), place);
        waiting.delayed.insert(place, job.key.clone());
        let key = job.key.clone();
        waiting.keep(key, job);
        drop(waiting);
        self.changed.notify_one();
    }

    /// Forgets an object that is gone.
    pub(crate) fn remove(&self, key: &ObjectKey) {
        let mut waiting = self.lock();
        waiting.undelay(key);
        waiting.attempts.remove(key);
        waiting.take(key);
    }

    /// Waits for the next pass to make. Call [`Queue::done`] when it is made.
    pub(crate) async fn next(&self) -> Job {
        loop {
            let changed = self.changed.notified();
            let (job, next_due) = self.lock().pop(self.resync_places);
            match (job, next_due) {
                (Some(job), _) => {
                    // Another waiter may find more.
                    self.changed.notify_one();
                    return job;
                }
                (None, Some(due)) => {
                    let _ = tokio::time::timeout_at(due.into(), changed).await;
                }
                (None, None) => changed.await,
            }
        }
    }

    /// The pass over `key` ended; one that was asked for meanwhile may start.
    pub(crate) fn done(&self, key: &ObjectKey) {
        let mut waiting = self.lock();
        waiting.running.remove(key);
        if waiting.jobs.contains_key(key) && !waiting.due.contains_key(key) {
            waiting.line_up(key.clone());
        }
        drop(waiting);
        self.changed.notify_one();
    }

    /// Counts a failed pass and returns how many came before it.
    pub(crate) fn failed(&self, key: &ObjectKey) -> u32 {
        let mut waiting = self.lock();
        let attempts = waiting.attempts.entry(key.clone()).or_default();
        *attempts += 1;
        *attempts - 1
    }

    /// Forgets the failures of an object after a success.
    pub(crate) fn succeeded(&self, key: &ObjectKey) {
        self.lock().attempts.remove(key);
    }

    /// Passes that wait now, by lane: changes, resync.
    pub(crate) fn depth(&self) -> (usize, usize) {
        let waiting = self.lock();
        (waiting.change.len(), waiting.resync.len())
    }
}

impl Waiting {
    fn queued(&self, key: &ObjectKey) -> bool {
        self.jobs.contains_key(key) && !self.due.contains_key(key)
    }

    /// Keeps `job`, joined with one for the same object that waits.
    fn keep(&mut self, key: ObjectKey, mut job: Job) {
        if let Some(earlier) = self.take(&key) {
            job.lane = job.lane.min(earlier.lane);
            job.repair |= earlier.repair;
            if job.object.is_none() && job.deleted.is_none() {
                job.object = earlier.object;
            }
        }
        if job.object.is_some() {
            if self.held >= HELD && job.lane == Lane::Resync {
                job.object = None;
            } else {
                self.held += 1;
            }
        }
        self.jobs.insert(key, job);
    }

    fn take(&mut self, key: &ObjectKey) -> Option<Job> {
        let job = self.jobs.remove(key)?;
        if job.object.is_some() {
            self.held -= 1;
        }
        Some(job)
    }

    fn enqueue(&mut self, job: Job) {
        let key = job.key.clone();
        self.keep(key.clone(), job);
        self.line_up(key);
    }

    /// Puts a kept job in line, unless a pass over the same object runs: then it waits for its end. A key may stand
    /// in both lines; the second finds no job and is skipped.
    fn line_up(&mut self, key: ObjectKey) {
        if self.running.contains_key(&key) {
            return;
        }
        match self.jobs.get(&key).map(|job| job.lane) {
            Some(Lane::Change) => self.change.push_back(key),
            Some(Lane::Resync) => self.resync.push_back(key),
            None => {}
        }
    }

    fn undelay(&mut self, key: &ObjectKey) {
        if let Some(place) = self.due.remove(key) {
            self.delayed.remove(&place);
        }
    }

    fn promote_due(&mut self) {
        let now = Instant::now();
        while let Some(entry) = self.delayed.first_entry()
            && entry.key().0 <= now
        {
            let key = entry.remove();
            self.due.remove(&key);
            self.line_up(key);
        }
    }

    fn pop(&mut self, resync_places: usize) -> (Option<Job>, Option<Instant>) {
        self.promote_due();
        let resyncing = self.running.values().filter(|lane| **lane == Lane::Resync).count();
        let job = self
            .pop_line(Lane::Change)
            .or_else(|| (resyncing < resync_places).then(|| self.pop_line(Lane::Resync))?);
        if let Some(job) = &job {
            self.running.insert(job.key.clone(), job.lane);
        }
        (job, self.delayed.keys().next().map(|(at, _)| *at))
    }

    fn pop_line(&mut self, lane: Lane) -> Option<Job> {
        loop {
            let key = match lane {
                Lane::Change => self.change.pop_front(),
                Lane::Resync => self.resync.pop_front(),
            }?;
            if self.running.contains_key(&key) || self.due.contains_key(&key) {
                continue;
            }
            if let Some(job) = self.take(&key) {
                return Some(job);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> ObjectKey {
        ObjectKey::new("ns", name)
    }

    fn names(queue: &Queue) -> Vec<String> {
        let mut names = Vec::new();
        while let (Some(job), _) = queue.lock().pop(usize::MAX) {
            names.push(job.key.name().to_owned());
        }
        names
    }

    #[test]
    fn changes_come_before_resync_and_each_object_once() {
        let queue = Queue::new(16);
        for (name, lane) in [
            ("a", Lane::Resync),
            ("b", Lane::Resync),
            ("c", Lane::Change),
            ("b", Lane::Change),
            ("b", Lane::Resync),
        ] {
            queue.add(Job::new(key(name), lane));
        }
        assert_eq!(names(&queue), ["c", "b", "a"]);
    }

    #[test]
    fn a_pass_asked_for_while_one_runs_starts_after_it() {
        let queue = Queue::new(16);
        queue.add(Job::new(key("a"), Lane::Change));
        let (running, _) = queue.lock().pop(1);
        queue.add(Job::new(key("a"), Lane::Change));
        assert!(names(&queue).is_empty());
        queue.done(&running.unwrap().key);
        assert_eq!(names(&queue), ["a"]);
    }

    #[test]
    fn resync_leaves_places_for_changes() {
        let queue = Queue::new(4);
        for n in 0..9 {
            queue.add(Job::new(key(&format!("r{n}")), Lane::Resync));
        }
        let places = queue.resync_places;
        let mut popped = 0;
        while queue.lock().pop(places).0.is_some() {
            popped += 1;
        }
        assert_eq!(popped, 3);
        queue.add(Job::new(key("c"), Lane::Change));
        assert!(queue.lock().pop(places).0.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_waits_for_its_time_and_a_change_overtakes_it() {
        let queue = Queue::new(4);
        queue.add_after(Job::new(key("a"), Lane::Change), Duration::from_secs(3600));
        assert!(names(&queue).is_empty());
        queue.add(Job::new(key("a"), Lane::Change));
        assert_eq!(queue.next().await.key, key("a"));
        queue.done(&key("a"));
        assert!(queue.lock().delayed.is_empty() && names(&queue).is_empty());
    }

    #[test]
    fn objects_beyond_the_bound_are_kept_by_name_only() {
        let queue = Queue::new(4);
        for n in 0..HELD + 5 {
            let mut job = Job::new(key(&n.to_string()), Lane::Resync);
            job.object = Some(Box::default());
            queue.add(job);
        }
        assert_eq!(queue.lock().held, HELD);
        assert_eq!(queue.lock().jobs.len(), HELD + 5);
    }
}
