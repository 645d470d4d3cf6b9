//! The SealedSecret controller.
//!
//! A pass over one object observes (the object itself, the facts that the index keeps of its Secret), opens the values and
//! renders the templates on the RSA threads, plans, applies, and reports. Everything that can fail says which of four things would help: a retry, a key,
//! a person, or nothing. The pass never keeps a value: what it opened lives until the request is sent.

mod apply;
mod index;
mod key;
mod observe;
mod open;
mod pass;
mod plan;
mod queue;
mod report;
mod secret_object;
mod templates;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use signet_crds::bitnami::ConditionStatus;
use signet_secret::Fingerprint;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Settings, WatchScope};
use crate::keyring::Keyring;
use crate::metrics::{Condition, ConditionSource, ConditionValue, Metrics};
use crate::rsa_pool::{Lane, RsaPool};
use apply::Cluster;
use index::{Index, State};
pub use key::ObjectKey;
pub use observe::FIELD_MANAGER;
use queue::{Job, Queue};
use templates::Templates;

/// How long passes wait for a first key before they report that there is none.
const FIRST_KEY: Duration = Duration::from_secs(30);

/// Everything that passes share.
pub struct Reconciler {
    cluster: Cluster,
    client: kube::Client,
    keyring: Arc<Keyring>,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
    index: Mutex<Index>,
    queue: Queue,
    rsa: Arc<RsaPool>,
    templates: Templates,
    /// The key that opened the last object.
    previous: Mutex<Option<Fingerprint>>,
}

impl Reconciler {
    /// Sets everything up; nothing runs yet.
    #[must_use]
    pub fn new(
        client: kube::Client,
        keyring: Arc<Keyring>,
        metrics: Arc<Metrics>,
        clock: Arc<dyn Clock>,
        settings: Arc<Settings>,
        rsa: Arc<RsaPool>,
    ) -> Arc<Self> {
        Arc::new(Self {
            cluster: Cluster::new(client.clone(), settings.concurrency, Arc::clone(&metrics)),
            client,
            keyring,
            metrics,
            templates: Templates::new(Arc::clone(&clock)),
            clock,
            index: Mutex::default(),
            queue: Queue::new(settings.concurrency),
            rsa,
            previous: Mutex::new(None),
            settings,
        })
    }

    /// Watches and reconciles until `stop`. Passes that have begun are finished.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let feeds = self.start_feeds().await;
        let retry = tokio::spawn(Arc::clone(&self).retry_on_new_keys());
        let places = Arc::new(Semaphore::new(self.settings.concurrency));
        tokio::select! {
            () = stop.cancelled() => {}
            () = Arc::clone(&self).dispatch(Arc::clone(&places)) => {}
        }
        // Passes that have begun give their places back when they end.
        let all = u32::try_from(self.settings.concurrency).unwrap_or(u32::MAX);
        let _ = places.acquire_many(all).await;
        for task in feeds {
            task.abort();
        }
        retry.abort();
    }

    /// Makes passes, as many at once as requests are allowed.
    async fn dispatch(self: Arc<Self>, places: Arc<Semaphore>) {
        self.keyring.loaded().await;
        let _ = tokio::time::timeout(FIRST_KEY, self.first_key()).await;
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let job = self.queue.next().await;
            let (changes, resync) = self.queue.depth();
            self.metrics.set_queue_depth(crate::metrics::Lane::Changes, changes);
            self.metrics.set_queue_depth(crate::metrics::Lane::Resync, resync);
            let this = Arc::clone(&self);
            tokio::spawn(async move {
                this.guarded_pass(job).await;
                drop(place);
            });
        }
    }

    /// One pass; a panic in it is reported and retried like any other failure, and stops nothing else.
    async fn guarded_pass(self: Arc<Self>, job: Job) {
        let (key, lane) = (job.key.clone(), job.lane);
        let this = Arc::clone(&self);
        if tokio::spawn(async move { this.pass(job).await }).await.is_err() {
            tracing::error!(key = %key, "the pass over this object crashed; this is a bug, please report it");
            let attempts = self.queue.failed(&key);
            let pause = crate::backoff::delay(Duration::from_secs(10), Duration::from_secs(3600), attempts);
            self.queue.add_after(Job::new(key.clone(), lane), pause);
        }
        self.queue.done(&key);
    }

    async fn first_key(&self) {
        let mut generation = self.keyring.subscribe();
        while self.keyring.snapshot().keys.is_empty() && generation.changed().await.is_ok() {}
    }

    /// Whenever the keys change, everything that waits for one is tried again.
    async fn retry_on_new_keys(self: Arc<Self>) {
        let mut generation = self.keyring.subscribe();
        while generation.changed().await.is_ok() {
            for key in self.index().in_state(State::WaitsForKey) {
                self.queue.succeeded(&key);
                self.queue.add(Job::new(key, Lane::Change));
            }
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The namespaces to follow, the empty text for all. Those that do not exist are skipped, as upstream does.
    async fn scopes(&self) -> Vec<String> {
        match &self.settings.watch {
            WatchScope::All => vec![String::new()],
            WatchScope::Namespaces { own, additional } => {
                let mut scopes = vec![own.clone()];
                for namespace in additional {
                    if self.cluster.namespace_exists(namespace).await {
                        scopes.push(namespace.clone());
                    } else {
                        tracing::error!(namespace = %namespace, "namespace does not exist, skipped until the next start");
                    }
                }
                scopes
            }
        }
    }
}

impl ConditionSource for Reconciler {
    fn for_each(&self, visit: &mut dyn FnMut(Condition<'_>)) {
        self.index().conditions(|key, status, instance| {
            let value = match status {
                ConditionStatus::True => ConditionValue::True,
                ConditionStatus::False => ConditionValue::False,
                ConditionStatus::Unknown => ConditionValue::Unknown,
            };
            visit(Condition { namespace: key.namespace(), name: key.name(), value, instance });
        });
    }
}
