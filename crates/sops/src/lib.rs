//! SOPS files, interchangeable with those of sops 3: what it encrypts, this decrypts, and the other way round.
//!
//! A file is a [`Tree`]: documents, and the [`Metadata`] about them. A [`Format`] reads and writes it. Each value is
//! encrypted on its own, with the data key of the file and bound to its path; a MAC covers all values in their order.
//! The data key is wrapped by master keys ([`keys`]), of which groups can be made such that several are needed.
//!
//! | module | holds |
//! | --- | --- |
//! | `tree`, `path`, `text`, `time` | the model that all formats have in common |
//! | `codec` | YAML, JSON, dotenv, INI and binary files |
//! | `metadata` | keys, rules and MAC of a file, in each of the three forms that formats have for them |
//! | `selection`, `walk` | which values are encrypted, and in which order they are visited |
//! | `encrypt`, `decrypt`, `cipher`, `token`, `scalar`, `mac` | the cryptography of values |
//! | `keys`, `shamir` | wrapping and sharing data keys |
//!
//! The crate computes and nothing else: no files, no network, no clock, no environment. Randomness and time come from
//! the caller; so does whatever wraps a data key, as a [`Wrapper`](keys::Wrapper) and an [`Unwrapper`](keys::Unwrapper).
//! Clear text is in [`Text`] or `Plaintext`, both wiped; errors name lines and paths, never values.
//!
//! ```
//! use signet_sops::keys::{KeyId, MasterKey, Wrapper};
//! use signet_sops::*;
//!
//! /// Stands for a key service.
//! struct Service;
//!
//! impl Wrapper for Service {
//!     type Error = std::convert::Infallible;
//!
//!     fn wrap(&mut self, _: &MasterKey, _: &[u8]) -> Result<String, Self::Error> {
//!         Ok("what the service answers".into())
//!     }
//! }
//!
//! let now = Timestamp::parse("2026-11-21T02:21:27Z").expect("this is a time");
//! let documents = Format::Yaml.read_plain(b"user: admin\npassword: hunter2 # rotate me\n")?;
//!
//! let mut metadata = Metadata::new(now);
//! metadata.selection = Selection::EncryptedRegex("^password$".into());
//! metadata.key_groups = vec![vec![MasterKey::new(KeyId::Age { recipient: "age1...".into() }, now)]];
//! let data_key = DataKey::generate(&mut SystemRandom)?;
//! metadata.wrap_data_key(&data_key, &mut Service, &mut SystemRandom)?;
//!
//! let mut cipher = Cipher::new(data_key);
//! let tree = Tree { documents, metadata }.encrypt(&cipher, now, &mut SystemRandom)?;
//! let file = Format::Yaml.write_encrypted(&tree, Layout::default())?;
//! assert!(file.starts_with(b"user: admin\npassword: ENC[AES256_GCM,data:"));
//!
//! let tree = Format::Yaml.read_encrypted(&file)?.decrypt(&mut cipher, MacCheck::Verify)?.tree;
//! let plain = Format::Yaml.write_plain(&tree.documents, Layout::default())?;
//! assert_eq!(plain.expose(), b"user: admin\npassword: hunter2 # rotate me\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cipher;
mod codec;
mod decrypt;
mod encrypt;
pub mod keys;
mod limits;
mod mac;
mod metadata;
mod path;
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
pub use path::{Path, PathError, Step};
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
