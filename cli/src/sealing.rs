//! From Secrets in a stream to SealedSecrets.

use signet_manifest::{Conversion, ConversionKind, Documents, Map};
use signet_sealed::{Label, LabelError, PublicKey, Scope, SealError, SystemRandom, seal_value};

use crate::error::{Exit, Failure, Outcome, chain};
use crate::object::{SealedSecret, Secret};
use crate::output::say;
use crate::parallel;

/// How many Secrets are sealed before their text is written.
const BATCH: usize = 256;

/// What the command line says about the Secrets it is given.
pub(crate) struct Rules<'a> {
    /// The scope that replaces what the annotations say; `None` keeps them.
    pub(crate) scope: Option<Scope>,
    /// The name that replaces the one in the input.
    pub(crate) name: Option<&'a str>,
    /// The namespace that replaces the one in the input.
    pub(crate) namespace: Option<&'a str>,
    /// Whether a Secret without values is sealed.
    pub(crate) allow_empty: bool,
    /// The namespace of the client.
    pub(crate) client: &'a dyn ClientNamespace,
}

/// The namespace that an object without one belongs to.
pub(crate) trait ClientNamespace {
    /// The one given on the command line or by its variable.
    fn explicit(&self) -> Option<&str>;
    /// The one the kubeconfig or the pod names; `None` when there is neither. Asked only when needed.
    fn implicit(&self) -> Option<String>;
}

/// Why a Secret is not sealed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SealingError {
    /// No values.
    #[error("the input Secret has neither data nor stringData; use --allow-empty-data if that is meant")]
    Empty,
    /// No name.
    #[error("missing metadata.name in input Secret")]
    NoName,
    /// The input and the command line name different namespaces.
    #[error("namespace mismatch: input secret is in namespace {found:?} but {wanted:?} was specified")]
    Mismatch {
        /// In the input.
        found: String,
        /// On the command line.
        wanted: String,
    },
    /// Neither the input nor the client names a namespace.
    #[error("the Secret must declare a namespace, or give one with --namespace")]
    NoNamespace,
    /// The values cannot be bound to the object.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// A value cannot be sealed.
    #[error("failed to seal `{key}`")]
    Value {
        /// The key of the value.
        key: String,
        /// Why.
        source: SealError,
    },
}

impl From<SealingError> for Failure {
    fn from(error: SealingError) -> Self {
        let exit = match error {
            SealingError::Value { .. } => Exit::Failure,
            _ => Exit::Input,
        };
        let failure = Self::new(exit, chain(&error));
        match error {
            SealingError::NoName => failure.hint("give one with --name NAME"),
            SealingError::Mismatch { .. } => {
                failure.hint("drop --namespace to use the namespace of the input")
            }
            _ => failure,
        }
    }
}

/// The Secrets of a stream, and what YAML made of their plain scalars.
pub(crate) struct Stream {
    /// In the order of the stream.
    pub(crate) secrets: Vec<Secret>,
    /// Values and names that do not mean what was written; see [`Conversion`].
    pub(crate) conversions: Vec<Conversion>,
}

/// Reads all Secrets of a stream.
///
/// # Errors
/// When a document cannot be read; nothing of the stream is returned then.
pub(crate) fn read_stream(bytes: &[u8]) -> Outcome<Stream> {
    let mut stream = Stream { secrets: Vec::new(), conversions: Vec::new() };
    for document in Documents::parse(bytes) {
        let document = document.map_err(|error| Failure::from_error(Exit::Input, &error))?;
        let number = document.index() + 1;
        let secret = Secret::read(document.value()).map_err(|error| {
            Failure::from_error(Exit::Input, &error).at(format_args!("document {number}"))
        })?;
        if let Some(secret) = secret {
            stream.secrets.push(secret);
            stream.conversions.extend(document.conversions().iter().filter(|c| concerns(c)).cloned());
        }
    }
    Ok(stream)
}

/// The failure of a stream without Secrets.
pub(crate) fn no_secrets() -> Failure {
    Failure::input("no secrets found. Ensure the input is valid and UTF-8 encoded")
}

/// Whether a conversion changes what ends up in the cluster.
fn concerns(conversion: &Conversion) -> bool {
    let field = |at: usize| conversion.path.get(at).map(String::as_str).unwrap_or_default();
    let is = |at: usize, name: &str| field(at).eq_ignore_ascii_case(name);
    match conversion.path.len() {
        2 => is(0, "data") || is(0, "stringData") || (is(0, "metadata") && is(1, "name")),
        3 => is(0, "metadata") && (is(1, "labels") || is(1, "annotations")),
        _ => false,
    }
}

/// Seals the Secrets on all processors, `shape` included, and hands the results to `emit` in order. An error ends the
/// run; what came before it has been handed out.
///
/// # Errors
/// The first Secret that breaks a rule or cannot be sealed, or what `emit` returns.
pub(crate) fn seal_all<T: Send>(
    secrets: Vec<Secret>,
    rules: &Rules<'_>,
    key: &PublicKey,
    shape: impl Fn(SealedSecret) -> T + Sync,
    mut emit: impl FnMut(T) -> Outcome,
) -> Outcome {
    let mut pending = secrets.into_iter();
    loop {
        let mut refused = None;
        let mut ready = Vec::new();
        for secret in pending.by_ref().take(BATCH) {
            match prepare(secret, rules) {
                Ok(secret) => ready.push(secret),
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        let last = ready.len() < BATCH;
        for sealed in parallel::map(ready, |secret| seal(secret, key).map(&shape)) {
            emit(sealed?)?;
        }
        if let Some(error) = refused {
            return Err(error.into());
        }
        if last {
            return Ok(());
        }
    }
}

/// Applies the rules to one Secret.
fn prepare(mut secret: Secret, rules: &Rules<'_>) -> Result<Secret, SealingError> {
    if secret.values().is_empty() && !rules.allow_empty {
        return Err(SealingError::Empty);
    }
    if let Some(name) = rules.name {
        secret.set_name(name);
    }
    if secret.name().is_empty() {
        return Err(SealingError::NoName);
    }
    if let Some(namespace) = rules.namespace {
        secret.set_namespace(namespace);
    }
    if let Some(scope) = rules.scope {
        secret.set_scope(scope);
    }
    if secret.scope() == Scope::ClusterWide {
        return Ok(secret);
    }
    match (rules.client.explicit(), secret.namespace()) {
        (Some(wanted), "") => secret.set_namespace(wanted),
        (Some(wanted), found) if wanted != found => {
            return Err(SealingError::Mismatch { found: found.to_owned(), wanted: wanted.to_owned() });
        }
        (None, "") => match rules.client.implicit() {
            Some(namespace) if !namespace.is_empty() => secret.set_namespace(&namespace),
            _ => return Err(SealingError::NoNamespace),
        },
        _ => {}
    }
    Ok(secret)
}

/// Seals every value of a Secret that the rules were applied to.
fn seal(secret: Secret, key: &PublicKey) -> Result<SealedSecret, SealingError> {
    let label = Label::new(secret.scope(), secret.namespace(), secret.name())?;
    let mut encrypted = Map::new();
    for (name, value) in secret.values().iter() {
        let text = seal_value(key, &label, value.expose(), &mut SystemRandom)
            .map_err(|source| SealingError::Value { key: name.to_string(), source })?;
        encrypted.insert(name.as_str(), text);
    }
    Ok(SealedSecret::around(secret, encrypted))
}

/// Says which plain scalars YAML turned into something else than what was written: the sealed value is
/// what an API server would have stored, which is rarely what was meant.
pub(crate) fn warn_of_conversions(conversions: &[Conversion]) {
    for conversion in conversions {
        let what = match conversion.kind {
            ConversionKind::Key => "this name reads as a boolean or number",
            ConversionKind::Bool => "reads as a boolean",
            ConversionKind::Integer | ConversionKind::Float => {
                "reads as a number and is printed in another form"
            }
            ConversionKind::Null => "reads as null, which is the empty text",
            ConversionKind::Binary => "holds bytes that are not UTF-8, which were replaced",
        };
        let path = conversion.path.join(".");
        say(format_args!(
            "warning: line {}: `{path}` {what}; put it in quotes if that is not meant",
            conversion.line
        ));
    }
}
