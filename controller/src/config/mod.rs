//! What the controller was told to do.
//!
//! Two steps: `args` holds what was typed or set in the environment, by type; [`Settings`] is what it means,
//! in types that cannot be wrong. A combination that makes no sense is refused here, with the name of the
//! flag and what to write instead.

mod args;
mod go;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use signet_crds::bitnami::KEY_LABEL;

use args::Args;
use go::Nanoseconds;

/// Version of this build, `vX.Y.Z`.
pub const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// Where a pod finds the name of its namespace.
const POD_NAMESPACE_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// The longest prefix that leaves room for what the API server appends to it.
const MAX_KEY_PREFIX: usize = 245;

/// What the command line asks for.
#[derive(Debug)]
pub enum Start {
    /// Run the controller.
    Run(Box<Settings>),
    /// Print `controller version: ` and [`VERSION`], then end with success.
    PrintVersion,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The command line is wrong, or help was asked for: the error knows its stream and exit code.
    #[error("{0}")]
    Usage(clap::Error),
    /// A variable does not parse.
    #[error("the variable {variable} cannot be used: {problem}")]
    Variable {
        /// Name of the variable.
        variable: String,
        /// What to write.
        problem: String,
    },
    /// A flag, typed or from the environment, has a value that makes no sense.
    #[error("--{flag}: {problem}")]
    Flag {
        /// The flag without dashes.
        flag: &'static str,
        /// What is wrong and what to write.
        problem: String,
    },
    /// There is no cluster to connect to.
    #[error("no cluster to connect to: this is no pod, and there is no usable kubeconfig; use --kubeconfig")]
    NoCluster(#[source] kube::config::KubeconfigError),
    /// The file given by `--kubeconfig` cannot be used.
    #[error("cannot use the kubeconfig {}", .path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// Why.
        source: kube::config::KubeconfigError,
    },
}

/// The namespaces whose SealedSecrets are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchScope {
    /// The whole cluster.
    All,
    /// The controller's own namespace and some more.
    Namespaces {
        /// The own one.
        own: String,
        /// The others, each once, in the order given; the own one is not among them.
        additional: Vec<String>,
    },
}

/// By which time keys are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyOrder {
    /// The start of the certificate's validity.
    #[default]
    CertNotBefore,
    /// The creation of the key Secret.
    SecretCreationTimestamp,
}

/// How keys are made and ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySettings {
    /// Prefix of the names of new key Secrets, and the name of the legacy key.
    pub prefix: String,
    /// Size of new keys: 2048, 3072, 4096 or 8192 bits.
    pub size: usize,
    /// Validity of new certificates.
    pub ttl: Duration,
    /// Common name in new certificates; empty for an empty name.
    pub common_name: String,
    /// A new key is due this long after the newest; `None` for never.
    pub renew_period: Option<Duration>,
    /// Which key is the newest.
    pub order: KeyOrder,
    /// A newest key from before this instant is replaced at start.
    pub cutoff: Option<Timestamp>,
    /// Annotations of new key Secrets.
    pub annotations: BTreeMap<String, String>,
    /// Labels of new key Secrets; [`KEY_LABEL`] is not among them.
    pub labels: BTreeMap<String, String>,
}

/// How one of several replicas is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaderSettings {
    /// Whether to elect at all.
    pub elect: bool,
    /// Name of the Lease in the own namespace.
    pub lease_name: String,
    /// How long a leader is believed without a sign of life.
    pub duration: Duration,
    /// How often the leader renews; less than half of `duration`.
    pub renew_period: Duration,
}

/// An address to listen on: a host, empty for every interface, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddr {
    /// Name or address; empty for every interface.
    pub host: String,
    /// The port; 0 for any free one.
    pub port: u16,
}

/// How the HTTP servers behave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    /// Address of the API.
    pub listen: ListenAddr,
    /// Address of the metrics.
    pub listen_metrics: ListenAddr,
    /// Time to receive a request; `None` for no limit.
    pub read_timeout: Option<Duration>,
    /// Time from the headers of a request to the end of its answer; `None` for no limit.
    pub write_timeout: Option<Duration>,
    /// Sustained requests per second of one caller; at least 1.
    pub rate: u32,
    /// Requests of one caller on top of the rate.
    pub burst: u32,
}

/// The notation of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `time=... level=... msg=... key=value`.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Lowest level on the scale of Go's slog: DEBUG -4, INFO 0, WARN 4, ERROR 8.
    pub level: i64,
    /// The notation.
    pub format: LogFormat,
    /// Levels up to INFO go to stdout rather than stderr.
    pub info_to_stdout: bool,
}

/// Everything the controller was told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The namespace the controller runs in, where its keys are.
    pub namespace: String,
    /// Whose SealedSecrets are served.
    pub watch: WatchScope,
    /// Only SealedSecrets that match, in the API server's notation.
    pub label_selector: Option<String>,
    /// Open the deprecated `spec.data`.
    pub accept_v1: bool,
    /// Delete the Secret of a deleted SealedSecret.
    pub old_gc: bool,
    /// Write the status of SealedSecrets.
    pub update_status: bool,
    /// Do not watch Secrets.
    pub skip_recreate: bool,
    /// Put changed Secrets back.
    pub repair_drift: bool,
    /// Fast retries before slow ones.
    pub max_unseal_retries: u32,
    /// SealedSecrets in work at a time; at least 1.
    pub concurrency: usize,
    /// Leader election.
    pub leader: LeaderSettings,
    /// Keys.
    pub keys: KeySettings,
    /// HTTP servers.
    pub http: HttpSettings,
    /// Logs.
    pub log: LogSettings,
    /// File that says how to connect.
    pub kubeconfig: Option<PathBuf>,
    /// What the user should know; to be logged once.
    pub warnings: Vec<String>,
}

/// Reads the command line, which begins with the name of the program, and the environment.
///
/// # Errors
/// [`ConfigError::Usage`] carries clap's report, help included; the others name what to change.
pub fn start(
    line: impl IntoIterator<Item = OsString>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Start, ConfigError> {
    let line: Vec<OsString> = line.into_iter().collect();
    if Args::typed(&line).map_err(ConfigError::Usage)?.version {
        return Ok(Start::PrintVersion);
    }
    let args = Args::with_environment(&line, environment)?;
    if args.version {
        return Ok(Start::PrintVersion);
    }
    let namespace = own_namespace(environment, Path::new(POD_NAMESPACE_FILE));
    Settings::resolve(args, namespace).map(|settings| Start::Run(Box::new(settings)))
}

/// The definition of the command line, for its help and its reference page.
#[must_use]
pub fn command_line() -> clap::Command {
    args::command()
}

/// How to reach the cluster: `--kubeconfig`, else what a pod has, else `KUBECONFIG` for development.
///
/// # Errors
/// When none of them gives a usable configuration.
pub async fn cluster(settings: &Settings) -> Result<kube::Config, ConfigError> {
    let options = kube::config::KubeConfigOptions::default();
    if let Some(path) = &settings.kubeconfig {
        let refused = |source| ConfigError::Kubeconfig { path: path.clone(), source };
        let file = kube::config::Kubeconfig::read_from(path).map_err(refused)?;
        return kube::Config::from_custom_kubeconfig(file, &options).await.map_err(refused);
    }
    match kube::Config::incluster() {
        Ok(config) => Ok(config),
        Err(_) => kube::Config::from_kubeconfig(&options).await.map_err(ConfigError::NoCluster),
    }
}

/// The namespace the controller runs in.
fn own_namespace(environment: &dyn Fn(&str) -> Option<String>, file: &Path) -> String {
    let from_file = || std::fs::read_to_string(file).ok().map(|text| text.trim().to_owned());
    environment("POD_NAMESPACE")
        .filter(|name| !name.is_empty())
        .or_else(|| from_file().filter(|name| !name.is_empty()))
        .unwrap_or_else(|| "default".to_owned())
}

impl Settings {
    fn resolve(args: Args, namespace: String) -> Result<Self, ConfigError> {
        let mut warnings = Vec::new();
        Ok(Self {
            watch: watch_scope(&args, &namespace, &mut warnings),
            namespace,
            label_selector: Some(args.label_selector.clone()).filter(|selector| !selector.is_empty()),
            accept_v1: args.accept_deprecated_v1_data,
            old_gc: args.old_gc_behavior,
            update_status: args.update_status,
            skip_recreate: args.skip_recreate,
            repair_drift: args.repair_drift,
            // Upstream takes a negative number for no retry, and so do we.
            max_unseal_retries: u32::try_from(args.max_unseal_retries.max(0)).unwrap_or(u32::MAX),
            concurrency: concurrency(args.concurrency)?,
            leader: leader(&args)?,
            keys: keys(&args, &mut warnings)?,
            http: http(&args)?,
            log: log(&args, &mut warnings),
            kubeconfig: args.kubeconfig,
            warnings,
        })
    }
}

fn refuse<T>(flag: &'static str, problem: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError::Flag { flag, problem: problem.into() })
}

fn watch_scope(args: &Args, own: &str, warnings: &mut Vec<String>) -> WatchScope {
    if args.all_namespaces && args.additional_namespaces.is_empty() {
        return WatchScope::All;
    }
    let mut additional: Vec<String> = Vec::new();
    for name in args.additional_namespaces.split(',').filter(|name| !name.is_empty()) {
        if name != own && !additional.iter().any(|known| known == name) {
            additional.push(name.to_owned());
        }
    }
    if args.all_namespaces {
        warnings.push("--additional-namespaces turns the watch over all namespaces off".to_owned());
    }
    WatchScope::Namespaces { own: own.to_owned(), additional }
}

fn concurrency(number: i64) -> Result<usize, ConfigError> {
    match usize::try_from(number) {
        Ok(number @ 1..=1024) => Ok(number),
        _ => refuse("concurrency", "use 1 to 1024"),
    }
}

fn leader(args: &Args) -> Result<LeaderSettings, ConfigError> {
    let duration = args.lease_duration.positive_or_zero().filter(|d| *d >= Duration::from_secs(1));
    let Some(duration) = duration else { return refuse("lease-duration", "use at least 1s") };
    let renew_period =
        args.lease_renew_period.positive_or_zero().filter(|d| !d.is_zero() && *d * 2 < duration);
    let Some(renew_period) = renew_period else {
        return refuse("lease-renew-period", "use more than 0 and less than half of --lease-duration");
    };
    if args.lease_name.is_empty() {
        return refuse("lease-name", "must not be empty; use --leader-elect=false to run without a Lease");
    }
    Ok(LeaderSettings {
        elect: args.leader_elect,
        lease_name: args.lease_name.clone(),
        duration,
        renew_period,
    })
}

fn keys(args: &Args, warnings: &mut Vec<String>) -> Result<KeySettings, ConfigError> {
    if args.rotate_period.is_some() {
        warnings
            .push("flag --rotate-period has been deprecated, please use key-renew-period instead".to_owned());
    }
    let order = match args.key_order_priority.as_str() {
        "CertNotBefore" => KeyOrder::CertNotBefore,
        "SecretCreationTimestamp" => KeyOrder::SecretCreationTimestamp,
        _ => {
            warnings.push(
                "invalid --key-order-priority: use CertNotBefore or SecretCreationTimestamp; CertNotBefore is used"
                    .to_owned(),
            );
            KeyOrder::default()
        }
    };
    let mut labels = pairs("privatekey-labels", &args.privatekey_labels)?;
    labels.remove(KEY_LABEL);
    Ok(KeySettings {
        prefix: key_prefix(&args.key_prefix)?,
        size: key_size(args.key_size)?,
        ttl: key_ttl(args.key_ttl)?,
        common_name: args.my_cn.clone(),
        renew_period: renew_period(args.rotate_period.unwrap_or(args.key_renew_period))?,
        order,
        cutoff: cutoff(&args.key_cutoff_time)?,
        annotations: pairs("privatekey-annotations", &args.privatekey_annotations)?,
        labels,
    })
}

fn key_prefix(prefix: &str) -> Result<String, ConfigError> {
    if prefix.is_empty() {
        return refuse("key-prefix", "must not be empty");
    }
    if prefix.len() > MAX_KEY_PREFIX {
        return refuse(
            "key-prefix",
            format!("use at most {MAX_KEY_PREFIX} characters, not {}", prefix.len()),
        );
    }
    if !prefix.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return refuse("key-prefix", "use only the characters a-z, 0-9 and -");
    }
    Ok(prefix.to_owned())
}

fn key_size(bits: i64) -> Result<usize, ConfigError> {
    match bits {
        2048 | 3072 | 4096 | 8192 => usize::try_from(bits).or_else(|_| refuse("key-size", "too large")),
        _ => refuse("key-size", format!("{bits} bits are not supported: use 2048, 3072, 4096 or 8192")),
    }
}

fn key_ttl(ttl: Nanoseconds) -> Result<Duration, ConfigError> {
    match ttl.positive_or_zero() {
        Some(ttl) if !ttl.is_zero() => Ok(ttl),
        _ => refuse("key-ttl", "must be more than 0: nobody can seal with an expired certificate"),
    }
}

fn renew_period(period: Nanoseconds) -> Result<Option<Duration>, ConfigError> {
    match period.positive_or_zero() {
        Some(period) => Ok(Some(period).filter(|period| !period.is_zero())),
        None => refuse("key-renew-period", "must not be negative; use 0 to turn renewal off"),
    }
}

fn cutoff(text: &str) -> Result<Option<Timestamp>, ConfigError> {
    if text.is_empty() {
        return Ok(None);
    }
    match go::rfc1123z(text) {
        Some(instant) => Ok(Some(instant)),
        None => refuse("key-cutoff-time", "write it as `date -R` prints it: Mon, 02 Jan 2006 15:04:05 -0700"),
    }
}

/// `name=value,name=value`. As upstream, a second `=` ends the value, and of two equal names the last counts.
fn pairs(flag: &'static str, text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    if text.is_empty() {
        return Ok(BTreeMap::new());
    }
    text.split(',')
        .map(|item| {
            let mut parts = item.split('=');
            match (parts.next(), parts.next()) {
                (Some(name), Some(value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
                _ => refuse(flag, "write name=value,name=value"),
            }
        })
        .collect()
}

fn http(args: &Args) -> Result<HttpSettings, ConfigError> {
    let rate = match u32::try_from(args.rate_limit) {
        Ok(rate @ 1..=1_000_000) => rate,
        _ => return refuse("rate-limit", "use 1 to 1000000 requests per second"),
    };
    let Ok(burst @ 0..=1_000_000) = u32::try_from(args.rate_limit_burst) else {
        return refuse("rate-limit-burst", "use 0 to 1000000 requests");
    };
    Ok(HttpSettings {
        listen: ListenAddr::parse("listen-addr", &args.listen_addr)?,
        listen_metrics: ListenAddr::parse("listen-metrics-addr", &args.listen_metrics_addr)?,
        read_timeout: args.read_timeout.positive_or_zero().filter(|limit| !limit.is_zero()),
        write_timeout: args.write_timeout.positive_or_zero().filter(|limit| !limit.is_zero()),
        rate,
        burst,
    })
}

impl ListenAddr {
    /// `host:port`, where the host may be empty, a name, an address, or an IPv6 address in brackets.
    fn parse(flag: &'static str, text: &str) -> Result<Self, ConfigError> {
        let problem = "write host:port, or :port for every interface";
        let Some((host, port)) = text.rsplit_once(':') else { return refuse(flag, problem) };
        let host = match host.strip_prefix('[').map(|inner| inner.strip_suffix(']')) {
            Some(Some(inner)) => inner,
            Some(None) => return refuse(flag, problem),
            None if host.contains(':') => return refuse(flag, "put an IPv6 address in brackets: [::1]:8080"),
            None => host,
        };
        match port.parse() {
            Ok(port) => Ok(Self { host: host.to_owned(), port }),
            Err(_) => refuse(flag, problem),
        }
    }
}

fn log(args: &Args, warnings: &mut Vec<String>) -> LogSettings {
    let level = log_level(&args.log_level).unwrap_or_else(|| {
        warnings.push("invalid --log-level: use DEBUG, INFO, WARN or ERROR; INFO is used".to_owned());
        0
    });
    // As upstream: whatever is not json is text.
    let format = if args.log_format == "json" { LogFormat::Json } else { LogFormat::Text };
    LogSettings { level, format, info_to_stdout: args.log_info_stdout }
}

/// A level of Go's slog: a name in any case, and a distance from it such as `INFO+2`.
fn log_level(text: &str) -> Option<i64> {
    let (name, distance) = match text.find(['+', '-']) {
        Some(at) => (&text[..at], text[at..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let base = match name.to_ascii_uppercase().as_str() {
        "DEBUG" => -4,
        "INFO" => 0,
        "WARN" => 4,
        "ERROR" => 8,
        _ => return None,
    };
    Some(base + i64::from(distance))
}
