//! SOPS files.

mod cipher;
mod codec;
mod decrypt;
mod encrypt;
pub mod keys;
mod limits;
mod mac;
mod metadata;
mod random;
mod scalar;
mod selection;
mod shamir;
#[cfg(test)]
mod testing;
mod text;
mod time;
mod token;
mod tree;
mod walk;

pub use cipher::{Cipher, DATA_KEY_BYTES, DataKey};
pub use codec::{Format, InPlaceError, Layout, ReadError, WriteError};
pub use decrypt::{DecryptError, Decrypted, MacCheck, MacError};
pub use encrypt::EncryptError;
pub use metadata::{Metadata, MetadataError, SOPS_VERSION};
pub use random::{Randomness, RandomnessError, SystemRandom};
pub use selection::{DEFAULT_UNENCRYPTED_SUFFIX, Selection, SelectionError};
pub use shamir::SplitError;
pub use text::Text;
pub use time::Timestamp;
pub use tree::{Branch, Comment, Element, Item, Key, Value};

/// A file: its documents and its metadata.
#[derive(Clone, PartialEq)]
pub struct Tree {
    /// The documents. Only YAML has more than one.
    pub documents: Vec<Branch>,
    /// The metadata.
    pub metadata: Metadata,
}
