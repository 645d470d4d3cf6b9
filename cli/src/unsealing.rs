//! From a SealedSecret and private keys to the Secret it stands for, as the controller would make it.

use base64::Engine as _;
use signet_manifest::{Map, Text, Value};
use signet_sealed::{KeyHints, LabelError, OpenError, Unsealer};
use signet_secret::{Fingerprint, KeyName, SecretMap};
use signet_template::Engine;

use crate::environment::System;
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
    /// Entries of `spec.template.data` that cannot be rendered: a line for each, as kubeseal has it.
    #[error("{}", lines(.0))]
    Templates(Vec<(KeyName, signet_template::Error)>),
}

fn lines(failed: &[(KeyName, signet_template::Error)]) -> String {
    failed.iter().map(|(name, error)| format!("{error} ({name})")).collect::<Vec<_>>().join("\n")
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
/// As [`open`], and all entries that cannot be rendered.
pub(crate) fn unseal(sealed: &SealedSecret, keys: &Keys) -> Result<Value, UnsealingError> {
    let values = rendered(sealed, open(sealed, keys)?)?;
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

/// The values, with the entries that are rendered from them. A rendered one replaces the value under its key,
/// which all templates see as it was.
fn rendered(sealed: &SealedSecret, mut values: SecretMap) -> Result<SecretMap, UnsealingError> {
    if sealed.templates().next().is_none() {
        return Ok(values);
    }
    let templates = sealed.templates().map(|(name, text)| (name, text.as_bytes()));
    let rendered = Engine::sealed()
        .render_all(templates, &values, &mut System::new())
        .map_err(UnsealingError::Templates)?;
    for (name, value) in rendered {
        values.insert(name, value);
    }
    Ok(values)
}
