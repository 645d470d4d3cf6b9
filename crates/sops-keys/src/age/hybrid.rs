//! `age1pq1...` recipients and `AGE-SECRET-KEY-PQ-1...` identities: HPKE (RFC 9180) in base mode, with ML-KEM-768
//! (FIPS 203) and X25519 combined as X-Wing does, HKDF-SHA256 and ChaCha20-Poly1305.

use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac};
use x_wing::{
    CIPHERTEXT_SIZE, Ciphertext, DecapsulationKeyRejectNonContrib, Decapsulator, Encapsulate,
    EncapsulationKey, KeyExport, TryDecapsulate,
};
use zeroize::{Zeroize, Zeroizing};

use super::bech32;
use super::header::{HeaderError, Stanza, decode_base64, encode_base64};
use super::keys::{FileKey, WRAPPED_LEN, cipher, open, seal};

const TAG: &str = "mlkem768x25519";
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";

/// The cipher suite: MLKEM768-X25519, HKDF-SHA256, ChaCha20-Poly1305.
const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x03";
const VERSION: &[u8] = b"HPKE-v1";

/// The public key of a hybrid recipient.
pub(crate) struct HybridPublic(EncapsulationKey);

impl HybridPublic {
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        EncapsulationKey::try_from(bytes).ok().map(Self)
    }

    pub(crate) fn wrap(&self, file_key: &FileKey) -> Result<Stanza, Unspecified> {
        let (ciphertext, mut shared) = self.0.encapsulate();
        let context = Context::new(&shared);
        shared.zeroize();
        let Context { key, nonce } = context?;
        let body = seal(&key, nonce, file_key.expose())?;
        Ok(Stanza { tag: TAG.to_owned(), args: vec![encode_base64(&ciphertext)], body })
    }
}

/// The secret of a hybrid identity, a seed of 32 bytes.
pub(crate) struct HybridSecret(DecapsulationKeyRejectNonContrib);

impl HybridSecret {
    pub(crate) fn from_slice(seed: &[u8]) -> Option<Self> {
        let mut seed: [u8; 32] = seed.try_into().ok()?;
        let key = DecapsulationKeyRejectNonContrib::from(seed);
        seed.zeroize();
        Some(Self(key))
    }

    pub(crate) fn recipient(&self) -> String {
        bech32::encode("age1pq", &self.0.encapsulation_key().to_bytes())
    }

    pub(crate) fn unwrap(&self, stanza: &Stanza) -> Result<Option<FileKey>, HeaderError> {
        if stanza.tag != TAG {
            return Ok(None);
        }
        let malformed = || HeaderError::Stanza(TAG.to_owned());
        let [share] = stanza.args.as_slice() else { return Err(malformed()) };
        let share = decode_base64(share).filter(|share| share.len() == CIPHERTEXT_SIZE);
        let share = share.ok_or_else(malformed)?;
        if stanza.body.len() != WRAPPED_LEN {
            return Err(malformed());
        }
        let share = Ciphertext::try_from(share.as_slice()).map_err(|_| malformed())?;
        // ML-KEM gives some other secret to the wrong key; only opening tells. An error here is a point of low
        // order.
        let mut shared = self.0.try_decapsulate(&share).map_err(|_| malformed())?;
        let context = Context::new(&shared);
        shared.zeroize();
        let Context { key, nonce } = context.map_err(|_| malformed())?;
        let opened = open(&key, nonce, &stanza.body).ok();
        Ok(opened.and_then(|bytes| FileKey::from_slice(&bytes)))
    }
}

/// The key schedule of RFC 9180 5.1, for one message.
struct Context {
    key: LessSafeKey,
    nonce: [u8; 12],
}

impl Context {
    fn new(shared: &[u8]) -> Result<Self, Unspecified> {
        // Base mode: neither a pre-shared key nor the name of one.
        let mut context = vec![0];
        context.extend_from_slice(extract(&labeled(b"psk_id_hash", b"")).as_ref());
        context.extend_from_slice(extract(&labeled(b"info_hash", INFO)).as_ref());
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, shared).extract(&labeled(b"secret", b""));
        let mut key = Zeroizing::new([0; 32]);
        expand(&secret, b"key", &context, &mut *key)?;
        let mut nonce = [0; 12];
        expand(&secret, b"base_nonce", &context, &mut nonce)?;
        Ok(Self { key: cipher(&key)?, nonce })
    }
}

/// The extract step over public values: HMAC with an empty salt.
fn extract(input: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[]), input)
}

fn labeled(label: &[u8], input: &[u8]) -> Vec<u8> {
    [VERSION, SUITE, label, input].concat()
}

fn expand(prk: &hkdf::Prk, label: &[u8], context: &[u8], out: &mut [u8]) -> Result<(), Unspecified> {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    // 12 or 32.
    let length = (out.len() as u16).to_be_bytes();
    prk.expand(&[&length, VERSION, SUITE, label, context], Length(out.len()))?.fill(out)
}
