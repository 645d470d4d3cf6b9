use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use zeroize::Zeroizing;

use crate::envelope::{MAX_ENVELOPE, encode_text};
use crate::{Label, PublicKey, SealError};

/// Where session keys come from. The caller passes it in, so that tests can repeat a run.
///
/// The padding of RSA-OAEP takes its own randomness from aws-lc and cannot be injected.
pub trait Randomness {
    /// Fills `bytes` with unpredictable data.
    ///
    /// # Errors
    /// When the source gives none; nothing may be sealed then.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError>;
}

/// The source of randomness failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomnessError;

/// The operating system's generator, through aws-lc.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Randomness for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| RandomnessError)
    }
}

/// Seals one value and returns its text form, standard base64 without line breaks.
///
/// # Errors
/// [`SealError::TooLarge`] above [`MAX_ENVELOPE`]; [`SealError::Randomness`]; [`SealError::Crypto`].
pub fn seal_value(
    key: &PublicKey,
    label: &Label,
    plaintext: &[u8],
    randomness: &mut dyn Randomness,
) -> Result<String, SealError> {
    let rsa_length = key.oaep.ciphertext_size();
    let header = 2 + rsa_length;
    let tag = AES_256_GCM.tag_len();
    if plaintext.len() > MAX_ENVELOPE - header - tag {
        return Err(SealError::TooLarge(plaintext.len()));
    }
    let mut session_key = Zeroizing::new([0u8; 32]);
    randomness.fill(session_key.as_mut()).map_err(|_| SealError::Randomness)?;

    // Capacity is exact: growing would leave a copy of the plaintext behind.
    let mut envelope = Zeroizing::new(Vec::with_capacity(header + plaintext.len() + tag));
    let announced = u16::try_from(rsa_length).map_err(|_| SealError::Crypto)?;
    envelope.extend_from_slice(&announced.to_be_bytes());
    envelope.resize(header, 0);
    key.oaep
        .encrypt(&OAEP_SHA256_MGF1SHA256, session_key.as_ref(), &mut envelope[2..], Some(label.as_bytes()))
        .map_err(|_| SealError::Crypto)?;
    envelope.extend_from_slice(plaintext);

    let cipher = UnboundKey::new(&AES_256_GCM, session_key.as_ref()).map_err(|_| SealError::Crypto)?;
    // A zero nonce is safe because the session key seals this value alone.
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    let tag = LessSafeKey::new(cipher)
        .seal_in_place_separate_tag(nonce, Aad::empty(), &mut envelope[header..])
        .map_err(|_| SealError::Crypto)?;
    envelope.extend_from_slice(tag.as_ref());
    Ok(encode_text(&envelope))
}
