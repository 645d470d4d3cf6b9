//! A SealedSecret, as a file or an API server holds it.

use signet_manifest::{Fields, Map, Reading, TypeError, Value};
use signet_sealed::{Label, LabelError, Scope};
use signet_secret::Fingerprint;

use super::schema::{Kind, OBJECT_META, ObjectError, Schema, normalise, sort_metadata, with_type};
use super::{Secret, text_at};

/// Annotation of ours on a SealedSecret: the fingerprint of the key that sealed it. It is not
/// authenticated; it only tells the controller which key to try first.
pub(crate) const SEALED_WITH_ANNOTATION: &str = "signet.dev/sealed-with";

/// Annotation that keeps the controller from setting an owner reference.
const SKIP_OWNER_ANNOTATION: &str = "sealedsecrets.bitnami.com/skip-set-owner-references";

/// The maps of the template's metadata that a merge copies.
pub(crate) const MERGED_METADATA: [&str; 2] = ["annotations", "labels"];

const API_VERSION: &str = "bitnami.com/v1alpha1";
const KIND: &str = "SealedSecret";

const SEALED_SECRET: Schema = &[
    ("kind", Kind::Text),
    ("apiVersion", Kind::Text),
    ("metadata", Kind::Object(OBJECT_META)),
    ("spec", Kind::Object(SPEC)),
    ("status", Kind::OptionalObject(STATUS)),
];

const SPEC: Schema =
    &[("template", Kind::Object(TEMPLATE)), ("data", Kind::Bytes), ("encryptedData", Kind::TolerantTexts)];

const TEMPLATE: Schema = &[
    ("metadata", Kind::Object(OBJECT_META)),
    ("type", Kind::Text),
    ("immutable", Kind::OptionalBool),
    ("data", Kind::Texts),
];

const STATUS: Schema = &[("observedGeneration", Kind::Integer), ("conditions", Kind::Objects(CONDITION))];

const CONDITION: Schema = &[
    ("type", Kind::FullText),
    ("status", Kind::FullText),
    ("lastUpdateTime", Kind::Time),
    ("lastTransitionTime", Kind::Time),
    ("reason", Kind::Text),
    ("message", Kind::Text),
];

/// A SealedSecret with the fields its Go type has and no others, in the order Go encodes them.
#[derive(Clone)]
pub(crate) struct SealedSecret {
    object: Map,
    legacy: bool,
}

/// Why a document is not a SealedSecret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum KindError {
    /// A field that cannot be read.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The document has no kind.
    #[error("the document has no kind, expected a SealedSecret")]
    NoKind,
    /// The document is something else.
    #[error(
        "the document is a {kind} of {api_version:?}, expected a SealedSecret of \"bitnami.com/v1alpha1\""
    )]
    Other {
        /// What it says it is.
        kind: String,
        /// The API group and version it names.
        api_version: String,
    },
}

impl SealedSecret {
    /// Reads a document as kubeseal reads those it sends to the controller: kind and apiVersion are not
    /// looked at. `None` when nothing in it belongs to a SealedSecret.
    ///
    /// # Errors
    /// When a field has the wrong type.
    pub(crate) fn read_any(document: &Value) -> Result<Option<Self>, ObjectError> {
        if document.as_map().is_none() {
            return Ok(None);
        }
        let read = normalise(&Fields::of(document, Reading::Lenient)?, SEALED_SECRET, Reading::Lenient)?;
        let legacy = read.map.get("spec").and_then(|spec| spec.at(&["data"])).is_some();
        Ok((!read.blank).then_some(Self { object: read.map, legacy }))
    }

    /// Whether a document says that it is a SealedSecret, of whatever version.
    pub(crate) fn claims_to_be(document: &Value) -> bool {
        let text = |name: &str| document.at(&[name]).and_then(Value::as_str).unwrap_or_default();
        text("kind") == KIND && text("apiVersion").starts_with("bitnami.com/")
    }

    /// Reads a document that must be a SealedSecret, field names and types as spelled in the definition.
    ///
    /// # Errors
    /// When it is something else, or a field has the wrong type.
    pub(crate) fn read(document: &Value) -> Result<Self, KindError> {
        let fields = Fields::of(document, Reading::Strict).map_err(ObjectError::from)?;
        let text = |name: &str| -> Result<String, TypeError> {
            Ok(fields.string(name)?.map(|text| text.as_str().to_owned()).unwrap_or_default())
        };
        let (kind, api_version) =
            (text("kind").map_err(ObjectError::from)?, text("apiVersion").map_err(ObjectError::from)?);
        match (kind.as_str(), api_version.as_str()) {
            (KIND, API_VERSION) => {}
            ("", _) => return Err(KindError::NoKind),
            _ => return Err(KindError::Other { kind, api_version }),
        }
        let legacy = fields.object("spec").map_err(ObjectError::from)?.has("data");
        Ok(Self { object: normalise(&fields, SEALED_SECRET, Reading::Strict)?.map, legacy })
    }

    /// Wraps a Secret whose values were sealed: `encrypted` holds their text by key.
    pub(crate) fn around(secret: Secret, encrypted: Map) -> Self {
        let mut metadata = Map::new();
        for (field, text) in [("name", secret.name()), ("namespace", secret.namespace())] {
            if !text.is_empty() {
                metadata.insert(field, text);
            }
        }
        if let Some(annotation) = secret.scope().annotation() {
            metadata.insert("annotations", Map::from_iter([(annotation, "true")]));
        }
        let mut spec = Map::new();
        spec.insert("template", secret.into_template());
        spec.insert("encryptedData", encrypted);
        let rest = [("metadata".to_owned(), metadata.into()), ("spec".to_owned(), spec.into())];
        Self { object: with_type(KIND, API_VERSION, rest), legacy: false }
    }

    /// `metadata.name`, empty when absent.
    pub(crate) fn name(&self) -> &str {
        text_at(&self.object, &["metadata", "name"])
    }

    /// `metadata.namespace`, empty when absent.
    pub(crate) fn namespace(&self) -> &str {
        text_at(&self.object, &["metadata", "namespace"])
    }

    /// `NAMESPACE/NAME` for messages.
    pub(crate) fn place(&self) -> String {
        match (self.namespace(), self.name()) {
            ("", name) => name.to_owned(),
            (namespace, name) => format!("{namespace}/{name}"),
        }
    }

    /// The scope that its own metadata declares. The template has no say in it.
    pub(crate) fn scope(&self) -> Scope {
        Scope::from_annotations(|name| Some(text_at(&self.object, &["metadata", "annotations", name])))
    }

    /// What its values are bound to.
    ///
    /// # Errors
    /// When the scope binds a name or namespace that the object lacks.
    pub(crate) fn label(&self) -> Result<Label, LabelError> {
        Label::new(self.scope(), self.namespace(), self.name())
    }

    /// Keys and sealed texts in order of keys.
    pub(crate) fn encrypted(&self) -> impl Iterator<Item = (&str, &str)> {
        let items = self.spec().get("encryptedData").and_then(Value::as_map);
        items.into_iter().flat_map(Map::iter).map(|(name, text)| (name, text.as_str().unwrap_or("")))
    }

    /// Keys and texts of `spec.template.data`, which are rendered with the opened values; in order of keys.
    pub(crate) fn templates(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.template().get("data").and_then(Value::as_map);
        entries.into_iter().flat_map(Map::iter).map(|(name, text)| (name, text.as_str().unwrap_or("")))
    }

    /// Whether the object is of the first format, one blob in `spec.data`.
    pub(crate) fn is_legacy(&self) -> bool {
        self.legacy
    }

    /// The key that the object says it was sealed with.
    pub(crate) fn sealed_with(&self) -> Option<Fingerprint> {
        text_at(&self.object, &["metadata", "annotations", SEALED_WITH_ANNOTATION]).parse().ok()
    }

    /// Notes the key that sealed the values.
    pub(crate) fn set_sealed_with(&mut self, key: Fingerprint) {
        let metadata = child(&mut self.object, "metadata");
        let annotations = child(metadata, "annotations");
        annotations.insert(SEALED_WITH_ANNOTATION, key.to_string());
        annotations.sort_by(str::cmp);
    }

    /// `spec.template`.
    pub(crate) fn template(&self) -> &Map {
        match self.spec().get("template") {
            Some(Value::Map(template)) => template,
            _ => &EMPTY,
        }
    }

    /// The entries of a map of the template's metadata that a merge copies: all but the annotations that declare
    /// a scope, as the object merged into has its own.
    pub(crate) fn template_metadata(&self, field: &str) -> impl Iterator<Item = (&str, &str)> {
        let metadata = self.template().get("metadata");
        let entries = metadata.and_then(|metadata| metadata.at(&[field])).and_then(Value::as_map);
        entries
            .into_iter()
            .flat_map(Map::iter)
            .filter(|(name, _)| !Scope::ALL.into_iter().any(|scope| scope.annotation() == Some(*name)))
            .map(|(name, value)| (name, value.as_str().unwrap_or_default()))
    }

    /// Merges the items, template labels and template annotations of another object into this one.
    pub(crate) fn add(&mut self, other: &Self) {
        let spec = child(&mut self.object, "spec");
        let items = child(spec, "encryptedData");
        for (name, text) in other.encrypted() {
            items.insert(name, text);
        }
        items.sort_by(str::cmp);
        let metadata = child(child(spec, "template"), "metadata");
        for field in MERGED_METADATA {
            let mut entries = other.template_metadata(field).peekable();
            if entries.peek().is_some() {
                let map = child(metadata, field);
                for (name, text) in entries {
                    map.insert(name, text);
                }
                map.sort_by(str::cmp);
            }
        }
        sort_metadata(metadata);
    }

    /// Whether the generated Secret gets no owner reference.
    pub(crate) fn skips_owner(&self) -> bool {
        text_at(self.template(), &["metadata", "annotations", SKIP_OWNER_ANNOTATION]) == "true"
    }

    /// Clears what an API server keeps for itself and a file should not hold.
    pub(crate) fn clear_server_fields(&mut self) {
        let metadata = child(&mut self.object, "metadata");
        for name in ["creationTimestamp", "deletionTimestamp", "generation"] {
            metadata.remove(name);
        }
    }

    /// The object with kind and apiVersion in front, whatever was read.
    pub(crate) fn to_value(&self) -> Value {
        let rest = self.object.iter().filter(|(name, _)| !matches!(*name, "kind" | "apiVersion"));
        let rest = rest.map(|(name, value)| (name.to_owned(), value.clone()));
        with_type(KIND, API_VERSION, rest).into()
    }

    /// The object as it was read, which may lack kind and apiVersion.
    pub(crate) fn as_read(&self) -> Value {
        self.object.clone().into()
    }

    fn spec(&self) -> &Map {
        match self.object.get("spec") {
            Some(Value::Map(spec)) => spec,
            _ => &EMPTY,
        }
    }
}

static EMPTY: std::sync::LazyLock<Map> = std::sync::LazyLock::new(Map::new);

/// The object under `name`, made if there is none.
fn child<'m>(map: &'m mut Map, name: &str) -> &'m mut Map {
    if map.get(name).and_then(Value::as_map).is_none() {
        map.insert(name, Map::new());
    }
    // The line above made sure that it is there and an object.
    map.get_mut(name).and_then(Value::as_map_mut).expect("a map was inserted where there was none")
}

/// The Secret that the controller makes of `sealed`, around values that are already base64.
pub(crate) fn secret_document(sealed: &SealedSecret, data: Map) -> Value {
    let template = sealed.template();
    let mut given = template.get("metadata").and_then(Value::as_map).cloned().unwrap_or_default();
    for (field, text) in [("name", sealed.name()), ("namespace", sealed.namespace())] {
        given.remove(field);
        if !text.is_empty() {
            given.insert(field, text);
        }
    }
    if !sealed.skips_owner() {
        let mut owner = Map::new();
        owner.insert("apiVersion", API_VERSION);
        owner.insert("kind", KIND);
        owner.insert("name", sealed.name());
        owner.insert("uid", text_at(&sealed.object, &["metadata", "uid"]));
        owner.insert("controller", true);
        given.insert("ownerReferences", vec![Value::from(owner)]);
    }
    sort_metadata(&mut given);
    let mut rest = vec![("metadata".to_owned(), given.into())];
    let mut optional = |name: &str, value: Option<&Value>| {
        rest.extend(value.map(|value| (name.to_owned(), value.clone())));
    };
    optional("immutable", template.get("immutable"));
    let data = Value::from(data);
    optional("data", Some(&data).filter(|data| data.as_map().is_some_and(|map| !map.is_empty())));
    optional("type", template.get("type"));
    with_type("Secret", "v1", rest).into()
}
