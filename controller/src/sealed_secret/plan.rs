//! What to do about the Secret of one SealedSecret. No I/O, no clock, no randomness.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use super::key::Digest;
use super::observe::{SecretFacts, is_true};
use super::open::Desired;
use super::secret_object::{Encoded, SecretObject};
use signet_crds::bitnami::MANAGED_ANNOTATION;

/// The type that the API server gives a Secret without one.
const DEFAULT_TYPE: &str = "Opaque";

/// The next step, with what it needs.
pub(crate) enum Plan {
    /// The Secret is as it should be.
    Leave,
    /// There is none: create it.
    Create(SecretObject),
    /// Write this in place of the existing one.
    Replace(SecretObject),
    /// It is not ours and nobody allowed us to touch it.
    Refuse,
}

/// Whether the Secret may be written: owned by this SealedSecret, or offered by annotation, or marked as ours for an
/// object that wants no owner reference.
fn entitled(owner: Digest, facts: &SecretFacts, skip_owner: bool) -> bool {
    facts.owner == Some(owner)
        || facts.managed
        || facts.patch
        || skip_owner && facts.marked_by_us && facts.owner.is_none()
}

/// The step for `desired` when `existing` was read in full. `owner` is the uid of the SealedSecret.
pub(crate) fn plan(desired: Desired, existing: Option<SecretObject>, owner: Digest) -> Plan {
    let Some(existing) = existing else { return Plan::Create(desired.secret) };
    let facts = SecretFacts::of(&existing.metadata);
    if !entitled(owner, &facts, desired.expected.skip_owner) {
        return Plan::Refuse;
    }
    let before = Shape::of(&existing);
    let wanted =
        if facts.patch { merged(desired.secret, existing) } else { replaced(desired.secret, existing) };
    if before.matches(&wanted) { Plan::Leave } else { Plan::Replace(wanted) }
}

/// Whether the Secret may be replaced without reading it: we own it, it is not merged into, and it has nothing that
/// the replacement would lose.
pub(crate) fn replaceable(desired: &Desired, facts: &SecretFacts, owner: Digest) -> bool {
    facts.owner == Some(owner) && !facts.patch && !facts.needs_reading && !desired.expected.skip_owner
}

/// Data, labels, annotations and owners become the desired ones; all else stays.
fn replaced(desired: SecretObject, mut existing: SecretObject) -> SecretObject {
    existing.metadata.labels = desired.metadata.labels;
    existing.metadata.annotations = desired.metadata.annotations;
    existing.metadata.owner_references = desired.metadata.owner_references;
    existing.data = desired.data;
    existing.type_ = desired.type_;
    existing
}

/// Data, labels and annotations are merged, ours winning. Owners become ours only when the merged Secret is `managed`.
fn merged(desired: SecretObject, mut existing: SecretObject) -> SecretObject {
    existing.data.extend(desired.data);
    merge(&mut existing.metadata.labels, desired.metadata.labels);
    merge(&mut existing.metadata.annotations, desired.metadata.annotations);
    if is_true(existing.metadata.annotations.as_ref(), MANAGED_ANNOTATION) {
        existing.metadata.owner_references = desired.metadata.owner_references;
    }
    existing.type_ = desired.type_;
    existing
}

fn merge(into: &mut Option<BTreeMap<String, String>>, from: Option<BTreeMap<String, String>>) {
    if let Some(from) = from {
        into.get_or_insert_default().extend(from);
    }
}

/// The parts of a Secret that we may change, kept to compare them with the result. Values are compared by keyed
/// digest: the original moves into the result.
struct Shape {
    labels: Digest,
    annotations: Digest,
    owners: Vec<OwnerReference>,
    data: Digest,
    type_: String,
}

impl Shape {
    fn of(secret: &SecretObject) -> Self {
        Self {
            labels: texts(&secret.metadata.labels),
            annotations: texts(&secret.metadata.annotations),
            owners: owners(&secret.metadata),
            data: values(&secret.data),
            type_: secret.type_.clone(),
        }
    }

    fn matches(&self, wanted: &SecretObject) -> bool {
        // The server reads no type as the default one: sending it would change nothing.
        let same_type = self.type_ == wanted.type_ || wanted.type_.is_empty() && self.type_ == DEFAULT_TYPE;
        same_type
            && self.labels == texts(&wanted.metadata.labels)
            && self.annotations == texts(&wanted.metadata.annotations)
            && self.owners == owners(&wanted.metadata)
            && self.data == values(&wanted.data)
    }
}

fn texts(map: &Option<BTreeMap<String, String>>) -> Digest {
    Digest::of_set(map.iter().flatten())
}

fn values(data: &BTreeMap<String, Encoded>) -> Digest {
    Digest::of_set(data.iter().map(|(name, value)| (name, value.0.expose())))
}

fn owners(metadata: &ObjectMeta) -> Vec<OwnerReference> {
    metadata.owner_references.clone().unwrap_or_default()
}

/// Whether the controller may bring back or remove a Secret with these facts for its SealedSecret `owner`.
pub(crate) fn belongs(owner: Digest, facts: &SecretFacts) -> bool {
    facts.owner == Some(owner) || facts.managed
}
