use std::fmt;
use std::io::Read as _;

use pgp::composed::{DecryptionOptions, Esk, Message, PlainSessionKey, TheRing};
use pgp::packet::PublicKeyEncryptedSessionKey;
use signet_secret::Plaintext;
use zeroize::Zeroizing;

use super::secret::{DecryptionKey, SecretKeys};
use crate::{Interaction, NoAnswer};

/// A wrapped data key has a thousand characters, and some for each further recipient.
const MAX_MESSAGE: usize = 1 << 20;
/// Data keys and shares are short; what is longer was compressed to do harm.
const MAX_KEY: u64 = 1 << 16;
/// A message may be compressed inside; not again and again.
const MAX_DEPTH: usize = 4;

/// Why a data key was not unwrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnwrapError {
    /// The text is not an OpenPGP message, or too long for one with a data key.
    #[error("the wrapped key is not an OpenPGP message")]
    Message,
    /// The message is in clear, or for a passphrase only.
    #[error("the OpenPGP message is not encrypted to a key")]
    NotEncrypted,
    /// No key was there to try.
    #[error("no secret key for the OpenPGP message: it is encrypted to {}", List(.wanted))]
    NoKey {
        /// The ids of the keys that would do.
        wanted: Vec<String>,
        /// The first key that might have fitted and could not be used.
        #[source]
        source: Option<FailedKey>,
    },
    /// A key was tried. Somebody changed the message, or it has no protection against that, or it is for another
    /// key after all; which of them is nobody's business.
    #[error("the secret key does not open the OpenPGP message, or the message is damaged or unprotected")]
    Damaged,
    /// Nothing is in the message.
    #[error("the OpenPGP message is empty")]
    Empty,
}

/// A secret key that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not use the secret key {key}")]
pub struct FailedKey {
    /// Its fingerprint.
    pub key: String,
    /// Why.
    pub source: KeyFailure,
}

/// Why a secret key could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFailure {
    /// There was no passphrase.
    #[error("could not obtain the passphrase")]
    NoPassphrase(#[source] NoAnswer),
    /// The passphrase was wrong, or the key is damaged: the format cannot always tell.
    #[error("incorrect passphrase")]
    Passphrase,
    /// aws-lc decrypts with 2048 to 8192 bits.
    #[error("RSA keys of {0} bits are not supported: use 2048 to 8192")]
    Size(usize),
    /// The key is damaged.
    #[error("the secret key is unusable")]
    Unusable,
}

struct List<'a>(&'a [String]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// Unwraps the data key, or the share of one, in `enc`, an armoured message. Header lines in the armour, CR LF and
/// white space around it do not matter.
///
/// # Errors
/// [`UnwrapError`]. It names the keys that would do, and holds nothing secret.
pub fn unwrap(enc: &str, keys: &[SecretKeys], ask: Interaction<'_>) -> Result<Plaintext, UnwrapError> {
    let enc = enc.trim();
    if enc.len() > MAX_MESSAGE {
        return Err(UnwrapError::Message);
    }
    let wrapped = wrapped_keys(enc)?;
    let (mut failed, mut tried) = (None, None);
    for wrapped in &wrapped {
        for key in candidates(keys, wrapped) {
            match key.session_key(wrapped, ask) {
                Ok(session_key) => {
                    match session_key.map_or(Err(UnwrapError::Damaged), |key| open(enc, key)) {
                        Ok(plaintext) => return Ok(plaintext),
                        Err(error) => tried = Some(error),
                    }
                }
                Err(source) => {
                    failed.get_or_insert(FailedKey { key: key.name(), source });
                }
            }
        }
    }
    let no_key = || UnwrapError::NoKey { wanted: wrapped.iter().map(name).collect(), source: failed };
    Err(tried.unwrap_or_else(no_key))
}

fn candidates<'a>(
    keys: &'a [SecretKeys],
    wrapped: &PublicKeyEncryptedSessionKey,
) -> impl Iterator<Item = &'a DecryptionKey> {
    keys.iter().flat_map(|keys| &keys.0).filter(|key| key.is_meant_by(wrapped))
}

/// The session key, once for each recipient.
fn wrapped_keys(enc: &str) -> Result<Vec<PublicKeyEncryptedSessionKey>, UnwrapError> {
    let (message, _) = Message::from_string(enc).map_err(|_| UnwrapError::Message)?;
    let Message::Encrypted { esk, .. } = message else { return Err(UnwrapError::NotEncrypted) };
    let wrapped = esk.into_iter().filter_map(|esk| match esk {
        Esk::PublicKeyEncryptedSessionKey(wrapped) => Some(wrapped),
        Esk::SymKeyEncryptedSessionKey(_) => None,
    });
    let wrapped: Vec<_> = wrapped.collect();
    if wrapped.is_empty() { Err(UnwrapError::NotEncrypted) } else { Ok(wrapped) }
}

/// The key id that a recipient goes by; anonymous ones have none.
fn name(wrapped: &PublicKeyEncryptedSessionKey) -> String {
    match (wrapped.id(), wrapped.fingerprint()) {
        (Ok(id), _) if !id.is_wildcard() => id.as_ref().iter().map(|byte| format!("{byte:02X}")).collect(),
        (_, Ok(Some(fingerprint))) => format!("{fingerprint:X}"),
        _ => "an anonymous recipient".to_owned(),
    }
}

/// Decrypts what the session key opens. Nothing is released before the whole was authenticated.
fn open(enc: &str, session_key: PlainSessionKey) -> Result<Plaintext, UnwrapError> {
    let (message, _) = Message::from_string(enc).map_err(|_| UnwrapError::Message)?;
    let ring = TheRing {
        session_keys: vec![session_key],
        decrypt_options: DecryptionOptions::new().enable_gnupg_aead(),
        ..TheRing::default()
    };
    let (mut message, _) = message.decrypt_the_ring(ring, true).map_err(|_| UnwrapError::Damaged)?;
    for _ in 0..MAX_DEPTH {
        if message.is_compressed() {
            message = message.decompress().map_err(|_| UnwrapError::Damaged)?;
        }
    }
    // Read whole into room that does not grow, so that no copies are left behind.
    let mut plaintext = Zeroizing::new(vec![0; MAX_KEY as usize + 1]);
    let mut length = 0;
    while length < plaintext.len() {
        match message.read(&mut plaintext[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(_) => return Err(UnwrapError::Damaged),
        }
    }
    match length {
        0 => Err(UnwrapError::Empty),
        length if length as u64 > MAX_KEY => Err(UnwrapError::Damaged),
        length => Ok(Plaintext::from(plaintext[..length].to_vec())),
    }
}
