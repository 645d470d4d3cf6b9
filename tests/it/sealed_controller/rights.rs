//! The rights that installations grant, and the part of the cluster that they are told to serve.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec};
use k8s_openapi::api::rbac::v1::{PolicyRule, Role};
use kube::Api;
use kube::api::PostParams;
use signet_crds::bitnami::{MANAGED_ANNOTATION, PATCH_ANNOTATION, SyncedReason};
use signet_tests::controller::{Rights, SERVICE};
use signet_tests::{Cluster, Match, Process, Program, RecordingProxy, eventually, ports, service_proxy};

use super::canary::assert_no_canary;
use super::draft::{data, texts};
use super::ground::{Running, SOON, for_one_namespace, in_yard};
use super::keys;
use super::space::{Space, owners};

/// What released installations of sealed-secrets grant is enough, for everything.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_rights_of_upstream_everything_works_in_a_single_replica() {
    in_yard(async |cluster, space| {
        let proxy = RecordingProxy::start(cluster).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.rights(Rights::Upstream).through(&proxy);
        // It has to make the first key itself.
        let setup = setup.flags(&["--key-size=2048", "--old-gc-behavior"]);
        let controller = Running::new(setup.start().await?);
        let warning = controller.process.log_line("running as the only replica", SOON).await?;
        assert!(warning.contains("level=WARN") && warning.contains("leases"), "{warning}");
        let certificate = controller.certificate().await?;

        for (name, annotation) in [("managed", MANAGED_ANNOTATION), ("patch", PATCH_ANNOTATION)] {
            space
                .put_secret(name, data(&[("other", "1")]), |secret| {
                    secret.metadata.annotations = Some(texts(&[(annotation, "true")]));
                })
                .await?;
        }
        for name in ["plain", "managed", "patch"] {
            space.apply(&space.draft(name).value("foo", "old").seal(&certificate)).await?;
            space.synced(name).await?;
            let spec = space.draft(name).value("foo", "new").seal(&certificate).spec;
            space.edit(name, |sealed| sealed.spec = spec.clone()).await?;
            space.synced(name).await?;
        }
        space.secret_with("plain", &[("foo", "new")]).await?;
        assert_eq!(owners(&space.secret_with("managed", &[("foo", "new")]).await?), ["managed"]);
        space.secret_with("patch", &[("foo", "new"), ("other", "1")]).await?;
        let drift = data(&[("foo", "drift")]);
        space.edit_secret("plain", |secret| secret.data = Some(drift.clone())).await?;
        space.secret_with("plain", &[("foo", "new")]).await?;
        space.apply(&space.draft("bad").value("foo", "x").seal(&keys::nth(0)?.certificate)).await?;
        space.refused_as("bad", SyncedReason::UnsealFailed).await?;
        space.event("bad", "ErrUnsealFailed").await?;
        space.delete_sealed("plain").await?;
        space.gone("plain").await?;
        space.beat("beat", &certificate).await?;

        let refused = proxy.requests().into_iter().filter(|request| request.status == Some(403));
        let refused: Vec<_> = refused.filter(|request| request.resource != "leases").collect();
        assert!(refused.is_empty(), "{refused:?}");
        // Also where more is granted these are not to be relied on.
        assert_eq!(proxy.count(&Match::any().verb("patch")), 0);
        assert!(proxy.requests().iter().all(|request| request.group != "events.k8s.io"));
        Ok(())
    })
    .await;
}

/// What upstream's chart grants with `rbac.namespacedRoles`: in its own namespace the keys, elsewhere the rest.
const NAMESPACED_ROLES: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: sealed-secrets-key-admin, namespace: OWN}
rules:
- {apiGroups: [""], resources: [secrets], resourceNames: [sealed-secrets-key], verbs: [get]}
- {apiGroups: [""], resources: [secrets], verbs: [create, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: sealed-secrets-key-admin, namespace: OWN}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: sealed-secrets-key-admin}
subjects: [{kind: ServiceAccount, name: sealed-secrets-controller, namespace: OWN}]
"#;
const ADDITIONAL_ROLE: &str = r#"
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: secrets-unsealer, namespace: ADDITIONAL}
rules:
- {apiGroups: [bitnami.com], resources: [sealedsecrets], verbs: [get, list, watch]}
- {apiGroups: [bitnami.com], resources: [sealedsecrets/status], verbs: [update]}
- {apiGroups: [""], resources: [secrets], verbs: [get, list, create, update, delete, watch]}
- {apiGroups: [""], resources: [events], verbs: [create, patch]}
- {apiGroups: [""], resources: [namespaces], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: secrets-unsealer, namespace: ADDITIONAL}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: secrets-unsealer}
subjects: [{kind: ServiceAccount, name: sealed-secrets-controller, namespace: OWN}]
"#;

/// A controller whose account got no more than these roles.
async fn with_namespaced_roles(
    cluster: &Cluster,
    own: &str,
    additional: &[&str],
    list: &str,
) -> Result<Process> {
    let roles: String = additional.iter().map(|name| ADDITIONAL_ROLE.replace("ADDITIONAL", name)).collect();
    let access = cluster.service_account(own, SERVICE).await?;
    cluster.apply(&[NAMESPACED_ROLES, &roles].concat().replace("OWN", own)).await?;
    let address = || anyhow::Ok(SocketAddr::new(service_proxy::reachable_address()?, ports::free_port()?));
    let http = address()?;
    let process = Program::ours("signet-controller")?
        .arg(format!("--listen-addr={http}"))
        .arg(format!("--listen-metrics-addr={}", address()?))
        .args(["--all-namespaces=false", "--key-size=2048", &format!("--additional-namespaces={list}")])
        .in_cluster(&access)?
        .start()?;
    process.responds(&format!("http://{http}/v1/cert.pem"), SOON).await?;
    Ok(process)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_roles_in_some_namespaces_those_are_served_and_no_others() {
    in_yard(async |cluster, space| {
        let mut others = Vec::new();
        for name in ["first", "second", "unlisted"] {
            others.push(Space::fresh(cluster, name).await?);
        }
        let names: Vec<_> = others.iter().map(|other| other.namespace.as_str()).collect();
        // One is named twice, one does not exist; there is no role in it, so that cannot even be asked.
        let list = format!("{},missing-{1},{1},{0}", names[0], names[1]);
        let process = with_namespaced_roles(cluster, &space.namespace, &names[..2], &list).await?;
        let certificate = keys::newest(&space.client, &space.namespace).await?;
        for other in &others {
            other.apply(&other.draft("db").value("foo", "bar").seal(&certificate)).await?;
        }
        for other in &others[..2] {
            other.secret_with("db", &[("foo", "bar")]).await?;
            other.beat("beat", &certificate).await?;
            other.keeps_secrets().await?;
        }
        others[2].has_no_secret("db").await?;
        assert!(process.running());
        assert_no_canary("the log", &process.log());
        Ok(())
    })
    .await;
}

/// Changes what the account may do with Secrets, and waits until the API server knows it.
async fn permit(space: &Space, account: &str, verbs: &[&str]) -> Result<()> {
    let verbs: Vec<String> = verbs.iter().map(|&verb| verb.to_owned()).collect();
    let may_create = verbs.iter().any(|verb| verb == "create");
    let roles = Api::<Role>::namespaced(space.client.clone(), &space.namespace);
    let mut role = roles.get("secrets-unsealer").await?;
    let is_about_secrets =
        |rule: &&mut PolicyRule| rule.resources.as_deref() == Some(&["secrets".to_owned()]);
    let rule = role.rules.iter_mut().flatten().find(is_about_secrets).context("no rule about Secrets")?;
    rule.verbs = verbs;
    roles.replace("secrets-unsealer", &PostParams::default(), &role).await?;
    let question = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: Some(account.to_owned()),
            resource_attributes: Some(ResourceAttributes {
                namespace: Some(space.namespace.clone()),
                resource: Some("secrets".to_owned()),
                verb: Some("create".to_owned()),
                ..ResourceAttributes::default()
            }),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let reviews = Api::<SubjectAccessReview>::all(space.client.clone());
    eventually("the API server to know the right", SOON, async || {
        let answer = reviews.create(&PostParams::default(), &question).await?;
        Ok((answer.status.is_some_and(|status| status.allowed) == may_create).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_permitted_is_reported_and_done_once_it_is() {
    in_yard(async |cluster, space| {
        let other = Space::fresh(cluster, "not-permitted").await?;
        let names = [other.namespace.as_str()];
        let process = with_namespaced_roles(cluster, &space.namespace, &names, &other.namespace).await?;
        let certificate = keys::newest(&space.client, &space.namespace).await?;
        other.beat("before", &certificate).await?;
        let account = format!("system:serviceaccount:{}:{SERVICE}", space.namespace);
        permit(&other, &account, &["get", "list", "watch"]).await?;
        other.apply(&other.draft("db").value("foo", "bar").seal(&certificate)).await?;
        let condition = other.refused_as("db", SyncedReason::UpdateFailed).await?;
        assert!(condition.message.unwrap_or_default().contains("forbidden"));
        other.event("db", "ErrUpdateFailed").await?;
        permit(&other, &account, &["get", "list", "create", "update", "delete", "watch"]).await?;
        other.secret_with("db", &[("foo", "bar")]).await?;
        other.synced("db").await?;
        assert!(process.running());
        other.keeps_secrets().await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn additional_namespaces_replace_the_watch_over_all_and_missing_ones_are_skipped() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let (listed, unlisted) =
            (Space::fresh(cluster, "listed").await?, Space::fresh(cluster, "unlisted").await?);
        let flag = format!("--additional-namespaces={},no-such-namespace", listed.namespace);
        // Not with --all-namespaces=false: the list alone is enough.
        let setup = signet_tests::controller::Setup::ours(cluster, &space.namespace)?.flags(&[&flag]);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        for space in [space, &listed, &unlisted] {
            space.apply(&space.draft("db").value("foo", "bar").seal(&certificate)).await?;
        }
        for space in [space, &listed] {
            space.secret_with("db", &[("foo", "bar")]).await?;
            space.beat("beat", &certificate).await?;
        }
        unlisted.has_no_secret("db").await?;
        controller.process.log_line("namespace=no-such-namespace", SOON).await?;
        // Requests to open are answered for all namespaces, as upstream.
        let sealed = serde_json::to_vec(&unlisted.sealed().get("db").await?)?;
        let url = format!("http://{}/v1/verify", controller.http);
        assert_eq!(signet_tests::http::post(&url, "application/json", sealed).await?.status, 200);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_label_selector_only_matching_objects_are_served() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup =
            for_one_namespace(cluster, &space.namespace)?.flags(&["--label-selector=team in (a, b),!off"]);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        let draft = |name: &str| space.draft(name).value("foo", "bar");
        let carried = draft("carried").label("team", "a").template_label("team", "a");
        let others = [
            draft("other").label("team", "c"),
            draft("none").template_label("team", "a"),
            draft("off").label("team", "a").label("off", ""),
        ];
        space.apply(&carried.seal(&certificate)).await?;
        space.apply(&draft("bare").label("team", "b").seal(&certificate)).await?;
        for other in others {
            space.apply(&other.seal(&certificate)).await?;
        }
        for name in ["carried", "bare"] {
            space.secret_with(name, &[("foo", "bar")]).await?;
            space.synced(name).await?;
        }
        for name in ["other", "none", "off"] {
            space.has_no_secret(name).await?;
            assert!(space.sealed().get(name).await?.status.is_none(), "{name}");
        }
        // An update works also where the Secret cannot be seen; coming back takes the label on the Secret.
        for name in ["carried", "bare"] {
            space.edit(name, |sealed| sealed.spec.template.immutable = Some(false)).await?;
            space.synced(name).await?;
            let spec = draft(name).value("foo2", "bar2").template_label("team", "a").seal(&certificate).spec;
            space.edit(name, |sealed| sealed.spec = spec.clone()).await?;
            space.secret_with(name, &[("foo", "bar"), ("foo2", "bar2")]).await?;
            let before = space.secrets().get(name).await?;
            space.delete_secret(name).await?;
            space.secret(name, "to be back", |secret| secret.metadata.uid != before.metadata.uid).await?;
        }
        // A foreign Secret that cannot be seen is refused all the same, and not for ever.
        space.put_secret("foreign", data(&[("foo", "theirs")]), |_| {}).await?;
        space.apply(&draft("foreign").label("team", "a").seal(&certificate)).await?;
        space.refused_as("foreign", SyncedReason::Unmanaged).await?;
        space.delete_secret("foreign").await?;
        space.secret_with("foreign", &[("foo", "bar")]).await?;
        space.delete_sealed("foreign").await?;
        space.gone("foreign").await?;
        // Once it matches, it is served; once it does not any more, it is not.
        let labelled = |team: &'static str| {
            move |sealed: &mut signet_crds::bitnami::SealedSecret| {
                sealed.metadata.labels = Some(texts(&[("team", team)]));
            }
        };
        space.edit("other", labelled("b")).await?;
        space.secret_with("other", &[("foo", "bar")]).await?;
        controller.counts("signet_index_size", 3.0).await?;
        space.edit("other", labelled("c")).await?;
        controller.counts("signet_index_size", 2.0).await
    })
    .await;
}
