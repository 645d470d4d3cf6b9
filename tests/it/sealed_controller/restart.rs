//! A controller that starts where another one was before: C4 of the benchmark specification.

use std::time::Duration;

use anyhow::Result;
use signet_crds::bitnami::{PATCH_ANNOTATION, SKIP_OWNER_ANNOTATION};
use signet_sealed::{Certificate, Scope};
use signet_tests::controller::{Rights, Setup};
use signet_tests::{Fault, Match, RecordingProxy, eventually};

use super::draft::{Draft, data, texts};
use super::ground::{Running, SOON, for_one_namespace, in_yard};
use super::keys;
use super::space::Space;

const OPERATIONS: &str = "signet_rsa_private_ops_total";

/// Objects of every kind that there is, with two values each.
pub(super) fn drafts(space: &Space, count: usize) -> Vec<Draft> {
    let kind = |number: usize| {
        let draft =
            space.draft(&format!("object-{number:03}")).value("a", &number.to_string()).value("b", "2");
        match number % 8 {
            0 => draft.scope(Scope::NamespaceWide),
            1 => draft.scope(Scope::ClusterWide),
            2 => draft.of_type("example.com/x").template_label("l", "1").template_annotation("n", "2"),
            3 => draft.template_annotation(SKIP_OWNER_ANNOTATION, "true"),
            4 => draft.immutable(),
            5 => draft.template_annotation(PATCH_ANNOTATION, "true"),
            6 => draft.label("team", "a").template_label("signet.test/x", "y"),
            _ => draft,
        }
    };
    (0..count).map(kind).collect()
}

/// Creates the objects, and waits until all of them are synced.
pub(super) async fn sync(space: &Space, certificate: &Certificate, count: usize) -> Result<()> {
    let sealed: Vec<_> = drafts(space, count).iter().map(|draft| draft.seal(certificate)).collect();
    space.apply_all(&sealed).await?;
    assert_eq!(space.all_synced().await?, count);
    Ok(())
}

/// Starts a controller where `objects` are in sync, and checks what that costs.
pub(super) async fn costs_nothing(
    setup: Setup<'_>,
    proxy: &RecordingProxy,
    objects: usize,
) -> Result<Running> {
    proxy.clear();
    let controller = Running::new(setup.start().await?);
    controller.leads().await?;
    controller.counts("signet_index_size", objects as f64).await?;
    // Lists are over; what was queued by them would be first.
    assert_eq!(controller.metric("signet_queue_depth").await?, 0.0);
    assert_eq!(controller.metric(OPERATIONS).await?, 0.0);
    assert_eq!(controller.metric("sealed_secrets_controller_unseal_requests_total").await?, 0.0);
    let counts = proxy.counts();
    for about in ["secrets", "sealedsecrets", "sealedsecrets/status", "events"] {
        for verb in ["get", "create", "update", "patch", "delete"] {
            assert_eq!(counts.get(&format!("{verb} {about}")), None, "{counts:?}");
        }
    }
    let lists = proxy.count(&Match::any().verb("list"));
    // Secrets are at most as many as SealedSecrets and keys.
    let most = objects.div_ceil(500) + (objects + keys::COUNT).div_ceil(500) + 5;
    assert!(lists <= most, "{lists} lists, {most} are allowed: {counts:?}");
    Ok(controller)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_with_everything_in_sync_opens_writes_and_reads_nothing() {
    in_yard(async |cluster, space| {
        const OBJECTS: usize = 520;
        let proxy = RecordingProxy::start(cluster).await?;
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = || anyhow::Ok(for_one_namespace(cluster, &space.namespace)?.through(&proxy));
        let first = Running::new(setup()?.start().await?);
        let certificate = first.certificate().await?;
        sync(space, &certificate, OBJECTS).await?;
        // Every value costs one operation, so this is what a restart would cost upstream.
        assert_eq!(first.metric(OPERATIONS).await?, (2 * OBJECTS) as f64);
        first.stop().await?;
        let second = costs_nothing(setup()?, &proxy, OBJECTS).await?;
        // It does not only do nothing.
        space.beat("beat", &certificate).await?;
        second.stop().await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_while_the_controller_was_away_is_looked_at() {
    in_yard(async |cluster, space| {
        let proxy = RecordingProxy::start(cluster).await?;
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = || {
            let setup = for_one_namespace(cluster, &space.namespace)?;
            anyhow::Ok(setup.rights(Rights::Upstream).through(&proxy))
        };
        let controller = Running::new(setup()?.start().await?);
        let certificate = controller.certificate().await?;
        sync(space, &certificate, 24).await?;
        controller.stop().await?;
        proxy.clear();

        let other = data(&[("a", "changed"), ("b", "2")]);
        space.edit_secret("object-002", |secret| secret.data = Some(other.clone())).await?;
        space.edit_secret("object-006", |secret| secret.metadata.labels = None).await?;
        space.delete_secret("object-007").await?;
        let spec = space.draft("object-015").value("a", "new").seal(&certificate).spec;
        space.edit("object-015", |sealed| sealed.spec = spec.clone()).await?;
        space.delete_sealed("object-022").await?;
        space
            .edit("object-010", |sealed| sealed.metadata.labels = Some(texts(&[("only", "touched")])))
            .await?;

        let controller = Running::new(setup()?.start().await?);
        space.secret_with("object-002", &[("a", "2"), ("b", "2")]).await?;
        space.secret("object-006", "its label", |secret| secret.metadata.labels.is_some()).await?;
        space.secret_with("object-007", &[("a", "7"), ("b", "2")]).await?;
        space.secret_with("object-015", &[("a", "new")]).await?;
        space.gone("object-022").await?;
        space.synced("object-015").await?;
        // Two values each of the first three, one of the fourth.
        assert_eq!(controller.metric(OPERATIONS).await?, 7.0);
        let written = Match::any().writes().resource("secrets");
        assert_eq!(proxy.count(&written), 4, "{:?}", proxy.counts());
        Ok(())
    })
    .await;
}

/// R6: two lanes, changes before what was there.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_object_does_not_wait_for_those_that_were_there_before() {
    in_yard(async |cluster, space| {
        const OBJECTS: usize = 200;
        let key = keys::nth(0)?;
        keys::put(&space.client, &space.namespace, "key", &key).await?;
        let old = |n: usize| space.draft(&format!("old-{n:03}")).value("foo", "bar").seal(&key.certificate);
        space.apply_all(&(0..OBJECTS).map(old).collect::<Vec<_>>()).await?;
        let proxy = RecordingProxy::start(cluster).await?;
        let creations = Match::any().verb("create").resource("secrets");
        proxy.inject(Fault::latency(Duration::from_millis(400)).on(creations.clone()).always());
        let setup = for_one_namespace(cluster, &space.namespace)?.through(&proxy);
        let controller = Running::new(setup.start().await?);
        eventually("the first sync to be under way", SOON, async || {
            Ok((proxy.count(&creations) > 0).then_some(()))
        })
        .await?;
        space.apply(&space.draft("new").value("foo", "bar").seal(&key.certificate)).await?;
        space.secret_with("new", &[("foo", "bar")]).await?;
        let made = space.secrets().list_metadata(&Default::default()).await?.items.len();
        assert!(made < OBJECTS / 2, "{made} Secrets were made before that of the new object");
        proxy.clear_faults();
        assert_eq!(space.all_synced().await?, OBJECTS + 1);
        controller.stop().await
    })
    .await;
}

/// Whoever asked for a repeat gets one: what failed before a restart is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn what_failed_before_a_restart_is_tried_again() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = || for_one_namespace(cluster, &space.namespace);
        let controller = Running::new(setup()?.start().await?);
        let late = keys::aged(1, 100)?;
        space.apply(&space.draft("db").value("foo", "bar").seal(&late.certificate)).await?;
        space.refused("db").await?;
        controller.stop().await?;
        keys::put(&space.client, &space.namespace, "late", &late).await?;
        let _controller = Running::new(setup()?.start().await?);
        space.secret_with("db", &[("foo", "bar")]).await?;
        space.synced("db").await?;
        Ok(())
    })
    .await;
}
