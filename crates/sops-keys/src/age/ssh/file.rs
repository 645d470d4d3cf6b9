//! The files in which SSH private keys are kept: PEM around OpenSSH's own format, PKCS#1 or PKCS#8.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::signature::Ed25519KeyPair;
use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::openssh::Container;
use super::public::SshPublic;
use super::secret::SshSecret;
use crate::rsa::RsaPrivate;

/// Why a text is not an SSH private key that can be an identity. It never says how cryptography failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SshKeyError {
    /// No PEM block.
    #[error("no key found")]
    NoKey,
    /// A block that does not hold what its label says, or an RSA key of a size that is not supported.
    #[error("the private key is malformed, or an RSA key of less than 2048 or more than 8192 bits")]
    Malformed,
    /// Another algorithm, cipher or container.
    #[error("unsupported SSH identity type: {0:?}")]
    Unsupported(String),
    /// The key is locked and does not say which public key it has.
    #[error("the key is password protected and does not contain its public key")]
    NoPublicKey,
    /// The passphrase does not open the key.
    #[error("incorrect passphrase")]
    Passphrase,
    /// Opening the key would take minutes.
    #[error("{0} rounds of bcrypt are too many")]
    Rounds(u32),
    /// The public key beside the private key is another one's.
    #[error("mismatched private and public SSH key")]
    Mismatch,
}

impl SshKeyError {
    pub(super) fn unsupported(name: &[u8]) -> Self {
        Self::Unsupported(String::from_utf8_lossy(name).into_owned())
    }
}

/// The first PEM block of a file.
pub(crate) struct SshKeyFile {
    form: Form,
    contents: Zeroizing<Vec<u8>>,
}

enum Form {
    OpenSsh,
    Pkcs1,
    Pkcs8,
    /// PKCS#1 encrypted as RFC 1421 has it, with the cipher and its initial vector.
    LockedPkcs1(&'static Algorithm, [u8; 16]),
}

impl SshKeyFile {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, SshKeyError> {
        let block = pem::parse(text).map_err(|_| SshKeyError::NoKey)?;
        let form = match block.tag() {
            "OPENSSH PRIVATE KEY" => Form::OpenSsh,
            "PRIVATE KEY" => Form::Pkcs8,
            "RSA PRIVATE KEY" => match block.headers().get("DEK-Info") {
                Some(info) => legacy_cipher(info)?,
                None => Form::Pkcs1,
            },
            other => return Err(SshKeyError::Unsupported(other.to_owned())),
        };
        let contents = Zeroizing::new(block.into_contents());
        if matches!(form, Form::OpenSsh) && Container::parse(&contents).is_none() {
            return Err(SshKeyError::Malformed);
        }
        Ok(Self { form, contents })
    }

    pub(crate) fn is_locked(&self) -> bool {
        match self.form {
            Form::OpenSsh => self.container().is_ok_and(|container| container.is_locked()),
            Form::Pkcs1 | Form::Pkcs8 => false,
            Form::LockedPkcs1(..) => true,
        }
    }

    /// The public key, as far as it can be read without a passphrase.
    pub(crate) fn public(&self) -> Result<SshPublic, SshKeyError> {
        match self.form {
            Form::OpenSsh => {
                SshPublic::from_wire(self.container()?.public.to_vec()).map_err(|error| match error {
                    super::SshPublicKeyError::Type(name) => SshKeyError::Unsupported(name),
                    _ => SshKeyError::Malformed,
                })
            }
            _ => Err(SshKeyError::NoPublicKey),
        }
    }

    /// The private key. The passphrase matters only if the file is locked.
    pub(crate) fn open(&self, passphrase: &[u8]) -> Result<SshSecret, SshKeyError> {
        match &self.form {
            Form::OpenSsh => self.container()?.open(passphrase),
            Form::Pkcs1 => rsa(RsaPrivate::from_pkcs1(&self.contents)),
            Form::Pkcs8 => pkcs8(&self.contents),
            Form::LockedPkcs1(cipher, iv) => {
                let mut contents = self.contents.clone();
                let der = legacy_decrypt(cipher, iv, &mut contents, passphrase);
                // Padding that fits by chance is no key.
                let private = RsaPrivate::from_pkcs1(der.ok_or(SshKeyError::Passphrase)?);
                rsa(private).map_err(|_| SshKeyError::Passphrase)
            }
        }
    }

    fn container(&self) -> Result<Container<'_>, SshKeyError> {
        Container::parse(&self.contents).ok_or(SshKeyError::Malformed)
    }
}

fn rsa(private: Result<RsaPrivate, aws_lc_rs::error::Unspecified>) -> Result<SshSecret, SshKeyError> {
    private.and_then(SshSecret::from_rsa).map_err(|_| SshKeyError::Malformed)
}

fn pkcs8(der: &[u8]) -> Result<SshSecret, SshKeyError> {
    if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
        let seed = pair.seed().map_err(|_| SshKeyError::Malformed)?;
        let bytes = aws_lc_rs::encoding::AsBigEndian::as_be_bytes(&seed);
        let bytes = bytes.map_err(|_| SshKeyError::Malformed)?;
        let seed = bytes.as_ref().try_into().map_err(|_| SshKeyError::Malformed)?;
        return SshSecret::from_ed25519(seed).map_err(|_| SshKeyError::Malformed);
    }
    rsa(RsaPrivate::from_pkcs8(der))
}

/// `AES-128-CBC,` and the initial vector in hexadecimal.
fn legacy_cipher(info: &str) -> Result<Form, SshKeyError> {
    let (name, iv) = info.split_once(',').ok_or(SshKeyError::Malformed)?;
    let cipher = match name {
        "AES-128-CBC" => &AES_128,
        "AES-192-CBC" => &AES_192,
        "AES-256-CBC" => &AES_256,
        other => return Err(SshKeyError::Unsupported(other.to_owned())),
    };
    let iv = u128::from_str_radix(iv, 16).ok().filter(|_| iv.len() == 32);
    Ok(Form::LockedPkcs1(cipher, iv.ok_or(SshKeyError::Malformed)?.to_be_bytes()))
}

/// As OpenSSL always did: the key is MD5 over passphrase and salt, again and again.
fn legacy_decrypt<'a>(
    cipher: &'static Algorithm,
    iv: &[u8; 16],
    contents: &'a mut [u8],
    passphrase: &[u8],
) -> Option<&'a [u8]> {
    let length = match cipher {
        cipher if cipher == &AES_128 => 16,
        cipher if cipher == &AES_192 => 24,
        _ => 32,
    };
    let mut key = Zeroizing::new([0; 32]);
    let mut block = Zeroizing::new(Vec::new());
    for part in key.chunks_mut(16) {
        let digest = Md5::new().chain_update(&*block).chain_update(passphrase).chain_update(&iv[..8]);
        *block = digest.finalize().to_vec();
        part.copy_from_slice(&block);
    }
    let key = UnboundCipherKey::new(cipher, &key[..length]).ok()?;
    let context = DecryptionContext::Iv128(FixedLength::from(*iv));
    PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?.decrypt(contents, context).ok().map(|der| &*der)
}
