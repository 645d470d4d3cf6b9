//! The payload: chunks of 64 KiB, each sealed under its number and whether it is the last.

use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::error::Unspecified;
use zeroize::Zeroizing;

use super::keys::{open, seal};

const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// Eleven bytes of counter and one that marks the last chunk.
fn nonce(number: u64, is_last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(is_last);
    nonce
}

pub(crate) fn encrypt(key: &LessSafeKey, plaintext: &[u8]) -> Result<Vec<u8>, Unspecified> {
    // An empty payload is one empty chunk.
    let count = plaintext.len().div_ceil(CHUNK).max(1);
    let mut out = Vec::with_capacity(plaintext.len() + count * TAG);
    for (number, start) in (0u64..).zip((0..count).map(|i| i * CHUNK)) {
        let end = plaintext.len().min(start + CHUNK);
        out.extend(seal(key, nonce(number, end == plaintext.len()), &plaintext[start..end])?);
    }
    Ok(out)
}

/// All or nothing: what precedes a damaged chunk is not released.
pub(crate) fn decrypt(key: &LessSafeKey, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let count = ciphertext.len().div_ceil(CHUNK + TAG);
    let mut out = Zeroizing::new(Vec::with_capacity(ciphertext.len().saturating_sub(count * TAG)));
    for (number, chunk) in (0u64..).zip(ciphertext.chunks(CHUNK + TAG)) {
        let is_last = number + 1 == count as u64;
        let opened = open(key, nonce(number, is_last), chunk)?;
        if opened.is_empty() && number > 0 {
            return Err(Unspecified);
        }
        out.extend_from_slice(&opened);
    }
    if count == 0 { Err(Unspecified) } else { Ok(out) }
}
