//! The key Secrets that are known, and the set of keys that follows from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::DeserializeGuard;
use signet_crds::bitnami::KEY_LABEL;
use signet_sealed::KeyAge;
use signet_secret::Fingerprint;

use super::secret::{self, KeyFault, UsableKey, Version};
use super::{KeySet, Keyring};
use crate::config::KeyOrder;
use crate::feed::FeedEvent;
use crate::metrics::Metrics;

/// How a key Secret was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// By its label.
    Label,
    /// By the legacy name, which counts only while the Secret has no key label.
    Name,
}

impl Origin {
    pub(super) const ALL: [Self; 2] = [Self::Label, Self::Name];
}

/// A key Secret that was looked at.
struct Known {
    version: Version,
    created: Timestamp,
    content: Result<UsableKey, KeyFault>,
}

/// What one feed said.
#[derive(Default)]
struct Found {
    secrets: BTreeMap<String, Known>,
    /// Names seen since a list began.
    listing: Option<BTreeSet<String>>,
    listed: bool,
}

/// The key Secrets by where they were found.
pub(super) struct Registry {
    order: KeyOrder,
    by_label: Found,
    by_name: Found,
    published: Option<Summary>,
}

/// What distinguishes one set of keys from another.
#[derive(PartialEq, Eq)]
struct Summary {
    /// Identities and times, newest first.
    keys: Vec<(Fingerprint, Timestamp)>,
    /// The Secret of the current key, and its certificate, which may be replaced by another of the same time.
    current: Option<(String, String)>,
}

impl Summary {
    fn of(set: &KeySet) -> Self {
        Self {
            keys: set.keys.iter().map(|(age, _)| (age.fingerprint, age.since)).collect(),
            current: set
                .current
                .as_ref()
                .map(|current| (current.secret_name.clone(), current.certificate.to_pem().to_owned())),
        }
    }
}

impl Registry {
    pub(super) fn new(order: KeyOrder) -> Self {
        Self { order, by_label: Found::default(), by_name: Found::default(), published: None }
    }

    fn found(&mut self, origin: Origin) -> &mut Found {
        match origin {
            Origin::Label => &mut self.by_label,
            Origin::Name => &mut self.by_name,
        }
    }

    /// Takes in what a feed says. Changes become visible with [`Registry::publish`].
    pub(super) fn take(&mut self, origin: Origin, event: FeedEvent<DeserializeGuard<Secret>>) {
        match event {
            FeedEvent::Listing => self.found(origin).listing = Some(BTreeSet::new()),
            FeedEvent::Page(secrets) => secrets.into_iter().for_each(|secret| self.apply(origin, secret)),
            FeedEvent::Applied(secret) => self.apply(origin, secret),
            FeedEvent::Deleted(secret) => self.found(origin).forget(&name_of(&secret)),
            FeedEvent::Listed => {
                let found = self.found(origin);
                found.listed = true;
                if let Some(seen) = found.listing.take() {
                    let gone: Vec<_> =
                        found.secrets.keys().filter(|name| !seen.contains(*name)).cloned().collect();
                    gone.iter().for_each(|name| found.forget(name));
                }
            }
        }
    }

    fn apply(&mut self, origin: Origin, secret: DeserializeGuard<Secret>) {
        let order = self.order;
        let name = name_of(&secret);
        let metadata = metadata_of(&secret).clone();
        let found = self.found(origin);
        // A legacy key that was given the label is found by that; one labelled `compromised` is none at all.
        if origin == Origin::Name
            && metadata.labels.as_ref().is_some_and(|labels| labels.contains_key(KEY_LABEL))
        {
            return found.forget(&name);
        }
        if let Some(seen) = &mut found.listing {
            seen.insert(name.clone());
        }
        let version = Version::of(&metadata);
        if found.secrets.get(&name).is_some_and(|known| known.version == version) {
            return;
        }
        let content = match secret.0 {
            Ok(secret) => secret::read(secret, order),
            Err(_) => Err(KeyFault::NotASecret),
        };
        report(&name, &content);
        found.secrets.insert(name, Known { version, created: secret::created(&metadata), content });
    }

    /// Adds a key that this process has just written, without waiting for the feed to bring it.
    pub(super) fn add(&mut self, metadata: &ObjectMeta, key: UsableKey) {
        let name = metadata.name.clone().unwrap_or_default();
        let known =
            Known { version: Version::of(metadata), created: secret::created(metadata), content: Ok(key) };
        if let Some(seen) = &mut self.by_label.listing {
            // A list that was begun before the key was written does not have it.
            seen.insert(name.clone());
        }
        self.by_label.secrets.insert(name, known);
    }

    /// Publishes the keys if they differ from what was published last. Until both feeds have been read there is
    /// nothing to say.
    pub(super) fn publish(&mut self, keyring: &Keyring, metrics: &Metrics) {
        if !self.by_label.listed || !self.by_name.listed {
            return;
        }
        let set = self.collect();
        metrics.set_keys(set.keys.len(), self.invalid());
        let summary = Summary::of(&set);
        if self.published.as_ref() != Some(&summary) {
            self.published = Some(summary);
            keyring.publish(set.keys, set.current);
        }
    }

    /// Newest first; of equal times the Secret that was created first, as upstream registers them. A key that
    /// is in several Secrets counts once, by its newest time.
    fn collect(&self) -> KeySet {
        let mut usable: Vec<(Timestamp, &str, &UsableKey)> = self
            .known()
            .filter_map(|(name, known)| known.content.as_ref().ok().map(|key| (known.created, name, key)))
            .collect();
        usable.sort_by(|(created_a, name_a, a), (created_b, name_b, b)| {
            b.since.cmp(&a.since).then(created_a.cmp(created_b)).then(name_a.cmp(name_b))
        });
        let current = usable.iter().find_map(|(_, _, key)| key.sealing.clone());
        let mut seen = BTreeSet::new();
        let keys = usable
            .into_iter()
            .filter(|(_, _, key)| seen.insert(key.key.fingerprint()))
            .map(|(_, _, key)| {
                (KeyAge { fingerprint: key.key.fingerprint(), since: key.since }, Arc::clone(&key.key))
            })
            .collect();
        KeySet { generation: 0, keys, current }
    }

    fn invalid(&self) -> usize {
        let sound = |known: &Known| known.content.as_ref().is_ok_and(|key| key.sealing.is_some());
        self.known().filter(|(_, known)| !sound(known)).count()
    }

    fn known(&self) -> impl Iterator<Item = (&str, &Known)> {
        let all = self.by_label.secrets.iter().chain(&self.by_name.secrets);
        all.map(|(name, known)| (name.as_str(), known))
    }
}

impl Found {
    fn forget(&mut self, name: &str) {
        if self.secrets.remove(name).is_some() {
            tracing::info!(secretname = name, "dropped private key");
        }
    }
}

/// Says once for each state of a Secret what became of it.
fn report(name: &str, content: &Result<UsableKey, KeyFault>) {
    match content {
        Ok(UsableKey { sealing: Some(_), .. }) => tracing::info!(secretname = name, "registered private key"),
        Ok(UsableKey { sealing: None, .. }) => {
            tracing::info!(secretname = name, "registered private key");
            tracing::warn!(secretname = name, error = %KeyFault::OtherKey, "key Secret is not as it should be");
        }
        Err(fault) => tracing::error!(secretname = name, error = %fault, "Error reading key, skipping it"),
    }
}

fn metadata_of(secret: &DeserializeGuard<Secret>) -> &ObjectMeta {
    match &secret.0 {
        Ok(secret) => &secret.metadata,
        Err(invalid) => &invalid.metadata,
    }
}

fn name_of(secret: &DeserializeGuard<Secret>) -> String {
    metadata_of(secret).name.clone().unwrap_or_default()
}
