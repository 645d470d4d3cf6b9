//! Makes a Service of the cluster lead to a process on this machine.
//!
//! There is no kubelet, so nothing runs in the cluster; yet clients reach our controller through the API
//! server's service proxy. That proxy reads the Endpoints object (an EndpointSlice alone is not enough),
//! refuses loopback addresses, and wants each address to belong to a Pod whose status says the same. A
//! Pod that nobody runs will do.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, anyhow};
use k8s_openapi::api::core::v1::{Endpoints, Pod, Service};
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cluster::Cluster;

/// The address that is put on the loopback interface where that is permitted; a private one, which
/// leaves no open port on any network.
const EXTRA: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
/// From the range for documentation: only asked for the way there, nothing is sent.
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(198, 51, 100, 1), 9);

/// An address of this machine that the API server accepts: 10.99.0.1 on the loopback interface, else
/// the one that the machine uses on its network.
pub fn reachable_address() -> Result<IpAddr> {
    static FOUND: OnceLock<Option<IpAddr>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let can_bind = || TcpListener::bind((EXTRA, 0)).is_ok();
        if !can_bind() {
            let mut add = Command::new("ip");
            add.args(["address", "add", &format!("{EXTRA}/32"), "dev", "lo"]);
            // Not permitted, not there, or done by another test process meanwhile: only binding tells.
            let _ = add.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
        if can_bind() { Some(EXTRA.into()) } else { own_address() }
    });
    found.ok_or_else(|| anyhow!("this machine has no address but loopback ones, and none could be added"))
}

fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(ELSEWHERE).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// Makes the Service `name` lead to the given addresses, one per named port. `ports` are (name, port of
/// the Service, where to). A second call leads it elsewhere.
pub async fn expose(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    ports: &[(&str, u16, SocketAddr)],
) -> Result<()> {
    let client = cluster.admin().client()?;
    let (_, _, first) = ports.first().context("a service without ports leads nowhere")?;
    let service_ports: Vec<_> =
        ports.iter().map(|(port_name, port, _)| json!({"name": port_name, "port": port})).collect();
    let endpoint_ports: Vec<_> =
        ports.iter().map(|(port_name, _, to)| json!({"name": port_name, "port": to.port()})).collect();

    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"ports": service_ports},
    });
    apply(&Api::<Service>::namespaced(client.clone(), namespace), name, &service).await?;

    let pod_name = format!("{name}-outside");
    let pods = Api::<Pod>::namespaced(client.clone(), namespace);
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod_name},
        // The name of a scheduler that does not exist keeps real clusters from running it.
        "spec": {"schedulerName": "signet-none", "containers": [{"name": "outside", "image": "none"}]},
    });
    apply(&pods, &pod_name, &pod).await?;
    let status = json!({"status": {
        "phase": "Running", "podIP": first.ip(), "podIPs": [{"ip": first.ip()}],
        "conditions": [{"type": "Ready", "status": "True"}],
    }});
    pods.patch_status(&pod_name, &PatchParams::default(), &Patch::Merge(&status)).await?;

    let endpoints = json!({
        "apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": name},
        "subsets": [{
            "addresses": [{
                "ip": first.ip(),
                "targetRef": {"kind": "Pod", "name": pod_name, "namespace": namespace},
            }],
            "ports": endpoint_ports,
        }],
    });
    apply(&Api::<Endpoints>::namespaced(client, namespace), name, &endpoints).await
}

async fn apply<K>(api: &Api<K>, name: &str, object: &Value) -> Result<()>
where
    K: Clone + Serialize + DeserializeOwned + std::fmt::Debug,
{
    api.patch(name, &PatchParams::apply("signet-tests").force(), &Patch::Apply(object))
        .await
        .with_context(|| format!("failed to apply {} {name}", object["kind"]))?;
    Ok(())
}
