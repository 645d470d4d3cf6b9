//! From a SealedSecret and private keys to the Secret it stands for, as the controller would make it.

use base64::Engine as _;
use signet_manifest::{Map, Text, Value};
use signet_sealed::{KeyHints, LabelError, OpenError, Unsealer};
use signet_secret::{Fingerprint, SecretMap};

use crate::error::{Exit, Failure, chain};
use crate::object::{SealedSecret, secret_document};
use crate::private_keys::Keys;

/// Why a SealedSecret gives no Secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum UnsealingError {
    /// Values that no key opens, or that are not sealed values.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The values are bound to something that the object does not say.
    #[error("no key could decrypt secret ({keys})")]
    Label {
        /// The keys of the values.
        keys: String,
        /// What is missing.
        source: LabelError,
    },
    /// The first format, which only the controller reads, and only when told to.
    #[error("the object uses the deprecated field `spec.data`, which cannot be opened here")]
    Deprecated,
    /// The first format and the second at once.
    #[error("the object has `encryptedData` and the deprecated field `data` at the same time")]
    Both,
    /// Entries that are rendered from the values. Rendering them wrongly would be worse than not at all.
    #[error("the entries {0} of spec.template.data are templates, which this version cannot render")]
    Template(String),
}

impl From<UnsealingError> for Failure {
    fn from(error: UnsealingError) -> Self {
        let exit = match error {
            UnsealingError::Open(_) | UnsealingError::Label { .. } => Exit::Locked,
            _ => Exit::Input,
        };
        Self::new(exit, chain(&error))
    }
}

/// Opens the values, all of them or none.
///
/// # Errors
/// The values that no key opens, by name, or a format that is not opened here.
pub(crate) fn open(sealed: &SealedSecret, keys: &Keys) -> Result<SecretMap, UnsealingError> {
    let names: Vec<&str> = sealed.encrypted().map(|(name, _)| name).collect();
    if sealed.is_legacy() {
        return Err(if names.is_empty() { UnsealingError::Deprecated } else { UnsealingError::Both });
    }
    if names.is_empty() {
        return Ok(SecretMap::new());
    }
    let label = sealed.label().map_err(|source| UnsealingError::Label { keys: names.join(", "), source })?;
    let named: Vec<Fingerprint> = sealed.sealed_with().into_iter().collect();
    let hints = KeyHints { named: &named, ..KeyHints::default() };
    let opened =
        Unsealer::new(keys, hints).open_all(sealed.encrypted(), &label).map_err(|(error, _)| error)?;
    Ok(opened.value)
}

/// The whole Secret, ready to be printed.
///
/// # Errors
/// As [`open`], and when entries would have to be rendered.
pub(crate) fn unseal(sealed: &SealedSecret, keys: &Keys) -> Result<Value, UnsealingError> {
    let values = open(sealed, keys)?;
    let templates: Vec<&str> = sealed.template_entries().collect();
    if !templates.is_empty() {
        return Err(UnsealingError::Template(templates.join(", ")));
    }
    let data = values.iter().map(|(name, value)| {
        // Go prints a byte string that was never filled as null.
        let encoded = match value.expose() {
            [] => Value::Null,
            bytes => Text::from(base64::engine::general_purpose::STANDARD.encode(bytes)).into(),
        };
        (name.as_str(), encoded)
    });
    Ok(secret_document(sealed, data.collect::<Map>()))
}
