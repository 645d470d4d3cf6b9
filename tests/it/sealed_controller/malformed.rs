//! Objects whose fields have the wrong shape. The definition refuses most of them today; clusters that had another
//! one before hold such objects all the same.

use anyhow::Result;
use kube::api::PostParams;
use serde_json::{Value, json};
use signet_crds::bitnami::SyncedReason;
use signet_tests::controller::NAMESPACE;
use signet_tests::{Cluster, eventually, scenario_without_cluster};

use super::draft::data;
use super::ground::{Running, SOON, framed};
use super::keys;
use super::space::Space;

/// A definition without any schema.
const DEFINITION: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sealedsecrets.bitnami.com}
spec:
  group: bitnami.com
  names: {kind: SealedSecret, listKind: SealedSecretList, plural: sealedsecrets, singular: sealedsecret}
  scope: Namespaced
  versions:
  - name: v1alpha1
    served: true
    storage: true
    subresources: {status: {}}
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"#;

/// Specs that are read as if their wrong part were not there: an empty Secret is made.
fn read_as_empty() -> Vec<(&'static str, Value)> {
    vec![
        ("list", json!({"spec": {"encryptedData": ["foo"]}})),
        ("number", json!({"spec": {"encryptedData": 5}})),
        ("null", json!({"spec": {"encryptedData": null}})),
        ("spec-list", json!({"spec": []})),
        ("absent", json!({"spec": {"template": {}}})),
        ("template-null", json!({"spec": {"encryptedData": {}, "template": null}})),
        (
            "parts-null",
            json!({"spec": {"encryptedData": {}, "template": {"metadata": null, "data": null, "type": null}}}),
        ),
    ]
}

/// Entries that are no text: they are read as empty, which is no envelope.
fn refused() -> Vec<(&'static str, Value)> {
    vec![
        ("entry-number", json!({"spec": {"encryptedData": {"foo": 5}}})),
        ("entry-null", json!({"spec": {"encryptedData": {"foo": null}}})),
        ("entry-object", json!({"spec": {"encryptedData": {"foo": {}}}})),
        ("entry-list", json!({"spec": {"encryptedData": {"foo": ["AgA="]}}})),
    ]
}

/// Objects of which nothing can be made. They are skipped, and counted.
fn skipped() -> Vec<(&'static str, Value)> {
    vec![
        ("spec-text", json!({"spec": "text"})),
        ("template-text", json!({"spec": {"encryptedData": {}, "template": "text"}})),
        (
            "label-number",
            json!({"spec": {"encryptedData": {}, "template": {"metadata": {"labels": {"a": 1}}}}}),
        ),
        ("immutable-text", json!({"spec": {"encryptedData": {}, "template": {"immutable": "yes"}}})),
        ("data-number", json!({"spec": {"encryptedData": {}, "data": 7}})),
    ]
}

async fn create(space: &Space, name: &str, part: &Value) -> Result<()> {
    let mut object = part.clone();
    object["apiVersion"] = json!("bitnami.com/v1alpha1");
    object["kind"] = json!("SealedSecret");
    object["metadata"] = json!({"name": name});
    let path = format!("/apis/bitnami.com/v1alpha1/namespaces/{}/sealedsecrets", space.namespace);
    let request =
        kube::core::Request::new(path).create(&PostParams::default(), serde_json::to_vec(&object)?)?;
    space.client.request_text(request).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_the_wrong_shape_do_not_stop_the_others() {
    scenario_without_cluster(async |s| {
        let cluster = Cluster::builder().without_crds().start().await?;
        cluster.apply(DEFINITION).await?;
        let space = Space::fresh(&cluster, s.name()).await?;
        keys::put(&space.client, NAMESPACE, "sealed-secrets-keya1b2c", &keys::nth(0)?).await?;
        let certificate = space.certificate().await?;
        eventually("the definition to be served", SOON, async || {
            Ok(Some(create(&space, "list", &read_as_empty()[0].1).await?))
        })
        .await?;
        // Half of them are there at the start, the rest comes while the controller watches.
        let rest: Vec<_> = read_as_empty().into_iter().skip(1).chain(refused()).chain(skipped()).collect();
        let (listed, watched): (Vec<_>, Vec<_>) =
            rest.iter().enumerate().partition(|(number, _)| number % 2 == 0);
        for (_, (name, part)) in listed {
            create(&space, name, part).await?;
        }
        let setup = signet_tests::controller::Setup::ours(&cluster, NAMESPACE)?;
        let controller = Running::new(setup.start().await?);
        framed(&space, || controller.process.log(), async {
            for (_, (name, part)) in watched {
                create(&space, name, part).await?;
            }
            space.beat("good", &certificate).await?;
            for (name, _) in read_as_empty() {
                let is_empty =
                    |s: &k8s_openapi::api::core::v1::Secret| s.data.clone().unwrap_or_default() == data(&[]);
                space.secret(name, "no values", is_empty).await?;
                space.synced(name).await?;
            }
            for (name, _) in refused() {
                space.refused_as(name, SyncedReason::UnsealFailed).await?;
                space.has_no_secret(name).await?;
            }
            for (name, _) in skipped() {
                space.has_no_secret(name).await?;
                controller.process.log_line(&format!("{}/{name}", space.namespace), SOON).await?;
            }
            let errors = controller.metric("sealed_secrets_controller_unseal_errors_total").await?;
            assert!(errors >= (refused().len() + skipped().len()) as f64, "{errors}");
            Ok(())
        })
        .await
    })
    .await;
}
