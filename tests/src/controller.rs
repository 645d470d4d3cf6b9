//! A controller, ours or that of sealed-secrets, running against a test cluster as it does in a pod.
//!
//! Both are started the same way, since ours takes the other's place: the in-cluster configuration, the
//! service account of a released installation, the Service that kubeseal looks for.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use crate::access::Access;
use crate::cluster::Cluster;
use crate::peers::SEALED_SECRETS_CONTROLLER;
use crate::ports::free_port;
use crate::process::{Process, Program};
use crate::proxy::RecordingProxy;
use crate::service_proxy;

/// The name under which kubeseal looks for the controller, unless told otherwise; its service account is
/// called the same.
pub const SERVICE: &str = "sealed-secrets-controller";
/// The namespace in which kubeseal looks for it, unless told otherwise.
pub const NAMESPACE: &str = "kube-system";

/// A 4096-bit key is generated first: seconds, on a busy machine many.
const READY: Duration = Duration::from_secs(120);

const UPSTREAM_RBAC: &str = include_str!("controller/upstream_rbac.yaml");
const LEASES_RBAC: &str = include_str!("controller/leases_rbac.yaml");

/// What the service account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// What a released installation of sealed-secrets grants, to the letter: a drop-in gets no more.
    Upstream,
    /// That and leases, as our chart grants.
    WithLeases,
}

/// A running controller. It ends when dropped.
#[derive(Debug)]
pub struct Controller {
    /// The process.
    pub process: Process,
    /// The address of its HTTP API, also reachable as the Service [`SERVICE`].
    pub http: SocketAddr,
    /// The address of its metrics.
    pub metrics: SocketAddr,
}

/// How to start a controller.
#[derive(Debug)]
#[must_use]
pub struct Setup<'a> {
    cluster: &'a Cluster,
    namespace: &'a str,
    /// None for the real one.
    program: Option<Program>,
    rights: Rights,
    proxy: Option<&'a RecordingProxy>,
    name: &'a str,
    flags: Vec<String>,
}

impl<'a> Setup<'a> {
    /// The real controller in this namespace, which must exist.
    pub fn upstream(cluster: &'a Cluster, namespace: &'a str) -> Self {
        Self {
            cluster,
            namespace,
            program: None,
            rights: Rights::Upstream,
            proxy: None,
            name: "upstream controller",
            flags: Vec::new(),
        }
    }

    /// Our controller in this namespace, which must exist; with the rights that our chart grants.
    pub fn ours(cluster: &'a Cluster, namespace: &'a str) -> Result<Self> {
        let program = Some(Program::ours("signet-controller")?);
        let base = Self::upstream(cluster, namespace);
        Ok(Self { program, rights: Rights::WithLeases, name: "our controller", ..base })
    }

    /// With other rights. Rights are never taken away again from a namespace.
    pub fn rights(mut self, rights: Rights) -> Self {
        self.rights = rights;
        self
    }

    /// With its requests going through a proxy.
    pub fn through(mut self, proxy: &'a RecordingProxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// With another name for its log.
    pub fn named(mut self, name: &'a str) -> Self {
        self.name = name;
        self
    }

    /// With further flags.
    pub fn flags(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|&flag| flag.to_owned()));
        self
    }

    /// Starts it, waits until it serves a certificate, and leads the Service to it.
    pub async fn start(self) -> Result<Controller> {
        let (cluster, namespace) = (self.cluster, self.namespace);
        let controller = self.launch().await?;
        let Controller { process, http, .. } = &controller;
        process.responds(&format!("http://{http}/v1/cert.pem"), READY).await?;
        service_proxy::expose(cluster, namespace, SERVICE, &[("http", 8080, *http)]).await?;
        Ok(controller)
    }

    /// Starts it and waits for nothing.
    pub async fn launch(self) -> Result<Controller> {
        let program = match self.program {
            Some(program) => program,
            None => Program::new(tokio::task::spawn_blocking(|| SEALED_SECRETS_CONTROLLER.find()).await??),
        };
        let access = account(self.cluster, self.namespace, self.rights).await?;
        let access = self.proxy.map_or_else(|| access.clone(), |proxy| access.through(proxy));
        let address = service_proxy::reachable_address()?;
        let http = SocketAddr::new(address, free_port()?);
        let metrics = SocketAddr::new(address, free_port()?);
        let process = program
            .named(self.name)
            .arg(format!("--listen-addr={http}"))
            .arg(format!("--listen-metrics-addr={metrics}"))
            .args(self.flags)
            .in_cluster(&access)?
            .start()?;
        Ok(Controller { process, http, metrics })
    }
}

impl Controller {
    /// The value of a metric, summed over its labels; 0 while there is none.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let reply = crate::http::get(&format!("http://{}/metrics", self.metrics)).await?;
        Ok(sum_of(name, &reply.text()))
    }
}

/// Sums the samples of one name in the text format of Prometheus.
fn sum_of(name: &str, text: &str) -> f64 {
    let value = |line: &str| {
        let rest = line.strip_prefix(name)?;
        let rest = match rest.strip_prefix('{') {
            Some(labels) => labels.rsplit_once('}')?.1,
            None => rest,
        };
        rest.strip_prefix(' ')?.trim().split(' ').next()?.parse::<f64>().ok()
    };
    text.lines().filter_map(value).sum()
}

/// The service account of an installation in this namespace, with exactly these rights.
pub async fn account(cluster: &Cluster, namespace: &str, rights: Rights) -> Result<Access> {
    let mut yaml = UPSTREAM_RBAC.to_owned();
    if rights == Rights::WithLeases {
        yaml.push_str("---\n");
        yaml.push_str(LEASES_RBAC);
    }
    cluster.apply(&yaml.replace("NAMESPACE", namespace)).await?;
    cluster.service_account(namespace, SERVICE).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_summed_over_its_labels_and_not_mixed_with_longer_names() {
        let text = "# HELP ops Operations\n\
            ops_total{kind=\"a b\"} 2\n\
            ops_total{kind=\"}\"} 3.5\n\
            ops_total_more 100\n\
            plain 7\n";
        assert_eq!(sum_of("ops_total", text), 5.5);
        assert_eq!(sum_of("plain", text), 7.0);
        assert_eq!(sum_of("absent", text), 0.0);
    }
}
