//! Bytes that may be plaintext: wiped when dropped, not printable by accident.

use std::hash::{Hash, Hasher};
use std::str::Utf8Error;

use signet_secret::Plaintext;
use zeroize::{Zeroize, Zeroizing};

/// A string of a document. Mostly UTF-8, but the binary format holds any bytes.
///
/// Wiped on drop; without `Debug` and `Display`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text(Zeroizing<Vec<u8>>);

impl Text {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The characters.
    ///
    /// # Errors
    /// When the bytes are not UTF-8.
    pub fn as_str(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(&self.0)
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same bytes, still wiped on drop.
    #[must_use]
    pub fn into_plaintext(self) -> Plaintext {
        Plaintext::from(self.0)
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.as_bytes().to_vec()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text.into_bytes()))
    }
}

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<Vec<u8>>> for Text {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

/// A [`Text`] that grows. A plain vector would leave copies of plaintext behind when it moves.
#[derive(Default)]
pub(crate) struct Builder(Zeroizing<Vec<u8>>);

impl Builder {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(bytes)))
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(self.0.capacity() * 2).max(64)));
            larger.extend_from_slice(&self.0);
            std::mem::swap(&mut self.0, &mut larger);
            larger.zeroize();
        }
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.push(text.as_bytes());
    }

    pub(crate) fn push_char(&mut self, c: char) {
        self.push(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    pub(crate) fn finish(self) -> Text {
        Text(self.0)
    }
}

/// The text with every occurrence of a byte string replaced.
pub(crate) fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Text {
    let mut out = Builder::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = find(rest, from) {
        out.push(&rest[..at]);
        out.push(to);
        rest = &rest[at + from.len()..];
    }
    out.push(rest);
    out.finish()
}

/// Where a byte string, not empty, begins in another.
pub(crate) fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
