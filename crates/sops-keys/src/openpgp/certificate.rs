//! Certificates: which of their keys to encrypt to, and encrypting to it.

use pgp::composed::{ArmorOptions, MessageBuilder, PublicOrSecret, SignedPublicKey};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PublicKey, PublicSubkey};
use pgp::types::{EncryptionKey, KeyDetails};
use rand::rngs::OsRng;
use signet_secret::Plaintext;

use super::keyring::{self, KeyringError};
use super::selector::KeySelector;
use super::validity::{Description, KeyFault};

/// Certificates to encrypt to.
pub struct Certificates(Vec<SignedPublicKey>);

/// Why there is no key to encrypt to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientError {
    /// The keyring has no such certificate.
    #[error("key with fingerprint '{0}' is not available in the keyring")]
    Unknown(String),
    /// It has, and no key of it can be used. The fault is that of the key that came closest.
    #[error("no key of '{key}' can be encrypted to")]
    Unusable {
        /// The key that was asked for.
        key: String,
        /// What is wrong with it.
        #[source]
        source: KeyFault,
    },
}

/// Why a data key was not wrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// There is no key to encrypt to.
    #[error("failed to find a key to encrypt to")]
    Recipient(#[from] RecipientError),
    /// The library refused; it does not say why.
    #[error("encryption failed")]
    Crypto,
}

/// The key that was chosen, and what its owner's software can decrypt.
struct Chosen<'a> {
    key: Key<'a>,
    cipher: SymmetricKeyAlgorithm,
}

enum Key<'a> {
    Primary(&'a PublicKey),
    Subkey(&'a PublicSubkey),
}

impl Certificates {
    /// The certificates of a keyring, armoured (several blocks in a row are one keyring) or not. Secret keys are
    /// certificates too.
    ///
    /// # Errors
    /// [`KeyringError`] when there is none that can be read.
    pub fn parse(keyring: &[u8]) -> Result<Self, KeyringError> {
        let keys = keyring::read(keyring)?.into_iter();
        let public = keys.map(|key| match key {
            PublicOrSecret::Public(key) => key,
            PublicOrSecret::Secret(key) => key.to_public_key(),
        });
        Ok(Self(public.collect()))
    }

    /// The fingerprints of the certificates, in upper case.
    pub fn fingerprints(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|certificate| format!("{:X}", certificate.fingerprint()))
    }

    /// Wraps a data key, or the share of one, for the key that `to` means: an armoured message, without a newline
    /// at its end. `now` is in seconds since 1970; a key may have expired by then.
    ///
    /// # Errors
    /// [`WrapError::Recipient`] says which key cannot be used, and why.
    pub fn wrap(&self, to: &KeySelector, key: &Plaintext, now: u64) -> Result<String, WrapError> {
        let Chosen { key: recipient, cipher } = self.choose(to, now)?;
        match recipient {
            Key::Primary(recipient) => encrypt(recipient, cipher, key),
            Key::Subkey(recipient) => encrypt(recipient, cipher, key),
        }
    }

    fn choose(&self, to: &KeySelector, now: u64) -> Result<Chosen<'_>, RecipientError> {
        let mut fault = None;
        for certificate in &self.0 {
            let names_primary = to.means(&certificate.primary_key);
            if !names_primary && !certificate.public_subkeys.iter().any(|subkey| to.means(&subkey.key)) {
                continue;
            }
            let chosen = match (to.is_exact(), names_primary) {
                (false, _) => choose_any(certificate, now),
                (true, true) => choose_primary(certificate, now),
                (true, false) => choose_subkey(certificate, now, |subkey| to.means(subkey)),
            };
            match chosen {
                Ok(chosen) => return Ok(chosen),
                Err(found) => fault = Some(found),
            }
        }
        Err(match fault {
            Some(source) => RecipientError::Unusable { key: to.to_string(), source },
            None => RecipientError::Unknown(to.to_string()),
        })
    }
}

/// As GnuPG chooses: the newest subkey that is for encryption, else the primary key if it is.
fn choose_any(certificate: &SignedPublicKey, now: u64) -> Result<Chosen<'_>, KeyFault> {
    choose_subkey(certificate, now, |_| true).or_else(|fault| {
        choose_primary(certificate, now).map_err(|primary| match primary {
            // That primary keys sign is not what is wrong.
            KeyFault::NotForEncryption => fault,
            primary => primary,
        })
    })
}

fn choose_primary(certificate: &SignedPublicKey, now: u64) -> Result<Chosen<'_>, KeyFault> {
    let description = Description::of_primary(certificate, now)?;
    description.check_encrypts(&certificate.primary_key)?;
    Ok(Chosen { key: Key::Primary(&certificate.primary_key), cipher: description.cipher() })
}

fn choose_subkey<'a>(
    certificate: &'a SignedPublicKey,
    now: u64,
    is_meant: impl Fn(&PublicSubkey) -> bool,
) -> Result<Chosen<'a>, KeyFault> {
    let cipher = Description::of_primary(certificate, now)?.cipher();
    let mut newest: Option<&PublicSubkey> = None;
    let mut fault = KeyFault::NotForEncryption;
    for subkey in certificate.public_subkeys.iter().filter(|subkey| is_meant(&subkey.key)) {
        let description = Description::of_subkey(certificate, subkey, now);
        match description.and_then(|description| description.check_encrypts(&subkey.key)) {
            Ok(()) if newest.is_none_or(|other| other.created_at() <= subkey.key.created_at()) => {
                newest = Some(&subkey.key);
            }
            Ok(()) | Err(KeyFault::NotForEncryption) => {}
            Err(found) => fault = found,
        }
    }
    newest.map(|key| Chosen { key: Key::Subkey(key), cipher }).ok_or(fault)
}

/// Integrity by MDC, which every OpenPGP program of the last twenty years can read.
fn encrypt(
    recipient: &impl EncryptionKey,
    cipher: SymmetricKeyAlgorithm,
    key: &Plaintext,
) -> Result<String, WrapError> {
    let mut message = MessageBuilder::from_reader("", key.expose()).seipd_v1(OsRng, cipher);
    message.encrypt_to_key(OsRng, recipient).map_err(|_| WrapError::Crypto)?;
    let text = message.to_armored_string(OsRng, ArmorOptions::default()).map_err(|_| WrapError::Crypto)?;
    Ok(text.trim_end().to_owned())
}
