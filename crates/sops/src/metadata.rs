//! What a file says about itself: its keys, its rules, its MAC.

mod flatten;
mod place;
mod read;
mod write;

pub(crate) use place::{Place, extract, insert};

use crate::keys::KeyGroup;
use crate::selection::Selection;
use crate::time::Timestamp;

/// The version of sops that new files name: readers refuse files that they take for newer than themselves, and
/// programs look at it to work around bugs of old versions.
pub const SOPS_VERSION: &str = "3.13.3";

/// The metadata of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The groups of master keys.
    pub key_groups: Vec<KeyGroup>,
    /// How many groups are needed for the data key; 0 where there is one group.
    pub shamir_threshold: usize,
    /// Which values are encrypted.
    pub selection: Selection,
    /// Whether the MAC covers encrypted values alone.
    pub mac_only_encrypted: bool,
    /// When the file was last encrypted.
    pub last_modified: Timestamp,
    /// The encrypted MAC.
    pub mac: String,
    /// The version of sops that wrote it.
    pub version: String,
}

impl Metadata {
    /// Metadata of a new file: no keys yet, the default rule, the version of [`SOPS_VERSION`].
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            key_groups: Vec::new(),
            shamir_threshold: 0,
            selection: Selection::default(),
            mac_only_encrypted: false,
            last_modified: now,
            mac: String::new(),
            version: SOPS_VERSION.to_owned(),
        }
    }
}

/// Why metadata was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The file is not encrypted.
    #[error("there is no `sops` metadata: the file is not encrypted")]
    NotFound,
    /// There is more than one.
    #[error("there is more than one `sops` entry")]
    Duplicate,
    /// The entry is something else than a mapping.
    #[error("the `sops` entry is not a mapping")]
    NotAMapping,
    /// A field has a value of the wrong type.
    #[error("`{field}` is {found}, and not {expected}")]
    Type {
        /// Where it is.
        field: String,
        /// What it is.
        found: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A point in time that cannot be read.
    #[error("`{0}` is not a time as in RFC 3339")]
    Time(String),
    /// A Huawei key without region or key.
    #[error("`{0}` is not a key as `region:uuid`")]
    HckmsKey(String),
    /// There is no master key.
    #[error("there are no master keys in the file")]
    NoKeys,
    /// Several of the six rules.
    #[error("a file has one rule for what is encrypted, and this one has {first} and {second}")]
    TwoRules {
        /// One of them.
        first: &'static str,
        /// Another one.
        second: &'static str,
    },
    /// Flat names that contradict each other.
    #[error("the metadata names do not fit together at `{0}`")]
    Flat(String),
    /// Data under a name that is for metadata.
    #[error("`{0}` is a name for metadata and cannot be a name in the file")]
    Reserved(String),
}
