use std::fmt;

use signet_secret::Plaintext;

use super::file::{self, FileError};
use super::header::{Header, HeaderError};
use super::identity::{Identity, IdentityFailure, Refusal};
use super::passphrase::Stretched;
use crate::Interaction;

/// Why a data key was not unwrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnwrapError {
    /// The text is not an age file, or not as it was written.
    #[error("the wrapped key is damaged")]
    File(#[from] FileError),
    /// There was nothing to try.
    #[error("no age identities to try")]
    NoIdentities,
    /// Nothing that was tried fits.
    #[error("no identity matched any of the recipients (tried {})", Tried(.tried))]
    NoMatch {
        /// What was tried, in order.
        tried: Vec<String>,
        /// The first identity that might have fitted and could not be used.
        #[source]
        source: Option<FailedIdentity>,
    },
}

/// An identity that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not use {identity}")]
pub struct FailedIdentity {
    /// What it goes by.
    pub identity: String,
    /// Why.
    pub source: IdentityFailure,
}

struct Tried<'a>(&'a [String]);

impl fmt::Display for Tried<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl From<HeaderError> for UnwrapError {
    fn from(error: HeaderError) -> Self {
        Self::File(error.into())
    }
}

/// Unwraps the data key, or the share of one, in `enc`, an armoured age file. Lines may end with CR LF, and
/// white space may surround the whole.
///
/// Identities that answer at once are tried before those that ask, each group in order; one that fails, say for
/// want of a passphrase, stops nobody else.
///
/// # Errors
/// [`UnwrapError`]. It names what was tried, and holds nothing secret.
pub fn unwrap(enc: &str, identities: &[Identity], ask: Interaction<'_>) -> Result<Plaintext, UnwrapError> {
    unwrap_binary(&file::binary(enc.as_bytes())?, identities, ask)
}

pub(super) fn unwrap_binary(
    binary: &[u8],
    identities: &[Identity],
    ask: Interaction<'_>,
) -> Result<Plaintext, UnwrapError> {
    let header = Header::parse(binary)?;
    // A passphrase among recipients is a forgery, whoever the recipients are.
    Stretched::of(&header.stanzas)?;
    if identities.is_empty() {
        return Err(UnwrapError::NoIdentities);
    }
    let (native, others): (Vec<_>, Vec<_>) = identities.iter().partition(|identity| identity.is_native());
    let mut tried = Vec::with_capacity(identities.len());
    let mut failed = None;
    for identity in native.into_iter().chain(others) {
        match identity.unwrap(&header.stanzas, ask) {
            Ok(Some(file_key)) => return Ok(file::decrypt(&header, &file_key)?),
            Ok(None) => {}
            Err(Refusal::Header(error)) => return Err(error.into()),
            Err(Refusal::Identity(source)) => {
                failed.get_or_insert(FailedIdentity { identity: identity.to_string(), source });
            }
        }
        tried.push(identity.to_string());
    }
    Err(UnwrapError::NoMatch { tried, source: failed })
}
