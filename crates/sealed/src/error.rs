use std::collections::BTreeMap;
use std::fmt;

use signet_secret::KeyName;

use crate::Scope;

/// Why there is no label for a name and namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// The scope binds the namespace, and there is none.
    #[error("scope {0} needs a namespace")]
    NoNamespace(Scope),
    /// The scope binds the name, and there is none.
    #[error("scope strict needs a name")]
    NoName,
}

/// Why a private key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No PEM block that holds a private key.
    #[error("no private key found in the PEM data")]
    NoKey,
    /// The first private key is of another algorithm.
    #[error("the private key is not an RSA key")]
    NotRsa,
    /// The bytes inside the PEM block are not a key.
    #[error("the RSA private key is malformed")]
    Malformed,
    /// aws-lc opens 2048 to 8192 bits.
    #[error("RSA keys of {0} bits are not supported: use 2048 to 8192")]
    Size(usize),
    /// The operating system gave no randomness, or key generation failed its checks.
    #[error("key generation failed")]
    Generation,
}

/// Why a certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// No PEM block of type CERTIFICATE without headers.
    #[error("data does not contain any valid RSA or ECDSA certificates")]
    NoCertificate,
    /// A CERTIFICATE block that is not X.509.
    #[error("the certificate is malformed")]
    Malformed,
    /// The public key is not RSA.
    #[error("expected an RSA public key in the certificate")]
    NotRsa,
    /// aws-lc encrypts to 2048 to 8192 bits.
    #[error("RSA keys of {0} bits are not supported: use 2048 to 8192")]
    Size(usize),
    /// Issuing failed.
    #[error("the certificate could not be issued")]
    Issue,
}

/// Why a value was not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Plaintext longer than [`crate::MAX_ENVELOPE`] allows.
    #[error("the value is too large to seal: {0} bytes")]
    TooLarge(usize),
    /// The source of randomness failed.
    #[error("no randomness for the session key")]
    Randomness,
    /// The library refused; it does not say why.
    #[error("sealing failed")]
    Crypto,
}

/// What is wrong with one sealed item. It never says how the cryptography failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ItemFault {
    /// The text is not standard base64 with padding.
    Base64,
    /// The text is longer than [`crate::MAX_TEXT`].
    TooLarge,
    /// No key opens it: another key, another name, namespace or scope, or damaged data.
    NoKey,
}

impl fmt::Display for ItemFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base64 => "value is not valid base64",
            Self::TooLarge => "value is too large",
            Self::NoKey => "no key could decrypt secret",
        })
    }
}

impl std::error::Error for ItemFault {}

/// The faults of an object's items. Items with the same fault share a line, their names sorted:
/// `no key could decrypt secret (a, b)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenError {
    faults: BTreeMap<ItemFault, Vec<KeyName>>,
}

impl OpenError {
    pub(crate) fn add(&mut self, name: KeyName, fault: ItemFault) {
        self.faults.entry(fault).or_default().push(name);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether a key that is not known yet could mend at least one item.
    #[must_use]
    pub fn waits_for_key(&self) -> bool {
        self.faults.contains_key(&ItemFault::NoKey)
    }

    /// The faults with the names of the items that have them.
    pub fn faults(&self) -> impl Iterator<Item = (ItemFault, &[KeyName])> {
        self.faults.iter().map(|(fault, names)| (*fault, names.as_slice()))
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, (fault, names)) in self.faults.iter().enumerate() {
            if line > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault} (")?;
            for (i, name) in names.iter().enumerate() {
                let separator = if i == 0 { "" } else { ", " };
                write!(f, "{separator}{name}")?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl std::error::Error for OpenError {}
