//! One leader among the replicas, by a Lease.
//!
//! The lease is replaced with its resourceVersion, so that a conflict is a lost race. Whether another holder is still alive is
//! judged by the own clock alone: its renewals must keep arriving, whatever times they carry. A leader that cannot renew
//! in time must end its process; nothing that it still has in flight can then be taken for current.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::Api;
use kube::api::PostParams;

use crate::api::{Failure, code, describe, failure};
use crate::backoff::jitter;
use crate::sealed_secret::FIELD_MANAGER;

/// Pause between looks at a lease that another replica holds.
const LOOK: Duration = Duration::from_secs(2);

/// Pause before a refusal is believed.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// How this process may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leadership {
    /// It holds the lease.
    Held,
    /// Leases are forbidden here: it acts alone, and there must be no second replica.
    Alone,
}

/// The lease and this process's name in it.
pub struct Election {
    leases: Api<Lease>,
    name: String,
    namespace: String,
    identity: String,
    duration: Duration,
    renew: Duration,
}

/// The holder's record as last seen changing.
struct Sighting {
    record: (Option<String>, Option<Timestamp>),
    since: Instant,
}

impl Election {
    /// A candidate called `identity`, which must differ from every other process's.
    #[must_use]
    pub fn new(
        client: kube::Client,
        namespace: &str,
        name: &str,
        identity: String,
        duration: Duration,
        renew: Duration,
    ) -> Self {
        let leases = Api::namespaced(client, namespace);
        Self { leases, name: name.to_owned(), namespace: namespace.to_owned(), identity, duration, renew }
    }

    /// Waits until this process may act.
    pub async fn acquire(&self) -> Leadership {
        let mut sighting: Option<Sighting> = None;
        let mut denied = false;
        loop {
            match self.try_acquire(&mut sighting).await {
                Ok(true) => return Leadership::Held,
                Ok(false) => {}
                // Only what RBAC says counts: an expired token must not make two leaders. Neither must an API server
                // that has just started and denies everything: whoever has read the lease has the right to it, and
                // the others ask twice.
                Err(error) if code(&error) == 403 && sighting.is_none() => {
                    if denied {
                        return Leadership::Alone;
                    }
                    denied = true;
                    tokio::time::sleep(ASK_AGAIN).await;
                    continue;
                }
                Err(error) => tracing::warn!(
                    lease = self.name,
                    error = describe(&error),
                    "cannot look at the lease, trying again"
                ),
            }
            tokio::time::sleep(LOOK - jitter(LOOK / 4)).await;
        }
    }

    async fn try_acquire(&self, sighting: &mut Option<Sighting>) -> Result<bool, kube::Error> {
        let Some(lease) = self.leases.get_opt(&self.name).await? else {
            return won(self.leases.create(&parameters(), &self.lease(None)).await);
        };
        let spec = lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.clone().filter(|holder| !holder.is_empty());
        let record = (holder.clone(), spec.renew_time.as_ref().map(|time| time.0));
        if sighting.as_ref().is_none_or(|seen| seen.record != record) {
            *sighting = Some(Sighting { record, since: Instant::now() });
        }
        let promised = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let promised = promised.map_or(self.duration, Duration::from_secs);
        let expired = sighting.as_ref().is_some_and(|seen| seen.since.elapsed() >= promised);
        if holder.is_some_and(|holder| holder != self.identity) && !expired {
            return Ok(false);
        }
        won(self.leases.replace(&self.name, &parameters(), &self.lease(Some(&lease))).await)
    }

    /// Renews the lease until it is lost, and returns why.
    pub async fn keep(&self) -> String {
        let mut renewed = Instant::now();
        // Another replica may act once the whole duration has passed without a renewal: stop well before.
        let patience = self.duration * 2 / 3;
        let mut pause = self.renew;
        loop {
            tokio::time::sleep(pause).await;
            let attempt =
                tokio::time::timeout(patience.saturating_sub(renewed.elapsed()), self.renew()).await;
            match attempt {
                Ok(Ok(true)) => {
                    renewed = Instant::now();
                    pause = self.renew;
                    continue;
                }
                Ok(Ok(false)) => return "another replica holds the lease".to_owned(),
                Ok(Err(error)) => tracing::warn!(
                    lease = self.name,
                    error = describe(&error),
                    "cannot renew the lease, trying again"
                ),
                Err(_) => {}
            }
            if renewed.elapsed() >= patience {
                return "the lease could not be renewed in time".to_owned();
            }
            pause = Duration::from_secs(1).min(self.renew);
        }
    }

    async fn renew(&self) -> Result<bool, kube::Error> {
        let lease = self.leases.get(&self.name).await?;
        if lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref()) != Some(&self.identity) {
            return Ok(false);
        }
        // A conflict means that somebody touched the lease between the two requests: the next try looks again.
        self.leases.replace(&self.name, &parameters(), &self.lease(Some(&lease))).await.map(|_| true)
    }

    /// Gives the lease up, so that another replica need not wait for it to expire.
    pub async fn release(&self) {
        let Ok(mut lease) = self.leases.get(&self.name).await else { return };
        let Some(spec) = lease.spec.as_mut() else { return };
        if spec.holder_identity.as_deref() == Some(&self.identity) {
            spec.holder_identity = Some(String::new());
            spec.lease_duration_seconds = Some(1);
            if let Err(error) = self.leases.replace(&self.name, &parameters(), &lease).await {
                tracing::debug!(lease = self.name, error = describe(&error), "lease not released");
            }
        }
    }

    /// The lease as held by this process from now on, in place of `before`.
    fn lease(&self, before: Option<&Lease>) -> Lease {
        let now = MicroTime(Timestamp::now());
        let old = before.and_then(|lease| lease.spec.clone()).unwrap_or_default();
        let same_holder = old.holder_identity.as_deref() == Some(&self.identity);
        let transitions =
            old.lease_transitions.unwrap_or_default() + i32::from(before.is_some() && !same_holder);
        let metadata = before.map_or_else(
            || ObjectMeta {
                name: Some(self.name.clone()),
                namespace: Some(self.namespace.clone()),
                ..ObjectMeta::default()
            },
            |lease| lease.metadata.clone(),
        );
        Lease {
            metadata,
            spec: Some(LeaseSpec {
                holder_identity: Some(self.identity.clone()),
                lease_duration_seconds: i32::try_from(self.duration.as_secs()).ok(),
                acquire_time: if same_holder { old.acquire_time } else { Some(now.clone()) },
                renew_time: Some(now),
                lease_transitions: Some(transitions),
                ..LeaseSpec::default()
            }),
        }
    }
}

/// A conflict is a race that another candidate won.
fn won(outcome: Result<Lease, kube::Error>) -> Result<bool, kube::Error> {
    match outcome {
        Ok(_) => Ok(true),
        Err(error) if matches!(failure(&error), Failure::Conflict | Failure::AlreadyExists) => Ok(false),
        Err(error) => Err(error),
    }
}

fn parameters() -> PostParams {
    PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() }
}

/// A name for this process. A pod's own name is enough when it is known: its container restarts under the same name, and
/// takes the lease of its dead predecessor at once. Elsewhere something is added that no restart repeats.
#[must_use]
pub fn identity(pod: Option<String>, host: Option<String>) -> String {
    if let Some(pod) = pod.filter(|pod| !pod.is_empty()) {
        return pod;
    }
    let mut random = [0u8; 8];
    let _ = aws_lc_rs::rand::fill(&mut random);
    let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| "signet-controller".to_owned());
    format!("{host}_{:016x}", u64::from_be_bytes(random))
}
