//! One pass over one SealedSecret.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use signet_crds::bitnami::{SealedSecret, SealedSecretStatus, SyncedReason};
use signet_secret::Fingerprint;

use super::Reconciler;
use super::index::{GRACE, State};
use super::key::{Digest, ObjectKey};
use super::observe::{self, Expected, SecretFacts};
use super::open::{Desired, OpenFailure, open};
use super::plan::{Plan, belongs, plan, replaceable};
use super::queue::Job;
use super::report::{self, UPDATE_PREFIX, Verdict};
use crate::api::{Failure, describe, failure};
use crate::backoff::{Backoff, delay};
use crate::metadata::scope;
use crate::metrics::{Outcome, UnsealError};

/// Text by which the API server's refusal to change an immutable Secret is known; there is no code for it.
const IMMUTABLE: &str = "field is immutable when `immutable` is set";
/// The first of the quick retries; each next one waits twice as long.
const QUICK: Duration = Duration::from_millis(5);
/// Retries after the quick ones, for what may pass by itself.
const SLOW: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// Retries for what a person or a key has to mend. Keys and objects are watched: these are for what is not seen.
const PATIENT: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(3600));
/// Retries while a foreign Secret is in the way. They cost nothing as long as it is.
const IN_THE_WAY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// What a pass did to the Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    None,
    Created,
    Updated,
}

/// Why a pass did not reach its end.
enum Trouble {
    /// The values do not open, or the object asks for what we cannot do.
    Open(OpenFailure),
    /// The API server refused or did not answer.
    Write(kube::Error),
    /// A foreign Secret is in the way.
    Unmanaged,
    /// A foreign Secret was in the way a moment ago.
    Vacated(Duration),
}

/// The Secret as it stands after a pass that reached its end.
struct Applied {
    change: Change,
    facts: SecretFacts,
    expected: Expected,
}

impl Reconciler {
    pub(super) async fn pass(self: &Arc<Self>, mut job: Job) {
        let started = Instant::now();
        self.metrics.unseal_request();
        tracing::info!(key = %job.key, "Updating");
        let outcome = if let Some(uid) = job.deleted {
            self.collect(&job, uid).await
        } else if self.is_in_the_way(&job) {
            self.retry_later(&job, &Trouble::Unmanaged);
            Outcome::Waiting
        } else {
            match self.fetch(&mut job).await {
                Ok(Some(sealed)) => self.reconcile(&job, &sealed).await,
                Ok(None) => Outcome::Unchanged,
                Err(error) => {
                    self.metrics.unseal_error(UnsealError::Fetch, "");
                    tracing::warn!(key = %job.key, error = describe(&error), "cannot read the SealedSecret, trying again");
                    self.retry_later(&job, &Trouble::Write(error));
                    Outcome::Failed
                }
            }
        };
        self.metrics.observe_reconcile(outcome, started.elapsed());
    }

    /// The object, unless it is gone or about to go.
    async fn fetch(&self, job: &mut Job) -> Result<Option<Box<SealedSecret>>, kube::Error> {
        let sealed = match job.object.take() {
            Some(sealed) => sealed,
            None => match self.cluster.sealed(&job.key).await {
                Ok(sealed) => Box::new(sealed),
                Err(error) if failure(&error) == Failure::NotFound => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        let leaving = sealed.metadata.deletion_timestamp.is_some();
        Ok((!leaving).then_some(sealed))
    }

    /// Whether the foreign Secret that stopped the last pass is still there. Known without a request.
    fn is_in_the_way(&self, job: &Job) -> bool {
        let index = self.index();
        let blocked = index.entry(&job.key).is_some_and(|entry| {
            let foreign =
                |facts: &SecretFacts| facts.owner != Some(entry.uid) && !facts.managed && !facts.patch;
            entry.state == State::Unmanaged && entry.secret.as_ref().is_some_and(foreign)
        });
        blocked && job.object.is_none() && index.secret_followed(&job.key) == Some(true)
    }

    async fn reconcile(self: &Arc<Self>, job: &Job, sealed: &SealedSecret) -> Outcome {
        let result = match self.open(job, sealed).await {
            Ok(desired) => self.write(job, observe::uid(&sealed.metadata), desired).await,
            Err(failure) => Err(Trouble::Open(failure)),
        };
        if let Err(Trouble::Vacated(pause)) = result {
            // Nothing to report: it is neither there nor gone for good.
            self.queue.add_after(Job { waited: true, ..Job::new(job.key.clone(), job.lane) }, pause);
            return Outcome::Waiting;
        }
        if matches!(&result, Err(Trouble::Write(error)) if failure(error) == Failure::Terminating) {
            tracing::debug!(key = %job.key, "the namespace is being deleted, nothing to do");
            return Outcome::Unchanged;
        }
        let attempts = match &result {
            Ok(_) => {
                self.queue.succeeded(&job.key);
                0
            }
            Err(_) => self.queue.failed(&job.key),
        };
        self.record(job, sealed, &result);
        if matches!(&result, Err(trouble) if is_passing(trouble))
            && attempts < self.settings.max_unseal_retries
        {
            // A busy server or a lost race is over in a moment: no status flickers for it.
            self.metrics.unseal_error(UnsealError::Update, job.key.namespace());
        } else {
            self.report(&job.key, sealed, &result).await;
        }
        match result {
            Ok(applied) => match applied.change {
                Change::None => Outcome::Unchanged,
                _ if job.repair => {
                    self.metrics.drift_repair();
                    Outcome::Repaired
                }
                Change::Created => Outcome::Created,
                Change::Updated => Outcome::Updated,
            },
            Err(trouble) => {
                self.retry_after(job, &trouble, attempts);
                if matches!(&trouble, Trouble::Open(failure) if failure.waits_for_key) {
                    Outcome::Waiting
                } else {
                    Outcome::Failed
                }
            }
        }
    }

    /// Opens the values and renders the templates on the RSA threads.
    async fn open(self: &Arc<Self>, job: &Job, sealed: &SealedSecret) -> Result<Desired, OpenFailure> {
        let keys = self.keyring.snapshot();
        let accept_v1 = self.settings.accept_v1;
        // The ciphertexts are shared with the RSA thread by moving a copy: they are not secret.
        let (this, object) = (Arc::clone(self), sealed.clone());
        let task = move || {
            // Looked at here and not when the pass began: meanwhile another one may have found the key.
            let previous = *this.previous();
            let (result, effort) = open(&object, &keys.keys, previous, accept_v1, &this.templates);
            if effort.key.is_some() {
                *this.previous() = effort.key;
            }
            (result, effort.operations)
        };
        let (result, operations) = self.rsa.run(job.lane, task).await.map_err(|_| OpenFailure::crashed())?;
        self.metrics.rsa_operations(operations);
        result
    }

    /// The key that opened the last object.
    fn previous(&self) -> MutexGuard<'_, Option<Fingerprint>> {
        self.previous.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the Secret to `desired` with as few requests as what is known allows.
    async fn write(&self, job: &Job, owner: Digest, mut desired: Desired) -> Result<Applied, Trouble> {
        let key = &job.key;
        let (present, facts, grace) = {
            let index = self.index();
            let facts = index.entry(key).and_then(|entry| entry.secret);
            (index.secret_present(key), facts, index.grace(key))
        };
        if present == Some(false) {
            if let Some(pause) = grace {
                return Err(Trouble::Vacated(pause));
            }
            match self.cluster.create(key, &desired.secret).await {
                Ok(metadata) => return Ok(applied(Change::Created, &metadata, desired.expected)),
                // Somebody created it this moment, or the index is behind.
                Err(error) if failure(&error) == Failure::AlreadyExists => {}
                Err(error) => return Err(Trouble::Write(error)),
            }
        } else if let Some(facts) = facts.filter(|facts| replaceable(&desired, facts, owner)) {
            match self.replace_unread(key, &facts, &mut desired).await {
                Ok(applied) => return Ok(applied),
                Err(error) if matches!(failure(&error), Failure::Conflict | Failure::NotFound) => {}
                Err(error) => return Err(Trouble::Write(error)),
            }
        }
        let foreign = facts.is_none_or(|facts| !belongs(owner, &facts));
        self.read_and_write(key, owner, desired, present == Some(true) && foreign && !job.waited).await
    }

    /// Replaces the Secret that we own on the strength of its metadata alone.
    async fn replace_unread(
        &self,
        key: &ObjectKey,
        facts: &SecretFacts,
        desired: &mut Desired,
    ) -> Result<Applied, kube::Error> {
        let secret = &mut desired.secret;
        // Both are honoured at creation only.
        let (finalizers, immutable) = (secret.metadata.finalizers.take(), secret.immutable.take());
        secret.metadata.resource_version = Some(facts.version.to_string());
        let outcome = self.cluster.replace(key, secret).await;
        secret.metadata.resource_version = None;
        (secret.metadata.finalizers, secret.immutable) = (finalizers, immutable);
        let metadata = outcome?;
        let after = SecretFacts::of(&metadata);
        let change = if after.version == facts.version { Change::None } else { Change::Updated };
        Ok(Applied { change, facts: after, expected: desired.expected })
    }

    /// The long way: read the Secret, decide, write.
    async fn read_and_write(
        &self,
        key: &ObjectKey,
        owner: Digest,
        desired: Desired,
        foreign: bool,
    ) -> Result<Applied, Trouble> {
        let existing = match self.cluster.secret(key).await {
            Ok(secret) => Some(secret),
            Err(error) if failure(&error) == Failure::NotFound => None,
            Err(error) => return Err(Trouble::Write(error)),
        };
        if existing.is_none() && foreign {
            self.index().left_alone(key, None);
            return Err(Trouble::Vacated(GRACE));
        }
        let seen = existing.as_ref().map(|secret| SecretFacts::of(&secret.metadata));
        let expected = desired.expected;
        let (change, written) = match plan(desired, existing, owner) {
            Plan::Leave => {
                // `Leave` is only planned for a Secret that exists.
                let Some(facts) = seen else { return Err(Trouble::Vacated(GRACE)) };
                return Ok(Applied { change: Change::None, facts, expected });
            }
            Plan::Create(secret) => (Change::Created, self.cluster.create(key, &secret).await),
            Plan::Replace(secret) => (Change::Updated, self.cluster.replace(key, &secret).await),
            Plan::Refuse => {
                self.index().left_alone(key, seen);
                return Err(Trouble::Unmanaged);
            }
        };
        let metadata = written.map_err(Trouble::Write)?;
        let mut applied = applied(change, &metadata, expected);
        if seen.is_some_and(|seen| seen.version == applied.facts.version) {
            applied.change = Change::None;
        }
        Ok(applied)
    }

    /// Keeps what the pass found out.
    fn record(&self, job: &Job, sealed: &SealedSecret, result: &Result<Applied, Trouble>) {
        let uid = observe::uid(&sealed.metadata);
        let mut index = self.index();
        let state = match result {
            Ok(applied) => {
                let reaction = index.applied(&job.key, uid, applied.facts, applied.expected);
                drop(index);
                return self.react(Some((job.key.clone(), reaction)));
            }
            Err(Trouble::Open(failure)) if failure.waits_for_key => State::WaitsForKey,
            Err(Trouble::Unmanaged) => State::Unmanaged,
            Err(_) => State::Failed,
        };
        if let Some(entry) = index.entry_mut(&job.key).filter(|entry| entry.uid == uid) {
            entry.finished(state, verdict(sealed, result).status());
        }
    }

    /// Status, event, log line and error counter.
    async fn report(
        self: &Arc<Self>,
        key: &ObjectKey,
        sealed: &SealedSecret,
        result: &Result<Applied, Trouble>,
    ) {
        let verdict = verdict(sealed, result);
        let now = self.clock.now();
        let status = report::status(sealed, &verdict, now);
        let cause = Digest::of((verdict.reason.as_str(), verdict.message.as_str()));
        let told = {
            let mut index = self.index();
            index.entry_mut(key).map(|entry| std::mem::replace(&mut entry.told, cause)) == Some(cause)
        };
        let news = match result {
            Ok(applied) => {
                tracing::debug!(key = %key, change = ?applied.change, "SealedSecret in sync");
                applied.change != Change::None || report::is_news(sealed)
            }
            Err(trouble) => {
                self.metrics.unseal_error(error_reason(trouble), key.namespace());
                tracing::warn!(key = %key, reason = %verdict.reason, error = verdict.message, "SealedSecret not in sync");
                !told && (status.is_some() || !self.settings.update_status)
            }
        };
        if let Some(status) = status.filter(|_| self.settings.update_status) {
            self.write_status(key, sealed, status).await;
        }
        if news {
            let immutable = matches!(result, Err(Trouble::Write(error)) if is_immutable(error));
            let (reason, message) = report::event_text(&verdict, immutable);
            tracing::info!(key = %key, reason, message, "event");
            let event = report::event(key, sealed, reason, &message, now);
            if let Err(error) = self.cluster.event(key.namespace(), &event).await {
                tracing::debug!(key = %key, error = describe(&error), "event not written");
            }
        }
    }

    /// Writes the status; when that does not work at once, goes on in the background until it does or a newer
    /// state of the object makes it pointless.
    async fn write_status(
        self: &Arc<Self>,
        key: &ObjectKey,
        sealed: &SealedSecret,
        status: SealedSecretStatus,
    ) {
        let mut version = sealed.metadata.resource_version.clone().unwrap_or_default();
        for _ in 0..3 {
            match self.try_status(key, &sealed.metadata, &mut version, &status).await {
                Ok(()) => return,
                Err(Failure::Conflict) => {}
                Err(_) => break,
            }
        }
        let (this, key, metadata) = (Arc::clone(self), key.clone(), sealed.metadata.clone());
        tokio::spawn(async move {
            let mut backoff = Backoff::new(SLOW.0, Duration::from_secs(60));
            loop {
                tokio::time::sleep(backoff.pause()).await;
                this.metrics.status_retry();
                if this.try_status(&key, &metadata, &mut version, &status).await.is_ok() {
                    return;
                }
            }
        });
    }

    /// One try. `Ok` also when there is nothing left to write: the object is gone or has moved on. After a conflict,
    /// `version` is the current one.
    async fn try_status(
        &self,
        key: &ObjectKey,
        metadata: &ObjectMeta,
        version: &mut String,
        status: &SealedSecretStatus,
    ) -> Result<(), Failure> {
        let error = match self.cluster.replace_status(key, version, status).await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let why = failure(&error);
        if why == Failure::NotFound {
            return Ok(());
        }
        if why != Failure::Conflict {
            self.metrics.unseal_error(UnsealError::Status, key.namespace());
            tracing::warn!(key = %key, error = describe(&error), "cannot write the status, trying again");
            return Err(why);
        }
        match self.cluster.sealed_metadata(key).await {
            Ok(now) if (&now.uid, now.generation) == (&metadata.uid, metadata.generation) => {
                *version = now.resource_version.unwrap_or_default();
                Err(Failure::Conflict)
            }
            Err(error) if failure(&error) != Failure::NotFound => Err(failure(&error)),
            _ => Ok(()),
        }
    }

    /// After the SealedSecret is gone: with the old garbage collection its Secret is deleted, if it was ours.
    async fn collect(&self, job: &Job, uid: Digest) -> Outcome {
        if !self.settings.old_gc {
            return Outcome::Unchanged;
        }
        match self.delete_secret(&job.key, uid).await {
            Ok(outcome) => outcome,
            Err(error) if failure(&error) == Failure::NotFound => Outcome::Unchanged,
            Err(error) => {
                let message = "cannot delete the Secret of a deleted SealedSecret, trying again";
                tracing::warn!(key = %job.key, error = describe(&error), message);
                self.retry_later(job, &Trouble::Write(error));
                Outcome::Failed
            }
        }
    }

    async fn delete_secret(&self, key: &ObjectKey, uid: Digest) -> Result<Outcome, kube::Error> {
        let secret = self.cluster.secret(key).await?;
        if !belongs(uid, &SecretFacts::of(&secret.metadata)) {
            return Ok(Outcome::Unchanged);
        }
        self.cluster.delete(key, &secret.metadata).await?;
        Ok(Outcome::Deleted)
    }

    /// Asks for another pass. It never gives up: the pauses grow instead.
    fn retry_later(&self, job: &Job, trouble: &Trouble) {
        let attempts = self.queue.failed(&job.key);
        self.retry_after(job, trouble, attempts);
    }

    /// The same after `attempts` failures that are counted already.
    fn retry_after(&self, job: &Job, trouble: &Trouble, attempts: u32) {
        let quick = self.settings.max_unseal_retries;
        let pause = match trouble {
            Trouble::Write(error) => match failure(error) {
                Failure::Throttled(pause) => pause,
                // An API server that has just started denies what it permits a moment later.
                Failure::Denied => delay(SLOW.0, SLOW.1, attempts.saturating_sub(quick)),
                Failure::Terminating | Failure::Invalid => delay(PATIENT.0, SLOW.1, attempts),
                Failure::NotFound | Failure::AlreadyExists | Failure::Conflict | Failure::Unavailable => {
                    match attempts.checked_sub(quick) {
                        None => delay(QUICK, SLOW.0, attempts),
                        Some(step) => delay(SLOW.0, SLOW.1, step),
                    }
                }
            },
            Trouble::Open(_) => delay(PATIENT.0, PATIENT.1, attempts),
            Trouble::Unmanaged => delay(IN_THE_WAY.0, IN_THE_WAY.1, attempts),
            Trouble::Vacated(pause) => *pause,
        };
        let again = Job { repair: job.repair, deleted: job.deleted, ..Job::new(job.key.clone(), job.lane) };
        // Never earlier than said: others rely on the pause.
        self.queue.add_after(again, pause + crate::backoff::jitter(pause / 4));
    }
}

fn applied(change: Change, metadata: &ObjectMeta, expected: Expected) -> Applied {
    Applied { change, facts: SecretFacts::of(metadata), expected }
}

fn verdict(sealed: &SealedSecret, result: &Result<Applied, Trouble>) -> Verdict {
    match result {
        Ok(_) => Verdict { reason: observe::success_reason(scope(&sealed.metadata)), message: String::new() },
        Err(Trouble::Open(failure)) => Verdict { reason: failure.reason, message: failure.message.clone() },
        Err(Trouble::Write(error)) => {
            Verdict { reason: SyncedReason::UpdateFailed, message: describe(error) }
        }
        Err(Trouble::Unmanaged | Trouble::Vacated(_)) => {
            let name = sealed.metadata.name.as_deref().unwrap_or_default();
            let message =
                format!("{UPDATE_PREFIX}resource {name:?} already exists and is not managed by SealedSecret");
            Verdict { reason: SyncedReason::Unmanaged, message }
        }
    }
}

fn error_reason(trouble: &Trouble) -> UnsealError {
    match trouble {
        Trouble::Open(_) => UnsealError::Unseal,
        Trouble::Write(_) => UnsealError::Update,
        Trouble::Unmanaged | Trouble::Vacated(_) => UnsealError::Unmanaged,
    }
}

/// Whether the next attempt may well succeed without anybody doing anything.
fn is_passing(trouble: &Trouble) -> bool {
    let Trouble::Write(error) = trouble else { return false };
    match failure(error) {
        Failure::Denied | Failure::Terminating | Failure::Invalid => false,
        Failure::NotFound
        | Failure::AlreadyExists
        | Failure::Conflict
        | Failure::Throttled(_)
        | Failure::Unavailable => true,
    }
}

fn is_immutable(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 422 && status.message.contains(IMMUTABLE))
}
