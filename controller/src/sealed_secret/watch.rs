//! From what the feeds tell to passes in the queue.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::DeserializeGuard;
use kube::core::metadata::PartialObjectMeta;
use signet_crds::bitnami::SealedSecret;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Reconciler;
use super::index::Reaction;
use super::key::ObjectKey;
use super::queue::Job;
use crate::feed::{FeedEvent, Source, follow};
use crate::metrics::UnsealError;
use crate::rsa_pool::Lane;

/// SealedSecrets are listed when the Secrets are known, or after this long without them.
const SECRETS_FIRST: Duration = Duration::from_secs(60);

impl Reconciler {
    /// Follows Secrets, then SealedSecrets, of every namespace in scope.
    pub(super) async fn start_feeds(self: &Arc<Self>) -> Vec<JoinHandle<()>> {
        let mut tasks = Vec::new();
        for scope in self.scopes().await {
            let (listed, known) = watch::channel(false);
            if !self.settings.skip_recreate {
                tasks.push(tokio::spawn(Arc::clone(self).follow_secrets(scope.clone(), listed)));
            } else {
                listed.send_replace(true);
            }
            tasks.push(tokio::spawn(Arc::clone(self).follow_sealed(scope, known)));
        }
        tasks
    }

    async fn follow_secrets(self: Arc<Self>, scope: String, listed: watch::Sender<bool>) {
        // All Secrets, also with a selector for SealedSecrets: a Secret need not carry the labels of its object.
        let source = source(&scope, "/api/v1", "secrets", "");
        let on_event = |event: FeedEvent<PartialObjectMeta<Secret>>| match event {
            FeedEvent::Listing => self.index().secrets_listing(&scope),
            FeedEvent::Page(secrets) => {
                secrets.iter().for_each(|secret| self.secret_seen(&scope, &secret.metadata))
            }
            FeedEvent::Listed => {
                let missing = self.index().secrets_list_done(&scope);
                for key in missing {
                    // Whether it was ours is not known any more: the pass finds out.
                    self.queue.add(Job { repair: true, ..Job::new(key, Lane::Change) });
                }
                listed.send_replace(true);
            }
            FeedEvent::Applied(secret) => self.secret_seen(&scope, &secret.metadata),
            FeedEvent::Deleted(secret) => {
                let reaction = self.index().secret_gone(&scope, &secret.metadata);
                self.react(reaction);
            }
        };
        let denied = |error: &kube::Error| {
            if crate::api::failure(error) == crate::api::Failure::Denied {
                // Without this right every Secret is read before it is written; nothing else changes.
                listed.send_replace(true);
            }
        };
        follow(self.client.clone(), source, on_event, denied).await;
    }

    async fn follow_sealed(self: Arc<Self>, scope: String, mut known: watch::Receiver<bool>) {
        let _ = tokio::time::timeout(SECRETS_FIRST, known.wait_for(|listed| *listed)).await;
        let selector = self.settings.label_selector.as_deref().unwrap_or_default();
        let source = source(&scope, "/apis/bitnami.com/v1alpha1", "sealedsecrets", selector);
        let on_event = |event: FeedEvent<DeserializeGuard<SealedSecret>>| match event {
            FeedEvent::Listing => self.index().sealed_listing(&scope),
            FeedEvent::Page(page) => {
                for object in page {
                    self.index().sealed_listed(&scope, &ObjectKey::of(metadata(&object)));
                    self.sealed_seen(object, Lane::Resync);
                }
            }
            FeedEvent::Listed => {
                let gone = self.index().sealed_list_done(&scope);
                gone.into_iter().for_each(|key| self.sealed_gone(key));
                self.metrics.set_index_size(self.index().len());
            }
            FeedEvent::Applied(object) => self.sealed_seen(object, Lane::Change),
            FeedEvent::Deleted(object) => self.sealed_gone(ObjectKey::of(metadata(&object))),
        };
        let failed = |_: &kube::Error| self.metrics.unseal_error(UnsealError::Fetch, "");
        follow(self.client.clone(), source, on_event, failed).await;
    }

    fn sealed_seen(&self, object: DeserializeGuard<SealedSecret>, lane: Lane) {
        let sealed = match object.0 {
            Ok(sealed) => sealed,
            Err(invalid) => {
                let key = ObjectKey::of(&invalid.metadata);
                tracing::error!(key = %key, "the SealedSecret does not decode and is skipped; check the types of its fields");
                self.metrics.unseal_error(UnsealError::Fetch, key.namespace());
                return;
            }
        };
        let key = ObjectKey::of(&sealed.metadata);
        let reaction = {
            let mut index = self.index();
            let reaction = index.sealed_seen(&key, &sealed, lane);
            self.metrics.set_index_size(index.len());
            reaction
        };
        if let Reaction::Pass(lane) = reaction {
            self.queue.add(Job { object: Some(Box::new(sealed)), ..Job::new(key, lane) });
        }
    }

    fn sealed_gone(&self, key: ObjectKey) {
        self.queue.remove(&key);
        let mut index = self.index();
        let gone = index.sealed_gone(&key);
        self.metrics.set_index_size(index.len());
        drop(index);
        if let Some(entry) = gone {
            // The garbage collector removes the Secret through its owner reference; the pass is for the old way.
            self.queue.add(Job { deleted: Some(entry.uid), ..Job::new(key, Lane::Change) });
        }
    }

    fn secret_seen(&self, scope: &str, metadata: &ObjectMeta) {
        let reaction = self.index().secret_seen(scope, metadata);
        let repairs = self.settings.repair_drift;
        self.react(reaction.filter(|(_, reaction)| repairs || !matches!(reaction, Reaction::Repair(_))));
    }

    pub(super) fn react(&self, reaction: Option<(ObjectKey, Reaction)>) {
        match reaction {
            Some((key, Reaction::Pass(lane))) => self.queue.add(Job::new(key, lane)),
            Some((key, Reaction::Repair(pause))) => {
                self.queue.add_after(Job { repair: true, ..Job::new(key, Lane::Change) }, pause);
            }
            Some((_, Reaction::None)) | None => {}
        }
    }
}

fn source(scope: &str, group: &str, resource: &'static str, label_selector: &str) -> Source {
    let path = match scope {
        "" => format!("{group}/{resource}"),
        namespace => format!("{group}/namespaces/{namespace}/{resource}"),
    };
    Source { path, resource, label_selector: label_selector.to_owned(), field_selector: String::new() }
}

fn metadata(object: &DeserializeGuard<SealedSecret>) -> &ObjectMeta {
    match &object.0 {
        Ok(sealed) => &sealed.metadata,
        Err(invalid) => &invalid.metadata,
    }
}
