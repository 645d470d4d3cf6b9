use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::CustomResource;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// On an existing Secret, value `true`: the controller may take it over.
pub const MANAGED_ANNOTATION: &str = "sealedsecrets.bitnami.com/managed";
/// On an existing Secret, value `true`: the controller merges into it instead of replacing.
pub const PATCH_ANNOTATION: &str = "sealedsecrets.bitnami.com/patch";
/// In a template, value `true`: the Secret gets no owner reference.
pub const SKIP_OWNER_ANNOTATION: &str = "sealedsecrets.bitnami.com/skip-set-owner-references";
/// On a SealedSecret: fingerprints of the keys that sealed it, separated by commas. A hint: it may change
/// the order in which keys are tried and nothing else.
pub const SEALED_WITH_ANNOTATION: &str = "signet.dev/sealed-with";
/// On a key Secret: whether the key is in use.
pub const KEY_LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";
/// Value of [`KEY_LABEL`] for a key in use. Any other value, such as `compromised`, retires the key.
pub const KEY_LABEL_ACTIVE: &str = "active";
/// On a SealedSecret: becomes a label of its metric series.
pub const INSTANCE_LABEL: &str = "app.kubernetes.io/instance";
/// The one condition type.
pub const SYNCED: &str = "Synced";

/// The sealed values, and what the Secret made of them looks like.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "bitnami.com",
    version = "v1alpha1",
    kind = "SealedSecret",
    plural = "sealedsecrets",
    singular = "sealedsecret",
    namespaced,
    status = "SealedSecretStatus",
    derive = "Default",
    derive = "PartialEq",
    doc = "A Secret whose values are encrypted for the controller, so that it can be kept in Git.",
    printcolumn = r#"{"name":"Status","type":"string","jsonPath":".status.conditions[0].message"}"#,
    printcolumn = r#"{"name":"Synced","type":"string","jsonPath":".status.conditions[0].status"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = as_upstream)]
pub struct SealedSecretSpec {
    /// Structure of the Secret that is created from this object: its metadata, type and templated entries.
    #[serde(default, deserialize_with = "null_as_default")]
    pub template: SecretTemplate,
    /// Deprecated: one sealed blob of a whole Secret. Use encryptedData.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "legacy_schema")]
    pub data: Option<String>,
    /// The sealed values by key: base64 of one envelope each.
    #[serde(default, deserialize_with = "lenient_items")]
    #[schemars(schema_with = "items_schema")]
    pub encrypted_data: BTreeMap<String, String>,
}

/// Structure of the Secret that is created from a SealedSecret. It is not authenticated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretTemplate {
    /// Metadata of the Secret. Name and namespace are those of the SealedSecret, whatever stands here.
    #[serde(default, deserialize_with = "null_as_default")]
    #[schemars(schema_with = "metadata_schema")]
    pub metadata: ObjectMeta,
    /// Type of the Secret.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "String::is_empty"
    )]
    #[schemars(schema_with = "string_schema")]
    pub type_: String,
    /// Whether the data of the Secret may never change. Honoured when the Secret is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "boolean_schema")]
    pub immutable: Option<bool>,
    /// Entries that are rendered from Go templates over the decrypted values.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "template_data_schema")]
    pub data: BTreeMap<String, String>,
}

/// What the controller last observed of a SealedSecret.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SealedSecretStatus {
    /// The generation that the controller processed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "int64_schema")]
    pub observed_generation: Option<i64>,
    /// Current state. `Synced` is the first and only condition.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<SealedSecretCondition>,
}

/// One condition of a SealedSecret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SealedSecretCondition {
    /// Kind of condition; `Synced` is the only one.
    #[serde(rename = "type")]
    pub type_: String,
    /// `True`, `False` or `Unknown`.
    #[schemars(schema_with = "string_schema")]
    pub status: ConditionStatus,
    /// When the condition was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "time_schema")]
    pub last_update_time: Option<Time>,
    /// When `status` last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "time_schema")]
    pub last_transition_time: Option<Time>,
    /// Why, as one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "string_schema")]
    pub reason: Option<String>,
    /// Why, for people. Empty on success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "string_schema")]
    pub message: Option<String>,
}

/// Status of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Not known; never written.
    #[serde(other)]
    Unknown,
}

/// Reasons of the `Synced` condition. The three of success name the scope that the values were opened with: after a
/// restart the controller compares it with the annotations of the object instead of opening anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncedReason {
    /// Opened with the strict scope and applied.
    UnsealedStrict,
    /// Opened with the namespace-wide scope and applied.
    UnsealedNamespaceWide,
    /// Opened with the cluster-wide scope and applied.
    UnsealedClusterWide,
    /// A value could not be opened.
    UnsealFailed,
    /// The Secret could not be written.
    UpdateFailed,
    /// A Secret of that name exists and is not ours.
    Unmanaged,
    /// An entry of `template.data` could not be rendered.
    TemplateFailed,
}

impl SyncedReason {
    /// The word in `reason`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnsealedStrict => "UnsealedStrict",
            Self::UnsealedNamespaceWide => "UnsealedNamespaceWide",
            Self::UnsealedClusterWide => "UnsealedClusterWide",
            Self::UnsealFailed => "UnsealFailed",
            Self::UpdateFailed => "UpdateFailed",
            Self::Unmanaged => "Unmanaged",
            Self::TemplateFailed => "TemplateFailed",
        }
    }
}

impl fmt::Display for SyncedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl SealedSecretStatus {
    /// The `Synced` condition, if it was ever written.
    #[must_use]
    pub fn synced(&self) -> Option<&SealedSecretCondition> {
        self.conditions.iter().find(|condition| condition.type_ == SYNCED)
    }
}

fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Keeps what can be read: one object with items of the wrong shape must not break list and watch for all.
/// A wrong item becomes the empty text, a wrong collection the empty map.
fn lenient_items<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let Value::Object(items) = Value::deserialize(from)? else { return Ok(BTreeMap::new()) };
    let text = |value| match value {
        Value::String(text) => text,
        _ => String::new(),
    };
    Ok(items.into_iter().map(|(name, value)| (name, text(value))).collect())
}

// The schema is upstream's, field by field. schemars would add formats and bounds that upstream's does not have.

/// Reading is more lenient than the schema: a missing field gets its default here, while the API server must neither
/// fill in defaults nor accept an object without `encryptedData`.
fn as_upstream(schema: &mut Schema) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(remove_defaults);
    }
    schema.insert("required".to_owned(), Value::from(vec!["encryptedData"]));
}

fn remove_defaults(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    object.remove("default");
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(remove_defaults);
    }
}

fn string_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string" })
}

fn boolean_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "boolean" })
}

fn int64_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "format": "int64" })
}

fn time_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date-time" })
}

fn legacy_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "byte" })
}

fn items_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "additionalProperties": { "type": "string" },
        "x-kubernetes-preserve-unknown-fields": true
    })
}

fn template_data_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "nullable": true, "additionalProperties": { "type": "string" } })
}

fn metadata_schema(_: &mut SchemaGenerator) -> Schema {
    let texts = json_schema!({ "type": "object", "additionalProperties": { "type": "string" } });
    json_schema!({
        "type": "object",
        "nullable": true,
        "x-kubernetes-preserve-unknown-fields": true,
        "properties": {
            "name": { "type": "string" },
            "namespace": { "type": "string" },
            "labels": texts,
            "annotations": texts,
            "finalizers": { "type": "array", "items": { "type": "string" } }
        }
    })
}
