//! Keyrings: packets, or armour around packets, of which there may be several in a row.

use pgp::composed::PublicOrSecret;

/// More than this is no keyring of anybody's.
const MAX_KEYRING: usize = 1 << 24;

const BEGIN: &[u8] = b"-----BEGIN PGP ";

/// Why there are no keys in a keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// Longer than 16 MiB.
    #[error("the keyring is too long")]
    TooLong,
    /// Neither armour nor packets, or packets and no key among them that can be read.
    #[error("no OpenPGP keys found")]
    NoKeys,
    /// Public keys only.
    #[error("no OpenPGP secret keys found")]
    NoSecretKeys,
}

/// The keys that can be read. Others, of old versions or unknown algorithms, are passed over, as they are when a
/// keyring is imported.
pub(super) fn read(data: &[u8]) -> Result<Vec<PublicOrSecret>, KeyringError> {
    if data.len() > MAX_KEYRING {
        return Err(KeyringError::TooLong);
    }
    let blocks = armoured_blocks(data);
    let keys: Vec<PublicOrSecret> = if blocks.is_empty() {
        PublicOrSecret::from_bytes_many(data).into_iter().flatten().flatten().collect()
    } else {
        let keys = blocks.into_iter().filter_map(|block| PublicOrSecret::from_armor_many_buf(block).ok());
        keys.flat_map(|(keys, _)| keys.flatten().collect::<Vec<_>>()).collect()
    };
    if keys.is_empty() { Err(KeyringError::NoKeys) } else { Ok(keys) }
}

/// From each line that begins a block to the next.
fn armoured_blocks(data: &[u8]) -> Vec<&[u8]> {
    let is_begin = |at: &usize| data[*at..].starts_with(BEGIN);
    let starts: Vec<usize> = (0..data.len()).filter(is_begin).collect();
    let ends = starts.iter().skip(1).copied().chain([data.len()]);
    starts.iter().zip(ends).map(|(start, end)| &data[*start..end]).collect()
}
