//! Requests to an API server or another web server, one at a time.
//!
//! The runtime under them starts with the first connection, so that commands which stay on this machine
//! never pay for it.

use std::time::Duration;

use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::response::Parts;
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext};
use kube::{Client, Config};
use signet_secret::Plaintext;

use super::kubeconfig::{Access, ClientSettings, KubeconfigError, Target};
use super::proxy;
use crate::duration;
use crate::error::{Exit, Failure, chain};

/// Largest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 64 << 20;

/// How often a request is sent again when the server asks for it with `Retry-After`, as client-go does.
const RETRIES: u32 = 10;

/// Longest pause that a server can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Why a request was not answered as hoped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ClusterError {
    /// Nothing to connect to.
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigError),
    /// The configuration names something that cannot be used: a certificate, a URL, a plugin.
    #[error("cannot use the cluster configuration: {0}")]
    Configuration(String),
    /// A time limit that is not one.
    #[error("--request-timeout {0:?}: use a number of seconds or a duration such as 30s")]
    Timeout(String),
    /// No answer.
    #[error("cannot reach {server}: {problem}")]
    Unreachable {
        /// The server.
        server: String,
        /// What happened instead.
        problem: String,
    },
    /// An answer that says no.
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// What the server says about it.
        message: String,
    },
    /// An answer that cannot be understood.
    #[error("unexpected answer from {server}: {problem}")]
    Answer {
        /// The server.
        server: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl ClusterError {
    /// What to type next.
    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Kubeconfig(KubeconfigError::Empty) => {
                Some("set KUBECONFIG or pass --kubeconfig, or work without a cluster with --cert FILE")
            }
            Self::Kubeconfig(KubeconfigError::NoContext(_)) => Some("kubectl config get-contexts"),
            Self::Kubeconfig(_) => Some("kubectl config view"),
            Self::Unreachable { .. } => {
                Some("check that `kubectl version` answers; --cert FILE needs no cluster")
            }
            Self::Refused { status: StatusCode::FORBIDDEN, .. } => {
                Some("ask for the rights of the Role sealed-secrets-service-proxier, or use --cert FILE")
            }
            Self::Refused { status: StatusCode::UNAUTHORIZED, .. } => Some("log in again, then retry"),
            _ => None,
        }
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let exit = match error {
            ClusterError::Timeout(_) => Exit::Usage,
            _ => Exit::Cluster,
        };
        let failure = Self::from_error(exit, &error);
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// A connection to one server.
pub(crate) struct Connection {
    runtime: tokio::runtime::Runtime,
    client: Client,
    server: String,
    time_limit: Option<Duration>,
}

/// An answer with a good status.
pub(crate) struct Answer {
    /// The body. An answer may hold the data of Secrets.
    pub(crate) body: Plaintext,
}

impl Connection {
    /// A connection to the API server that the settings choose.
    ///
    /// # Errors
    /// When they choose none or it cannot be used. Nothing is sent yet.
    pub(crate) fn to_cluster(settings: &ClientSettings) -> Result<Self, ClusterError> {
        let overrides = settings.overrides();
        let time_limit = match overrides.request_timeout.as_str() {
            "" => None,
            text => duration::parse_limit(text).ok_or_else(|| ClusterError::Timeout(text.to_owned()))?,
        };
        let runtime = runtime()?;
        let config = match settings.access()? {
            Access::Kubeconfig(target) => runtime.block_on(target_config(*target))?,
            Access::Pod => pod_config(settings)?,
        };
        Self::open(runtime, config, time_limit)
    }

    /// A connection to any web server. `base` has a scheme and a host.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn to_server(base: Uri) -> Result<Self, ClusterError> {
        let mut config = Config::new(base);
        config.proxy_url = proxy::for_target(&config.cluster_url, |name| std::env::var(name).ok());
        Self::open(runtime()?, config, None)
    }

    fn open(
        runtime: tokio::runtime::Runtime,
        mut config: Config,
        time_limit: Option<Duration>,
    ) -> Result<Self, ClusterError> {
        // Retries are ours: only those the server asks for.
        config.default_retry = false;
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let client = {
            let _inside = runtime.enter();
            Client::try_from(config).map_err(|error| ClusterError::Configuration(chain(&error)))?
        };
        Ok(Self { runtime, client, server, time_limit })
    }

    /// The address of the server.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Sends a request and waits for a good answer, again when the server asks for patience.
    ///
    /// # Errors
    /// [`ClusterError::Refused`] for every status that is not 2xx, [`ClusterError::Unreachable`] without one.
    pub(crate) fn send(&self, request: &Request<Vec<u8>>) -> Result<Answer, ClusterError> {
        let mut retries = 0;
        loop {
            let (head, body) = self.exchange(request)?;
            if head.status.is_success() {
                return Ok(Answer { body });
            }
            match pause(&head) {
                Some(pause) if retries < RETRIES => std::thread::sleep(pause),
                _ => {
                    let message = refusal(head.status, body.expose());
                    return Err(ClusterError::Refused { status: head.status, message });
                }
            }
            retries += 1;
        }
    }

    /// Sends a request once and returns whatever comes back.
    ///
    /// # Errors
    /// When nothing comes back in time.
    pub(super) fn exchange(&self, request: &Request<Vec<u8>>) -> Result<(Parts, Plaintext), ClusterError> {
        let unreachable =
            |problem: String| ClusterError::Unreachable { server: self.server.clone(), problem };
        let (parts, body) = request.clone().into_parts();
        let exchange = async {
            let response = self
                .client
                .send(Request::from_parts(parts, Body::from(body)))
                .await
                .map_err(|error| unreachable(transport_problem(&error)))?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, ANSWER_LIMIT).collect().await.map_err(|error| {
                ClusterError::Answer { server: self.server.clone(), problem: chain(error.as_ref()) }
            })?;
            Ok((head, Plaintext::from(Vec::from(body.to_bytes()))))
        };
        self.runtime.block_on(async {
            match self.time_limit {
                None => exchange.await,
                Some(limit) => tokio::time::timeout(limit, exchange)
                    .await
                    .map_err(|_| unreachable(format!("no answer within {} s", limit.as_secs_f64())))?,
            }
        })
    }
}

/// What went wrong below HTTP, without the names of the layers it went through.
fn transport_problem(error: &kube::Error) -> String {
    let text = match error {
        kube::Error::Service(cause) => chain(cause.as_ref()),
        other => chain(other),
    };
    text.trim_start_matches("client error (Connect): ").to_owned()
}

/// How long to wait before the request is sent again, when the server says that this helps.
fn pause(head: &Parts) -> Option<Duration> {
    let helps = head.status == StatusCode::TOO_MANY_REQUESTS || head.status.is_server_error();
    let seconds = head.headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    helps.then(|| Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// What an answer says about its status: the message of an API server's Status object, else the status alone. The
/// body of anything else may quote what was sent.
fn refusal(status: StatusCode, body: &[u8]) -> String {
    let status_object: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let message = status_object
        .as_ref()
        .filter(|object| object["kind"] == "Status")
        .and_then(|object| object["message"].as_str())
        .filter(|message| !message.is_empty());
    match message {
        Some(message) => message.to_owned(),
        None => format!("the server answered {status}"),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, ClusterError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| ClusterError::Configuration(crate::error::reason(&error)))
}

async fn target_config(target: Target) -> Result<Config, ClusterError> {
    let Target { mut cluster, mut user, namespace: _ } = target;
    let server = cluster.server.clone().unwrap_or_default();
    // As client-go: an address without a scheme is plain HTTP.
    let server = if server.contains("://") { server } else { format!("http://{server}") };
    if server.starts_with("http://") {
        // Credentials are never sent in the clear; impersonation is a request, not a credential.
        user = kube::config::AuthInfo {
            impersonate: user.impersonate,
            impersonate_uid: user.impersonate_uid,
            impersonate_groups: user.impersonate_groups,
            impersonate_user_extra: user.impersonate_user_extra,
            ..Default::default()
        };
    }
    if user.token.is_some() {
        user.token_file = None;
    }
    let own_proxy = cluster.proxy_url.clone().filter(|url| !url.is_empty());
    cluster.server = Some(server);
    let name = "chosen".to_owned();
    let context =
        kube::config::Context { cluster: name.clone(), user: Some(name.clone()), ..Default::default() };
    let kubeconfig = Kubeconfig {
        clusters: vec![NamedCluster { name: name.clone(), cluster: Some(cluster), ..Default::default() }],
        auth_infos: vec![NamedAuthInfo { name: name.clone(), auth_info: Some(user), ..Default::default() }],
        contexts: vec![NamedContext { name: name.clone(), context: Some(context), ..Default::default() }],
        current_context: Some(name),
        ..Default::default()
    };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(|error| ClusterError::Configuration(chain(&error)))?;
    if own_proxy.is_none() {
        config.proxy_url = proxy::for_target(&config.cluster_url, |name| std::env::var(name).ok());
    }
    Ok(config)
}

fn pod_config(settings: &ClientSettings) -> Result<Config, ClusterError> {
    let bad = |problem: String| ClusterError::Configuration(problem);
    let mut config = Config::incluster_env().map_err(|error| bad(chain(&error)))?;
    let overrides = settings.overrides();
    if !overrides.server.is_empty() {
        config.cluster_url = overrides.server.parse().map_err(|_| bad("--server is not a URL".to_owned()))?;
    }
    if !overrides.token.expose().is_empty() {
        config.auth_info.token = Some(overrides.token.expose().clone().into());
        config.auth_info.token_file = None;
    }
    if !overrides.certificate_authority.is_empty() {
        config.root_cert_file = Some(overrides.certificate_authority.clone().into());
    }
    Ok(config)
}

/// A request for `path`, which is already encoded.
///
/// # Errors
/// When the path is not one.
pub(crate) fn request(
    method: Method,
    path: &str,
    headers: &[(http::HeaderName, &str)],
    body: Vec<u8>,
) -> Result<Request<Vec<u8>>, ClusterError> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.body(body).map_err(|error| ClusterError::Configuration(chain(&error)))
}

/// One segment of a path.
pub(crate) fn encode_segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                encoded.push(byte.into())
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The value of an `Authorization` header for the user information of a URL.
pub(super) fn basic_authorization(user_information: &str) -> Option<(http::HeaderName, HeaderValue)> {
    use base64::Engine as _;
    let plain = crate::certificate::percent_decode(user_information)?;
    let plain = if plain.contains(':') { plain } else { format!("{plain}:") };
    let mut value =
        HeaderValue::from_str(&format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(plain)))
            .ok()?;
    value.set_sensitive(true);
    Some((AUTHORIZATION, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_segment_of_the_path() {
        assert_eq!(encode_segment("http:sealed-secrets:http"), "http:sealed-secrets:http");
        assert_eq!(encode_segment("../a?b#c%"), "..%2Fa%3Fb%23c%25");
    }

    #[test]
    fn a_refusal_quotes_nothing_but_a_status_object() {
        let status = StatusCode::FORBIDDEN;
        assert_eq!(refusal(status, b"canary"), "the server answered 403 Forbidden");
        assert_eq!(refusal(status, br#"{"kind":"Status","message":"no"}"#), "no");
        assert_eq!(
            refusal(status, br#"{"kind":"Secret","message":"canary"}"#),
            "the server answered 403 Forbidden"
        );
    }
}
