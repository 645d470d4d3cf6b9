//! What the cluster looked like when a test failed: names, sizes and conditions, never values.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::Result;
use k8s_openapi::api::core::v1::{Event, Secret};
use kube::api::{DynamicObject, ListParams, ObjectMeta};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client};

use super::Scenario;
use crate::cluster::Cluster;
use crate::progress::tail;

/// Our own kinds, as far as they have a status worth printing.
const KINDS: [(&str, &str, &str); 1] = [("bitnami.com", "v1alpha1", "SealedSecret")];

pub(super) async fn print(scenario: &Scenario) {
    let mut text = format!("---- state at the failure of {} ----\n", scenario.name());
    if let Some(Err(ended)) = scenario.cluster.map(Cluster::check) {
        text += &format!("{ended:#}\n");
    }
    for process in scenario.processes() {
        let state = if process.running() { "running" } else { "ended" };
        text +=
            &format!("process {} ({}, {state}):\n{}\n", process.name(), process.pid(), tail(&process.log()));
    }
    for namespace in scenario.namespaces() {
        // A cluster that does not answer must not hide why the test failed.
        match scenario.client() {
            Ok(client) => match of_namespace(client, &namespace).await {
                Ok(state) => text += &state,
                Err(error) => text += &format!("namespace {namespace}: {error:#}\n"),
            },
            Err(error) => text += &format!("namespace {namespace}: {error:#}\n"),
        }
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}

async fn of_namespace(client: Client, namespace: &str) -> Result<String> {
    let everything = ListParams::default();
    let mut text = format!("namespace {namespace}:\n");
    for (group, version, kind) in KINDS {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let objects = Api::<DynamicObject>::namespaced_with(client.clone(), namespace, &resource);
        for object in objects.list(&everything).await? {
            let status = &object.data["status"];
            writeln!(text, "  {kind} {}: status {status}", identity(&object.metadata))?;
        }
    }
    for secret in Api::<Secret>::namespaced(client.clone(), namespace).list(&everything).await? {
        let sizes: Vec<_> =
            secret.data.iter().flatten().map(|(key, v)| format!("{key}={} B", v.0.len())).collect();
        let kind = secret.type_.as_deref().unwrap_or_default();
        writeln!(text, "  Secret {}: type {kind}, {}", identity(&secret.metadata), sizes.join(" "))?;
    }
    for event in Api::<Event>::namespaced(client, namespace).list(&everything).await? {
        let about = event.involved_object.name.as_deref().unwrap_or_default();
        let (reason, message) = (event.reason.unwrap_or_default(), event.message.unwrap_or_default());
        writeln!(text, "  Event on {about}: {reason}: {message}")?;
    }
    Ok(text)
}

/// Enough to see what an object is and whose.
fn identity(metadata: &ObjectMeta) -> String {
    let owners: Vec<_> =
        metadata.owner_references.iter().flatten().map(|owner| owner.name.as_str()).collect();
    let labels: Vec<_> = metadata.labels.iter().flatten().map(|(k, v)| format!("{k}={v}")).collect();
    format!(
        "{} (uid {}, generation {:?}, labels [{}], owners [{}])",
        metadata.name.as_deref().unwrap_or_default(),
        metadata.uid.as_deref().unwrap_or_default(),
        metadata.generation,
        labels.join(" "),
        owners.join(" "),
    )
}
