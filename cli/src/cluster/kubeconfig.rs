//! Which cluster, which user, which namespace: kubeconfig files and flags, resolved as client-go does.
//!
//! Nothing is read before it is needed: sealing with a certificate file works without a cluster.

use std::cell::OnceCell;
use std::env;
use std::io;
use std::path::{Path, PathBuf};

use kube::config::{AuthInfo, Cluster, Context, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext};

use super::Overrides;
use crate::error::{chain, reason};
use crate::sealing::ClientNamespace;

/// Where a pod finds its identity.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Why there is no usable kubeconfig.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum KubeconfigError {
    /// The file given on the command line is not there, or a file cannot be read.
    #[error("kubeconfig {path}: {problem}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Nothing names a cluster.
    #[error("invalid configuration: no configuration has been provided")]
    Empty,
    /// A context that does not exist.
    #[error("context {0:?} does not exist in the kubeconfig")]
    NoContext(String),
    /// A cluster that does not exist.
    #[error("cluster {0:?} does not exist in the kubeconfig")]
    NoCluster(String),
    /// A user that does not exist.
    #[error("user {0:?} does not exist in the kubeconfig")]
    NoUser(String),
    /// An entry that contradicts itself or names files that cannot be read.
    #[error("invalid configuration: {0}")]
    Invalid(String),
}

/// Cluster and user after all files and flags were merged.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The API server.
    pub(crate) cluster: Cluster,
    /// Who the client is.
    pub(crate) user: AuthInfo,
    /// The namespace of the context, if it names one.
    pub(crate) namespace: Option<String>,
}

/// What to connect to.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// A cluster of a kubeconfig.
    Kubeconfig(Box<Target>),
    /// The cluster this process runs in.
    Pod,
}

/// The client's configuration, read when first asked for.
pub(crate) struct ClientSettings {
    overrides: Overrides,
    files: OnceCell<Result<Kubeconfig, KubeconfigError>>,
}

impl ClientSettings {
    /// Settings from what was typed. Reads nothing yet.
    pub(crate) fn new(overrides: Overrides) -> Self {
        Self { overrides, files: OnceCell::new() }
    }

    /// What was typed.
    pub(crate) fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// What to connect to: a kubeconfig that names a cluster, else the pod's own cluster.
    ///
    /// # Errors
    /// When there is neither, or the kubeconfig is wrong.
    pub(crate) fn access(&self) -> Result<Access, KubeconfigError> {
        match self.target(true) {
            Ok(target) => Ok(Access::Kubeconfig(Box::new(target))),
            Err(KubeconfigError::Empty) if in_pod() => Ok(Access::Pod),
            Err(error) => Err(error),
        }
    }

    /// The namespace: of the command line, the context, the pod; `default` when a cluster is configured
    /// and none of them names one.
    ///
    /// # Errors
    /// When no cluster is configured, or the kubeconfig is wrong.
    pub(crate) fn namespace(&self) -> Result<String, KubeconfigError> {
        if let Some(namespace) = self.explicit() {
            return Ok(namespace.to_owned());
        }
        // The user plays no part in it, so a missing one does no harm.
        match self.target(false) {
            Ok(Target { namespace: Some(namespace), .. }) => Ok(namespace),
            Ok(_) | Err(KubeconfigError::Empty) if in_pod() => Ok(pod_namespace()),
            Ok(_) => Ok("default".to_owned()),
            Err(error) => Err(error),
        }
    }

    fn target(&self, needs_user: bool) -> Result<Target, KubeconfigError> {
        let files = self.files.get_or_init(|| load(&self.overrides)).as_ref().map_err(Clone::clone)?;
        resolve(files, &self.overrides, needs_user)
    }
}

impl ClientNamespace for ClientSettings {
    fn explicit(&self) -> Option<&str> {
        Some(self.overrides.namespace.as_str()).filter(|namespace| !namespace.is_empty())
    }

    fn implicit(&self) -> Option<String> {
        self.namespace().ok()
    }
}

/// Reads and merges the files: the one given, else those of `KUBECONFIG`, else the one in the home directory.
fn load(overrides: &Overrides) -> Result<Kubeconfig, KubeconfigError> {
    if !overrides.kubeconfig.is_empty() {
        let path = Path::new(&overrides.kubeconfig);
        return read(path)?.ok_or_else(|| KubeconfigError::File {
            path: path.to_owned(),
            problem: "no such file or directory".to_owned(),
        });
    }
    let mut paths: Vec<PathBuf> = match env::var_os("KUBECONFIG") {
        Some(list) if !list.is_empty() => {
            env::split_paths(&list).filter(|path| *path != Path::new("")).collect()
        }
        _ => env::home_dir().map(|home| home.join(".kube").join("config")).into_iter().collect(),
    };
    paths.dedup();
    let mut merged = Kubeconfig::default();
    for path in paths {
        if let Some(next) = read(&path)? {
            merged =
                merged.merge(next).map_err(|error| KubeconfigError::File { path, problem: chain(&error) })?;
        }
    }
    Ok(merged)
}

/// One file; `None` when it is not there.
fn read(path: &Path) -> Result<Option<Kubeconfig>, KubeconfigError> {
    match Kubeconfig::read_from(path) {
        Ok(config) => Ok(Some(config)),
        Err(kube::config::KubeconfigError::ReadConfig(error, _))
            if error.kind() == io::ErrorKind::NotFound =>
        {
            Ok(None)
        }
        Err(kube::config::KubeconfigError::ReadConfig(error, path)) => {
            Err(KubeconfigError::File { path, problem: reason(&error) })
        }
        // The parser quotes the line it stumbles over, and a kubeconfig holds credentials.
        Err(_) => {
            Err(KubeconfigError::File { path: path.to_owned(), problem: "it is not a kubeconfig".to_owned() })
        }
    }
}

/// Picks context, cluster and user, and puts the flags over them.
fn resolve(files: &Kubeconfig, overrides: &Overrides, needs_user: bool) -> Result<Target, KubeconfigError> {
    let wanted = |flag: &str| Some(flag.to_owned()).filter(|text| !text.is_empty());
    let context_name =
        wanted(&overrides.context).or_else(|| files.current_context.clone()).filter(|n| !n.is_empty());
    let context: Context = match &context_name {
        None => Context::default(),
        Some(name) => named(&files.contexts, |entry: &NamedContext| &entry.name == name)
            .map(|entry| entry.context.clone().unwrap_or_default())
            .ok_or_else(|| KubeconfigError::NoContext(name.clone()))?,
    };
    let cluster_name = wanted(&overrides.cluster).unwrap_or(context.cluster);
    let mut cluster = match named(&files.clusters, |entry: &NamedCluster| entry.name == cluster_name) {
        Some(entry) => entry.cluster.clone().unwrap_or_default(),
        None if !overrides.cluster.is_empty() => return Err(KubeconfigError::NoCluster(cluster_name)),
        None => Cluster::default(),
    };
    let user_name = wanted(&overrides.user).or(context.user).unwrap_or_default();
    let mut user = match named(&files.auth_infos, |entry: &NamedAuthInfo| entry.name == user_name) {
        Some(entry) => entry.auth_info.clone().unwrap_or_default(),
        None if needs_user && !overrides.user.is_empty() => return Err(KubeconfigError::NoUser(user_name)),
        None => AuthInfo::default(),
    };
    override_cluster(&mut cluster, overrides);
    override_user(&mut user, overrides);
    check_cluster(&cluster_name, &cluster)?;
    check_user(&user_name, &user)?;
    Ok(Target { cluster, user, namespace: context.namespace.filter(|namespace| !namespace.is_empty()) })
}

fn named<T>(entries: &[T], is_wanted: impl Fn(&T) -> bool) -> Option<&T> {
    entries.iter().find(|entry| is_wanted(entry))
}

fn put(slot: &mut Option<String>, text: &str) {
    if !text.is_empty() {
        *slot = Some(text.to_owned());
    }
}

fn override_cluster(cluster: &mut Cluster, overrides: &Overrides) {
    put(&mut cluster.server, &overrides.server);
    put(&mut cluster.proxy_url, &overrides.proxy_url);
    if overrides.disable_compression {
        cluster.disable_compression = Some(true);
    }
    // One of the two given on the command line replaces both in the file: they exclude each other.
    if overrides.insecure || !overrides.certificate_authority.is_empty() {
        cluster.insecure_skip_tls_verify = Some(overrides.insecure);
        cluster.certificate_authority_data = None;
        cluster.certificate_authority =
            Some(overrides.certificate_authority.clone()).filter(|path| !path.is_empty());
    }
    // A name that belongs to the file's server does not belong to another one.
    if !overrides.tls_server_name.is_empty() || !overrides.server.is_empty() {
        cluster.tls_server_name = Some(overrides.tls_server_name.clone()).filter(|name| !name.is_empty());
    }
}

fn override_user(user: &mut AuthInfo, overrides: &Overrides) {
    if !overrides.token.expose().is_empty() {
        user.token = Some(overrides.token.expose().clone().into());
        user.token_file = None;
    }
    put(&mut user.username, &overrides.username);
    if !overrides.password.expose().is_empty() {
        user.password = Some(overrides.password.expose().clone().into());
    }
    if !overrides.client_certificate.is_empty() {
        user.client_certificate_data = None;
        user.client_certificate = Some(overrides.client_certificate.clone());
    }
    if !overrides.client_key.is_empty() {
        user.client_key_data = None;
        user.client_key = Some(overrides.client_key.clone());
    }
    put(&mut user.impersonate, &overrides.impersonate);
    put(&mut user.impersonate_uid, &overrides.impersonate_uid);
    if !overrides.impersonate_groups.is_empty() {
        user.impersonate_groups = Some(overrides.impersonate_groups.clone());
    }
}

fn check_cluster(name: &str, cluster: &Cluster) -> Result<(), KubeconfigError> {
    let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if !filled(&cluster.server) {
        let nothing_else = !filled(&cluster.certificate_authority)
            && !filled(&cluster.certificate_authority_data)
            && !filled(&cluster.proxy_url)
            && !filled(&cluster.tls_server_name)
            && cluster.insecure_skip_tls_verify != Some(true)
            && cluster.disable_compression != Some(true);
        return Err(if nothing_else {
            KubeconfigError::Empty
        } else {
            KubeconfigError::Invalid(format!("no server found for cluster {name:?}"))
        });
    }
    if filled(&cluster.certificate_authority) && filled(&cluster.certificate_authority_data) {
        let both = "certificate-authority-data and certificate-authority are both specified";
        return Err(KubeconfigError::Invalid(format!("{both} for {name:?}")));
    }
    check_readable(cluster.certificate_authority.as_deref(), "certificate-authority")
}

fn check_user(name: &str, user: &AuthInfo) -> Result<(), KubeconfigError> {
    let invalid = |problem: &str| Err(KubeconfigError::Invalid(format!("{problem} for {name:?}")));
    let (certificate, certificate_data) =
        (user.client_certificate.is_some(), user.client_certificate_data.is_some());
    let (key, key_data) = (user.client_key.is_some(), user.client_key_data.is_some());
    match (certificate, certificate_data, key, key_data) {
        (false, false, ..) => return Ok(()),
        (true, true, ..) => {
            return invalid("client-certificate-data and client-certificate are both specified");
        }
        (_, _, true, true) => return invalid("client-key-data and client-key are both specified"),
        (_, _, false, false) => return invalid("client-key-data or client-key must be specified"),
        _ => {}
    }
    check_readable(user.client_certificate.as_deref(), "client-certificate")?;
    check_readable(user.client_key.as_deref(), "client-key")
}

fn check_readable(path: Option<&str>, field: &str) -> Result<(), KubeconfigError> {
    match path.map(std::fs::File::open) {
        Some(Err(error)) => Err(KubeconfigError::Invalid(format!(
            "unable to read {field} {}: {}",
            path.unwrap_or_default(),
            reason(&error)
        ))),
        _ => Ok(()),
    }
}

/// Whether this process runs in a pod with a service account.
fn in_pod() -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    set("KUBERNETES_SERVICE_HOST")
        && set("KUBERNETES_SERVICE_PORT")
        && Path::new(SERVICE_ACCOUNT).join("token").metadata().is_ok_and(|token| !token.is_dir())
}

fn pod_namespace() -> String {
    if let Some(namespace) = env::var("POD_NAMESPACE").ok().filter(|namespace| !namespace.is_empty()) {
        return namespace;
    }
    let file = std::fs::read_to_string(Path::new(SERVICE_ACCOUNT).join("namespace")).unwrap_or_default();
    match file.trim() {
        "" => "default".to_owned(),
        namespace => namespace.to_owned(),
    }
}
