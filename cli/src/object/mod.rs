//! The two objects the command line handles, Secret and SealedSecret, read and written as the Go types are.

mod schema;
mod sealed_secret;
mod secret;
mod stream;
mod time;

pub(crate) use schema::ObjectError;
pub(crate) use sealed_secret::{
    KindError, MERGED_METADATA, SEALED_WITH_ANNOTATION, SealedSecret, secret_document,
};
pub(crate) use secret::Secret;
pub(crate) use stream::{Located, documents, first_sealed_secret, locate, only_sealed_secret, rotated};

use signet_manifest::{Map, Value, to_json_pretty, to_yaml};

/// How an object is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// Two-space indentation, fields in the order of the Go types.
    Json,
    /// A document that begins with `---`, all fields sorted.
    Yaml,
}

impl Notation {
    /// The text of an object, ready to be written one after the other.
    pub(crate) fn print(self, object: &Value) -> signet_manifest::Text {
        match self {
            Self::Json => join(&to_json_pretty(object), "", "\n"),
            Self::Yaml => join(&to_yaml(object), "---\n", ""),
        }
    }
}

/// Joins without leaving a copy behind: the text may hold a value.
fn join(text: &str, before: &str, after: &str) -> signet_manifest::Text {
    let mut joined = String::with_capacity(before.len() + text.len() + after.len());
    joined.push_str(before);
    joined.push_str(text);
    joined.push_str(after);
    signet_manifest::Text::from(joined)
}

/// The text at `path`, empty where there is none.
fn text_at<'a>(map: &'a Map, path: &[&str]) -> &'a str {
    let Some((first, rest)) = path.split_first() else { return "" };
    map.get(first).and_then(|value| value.at(rest)).and_then(Value::as_str).unwrap_or("")
}
