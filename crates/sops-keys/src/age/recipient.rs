use std::fmt;
use std::str::FromStr;

use signet_secret::Plaintext;

use super::bech32::{self, Bech32Error};
use super::file::{self, WrapError};
use super::hybrid::HybridPublic;
use super::keys::FileKey;
use super::plugin::{self, PluginTextError};
use super::ssh::{SshPublic, SshPublicKeyError};
use super::x25519::{self, Point};
use crate::Plugins;

/// An age master key: whom a data key is wrapped for.
///
/// Its text is what the metadata of a SOPS file calls `recipient`.
pub struct Recipient {
    text: String,
    key: Key,
}

enum Key {
    X25519(Point),
    Hybrid(Box<HybridPublic>),
    Ssh(SshPublic),
    Plugin(String),
}

/// Kinds of recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecipientKind {
    /// `age1...`
    X25519,
    /// `age1pq1...`, which resists quantum computers.
    Hybrid,
    /// `ssh-ed25519 ...`
    SshEd25519,
    /// `ssh-rsa ...`
    SshRsa,
    /// `age1NAME1...`
    Plugin,
}

/// Why a text is not a recipient. Printed with its sources it reads as sops words it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientError {
    /// The text begins like no recipient.
    #[error("failed to parse input, unknown recipient type: {0:?}")]
    Unknown(String),
    /// Begins with `age1` or `age1pq1`.
    #[error("failed to parse input as Bech32-encoded age public key")]
    Native(#[source] MalformedRecipient),
    /// Begins with `age1` and has a second `1`.
    #[error("failed to parse input as age key from age plugin")]
    Plugin(#[source] PluginTextError),
    /// Begins with `ssh-`.
    #[error("failed to parse input as age-ssh public key: malformed SSH recipient: {text:?}")]
    Ssh {
        /// The recipient.
        text: String,
        /// What is wrong with it.
        #[source]
        source: SshPublicKeyError,
    },
}

/// A recipient of age itself that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed recipient {text:?}")]
pub struct MalformedRecipient {
    text: String,
    source: NativeKeyError,
}

/// Why a text is not a key of age itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NativeKeyError {
    /// Not Bech32.
    #[error(transparent)]
    Bech32(#[from] Bech32Error),
    /// Another prefix than the kind has.
    #[error("invalid type {0:?}")]
    Type(String),
    /// Not as long as a key, or not the encoding of one.
    #[error("invalid key")]
    Key,
}

impl Recipient {
    /// The recipients of a list separated by commas. White space around each is ignored, an empty list is none.
    ///
    /// # Errors
    /// The first [`RecipientError`]; an empty element is one.
    pub fn parse_list(list: &str) -> Result<Vec<Self>, RecipientError> {
        if list.is_empty() { Ok(Vec::new()) } else { list.split(',').map(str::parse).collect() }
    }

    /// The text without the space around it. It identifies the master key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which kind of recipient it is.
    #[must_use]
    pub fn kind(&self) -> RecipientKind {
        match &self.key {
            Key::X25519(_) => RecipientKind::X25519,
            Key::Hybrid(_) => RecipientKind::Hybrid,
            Key::Ssh(key) if key.is_rsa() => RecipientKind::SshRsa,
            Key::Ssh(_) => RecipientKind::SshEd25519,
            Key::Plugin(_) => RecipientKind::Plugin,
        }
    }

    /// Wraps a data key, or the share of one, for this recipient alone: an armoured age file that ends with a
    /// newline.
    ///
    /// # Errors
    /// [`WrapError::Plugin`] when the plugin that is needed gives no answer.
    pub fn wrap(&self, key: &Plaintext, plugins: &dyn Plugins) -> Result<String, WrapError> {
        let file_key = FileKey::generate()?;
        let stanzas = match &self.key {
            Key::X25519(point) => vec![x25519::wrap_for(point, &file_key)?],
            Key::Hybrid(public) => vec![public.wrap(&file_key)?],
            Key::Ssh(public) => vec![public.wrap(&file_key)?],
            Key::Plugin(name) => plugins
                .wrap(name, &self.text, &file_key)
                .map_err(|source| WrapError::Plugin { name: name.clone(), source })?,
        };
        file::encrypt(&file_key, &stanzas, key.expose())
    }
}

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let key = if text.starts_with("age1pq1") {
            let public = native(text, "age1pq", |key| HybridPublic::from_slice(key).map(Box::new));
            Key::Hybrid(public.map_err(RecipientError::Native)?)
        } else if text.starts_with("age1") && text.matches('1').count() > 1 {
            Key::Plugin(plugin::of_recipient(text).map_err(RecipientError::Plugin)?)
        } else if text.starts_with("age1") {
            let point = native(text, "age", |key| key.try_into().ok());
            Key::X25519(point.map_err(RecipientError::Native)?)
        } else if text.starts_with("ssh-") {
            let key = SshPublic::parse(text);
            Key::Ssh(key.map_err(|source| RecipientError::Ssh { text: text.to_owned(), source })?)
        } else {
            return Err(RecipientError::Unknown(text.to_owned()));
        };
        Ok(Self { text: text.to_owned(), key })
    }
}

fn native<T>(text: &str, kind: &str, read: impl Fn(&[u8]) -> Option<T>) -> Result<T, MalformedRecipient> {
    let key = bech32::decode(text).map_err(NativeKeyError::from);
    let key = key.and_then(|(prefix, key)| match prefix == kind {
        true => read(&key).ok_or(NativeKeyError::Key),
        false => Err(NativeKeyError::Type(prefix.to_owned())),
    });
    key.map_err(|source| MalformedRecipient { text: text.to_owned(), source })
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({:?})", self.text)
    }
}
