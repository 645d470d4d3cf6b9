//! Releases and installations of sealed-secrets, replaced in place and put back.

use anyhow::Result;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::Api;
use kube::api::ListParams;
use signet_tests::{Program, Scenario, peers, scenario};

use super::chart::{Chart, SOON};

struct Release<'a> {
    scenario: &'a Scenario,
    namespace: &'a str,
}

impl Release<'_> {
    async fn helm(&self, words: &[&str]) -> Result<()> {
        let helm = Program::new(self.scenario.peer(&peers::HELM).await?).args(words);
        let helm = helm.arg("--namespace").arg(self.namespace).arg("--kubeconfig");
        helm.arg(self.scenario.cluster().admin().kubeconfig()?).output(SOON).await?.success()?;
        Ok(())
    }

    async fn deploy(&self, chart: &Chart) -> Result<()> {
        let directory = chart.directory.to_string_lossy();
        // One of the cluster's objects has a fixed name, and the definition belongs to all tests.
        let role = format!("rbac.clusterRoleName={}-unsealer", self.namespace);
        self.helm(&["upgrade", "--install", "sealed-secrets", &directory, "--skip-crds", "--set", &role])
            .await
    }

    /// The image of the one Deployment, and the names of role bindings.
    async fn state(&self) -> Result<(String, Vec<String>)> {
        let client = self.scenario.client()?;
        let deployments = Api::<Deployment>::namespaced(client.clone(), self.namespace);
        let deployments = deployments.list(&ListParams::default()).await?.items;
        assert_eq!(deployments.len(), 1, "one Deployment, not one beside the other");
        let pod = deployments.into_iter().next().and_then(|d| d.spec.template.spec).unwrap_or_default();
        let image = pod.containers.into_iter().next().and_then(|container| container.image);
        let bindings =
            Api::<RoleBinding>::namespaced(client, self.namespace).list(&ListParams::default()).await?;
        let names = bindings.items.into_iter().filter_map(|binding| binding.metadata.name).collect();
        Ok((image.unwrap_or_default(), names))
    }
}

/// Selectors, role references and service types cannot be changed, so this fails when one differs.
#[tokio::test]
async fn a_release_of_the_sealed_secrets_chart_is_upgraded_in_place_and_rolled_back() {
    scenario(async |s| {
        let namespace = s.namespace().await?;
        let release = Release { scenario: s, namespace: &namespace };
        release.deploy(&Chart::upstream(s).await?).await?;
        let (image, bindings) = release.state().await?;
        assert!(image.contains("bitnami/sealed-secrets-controller"), "{image}");
        assert!(bindings.contains(&"sealed-secrets-service-proxier".to_owned()), "{bindings:?}");

        release.deploy(&Chart::ours(s).await?).await?;
        let (image, bindings) = release.state().await?;
        assert!(image.contains("signet-controller"), "{image}");
        assert_eq!(bindings, ["sealed-secrets-key-admin", "sealed-secrets-leader-election"]);

        release.helm(&["rollback", "sealed-secrets", "1"]).await?;
        let (image, bindings) = release.state().await?;
        assert!(image.contains("bitnami/sealed-secrets-controller"), "{image}");
        assert!(bindings.contains(&"sealed-secrets-service-proxier".to_owned()), "{bindings:?}");
        release.helm(&["uninstall", "sealed-secrets"]).await
    })
    .await;
}
