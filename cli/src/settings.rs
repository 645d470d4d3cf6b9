//! What the typed words mean, as types that cannot be wrong.

use std::path::{Path, PathBuf};

use signet_sealed::Scope;
use signet_secret::Redacted;

use crate::args::{CertificateArgs, ClusterArgs, ControllerArgs, ObjectFormat, OutputArgs};
use crate::certificate::Source;
use crate::cluster::{Address, ClientSettings, Overrides, namespace_name};
use crate::error::{Failure, Outcome};
use crate::object::Notation;
use crate::output::Output;

/// Which certificate to seal with.
#[derive(Clone, Debug)]
pub(crate) enum CertificateChoice {
    /// The one at this place.
    At(Source),
    /// The controller's newest.
    Controller {
        /// Where the controller is.
        address: Address,
        /// Whether one on disk is not good enough.
        refresh: bool,
    },
}

impl CertificateChoice {
    /// The choice that was typed.
    ///
    /// # Errors
    /// When the source is neither a file nor a URL.
    pub(crate) fn new(typed: &CertificateArgs) -> Outcome<Self> {
        Ok(match typed.cert.as_deref().filter(|cert| !cert.is_empty()) {
            Some(source) => Self::At(Source::parse(source)?),
            None => Self::Controller { address: address(&typed.controller), refresh: typed.refresh },
        })
    }
}

/// Where the controller is.
pub(crate) fn address(typed: &ControllerArgs) -> Address {
    Address { namespace: typed.controller_namespace.clone(), name: typed.controller_name.clone() }
}

/// The client's settings. Nothing is read before it is needed.
pub(crate) fn client(typed: &ClusterArgs, namespace: Option<&str>) -> ClientSettings {
    let text = |typed: &Option<String>| typed.clone().unwrap_or_default();
    ClientSettings::new(Overrides {
        kubeconfig: text(&typed.kubeconfig),
        context: text(&typed.context),
        cluster: text(&typed.cluster),
        user: text(&typed.user),
        namespace: namespace.map(namespace_name).unwrap_or_default().to_owned(),
        server: text(&typed.server),
        tls_server_name: text(&typed.tls_server_name),
        insecure: typed.insecure_skip_tls_verify,
        certificate_authority: text(&typed.certificate_authority),
        impersonate: text(&typed.impersonate),
        impersonate_uid: text(&typed.impersonate_uid),
        impersonate_groups: typed.impersonate_groups.clone(),
        proxy_url: text(&typed.proxy_url),
        request_timeout: text(&typed.request_timeout),
        token: Redacted::default(),
        password: Redacted::default(),
        ..Overrides::default()
    })
}

/// A scope that the parser has let through.
///
/// # Errors
/// When it is none, which the parser does not let through.
pub(crate) fn scope(typed: Option<&str>) -> Outcome<Option<Scope>> {
    typed.map(str::parse).transpose().map_err(Failure::usage)
}

/// Where objects go and how they look: YAML unless asked otherwise or the file is called `.json`.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn output(typed: &OutputArgs) -> Outcome<(Output, Notation)> {
    let json_file =
        typed.write.as_deref().and_then(Path::extension).is_some_and(|extension| extension == "json");
    let notation = match typed.format {
        Some(ObjectFormat::Json) => Notation::Json,
        Some(ObjectFormat::Yaml) => Notation::Yaml,
        None if json_file => Notation::Json,
        None => Notation::Yaml,
    };
    Ok((Output::to(typed.write.as_deref())?, notation))
}

/// One input of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InputFile {
    /// Standard input.
    Stdin,
    /// A file.
    Path(PathBuf),
}

/// The inputs that were typed; standard input when there are none.
///
/// # Errors
/// When standard input is named twice.
pub(crate) fn inputs(typed: &[PathBuf]) -> Outcome<Vec<InputFile>> {
    let inputs: Vec<InputFile> = match typed {
        [] => vec![InputFile::Stdin],
        files => files.iter().map(|path| InputFile::new(path)).collect(),
    };
    if inputs.iter().filter(|input| **input == InputFile::Stdin).count() > 1 {
        return Err(Failure::usage("standard input is named twice"));
    }
    Ok(inputs)
}

impl InputFile {
    /// The input that a word names: `-` is standard input.
    pub(crate) fn new(path: &Path) -> Self {
        if path == Path::new("-") { Self::Stdin } else { Self::Path(path.to_owned()) }
    }
}
