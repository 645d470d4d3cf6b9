//! Identities behind a passphrase. They ask for it at most once, and only when a file needs them.

use std::sync::OnceLock;

use aws_lc_rs::digest;
use signet_secret::Plaintext;

use super::file::{self, FileError};
use super::header::{Header, Stanza};
use super::identity::{Identity, IdentityFailure, Layout, Refusal, first};
use super::keys::FileKey;
use super::passphrase::Stretched;
use super::ssh::{SshKeyError, SshKeyFile, SshPublic, SshSecret};
use crate::{Interaction, Lock, LockKind};

/// The passphrase for `lock`.
fn ask_for(lock: &Lock, ask: Interaction<'_>) -> Result<Plaintext, Refusal> {
    let answer = ask.passphrases.passphrase(lock);
    answer.map_err(|error| Refusal::Identity(IdentityFailure::NoPassphrase(error)))
}

/// An SSH private key with a passphrase.
pub(super) struct LockedSshKey {
    lock: Lock,
    file: SshKeyFile,
    public: SshPublic,
    opened: OnceLock<SshSecret>,
}

impl LockedSshKey {
    pub(super) fn new(name: &str, file: SshKeyFile, public: SshPublic) -> Self {
        let lock = Lock { kind: LockKind::SshKey, name: name.to_owned(), cache_id: None };
        Self { lock, file, public, opened: OnceLock::new() }
    }

    pub(super) fn public(&self) -> &SshPublic {
        &self.public
    }

    pub(super) fn unwrap(
        &self,
        stanzas: &[Stanza],
        ask: Interaction<'_>,
    ) -> Result<Option<FileKey>, Refusal> {
        for stanza in stanzas {
            if self.public.is_named_by(stanza)? {
                let secret = self.open(ask)?;
                return first(stanzas, |stanza| secret.unwrap(stanza));
            }
        }
        Ok(None)
    }

    fn open(&self, ask: Interaction<'_>) -> Result<&SshSecret, Refusal> {
        if let Some(secret) = self.opened.get() {
            return Ok(secret);
        }
        let passphrase = ask_for(&self.lock, ask)?;
        let secret = self.file.open(passphrase.expose()).map_err(|error| match error {
            SshKeyError::Passphrase => {
                ask.passphrases.refused(&self.lock);
                Refusal::Identity(IdentityFailure::Passphrase)
            }
            error => Refusal::Identity(IdentityFailure::Ssh(error)),
        })?;
        if secret.public() != &self.public {
            return Err(Refusal::Identity(IdentityFailure::Ssh(SshKeyError::Mismatch)));
        }
        Ok(self.opened.get_or_init(|| secret))
    }
}

/// An identity file that is an age file with a passphrase.
pub(super) struct LockedFile {
    lock: Lock,
    binary: Vec<u8>,
    opened: OnceLock<Vec<Identity>>,
}

impl LockedFile {
    pub(super) fn new(name: &str, text: &[u8]) -> Result<Self, FileError> {
        let binary = if text.starts_with(b"-----") { file::binary(text)? } else { text.to_vec() };
        if binary.len() >= file::MAX_FILE {
            return Err(FileError::TooLong);
        }
        let cache_id = Some(cache_id(&binary));
        let lock = Lock { kind: LockKind::IdentityFile, name: name.to_owned(), cache_id };
        Ok(Self { lock, binary, opened: OnceLock::new() })
    }

    pub(super) fn name(&self) -> &str {
        &self.lock.name
    }

    pub(super) fn unwrap(
        &self,
        stanzas: &[Stanza],
        ask: Interaction<'_>,
    ) -> Result<Option<FileKey>, Refusal> {
        for identity in self.open(ask)? {
            if let Some(file_key) = identity.unwrap(stanzas, ask)? {
                return Ok(Some(file_key));
            }
        }
        Ok(None)
    }

    fn open(&self, ask: Interaction<'_>) -> Result<&[Identity], Refusal> {
        if let Some(identities) = self.opened.get() {
            return Ok(identities);
        }
        let text = self.decrypt(ask)?;
        // Not another locked file, which might hold another one.
        let identities = Identity::parse_text(text.expose(), Layout::Lines);
        let identities = identities.map_err(|error| Refusal::Identity(IdentityFailure::Identities(error)))?;
        Ok(self.opened.get_or_init(|| identities))
    }

    fn decrypt(&self, ask: Interaction<'_>) -> Result<Plaintext, Refusal> {
        let failed = |error| Refusal::Identity(IdentityFailure::File(error));
        let header = Header::parse(&self.binary).map_err(|error| failed(error.into()))?;
        let stretched = Stretched::of(&header.stanzas).map_err(|error| failed(error.into()))?;
        let stretched = stretched.ok_or(Refusal::Identity(IdentityFailure::NoPassphraseStanza))?;
        let passphrase = ask_for(&self.lock, ask)?;
        let file_key = stretched.open(passphrase.expose()).ok_or_else(|| {
            ask.passphrases.refused(&self.lock);
            Refusal::Identity(IdentityFailure::Passphrase)
        })?;
        file::decrypt(&header, &file_key).map_err(failed)
    }
}

/// How sops calls the passphrase of an identity file towards an agent, whose limit is fifty characters:
/// `SopsAge` and 25 bytes of SHA-256 in base32 (RFC 4648).
fn cache_id(binary: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let hash = digest::digest(&digest::SHA256, binary);
    let mut id = "SopsAge".to_owned();
    for group in hash.as_ref()[..25].chunks(5) {
        let bits = group.iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
        id.extend((0..8).rev().map(|i| char::from(ALPHABET[(bits >> (5 * i)) as usize & 31])));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_id_is_that_of_sops() {
        // printf x | sha256sum | xxd -r -p | head -c 25 | base32
        assert_eq!(cache_id(b"x"), "SopsAgeFVYRMQVXE2YEIALCPSU7XLBS6XEFGD5RSA6MJWYC");
    }
}
