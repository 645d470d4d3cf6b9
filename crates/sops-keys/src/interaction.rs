use std::fmt;

use signet_secret::Plaintext;

use crate::age::{FileKey, Stanza};

/// What a passphrase is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The kind of thing that is locked.
    pub kind: LockKind,
    /// What its owner calls it: a path, the name of a variable, the fingerprint of a key.
    pub name: String,
    /// Under which name an agent may remember the passphrase. It depends on the locked content alone.
    pub cache_id: Option<String>,
}

/// A kind of thing that a passphrase opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockKind {
    /// An SSH private key.
    SshKey,
    /// An age identity file that is itself encrypted.
    IdentityFile,
    /// An OpenPGP secret key.
    OpenPgpKey,
}

impl fmt::Display for LockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SshKey => "SSH key",
            Self::IdentityFile => "identity file",
            Self::OpenPgpKey => "OpenPGP key",
        })
    }
}

/// Who knows passphrases: a terminal, an agent, a Secret.
pub trait Passphrases {
    /// The passphrase for `lock`. Called only when a file needs what is behind it, and once for each
    /// identity as long as the answer is right.
    ///
    /// # Errors
    /// [`NoAnswer`] when there is none; the identity then counts as tried in vain.
    fn passphrase(&self, lock: &Lock) -> Result<Plaintext, NoAnswer>;

    /// The answer did not open `lock`: whoever remembers it should forget it.
    fn refused(&self, lock: &Lock) {
        let _ = lock;
    }
}

/// Who runs age plugins, `age-plugin-NAME`. This crate only recognises their recipients and identities.
pub trait Plugins {
    /// Has plugin `name` wrap a file key for `recipient`, an `age1NAME1...` text.
    ///
    /// # Errors
    /// [`NoAnswer`] says why there are no stanzas.
    fn wrap(&self, name: &str, recipient: &str, file_key: &FileKey) -> Result<Vec<Stanza>, NoAnswer>;

    /// Has plugin `name` unwrap the file key with `identity`, an `AGE-PLUGIN-NAME-1...` text; `None` when no
    /// stanza is for it.
    ///
    /// # Errors
    /// [`NoAnswer`] says why the plugin could not be asked.
    fn unwrap(&self, name: &str, identity: &str, stanzas: &[Stanza]) -> Result<Option<FileKey>, NoAnswer>;
}

/// Why a question was not answered, in the caller's words. They end up in error messages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// Nobody to ask: every passphrase and every plugin is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Passphrases for Nobody {
    fn passphrase(&self, _: &Lock) -> Result<Plaintext, NoAnswer> {
        Err(NoAnswer("there is nobody to ask for a passphrase".to_owned()))
    }
}

impl Plugins for Nobody {
    fn wrap(&self, name: &str, _: &str, _: &FileKey) -> Result<Vec<Stanza>, NoAnswer> {
        Err(NoAnswer(format!("age-plugin-{name} cannot be run here")))
    }

    fn unwrap(&self, name: &str, _: &str, _: &[Stanza]) -> Result<Option<FileKey>, NoAnswer> {
        Err(NoAnswer(format!("age-plugin-{name} cannot be run here")))
    }
}

/// Whom to ask while unwrapping.
#[derive(Clone, Copy)]
pub struct Interaction<'a> {
    /// For passphrases.
    pub passphrases: &'a dyn Passphrases,
    /// For age plugins.
    pub plugins: &'a dyn Plugins,
}

impl Interaction<'static> {
    /// With [`Nobody`].
    pub const NONE: Self = Self { passphrases: &Nobody, plugins: &Nobody };
}
