use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::ListParams;
use signet_tests::controller::Setup;
use signet_tests::{Cluster, Program, RecordingProxy, peers, scenario, service_proxy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const SOON: Duration = Duration::from_secs(60);

/// Answers everything with one text.
async fn answering(text: &'static str) -> Result<SocketAddr> {
    let listener = TcpListener::bind((service_proxy::reachable_address()?, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let length = text.len();
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Ok(address)
}

async fn ask(cluster: &Cluster, ns: &str) -> Result<String> {
    let path = format!("/api/v1/namespaces/{ns}/services/http:outside:http/proxy/v1/anything");
    let request = http::Request::get(path).body(Vec::new())?;
    Ok(cluster.admin().client()?.request_text(request).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_leads_to_a_server_on_this_machine_and_can_be_led_elsewhere() {
    scenario(async |s| {
        let ns = s.namespace().await?;
        let (first, second) = (answering("first").await?, answering("second").await?);
        service_proxy::expose(s.cluster(), &ns, "outside", &[("http", 8080, first)]).await?;
        assert_eq!(ask(s.cluster(), &ns).await?, "first");
        service_proxy::expose(s.cluster(), &ns, "outside", &[("http", 8080, second)]).await?;
        signet_tests::eventually("the service to lead elsewhere", SOON, async || {
            Ok((ask(s.cluster(), &ns).await? == "second").then_some(()))
        })
        .await
    })
    .await;
}

/// The whole recipe at once: the real controller in its in-cluster configuration, with the rights of a
/// released installation, behind a recording proxy; and the real kubeseal, which reaches it through the
/// API server.
#[tokio::test(flavor = "multi_thread")]
async fn the_real_kubeseal_fetches_the_certificate_of_the_real_controller() {
    scenario(async |s| {
        let kubeseal = s.peer(&peers::KUBESEAL).await?;
        let ns = s.namespace().await?;
        let proxy = RecordingProxy::start(s.cluster()).await?;
        let upstream = Setup::upstream(s.cluster(), &ns).through(&proxy).flags(&["--key-size=2048"]);
        let upstream = upstream.start().await?;

        let fetched = Program::new(kubeseal)
            .args(["--fetch-cert", "--controller-namespace", &ns, "--kubeconfig"])
            .arg(s.cluster().admin().kubeconfig()?)
            .output(SOON)
            .await?
            .success()?;
        let served = signet_tests::http::get(&format!("http://{}/v1/cert.pem", upstream.http)).await?;
        assert_eq!(fetched.text(), served.text());
        assert!(fetched.text().starts_with("-----BEGIN CERTIFICATE-----"));

        let labelled = ListParams::default().labels("sealedsecrets.bitnami.com/sealed-secrets-key=active");
        let keys = Api::<Secret>::namespaced(s.client()?, &ns).list(&labelled).await?;
        let key = keys.items.first().context("the controller wrote its key")?;
        let stored = key.data.as_ref().and_then(|data| data.get("tls.crt")).context("no certificate")?;
        assert_eq!(fetched.stdout, stored.0);
        assert!(proxy.counts().contains_key("watch sealedsecrets"), "{:?}", proxy.counts());
        Ok(())
    })
    .await;
}
