//! Passwords and names in the two encodings of PKCS#12.

use super::super::der::Bytes;
use super::super::failure::Failure;
use super::super::letters;
use zeroize::Zeroizing;

/// A password, in both encodings.
pub(super) struct Password {
    /// For the derivation of PKCS#12: two bytes a character, and two zeros at the end.
    pub(super) wide: Bytes,
    /// For PBKDF2: UTF-8.
    pub(super) narrow: Bytes,
}

impl Password {
    pub(super) fn new(text: &[u8]) -> Result<Self, Failure> {
        let mut wide = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
        push_wide(&mut wide, text)?;
        wide.extend([0, 0]);
        // What is no UTF-8 has become U+FFFD, which is three bytes.
        let mut narrow = Zeroizing::new(Vec::with_capacity(3 * text.len()));
        let mut buffer = Zeroizing::new([0; 4]);
        for letter in letters::of(text) {
            narrow.extend_from_slice(letter.encode_utf8(&mut *buffer).as_bytes());
        }
        Ok(Self { wide, narrow })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.narrow.is_empty()
    }

    /// No password at all, which some programs take an empty one for.
    pub(super) fn absent() -> Self {
        Self { wide: Bytes::default(), narrow: Bytes::default() }
    }
}

/// A text of two bytes a character.
pub(super) fn bmp_string(text: &[u8]) -> Result<Bytes, Failure> {
    let mut wide = Zeroizing::new(Vec::with_capacity(2 * text.len()));
    push_wide(&mut wide, text)?;
    Ok(wide)
}

fn push_wide(wide: &mut Vec<u8>, text: &[u8]) -> Result<(), Failure> {
    for letter in letters::of(text) {
        let Ok(code) = u16::try_from(u32::from(letter)) else {
            return Err("pkcs12: string contains characters that cannot be encoded in UCS-2".into());
        };
        wide.extend(code.to_be_bytes());
    }
    Ok(())
}
