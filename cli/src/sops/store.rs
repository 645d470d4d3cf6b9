//! The format of a file on this command line, and how it is read and written.

use signet_secret::Plaintext;
use signet_sops::{Branch, Format, Layout, MetadataError, ReadError, Tree, Value, WriteError};

use super::config::Stores;
use super::failure::{Failure, Outcome, codes};

/// A format and its indentation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Store {
    pub(super) format: Format,
    indent: i64,
}

impl Store {
    /// The format that was named, or that of the file. Words that name none do not count.
    pub(super) fn choose(named: &str, path: &str, stores: &Stores) -> Self {
        let format = Format::from_word(named).unwrap_or_else(|| Format::for_path(path));
        let indent = match format {
            Format::Yaml => stores.yaml,
            Format::Json => stores.json,
            Format::Binary => stores.json_binary,
            Format::Dotenv | Format::Ini => 0,
        };
        Self { format, indent }
    }

    /// Reads a file in clear text, to be encrypted.
    pub(super) fn read_plain(&self, text: &[u8]) -> Outcome<Vec<Branch>> {
        self.format.read_plain(text).map_err(|error| {
            Failure::because(codes::COULD_NOT_READ_INPUT_FILE, "Error unmarshalling file", &error)
        })
    }

    /// Reads an encrypted file; `None` if it is not encrypted.
    pub(super) fn read_if_encrypted(&self, text: &[u8]) -> Outcome<Option<Tree>> {
        match self.format.read_encrypted(text) {
            Ok(tree) => Ok(Some(tree)),
            Err(ReadError::Metadata(MetadataError::NotFound)) => Ok(None),
            Err(error @ ReadError::Metadata(_)) => {
                Err(Failure::because(codes::GENERIC, "Error reading the sops metadata", &error))
            }
            Err(error) => {
                let doing = format!("Error unmarshalling input {}", self.format.word());
                Err(Failure::because(codes::GENERIC, &doing, &error))
            }
        }
    }

    /// Reads an encrypted file.
    pub(super) fn read_encrypted(&self, text: &[u8]) -> Outcome<Tree> {
        self.read_if_encrypted(text)?.ok_or_else(|| Failure::generic("sops metadata not found"))
    }

    pub(super) fn write_plain(&self, documents: &[Branch]) -> Outcome<Plaintext> {
        // The text of a binary file is not laid out.
        let layout = if self.format == Format::Binary { Layout::default() } else { self.layout()? };
        self.format.write_plain(documents, layout).map_err(|error| {
            let hint = match error {
                WriteError::NoBinaryData(_) => {
                    "\n\nThis is likely not an encrypted binary file? If not, use --output-type to select the \
                     correct output type."
                }
                _ => "",
            };
            Failure::new(codes::ERROR_DUMPING_TREE, format!("Error dumping file: {error}{hint}"))
        })
    }

    pub(super) fn write_value(&self, value: &Value) -> Outcome<Plaintext> {
        self.format
            .write_value(value, self.layout()?)
            .map_err(|error| Failure::because(codes::ERROR_DUMPING_TREE, "Error dumping tree", &error))
    }

    pub(super) fn write_encrypted(&self, tree: &Tree) -> Outcome<Vec<u8>> {
        self.format
            .write_encrypted(tree, self.layout()?)
            .map_err(|error| Failure::because(codes::ERROR_DUMPING_TREE, "Could not marshal tree", &error))
    }

    fn layout(&self) -> Outcome<Layout> {
        let indent = match (self.format, self.indent) {
            (Format::Json | Format::Binary, -1) => None,
            (_, indent) => {
                let indent = usize::try_from(indent).map_err(|_| {
                    Failure::new(
                        codes::ERROR_DUMPING_TREE,
                        "Could not marshal tree: the indentation is negative",
                    )
                })?;
                Some(indent)
            }
        };
        Ok(Layout { indent })
    }
}
