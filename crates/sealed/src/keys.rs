use aws_lc_rs::digest;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{
    KeySize, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use signet_secret::{Fingerprint, Plaintext};
use zeroize::Zeroizing;

use crate::der::{self, Pkcs8, RsaNumbers};
use crate::{CertificateError, KeyError};

/// Sizes that aws-lc operates on, in bits.
const SIZES: std::ops::RangeInclusive<usize> = 2048..=8192;

/// An RSA private key that opens values. Every private operation runs in aws-lc, in constant time.
pub struct PrivateKey {
    pub(crate) oaep: OaepPrivateDecryptingKey,
    decrypting: PrivateDecryptingKey,
    fingerprint: Fingerprint,
}

impl PrivateKey {
    /// Reads the first private key of PEM data: `RSA PRIVATE KEY` (PKCS#1) or `PRIVATE KEY` (PKCS#8).
    /// Other blocks are skipped.
    ///
    /// # Errors
    /// [`KeyError::NoKey`] without such a block, [`KeyError::NotRsa`] when the first one is of another
    /// algorithm, [`KeyError::Size`] outside 2048 to 8192 bits, else [`KeyError::Malformed`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let mut malformed = false;
        for block in blocks(pem) {
            let contents = Zeroizing::new(block.into_contents_with_tag());
            match contents.0.as_str() {
                "RSA PRIVATE KEY" => match Self::from_pkcs1(&contents.1) {
                    Err(KeyError::Malformed) => malformed = true,
                    decided => return decided,
                },
                "PRIVATE KEY" => match der::pkcs8(&contents.1) {
                    Ok(Pkcs8::Rsa(pkcs1)) => match Self::from_pkcs1(pkcs1) {
                        Err(KeyError::Malformed) => malformed = true,
                        decided => return decided,
                    },
                    Ok(Pkcs8::Other) => return Err(KeyError::NotRsa),
                    Err(_) => malformed = true,
                },
                "EC PRIVATE KEY" => return Err(KeyError::NotRsa),
                _ => {}
            }
        }
        Err(if malformed { KeyError::Malformed } else { KeyError::NoKey })
    }

    /// Makes a new key. Takes about a second at 4096 bits, with a wide spread: not for an async thread.
    ///
    /// # Errors
    /// [`KeyError::Size`] unless `bits` is 2048, 3072, 4096 or 8192.
    pub fn generate(bits: usize) -> Result<Self, KeyError> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            8192 => KeySize::Rsa8192,
            _ => return Err(KeyError::Size(bits)),
        };
        let key = PrivateDecryptingKey::generate(size).map_err(|_| KeyError::Generation)?;
        Self::from_decrypting(key)
    }

    fn from_pkcs1(pkcs1: &[u8]) -> Result<Self, KeyError> {
        let bits = der::rsa_private_numbers(pkcs1).map_err(|_| KeyError::Malformed)?.bits();
        if !SIZES.contains(&bits) {
            return Err(KeyError::Size(bits));
        }
        let wrapped = der::pkcs8_from_pkcs1(pkcs1);
        let key = PrivateDecryptingKey::from_pkcs8(&wrapped).map_err(|_| KeyError::Malformed)?;
        Self::from_decrypting(key)
    }

    fn from_decrypting(key: PrivateDecryptingKey) -> Result<Self, KeyError> {
        let oaep = OaepPrivateDecryptingKey::new(key.clone()).map_err(|_| KeyError::Malformed)?;
        let pkcs8 = key.as_der().map_err(|_| KeyError::Malformed)?;
        let Ok(Pkcs8::Rsa(pkcs1)) = der::pkcs8(pkcs8.as_ref()) else { return Err(KeyError::Malformed) };
        let numbers = der::rsa_private_numbers(pkcs1).map_err(|_| KeyError::Malformed)?;
        let fingerprint = fingerprint(&numbers);
        Ok(Self { oaep, decrypting: key, fingerprint })
    }

    /// The identity of the key pair.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Modulus size in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.oaep.key_size_bits()
    }

    /// The public half, which seals.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when aws-lc cannot derive it, which no key that parsed does.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        let oaep =
            OaepPublicEncryptingKey::new(self.decrypting.public_key()).map_err(|_| KeyError::Malformed)?;
        Ok(PublicKey { oaep, fingerprint: self.fingerprint })
    }

    /// The key as a PKCS#1 PEM block (`RSA PRIVATE KEY`), the form key Secrets hold.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when aws-lc cannot encode it, which no key that parsed does.
    pub fn to_pkcs1_pem(&self) -> Result<Plaintext, KeyError> {
        let pkcs8 = self.to_pkcs8()?;
        let Ok(Pkcs8::Rsa(pkcs1)) = der::pkcs8(&pkcs8) else { return Err(KeyError::Malformed) };
        let block = Zeroizing::new(Block(pem::Pem::new("RSA PRIVATE KEY", pkcs1)));
        let text =
            pem::encode_config(&block.0, pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF));
        Ok(Plaintext::from(text.into_bytes()))
    }

    pub(crate) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let der = self.decrypting.as_der().map_err(|_| KeyError::Malformed)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }
}

/// An RSA public key that seals values.
pub struct PublicKey {
    pub(crate) oaep: OaepPublicEncryptingKey,
    fingerprint: Fingerprint,
}

impl PublicKey {
    /// From the two DER forms that a certificate holds: the whole `SubjectPublicKeyInfo` and the
    /// `RSAPublicKey` inside it.
    pub(crate) fn from_spki(spki: &[u8], rsa: &[u8]) -> Result<Self, CertificateError> {
        let numbers = der::rsa_public_numbers(rsa).map_err(|_| CertificateError::Malformed)?;
        if !SIZES.contains(&numbers.bits()) {
            return Err(CertificateError::Size(numbers.bits()));
        }
        let fingerprint = fingerprint(&numbers);
        let key = PublicEncryptingKey::from_der(spki).map_err(|_| CertificateError::Malformed)?;
        let oaep = OaepPublicEncryptingKey::new(key).map_err(|_| CertificateError::Malformed)?;
        Ok(Self { oaep, fingerprint })
    }

    /// The identity of the key pair.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Modulus size in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.oaep.key_size_bits()
    }
}

/// SHA-256 over the SSH wire form (RFC 4253 6.6): `ssh-rsa`, exponent, modulus.
fn fingerprint(numbers: &RsaNumbers<'_>) -> Fingerprint {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut field = |padded: bool, bytes: &[u8]| {
        // An mpint whose top bit is set gets a zero in front. Lengths are those of RSA numbers.
        let length = bytes.len() as u32 + u32::from(padded);
        context.update(&length.to_be_bytes());
        if padded {
            context.update(&[0]);
        }
        context.update(bytes);
    };
    let high = |bytes: &[u8]| bytes.first().is_some_and(|b| b & 0x80 != 0);
    field(false, b"ssh-rsa");
    field(high(numbers.exponent), numbers.exponent);
    field(high(numbers.modulus), numbers.modulus);
    let mut out = [0u8; 32];
    out.copy_from_slice(context.finish().as_ref());
    Fingerprint::from_digest(out)
}

/// The blocks of PEM data in order. Text between blocks and blocks that do not decode are skipped, as
/// Go's decoder does.
pub(crate) fn blocks(pem: &[u8]) -> impl Iterator<Item = Block> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let starts: Vec<usize> =
        pem.windows(BEGIN.len()).enumerate().filter(|(_, w)| *w == BEGIN).map(|(i, _)| i).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([pem.len()]).collect();
    let parsed: Vec<Block> = starts
        .into_iter()
        .zip(ends)
        .filter_map(|(start, end)| pem::parse(&pem[start..end]).ok().map(Block))
        .collect();
    parsed.into_iter()
}

/// A PEM block that is cleared when dropped, whatever it holds.
pub(crate) struct Block(pub(crate) pem::Pem);

/// Tag and contents of a block.
pub(crate) struct TaggedContents(pub(crate) String, pub(crate) Vec<u8>);

impl Block {
    pub(crate) fn into_contents_with_tag(self) -> TaggedContents {
        let tag = self.0.tag().to_owned();
        TaggedContents(tag, self.0.into_contents())
    }
}

impl zeroize::Zeroize for Block {
    fn zeroize(&mut self) {
        // `Pem` gives no mutable access: take the buffer out and clear it.
        let block = std::mem::replace(&mut self.0, pem::Pem::new("", Vec::new()));
        block.into_contents().zeroize();
    }
}

impl zeroize::Zeroize for TaggedContents {
    fn zeroize(&mut self) {
        self.1.zeroize();
    }
}
