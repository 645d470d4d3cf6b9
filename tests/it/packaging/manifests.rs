//! The manifests that are rendered from the chart and committed.

use std::fs;

use anyhow::Result;
use serde_json::json;
use signet_tests::{Program, checkout, scenario};

use super::chart::{Objects, SOON};

fn manifest(name: &str) -> Result<String> {
    Ok(fs::read_to_string(checkout().join("deploy/manifests").join(name))?)
}

/// Names and selectors, which cannot change on an existing Deployment, are those of the manifest that
/// sealed-secrets publishes.
#[test]
fn the_manifest_replaces_an_installation_of_the_sealed_secrets_manifest_in_place() -> Result<()> {
    let objects = Objects::read(&manifest("controller.yaml")?)?;
    let (namespace, name) = ("kube-system", "sealed-secrets-controller");
    let deployment = objects.get("Deployment", namespace, name);
    let selector = json!({ "name": name });
    assert_eq!(deployment["spec"]["selector"]["matchLabels"], selector);
    assert_eq!(deployment["spec"]["template"]["metadata"]["labels"], selector);
    assert_eq!(deployment["spec"]["template"]["spec"]["serviceAccountName"], name);
    assert_eq!(objects.container()["command"], json!(["controller"]));
    for (service, port) in [(name.to_owned(), 8080), (format!("{name}-metrics"), 8081)] {
        let service = objects.get("Service", namespace, &service);
        assert_eq!(service["spec"]["selector"], selector);
        assert_eq!(service["spec"]["ports"][0]["port"], port);
    }
    objects.get("CustomResourceDefinition", "", "sealedsecrets.bitnami.com");
    objects.get("ServiceAccount", namespace, name);
    objects.get("ClusterRole", "", "secrets-unsealer");
    objects.get("ClusterRoleBinding", "", name);
    objects.get("Role", namespace, "sealed-secrets-key-admin");
    objects.get("Role", namespace, "sealed-secrets-service-proxier");
    Ok(())
}

#[test]
fn the_manifest_without_rights_gives_none() -> Result<()> {
    let objects = Objects::read(&manifest("controller-norbac.yaml")?)?;
    assert!(objects.permissions().is_empty());
    assert!(objects.0.keys().all(|(kind, ..)| !kind.contains("Role") && kind != "ServiceAccount"));
    assert!(objects.has("Deployment", "sealed-secrets-controller"));
    Ok(())
}

/// A dry run: the server checks every object as if it were stored, and stores nothing.
#[tokio::test]
async fn the_api_server_accepts_the_manifests_as_they_are() {
    scenario(async |s| {
        for name in ["controller.yaml", "controller-norbac.yaml"] {
            let arguments =
                ["apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename=-"];
            let kubectl = Program::new(s.cluster().kubectl()).args(arguments).stdin(manifest(name)?);
            let kubectl =
                kubectl.arg("--kubeconfig").arg(s.cluster().admin().kubeconfig()?).arg("--force-conflicts");
            kubectl.output(SOON).await?.success()?;
        }
        Ok(())
    })
    .await;
}
