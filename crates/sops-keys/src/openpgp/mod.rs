//! OpenPGP master keys (RFC 9580, and what GnuPG and older programs write): keyrings, and messages that hold one
//! data key.
//!
//! There is no agent and no trust: whoever gives a keyring vouches for it, as a GnuPG home that was made for one
//! purpose does. A certificate still has to hold: only keys that it binds by its own signatures, and that are
//! neither expired nor revoked, are encrypted to.
//!
//! RSA private operations on messages happen in aws-lc. The `rsa` crate is among the dependencies nevertheless:
//! the OpenPGP parser keeps RSA keys in its types, checks signatures with it, and encrypts with it. It never
//! decrypts what somebody sent.

mod certificate;
mod keyring;
mod secret;
mod selector;
mod unwrap;
mod validity;

pub use certificate::{Certificates, RecipientError, WrapError};
pub use keyring::KeyringError;
pub use secret::SecretKeys;
pub use selector::{KeySelector, KeySelectorError};
pub use unwrap::{FailedKey, KeyFailure, UnwrapError, unwrap};
pub use validity::KeyFault;
