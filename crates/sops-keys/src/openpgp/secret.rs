//! Secret keys, and the session keys that they decrypt.

use std::sync::OnceLock;

use aws_lc_rs::rand;
use aws_lc_rs::rsa::Pkcs1PrivateDecryptingKey;
use pgp::composed::{PlainSessionKey, PublicOrSecret, RawSessionKey};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PublicKeyEncryptedSessionKey, SecretKey, SecretSubkey};
use pgp::ser::Serialize as _;
use pgp::types::{
    EskType, KeyDetails, Password, PkeskBytes, PkeskVersion, PlainSecretParams, PublicParams, S2kParams,
    SecretParams, StringToKey,
};
use zeroize::Zeroizing;

use super::keyring::{self, KeyringError};
use super::unwrap::KeyFailure;
use crate::rsa::{Numbers, RsaPrivate};
use crate::{Interaction, Lock, LockKind};

/// Sizes that aws-lc operates on, in bits. Smaller ones are not worth the exception that they would need.
const SIZES: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Secret keys to decrypt with. A locked one asks for its passphrase when a message is for it.
pub struct SecretKeys(pub(super) Vec<DecryptionKey>);

/// One key of a certificate.
pub(super) struct DecryptionKey {
    lock: Lock,
    packet: Packet,
    opened: OnceLock<Opened>,
}

enum Packet {
    Primary(Box<SecretKey>),
    Subkey(Box<SecretSubkey>),
}

enum Opened {
    Rsa(Pkcs1PrivateDecryptingKey),
    Other(Box<PlainSecretParams>),
}

impl SecretKeys {
    /// The secret keys of a keyring, armoured (several blocks in a row are one keyring) or not.
    ///
    /// # Errors
    /// [`KeyringError`] when there is none that can be read.
    pub fn parse(keyring: &[u8]) -> Result<Self, KeyringError> {
        let mut keys = Vec::new();
        for key in keyring::read(keyring)? {
            let PublicOrSecret::Secret(key) = key else { continue };
            let fingerprint = format!("{:X}", key.fingerprint());
            let lock = || Lock { kind: LockKind::OpenPgpKey, name: fingerprint.clone(), cache_id: None };
            let subkeys = key.secret_subkeys.into_iter().map(|subkey| Packet::Subkey(Box::new(subkey.key)));
            let packets = [Packet::Primary(Box::new(key.primary_key))].into_iter().chain(subkeys);
            let there = packets.filter(|packet| !is_elsewhere(packet.secret_params()));
            keys.extend(there.map(|packet| DecryptionKey { lock: lock(), packet, opened: OnceLock::new() }));
        }
        if keys.is_empty() { Err(KeyringError::NoSecretKeys) } else { Ok(Self(keys)) }
    }
}

/// GnuPG exports a place holder for a key that is on a card, or was left out.
fn is_elsewhere(params: &SecretParams) -> bool {
    let SecretParams::Encrypted(params) = params else { return false };
    let (S2kParams::Cfb { s2k, .. } | S2kParams::MalleableCfb { s2k, .. } | S2kParams::Aead { s2k, .. }) =
        params.string_to_key_params()
    else {
        return false;
    };
    matches!(s2k, StringToKey::Private { .. } | StringToKey::Other { .. } | StringToKey::Reserved { .. })
}

impl Packet {
    fn secret_params(&self) -> &SecretParams {
        match self {
            Self::Primary(key) => key.secret_params(),
            Self::Subkey(key) => key.secret_params(),
        }
    }

    fn public_params(&self) -> &PublicParams {
        match self {
            Self::Primary(key) => key.public_params(),
            Self::Subkey(key) => key.public_params(),
        }
    }

    fn is_meant_by(&self, wrapped: &PublicKeyEncryptedSessionKey) -> bool {
        match self {
            Self::Primary(key) => wrapped.match_identity(key.public_key()),
            Self::Subkey(key) => wrapped.match_identity(key.public_key()),
        }
    }

    fn fingerprint(&self) -> String {
        match self {
            Self::Primary(key) => format!("{:X}", key.fingerprint()),
            Self::Subkey(key) => format!("{:X}", key.fingerprint()),
        }
    }

    /// `None` when the password is wrong, or the packet does not hold a key.
    fn unlock(&self, password: &Password) -> Option<Result<Opened, KeyFailure>> {
        let keep = |public: &PublicParams, secret: &PlainSecretParams| Ok(opened(public, secret));
        let unlocked = match self {
            Self::Primary(key) => key.unlock(password, keep),
            Self::Subkey(key) => key.unlock(password, keep),
        };
        unlocked.ok()?.ok()
    }

    fn decrypt(
        &self,
        secret: &PlainSecretParams,
        values: &PkeskBytes,
        kind: EskType,
    ) -> Option<PlainSessionKey> {
        let public = self.public_params();
        match self {
            Self::Primary(key) => secret.decrypt(public, values, kind, key.public_key()).ok(),
            Self::Subkey(key) => secret.decrypt(public, values, kind, key.public_key()).ok(),
        }
    }
}

impl DecryptionKey {
    /// What it goes by.
    pub(super) fn name(&self) -> String {
        self.packet.fingerprint()
    }

    pub(super) fn is_meant_by(&self, wrapped: &PublicKeyEncryptedSessionKey) -> bool {
        let can_decrypt = match &self.packet {
            Packet::Primary(key) => key.algorithm().can_encrypt(),
            Packet::Subkey(key) => key.algorithm().can_encrypt(),
        };
        can_decrypt && self.packet.is_meant_by(wrapped)
    }

    /// The session key, or `None` if it was encrypted to another key. With RSA it may be some other session key
    /// then, which opens nothing.
    pub(super) fn session_key(
        &self,
        wrapped: &PublicKeyEncryptedSessionKey,
        ask: Interaction<'_>,
    ) -> Result<Option<PlainSessionKey>, KeyFailure> {
        let kind = match wrapped.version() {
            PkeskVersion::V3 => EskType::V3_4,
            PkeskVersion::V6 => EskType::V6,
            PkeskVersion::Other(_) => return Ok(None),
        };
        let Ok(values) = wrapped.values() else { return Ok(None) };
        Ok(match (self.open(ask)?, values) {
            (Opened::Rsa(key), PkeskBytes::Rsa { mpi }) => {
                decrypt_rsa(key, mpi.as_ref(), kind).or_else(|| any_session_key(kind))
            }
            (Opened::Rsa(_), _) => None,
            (Opened::Other(secret), values) => self.packet.decrypt(secret, values, kind),
        })
    }

    fn open(&self, ask: Interaction<'_>) -> Result<&Opened, KeyFailure> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened);
        }
        let opened = if matches!(self.packet.secret_params(), SecretParams::Plain(_)) {
            self.packet.unlock(&Password::empty()).ok_or(KeyFailure::Unusable)??
        } else {
            let passphrase = ask.passphrases.passphrase(&self.lock).map_err(KeyFailure::NoPassphrase)?;
            self.packet.unlock(&Password::from(passphrase.expose())).ok_or_else(|| {
                ask.passphrases.refused(&self.lock);
                KeyFailure::Passphrase
            })??
        };
        Ok(self.opened.get_or_init(|| opened))
    }
}

/// The key in the form that decrypts: RSA in aws-lc, the rest in the OpenPGP library.
fn opened(public: &PublicParams, secret: &PlainSecretParams) -> Result<Opened, KeyFailure> {
    let PlainSecretParams::RSA(key) = secret else { return Ok(Opened::Other(Box::new(secret.clone()))) };
    let bits = key.size() * 8;
    if !SIZES.contains(&bits) {
        return Err(KeyFailure::Size(bits));
    }
    let (n, e) = modulus_and_exponent(public).ok_or(KeyFailure::Unusable)?;
    let (d, p, q, inverse) = key.to_bytes();
    let (d, p, q, inverse) =
        (Zeroizing::new(d), Zeroizing::new(p), Zeroizing::new(q), Zeroizing::new(inverse));
    // OpenPGP stores the inverse of the first prime modulo the second; the other standards, and aws-lc, have it the
    // other way round.
    let numbers = Numbers { n: &n, e: &e, d: &d, p: &q, q: &p, q_inverse: &inverse };
    let private = RsaPrivate::from_numbers(&numbers);
    let key = private.and_then(|private| Pkcs1PrivateDecryptingKey::new(private.key));
    key.map(Opened::Rsa).map_err(|_| KeyFailure::Unusable)
}

/// Whoever may send messages and learn which of them have the padding of PKCS#1 can have any of them decrypted
/// (Bleichenbacher 1998). So a message without it goes on, and fails where those fail that were changed.
fn any_session_key(kind: EskType) -> Option<PlainSessionKey> {
    let mut key = Zeroizing::new(vec![0; 32]);
    rand::fill(&mut key).ok()?;
    let key = RawSessionKey::from(key);
    Some(match kind {
        EskType::V3_4 => PlainSessionKey::V3_4 { sym_alg: SymmetricKeyAlgorithm::AES256, key },
        EskType::V6 => PlainSessionKey::V6 { key },
    })
}

/// The two integers of an RSA public key, each behind its length in bits.
fn modulus_and_exponent(public: &PublicParams) -> Option<(Vec<u8>, Vec<u8>)> {
    let PublicParams::RSA(key) = public else { return None };
    let integers = key.to_bytes().ok()?;
    let mut rest = integers.as_slice();
    let mut integer = || {
        let (bits, after) = rest.split_first_chunk::<2>()?;
        let (integer, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*bits)).div_ceil(8))?;
        rest = after;
        Some(integer.to_vec())
    };
    Some((integer()?, integer()?))
}

/// The algorithm (in messages of RFC 4880), the key, and a sum over the key.
fn decrypt_rsa(key: &Pkcs1PrivateDecryptingKey, mpi: &[u8], kind: EskType) -> Option<PlainSessionKey> {
    let size = key.key_size_bytes();
    // An integer loses its leading zeros; the ciphertext has them.
    let mut ciphertext = vec![0; size.checked_sub(mpi.len())?];
    ciphertext.extend_from_slice(mpi);
    let mut buffer = Zeroizing::new(vec![0; key.min_output_size()]);
    let plain = key.decrypt(&ciphertext, &mut buffer).ok()?;
    let (rest, sum) = plain.split_last_chunk::<2>()?;
    let (cipher, key) = match kind {
        EskType::V3_4 => rest.split_first().map(|(cipher, key)| (Some(*cipher), key))?,
        EskType::V6 => (None, rest),
    };
    let expected = key.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    if expected != u16::from_be_bytes(*sum) {
        return None;
    }
    let key = RawSessionKey::from(Zeroizing::new(key.to_vec()));
    let Some(cipher) = cipher.map(SymmetricKeyAlgorithm::from) else {
        return Some(PlainSessionKey::V6 { key });
    };
    let fits = cipher != SymmetricKeyAlgorithm::Plaintext && cipher.key_size() == key.len();
    fits.then_some(PlainSessionKey::V3_4 { sym_alg: cipher, key })
}
