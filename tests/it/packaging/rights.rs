//! Rights: each rule says which code needs it, and what is given is enough for the controller to work.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Event, Secret};
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde_json::json;
use signet_crds::bitnami::{ConditionStatus, SealedSecret};
use signet_tests::ports::free_port;
use signet_tests::{
    Process, Program, RecordingProxy, Scenario, checkout, eventually, scenario, scenario_without_cluster,
    service_proxy,
};

use super::chart::Chart;

const SOON: Duration = Duration::from_secs(60);

/// A value set in which every template with rules is rendered.
const ALL_RULES: [&str; 2] =
    ["additionalNamespaces: [one]", "{rbac: {namespacedRoles: true}, additionalNamespaces: [one]}"];

#[tokio::test]
async fn every_rule_names_the_code_that_needs_it() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        for values in ALL_RULES {
            let text = chart.text(values).await?;
            let lines: Vec<&str> = text.lines().collect();
            let rules =
                lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("- apiGroups:"));
            for (at, rule) in rules {
                let comment: Vec<&str> = lines[..at]
                    .iter()
                    .rev()
                    .map(|line| line.trim_start())
                    .take_while(|line| line.starts_with('#'))
                    .collect();
                // The second rule of a pair shares the comment of the first.
                let shared = lines[..at].iter().rev().find(|line| line.trim_start().starts_with('#'));
                let comment =
                    if comment.is_empty() { shared.copied().into_iter().collect() } else { comment };
                assert!(!comment.is_empty(), "no comment above line {at}: {rule}");
            }
            for path in sources(&text) {
                assert!(checkout().join(&path).is_file(), "a comment names {path}, which is not there");
            }
            assert!(sources(&text).count() >= 5, "comments name source files");
        }
        Ok(())
    })
    .await;
}

/// The source files that comments name.
fn sources(text: &str) -> impl Iterator<Item = String> {
    text.lines()
        .filter(|line| line.trim_start().starts_with('#'))
        .flat_map(str::split_whitespace)
        .map(|word| word.trim_end_matches([':', ',', ';', '.', ')']).trim_start_matches('('))
        .filter(|word| word.starts_with("controller/src/") && word.ends_with(".rs"))
        .map(str::to_owned)
}

/// A controller that has exactly the rights of the chart, and runs with its arguments.
struct Installed {
    process: Arc<Process>,
    proxy: RecordingProxy,
    metrics: SocketAddr,
    own: String,
}

impl Installed {
    async fn start(s: &Scenario, own: &str, values: &str) -> Result<Self> {
        // The cluster is shared, and the chart cuts long names.
        let name = format!("release-{}", own.rsplit('-').next().unwrap_or(own));
        let values = format!("{values}\nnamespace: {own}\nfullnameOverride: {name}\n");
        let objects = Chart::ours(s).await?.render(&values).await?;
        for ((kind, ..), object) in &objects.0 {
            if kind.contains("Role") || kind == "ServiceAccount" {
                s.cluster().apply(&object.to_string()).await?;
            }
        }
        let proxy = s.proxy().await?;
        let access = s.cluster().service_account(own, &name).await?.through(&proxy);
        let address = service_proxy::reachable_address()?;
        let (http, metrics) =
            (SocketAddr::new(address, free_port()?), SocketAddr::new(address, free_port()?));
        let args: Vec<String> = objects.args().into_iter().map(str::to_owned).collect();
        let program = Program::ours("signet-controller")?
            .args(args)
            // The last one of two counts. The ports of the chart are free in a pod only.
            .arg(format!("--listen-addr={http}"))
            .arg(format!("--listen-metrics-addr={metrics}"))
            .arg("--key-size=2048")
            .in_cluster(&access)?;
        let process = s.start(program)?;
        process.responds(&format!("http://{http}/readyz"), SOON).await?;
        process.responds(&format!("http://{http}/v1/cert.pem"), SOON).await?;
        Ok(Self { process, proxy, metrics, own: own.to_owned() })
    }

    /// Creates, changes and deletes in `namespace` until each kind of request was made.
    async fn works_in(&self, s: &Scenario, namespace: &str) -> Result<()> {
        let sealed = Api::<SealedSecret>::namespaced(s.client()?, namespace);
        let secrets = Api::<Secret>::namespaced(s.client()?, namespace);
        let write = PatchParams::apply("test").force();
        let object = |label: &str| {
            Patch::Apply(json!({
                "apiVersion": "bitnami.com/v1alpha1",
                "kind": "SealedSecret",
                "metadata": { "name": "x" },
                "spec": { "encryptedData": {}, "template": { "metadata": { "labels": { "l": label } } } },
            }))
        };
        let labelled = async |label: &str| {
            let secret = secrets.get_opt("x").await?;
            let found = secret.and_then(|secret| secret.metadata.labels?.remove("l"));
            Ok((found.as_deref() == Some(label)).then_some(()))
        };
        sealed.patch("x", &write, &object("one")).await?;
        eventually("the secret to be created", SOON, async || labelled("one").await).await?;
        sealed.patch("x", &write, &object("two")).await?;
        eventually("the secret to be changed", SOON, async || labelled("two").await).await?;
        let foreign =
            Patch::Apply(json!({ "apiVersion": "v1", "kind": "Secret", "data": { "foreign": "" } }));
        secrets.patch("x", &write, &foreign).await?;
        eventually("the foreign entry to go", SOON, async || {
            Ok(secrets.get("x").await?.data.is_none_or(|data| data.is_empty()).then_some(()))
        })
        .await?;
        secrets.delete("x", &DeleteParams::default()).await?;
        eventually("the secret to come back", SOON, async || labelled("two").await).await?;
        eventually("the status to be written", SOON, async || {
            let status = sealed.get("x").await?.status.unwrap_or_default();
            let synced =
                status.conditions.first().is_some_and(|synced| synced.status == ConditionStatus::True);
            Ok((synced && status.observed_generation == Some(2)).then_some(()))
        })
        .await?;
        eventually("an event", SOON, async || {
            let events =
                Api::<Event>::namespaced(s.client()?, namespace).list(&ListParams::default()).await?;
            Ok(events
                .items
                .iter()
                .any(|event| event.involved_object.name.as_deref() == Some("x"))
                .then_some(()))
        })
        .await
    }

    /// It holds the lease, and was never told that it may not do something.
    async fn had_all_rights(&self, s: &Scenario) -> Result<()> {
        let leases = Api::<Lease>::namespaced(s.client()?, &self.own).list(&ListParams::default()).await?;
        let [lease] = leases.items.as_slice() else { anyhow::bail!("not one lease: {leases:?}") };
        ensure!(lease.metadata.name.as_deref() == Some("sealed-secrets-controller"), "{lease:?}");
        let metrics = signet_tests::http::get(&format!("http://{}/metrics", self.metrics)).await?.text();
        ensure!(metrics.contains("signet_leader 1"), "it does not lead:\n{metrics}");
        let refused: BTreeSet<String> = self
            .proxy
            .requests()
            .iter()
            .filter(|request| request.status == Some(403))
            .map(|request| format!("{} in {:?}", request.summary(), request.namespace))
            .collect();
        ensure!(refused.is_empty(), "refused: {refused:?}");
        self.process.terminate()?;
        let status = self.process.wait(SOON).await.context("it does not end")?;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }
}

#[tokio::test]
async fn the_rights_of_the_chart_are_enough_in_the_whole_cluster() {
    scenario(async |s| {
        let (own, other) = (s.namespace().await?, s.namespace().await?);
        let controller =
            Installed::start(s, &own, &format!("rbac: {{clusterRoleName: {own}-unsealer}}")).await?;
        controller.works_in(s, &other).await?;
        controller.had_all_rights(s).await
    })
    .await;
}

#[tokio::test]
async fn roles_in_namespaces_are_enough_in_those_and_in_the_own_one() {
    scenario(async |s| {
        let (own, other) = (s.namespace().await?, s.namespace().await?);
        let values = format!("rbac: {{namespacedRoles: true}}\nadditionalNamespaces: [{other}]");
        let controller = Installed::start(s, &own, &values).await?;
        controller.works_in(s, &other).await?;
        controller.works_in(s, &own).await?;
        controller.had_all_rights(s).await
    })
    .await;
}
