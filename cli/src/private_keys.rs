//! Private keys from files: PEM, key Secrets, lists of key Secrets, in any mixture a backup may be.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use signet_manifest::{Documents, ReadError, Value};
use signet_sealed::{Certificate, KeyAge, KeyError, PrivateKey};
use signet_secret::KeyName;

use crate::error::{Exit, Failure, Outcome, chain};
use crate::input;
use crate::object::{ObjectError, Secret};
use crate::output::say;

/// Private keys, newest first, each once.
pub(crate) type Keys = Vec<(KeyAge, Arc<PrivateKey>)>;

/// Why a file gives no keys.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PrivateKeysError {
    /// A PEM key that cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Neither PEM nor YAML nor JSON.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A Secret that cannot be read.
    #[error("document {number}")]
    Object {
        /// Number of the document, from 1.
        number: usize,
        /// What is wrong.
        source: ObjectError,
    },
    /// A Secret without a private key in it.
    #[error("Secret {0:?} has no `tls.key`")]
    NoEntry(String),
    /// A Secret whose private key cannot be used.
    #[error("Secret {name:?}")]
    Entry {
        /// Name of the Secret.
        name: String,
        /// What is wrong with its key.
        source: KeyError,
    },
    /// Nothing in it.
    #[error("no private key found")]
    Nothing,
}

/// Reads all files.
///
/// # Errors
/// When a file is missing, broken, or holds no key. Keys of a size that is not supported are left out with a
/// warning, so that one of them does not keep the others from being used.
pub(crate) fn read_files(paths: &[PathBuf]) -> Outcome<Keys> {
    let mut keys = Keys::new();
    for path in paths {
        let bytes = input::read_file(path)?;
        let found = read(bytes.expose(), path).map_err(|error| {
            Failure::new(Exit::Input, format!("private key file {}: {}", path.display(), chain(&error)))
                .hint("give a PEM private key or the output of `signet keys backup`")
        })?;
        for (age, key) in found {
            if !keys.iter().any(|(known, _)| known.fingerprint == age.fingerprint) {
                keys.push((age, Arc::new(key)));
            }
        }
    }
    keys.sort_by_key(|(age, _)| std::cmp::Reverse(age.since));
    Ok(keys)
}

fn read(bytes: &[u8], path: &Path) -> Result<Vec<(KeyAge, PrivateKey)>, PrivateKeysError> {
    match PrivateKey::from_pem(bytes) {
        Ok(key) => return Ok(vec![aged(key, None)]),
        Err(KeyError::NoKey) => {}
        Err(error) => return Err(error.into()),
    }
    let mut found = Found { keys: Vec::new(), skipped: 0, path };
    for document in Documents::parse(bytes) {
        let document = document?;
        found.take(document.value(), document.index() + 1)?;
    }
    if found.keys.is_empty() && found.skipped == 0 {
        return Err(PrivateKeysError::Nothing);
    }
    Ok(found.keys)
}

struct Found<'a> {
    keys: Vec<(KeyAge, PrivateKey)>,
    skipped: usize,
    path: &'a Path,
}

impl Found<'_> {
    /// A Secret, or a list of them whatever it calls itself: kubectl writes `List`, clients `SecretList`,
    /// and some leave the kind out.
    fn take(&mut self, value: &Value, number: usize) -> Result<(), PrivateKeysError> {
        if let Some(items) = value.at(&["items"]).and_then(Value::as_seq) {
            return items.iter().try_for_each(|item| self.take(item, number));
        }
        let secret = Secret::read(value).map_err(|source| PrivateKeysError::Object { number, source })?;
        match secret {
            Some(secret) => self.take_secret(&secret),
            None => Ok(()),
        }
    }

    fn take_secret(&mut self, secret: &Secret) -> Result<(), PrivateKeysError> {
        let name = secret.name().to_owned();
        let entry = |key: &str| secret.values().value(&KeyName::from(key));
        let Some(pem) = entry("tls.key") else { return Err(PrivateKeysError::NoEntry(name)) };
        match PrivateKey::from_pem(pem.expose()) {
            Ok(key) => {
                let certificate = entry("tls.crt").and_then(|pem| Certificate::from_pem(pem.expose()).ok());
                self.keys.push(aged(key, certificate));
                Ok(())
            }
            Err(error @ KeyError::Size(_)) => {
                say(format_args!("warning: {}: skipped Secret {name:?}: {error}", self.path.display()));
                self.skipped += 1;
                Ok(())
            }
            Err(source) => Err(PrivateKeysError::Entry { name, source }),
        }
    }
}

/// A key with the start of its certificate, by which keys are ordered; without one it counts as the oldest.
fn aged(key: PrivateKey, certificate: Option<Certificate>) -> (KeyAge, PrivateKey) {
    let since = certificate.map_or(Timestamp::MIN, |certificate| certificate.not_before());
    (KeyAge { fingerprint: key.fingerprint(), since }, key)
}
