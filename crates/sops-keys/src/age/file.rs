//! Age files as a whole: armour or not, header, payload.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use signet_secret::Plaintext;
use zeroize::Zeroizing;

use super::armor::{self, ArmorError};
use super::header::{self, Header, HeaderError, NONCE_LEN, Stanza, encode_base64};
use super::keys::FileKey;
use super::stream;
use crate::NoAnswer;

/// Files are held in memory: this is the most that is read, as age bounds identity files.
pub(crate) const MAX_FILE: usize = 1 << 24;

/// Why a data key was not wrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// The plugin gave no stanzas.
    #[error("age-plugin-{name} did not wrap the key")]
    Plugin {
        /// The plugin's name.
        name: String,
        /// Its reason.
        #[source]
        source: NoAnswer,
    },
    /// The plugin gave stanzas that cannot be written.
    #[error("the stanzas of the plugin are malformed")]
    Stanzas,
    /// No randomness, or a public key with which nothing can be agreed.
    #[error("wrapping failed")]
    Crypto,
}

impl From<Unspecified> for WrapError {
    fn from(_: Unspecified) -> Self {
        Self::Crypto
    }
}

/// Why a file was not decrypted, whatever the identities.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Longer than 16 MiB.
    #[error("the age file is too long")]
    TooLong,
    /// The text is not armour.
    #[error("invalid armor")]
    Armor(#[from] ArmorError),
    /// The bytes do not follow the grammar.
    #[error("failed to read the age header")]
    Header(#[from] HeaderError),
    /// Somebody changed the header.
    #[error("bad header MAC")]
    Mac,
    /// Somebody changed, cut or extended the payload.
    #[error("failed to decrypt and authenticate the payload, the file may be corrupted or tampered with")]
    Payload,
}

/// An armoured file with these stanzas.
pub(crate) fn encrypt(file_key: &FileKey, stanzas: &[Stanza], plaintext: &[u8]) -> Result<String, WrapError> {
    let mut file = header::encode(stanzas);
    let mac = file_key.header_mac(&file)?;
    file.push(b' ');
    file.extend_from_slice(encode_base64(mac.as_ref()).as_bytes());
    file.push(b'\n');
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce)?;
    file.extend_from_slice(&nonce);
    // A plugin may give anything as stanzas; what it gave must read back.
    let reads_back = Header::parse(&file).is_ok_and(|header| header.stanzas == stanzas);
    if !reads_back || stanzas.is_empty() {
        return Err(WrapError::Stanzas);
    }
    file.extend(stream::encrypt(&file_key.payload_key(&nonce)?, plaintext)?);
    Ok(armor::encode(&file))
}

/// The bytes of a file that may be armoured.
pub(crate) fn binary(text: &[u8]) -> Result<Vec<u8>, FileError> {
    if text.len() > MAX_FILE / 3 * 5 {
        return Err(FileError::TooLong);
    }
    let binary = armor::decode(text)?;
    if binary.len() >= MAX_FILE { Err(FileError::TooLong) } else { Ok(binary) }
}

/// The payload, once the file key is known and has authenticated the header.
pub(crate) fn decrypt(header: &Header<'_>, file_key: &FileKey) -> Result<Plaintext, FileError> {
    file_key.verify_header(header.authenticated, &header.mac).map_err(|_| FileError::Mac)?;
    let key = file_key.payload_key(header.nonce).map_err(|_| FileError::Payload)?;
    let plaintext: Zeroizing<Vec<u8>> =
        stream::decrypt(&key, header.payload).map_err(|_| FileError::Payload)?;
    Ok(Plaintext::from(plaintext))
}
