//! The formats: between bytes and trees.

mod binary;
mod dotenv;
mod ini;
mod json;
pub(crate) mod scalar_text;
mod yaml;

use std::borrow::Cow;
use std::ops::Range;

use signet_secret::Plaintext;

pub use yaml::InPlaceError;

use crate::Tree;
use crate::limits;
use crate::metadata::{self, MetadataError, Place};
use crate::selection::Selection;
use crate::text::Text;
use crate::tree::{Branch, Value};

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML, with comments and several documents.
    Yaml,
    /// JSON objects.
    Json,
    /// Lines of `NAME=value`.
    Dotenv,
    /// Sections of `name = value`.
    Ini,
    /// Any bytes; encrypted, a JSON object with the one entry `data`.
    Binary,
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Spaces for each level in YAML and JSON. `None` is four in YAML and a tab in JSON; 0 means the same in YAML, and
    /// no indentation in JSON.
    pub indent: Option<usize>,
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The text is not in the format.
    #[error("line {line}: {problem}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it. It quotes nothing.
        problem: Cow<'static, str>,
    },
    /// The file is larger than what is read.
    #[error("the file is larger than 256 MiB")]
    TooLarge,
    /// There is no document.
    #[error("the file is empty")]
    Empty,
    /// The metadata is missing or wrong.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

/// Why a file was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The format cannot hold this value.
    #[error("{format} cannot hold `{path}`, which is {what}")]
    Value {
        /// The format.
        format: Format,
        /// Where it is.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// The format cannot hold this name.
    #[error("{format} cannot hold the name of `{path}`")]
    Name {
        /// The format.
        format: Format,
        /// Where it is.
        path: String,
    },
    /// The tree is not one entry `data` with a string, as that of a binary file.
    #[error("there is no binary data in the tree: {0}")]
    NoBinaryData(&'static str),
    /// A value alone, in a format that has no text for it.
    #[error("{format} has no text for {what} alone")]
    SingleValue {
        /// The format.
        format: Format,
        /// What it is.
        what: &'static str,
    },
    /// There is no document to write.
    #[error("there is no document")]
    Empty,
    /// The metadata cannot be added.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 5] = [Format::Yaml, Format::Json, Format::Dotenv, Format::Ini, Format::Binary];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Format::Yaml => "yaml",
            Format::Json => "json",
            Format::Dotenv => "dotenv",
            Format::Ini => "ini",
            Format::Binary => "binary",
        }
    }

    /// The format with this name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The format that a file has by its name: binary unless the end says something else.
    #[must_use]
    pub fn for_path(path: &str) -> Self {
        match path.rsplit_once('.').map(|(_, end)| end) {
            Some("yaml" | "yml") => Format::Yaml,
            Some("json") => Format::Json,
            Some("env") => Format::Dotenv,
            Some("ini") => Format::Ini,
            _ => Format::Binary,
        }
    }

    /// Reads a file in clear text. Metadata in it is data here.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn read_plain(self, text: &[u8]) -> Result<Vec<Branch>, ReadError> {
        if text.len() > limits::INPUT_BYTES {
            return Err(ReadError::TooLarge);
        }
        match self {
            Format::Yaml => yaml::read(text),
            Format::Json => json::read(text).map(|document| vec![document]),
            Format::Dotenv => dotenv::read(text).map(|document| vec![document]),
            Format::Ini => ini::read(text).map(|document| vec![document]),
            Format::Binary => Ok(vec![binary::read(text)]),
        }
    }

    /// Reads an encrypted file.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn read_encrypted(self, text: &[u8]) -> Result<Tree, ReadError> {
        let format = if self == Format::Binary { Format::Json } else { self };
        let mut documents = format.read_plain(text)?;
        let metadata = metadata::extract(&mut documents, self.place())?;
        Ok(Tree { documents, metadata })
    }

    /// Writes documents in clear text.
    ///
    /// # Errors
    /// [`WriteError`]
    pub fn write_plain(self, documents: &[Branch], layout: Layout) -> Result<Plaintext, WriteError> {
        self.write(documents, layout).map(Text::into_plaintext)
    }

    fn write(self, documents: &[Branch], layout: Layout) -> Result<Text, WriteError> {
        let first = || documents.first().ok_or(WriteError::Empty);
        match self {
            Format::Yaml => yaml::write(documents, layout),
            Format::Json => json::write(first()?, layout),
            Format::Dotenv => dotenv::write(first()?),
            Format::Ini => ini::write(documents),
            Format::Binary => binary::write(documents),
        }
    }

    /// Writes an encrypted file. A binary file gets no rule: all of it is encrypted.
    ///
    /// # Errors
    /// [`WriteError`]
    pub fn write_encrypted(self, tree: &Tree, layout: Layout) -> Result<Vec<u8>, WriteError> {
        let mut metadata = Cow::Borrowed(&tree.metadata);
        let mut format = self;
        if self == Format::Binary {
            metadata.to_mut().selection = Selection::Everything;
            format = Format::Json;
        }
        let documents = metadata::insert(&tree.documents, &metadata, self.place())?;
        Ok(format.write(&documents, layout)?.as_bytes().to_vec())
    }

    /// Writes documents in clear text over the file that they were read from, encrypted or not: comments, quotes, order
    /// and every byte outside of the values that changed stay as they are. Metadata in the file is removed.
    ///
    /// # Errors
    /// [`InPlaceError`], when more than values and the text of comments changed, or where that cannot be done safely.
    pub fn write_plain_over(self, file: &[u8], documents: &[Branch]) -> Result<Plaintext, InPlaceError> {
        if self != Format::Yaml {
            return Err(InPlaceError::NotYaml);
        }
        yaml::write_in_place(file, documents, None, Layout::default()).map(Text::into_plaintext)
    }

    /// Writes an encrypted file over the one that it was read from, as [`Format::write_plain_over`].
    ///
    /// # Errors
    /// [`InPlaceError`]
    pub fn write_encrypted_over(
        self,
        file: &[u8],
        tree: &Tree,
        layout: Layout,
    ) -> Result<Vec<u8>, InPlaceError> {
        if self != Format::Yaml {
            return Err(InPlaceError::NotYaml);
        }
        let added = metadata::insert(&[Branch::default()], &tree.metadata, self.place());
        let added = added.map_err(|_| InPlaceError::Shape)?;
        let text = yaml::write_in_place(file, &tree.documents, added.first(), layout)?;
        Ok(text.as_bytes().to_vec())
    }

    /// Writes one value of a tree, in the form that this format has for it.
    ///
    /// # Errors
    /// [`WriteError`]
    pub fn write_value(self, value: &Value, layout: Layout) -> Result<Plaintext, WriteError> {
        let text = match self {
            Format::Yaml => yaml::write_value(value),
            Format::Json => json::write_value(value, layout),
            Format::Ini => json::write_compact(value),
            Format::Dotenv | Format::Binary => match value {
                Value::Str(text) if self == Format::Dotenv => Ok(text.clone()),
                other => Err(WriteError::SingleValue { format: self, what: other.kind() }),
            },
        };
        text.map(Text::into_plaintext)
    }

    /// Whether documents that were read as clear text hold metadata: they are encrypted already.
    #[must_use]
    pub fn is_encrypted(self, documents: &[Branch]) -> bool {
        self.place().is_in(documents)
    }

    fn place(self) -> Place {
        match self {
            Format::Yaml | Format::Json | Format::Binary => Place::Nested,
            Format::Dotenv => Place::Prefixed,
            Format::Ini => Place::Section,
        }
    }
}

impl Value {
    /// Reads one value of any kind as JSON.
    ///
    /// # Errors
    /// [`ReadError`], also when something follows the value.
    pub fn from_json(text: &[u8]) -> Result<Self, ReadError> {
        json::read_value(text)
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Format::Yaml => "YAML",
            Format::Json => "JSON",
            Format::Dotenv => "a dotenv file",
            Format::Ini => "an INI file",
            Format::Binary => "a binary file",
        })
    }
}

/// A problem at a byte of the text.
fn syntax(text: &[u8], at: usize, problem: impl Into<Cow<'static, str>>) -> ReadError {
    let before = &text[Range { start: 0, end: at.min(text.len()) }];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    ReadError::Syntax { line, problem: problem.into() }
}

/// The place of a value in messages.
fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
