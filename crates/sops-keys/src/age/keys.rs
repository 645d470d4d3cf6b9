//! The keys of an age file and what is computed with them.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac, rand};
use zeroize::Zeroizing;

/// Bytes of a file key.
pub(crate) const FILE_KEY_LEN: usize = 16;
/// Bytes of a wrapped file key, with the authentication tag.
pub(crate) const WRAPPED_LEN: usize = FILE_KEY_LEN + 16;

/// The key of one age file, from which the others are derived.
pub struct FileKey(Zeroizing<[u8; FILE_KEY_LEN]>);

impl FileKey {
    /// A fresh one.
    pub(crate) fn generate() -> Result<Self, Unspecified> {
        let mut key = Zeroizing::new([0; FILE_KEY_LEN]);
        rand::fill(&mut *key)?;
        Ok(Self(key))
    }

    /// From its bytes, as a plugin gives it.
    #[must_use]
    pub fn new(bytes: Zeroizing<[u8; FILE_KEY_LEN]>) -> Self {
        Self(bytes)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The bytes, for a plugin that wraps them.
    #[must_use]
    pub fn expose(&self) -> &[u8; FILE_KEY_LEN] {
        &self.0
    }

    /// The authentication tag of a header.
    pub(crate) fn header_mac(&self, header: &[u8]) -> Result<hmac::Tag, Unspecified> {
        Ok(hmac::sign(&self.mac_key()?, header))
    }

    /// Compares in constant time.
    pub(crate) fn verify_header(&self, header: &[u8], mac: &[u8]) -> Result<(), Unspecified> {
        hmac::verify(&self.mac_key()?, header, mac)
    }

    fn mac_key(&self) -> Result<hmac::Key, Unspecified> {
        let key = derive(b"", self.expose(), b"header")?;
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &*key))
    }

    /// The key of the payload that follows `nonce`.
    pub(crate) fn payload_key(&self, nonce: &[u8]) -> Result<LessSafeKey, Unspecified> {
        cipher(&*derive(nonce, self.expose(), b"payload")?)
    }
}

/// HKDF-SHA256 (RFC 5869) to 32 bytes.
pub(crate) fn derive(salt: &[u8], secret: &[u8], info: &[u8]) -> Result<Zeroizing<[u8; 32]>, Unspecified> {
    let mut key = Zeroizing::new([0; 32]);
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    prk.expand(&[info], hkdf::HKDF_SHA256)?.fill(&mut *key)?;
    Ok(key)
}

/// ChaCha20-Poly1305 (RFC 8439).
pub(crate) fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, Unspecified> {
    Ok(LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key)?))
}

/// Encrypts a file key under a key that is used once, hence the zero nonce.
pub(crate) fn wrap(key: &[u8; 32], file_key: &FileKey) -> Result<Vec<u8>, Unspecified> {
    seal(&cipher(key)?, [0; 12], file_key.expose())
}

/// The file key, or `None` when it was encrypted under another key.
pub(crate) fn unwrap(key: &[u8; 32], wrapped: &[u8]) -> Result<Option<FileKey>, Unspecified> {
    let opened = open(&cipher(key)?, [0; 12], wrapped);
    Ok(opened.ok().and_then(|bytes| FileKey::from_slice(&bytes)))
}

pub(crate) fn seal(key: &LessSafeKey, nonce: [u8; 12], plaintext: &[u8]) -> Result<Vec<u8>, Unspecified> {
    // Room for the tag, so that the buffer with the plaintext does not move.
    let mut buffer = Zeroizing::new(Vec::with_capacity(plaintext.len() + 16));
    buffer.extend_from_slice(plaintext);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut *buffer)?;
    Ok(std::mem::take(&mut *buffer))
}

pub(crate) fn open(
    key: &LessSafeKey,
    nonce: [u8; 12],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let length = key.open_in_place(nonce, Aad::empty(), &mut buffer)?.len();
    buffer.truncate(length);
    Ok(buffer)
}
