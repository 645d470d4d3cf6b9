//! Local master keys of SOPS files: the ones whose private halves are here, and not with a service.
//!
//! A SOPS file is encrypted under a data key of 32 bytes, or in groups under shares of it, of 33. Its metadata
//! holds that key once for each master key, wrapped. This crate wraps and unwraps: the text of a master key and
//! a [`Plaintext`](signet_secret::Plaintext) make the text that the metadata calls `enc`, and back.
//!
//! | master key | identity in the metadata | module |
//! | --- | --- | --- |
//! | age | `recipient`: `age1...`, `age1pq1...`, `ssh-ed25519 ...`, `ssh-rsa ...`, `age1NAME1...` | [`age`] |
//! | OpenPGP | `fp`: a fingerprint or long key id, with `!` for exactly that key | `openpgp`, with the feature of that name |
//!
//! ```
//! use signet_secret::Plaintext;
//! use signet_sops_keys::age::{Identity, Layout, Recipient, unwrap};
//! use signet_sops_keys::{Interaction, Nobody};
//!
//! let key_file = b"# a comment\n\
//!     AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n";
//! let identities = Identity::parse_all("keys.txt", key_file, Layout::Lines)?;
//!
//! let recipient: Recipient = identities[0].recipient().expect("the key is not locked").parse()?;
//! let enc = recipient.wrap(&Plaintext::from(vec![0x66; 32]), &Nobody)?;
//! assert!(enc.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
//!
//! let data_key = unwrap(&enc, &identities, Interaction::NONE)?;
//! assert_eq!(data_key.expose(), [0x66; 32]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What the caller does
//!
//! The crate computes and nothing else: no files, no environment, no network, no processes. The caller reads key
//! files wherever they may be, and answers through [`Passphrases`] and [`Plugins`] what only people and programs
//! know:
//!
//! ```
//! use signet_secret::Plaintext;
//! use signet_sops_keys::{Lock, NoAnswer, Passphrases};
//!
//! struct FromASecret(std::collections::BTreeMap<String, Vec<u8>>);
//!
//! impl Passphrases for FromASecret {
//!     fn passphrase(&self, lock: &Lock) -> Result<Plaintext, NoAnswer> {
//!         let found = self.0.get(&lock.name).cloned().map(Plaintext::from);
//!         found.ok_or_else(|| NoAnswer(format!("no passphrase for the {} {}", lock.kind, lock.name)))
//!     }
//! }
//! ```
//!
//! ## OpenPGP
//!
//! With the feature `openpgp`, a keyring takes the place of a GnuPG home:
//!
//! ```
//! # #[cfg(feature = "openpgp")] {
//! use signet_secret::Plaintext;
//! use signet_sops_keys::Interaction;
//! use signet_sops_keys::openpgp::{Certificates, KeySelector, SecretKeys, unwrap};
//!
//! let keyring = include_bytes!("../testdata/openpgp/keys/cv25519.sec.asc");
//! let certificates = Certificates::parse(keyring)?;
//! let fp: KeySelector = certificates.fingerprints().next().expect("there is one").parse()?;
//!
//! // Keys expire: the time is the caller's to tell.
//! let now = 1_900_000_000;
//! let enc = certificates.wrap(&fp, &Plaintext::from(vec![0x66; 32]), now)?;
//! let data_key = unwrap(&enc, &[SecretKeys::parse(keyring)?], Interaction::NONE)?;
//! assert_eq!(data_key.expose(), [0x66; 32]);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The feature brings the `rsa` crate with it, which is banned everywhere else because its private operations can be
//! timed. It reads keys and checks signatures; messages are decrypted in aws-lc as everything else is.
//!
//! # Cryptography
//!
//! The age format is written here, on aws-lc, and not taken from a crate: the one there is brings a private RSA
//! operation that can be timed, reads files, and translates its errors. `testdata/testkit` are the vectors of the
//! format's authors. RSA private operations happen in aws-lc only. Errors name what was tried and never how
//! cryptography failed. Unwrapping with an age or SSH key takes well under a millisecond, a few with RSA; only
//! a passphrase takes a second, and is asked for when nothing else fits.

pub mod age;
mod interaction;
#[cfg(feature = "openpgp")]
pub mod openpgp;
mod rsa;

pub use interaction::{Interaction, Lock, LockKind, NoAnswer, Nobody, Passphrases, Plugins};
