//! The types that carry secret material, and the ones that name it without revealing it.
//!
//! [`Plaintext`] is the only type in the workspace that holds a decrypted value. It cannot be printed,
//! cloned, compared or serialised, and it is cleared when dropped; [`Plaintext::expose`] is the only way
//! in, so searching for that word is the audit.

mod fingerprint;
mod map;
mod plaintext;
mod redacted;

pub use fingerprint::{Fingerprint, ParseFingerprintError};
pub use map::{KeyName, SecretMap};
pub use plaintext::Plaintext;
pub use redacted::Redacted;
