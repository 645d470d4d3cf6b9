//! Cluster objects turned into what a decision needs, small enough to keep for every object.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};
use serde_json::Value;
use signet_crds::bitnami::{
    ConditionStatus, MANAGED_ANNOTATION, PATCH_ANNOTATION, SEALED_WITH_ANNOTATION, SKIP_OWNER_ANNOTATION,
    SealedSecret, SyncedReason,
};
use signet_sealed::Scope;
use signet_secret::Fingerprint;

use super::key::Digest;
use crate::metadata::scope;

/// The name under which the controller writes. The API server records it beside every field we set; it is how
/// drift is seen without reading a value.
pub const FIELD_MANAGER: &str = "signet-controller";

/// Whether `annotations` holds `name` with exactly the value `true`.
pub(crate) fn is_true(annotations: Option<&BTreeMap<String, String>>, name: &str) -> bool {
    annotations.and_then(|annotations| annotations.get(name)).is_some_and(|value| value == "true")
}

/// The reason that a success with this scope is reported with.
pub(crate) fn success_reason(scope: Scope) -> SyncedReason {
    match scope {
        Scope::Strict => SyncedReason::UnsealedStrict,
        Scope::NamespaceWide => SyncedReason::UnsealedNamespaceWide,
        Scope::ClusterWide => SyncedReason::UnsealedClusterWide,
    }
}

/// Keys that the object says it was sealed with. At most a handful count: the annotation is not authenticated.
pub(crate) fn key_hints(metadata: &ObjectMeta) -> Vec<Fingerprint> {
    let hint = metadata.annotations.as_ref().and_then(|annotations| annotations.get(SEALED_WITH_ANNOTATION));
    hint.map(|text| text.split(',').take(8).filter_map(|part| part.trim().parse().ok()).collect())
        .unwrap_or_default()
}

/// What the Secret of a SealedSecret must look like, as far as metadata shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// Names of the data entries; `None` while they are sealed themselves (`spec.data`).
    pub(crate) keys: Option<Digest>,
    /// Names of the labels and annotations.
    pub(crate) metadata_names: Digest,
    /// Labels and annotations with their values.
    pub(crate) metadata: Digest,
    /// The Secret gets no owner reference.
    pub(crate) skip_owner: bool,
}

impl Expected {
    /// What the spec of `sealed` asks for.
    pub(crate) fn of(sealed: &SealedSecret) -> Self {
        let template = &sealed.spec.template;
        let keys: BTreeSet<&String> = sealed.spec.encrypted_data.keys().chain(template.data.keys()).collect();
        let keys = sealed.spec.data.is_none().then(|| Digest::of_set(keys));
        Self::with_keys(
            keys,
            &template.metadata,
            is_true(template.metadata.annotations.as_ref(), SKIP_OWNER_ANNOTATION),
        )
    }

    /// For a Secret with these data entries and this metadata.
    pub(crate) fn with_keys(keys: Option<Digest>, metadata: &ObjectMeta, skip_owner: bool) -> Self {
        Self { keys, metadata_names: declared_names(metadata), metadata: declared(metadata), skip_owner }
    }
}

fn declared(metadata: &ObjectMeta) -> Digest {
    Digest::of_set(entries(metadata))
}

fn declared_names(metadata: &ObjectMeta) -> Digest {
    Digest::of_set(entries(metadata).map(|(kind, name, _)| (kind, name)))
}

/// Labels and annotations, told apart by the name of their field.
fn entries(metadata: &ObjectMeta) -> impl Iterator<Item = (&'static str, &str, &str)> {
    fn of<'a>(
        kind: &'static str,
        map: &'a Option<BTreeMap<String, String>>,
    ) -> impl Iterator<Item = (&'static str, &'a str, &'a str)> {
        map.iter().flatten().map(move |(name, value)| (kind, name.as_str(), value.as_str()))
    }
    of("labels", &metadata.labels).chain(of("annotations", &metadata.annotations))
}

/// What the metadata of a Secret shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SecretFacts {
    /// Its version; zero when the server's is not a number.
    pub(crate) version: u64,
    /// The uid of its controller.
    pub(crate) owner: Option<Digest>,
    /// It carries the annotation that lets us take it over.
    pub(crate) managed: bool,
    /// It carries the annotation that lets us merge into it.
    pub(crate) patch: bool,
    /// We created it, or we wrote that it is to have no owner. Both survive on the Secret when the owner reference does
    /// not, and tell it from a foreign one.
    pub(crate) marked_by_us: bool,
    /// It has parts that a replacement made from the SealedSecret alone would lose.
    pub(crate) needs_reading: bool,
    /// Names of the data entries that we wrote last.
    our_keys: Digest,
    /// Names of all data entries.
    all_keys: Digest,
    /// Names of the labels and annotations that we wrote last.
    our_metadata: Digest,
    /// Labels and annotations with their values.
    metadata: Digest,
    /// When somebody else last changed data, in seconds.
    others_wrote: Option<i64>,
}

impl SecretFacts {
    /// Reads metadata, managed fields included.
    pub(crate) fn of(metadata: &ObjectMeta) -> Self {
        let mut fields = Fields::default();
        for entry in metadata.managed_fields.iter().flatten() {
            fields.add(entry);
        }
        let controller =
            metadata.owner_references.iter().flatten().find(|owner| owner.controller == Some(true));
        let annotations = metadata.annotations.as_ref();
        let version = metadata.resource_version.as_ref().and_then(|version| version.parse().ok());
        let version = version.unwrap_or_default();
        Self {
            version,
            owner: controller.map(|owner| Digest::of(owner.uid.as_str())),
            managed: is_true(annotations, MANAGED_ANNOTATION),
            patch: is_true(annotations, PATCH_ANNOTATION),
            marked_by_us: fields.our_type
                || fields.our_metadata.contains(&("annotations", SKIP_OWNER_ANNOTATION.to_owned())),
            needs_reading: version == 0
                || fields.immutable
                || metadata.finalizers.as_ref().is_some_and(|finalizers| !finalizers.is_empty())
                || metadata.managed_fields.is_none(),
            our_keys: Digest::of_set(&fields.our_keys),
            all_keys: Digest::of_set(&fields.all_keys),
            our_metadata: Digest::of_set(&fields.our_metadata),
            metadata: declared(metadata),
            others_wrote: fields.others_wrote,
        }
    }

    /// Whether the labels and annotations that `expected` asks for are there. Others may have added theirs.
    fn carries(&self, expected: &Expected) -> bool {
        self.our_metadata == expected.metadata_names || self.metadata == expected.metadata
    }

    /// Whether the Secret still stands as we wrote it for `expected`, when the SealedSecret's status was written at
    /// `status_written` (server time, seconds) and says that all was well then.
    ///
    /// An entry that we own has our value. One that another manager owns has the value that we compared, unless that
    /// manager wrote since.
    pub(crate) fn settled(&self, expected: &Expected, status_written: i64) -> bool {
        let Some(keys) = expected.keys else { return false };
        let untouched = self.our_keys == keys || self.others_wrote.is_none_or(|wrote| wrote < status_written);
        if self.patch {
            // Entries of others beside ours are as they should be; of ours in the hands of others too little is known.
            return self.our_keys == keys || self.all_keys == keys && untouched;
        }
        self.all_keys == keys && untouched && self.carries(expected)
    }

    /// Whether every value, label and annotation that `expected` asks for is as we wrote it last.
    pub(crate) fn is_wholly_ours(&self, expected: &Expected) -> bool {
        expected.keys.is_some_and(|keys| self.our_keys == keys && self.all_keys == keys)
            && self.carries(expected)
    }

    /// Whether something of ours changed between `self`, which was checked in full, and `now`.
    pub(crate) fn drifted(&self, now: &Self, expected: &Expected) -> bool {
        if now.owner != self.owner {
            return true;
        }
        if now.is_wholly_ours(expected) {
            return false;
        }
        let data = (now.all_keys, now.our_keys, now.others_wrote)
            != (self.all_keys, self.our_keys, self.others_wrote);
        let metadata = now.metadata != self.metadata && !now.carries(expected);
        data || metadata
    }
}

/// The managed fields of a Secret, added up.
#[derive(Default)]
struct Fields {
    our_keys: BTreeSet<String>,
    all_keys: BTreeSet<String>,
    our_metadata: BTreeSet<(&'static str, String)>,
    our_type: bool,
    immutable: bool,
    others_wrote: Option<i64>,
}

impl Fields {
    fn add(&mut self, entry: &ManagedFieldsEntry) {
        let Some(fields) = entry.fields_v1.as_ref().and_then(|fields| fields.0.as_object()) else { return };
        let ours = entry.manager.as_deref() == Some(FIELD_MANAGER);
        let keys = members(fields.get("f:data"));
        self.immutable |= fields.contains_key("f:immutable");
        if ours {
            self.our_type |= fields.contains_key("f:type");
            self.our_keys.extend(keys.iter().cloned());
            if let Some(metadata) = fields.get("f:metadata").and_then(Value::as_object) {
                for (field, kind) in [("f:labels", "labels"), ("f:annotations", "annotations")] {
                    self.our_metadata
                        .extend(members(metadata.get(field)).into_iter().map(|name| (kind, name)));
                }
            }
        } else if !keys.is_empty() {
            // An entry without a time counts as just written.
            let wrote = entry.time.as_ref().map_or(i64::MAX, |time| time.0.as_second());
            self.others_wrote = self.others_wrote.max(Some(wrote));
        }
        self.all_keys.extend(keys);
    }
}

/// The names under a field of a map: `{".": {}, "f:a": {}}` has `a`.
fn members(field: Option<&Value>) -> Vec<String> {
    let names = field.and_then(Value::as_object).into_iter().flat_map(|object| object.keys());
    names.filter_map(|name| name.strip_prefix("f:")).map(str::to_owned).collect()
}

/// The uid of an object, as its digest.
pub(crate) fn uid(metadata: &ObjectMeta) -> Digest {
    Digest::of(metadata.uid.as_deref().unwrap_or_default())
}

/// When the server recorded our last write to the status, in seconds.
fn status_written(metadata: &ObjectMeta) -> Option<i64> {
    let ours = |entry: &&ManagedFieldsEntry| {
        entry.subresource.as_deref() == Some("status") && entry.manager.as_deref() == Some(FIELD_MANAGER)
    };
    let entry = metadata.managed_fields.iter().flatten().find(ours)?;
    entry.time.as_ref().map(|time| time.0.as_second())
}

/// Whether the status and the Secret's metadata prove that nothing is to be done for `sealed`.
pub(crate) fn settled(sealed: &SealedSecret, secret: Option<&SecretFacts>) -> bool {
    let Some(secret) = secret else { return false };
    let Some(condition) = sealed.status.as_ref().and_then(|status| status.synced()) else { return false };
    let observed = sealed.status.as_ref().and_then(|status| status.observed_generation);
    let reason = success_reason(scope(&sealed.metadata)).as_str();
    let reported = condition.status == ConditionStatus::True
        && condition.reason.as_deref() == Some(reason)
        && observed == sealed.metadata.generation;
    let expected = Expected::of(sealed);
    let owned = secret.owner == Some(uid(&sealed.metadata));
    let entitled = if expected.skip_owner {
        owned || secret.marked_by_us || secret.managed || secret.patch
    } else {
        owned || secret.patch && !secret.managed
    };
    reported
        && entitled
        && status_written(&sealed.metadata).is_some_and(|written| secret.settled(&expected, written))
}
