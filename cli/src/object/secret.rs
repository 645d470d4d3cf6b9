//! A Secret that is to be sealed.

use signet_manifest::{Fields, Map, Reading, Value};
use signet_sealed::Scope;
use signet_secret::{Plaintext, SecretMap};

use super::schema::{Kind, OBJECT_META, ObjectError, Schema, decode_base64, normalise, sort_metadata};
use super::text_at;

/// Everything of a Secret but its values.
const SHELL: Schema = &[
    ("kind", Kind::Text),
    ("apiVersion", Kind::Text),
    ("metadata", Kind::Object(OBJECT_META)),
    ("immutable", Kind::OptionalBool),
    ("type", Kind::Text),
];

/// Annotations in which kubectl and kubecfg keep the whole object, values included.
const LAST_APPLIED: [&str; 2] =
    ["kubectl.kubernetes.io/last-applied-configuration", "kubecfg.ksonnet.io/last-applied-configuration"];

/// Fields of the metadata that only a server sets.
const SERVER_SIDE: [&str; 7] = [
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

/// A Secret as kubeseal reads it: kind and apiVersion are not looked at, unknown fields are dropped.
pub(crate) struct Secret {
    metadata: Map,
    secret_type: Option<Value>,
    immutable: Option<Value>,
    values: SecretMap,
}

impl Secret {
    /// Reads a document. `None` when nothing in it belongs to a Secret, as in a scalar, a list or an
    /// object of other fields: such documents are skipped.
    ///
    /// # Errors
    /// When a field has the wrong type or a value is not base64. The error never holds a value.
    pub(crate) fn read(document: &Value) -> Result<Option<Self>, ObjectError> {
        if document.as_map().is_none() {
            return Ok(None);
        }
        let fields = Fields::of(document, Reading::Lenient)?;
        let mut shell = normalise(&fields, SHELL, Reading::Lenient)?;
        let mut values = SecretMap::new();
        for (name, value) in fields.object("data")?.map().into_iter().flat_map(Map::iter) {
            values.insert(name, read_data(name, value)?);
        }
        // Last, so that it wins over `data`.
        for (name, text) in fields.string_map("stringData")? {
            values.insert(name, Plaintext::from(text.as_bytes().to_vec()));
        }
        if shell.blank && !fields.has("data") && !fields.has("stringData") {
            return Ok(None);
        }
        let metadata = match shell.map.remove("metadata") {
            Some(Value::Map(metadata)) => metadata,
            _ => Map::new(),
        };
        let (secret_type, immutable) = (shell.map.remove("type"), shell.map.remove("immutable"));
        Ok(Some(Self { metadata, secret_type, immutable, values }))
    }

    /// `metadata.name`, empty when absent.
    pub(crate) fn name(&self) -> &str {
        text_at(&self.metadata, &["name"])
    }

    /// `metadata.namespace`, empty when absent.
    pub(crate) fn namespace(&self) -> &str {
        text_at(&self.metadata, &["namespace"])
    }

    /// Replaces the name.
    pub(crate) fn set_name(&mut self, name: &str) {
        self.metadata.insert("name", name);
    }

    /// Replaces the namespace.
    pub(crate) fn set_namespace(&mut self, namespace: &str) {
        self.metadata.insert("namespace", namespace);
    }

    /// The scope its annotations declare.
    pub(crate) fn scope(&self) -> Scope {
        let annotations = self.metadata.get("annotations");
        Scope::from_annotations(|name| annotations?.as_map()?.get(name)?.as_str())
    }

    /// Declares another scope.
    pub(crate) fn set_scope(&mut self, scope: Scope) {
        let mut annotations = match self.metadata.remove("annotations") {
            Some(Value::Map(annotations)) => annotations,
            _ => Map::new(),
        };
        for name in Scope::ALL.into_iter().filter_map(Scope::annotation) {
            annotations.remove(name);
        }
        if let Some(name) = scope.annotation() {
            annotations.insert(name, "true");
        }
        self.replace_map("annotations", annotations);
    }

    /// The values by key, `stringData` over `data`.
    pub(crate) fn values(&self) -> &SecretMap {
        &self.values
    }

    /// The values alone.
    pub(crate) fn into_values(self) -> SecretMap {
        self.values
    }

    /// What becomes `spec.template`: the metadata without what a server set or what holds a copy of the
    /// values, the type and the immutable flag.
    pub(super) fn into_template(mut self) -> Map {
        for name in SERVER_SIDE.into_iter().chain(["ownerReferences"]) {
            self.metadata.remove(name);
        }
        if let Some(Value::Map(mut annotations)) = self.metadata.remove("annotations") {
            for name in LAST_APPLIED {
                annotations.remove(name);
            }
            self.replace_map("annotations", annotations);
        }
        let mut template = Map::new();
        sort_metadata(&mut self.metadata);
        template.insert("metadata", self.metadata);
        for (name, value) in [("type", self.secret_type), ("immutable", self.immutable)] {
            if let Some(value) = value {
                template.insert(name, value);
            }
        }
        template
    }

    fn replace_map(&mut self, name: &str, mut map: Map) {
        map.sort_by(str::cmp);
        if !map.is_empty() {
            self.metadata.insert(name, map);
        }
    }
}

/// A value of `data`: base64 text or null. Numbers and booleans are not converted here, as a name such as
/// `1234` would silently become base64.
fn read_data(name: &str, value: &Value) -> Result<Plaintext, ObjectError> {
    let error = || ObjectError::Base64(format!("data.{name}"));
    match value {
        Value::Null => Ok(Plaintext::from(Vec::new())),
        Value::String(text) => decode_base64(text).map(Plaintext::from).ok_or_else(error),
        _ => Err(error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(entries: Vec<(&str, Value)>) -> Value {
        entries.into_iter().collect::<Map>().into()
    }

    #[test]
    fn documents_without_a_field_of_a_secret_are_skipped() {
        for skipped in [
            Value::from("text"),
            Value::from(vec![Value::from("item")]),
            Value::object(),
            object(vec![("spec", Value::object())]),
            object(vec![("metadata", Value::object()), ("data", Value::Null)]),
            object(vec![("metadata", object(vec![("generation", Value::from(0))]))]),
        ] {
            assert!(Secret::read(&skipped).unwrap().is_none(), "{skipped:?}");
        }
        for kept in [
            object(vec![("kind", Value::from("ConfigMap"))]),
            object(vec![("data", Value::object())]),
            object(vec![("metadata", object(vec![("labels", Value::object())]))]),
            object(vec![("immutable", Value::from(false))]),
        ] {
            assert!(Secret::read(&kept).unwrap().is_some(), "{kept:?}");
        }
    }

    #[test]
    fn string_data_wins_over_data_and_field_names_match_in_any_case() {
        let data =
            object(vec![("a", Value::from("QQ==")), ("b", Value::from("Q\r\nkI=")), ("c", Value::Null)]);
        let secret =
            Secret::read(&object(vec![("DATA", data), ("StringData", object(vec![("a", Value::from(7))]))]));
        let secret = secret.unwrap().unwrap();
        let values: Vec<_> =
            secret.values().iter().map(|(name, value)| (name.to_string(), value.expose().to_vec())).collect();
        let expected = [("a", "7"), ("b", "BB"), ("c", "")];
        assert!(values == expected.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())));
    }

    #[test]
    fn data_that_is_not_base64_is_refused_without_quoting_it() {
        for bad in [
            Value::from("canary"),
            Value::from(1234),
            Value::from("QQ"),
            Value::from("-_=="),
            Value::object(),
        ] {
            let error = Secret::read(&object(vec![("data", object(vec![("k", bad)]))])).err().unwrap();
            assert_eq!(error.to_string(), "`data.k` is not valid base64");
        }
    }

    #[test]
    fn a_chosen_scope_replaces_both_annotations() {
        let annotations = object(vec![
            ("z", Value::from("kept")),
            ("sealedsecrets.bitnami.com/cluster-wide", Value::from("true")),
            ("sealedsecrets.bitnami.com/namespace-wide", Value::from("True")),
        ]);
        let metadata = object(vec![("annotations", annotations)]);
        let mut secret = Secret::read(&object(vec![("metadata", metadata)])).unwrap().unwrap();
        assert_eq!(secret.scope(), Scope::ClusterWide);
        secret.set_scope(Scope::NamespaceWide);
        assert_eq!(secret.scope(), Scope::NamespaceWide);
        secret.set_scope(Scope::Strict);
        assert_eq!(secret.scope(), Scope::Strict);
        let template = Value::from(secret.into_template());
        assert_eq!(template.at(&["metadata", "annotations"]).unwrap().as_map().unwrap().len(), 1);
    }
}
