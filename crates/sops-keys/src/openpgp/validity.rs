//! What a certificate says of its keys, by its own signatures: whether they are valid, and what for.

use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{KeyFlags, Signature, SignatureType, SubpacketData};
use pgp::types::{KeyDetails, Tag};

/// Why a key is not encrypted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// Its owner took it back.
    #[error("the key is revoked")]
    Revoked,
    /// Its time is over.
    #[error("the key is expired")]
    Expired,
    /// No signature of the certificate's own vouches for it.
    #[error("the key is not bound by a valid signature")]
    Unbound,
    /// It is for signing, or of an algorithm that is.
    #[error("the key is not for encryption")]
    NotForEncryption,
}

/// The signatures that describe a key, the one that counts more first. What the first does not say the second may:
/// a signature over the primary key alone often says one thing, and those over names the rest.
pub(super) struct Description<'a>(Vec<&'a Signature>);

impl<'a> Description<'a> {
    /// Of a primary key that is neither revoked nor expired.
    pub(super) fn of_primary(certificate: &'a SignedPublicKey, now: u64) -> Result<Self, KeyFault> {
        let (key, details) = (&certificate.primary_key, &certificate.details);
        let is_own = |signature: &&Signature| signature.verify_key(key).is_ok();
        if details.revocation_signatures.iter().any(|signature| is_own(&signature)) {
            return Err(KeyFault::Revoked);
        }
        let over_key = newest(details.direct_signatures.iter().filter(is_own), now);
        let names = details.users.iter().filter_map(|user| {
            let signatures = user.signatures.iter();
            let own = signatures.filter(|s| s.verify_certification(key, Tag::UserId, &user.id).is_ok());
            // A revoked name vouches for nothing; the other names still do.
            newest(own, now).filter(|signature| !is_type(signature, SignatureType::CertRevocation))
        });
        Self(over_key.into_iter().chain(newest(names, now)).collect()).unless_expired(key, now)
    }

    /// Of a subkey that is neither revoked nor expired. The primary key is valid.
    pub(super) fn of_subkey(
        certificate: &'a SignedPublicKey,
        subkey: &'a SignedPublicSubKey,
        now: u64,
    ) -> Result<Self, KeyFault> {
        let signatures = subkey.signatures.iter();
        let own: Vec<&Signature> = signatures
            .filter(|s| s.verify_subkey_binding(&certificate.primary_key, &subkey.key).is_ok())
            .collect();
        if own.iter().any(|signature| is_type(signature, SignatureType::SubkeyRevocation)) {
            return Err(KeyFault::Revoked);
        }
        Self(newest(own.into_iter(), now).into_iter().collect()).unless_expired(&subkey.key, now)
    }

    fn unless_expired(self, key: &impl KeyDetails, now: u64) -> Result<Self, KeyFault> {
        if self.0.is_empty() {
            return Err(KeyFault::Unbound);
        }
        let lasts = self.0.iter().find_map(|signature| signature.key_expiration_time());
        let lasts = lasts.map_or(0, |span| u64::from(span.as_secs()));
        // Zero is for ever.
        let is_expired = lasts != 0 && u64::from(key.created_at().as_secs()) + lasts <= now;
        if is_expired { Err(KeyFault::Expired) } else { Ok(self) }
    }

    /// By its flags, and without any by its algorithm, as keys from before there were flags are.
    pub(super) fn check_encrypts(&self, key: &impl KeyDetails) -> Result<(), KeyFault> {
        let flags = self.0.iter().find_map(|signature| flags(signature));
        let is_flagged = flags.is_none_or(|flags| flags.encrypt_comms() || flags.encrypt_storage());
        let encrypts = is_flagged && key.algorithm().can_encrypt();
        if encrypts { Ok(()) } else { Err(KeyFault::NotForEncryption) }
    }

    /// AES-256 unless the owner's software says that it does without.
    pub(super) fn cipher(&self) -> SymmetricKeyAlgorithm {
        use SymmetricKeyAlgorithm::{AES128, AES192, AES256};
        let preferred = self.0.iter().map(|signature| signature.preferred_symmetric_algs());
        match preferred.into_iter().find(|preferred| !preferred.is_empty()) {
            None => AES256,
            Some(preferred) => {
                [AES256, AES192].into_iter().find(|cipher| preferred.contains(cipher)).unwrap_or(AES128)
            }
        }
    }
}

/// The newest signature that counts already and still does.
fn newest<'a>(signatures: impl Iterator<Item = &'a Signature>, now: u64) -> Option<&'a Signature> {
    let counts = |signature: &&Signature| {
        let created = signature.created().map(|time| u64::from(time.as_secs()));
        let lasts = signature.signature_expiration_time().map_or(0, |span| u64::from(span.as_secs()));
        created.is_some_and(|created| created <= now && (lasts == 0 || now < created + lasts))
    };
    signatures.filter(counts).max_by_key(|signature| signature.created())
}

fn flags(signature: &Signature) -> Option<KeyFlags> {
    let mut subpackets = signature.config()?.hashed_subpackets();
    subpackets
        .any(|subpacket| matches!(subpacket.data, SubpacketData::KeyFlags(_)))
        .then(|| signature.key_flags())
}

fn is_type(signature: &Signature, wanted: SignatureType) -> bool {
    signature.typ() == Some(wanted)
}
