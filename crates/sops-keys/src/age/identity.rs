use std::fmt;

use zeroize::Zeroizing;

use super::bech32;
use super::file::FileError;
use super::header::{HeaderError, Stanza};
use super::hybrid::HybridSecret;
use super::keys::FileKey;
use super::locked::{LockedFile, LockedSshKey};
use super::plugin::{self, PluginTextError};
use super::recipient::NativeKeyError;
use super::ssh::{SshKeyError, SshKeyFile, SshPublic, SshSecret};
use super::x25519::{self, Secret};
use crate::{Interaction, NoAnswer};

/// Something that may unwrap data keys: a private key, or what leads to one.
///
/// It prints as the public key or the name it goes by, never as what it holds.
pub struct Identity(Kind);

enum Kind {
    X25519(Secret),
    Hybrid(Box<HybridSecret>),
    Ssh(SshSecret),
    LockedSsh(Box<LockedSshKey>),
    LockedFile(Box<LockedFile>),
    Plugin { name: String, text: Zeroizing<String> },
}

/// How identities are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One on each line, as in files.
    Lines,
    /// Separated by any white space, as in the variable `SOPS_AGE_KEY`.
    Words,
}

/// Why a text holds no identities. It never repeats the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The line begins like no identity.
    #[error("unknown identity type at line {0}")]
    Unknown(usize),
    /// The line begins like an identity of age itself.
    #[error("malformed secret key at line {line}")]
    Native {
        /// Its number, from one.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: NativeKeyError,
    },
    /// The line begins like the identity of a plugin.
    #[error("malformed plugin identity at line {line}")]
    Plugin {
        /// Its number, from one.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: PluginTextError,
    },
    /// Neither an age file nor text.
    #[error("the identities are not valid UTF-8")]
    Encoding,
    /// The text is an age file and cannot be read.
    #[error("failed to read the encrypted identity file")]
    File(#[from] FileError),
}

/// Why one identity, asked in earnest, gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityFailure {
    /// There was no passphrase.
    #[error("could not obtain the passphrase")]
    NoPassphrase(#[source] NoAnswer),
    /// The passphrase was wrong.
    #[error("incorrect passphrase")]
    Passphrase,
    /// The identity file is an age file for other identities.
    #[error("the identity file is not locked with a passphrase")]
    NoPassphraseStanza,
    /// The SSH key behind the passphrase is unusable.
    #[error("failed to open the SSH key")]
    Ssh(#[source] SshKeyError),
    /// The identity file behind the passphrase is damaged.
    #[error("failed to decrypt the identity file")]
    File(#[source] FileError),
    /// The identity file behind the passphrase holds none.
    #[error("failed to parse the identity file")]
    Identities(#[source] IdentityError),
    /// The plugin could not be asked.
    #[error("the plugin gave no answer")]
    Plugin(#[source] NoAnswer),
}

/// What an identity makes of a header.
pub(crate) enum Refusal {
    /// The header itself is wrong, and no other identity will change that.
    Header(HeaderError),
    /// This identity failed; another may not.
    Identity(IdentityFailure),
}

impl From<HeaderError> for Refusal {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl Identity {
    /// The identities of a text. If the text is itself an age file, armoured or not, there is one: the locked
    /// file, which asks for its passphrase when a data key needs it. `name` is what it is called then, usually
    /// its path.
    ///
    /// # Errors
    /// [`IdentityError`]; none at all is no error.
    pub fn parse_all(name: &str, text: &[u8], layout: Layout) -> Result<Vec<Self>, IdentityError> {
        if text.starts_with(b"age-encryption") || text.starts_with(b"-----BEGIN AGE") {
            return Ok(vec![Self(Kind::LockedFile(Box::new(LockedFile::new(name, text)?)))]);
        }
        Self::parse_text(text, layout)
    }

    /// The identities of a text that is not an age file.
    pub(super) fn parse_text(text: &[u8], layout: Layout) -> Result<Vec<Self>, IdentityError> {
        let text = std::str::from_utf8(text).map_err(|_| IdentityError::Encoding)?;
        let mut identities = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match layout {
                Layout::Lines => identities.push(Self::parse(number, line)?),
                Layout::Words => {
                    for word in line.split_whitespace() {
                        identities.push(Self::parse(number, word)?);
                    }
                }
            }
        }
        Ok(identities)
    }

    /// An SSH private key, in the format of OpenSSH, PKCS#1 or PKCS#8, all in PEM. A locked one asks for its
    /// passphrase when a data key is for it; for that its public key must be known, which the older formats keep
    /// in another file: `public_key` is the text of that file.
    ///
    /// # Errors
    /// [`SshKeyError`]; [`SshKeyError::NoPublicKey`] asks to try again with one.
    pub fn from_ssh(name: &str, pem: &[u8], public_key: Option<&str>) -> Result<Self, SshKeyError> {
        let file = SshKeyFile::parse(pem)?;
        if !file.is_locked() {
            return Ok(Self(Kind::Ssh(file.open(b"")?)));
        }
        let public = match (file.public(), public_key) {
            (Err(SshKeyError::NoPublicKey), Some(text)) => {
                SshPublic::parse(text).map_err(|_| SshKeyError::Malformed)?
            }
            (public, _) => public?,
        };
        Ok(Self(Kind::LockedSsh(Box::new(LockedSshKey::new(name, file, public)))))
    }

    /// The recipient that this identity unwraps for, as far as it is known without a passphrase.
    #[must_use]
    pub fn recipient(&self) -> Option<String> {
        match &self.0 {
            Kind::X25519(secret) => Some(x25519::encode_recipient(secret.public())),
            Kind::Hybrid(secret) => Some(secret.recipient()),
            Kind::Ssh(secret) => Some(secret.public().to_string()),
            Kind::LockedSsh(key) => Some(key.public().to_string()),
            Kind::LockedFile(_) | Kind::Plugin { .. } => None,
        }
    }

    /// Whether it will ask for a passphrase, unless it did.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self.0, Kind::LockedSsh(_) | Kind::LockedFile(_))
    }

    fn parse(line: usize, text: &str) -> Result<Self, IdentityError> {
        let native = |source| IdentityError::Native { line, source };
        if text.starts_with("AGE-PLUGIN-") {
            let name = plugin::of_identity(text).map_err(|source| IdentityError::Plugin { line, source })?;
            Ok(Self(Kind::Plugin { name, text: Zeroizing::new(text.to_owned()) }))
        } else if text.starts_with("AGE-SECRET-KEY-PQ-1") {
            let secret = secret(text, "AGE-SECRET-KEY-PQ-", HybridSecret::from_slice).map_err(native)?;
            Ok(Self(Kind::Hybrid(Box::new(secret))))
        } else if text.starts_with("AGE-SECRET-KEY-1") {
            let read = |key: &[u8]| Secret::new(key.try_into().ok()?).ok();
            Ok(Self(Kind::X25519(secret(text, "AGE-SECRET-KEY-", read).map_err(native)?)))
        } else {
            Err(IdentityError::Unknown(line))
        }
    }

    /// Whether it answers at once, without a question to anybody.
    pub(super) fn is_native(&self) -> bool {
        matches!(self.0, Kind::X25519(_) | Kind::Hybrid(_))
    }

    /// The file key, if one of the stanzas is for this identity.
    pub(super) fn unwrap(
        &self,
        stanzas: &[Stanza],
        ask: Interaction<'_>,
    ) -> Result<Option<FileKey>, Refusal> {
        match &self.0 {
            Kind::X25519(secret) => first(stanzas, |stanza| x25519::unwrap_with(secret, stanza)),
            Kind::Hybrid(secret) => first(stanzas, |stanza| secret.unwrap(stanza)),
            Kind::Ssh(secret) => first(stanzas, |stanza| secret.unwrap(stanza)),
            Kind::LockedSsh(key) => key.unwrap(stanzas, ask),
            Kind::LockedFile(file) => file.unwrap(stanzas, ask),
            Kind::Plugin { name, text } => ask
                .plugins
                .unwrap(name, text, stanzas)
                .map_err(|error| Refusal::Identity(IdentityFailure::Plugin(error))),
        }
    }
}

/// The first answer that is not "not for me".
pub(super) fn first(
    stanzas: &[Stanza],
    unwrap: impl Fn(&Stanza) -> Result<Option<FileKey>, HeaderError>,
) -> Result<Option<FileKey>, Refusal> {
    Ok(stanzas.iter().find_map(|stanza| unwrap(stanza).transpose()).transpose()?)
}

fn secret<T>(text: &str, kind: &str, read: impl Fn(&[u8]) -> Option<T>) -> Result<T, NativeKeyError> {
    let (prefix, key) = bech32::decode(text)?;
    // Another prefix is not repeated: it may be part of a secret.
    if prefix == kind { read(&key).ok_or(NativeKeyError::Key) } else { Err(NativeKeyError::Key) }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::X25519(secret) => f.write_str(&x25519::encode_recipient(secret.public())),
            // The whole has two thousand characters.
            Kind::Hybrid(secret) => write!(f, "{}...", secret.recipient().get(..24).unwrap_or_default()),
            Kind::Ssh(secret) => write!(f, "{} {}", secret.public().kind(), secret.public().fingerprint()),
            Kind::LockedSsh(key) => write!(f, "{} {}", key.public().kind(), key.public().fingerprint()),
            Kind::LockedFile(file) => write!(f, "identity file {}", file.name()),
            Kind::Plugin { name, .. } => write!(f, "age-plugin-{name}"),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({self})")
    }
}
