//! SSH keys as age recipients and identities: `ssh-ed25519` and `ssh-rsa`.

mod file;
mod openssh;
mod public;
mod secret;
mod wire;

pub use file::SshKeyError;
pub(crate) use file::SshKeyFile;
pub(crate) use public::SshPublic;
pub use public::SshPublicKeyError;
pub(crate) use secret::SshSecret;

/// The names of the kinds, of keys as of stanzas.
const ED25519: &str = "ssh-ed25519";
const RSA: &str = "ssh-rsa";

const ED25519_LABEL: &[u8] = b"age-encryption.org/v1/ssh-ed25519";
const RSA_LABEL: &[u8] = b"age-encryption.org/v1/ssh-rsa";
