//! The Go types as tables, and reading an object by such a table.
//!
//! What comes out is what Go would encode again: known fields only, in the order of the Go type, empty
//! ones left out where Go leaves them out, maps sorted by key.

use base64::Engine as _;
use signet_manifest::{Fields, Map, Reading, TypeError, Value};

use super::time;

/// The fields of a Go type in the order Go encodes them.
pub(super) type Schema = &'static [(&'static str, Kind)];

/// The Go type of a field.
pub(super) enum Kind {
    /// A string, left out when empty.
    Text,
    /// A string, written even when empty.
    FullText,
    /// A number, left out when zero.
    Integer,
    /// A number, left out when absent.
    OptionalInteger,
    /// A boolean, left out when absent.
    OptionalBool,
    /// A point in time, left out when absent.
    Time,
    /// A map of strings, left out when empty.
    Texts,
    /// `spec.encryptedData`: a map of strings that never fails to read, always written.
    TolerantTexts,
    /// A list of strings, left out when empty.
    TextList,
    /// Base64, left out when empty; absent and empty differ when read.
    Bytes,
    /// Any value, left out when absent.
    Raw,
    /// An object, always written.
    Object(Schema),
    /// An object, left out when absent.
    OptionalObject(Schema),
    /// A list of objects, left out when empty.
    Objects(Schema),
}

pub(super) const OBJECT_META: Schema = &[
    ("name", Kind::Text),
    ("generateName", Kind::Text),
    ("namespace", Kind::Text),
    ("selfLink", Kind::Text),
    ("uid", Kind::Text),
    ("resourceVersion", Kind::Text),
    ("generation", Kind::Integer),
    ("creationTimestamp", Kind::Time),
    ("deletionTimestamp", Kind::Time),
    ("deletionGracePeriodSeconds", Kind::OptionalInteger),
    ("labels", Kind::Texts),
    ("annotations", Kind::Texts),
    ("ownerReferences", Kind::Objects(OWNER_REFERENCE)),
    ("finalizers", Kind::TextList),
    ("managedFields", Kind::Objects(MANAGED_FIELDS)),
];

const OWNER_REFERENCE: Schema = &[
    ("apiVersion", Kind::FullText),
    ("kind", Kind::FullText),
    ("name", Kind::FullText),
    ("uid", Kind::FullText),
    ("controller", Kind::OptionalBool),
    ("blockOwnerDeletion", Kind::OptionalBool),
];

const MANAGED_FIELDS: Schema = &[
    ("manager", Kind::Text),
    ("operation", Kind::Text),
    ("apiVersion", Kind::Text),
    ("time", Kind::Time),
    ("fieldsType", Kind::Text),
    ("fieldsV1", Kind::Raw),
    ("subresource", Kind::Text),
];

/// Why an object cannot be read. The text never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ObjectError {
    /// A field holds the wrong kind of value.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// A timestamp that is not RFC 3339.
    #[error("`{0}` must be a time such as 2006-01-02T15:04:05Z")]
    Time(&'static str),
    /// A value that is not standard base64 with padding.
    #[error("`{0}` is not valid base64")]
    Base64(String),
}

/// An object read by a table.
pub(super) struct Normalised {
    /// What Go would encode.
    pub(super) map: Map,
    /// Whether Go's object equals one that was never filled.
    pub(super) blank: bool,
}

/// Reads an object by a table.
pub(super) fn normalise(
    fields: &Fields<'_>,
    schema: Schema,
    reading: Reading,
) -> Result<Normalised, ObjectError> {
    let mut out = Normalised { map: Map::new(), blank: true };
    for (name, kind) in schema {
        let field = read_field(fields, name, kind, reading)?;
        out.blank &= field.blank;
        if let Some(value) = field.value {
            out.map.insert(*name, value);
        }
    }
    Ok(out)
}

/// One field: what is written, and whether Go's field is at its zero value.
struct Field {
    value: Option<Value>,
    blank: bool,
}

impl Field {
    const ABSENT: Self = Self { value: None, blank: true };

    fn present(value: impl Into<Value>) -> Self {
        Self { value: Some(value.into()), blank: false }
    }

    /// Left out of the text when `empty`, though Go's field is set.
    fn unless_empty(value: impl Into<Value>, empty: bool) -> Self {
        Self { value: (!empty).then(|| value.into()), blank: false }
    }
}

fn read_field(
    fields: &Fields<'_>,
    name: &'static str,
    kind: &Kind,
    reading: Reading,
) -> Result<Field, ObjectError> {
    Ok(match kind {
        Kind::Text => match fields.string(name)? {
            Some(text) if !text.is_empty() => Field::present(text.into_text()),
            _ => Field::ABSENT,
        },
        Kind::FullText => {
            let text = fields.string(name)?.map(|text| text.into_text()).unwrap_or_default();
            Field { blank: text.is_empty(), value: Some(text.into()) }
        }
        Kind::Integer => match integer(fields, name, reading)? {
            Some(number) if number != 0 => Field::present(number),
            _ => Field::ABSENT,
        },
        Kind::OptionalInteger => integer(fields, name, reading)?.map_or(Field::ABSENT, Field::present),
        Kind::OptionalBool => fields.bool(name)?.map_or(Field::ABSENT, Field::present),
        Kind::Time => match fields.string(name)? {
            Some(text) => Field::present(time::normalise(&text).ok_or(ObjectError::Time(name))?),
            None => Field::ABSENT,
        },
        Kind::Raw => match fields.value(name) {
            Some(value) if !value.is_null() => Field::present(value.clone()),
            _ => Field::ABSENT,
        },
        Kind::Bytes => match fields.string(name)? {
            Some(text) => Field::unless_empty(canonical_base64(name, &text)?, text.is_empty()),
            None => Field::ABSENT,
        },
        Kind::Texts | Kind::TolerantTexts | Kind::TextList => read_texts(fields, name, kind)?,
        Kind::Object(schema) => {
            let inner = normalise(&fields.object(name)?, schema, reading)?;
            Field { blank: inner.blank, value: Some(inner.map.into()) }
        }
        Kind::OptionalObject(schema) if fields.has(name) => {
            Field::present(normalise(&fields.object(name)?, schema, reading)?.map)
        }
        Kind::OptionalObject(_) => Field::ABSENT,
        Kind::Objects(schema) if fields.has(name) => {
            let items = fields.list(name)?.iter().map(|item| {
                let item = Fields::of(item, reading)?;
                Ok(Value::from(normalise(&item, schema, reading)?.map))
            });
            let items = items.collect::<Result<Vec<Value>, ObjectError>>()?;
            let empty = items.is_empty();
            Field::unless_empty(items, empty)
        }
        Kind::Objects(_) => Field::ABSENT,
    })
}

/// A whole number, which the lenient reading also finds in `1e3`.
fn integer(fields: &Fields<'_>, name: &str, reading: Reading) -> Result<Option<i64>, ObjectError> {
    match fields.value(name) {
        // Exact: such a number has at most 53 bits.
        Some(Value::Float(number))
            if reading == Reading::Lenient && number.fract() == 0.0 && number.abs() < 9e15 =>
        {
            Ok(Some(*number as i64))
        }
        _ => Ok(fields.integer(name)?),
    }
}

fn read_texts(fields: &Fields<'_>, name: &'static str, kind: &Kind) -> Result<Field, ObjectError> {
    Ok(match kind {
        Kind::TolerantTexts => match fields.value(name) {
            // A Go map that was never filled encodes as null.
            None => Field { value: Some(Value::Null), blank: true },
            Some(value) => Field::present(tolerant(value)),
        },
        _ if !fields.has(name) => Field::ABSENT,
        Kind::TextList => {
            let items: Vec<Value> =
                fields.strings(name)?.into_iter().map(|text| text.into_text().into()).collect();
            let empty = items.is_empty();
            Field::unless_empty(items, empty)
        }
        _ => {
            let mut map: Map =
                fields.string_map(name)?.into_iter().map(|(key, text)| (key, text.into_text())).collect();
            map.sort_by(str::cmp);
            let empty = map.is_empty();
            Field::unless_empty(map, empty)
        }
    })
}

/// Whatever has the wrong shape reads as empty: one malformed object must not stop a list of many, and
/// the API server stores such objects because the field's schema lets everything through.
fn tolerant(value: &Value) -> Map {
    let Some(entries) = value.as_map() else { return Map::new() };
    let mut map: Map = entries.iter().map(|(key, value)| (key, value.as_str().unwrap_or(""))).collect();
    map.sort_by(str::cmp);
    map
}

fn canonical_base64(name: &str, text: &str) -> Result<String, ObjectError> {
    let bytes = decode_base64(text).ok_or_else(|| ObjectError::Base64(name.to_owned()))?;
    Ok(base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// Decodes as Go does: standard alphabet, padding required, line breaks anywhere, loose trailing bits.
pub(super) fn decode_base64(text: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    );
    let mut joined = zeroize::Zeroizing::new(Vec::new());
    let text = if text.contains(['\r', '\n']) {
        joined.reserve_exact(text.len());
        joined.extend(text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')));
        joined.as_slice()
    } else {
        text.as_bytes()
    };
    let mut bytes = zeroize::Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
    let length = ENGINE.decode_slice(text, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// The `kind` and `apiVersion` in front of an object.
pub(super) fn with_type(
    kind: &str,
    api_version: &str,
    rest: impl IntoIterator<Item = (String, Value)>,
) -> Map {
    let mut map = Map::new();
    map.insert("kind", kind);
    map.insert("apiVersion", api_version);
    for (name, value) in rest {
        map.insert(name, value);
    }
    map
}

/// Puts the fields of a metadata object into the order of the Go type, after some were replaced.
pub(super) fn sort_metadata(metadata: &mut Map) {
    let position = |name: &str| OBJECT_META.iter().position(|(field, _)| *field == name);
    metadata.sort_by(|a, b| position(a).cmp(&position(b)));
}
