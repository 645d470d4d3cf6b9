//! Opening and sealing again on behalf of whoever asks.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use signet_crds::bitnami::{SEALED_WITH_ANNOTATION, SealedSecret};
use signet_sealed::{
    CLUSTER_WIDE_ANNOTATION, KeyHints, Label, NAMESPACE_WIDE_ANNOTATION, SystemRandom, Unsealer, seal_value,
};
use signet_secret::{Fingerprint, Plaintext};

use super::State;
use super::object::{Rest, Undecodable, decode};
use crate::keyring::{KeySet, SealingKey};
use crate::metadata::{clear_server_fields, scope};
use crate::rsa_pool::Lane;

/// Annotations in which `kubectl apply` and kubecfg keep the object as it was applied, its old values included.
const LAST_APPLIED: [&str; 2] =
    ["kubectl.kubernetes.io/last-applied-configuration", "kubecfg.ksonnet.io/last-applied-configuration"];

/// Why a request was not granted. Whoever asks learns at most which of the first two it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The body is no SealedSecret.
    Undecodable(Undecodable),
    /// A value cannot be opened: for want of a key, for its name, namespace or scope, or because the format is
    /// refused. There is deliberately no further word on it.
    CannotOpen,
    /// The opened value could not be sealed again.
    CannotSeal,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undecodable(fault) => fault.fmt(f),
            Self::CannotOpen => f.write_str("the SealedSecret cannot be opened"),
            Self::CannotSeal => f.write_str("there is no key to seal with"),
        }
    }
}

/// One sealed value of an object.
enum Item {
    /// An entry of `encryptedData`.
    Entry(String),
    /// The deprecated `data`.
    Blob,
}

/// An object whose values are to be opened, one after the other.
struct Work {
    keys: Arc<KeySet>,
    label: Label,
    items: Vec<(Item, String)>,
    created: Option<jiff::Timestamp>,
}

impl State {
    /// Whether all values of the object can be opened.
    ///
    /// Nothing is made of the opened values: neither a template nor the deprecated format, whose plaintext is an
    /// object, is looked into. An answer that depended on them could be asked one bit at a time.
    pub(super) async fn verify(&self, body: &[u8]) -> Result<(), Refusal> {
        let sealed = self.decode(body, Rest::Refused).await?;
        let work = self.work_on(&sealed)?;
        self.each(work, |_| Ok(())).await.map(drop)
    }

    /// The object with its values sealed with the current key, as JSON.
    ///
    /// Each value is sealed under the label under which it was opened, whatever the template says, and everything
    /// else stays as it was but for what the API server or `kubectl apply` has put into it.
    pub(super) async fn rotate(&self, body: &[u8]) -> Result<String, Refusal> {
        let mut sealed = self.decode(body, Rest::Ignored).await?;
        let work = self.work_on(&sealed)?;
        let key = work.keys.current.clone().ok_or(Refusal::CannotSeal)?;
        let (sealing, label) = (Arc::clone(&key), work.label.clone());
        let seal = move |value: &Plaintext| {
            seal_value(sealing.certificate.public_key(), &label, value.expose(), &mut SystemRandom)
                .map_err(|_| Refusal::CannotSeal)
        };
        for (item, text) in self.each(work, seal).await? {
            match item {
                Item::Entry(name) => drop(sealed.spec.encrypted_data.insert(name, text)),
                Item::Blob => sealed.spec.data = Some(text),
            }
        }
        tidy(&mut sealed, &key);
        serde_json::to_string(&sealed).map_err(|_| Refusal::CannotSeal)
    }

    async fn decode(&self, body: &[u8], rest: Rest) -> Result<SealedSecret, Refusal> {
        // Some megabytes of YAML take too long for a thread that serves others.
        let body = body.to_vec();
        let decoded = tokio::task::spawn_blocking(move || decode(&body, rest)).await;
        decoded.unwrap_or(Err(Undecodable::Shape)).map_err(Refusal::Undecodable)
    }

    fn work_on(&self, sealed: &SealedSecret) -> Result<Work, Refusal> {
        let metadata = &sealed.metadata;
        let items = match &sealed.spec.data {
            Some(_) if !self.api.accept_v1 || !sealed.spec.encrypted_data.is_empty() => {
                return Err(Refusal::CannotOpen);
            }
            Some(blob) => vec![(Item::Blob, blob.clone())],
            None => {
                let entries = sealed.spec.encrypted_data.iter();
                entries.map(|(name, text)| (Item::Entry(name.clone()), text.clone())).collect()
            }
        };
        let (namespace, name) = (metadata.namespace.as_deref(), metadata.name.as_deref());
        let label = Label::new(scope(metadata), namespace.unwrap_or_default(), name.unwrap_or_default());
        Ok(Work {
            keys: self.api.keyring.snapshot(),
            label: label.map_err(|_| Refusal::CannotOpen)?,
            items,
            created: metadata.creation_timestamp.as_ref().map(|time| time.0),
        })
    }

    /// Opens the values one by one and makes something of each on the thread that opened it.
    ///
    /// One task at a time: an object with thousands of values shares the threads with other requests, and is left
    /// alone as soon as its client is gone or its time is up. The first failure ends it. That tells nothing which
    /// asking for each value by itself would not, and keeps what a useless request costs to one value.
    async fn each<T, M>(&self, work: Work, make: M) -> Result<Vec<(Item, T)>, Refusal>
    where
        T: Send + 'static,
        M: Fn(&Plaintext) -> Result<T, Refusal> + Send + Sync + 'static,
    {
        let Work { keys, label, items, created } = work;
        let (label, make) = (Arc::new(label), Arc::new(make));
        let mut neighbour: Option<Fingerprint> = None;
        let mut made = Vec::with_capacity(items.len());
        for (item, text) in items {
            let (keys, label, make) = (Arc::clone(&keys), Arc::clone(&label), Arc::clone(&make));
            let task = move || {
                let hints = KeyHints { created, ..KeyHints::default() };
                match Unsealer::new(&keys.keys, hints).open(&text, &label, neighbour) {
                    Ok(opened) => (make(&opened.value), opened.key, opened.operations),
                    Err((_, operations)) => (Err(Refusal::CannotOpen), None, operations),
                }
            };
            let done = self.api.rsa.run(Lane::Change, task).await;
            let (outcome, key, operations) = done.map_err(|_| Refusal::CannotOpen)?;
            self.api.metrics.rsa_operations(operations);
            made.push((item, outcome?));
            neighbour = key;
        }
        Ok(made)
    }
}

/// Makes a manifest of an object that may have been read from a cluster.
fn tidy(sealed: &mut SealedSecret, key: &SealingKey) {
    sealed.status = None;
    let metadata = &mut sealed.metadata;
    clear_server_fields(metadata);
    let template = &mut sealed.spec.template.metadata;
    for name in LAST_APPLIED {
        set_annotation(metadata, name, None);
        set_annotation(template, name, None);
    }
    // A scope in the template that is not the object's own misleads whoever reads or merges the file.
    for name in [NAMESPACE_WIDE_ANNOTATION, CLUSTER_WIDE_ANNOTATION] {
        let own = metadata.annotations.as_ref().and_then(|annotations| annotations.get(name)).cloned();
        set_annotation(template, name, own);
    }
    let hinted = metadata.annotations.as_ref().is_some_and(|a| a.contains_key(SEALED_WITH_ANNOTATION));
    if hinted {
        set_annotation(metadata, SEALED_WITH_ANNOTATION, Some(key.fingerprint.to_string()));
    }
}

fn set_annotation(metadata: &mut ObjectMeta, name: &str, value: Option<String>) {
    match value {
        Some(value) => drop(metadata.annotations.get_or_insert_default().insert(name.to_owned(), value)),
        None => {
            if let Some(annotations) = &mut metadata.annotations {
                annotations.remove(name);
            }
        }
    }
    if metadata.annotations.as_ref().is_some_and(BTreeMap::is_empty) {
        metadata.annotations = None;
    }
}
