//! A running API server: one that the tests of a process share, or private ones.

pub mod audit;
mod launch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use tokio::sync::OnceCell;

use crate::access::Access;
use crate::availability::Missing;
use crate::control_plane::{self, Programs};
use crate::process::{self, Program};
use crate::scratch::Scratch;
use crate::tls::Authority;
use crate::{checkout, eventually};
use audit::Audit;
use launch::Launched;

/// The kubeconfig of an existing cluster to use instead of starting one.
pub const EXISTING: &str = "SIGNET_TEST_KUBECONFIG";

const READY: Duration = Duration::from_secs(60);
const KUBECTL: Duration = Duration::from_secs(60);
/// Long enough that no token expires while a person uses `cargo xtask control-plane`.
const TOKEN_SECONDS: i64 = 24 * 60 * 60;

/// An API server with etcd behind it and a controller manager beside it.
#[derive(Debug)]
pub struct Cluster {
    files: Arc<Scratch>,
    authority: Authority,
    admin: Access,
    identities: Vec<(String, String)>,
    kubectl: PathBuf,
    source: String,
    /// None when the cluster existed before.
    launched: Option<Launched>,
}

/// What a private cluster is to have.
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder {
    identities: Vec<Identity>,
    crds: bool,
}

/// A test user with a fixed token.
#[derive(Debug, Clone)]
struct Identity {
    user: String,
    groups: Vec<String>,
    token: String,
}

impl Builder {
    /// Adds a user, who can be granted rights under that name. Service accounts need no restart: see
    /// [`Cluster::service_account`].
    pub fn identity(mut self, user: &str, groups: &[&str]) -> Self {
        self.identities.push(Identity {
            user: user.to_owned(),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
            token: random_token(),
        });
        self
    }

    /// Leaves out our own resource definitions.
    pub fn without_crds(mut self) -> Self {
        self.crds = false;
        self
    }

    /// Starts it: about three seconds.
    pub async fn start(self) -> Result<Cluster> {
        let programs = tokio::task::spawn_blocking(control_plane::find).await??;
        let cluster = Cluster::launch(&programs, &self.identities).await?;
        if self.crds {
            cluster.install_crds().await?;
        }
        // The garbage collector looks for new kinds only every 30 s, so it comes after the definitions.
        if let Some(launched) = &cluster.launched {
            launched.start_controller_manager(&programs, &cluster.admin)?;
        }
        Ok(cluster)
    }
}

impl Cluster {
    /// A private cluster with other things than the usual.
    pub fn builder() -> Builder {
        Builder { identities: Vec::new(), crds: true }
    }

    /// A private cluster: for tests that stop the API server or count what everybody does.
    pub async fn start() -> Result<Self> {
        Self::builder().start().await
    }

    /// The cluster that the tests of this process share, with our resource definitions. It is started by
    /// whoever asks first.
    pub async fn shared() -> Result<&'static Self> {
        static SHARED: OnceCell<Result<Cluster>> = OnceCell::const_new();
        let shared = SHARED
            .get_or_init(async || match std::env::var_os(EXISTING).filter(|path| !path.is_empty()) {
                Some(kubeconfig) => Self::existing(Path::new(&kubeconfig)).await,
                None => Self::start().await,
            })
            .await;
        // What failed once is not tried again by each test; the cause stays the same for all.
        shared.as_ref().map_err(|error| match error.downcast_ref::<Missing>() {
            Some(missing) => missing.clone().into(),
            None => anyhow!("the shared cluster did not start: {error:#}"),
        })
    }

    async fn launch(programs: &Programs, identities: &[Identity]) -> Result<Self> {
        let files = Arc::new(Scratch::new("cluster")?);
        let authority = Authority::new()?;
        let admin = Identity {
            user: "signet-admin".into(),
            groups: vec!["system:masters".into()],
            token: random_token(),
        };
        let known: Vec<_> = std::iter::once(admin.clone()).chain(identities.iter().cloned()).collect();
        let launched = Launched::start(programs, files.path(), &authority, &known)?;
        let admin =
            Access::new(&launched.url(), &authority.certificate_pem(), &admin.token, Arc::clone(&files));
        let cluster = Self {
            admin,
            authority,
            identities: identities.iter().map(|one| (one.user.clone(), one.token.clone())).collect(),
            kubectl: programs.kubectl.clone(),
            source: programs.source.clone(),
            launched: Some(launched),
            files,
        };
        cluster.ready().await?;
        Ok(cluster)
    }

    /// Uses a cluster that is there already, with a token of an administrator made for this run.
    async fn existing(kubeconfig: &Path) -> Result<Self> {
        crate::tls::install_provider();
        let files = Arc::new(Scratch::new("cluster")?);
        let read = kube::config::Kubeconfig::read_from(kubeconfig)?;
        let config = kube::Config::from_custom_kubeconfig(read, &Default::default()).await?;
        let url = config.cluster_url.to_string();
        let roots = config.root_cert.clone().unwrap_or_default();
        let ca_pem: String = roots.iter().map(|der| launch::certificate_pem(der)).collect();
        let client = kube::Client::try_from(config)?;
        let token = launch::administrator_token(&client).await.context("failed to get a token")?;
        let cluster = Self {
            admin: Access::new(url.trim_end_matches('/'), &ca_pem, &token, Arc::clone(&files)),
            authority: Authority::new()?,
            identities: Vec::new(),
            kubectl: process::on_path("kubectl").context("kubectl is not on PATH")?,
            source: format!("{EXISTING}={}", kubeconfig.display()),
            launched: None,
            files,
        };
        cluster.install_crds().await?;
        Ok(cluster)
    }

    /// Where the cluster came from, for people.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The administrator.
    pub fn admin(&self) -> &Access {
        &self.admin
    }

    /// A user that was given to the [`Builder`].
    pub fn identity(&self, user: &str) -> Option<Access> {
        let (_, token) = self.identities.iter().find(|(name, _)| name == user)?;
        Some(self.admin.with_token(token))
    }

    /// A service account with a token, made if it is not there. It has no rights until it is given some.
    pub async fn service_account(&self, namespace: &str, name: &str) -> Result<Access> {
        let accounts = Api::<ServiceAccount>::namespaced(self.admin.client()?, namespace);
        let account = ServiceAccount {
            metadata: ObjectMeta { name: Some(name.into()), ..ObjectMeta::default() },
            ..ServiceAccount::default()
        };
        launch::create_if_absent(&accounts, &account).await?;
        let token = launch::token_of(&accounts, name, TOKEN_SECONDS).await?;
        Ok(self.admin.with_token(&token).in_namespace(namespace))
    }

    /// The kubectl that belongs to this cluster.
    pub fn kubectl(&self) -> &Path {
        &self.kubectl
    }

    /// Server-side apply of YAML documents, as an administrator.
    pub async fn apply(&self, yaml: &str) -> Result<()> {
        let arguments = ["apply", "--server-side", "--force-conflicts", "--validate=false", "--filename=-"];
        let kubectl = Program::new(&self.kubectl).args(arguments).stdin(yaml);
        let kubectl = kubectl.arg("--kubeconfig").arg(self.admin.kubeconfig()?);
        kubectl.output(KUBECTL).await?.success().context("failed to apply manifests")?;
        Ok(())
    }

    /// Creates a namespace if it is not there.
    pub async fn create_namespace(&self, name: &str) -> Result<()> {
        let namespace = Namespace {
            metadata: ObjectMeta { name: Some(name.into()), ..ObjectMeta::default() },
            ..Namespace::default()
        };
        launch::create_if_absent(&Api::all(self.admin.client()?), &namespace).await
    }

    /// Installs our generated resource definitions and waits until they can be used.
    pub async fn install_crds(&self) -> Result<()> {
        let directory = checkout().join("crds").join("yaml");
        let mut files: Vec<_> = std::fs::read_dir(&directory)
            .with_context(|| format!("no generated definitions in {}", directory.display()))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        files.sort();
        ensure!(!files.is_empty(), "no generated definitions in {}", directory.display());
        let mut yaml = String::new();
        for file in &files {
            yaml.push_str("---\n");
            yaml.push_str(&std::fs::read_to_string(file)?);
        }
        self.apply(&yaml).await?;
        let definitions = Api::<CustomResourceDefinition>::all(self.admin.client()?);
        for file in &files {
            // A file is named after its definition.
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            eventually(&format!("{name} to be established"), READY, async || {
                let definition = definitions.get(&name).await?;
                Ok(launch::is_established(&definition).then_some(()))
            })
            .await?;
        }
        Ok(())
    }

    /// The requests that the API server got. Only for clusters that the harness started.
    pub fn audit(&self) -> Result<Audit> {
        Ok(Audit::new(self.launched()?.audit_log(), self.admin.clone()))
    }

    /// Kills the API server, in the middle of whatever it does.
    pub fn stop_api_server(&self) -> Result<()> {
        self.launched()?.stop_api_server()
    }

    /// Starts the API server again, on the same port and data, and waits until it is ready.
    pub async fn start_api_server(&self) -> Result<()> {
        self.launched()?.start_api_server()?;
        self.ready().await
    }

    /// An outage as short as can be.
    pub async fn restart_api_server(&self) -> Result<()> {
        self.stop_api_server()?;
        self.start_api_server().await
    }

    /// The processes that a benchmark may want to measure: (name, process id).
    pub fn processes(&self) -> Vec<(&'static str, u32)> {
        self.launched.as_ref().map(Launched::processes).unwrap_or_default()
    }

    /// Fails when a process of the cluster ended that was not stopped.
    pub fn check(&self) -> Result<()> {
        self.launched.as_ref().map_or(Ok(()), Launched::check)
    }

    /// Whether the harness started it: else there is no audit log and no restart.
    pub fn is_ours(&self) -> bool {
        self.launched.is_some()
    }

    /// For servers that clients of this cluster are to trust.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// For files that live as long as the cluster.
    pub fn data_dir(&self) -> &Path {
        self.files.path()
    }

    fn launched(&self) -> Result<&Launched> {
        let missing = || Missing {
            what: "a cluster that the harness started".into(),
            hint: format!("{EXISTING} names another"),
        };
        Ok(self.launched.as_ref().ok_or_else(missing)?)
    }

    async fn ready(&self) -> Result<()> {
        let client = self.admin.client()?;
        eventually("the API server to be ready", READY, async || {
            // Waiting is of no use for a process that ended.
            if let Err(ended) = self.check() {
                return Ok(Some(Err(ended)));
            }
            client.request_text(http::Request::get("/readyz").body(Vec::new())?).await?;
            Ok(Some(Ok(())))
        })
        .await?
    }
}

fn random_token() -> String {
    let mut bytes = [0u8; 16];
    // Fails only when the system has no randomness, and then there is no TLS either.
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The token of a service account, by TokenRequest.
fn token_request(seconds: i64) -> TokenRequest {
    TokenRequest {
        spec: Some(TokenRequestSpec { expiration_seconds: Some(seconds), ..TokenRequestSpec::default() }),
        ..TokenRequest::default()
    }
}

fn post_params() -> PostParams {
    PostParams { field_manager: Some("signet-tests".into()), ..PostParams::default() }
}
