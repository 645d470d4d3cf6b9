//! The real sealed-secrets controller, running against a test cluster as it does in a pod.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use super::SEALED_SECRETS_CONTROLLER;
use crate::access::Access;
use crate::cluster::Cluster;
use crate::ports::free_port;
use crate::process::{Process, Program};
use crate::proxy::RecordingProxy;
use crate::service_proxy;

/// The name under which kubeseal looks for the controller, unless told otherwise.
pub const SERVICE: &str = "sealed-secrets-controller";
/// The namespace in which kubeseal looks for it, unless told otherwise.
pub const NAMESPACE: &str = "kube-system";

/// A 4096-bit key is generated first: seconds, on a busy machine many.
const READY: Duration = Duration::from_secs(120);

/// The rights of a released installation, to the letter: a drop-in controller gets no others.
const RBAC: &str = include_str!("sealed_secrets_rbac.yaml");

/// A running controller of upstream.
#[derive(Debug)]
pub struct Upstream {
    /// The process.
    pub process: Process,
    /// The address of its HTTP API, also reachable as the Service [`SERVICE`].
    pub http: SocketAddr,
    /// The address of its metrics.
    pub metrics: SocketAddr,
}

/// How to start a controller of upstream.
#[derive(Debug)]
#[must_use]
pub struct Setup<'a> {
    cluster: &'a Cluster,
    namespace: &'a str,
    proxy: Option<&'a RecordingProxy>,
    flags: Vec<String>,
}

impl<'a> Setup<'a> {
    /// In this namespace, which must exist.
    pub fn new(cluster: &'a Cluster, namespace: &'a str) -> Self {
        Self { cluster, namespace, proxy: None, flags: Vec::new() }
    }

    /// With its requests going through a proxy.
    pub fn through(mut self, proxy: &'a RecordingProxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// With further flags.
    pub fn flags(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|&flag| flag.to_owned()));
        self
    }

    /// Starts it and waits until it answers. It knows only the in-cluster configuration.
    pub async fn start(self) -> Result<Upstream> {
        let program = tokio::task::spawn_blocking(|| SEALED_SECRETS_CONTROLLER.find()).await??;
        let access = account(self.cluster, self.namespace).await?;
        let access = self.proxy.map_or_else(|| access.clone(), |proxy| access.through(proxy));
        let address = service_proxy::reachable_address()?;
        let http = SocketAddr::new(address, free_port()?);
        let metrics = SocketAddr::new(address, free_port()?);
        let process = Program::new(program)
            .named("upstream controller")
            .arg(format!("--listen-addr={http}"))
            .arg(format!("--listen-metrics-addr={metrics}"))
            .args(self.flags)
            .in_cluster(&access)?
            .start()?;
        process.responds(&format!("http://{http}/healthz"), READY).await?;
        service_proxy::expose(self.cluster, self.namespace, SERVICE, &[("http", 8080, http)]).await?;
        Ok(Upstream { process, http, metrics })
    }
}

/// The service account of a released installation in this namespace, with exactly its rights.
pub async fn account(cluster: &Cluster, namespace: &str) -> Result<Access> {
    cluster.apply(&RBAC.replace("NAMESPACE", namespace)).await?;
    cluster.service_account(namespace, SERVICE).await
}
