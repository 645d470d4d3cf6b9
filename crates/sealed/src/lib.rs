//! The sealed format of `SealedSecret` (bitnami.com/v1alpha1), byte-compatible with kubeseal.
//!
//! Each value is sealed on its own: a fresh AES-256 session key encrypts the value (GCM, zero nonce), RSA-OAEP
//! (SHA-256) encrypts the session key, and the OAEP label binds the result to a namespace and a name,
//! as far as the [`Scope`] says. `docs/formats/sealed.md` has the bytes.
//!
//! The crate computes and nothing else: no files, no network, no clock, no environment. Randomness
//! for session keys comes from the caller.
//!
//! ```
//! use signet_sealed::{Label, PrivateKey, Scope, SystemRandom, open_value, seal_value};
//!
//! let key = PrivateKey::generate(2048)?;
//! let label = Label::new(Scope::Strict, "shop", "db")?;
//! let text = seal_value(&key.public_key()?, &label, b"hunter2", &mut SystemRandom)?;
//! let opened = open_value(&key, &label, &text)?;
//! assert_eq!(opened.expose(), b"hunter2");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod certificate;
mod der;
mod envelope;
mod error;
mod keys;
mod open;
mod order;
mod scope;
mod seal;

pub use certificate::{Certificate, CertificateRequest};
pub use envelope::{EnvelopeSize, MAX_ENVELOPE, MAX_TEXT, envelope_size};
pub use error::{CertificateError, ItemFault, KeyError, LabelError, OpenError, SealError};
pub use keys::{PrivateKey, PublicKey};
pub use open::{Opened, Unsealer, open_value};
pub use order::{KeyAge, KeyHints, key_order};
pub use scope::{CLUSTER_WIDE_ANNOTATION, Label, NAMESPACE_WIDE_ANNOTATION, Scope};
pub use seal::{Randomness, RandomnessError, SystemRandom, seal_value};
