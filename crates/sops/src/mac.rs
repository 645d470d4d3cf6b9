//! The MAC of a file: one hash over the texts of its values, in the order of the document.
//!
//! It covers neither names nor the boundaries between values; names of encrypted values are authenticated with the
//! value.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA512};

/// What a MAC over encrypted values alone begins with, so that it never equals one over all values: the SHA-256 of
/// `sops`.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b,
    0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// A MAC that is being computed.
pub(crate) struct Mac {
    hash: Context,
    only_encrypted: bool,
}

impl Mac {
    pub(crate) fn new(only_encrypted: bool) -> Self {
        let mut hash = Context::new(&SHA512);
        if only_encrypted {
            hash.update(&ONLY_ENCRYPTED);
        }
        Self { hash, only_encrypted }
    }

    /// Adds a value. `encrypted` says whether the rules of the file select it.
    pub(crate) fn add(&mut self, text: &[u8], encrypted: bool) {
        if encrypted || !self.only_encrypted {
            self.hash.update(text);
        }
    }

    /// Its text: 128 upper-case hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        let digest = self.hash.finish();
        digest.as_ref().iter().fold(String::with_capacity(128), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_over_encrypted_values_alone_is_never_one_over_all() {
        let of = |only_encrypted| {
            let mut mac = Mac::new(only_encrypted);
            mac.add(b"a", true);
            mac.finish()
        };
        assert_ne!(of(true), of(false));
        assert_eq!(of(true).len(), 128);
        assert_eq!(ONLY_ENCRYPTED, aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"sops").as_ref());
    }
}
