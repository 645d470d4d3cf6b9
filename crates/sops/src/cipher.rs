//! Encryption of single values: AES-256-GCM with nonces of 32 bytes, bound to the path of the value.

use std::collections::HashMap;

use aes_gcm::aead::array::ArraySize;
use aes_gcm::aead::consts::{U12, U16, U32};
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce, Tag};
use zeroize::Zeroizing;

use crate::random::{Randomness, RandomnessError};
use crate::scalar::Kind;
use crate::text::Text;
use crate::token::{self, NoToken, Token};

/// Length of a data key in bytes.
pub const DATA_KEY_BYTES: usize = 32;

/// Length of the nonces that are written.
const NONCE_BYTES: usize = 32;

/// The key of one file. Master keys wrap it; see [`crate::keys`].
///
/// Wiped on drop; without `Debug`, `Clone` and `PartialEq`.
pub struct DataKey(Zeroizing<[u8; DATA_KEY_BYTES]>);

impl DataKey {
    /// A key of these bytes; `None` unless there are 32.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; DATA_KEY_BYTES]);
        if bytes.len() != DATA_KEY_BYTES {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    /// A new key.
    ///
    /// # Errors
    /// When the source of randomness fails.
    pub fn generate(randomness: &mut dyn Randomness) -> Result<Self, RandomnessError> {
        let mut key = Zeroizing::new([0; DATA_KEY_BYTES]);
        randomness.fill(key.as_mut())?;
        Ok(Self(key))
    }

    /// The bytes, to be wrapped by a master key.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_ref()
    }
}

/// Encrypts and decrypts the values of one file.
///
/// It remembers the nonce of each value that it decrypts, and uses it again for the same value at the same place: what
/// did not change keeps its ciphertext, so that a difference between versions of a file shows what did.
pub struct Cipher {
    key: DataKey,
    aes: AesGcm<Aes256, U32>,
    nonces: HashMap<Remembered, [u8; NONCE_BYTES]>,
}

/// A value at a place. The type is part of it: the number 1 and the string "1" are two values.
#[derive(PartialEq, Eq, Hash)]
struct Remembered {
    place: String,
    kind: Kind,
    text: Text,
}

/// Why a token was not decrypted. It says nothing about the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undecryptable {
    /// The text is no token.
    NoToken(NoToken),
    /// Wrong key, wrong place, or changed.
    NotAuthentic,
}

impl Cipher {
    /// A cipher for one file.
    #[must_use]
    pub fn new(key: DataKey) -> Self {
        let aes = AesGcm::new((&*key.0).into());
        Self { key, aes, nonces: HashMap::new() }
    }

    /// The same cipher with another key. What it remembers stays, as when sops rotates a data key.
    #[must_use]
    pub fn rekey(self, key: DataKey) -> Self {
        Self { nonces: self.nonces, ..Self::new(key) }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &DataKey {
        &self.key
    }

    /// The token of a value, or nothing for an empty one, which sops does not encrypt.
    pub(crate) fn encrypt(
        &self,
        kind: Kind,
        text: &[u8],
        place: &str,
        randomness: &mut dyn Randomness,
    ) -> Result<String, RandomnessError> {
        if text.is_empty() {
            return Ok(String::new());
        }
        let remembered = Remembered { place: place.to_owned(), kind, text: text.into() };
        let nonce = match self.nonces.get(&remembered) {
            Some(nonce) => *nonce,
            None => {
                let mut nonce = [0; NONCE_BYTES];
                randomness.fill(&mut nonce)?;
                nonce
            }
        };
        let mut data = Zeroizing::new(text.to_vec());
        let tag = self
            .aes
            .encrypt_inout_detached(&nonce.into(), place.as_bytes(), data.as_mut_slice().into())
            .expect("a value is shorter than the 64 GiB that GCM can encrypt");
        Ok(token::format(&data, &nonce, &tag, kind))
    }

    /// The type and text of an encrypted value. An empty text stands for itself.
    pub(crate) fn decrypt(&mut self, token: &[u8], place: &str) -> Result<(Kind, Text), Undecryptable> {
        if token.is_empty() {
            return Ok((Kind::Str, Text::default()));
        }
        let Token { data, nonce, tag, kind } = Token::parse(token).map_err(Undecryptable::NoToken)?;
        let mut text = Zeroizing::new(data);
        self.open(&nonce, &tag, place, &mut text).ok_or(Undecryptable::NotAuthentic)?;
        let text = Text::from(text);
        if let Ok(nonce) = nonce.try_into() {
            let remembered = Remembered { place: place.to_owned(), kind, text: text.clone() };
            self.nonces.insert(remembered, nonce);
        }
        Ok((kind, text))
    }

    fn open(&self, nonce: &[u8], tag: &[u8], place: &str, text: &mut [u8]) -> Option<()> {
        match nonce.len() {
            NONCE_BYTES => open(&self.aes, nonce, tag, place, text),
            // Nothing is known to have written these, but the format does not fix the length.
            12 => open(&AesGcm::<Aes256, U12>::new((&*self.key.0).into()), nonce, tag, place, text),
            16 => open(&AesGcm::<Aes256, U16>::new((&*self.key.0).into()), nonce, tag, place, text),
            _ => None,
        }
    }
}

fn open<N: ArraySize>(
    aes: &AesGcm<Aes256, N>,
    nonce: &[u8],
    tag: &[u8],
    place: &str,
    text: &mut [u8],
) -> Option<()> {
    let nonce = Nonce::<N>::try_from(nonce).ok()?;
    let tag = Tag::try_from(tag).ok()?;
    aes.decrypt_inout_detached(&nonce, place.as_bytes(), text.into(), &tag).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Counter, data_key};

    const TOKEN: &[u8] = b"ENC[AES256_GCM,data:oYyi,iv:MyIDYbT718JRr11QtBkcj3Dwm4k1aCGZBVeZf0EyV8o=,\
                           tag:t5z2Z023Up0kxwCgw1gNxg==,type:str]";

    #[test]
    fn a_token_of_sops_decrypts_at_its_place_only() {
        let mut cipher = Cipher::new(data_key());
        let (kind, text) = cipher.decrypt(TOKEN, "bar:").expect("the token is authentic");
        assert_eq!((kind, text.as_bytes()), (Kind::Str, &b"foo"[..]));
        for place in ["", ":", "bar", "baz:", "bar:bar:"] {
            assert_eq!(cipher.decrypt(TOKEN, place).err(), Some(Undecryptable::NotAuthentic), "{place}");
        }
    }

    #[test]
    fn any_changed_bit_fails() {
        let mut cipher = Cipher::new(data_key());
        let token = Token::parse(TOKEN).expect("this is a token");
        let parts = [token.data, token.nonce, token.tag];
        for part in 0..3 {
            for bit in 0..parts[part].len() * 8 {
                let mut parts = parts.clone();
                parts[part][bit / 8] ^= 1 << (bit % 8);
                let changed = token::format(&parts[0], &parts[1], &parts[2], Kind::Str);
                assert!(cipher.decrypt(changed.as_bytes(), "bar:").is_err(), "part {part}, bit {bit}");
            }
        }
    }

    #[test]
    fn an_unchanged_value_keeps_its_ciphertext() {
        let mut cipher = Cipher::new(data_key());
        cipher.decrypt(TOKEN, "bar:").expect("the token is authentic");
        let mut random = Counter::default();
        let again = |cipher: &Cipher, kind, text: &[u8], place, random: &mut Counter| {
            cipher.encrypt(kind, text, place, random).expect("the counter does not fail").into_bytes()
        };
        assert_eq!(again(&cipher, Kind::Str, b"foo", "bar:", &mut random), TOKEN);
        assert_ne!(again(&cipher, Kind::Comment, b"foo", "bar:", &mut random), TOKEN);
        assert_ne!(again(&cipher, Kind::Str, b"foo", "baz:", &mut random), TOKEN);
        assert_ne!(again(&cipher, Kind::Str, b"fop", "bar:", &mut random), TOKEN);
        assert_eq!(random.calls, 3);

        let other = DataKey::from_bytes(&[7; 32]).expect("32 bytes are a key");
        let rotated = again(&cipher.rekey(other), Kind::Str, b"foo", "bar:", &mut random);
        let nonce = |token: &[u8]| Token::parse(token).map(|token| token.nonce);
        assert_ne!(rotated, TOKEN);
        assert_eq!(nonce(&rotated), nonce(TOKEN));
    }

    #[test]
    fn an_empty_value_is_not_encrypted() {
        let mut cipher = Cipher::new(data_key());
        let token = cipher.encrypt(Kind::Str, b"", "a:", &mut Counter::default());
        assert_eq!(token.as_deref(), Ok(""));
        assert!(cipher.decrypt(b"", "anywhere:").is_ok_and(|(_, text)| text.is_empty()));
    }

    #[test]
    fn nonces_of_other_lengths_are_read() {
        let mut cipher = Cipher::new(data_key());
        let aes = AesGcm::<Aes256, U12>::new((&*data_key().0).into());
        let mut data = *b"foo";
        let tag = aes
            .encrypt_inout_detached(&[1; 12].into(), b"a:", data.as_mut_slice().into())
            .expect("three bytes can be encrypted");
        let token = token::format(&data, &[1; 12], &tag, Kind::Str);
        assert!(cipher.decrypt(token.as_bytes(), "a:").is_ok_and(|(_, text)| text.as_bytes() == b"foo"));
        let short = token::format(&data, &[1; 3], &tag, Kind::Str);
        assert_eq!(cipher.decrypt(short.as_bytes(), "a:").err(), Some(Undecryptable::NotAuthentic));
    }
}
