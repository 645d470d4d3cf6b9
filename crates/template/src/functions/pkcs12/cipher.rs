//! Block ciphers in CBC mode.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use des::TdesEde3;
use des::cipher::{Array, BlockCipherDecrypt, BlockSizeUser, KeyInit};
use rc2::Rc2;

use super::super::failure::Failure;

const AES_BLOCK: usize = 16;

const UNUSABLE: &str = "pkcs12: the key cannot be used";

/// A cipher, and how long its key is.
#[derive(Clone, Copy)]
pub(super) enum Cipher {
    /// AES, with a key of so many bytes.
    Aes(usize),
    TripleDes,
    /// RC2, with a key of so many bytes, all of them effective.
    Rc2(usize),
}

impl Cipher {
    pub(super) fn block(self) -> usize {
        match self {
            Self::Aes(_) => AES_BLOCK,
            Self::TripleDes | Self::Rc2(_) => 8,
        }
    }

    pub(super) fn key_bytes(self) -> usize {
        match self {
            Self::Aes(bytes) | Self::Rc2(bytes) => bytes,
            Self::TripleDes => 24,
        }
    }

    /// Decrypts whole blocks in place.
    pub(super) fn decrypt(self, key: &[u8], vector: &[u8], text: &mut [u8]) -> Result<(), Failure> {
        match self {
            Self::Aes(_) => {
                let context = DecryptionContext::Iv128(aes_vector(vector)?);
                let key = DecryptingKey::cbc(aes_key(key)?).map_err(|_| UNUSABLE)?;
                key.decrypt(text, context).map_err(|_| UNUSABLE)?;
            }
            Self::TripleDes => {
                chain(&TdesEde3::new_from_slice(key).map_err(|_| UNUSABLE)?, vector, text);
            }
            Self::Rc2(bytes) => chain(&Rc2::new_with_eff_key_len(key, bytes * 8), vector, text),
        }
        Ok(())
    }
}

/// Encrypts whole blocks in place. Only AES: nothing is written with the others.
pub(super) fn encrypt_aes(key: &[u8], vector: &[u8], text: &mut [u8]) -> Result<(), Failure> {
    let context = EncryptionContext::Iv128(aes_vector(vector)?);
    let key = EncryptingKey::cbc(aes_key(key)?).map_err(|_| UNUSABLE)?;
    key.less_safe_encrypt(text, context).map_err(|_| UNUSABLE)?;
    Ok(())
}

fn aes_key(key: &[u8]) -> Result<UnboundCipherKey, Failure> {
    let algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        _ => &AES_256,
    };
    Ok(UnboundCipherKey::new(algorithm, key).map_err(|_| UNUSABLE)?)
}

fn aes_vector(vector: &[u8]) -> Result<FixedLength<AES_BLOCK>, Failure> {
    let vector = <[u8; AES_BLOCK]>::try_from(vector);
    // The original panics.
    let vector =
        vector.map_err(|_| Failure::Panic("cipher.NewCBCDecrypter: IV length must equal block size"))?;
    Ok(vector.into())
}

/// Decrypts blocks that were chained.
fn chain<C: BlockCipherDecrypt + BlockSizeUser>(cipher: &C, vector: &[u8], text: &mut [u8]) {
    let mut before = vector.to_vec();
    for block in text.chunks_exact_mut(C::block_size()) {
        let encrypted = block.to_vec();
        if let Ok(block) = <&mut Array<u8, C::BlockSize>>::try_from(&mut *block) {
            cipher.decrypt_block(block);
        }
        block.iter_mut().zip(&before).for_each(|(byte, before)| *byte ^= before);
        before = encrypted;
    }
}
