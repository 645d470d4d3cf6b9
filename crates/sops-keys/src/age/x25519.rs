//! `age1...` recipients and `AGE-SECRET-KEY-1...` identities.

use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use zeroize::Zeroizing;

use super::bech32;
use super::header::{HeaderError, Stanza, decode_base64, encode_base64};
use super::keys::{FileKey, WRAPPED_LEN, derive, unwrap, wrap};

const TAG: &str = "X25519";
const LABEL: &[u8] = b"age-encryption.org/v1/X25519";
pub(crate) const POINT_LEN: usize = 32;

/// A point of Curve25519 (RFC 7748).
pub(crate) type Point = [u8; POINT_LEN];

/// A secret scalar and its point.
pub(crate) struct Secret {
    key: PrivateKey,
    public: Point,
}

impl Secret {
    pub(crate) fn new(scalar: &[u8; 32]) -> Result<Self, Unspecified> {
        let key = PrivateKey::from_private_key(&X25519, scalar).map_err(|_| Unspecified)?;
        let public = key.compute_public_key()?.as_ref().try_into().map_err(|_| Unspecified)?;
        Ok(Self { key, public })
    }

    /// A fresh one, for one message.
    pub(crate) fn ephemeral() -> Result<Self, Unspecified> {
        let mut scalar = Zeroizing::new([0; 32]);
        rand::fill(&mut *scalar)?;
        Self::new(&scalar)
    }

    pub(crate) fn public(&self) -> &Point {
        &self.public
    }

    /// The shared secret; an error when it is zero, which a point of low order forces.
    pub(crate) fn agree(&self, peer: &Point) -> Result<Zeroizing<Point>, Unspecified> {
        let peer = UnparsedPublicKey::new(&X25519, peer);
        agree(&self.key, peer, Unspecified, |shared| {
            shared.try_into().map(Zeroizing::new).map_err(|_| Unspecified)
        })
    }
}

pub(crate) fn wrap_for(recipient: &Point, file_key: &FileKey) -> Result<Stanza, Unspecified> {
    let ephemeral = Secret::ephemeral()?;
    let shared = ephemeral.agree(recipient)?;
    let key = wrapping_key(ephemeral.public(), recipient, &shared)?;
    let args = vec![encode_base64(ephemeral.public())];
    Ok(Stanza { tag: TAG.to_owned(), args, body: wrap(&key, file_key)? })
}

/// The file key if the stanza is for `secret`.
pub(crate) fn unwrap_with(secret: &Secret, stanza: &Stanza) -> Result<Option<FileKey>, HeaderError> {
    if stanza.tag != TAG {
        return Ok(None);
    }
    let malformed = || HeaderError::Stanza(TAG.to_owned());
    let [share] = stanza.args.as_slice() else { return Err(malformed()) };
    let share: Point = decode_base64(share).and_then(|b| b.try_into().ok()).ok_or_else(malformed)?;
    if stanza.body.len() != WRAPPED_LEN {
        return Err(malformed());
    }
    let shared = secret.agree(&share).map_err(|_| malformed())?;
    let key = wrapping_key(&share, secret.public(), &shared).map_err(|_| malformed())?;
    unwrap(&key, &stanza.body).map_err(|_| malformed())
}

fn wrapping_key(
    ephemeral: &Point,
    recipient: &Point,
    shared: &Point,
) -> Result<Zeroizing<[u8; 32]>, Unspecified> {
    derive(&[&ephemeral[..], recipient].concat(), shared, LABEL)
}

pub(crate) fn encode_recipient(point: &Point) -> String {
    bech32::encode("age", point)
}
