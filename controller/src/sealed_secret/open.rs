//! From a SealedSecret and the keys to the Secret it describes: opens the values and renders the templates. Runs on the
//! RSA threads; computes and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use signet_crds::bitnami::{SKIP_OWNER_ANNOTATION, SealedSecret, SyncedReason};
use signet_sealed::{KeyAge, KeyHints, Label, PrivateKey, Unsealer};
use signet_secret::{Fingerprint, Plaintext};

use super::key::Digest;
use super::observe::{Expected, is_true, key_hints};
use super::secret_object::{Encoded, SecretObject};
use super::templates::Templates;
use crate::metadata::{clear_server_fields, scope};

/// The Secret that a SealedSecret asks for.
pub(crate) struct Desired {
    /// As it would be created. Name and namespace are those of the SealedSecret.
    pub(crate) secret: SecretObject,
    /// How it must look from outside.
    pub(crate) expected: Expected,
}

/// Why there is no Secret to be made. The text goes into status and events: names of items and nothing of their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenFailure {
    pub(crate) reason: SyncedReason,
    pub(crate) message: String,
    /// A key that is not known yet could change the outcome.
    pub(crate) waits_for_key: bool,
}

impl OpenFailure {
    fn new(message: impl Into<String>) -> Self {
        Self { reason: SyncedReason::UnsealFailed, message: message.into(), waits_for_key: false }
    }
}

impl OpenFailure {
    /// The RSA thread gave no answer.
    pub(crate) fn crashed() -> Self {
        Self::new("opening the values failed inside the controller; this is a bug, please report it")
    }
}

/// What opening cost and which key fitted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effort {
    pub(crate) operations: u64,
    pub(crate) key: Option<Fingerprint>,
}

/// Opens all of `sealed`. `previous` is the key that opened the last object.
pub(crate) fn open(
    sealed: &SealedSecret,
    keys: &[(KeyAge, Arc<PrivateKey>)],
    previous: Option<Fingerprint>,
    accept_v1: bool,
    templates: &Templates,
) -> (Result<Desired, OpenFailure>, Effort) {
    let mut effort = Effort::default();
    let named = key_hints(&sealed.metadata);
    let created = sealed.metadata.creation_timestamp.as_ref().map(|time| time.0);
    let unsealer = Unsealer::new(keys, KeyHints { previous, named: &named, created });
    let opened = label(sealed).and_then(|label| match &sealed.spec.data {
        Some(blob) => open_v1(sealed, blob, &unsealer, &label, accept_v1, &mut effort),
        None => open_items(sealed, &unsealer, &label, templates, &mut effort),
    });
    (opened, effort)
}

fn label(sealed: &SealedSecret) -> Result<Label, OpenFailure> {
    let metadata = &sealed.metadata;
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    let name = metadata.name.as_deref().unwrap_or_default();
    Label::new(scope(metadata), namespace, name).map_err(|error| OpenFailure::new(error.to_string()))
}

fn open_items(
    sealed: &SealedSecret,
    unsealer: &Unsealer<'_>,
    label: &Label,
    templates: &Templates,
    effort: &mut Effort,
) -> Result<Desired, OpenFailure> {
    let items = sealed.spec.encrypted_data.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let opened = unsealer.open_all(items, label).map_err(|(error, operations)| {
        effort.operations = operations;
        OpenFailure { waits_for_key: error.waits_for_key(), ..OpenFailure::new(error.to_string()) }
    })?;
    *effort = Effort { operations: opened.operations, key: opened.key };
    let template = &sealed.spec.template;
    let rendered = templates.render(&template.data, &opened.value).map_err(|message| OpenFailure {
        reason: SyncedReason::TemplateFailed,
        ..OpenFailure::new(message)
    })?;
    // A template takes the place of the value of its name, which the templates have seen.
    let entries = opened.value.into_iter().chain(rendered);
    let data = entries.map(|(name, value)| (name.as_str().to_owned(), Encoded(value))).collect();
    Ok(desired(sealed, template.metadata.clone(), template.type_.clone(), template.immutable, data))
}

/// The deprecated format: one blob that holds the JSON of a whole Secret.
fn open_v1(
    sealed: &SealedSecret,
    blob: &str,
    unsealer: &Unsealer<'_>,
    label: &Label,
    accept_v1: bool,
    effort: &mut Effort,
) -> Result<Desired, OpenFailure> {
    if !accept_v1 {
        return Err(OpenFailure::new(
            "spec.data is deprecated and refused by this controller: seal the Secret again, or start with --accept-deprecated-v1-data",
        ));
    }
    if !sealed.spec.encrypted_data.is_empty() {
        return Err(OpenFailure::new(
            "spec.data (deprecated) and spec.encryptedData cannot be used at the same time",
        ));
    }
    let opened = unsealer.open(blob, label, None).map_err(|(fault, operations)| {
        effort.operations = operations;
        let waits_for_key = fault == signet_sealed::ItemFault::NoKey;
        OpenFailure { waits_for_key, ..OpenFailure::new(format!("{fault} (spec.data)")) }
    })?;
    *effort = Effort { operations: opened.operations, key: opened.key };
    let undecodable = || OpenFailure::new("spec.data opens, but what it holds is not a Secret");
    let inner: SecretObject = serde_json::from_slice(opened.value.expose()).map_err(|_| undecodable())?;
    let texts: StringData = serde_json::from_slice(opened.value.expose()).map_err(|_| undecodable())?;
    let mut data = inner.data;
    data.extend(
        texts.string_data.unwrap_or_default().into_iter().map(|(name, text)| (name, Encoded(text.0))),
    );
    Ok(desired(sealed, inner.metadata, inner.type_, inner.immutable, data))
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct StringData {
    #[serde(default)]
    string_data: Option<BTreeMap<String, Text>>,
}

struct Text(Plaintext);

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(Plaintext::from(String::deserialize(from)?.into_bytes())))
    }
}

fn desired(
    sealed: &SealedSecret,
    mut metadata: ObjectMeta,
    type_: String,
    immutable: Option<bool>,
    data: BTreeMap<String, Encoded>,
) -> Desired {
    // Also for the deprecated format it is the template that asks for no owner.
    let skip_owner = is_true(sealed.spec.template.metadata.annotations.as_ref(), SKIP_OWNER_ANNOTATION);
    metadata.name.clone_from(&sealed.metadata.name);
    metadata.namespace.clone_from(&sealed.metadata.namespace);
    clear_server_fields(&mut metadata);
    if !skip_owner {
        metadata.owner_references = Some(vec![owner(sealed)]);
    }
    let keys = Digest::of_set(data.keys());
    let expected = Expected::with_keys(Some(keys), &metadata, skip_owner);
    Desired { secret: SecretObject::new(metadata, type_, immutable, data), expected }
}

/// `blockOwnerDeletion` stays unset: it would need more rights on some clusters.
fn owner(sealed: &SealedSecret) -> OwnerReference {
    OwnerReference {
        api_version: "bitnami.com/v1alpha1".to_owned(),
        kind: "SealedSecret".to_owned(),
        name: sealed.metadata.name.clone().unwrap_or_default(),
        uid: sealed.metadata.uid.clone().unwrap_or_default(),
        controller: Some(true),
        block_owner_deletion: None,
    }
}
