//! The tree a manifest stands for.

use std::fmt;

use crate::map::Map;
use crate::number;
use crate::text::{StringValue, Text};

/// A manifest, or a part of one, after the scalars were resolved.
///
/// Strings are wiped on drop, and `Debug` shows the shape without scalars and field names.
#[derive(Clone)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` and, in YAML, words such as `yes` and `off`.
    Bool(bool),
    /// A whole number, at least of the range of `i64` and `u64`.
    Int(i128),
    /// Any other number, and whole numbers too large for 64 bits.
    Float(f64),
    /// Text. Timestamps and decoded `!!binary` are text as well.
    String(Text),
    /// A list.
    Seq(Vec<Value>),
    /// An object.
    Map(Map),
}

impl Value {
    /// An empty object.
    pub fn object() -> Self {
        Value::Map(Map::new())
    }

    /// What kind of value this is, in the words of an error message.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::Seq(_) => "a list",
            Value::Map(_) => "an object",
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text of a string; `None` for every other kind.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The whole number, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(value) => i64::try_from(*value).ok(),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_seq(&self) -> Option<&[Value]> {
        match self {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The object.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The object, for changing it.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value at `path`, where each step is a field name, spelled exactly, or the decimal
    /// position in a list.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, step| match value {
            Value::Map(map) => map.get(step),
            Value::Seq(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The string that the Go tools put into a string field for this scalar: `true`, `10`,
    /// `1e+06`, and the empty string for null. `None` for lists and objects.
    ///
    /// Whether that differs from what was written is in [`crate::Document::conversions`].
    pub fn as_go_string(&self) -> Option<StringValue<'_>> {
        let owned = |text: String| Some(StringValue::Owned(Text::from(text)));
        match self {
            Value::Null => Some(StringValue::Borrowed("")),
            Value::Bool(true) => Some(StringValue::Borrowed("true")),
            Value::Bool(false) => Some(StringValue::Borrowed("false")),
            Value::Int(value) => owned(value.to_string()),
            Value::Float(value) => owned(number::float_to_string(*value)),
            Value::String(text) => Some(StringValue::Borrowed(text)),
            Value::Seq(_) | Value::Map(_) => None,
        }
    }

    /// The same tree for serde; numbers JSON cannot hold (infinities, NaN) become null. The copies
    /// of strings in it are not wiped.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => Json::from(value),
                (_, Ok(value)) => Json::from(value),
                _ => Json::from(*value as f64),
            },
            Value::Float(value) => Json::from(*value),
            Value::String(text) => Json::String(text.as_str().to_owned()),
            Value::Seq(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Value::Map(map) => {
                Json::Object(map.iter().map(|(key, value)| (key.to_owned(), value.to_json())).collect())
            }
        }
    }

    /// The same tree from serde.
    pub fn from_json(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(number) => match (number.as_i128(), number.as_f64()) {
                (Some(value), _) => Value::Int(value),
                (None, Some(value)) => Value::Float(value),
                (None, None) => Value::Null,
            },
            Json::String(text) => Value::String(Text::from(text)),
            Json::Array(items) => Value::Seq(items.into_iter().map(Value::from_json).collect()),
            Json::Object(map) => {
                Value::Map(map.into_iter().map(|(key, value)| (key, Value::from_json(value))).collect())
            }
        }
    }
}

impl PartialEq for Value {
    /// Equal content; NaN equals NaN, and the order of fields does not count.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b || a.is_nan() && b.is_nan(),
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Seq(a), Value::Seq(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Seq(items) => write!(f, "a list of {}", items.len()),
            Value::Map(map) => write!(f, "an object of {}", map.len()),
            scalar => f.write_str(scalar.kind()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(Text::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(Text::from(text))
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value.into())
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Value::Map(map)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::Seq(items)
    }
}
