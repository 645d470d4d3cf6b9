//! Where metadata stands in a tree.

use std::mem;

use super::{Metadata, MetadataError, flatten, read, write};
use crate::text::{self, Text};
use crate::tree::{Branch, Item, Key, Value};

const NAME: &str = "sops";
const PREFIX: &str = "sops_";

/// The ways in which formats hold metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An entry `sops`, a tree. In all documents, and read from the first.
    Nested,
    /// An entry `sops` without depth: names of nested values are joined, newlines are escaped.
    Section,
    /// Entries whose names begin with `sops_`, joined as in [`Place::Section`].
    Prefixed,
}

impl Place {
    /// Whether a name is for metadata.
    pub(crate) fn holds(self, key: &Key) -> bool {
        match self {
            Place::Nested | Place::Section => key.is(NAME),
            Place::Prefixed => key.name().is_some_and(|name| name.starts_with(PREFIX)),
        }
    }

    /// Whether the documents have metadata, as those that sops refuses to encrypt again.
    pub(crate) fn is_in(self, documents: &[Branch]) -> bool {
        documents.first().is_some_and(|first| first.entries().any(|(key, _)| self.holds(key)))
    }
}

/// Takes the metadata out of all documents, and reads that of the first.
pub(crate) fn extract(documents: &mut [Branch], place: Place) -> Result<Metadata, MetadataError> {
    let mut found = Vec::new();
    for (at, document) in documents.iter_mut().enumerate() {
        if place == Place::Prefixed && at > 0 {
            break;
        }
        let items = mem::take(&mut document.items);
        for item in items {
            match item {
                Item::Entry(key, value) if place.holds(&key) => {
                    if at == 0 {
                        found.push((key, value));
                    }
                }
                item => document.items.push(item),
            }
        }
    }
    if found.is_empty() {
        return Err(MetadataError::NotFound);
    }
    let branch = match place {
        Place::Prefixed => flatten::unflatten(found.iter().filter_map(|(key, value)| {
            key.name().and_then(|name| name.strip_prefix(PREFIX)).map(|name| (name, value))
        }))?,
        Place::Nested => single(found)?,
        Place::Section => {
            let mut section = single(found)?;
            for item in &mut section.items {
                if let Item::Entry(_, Value::Str(value)) = item {
                    *value = text::replace(value.as_bytes(), b"\\n", b"\n");
                }
            }
            flatten::unflatten(
                section.entries().filter_map(|(key, value)| key.name().map(|key| (key, value))),
            )?
        }
    };
    read::metadata(&branch)
}

fn single(found: Vec<(Key, Value)>) -> Result<Branch, MetadataError> {
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some((_, Value::Branch(branch))), None) => Ok(branch),
        (_, Some(_)) => Err(MetadataError::Duplicate),
        _ => Err(MetadataError::NotAMapping),
    }
}

/// The documents with the metadata at the end of each.
pub(crate) fn insert(
    documents: &[Branch],
    metadata: &Metadata,
    place: Place,
) -> Result<Vec<Branch>, MetadataError> {
    let branch = write::branch(metadata);
    let mut added = Branch::default();
    match place {
        Place::Nested => added.push(NAME, branch),
        Place::Prefixed => added.items = flatten::flatten(&branch, PREFIX),
        Place::Section => {
            let mut section = Branch { items: flatten::flatten(&branch, "") };
            for item in &mut section.items {
                if let Item::Entry(_, Value::Str(value)) = item {
                    *value = escape_newlines(value);
                }
            }
            added.push(NAME, section);
        }
    }
    let with_metadata = |document: &Branch| {
        if let Some((key, _)) = document.entries().find(|(key, _)| place.holds(key)) {
            return Err(MetadataError::Reserved(key.name().unwrap_or_default().to_owned()));
        }
        let mut document = document.clone();
        document.items.extend(added.items.iter().cloned());
        Ok(document)
    };
    documents.iter().map(with_metadata).collect()
}

fn escape_newlines(value: &Text) -> Text {
    text::replace(value.as_bytes(), b"\n", b"\\n")
}
