//! age master keys: the file format `age-encryption.org/v1` as far as SOPS uses it, with recipients and identities
//! of age itself, of SSH, and of plugins.

mod armor;
mod bech32;
mod file;
mod header;
mod hybrid;
mod identity;
mod keys;
mod locked;
mod passphrase;
mod plugin;
mod recipient;
mod ssh;
mod stream;
mod unwrap;
mod x25519;

#[cfg(test)]
mod testkit;

pub use armor::ArmorError;
pub use bech32::Bech32Error;
pub use file::{FileError, WrapError};
pub use header::{HeaderError, Stanza};
pub use identity::{Identity, IdentityError, IdentityFailure, Layout};
pub use keys::FileKey;
pub use plugin::PluginTextError;
pub use recipient::{MalformedRecipient, NativeKeyError, Recipient, RecipientError, RecipientKind};
pub use ssh::{SshKeyError, SshPublicKeyError};
pub use unwrap::{FailedIdentity, UnwrapError, unwrap};
