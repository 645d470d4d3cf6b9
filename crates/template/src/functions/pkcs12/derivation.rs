//! Keys from passwords: the derivation of PKCS#12 (RFC 7292, appendix B) and PBKDF2 (RFC 8018).

use std::num::NonZeroU32;

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use aws_lc_rs::{hmac, pbkdf2};
use zeroize::Zeroizing;

use super::super::der::Bytes;
use super::super::failure::Failure;
use crate::context::Context;

/// A hash function.
#[derive(Clone, Copy)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

/// What a key is for. The number is part of what is hashed.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Encryption = 1,
    InitializationVector = 2,
    Authentication = 3,
}

impl Hash {
    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        }
    }

    pub(super) fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }

    /// The size of its output.
    pub(super) fn bytes(self) -> usize {
        self.digest().output_len()
    }

    /// The size of what it takes in at once.
    fn block(self) -> usize {
        self.digest().block_len()
    }
}

/// A key by the derivation of PKCS#12.
pub(super) fn pkcs12(
    cx: &mut Context<'_>,
    hash: Hash,
    password: &[u8],
    (salt, iterations): (&[u8], i64),
    (purpose, length): (Purpose, usize),
) -> Result<Bytes, Failure> {
    let rounds = length.div_ceil(hash.bytes());
    // No iterations, or less, count as one.
    let iterations = iterations.max(1).unsigned_abs();
    cx.work(iterations.saturating_mul(rounds as u64))?;
    cx.work(((salt.len() + password.len()) / 64) as u64)?;
    let block = hash.block();
    let diversifier = vec![purpose as u8; block];
    let mut input = Zeroizing::new([&repeated(salt, block)[..], &repeated(password, block)[..]].concat());
    let mut key = Zeroizing::new(Vec::with_capacity(rounds * hash.bytes()));
    for _ in 0..rounds {
        let mut context = digest::Context::new(hash.digest());
        context.update(&diversifier);
        context.update(&input);
        let mut output = context.finish();
        for _ in 1..iterations {
            output = digest::digest(hash.digest(), output.as_ref());
        }
        key.extend_from_slice(output.as_ref());
        for chunk in input.chunks_mut(block) {
            add(chunk, output.as_ref());
        }
    }
    key.truncate(length);
    Ok(key)
}

/// The text over and over, up to a multiple of the size of a block.
fn repeated(text: &[u8], block: usize) -> Bytes {
    let length = text.len().next_multiple_of(block);
    Zeroizing::new(text.iter().copied().cycle().take(length).collect())
}

/// Adds the output, over and over, and one to a number of the size of a block.
fn add(chunk: &mut [u8], output: &[u8]) {
    let mut carry = 1_u16;
    for (at, byte) in chunk.iter_mut().enumerate().rev() {
        let sum = u16::from(*byte) + u16::from(output[at % output.len()]) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
}

/// A key by PBKDF2.
pub(super) fn pbkdf2(
    cx: &mut Context<'_>,
    hash: Hash,
    password: &[u8],
    (salt, iterations): (&[u8], i64),
    length: usize,
) -> Result<Bytes, Failure> {
    let rounds = length.div_ceil(hash.bytes()) as u64;
    let iterations = iterations.max(1).unsigned_abs();
    cx.work(iterations.saturating_mul(rounds).saturating_mul(2))?;
    cx.allocate(length)?;
    let iterations = u32::try_from(iterations).ok().and_then(NonZeroU32::new);
    let iterations = iterations.ok_or("pkcs12: too many iterations")?;
    let mut key = Zeroizing::new(vec![0; length]);
    if !key.is_empty() {
        pbkdf2::derive(hash.pbkdf2(), iterations, salt, password, &mut key);
    }
    Ok(key)
}
