//! `age1NAME1...` and `AGE-PLUGIN-NAME-1...`: texts that name a program, which the caller runs.

use super::bech32::{self, Bech32Error};

const RECIPIENT_PREFIX: &str = "age1";
const IDENTITY_PREFIX: &str = "AGE-PLUGIN-";

/// Why a text does not name a plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginTextError {
    /// Not Bech32.
    #[error("invalid encoding")]
    Bech32(#[from] Bech32Error),
    /// The name would be part of the name of a program, and may not lead elsewhere.
    #[error("invalid plugin name: {0:?}")]
    Name(String),
}

/// The name in a recipient.
pub(crate) fn of_recipient(text: &str) -> Result<String, PluginTextError> {
    let (prefix, _) = bech32::decode(text)?;
    checked(prefix.strip_prefix(RECIPIENT_PREFIX).unwrap_or_default().to_owned())
}

/// The name in an identity, in lower case.
pub(crate) fn of_identity(text: &str) -> Result<String, PluginTextError> {
    let (prefix, _) = bech32::decode(text)?;
    let name = prefix.strip_prefix(IDENTITY_PREFIX).and_then(|name| name.strip_suffix('-'));
    checked(name.unwrap_or_default().to_ascii_lowercase())
}

fn checked(name: String) -> Result<String, PluginTextError> {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"+-._".contains(&b);
    if !name.is_empty() && name.bytes().all(is_allowed) { Ok(name) } else { Err(PluginTextError::Name(name)) }
}
