use std::time::Duration;

use anyhow::{Context as _, Result};
use k8s_openapi::api::authorization::v1::{SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::Api;
use kube::api::{DeleteParams, ListParams, ObjectMeta, PostParams};
use signet_tests::{Cluster, Program, eventually, scenario, scenario_without_cluster};

const SOON: Duration = Duration::from_secs(30);

fn config_map(name: &str) -> ConfigMap {
    ConfigMap { metadata: named(name), ..ConfigMap::default() }
}

fn named(name: &str) -> ObjectMeta {
    ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cluster_serves_our_kinds_under_the_pinned_version() {
    scenario(async |s| {
        let client = s.client()?;
        if s.cluster().is_ours() {
            let version = client.apiserver_version().await?;
            assert_eq!(version.git_version, signet_tests::control_plane::version());
        }
        let path = "/apis/bitnami.com/v1alpha1/sealedsecrets";
        client.request_text(http::Request::get(path).body(Vec::new())?).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_carries_the_name_of_its_test_and_is_new_each_time() {
    scenario(async |s| {
        let (one, two) = (s.namespace().await?, s.namespace().await?);
        assert_ne!(one, two);
        let found = Api::<Namespace>::all(s.client()?).get(&one).await?;
        let labels = found.metadata.labels.unwrap_or_default();
        assert_eq!(
            labels.get("signet.test/name").map(String::as_str),
            Some("a-namespace-carries-the-name-of-its-test-and-is-new-each-time")
        );
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_garbage_collector_deletes_what_a_deleted_object_owned() {
    scenario(async |s| {
        let ns = s.namespace().await?;
        let owners = Api::<ConfigMap>::namespaced(s.client()?, &ns);
        let secrets = Api::<Secret>::namespaced(s.client()?, &ns);
        let owner = owners.create(&PostParams::default(), &config_map("owner")).await?;
        let reference = OwnerReference {
            api_version: "v1".into(),
            kind: "ConfigMap".into(),
            name: "owner".into(),
            uid: owner.metadata.uid.context("no uid")?,
            ..OwnerReference::default()
        };
        let metadata = ObjectMeta { owner_references: Some(vec![reference]), ..named("owned") };
        secrets.create(&PostParams::default(), &Secret { metadata, ..Secret::default() }).await?;
        owners.delete("owner", &DeleteParams::background()).await?;
        eventually("the owned secret to be collected", SOON, async || {
            Ok(secrets.get_opt("owned").await?.is_none().then_some(()))
        })
        .await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_namespace_goes_away_with_what_is_in_it() {
    scenario(async |s| {
        let ns = s.namespace().await?;
        let maps = Api::<ConfigMap>::namespaced(s.client()?, &ns);
        maps.create(&PostParams::default(), &config_map("content")).await?;
        let namespaces = Api::<Namespace>::all(s.client()?);
        namespaces.delete(&ns, &DeleteParams::default()).await?;
        eventually("the namespace to go away", SOON, async || {
            Ok(namespaces.get_opt(&ns).await?.is_none().then_some(()))
        })
        .await
    })
    .await;
}

async fn may(client: kube::Client, ns: &str, verb: &str, resource: &str) -> Result<bool> {
    let attributes = serde_json::json!({"namespace": ns, "verb": verb, "resource": resource});
    let spec = SelfSubjectAccessReviewSpec {
        resource_attributes: Some(serde_json::from_value(attributes)?),
        ..SelfSubjectAccessReviewSpec::default()
    };
    let review = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
    let answer = Api::all(client).create(&PostParams::default(), &review).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_has_the_rights_it_was_given_and_no_others() {
    scenario(async |s| {
        let ns = s.namespace().await?;
        let account = s.cluster().service_account(&ns, "reader").await?;
        assert_eq!(account.namespace(), ns);
        assert!(!may(account.client()?, &ns, "get", "secrets").await?);
        s.cluster()
            .apply(&format!(
                "apiVersion: rbac.authorization.k8s.io/v1\n\
                 kind: Role\n\
                 metadata: {{name: reader, namespace: {ns}}}\n\
                 rules: [{{apiGroups: [''], resources: [secrets], verbs: [get]}}]\n\
                 ---\n\
                 apiVersion: rbac.authorization.k8s.io/v1\n\
                 kind: RoleBinding\n\
                 metadata: {{name: reader, namespace: {ns}}}\n\
                 roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}}\n\
                 subjects: [{{kind: ServiceAccount, name: reader, namespace: {ns}}}]\n"
            ))
            .await?;
        eventually("the right to be there", SOON, async || {
            Ok(may(account.client()?, &ns, "get", "secrets").await?.then_some(()))
        })
        .await?;
        assert!(!may(account.client()?, &ns, "list", "secrets").await?);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_counts_what_one_client_did() {
    scenario(async |s| {
        let ns = s.namespace().await?;
        let audit = s.cluster().audit()?;
        let mark = audit.mark().await?;
        let maps = Api::<ConfigMap>::namespaced(s.client()?, &ns);
        maps.create(&PostParams::default(), &config_map("one")).await?;
        maps.create(&PostParams::default(), &config_map("two")).await?;
        maps.list(&ListParams::default()).await?;
        maps.get_opt("three").await?;
        let mine: Vec<_> =
            audit.since(mark).await?.into_iter().filter(|request| request.namespace == ns).collect();
        // The service account controller makes an account in each namespace.
        let mine: Vec<_> = mine.iter().filter(|request| request.resource == "configmaps").collect();
        let done: Vec<_> = mine.iter().map(|r| (r.summary(), r.name.as_str(), r.code)).collect();
        assert_eq!(
            done,
            [
                ("create configmaps".to_owned(), "one", 201),
                ("create configmaps".to_owned(), "two", 201),
                ("list configmaps".to_owned(), "", 200),
                ("get configmaps".to_owned(), "three", 404),
            ]
        );
        let account = s.cluster().service_account(&ns, "nobody").await?;
        let mark = audit.mark().await?;
        let refused = Api::<Secret>::namespaced(account.client()?, &ns).list(&ListParams::default()).await;
        assert!(matches!(refused, Err(kube::Error::Api(status)) if status.code == 403));
        let counts = audit.requests_by(&format!("system:serviceaccount:{ns}:nobody"), mark).await?;
        assert_eq!(counts, [("list secrets".to_owned(), 1)].into());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_works_with_the_kubeconfig() {
    scenario(async |s| {
        let ns = s.namespace().await?;
        let kubeconfig = s.cluster().admin().in_namespace(&ns).kubeconfig()?;
        let kubectl = |args: &[&str]| {
            Program::new(s.cluster().kubectl()).env("KUBECONFIG", &kubeconfig).args(args.iter().copied())
        };
        kubectl(&["create", "configmap", "seen", "--from-literal=a=b"]).output(SOON).await?.success()?;
        let seen = kubectl(&["get", "configmap", "--output=name"]).output(SOON).await?.success()?;
        assert_eq!(seen.text(), "configmap/seen\n");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn private_clusters_run_side_by_side_and_keep_their_data_over_an_outage() {
    scenario_without_cluster(async |_| {
        let (one, two) = tokio::try_join!(
            Cluster::builder().without_crds().identity("guest", &["visitors"]).start(),
            Cluster::builder().without_crds().start()
        )?;
        assert_ne!(one.admin().url(), two.admin().url());
        let maps =
            |cluster: &Cluster| anyhow::Ok(Api::<ConfigMap>::default_namespaced(cluster.admin().client()?));
        let create = PostParams::default();
        maps(&one)?.create(&create, &config_map("kept")).await?;
        assert!(maps(&two)?.get_opt("kept").await?.is_none());

        one.stop_api_server()?;
        assert!(maps(&one)?.get_opt("kept").await.is_err());
        one.start_api_server().await?;
        assert!(maps(&one)?.get_opt("kept").await?.is_some());

        let guest = one.identity("guest").context("the identity is known")?;
        let refused = Api::<Secret>::all(guest.client()?).list(&ListParams::default()).await;
        assert!(matches!(refused, Err(kube::Error::Api(status)) if status.code == 403));
        Ok(())
    })
    .await;
}
