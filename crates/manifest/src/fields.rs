//! Typed fields of a tree, read as the Go decoders read them.

use crate::map::Map;
use crate::text::StringValue;
use crate::value::Value;

/// How names and scalars are matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Names in any case, and booleans and numbers where a string belongs become strings: how
    /// `kubeseal` reads Secrets to seal.
    Lenient,
    /// Names as spelled and strings where strings belong: how the API machinery reads typed
    /// objects, such as the SealedSecret of a merge.
    Strict,
}

/// A field holds the wrong kind of value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` must be {expected}, found {found}")]
#[non_exhaustive]
pub struct TypeError {
    /// The field, with dots between the names; `.` for the document itself.
    pub path: String,
    /// What belongs there, with its article.
    pub expected: &'static str,
    /// What is there, with its article.
    pub found: &'static str,
}

/// The fields of one object. An absent or null object reads as one without fields.
#[derive(Clone)]
pub struct Fields<'v> {
    map: Option<&'v Map>,
    path: String,
    reading: Reading,
}

impl<'v> Fields<'v> {
    /// The fields of a whole document. Fails for lists and scalars other than null.
    pub fn of(value: &'v Value, reading: Reading) -> Result<Self, TypeError> {
        Self::at_path(Some(value), String::new(), reading)
    }

    /// The object in field `name`.
    pub fn object(&self, name: &str) -> Result<Fields<'v>, TypeError> {
        Self::at_path(self.value(name), self.path_of(name), self.reading)
    }

    /// Whether `name` is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| !value.is_null())
    }

    /// The value of field `name` as it is.
    pub fn value(&self, name: &str) -> Option<&'v Value> {
        let map = self.map?;
        match self.reading {
            Reading::Lenient => map.get_ci(name),
            Reading::Strict => map.get(name),
        }
    }

    /// The object itself, `None` where it was absent or null.
    pub fn map(&self) -> Option<&'v Map> {
        self.map
    }

    /// The string in field `name`; null reads as absent.
    pub fn string(&self, name: &str) -> Result<Option<StringValue<'v>>, TypeError> {
        match self.value(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => self.to_string_value(value, || self.path_of(name)).map(Some),
        }
    }

    /// The boolean in field `name`; null reads as absent.
    pub fn bool(&self, name: &str) -> Result<Option<bool>, TypeError> {
        match self.value(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(other) => Err(self.mismatch(self.path_of(name), "a boolean", other)),
        }
    }

    /// The whole number in field `name`; null reads as absent.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, TypeError> {
        match self.value(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.mismatch(self.path_of(name), "a 64-bit integer", value)),
            },
        }
    }

    /// The object of strings in field `name`, in the order written; null values are empty
    /// strings, an absent or null object is empty.
    pub fn string_map(&self, name: &str) -> Result<Vec<(&'v str, StringValue<'v>)>, TypeError> {
        self.object(name)?.all_strings()
    }

    /// All fields as strings, in the order written; null values are empty strings.
    pub fn all_strings(&self) -> Result<Vec<(&'v str, StringValue<'v>)>, TypeError> {
        let fields = self.map.into_iter().flat_map(Map::iter);
        fields
            .map(|(key, value)| self.to_string_value(value, || self.path_of(key)).map(|text| (key, text)))
            .collect()
    }

    /// The list of strings in field `name`; null items are empty strings, an absent or null list
    /// is empty.
    pub fn strings(&self, name: &str) -> Result<Vec<StringValue<'v>>, TypeError> {
        self.list(name)?
            .iter()
            .enumerate()
            .map(|(at, value)| self.to_string_value(value, || format!("{}.{at}", self.path_of(name))))
            .collect()
    }

    /// The list in field `name`; an absent or null list is empty.
    pub fn list(&self, name: &str) -> Result<&'v [Value], TypeError> {
        match self.value(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Seq(items)) => Ok(items),
            Some(other) => Err(self.mismatch(self.path_of(name), "a list", other)),
        }
    }

    fn at_path(value: Option<&'v Value>, path: String, reading: Reading) -> Result<Self, TypeError> {
        let map = match value {
            None | Some(Value::Null) => None,
            Some(Value::Map(map)) => Some(map),
            Some(other) => {
                let path = if path.is_empty() { ".".to_owned() } else { path };
                return Err(TypeError { path, expected: "an object", found: other.kind() });
            }
        };
        Ok(Fields { map, path, reading })
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn to_string_value(
        &self,
        value: &'v Value,
        path: impl FnOnce() -> String,
    ) -> Result<StringValue<'v>, TypeError> {
        match (value, self.reading) {
            (Value::Null, _) => Ok(StringValue::Borrowed("")),
            (Value::String(text), _) => Ok(StringValue::Borrowed(text)),
            (other, Reading::Lenient) => {
                other.as_go_string().ok_or_else(|| self.mismatch(path(), "a string", other))
            }
            (other, Reading::Strict) => Err(self.mismatch(path(), "a string", other)),
        }
    }

    fn mismatch(&self, path: String, expected: &'static str, found: &Value) -> TypeError {
        TypeError { path, expected, found: found.kind() }
    }
}
