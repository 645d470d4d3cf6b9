//! `ssh-ed25519` and `ssh-rsa` public keys as recipients.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use curve25519_dalek::edwards::CompressedEdwardsY;
use signet_secret::Fingerprint;

use super::wire::{Reader, push_positive, push_string};
use super::{ED25519, ED25519_LABEL, RSA, RSA_LABEL};
use crate::age::header::{Stanza, encode_base64};
use crate::age::keys::{FileKey, derive, wrap};
use crate::age::x25519::{Point, Secret};

/// Why a text is not an SSH public key that can be a recipient.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SshPublicKeyError {
    /// Not `TYPE BASE64 [COMMENT]`, or the base64 does not hold such a key.
    #[error("the key is malformed")]
    Malformed,
    /// A type that age does not encrypt to.
    #[error("unknown SSH recipient type: {0:?}")]
    Type(String),
    /// Ed25519 has points that are none.
    #[error("invalid Ed25519 public key")]
    Point,
    /// age refuses less than 2048 bits, aws-lc more than 8192.
    #[error("RSA keys of {0} bits are not supported: use 2048 to 8192")]
    Size(usize),
}

/// A public key and its wire form, which names it.
#[derive(Clone)]
pub(crate) struct SshPublic {
    wire: Vec<u8>,
    key: Key,
}

#[derive(Clone)]
enum Key {
    Ed25519(Point),
    Rsa(PublicEncryptingKey),
}

impl SshPublic {
    /// A line of `authorized_keys` without options, or of a `.pub` file.
    pub(crate) fn parse(line: &str) -> Result<Self, SshPublicKeyError> {
        let mut words = line.split_ascii_whitespace();
        let (Some(name), Some(base64)) = (words.next(), words.next()) else {
            return Err(SshPublicKeyError::Malformed);
        };
        let wire = STANDARD.decode(base64).map_err(|_| SshPublicKeyError::Malformed)?;
        let key = Self::from_wire(wire)?;
        // The word in front is a copy; the two must not disagree about what is encrypted to.
        if key.kind() == name { Ok(key) } else { Err(SshPublicKeyError::Malformed) }
    }

    pub(crate) fn from_wire(wire: Vec<u8>) -> Result<Self, SshPublicKeyError> {
        let mut reader = Reader(&wire);
        let name = reader.string().ok_or(SshPublicKeyError::Malformed)?;
        let key = if name == ED25519.as_bytes() {
            let point = reader.string().and_then(|point| point.try_into().ok());
            Key::Ed25519(to_montgomery(point.ok_or(SshPublicKeyError::Malformed)?)?)
        } else if name == RSA.as_bytes() {
            let (e, n) = (reader.positive(), reader.positive());
            let (Some(e), Some(n)) = (e, n) else { return Err(SshPublicKeyError::Malformed) };
            Key::Rsa(rsa_key(n, e)?)
        } else {
            return Err(SshPublicKeyError::Type(String::from_utf8_lossy(name).into_owned()));
        };
        if reader.is_empty() { Ok(Self { key, wire }) } else { Err(SshPublicKeyError::Malformed) }
    }

    pub(super) fn from_ed25519(point: &[u8; 32]) -> Result<Self, SshPublicKeyError> {
        let mut wire = Vec::new();
        push_string(&mut wire, ED25519.as_bytes());
        push_string(&mut wire, point);
        Self::from_wire(wire)
    }

    pub(super) fn from_rsa(n: &[u8], e: &[u8]) -> Result<Self, SshPublicKeyError> {
        let mut wire = Vec::new();
        push_string(&mut wire, RSA.as_bytes());
        push_positive(&mut wire, e);
        push_positive(&mut wire, n);
        Self::from_wire(wire)
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self.key {
            Key::Ed25519(_) => ED25519,
            Key::Rsa(_) => RSA,
        }
    }

    pub(crate) fn is_rsa(&self) -> bool {
        matches!(self.key, Key::Rsa(_))
    }

    pub(super) fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// As `ssh-keygen -l` prints it.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::from_digest(self.digest())
    }

    /// The four bytes by which a stanza names its recipient.
    pub(super) fn short_id(&self) -> String {
        encode_base64(&self.digest()[..4])
    }

    fn digest(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(digest::digest(&digest::SHA256, &self.wire).as_ref());
        out
    }

    pub(crate) fn wrap(&self, file_key: &FileKey) -> Result<Stanza, Unspecified> {
        let tag = self.kind().to_owned();
        match &self.key {
            Key::Ed25519(point) => {
                let ephemeral = Secret::ephemeral()?;
                let shared = ephemeral.agree(point)?;
                let key = ed25519_wrapping_key(&self.wire, ephemeral.public(), point, &shared)?;
                let args = vec![self.short_id(), encode_base64(ephemeral.public())];
                Ok(Stanza { tag, args, body: wrap(&key, file_key)? })
            }
            Key::Rsa(key) => {
                let key = OaepPublicEncryptingKey::new(key.clone())?;
                let mut body = vec![0; key.ciphertext_size()];
                key.encrypt(&OAEP_SHA256_MGF1SHA256, file_key.expose(), &mut body, Some(RSA_LABEL))?;
                Ok(Stanza { tag, args: vec![self.short_id()], body })
            }
        }
    }
}

impl PartialEq for SshPublic {
    fn eq(&self, other: &Self) -> bool {
        self.wire == other.wire
    }
}

impl fmt::Display for SshPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), STANDARD.encode(&self.wire))
    }
}

/// The key that wraps for an Ed25519 key: X25519 with its point, bound to the SSH key by a tweak.
pub(super) fn ed25519_wrapping_key(
    wire: &[u8],
    ephemeral: &Point,
    recipient: &Point,
    shared: &Point,
) -> Result<zeroize::Zeroizing<[u8; 32]>, Unspecified> {
    let tweak = Secret::new(&*derive(wire, b"", ED25519_LABEL)?)?;
    let tweaked = tweak.agree(shared)?;
    derive(&[&ephemeral[..], recipient].concat(), &*tweaked, ED25519_LABEL)
}

fn to_montgomery(point: [u8; 32]) -> Result<Point, SshPublicKeyError> {
    let point = CompressedEdwardsY(point).decompress().ok_or(SshPublicKeyError::Point)?;
    Ok(point.to_montgomery().to_bytes())
}

fn rsa_key(n: &[u8], e: &[u8]) -> Result<PublicEncryptingKey, SshPublicKeyError> {
    let bits = n.len() * 8 - n.first().map_or(0, |top| top.leading_zeros() as usize);
    if !(2048..=8192).contains(&bits) {
        return Err(SshPublicKeyError::Size(bits));
    }
    let components = PublicKeyComponents { n, e };
    let key: Result<PublicEncryptingKey, _> = components.try_into();
    key.map_err(|_| SshPublicKeyError::Malformed)
}
