//! SSH private keys as identities.

use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use zeroize::Zeroizing;

use super::RSA_LABEL;
use super::public::{SshPublic, ed25519_wrapping_key};
use crate::age::header::{HeaderError, Stanza, decode_base64};
use crate::age::keys::{FileKey, WRAPPED_LEN, unwrap};
use crate::age::x25519::{Point, Secret};
use crate::rsa::RsaPrivate;

/// An SSH private key and its public half.
pub(crate) struct SshSecret {
    public: SshPublic,
    key: Key,
}

enum Key {
    Ed25519(Secret),
    Rsa(OaepPrivateDecryptingKey),
}

impl SshSecret {
    pub(super) fn from_ed25519(seed: &[u8; 32]) -> Result<Self, Unspecified> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)?;
        let point = pair.public_key().as_ref().try_into().map_err(|_| Unspecified)?;
        let public = SshPublic::from_ed25519(&point).map_err(|_| Unspecified)?;
        // The scalar with which Ed25519 signs (RFC 8032 5.1.5) is the secret of X25519.
        let mut scalar = Zeroizing::new([0; 32]);
        scalar.copy_from_slice(&digest::digest(&digest::SHA512, seed).as_ref()[..32]);
        Ok(Self { public, key: Key::Ed25519(Secret::new(&scalar)?) })
    }

    pub(super) fn from_rsa(private: RsaPrivate) -> Result<Self, Unspecified> {
        let public = SshPublic::from_rsa(&private.n, &private.e).map_err(|_| Unspecified)?;
        Ok(Self { public, key: Key::Rsa(OaepPrivateDecryptingKey::new(private.key)?) })
    }

    pub(crate) fn public(&self) -> &SshPublic {
        &self.public
    }

    pub(crate) fn unwrap(&self, stanza: &Stanza) -> Result<Option<FileKey>, HeaderError> {
        if !self.public.is_named_by(stanza)? {
            return Ok(None);
        }
        let malformed = || HeaderError::Stanza(stanza.tag.clone());
        match &self.key {
            Key::Ed25519(secret) => {
                let [_, share] = stanza.args.as_slice() else { return Err(malformed()) };
                let share = decode_base64(share).and_then(|share| share.try_into().ok());
                let share: Point = share.ok_or_else(malformed)?;
                if stanza.body.len() != WRAPPED_LEN {
                    return Err(malformed());
                }
                let shared = secret.agree(&share).map_err(|_| malformed())?;
                let key = ed25519_wrapping_key(self.public.wire(), &share, secret.public(), &shared);
                unwrap(&*key.map_err(|_| malformed())?, &stanza.body).map_err(|_| malformed())
            }
            Key::Rsa(key) => {
                let [_] = stanza.args.as_slice() else { return Err(malformed()) };
                let mut buffer = Zeroizing::new(vec![0; key.min_output_size()]);
                let algorithm = &OAEP_SHA256_MGF1SHA256;
                let opened = key.decrypt(algorithm, &stanza.body, &mut buffer, Some(RSA_LABEL)).ok();
                Ok(opened.and_then(|bytes| FileKey::from_slice(bytes)))
            }
        }
    }
}

impl SshPublic {
    /// Whether the stanza is for this key, by the four bytes that it carries. Another key may share them.
    pub(crate) fn is_named_by(&self, stanza: &Stanza) -> Result<bool, HeaderError> {
        if stanza.tag != self.kind() {
            return Ok(false);
        }
        let id = stanza.args.first().ok_or_else(|| HeaderError::Stanza(stanza.tag.clone()))?;
        Ok(*id == self.short_id())
    }
}
