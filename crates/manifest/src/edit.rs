//! Changes of single values in a manifest's text.

use crate::document::Document;
use crate::error::ReadError;

/// Why a text was not edited. The text is then unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no such document.
    #[error("there is no document {number}, the file has {count}")]
    NoDocument {
        /// The document asked for, from 1.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// The path leads through something that is not an object, or the value to remove is absent.
    #[error("there is no `{path}` to edit")]
    NoSuchPath {
        /// The part of the path that is missing.
        path: String,
    },
    /// The value is shared through an anchor, an alias or a merge key.
    #[error("`{path}` on line {line} is part of an anchor or alias, edit it by hand")]
    Shared {
        /// The path.
        path: String,
        /// Line in the text, from 1.
        line: usize,
    },
    /// The text around the value cannot be changed safely.
    #[error("cannot edit `{path}` in place: {reason}")]
    Unsupported {
        /// The path.
        path: String,
        /// What stands in the way.
        reason: &'static str,
    },
}

/// A text with changes applied to single values.
///
/// Comments, order, quoting, line endings and every byte outside of the touched entries stay as
/// they are. After each change the text is read again and compared with the tree that was wanted;
/// a change that would do anything else is refused.
pub struct Edit {
    text: String,
    documents: Vec<Document>,
}

impl Edit {
    /// Reads `text`, a manifest of one or more documents in YAML or JSON.
    pub fn new(text: impl Into<String>) -> Result<Self, EditError> {
        Ok(Edit { text: text.into(), documents: Vec::new() })
    }

    /// The documents as they are now.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Sets the field at `path` to the string `value`: in place if the field is there, else as a
    /// new entry at the end of its parent. Missing parents are created. A step through a list is
    /// the decimal position.
    pub fn set_string(&mut self, document: usize, path: &[&str], value: &str) -> Result<(), EditError> {
        unimplemented!("{document} {path:?} {}", value.len())
    }

    /// Removes the entry at `path`; a parent left without entries becomes `{}`.
    pub fn remove(&mut self, document: usize, path: &[&str]) -> Result<(), EditError> {
        unimplemented!("{document} {path:?}")
    }

    /// The text with the changes.
    pub fn finish(self) -> String {
        self.text
    }
}
