//! Bytes of one sealed value: `u16 N (big endian) | N bytes RSA-OAEP | AES-GCM ciphertext | 16-byte tag`.

use aws_lc_rs::aead::AES_256_GCM;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use crate::ItemFault;

/// Largest envelope that is read or written, in bytes. An API server takes objects of 3 MiB at most;
/// files that never see one get some room above it.
pub const MAX_ENVELOPE: usize = 16 << 20;

/// Largest text form of an envelope, in bytes, line breaks included.
pub const MAX_TEXT: usize = MAX_ENVELOPE / 3 * 4 + MAX_ENVELOPE / 16;

/// Go's decoder ignores unused trailing bits; sealed files in the field may have them set.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The two parts of an envelope.
pub(crate) struct Envelope<'a> {
    pub(crate) session_key: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Splits the bytes; `None` when they are too short for the length they announce.
    pub(crate) fn split(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (session_key, body) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        Some(Self { session_key, body })
    }
}

/// What an envelope reveals without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvelopeSize {
    /// Size of the RSA modulus it was sealed with, in bits.
    pub modulus_bits: usize,
    /// Length of the plaintext, in bytes.
    pub plaintext: usize,
}

/// Reads the sizes off the text form of an envelope.
///
/// # Errors
/// [`ItemFault::Base64`] and [`ItemFault::TooLarge`] for the text, [`ItemFault::NoKey`] when it is too short to be
/// an envelope.
pub fn envelope_size(text: &str) -> Result<EnvelopeSize, ItemFault> {
    let bytes = decode_text(text)?;
    let envelope = Envelope::split(&bytes).ok_or(ItemFault::NoKey)?;
    let plaintext = envelope.body.len().checked_sub(AES_256_GCM.tag_len()).ok_or(ItemFault::NoKey)?;
    Ok(EnvelopeSize { modulus_bits: 8 * envelope.session_key.len(), plaintext })
}

/// Decodes the text form: standard base64 with padding, CR and LF ignored anywhere.
pub(crate) fn decode_text(text: &str) -> Result<Vec<u8>, ItemFault> {
    if text.len() > MAX_TEXT {
        return Err(ItemFault::TooLarge);
    }
    let decoded = if text.bytes().any(|b| matches!(b, b'\r' | b'\n')) {
        let joined: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
        BASE64.decode(joined)
    } else {
        BASE64.decode(text)
    };
    decoded.map_err(|_| ItemFault::Base64)
}

pub(crate) fn encode_text(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}
