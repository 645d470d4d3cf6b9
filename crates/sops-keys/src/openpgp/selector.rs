use std::fmt;
use std::str::FromStr;

use pgp::types::KeyDetails;

/// Which key a master key means: what the metadata of a SOPS file calls `fp`.
///
/// A fingerprint of 40 hexadecimal digits (64 in version 6), or a key id of 16, of a certificate or of one of its
/// subkeys. A trailing `!` means exactly that key; without it the certificate chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySelector {
    text: String,
    id: Vec<u8>,
    is_exact: bool,
}

/// Why a text does not name a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an OpenPGP fingerprint: expected 16, 40 or 64 hexadecimal digits")]
pub struct KeySelectorError(String);

impl KeySelector {
    /// As it was given, without spaces. It identifies the master key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether one key is meant and no other of its certificate.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    pub(super) fn means(&self, key: &impl KeyDetails) -> bool {
        match self.id.len() {
            8 => key.legacy_key_id().as_ref() == self.id,
            _ => key.fingerprint().as_bytes() == self.id,
        }
    }
}

impl FromStr for KeySelector {
    type Err = KeySelectorError;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let text = given.replace(' ', "");
        let digits = text.strip_suffix('!').unwrap_or(&text);
        let is_exact = digits.len() < text.len();
        let digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits);
        // Eight digits are accepted nowhere: keys with the same ones are made in seconds.
        let id = Some(digits).filter(|digits| matches!(digits.len(), 16 | 40 | 64)).and_then(unhex);
        match id {
            Some(id) => Ok(Self { id, is_exact, text }),
            None => Err(KeySelectorError(text)),
        }
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: &u8| char::from(*digit).to_digit(16);
    // Two digits make a byte.
    digits.as_bytes().chunks(2).map(|pair| Some((value(&pair[0])? << 4 | value(&pair[1])?) as u8)).collect()
}

impl fmt::Display for KeySelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
