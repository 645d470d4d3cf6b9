//! Sees when a controller has done its work.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{ListParams, WatchEvent, WatchParams};
use signet_crds::bitnami::{ConditionStatus, SealedSecret};

/// Less than the API server ends a watch by itself after.
const LONGEST: u32 = 290;

/// What was seen.
enum Seen {
    /// A Secret is there.
    Secret(String),
    /// A SealedSecret says that it is in sync.
    Synced(String),
    /// A SealedSecret says why it is not.
    Refused(String, String),
}

/// Follows Secrets and SealedSecrets.
pub(super) struct Watch {
    events: BoxStream<'static, Result<Option<Seen>, kube::Error>>,
}

impl Watch {
    /// Begins now: what was there before is not reported.
    pub(super) async fn begin(secrets: &Api<Secret>, sealed: &Api<SealedSecret>) -> Result<Self> {
        let parameters = WatchParams::default().timeout(LONGEST);
        let none = ListParams::default().limit(1);
        let version = secrets.list_metadata(&none).await?.metadata.resource_version.unwrap_or_default();
        let secrets = secrets.watch_metadata(&parameters, &version).await?.map_ok(|event| match event {
            WatchEvent::Added(secret) => secret.metadata.name.map(Seen::Secret),
            _ => None,
        });
        let version = sealed.list_metadata(&none).await?.metadata.resource_version.unwrap_or_default();
        let sealed = sealed.watch(&parameters, &version).await?.map_ok(|event| match event {
            WatchEvent::Modified(sealed) => of_status(sealed),
            _ => None,
        });
        Ok(Self { events: futures::stream::select(secrets, sealed).boxed() })
    }

    /// Waits until each of these has its Secret and says so, and gives the instant of the last sign.
    pub(super) async fn synced(mut self, names: BTreeSet<String>, within: Duration) -> Result<Instant> {
        let (mut secrets, mut statuses) = (names.clone(), names);
        let mut refused = None;
        let waiting = async {
            while !(secrets.is_empty() && statuses.is_empty()) {
                match self.next().await? {
                    Seen::Secret(name) => drop(secrets.remove(&name)),
                    Seen::Synced(name) => drop(statuses.remove(&name)),
                    Seen::Refused(name, message) => refused = Some(format!("{name}: {message}")),
                }
            }
            Ok(Instant::now())
        };
        let result = tokio::time::timeout(within, waiting).await;
        result.unwrap_or_else(|_| {
            let refused = refused.map(|text| format!("; the last refusal: {text}")).unwrap_or_default();
            bail!(
                "after {within:?} {} Secrets and {} statuses were missing{refused}",
                secrets.len(),
                statuses.len()
            )
        })
    }

    /// Waits until the Secret of this name is there.
    pub(super) async fn secret(mut self, name: &str, within: Duration) -> Result<Instant> {
        let waiting = async {
            loop {
                if matches!(self.next().await?, Seen::Secret(seen) if seen == name) {
                    return Ok(Instant::now());
                }
            }
        };
        tokio::time::timeout(within, waiting)
            .await
            .with_context(|| format!("no Secret {name} after {within:?}"))?
    }

    async fn next(&mut self) -> Result<Seen> {
        loop {
            let event = self.events.next().await.context("the API server ended the watch")??;
            if let Some(seen) = event {
                return Ok(seen);
            }
        }
    }
}

fn of_status(sealed: SealedSecret) -> Option<Seen> {
    let name = sealed.metadata.name?;
    let status = sealed.status?;
    let condition = status.synced()?;
    Some(match condition.status {
        ConditionStatus::True => Seen::Synced(name),
        _ => Seen::Refused(name, condition.message.clone().unwrap_or_default()),
    })
}
