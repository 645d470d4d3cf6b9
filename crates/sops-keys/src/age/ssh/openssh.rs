//! The file format of OpenSSH, `openssh-key-v1`.

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use super::file::SshKeyError;
use super::secret::SshSecret;
use super::wire::Reader;
use super::{ED25519, RSA};
use crate::rsa::{Numbers, RsaPrivate};

const MAGIC: &[u8] = b"openssh-key-v1\0";
const KEY_LEN: usize = 32;
const IV_LEN: usize = 16;

/// ssh-keygen writes 16 or 24 rounds, each of some ten milliseconds.
const MAX_ROUNDS: u32 = 4096;

/// The outer fields, which are in clear.
pub(super) struct Container<'a> {
    cipher: &'a [u8],
    kdf: &'a [u8],
    kdf_options: &'a [u8],
    /// The wire form of the public key.
    pub(super) public: &'a [u8],
    private: &'a [u8],
}

impl<'a> Container<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes.strip_prefix(MAGIC)?);
        let (cipher, kdf, kdf_options) = (reader.string()?, reader.string()?, reader.string()?);
        // One key, as every program writes; the format has room for more.
        let is_single = reader.u32()? == 1;
        let (public, private) = (reader.string()?, reader.string()?);
        is_single.then_some(Self { cipher, kdf, kdf_options, public, private })
    }

    pub(super) fn is_locked(&self) -> bool {
        self.kdf != b"none" || self.cipher != b"none"
    }

    pub(super) fn open(&self, passphrase: &[u8]) -> Result<SshSecret, SshKeyError> {
        let mut private = Zeroizing::new(self.private.to_vec());
        if self.is_locked() {
            self.decrypt(&mut private, passphrase)?;
        }
        let mut reader = Reader(&private);
        // Two copies of a random number show whether the passphrase was right.
        let (Some(one), Some(two)) = (reader.bytes(4), reader.bytes(4)) else {
            return Err(SshKeyError::Malformed);
        };
        if verify_slices_are_equal(one, two).is_err() {
            return Err(if self.is_locked() { SshKeyError::Passphrase } else { SshKeyError::Malformed });
        }
        let secret = read_secret(&mut reader)?;
        if secret.public().wire() == self.public { Ok(secret) } else { Err(SshKeyError::Mismatch) }
    }

    fn decrypt(&self, private: &mut [u8], passphrase: &[u8]) -> Result<(), SshKeyError> {
        if self.kdf != b"bcrypt" {
            return Err(SshKeyError::unsupported(self.kdf));
        }
        let mut options = Reader(self.kdf_options);
        let (Some(salt), Some(rounds)) = (options.string(), options.u32()) else {
            return Err(SshKeyError::Malformed);
        };
        if rounds > MAX_ROUNDS {
            return Err(SshKeyError::Rounds(rounds));
        }
        let mut derived = Zeroizing::new([0; KEY_LEN + IV_LEN]);
        bcrypt_pbkdf::bcrypt_pbkdf(passphrase, salt, rounds, &mut *derived)
            .map_err(|_| SshKeyError::Passphrase)?;
        let (key, iv) = derived.split_at(KEY_LEN);
        let key = UnboundCipherKey::new(&AES_256, key).map_err(|_| SshKeyError::Malformed)?;
        let key = match self.cipher {
            b"aes256-ctr" => DecryptingKey::ctr(key),
            b"aes256-cbc" => DecryptingKey::cbc(key),
            other => return Err(SshKeyError::unsupported(other)),
        };
        let iv = FixedLength::<IV_LEN>::try_from(iv).map_err(|_| SshKeyError::Malformed)?;
        key.and_then(|key| key.decrypt(private, DecryptionContext::Iv128(iv)).map(drop))
            .map_err(|_| SshKeyError::Malformed)
    }
}

/// The inner fields, then a comment and padding.
fn read_secret(reader: &mut Reader<'_>) -> Result<SshSecret, SshKeyError> {
    let name = reader.string().ok_or(SshKeyError::Malformed)?;
    let secret = if name == ED25519.as_bytes() {
        read_ed25519(reader).ok_or(SshKeyError::Malformed)?
    } else if name == RSA.as_bytes() {
        read_rsa(reader).ok_or(SshKeyError::Malformed)?
    } else {
        return Err(SshKeyError::unsupported(name));
    };
    reader.string().ok_or(SshKeyError::Malformed)?;
    if reader.0.iter().zip(1u8..).all(|(byte, count)| *byte == count) {
        secret.map_err(|_| SshKeyError::Malformed)
    } else {
        Err(SshKeyError::Malformed)
    }
}

fn read_ed25519(reader: &mut Reader<'_>) -> Option<Result<SshSecret, Unspecified>> {
    let _public = reader.string()?;
    // The seed, and the public key once more.
    let (seed, _) = reader.string()?.split_first_chunk::<32>()?;
    Some(SshSecret::from_ed25519(seed))
}

fn read_rsa(reader: &mut Reader<'_>) -> Option<Result<SshSecret, Unspecified>> {
    let (n, e, d) = (reader.positive()?, reader.positive()?, reader.positive()?);
    let (q_inverse, p, q) = (reader.positive()?, reader.positive()?, reader.positive()?);
    let private = RsaPrivate::from_numbers(&Numbers { n, e, d, p, q, q_inverse });
    Some(private.and_then(SshSecret::from_rsa))
}
