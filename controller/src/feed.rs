//! List and watch of one resource: the pages of a list are handed on and dropped, then changes follow.
//!
//! Nothing is cached here. After an interruption the watch resumes where it stopped; when the server no longer
//! knows that place, the list is read again, and [`FeedEvent::Listing`] tells the receiver to look for what is gone.

use std::time::Duration;

use futures::TryStreamExt as _;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Client;
use kube::api::{ListParams, WatchParams};
use kube::core::metadata::PartialObjectMeta;
use kube::core::{DeserializeGuard, ObjectList, WatchEvent};
use serde::de::DeserializeOwned;

use crate::api::{Failure, failure};
use crate::backoff::Backoff;

/// Objects a page of a list holds at most.
const PAGE: u32 = 500;
/// How long the server keeps one watch open, in seconds. Below the five minutes at which proxies cut connections.
const WATCH_SECONDS: u32 = 290;
/// First and longest pause between lists where watching is forbidden. An API server that has just started forbids it
/// for a moment.
const POLL: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What a feed hands on, in the order of the server.
#[derive(Debug)]
pub enum FeedEvent<K> {
    /// A list begins: everything that it does not mention until [`FeedEvent::Listed`] is gone.
    Listing,
    /// Some of the list.
    Page(Vec<K>),
    /// The list is complete.
    Listed,
    /// An object was created or changed.
    Applied(K),
    /// An object was deleted.
    Deleted(K),
}

/// Which objects a feed follows.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path of the collection, such as `/api/v1/namespaces/x/secrets`.
    pub path: String,
    /// What it holds, for messages: `secrets`.
    pub resource: &'static str,
    /// Kubernetes label selector; empty follows everything.
    pub label_selector: String,
    /// Kubernetes field selector; empty follows everything.
    pub field_selector: String,
}

/// An object that a feed can follow.
pub trait Followed: Clone + DeserializeOwned + Send + 'static {
    /// Whether the server is asked for metadata only.
    const METADATA_ONLY: bool;

    /// The object's metadata, also of an object that did not decode.
    fn metadata(&self) -> &ObjectMeta;
}

impl<K> Followed for DeserializeGuard<K>
where
    K: Clone + DeserializeOwned + kube::Resource + Send + 'static,
{
    const METADATA_ONLY: bool = false;

    fn metadata(&self) -> &ObjectMeta {
        match &self.0 {
            Ok(object) => object.meta(),
            Err(invalid) => &invalid.metadata,
        }
    }
}

impl<K: Clone + Send + 'static> Followed for PartialObjectMeta<K> {
    const METADATA_ONLY: bool = true;

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }
}

/// Why a feed had to stop for a moment.
enum Interruption {
    /// The place in the history is gone: list again.
    Expired,
    /// The connection or the server failed: try again.
    Failed(kube::Error),
}

impl From<kube::Error> for Interruption {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) if status.code == 410 => Self::Expired,
            _ => Self::Failed(error),
        }
    }
}

/// Follows `source` for ever. `on_event` must not block; `on_failure` hears of every failure, once each.
pub async fn follow<K: Followed>(
    client: Client,
    source: Source,
    mut on_event: impl FnMut(FeedEvent<K>) + Send,
    mut on_failure: impl FnMut(&kube::Error) + Send,
) {
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(30));
    let mut poll = Backoff::new(POLL.0, POLL.1);
    loop {
        let mut version = match list(&client, &source, &mut on_event).await {
            Ok(version) => version,
            Err(interruption) => {
                pause(&source, interruption, &mut backoff, &mut on_failure).await;
                continue;
            }
        };
        backoff.reset();
        loop {
            match watch(&client, &source, &mut version, &mut on_event).await {
                Ok(()) => {
                    backoff.reset();
                    poll.reset();
                }
                Err(Interruption::Expired) => break,
                // Some installations grant `list` but not `watch`: what the list says must do, again and again.
                Err(Interruption::Failed(error)) if failure(&error) == Failure::Denied => {
                    tracing::debug!(
                        resource = source.resource,
                        "watching is forbidden, listing from time to time"
                    );
                    tokio::time::sleep(poll.pause()).await;
                    break;
                }
                Err(failed) => pause(&source, failed, &mut backoff, &mut on_failure).await,
            }
        }
    }
}

async fn pause(
    source: &Source,
    interruption: Interruption,
    backoff: &mut Backoff,
    on_failure: &mut impl FnMut(&kube::Error),
) {
    let delay = backoff.pause();
    match interruption {
        Interruption::Expired => {
            tracing::debug!(resource = source.resource, "list expired, reading it again")
        }
        Interruption::Failed(error) => {
            tracing::warn!(
                resource = source.resource,
                error = crate::api::describe(&error),
                "cannot list or watch, trying again"
            );
            on_failure(&error);
        }
    }
    tokio::time::sleep(delay).await;
}

/// Reads all pages and returns the version from which to watch.
async fn list<K: Followed>(
    client: &Client,
    source: &Source,
    on_event: &mut impl FnMut(FeedEvent<K>),
) -> Result<String, Interruption> {
    let request = kube::core::Request::new(&source.path);
    on_event(FeedEvent::Listing);
    let mut params = ListParams {
        label_selector: selector(&source.label_selector),
        field_selector: selector(&source.field_selector),
        limit: Some(PAGE),
        ..ListParams::default()
    };
    loop {
        let page = if K::METADATA_ONLY { request.list_metadata(&params) } else { request.list(&params) };
        let page = page.map_err(kube::Error::BuildRequest)?;
        let page: ObjectList<K> = client.request(page).await?;
        on_event(FeedEvent::Page(page.items));
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => params.continue_token = Some(token),
            None => {
                on_event(FeedEvent::Listed);
                return Ok(page.metadata.resource_version.unwrap_or_default());
            }
        }
    }
}

/// Watches from `version`, which moves on with every event, until the server ends the watch.
async fn watch<K: Followed>(
    client: &Client,
    source: &Source,
    version: &mut String,
    on_event: &mut impl FnMut(FeedEvent<K>),
) -> Result<(), Interruption> {
    let request = kube::core::Request::new(&source.path);
    let params = WatchParams {
        label_selector: selector(&source.label_selector),
        field_selector: selector(&source.field_selector),
        timeout: Some(WATCH_SECONDS),
        bookmarks: true,
        ..WatchParams::default()
    };
    let request = if K::METADATA_ONLY {
        request.watch_metadata(&params, version)
    } else {
        request.watch(&params, version)
    };
    let events = client.request_events::<K>(request.map_err(kube::Error::BuildRequest)?).await?;
    futures::pin_mut!(events);
    while let Some(event) = events.try_next().await? {
        match event {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                advance(version, object.metadata());
                on_event(FeedEvent::Applied(object));
            }
            WatchEvent::Deleted(object) => {
                advance(version, object.metadata());
                on_event(FeedEvent::Deleted(object));
            }
            WatchEvent::Bookmark(bookmark) => *version = bookmark.metadata.resource_version,
            WatchEvent::Error(status) => return Err(kube::Error::Api(status).into()),
        }
    }
    Ok(())
}

fn advance(version: &mut String, metadata: &ObjectMeta) {
    if let Some(newer) = &metadata.resource_version {
        version.clone_from(newer);
    }
}

fn selector(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
