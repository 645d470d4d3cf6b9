//! The image of the controller is changed to ours, and back.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt as _;
use kube::api::ListParams;
use signet_crds::bitnami::{ConditionStatus, SKIP_OWNER_ANNOTATION};
use signet_sealed::Certificate;
use signet_tests::controller::{NAMESPACE, Rights, Setup};
use signet_tests::{RecordingProxy, eventually, scenario_without_cluster};

use super::draft::data;
use super::ground::{Running, SOON, framed, with_upstream_definition};
use super::space::Space;
use super::{keys, restart};

/// All Secrets of the namespace but for what only the server sets.
async fn secrets(space: &Space) -> Result<BTreeMap<String, Secret>> {
    let list = space.secrets().list(&ListParams::default()).await?;
    let without_history = |mut secret: Secret| {
        secret.metadata.managed_fields = None;
        (secret.name_any(), secret)
    };
    Ok(list.into_iter().map(without_history).collect())
}

/// Waits until the second in which the last Secret was written is over. A status of that very second would not count as
/// written after the values: the objects would be opened again at each start.
async fn let_the_second_pass(space: &Space) -> Result<()> {
    let list = space.secrets().list_metadata(&ListParams::default()).await?;
    let history = list.iter().filter_map(|secret| secret.metadata.managed_fields.as_ref()).flatten();
    let last = history.filter_map(|entry| entry.time.as_ref()).map(|time| time.0.as_second()).max();
    let last = last.context("no Secret says when it was written")?;
    eventually("the second of the last write to be over", SOON, async || {
        Ok((Timestamp::now().as_second() > last).then_some(()))
    })
    .await
}

/// Creates the objects that the real controller reports well, which are all but those without an owner.
async fn sync(space: &Space, certificate: &Certificate) -> Result<usize> {
    let drafts = restart::drafts(space, 40).into_iter().map(|draft| draft.seal(certificate));
    let is_owned = |sealed: &signet_crds::bitnami::SealedSecret| {
        let annotations = sealed.spec.template.metadata.annotations.as_ref();
        annotations.is_none_or(|annotations| !annotations.contains_key(SKIP_OWNER_ANNOTATION))
    };
    let sealed: Vec<_> = drafts.filter(is_owned).collect();
    space.apply_all(&sealed).await?;
    assert_eq!(space.all_synced().await?, sealed.len());
    Ok(sealed.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_controller_can_be_replaced_by_ours_and_put_back() {
    scenario_without_cluster(async |s| {
        let cluster = with_upstream_definition().await?;
        let space = &Space::fresh(&cluster, s.name()).await?;
        keys::put(&space.client, NAMESPACE, "sealed-secrets-keya1b2c", &keys::nth(0)?).await?;
        let certificate = space.certificate().await?;
        let proxy = RecordingProxy::start(&cluster).await?;
        let real = async || {
            let setup = Setup::upstream(&cluster, NAMESPACE).flags(&["--kubeclient-qps=-1"]);
            anyhow::Ok(Running::new(setup.start().await?))
        };
        let ours = || anyhow::Ok(Setup::ours(&cluster, NAMESPACE)?.rights(Rights::Upstream).through(&proxy));
        framed(space, String::new, async {
            let controller = real().await?;
            let objects = sync(space, &certificate).await?;
            let before = secrets(space).await?;
            controller.stop().await?;
            let_the_second_pass(space).await?;

            // Ours looks at everything once and finds it as it should be.
            let controller = Running::new(ours()?.start().await?);
            space.beat("ours", &certificate).await?;
            controller.counts("signet_index_size", objects as f64 + 1.0).await?;
            controller.counts("signet_queue_depth", 0.0).await?;
            for name in before.keys() {
                let (sealed, condition) = space.reported(name, ConditionStatus::True).await?;
                assert!(
                    condition.reason.is_some() || sealed.spec.encrypted_data.is_empty(),
                    "{name}: {condition:?}"
                );
            }
            let mut after = secrets(space).await?;
            after.remove("ours");
            // Down to the resource version: nothing was written.
            assert_eq!(after, before);
            let changed = data(&[("a", "changed")]);
            space.edit_secret("object-007", |secret| secret.data = Some(changed.clone())).await?;
            space.secret_with("object-007", &[("a", "7"), ("b", "2")]).await?;
            controller.stop().await?;

            // From then on a restart costs nothing, although upstream's definition drops what it does not know.
            restart::costs_nothing(ours()?, &proxy, objects + 1).await?.stop().await?;

            // And back.
            let before = secrets(space).await?;
            let controller = real().await?;
            space.apply(&space.draft("later").value("foo", "1").seal(&certificate)).await?;
            space.secret_with("later", &[("foo", "1")]).await?;
            let spec = space.draft("ours").value("beat", "by theirs").seal(&certificate).spec;
            space.edit("ours", |sealed| sealed.spec = spec.clone()).await?;
            space.secret_with("ours", &[("beat", "by theirs")]).await?;
            assert_eq!(space.all_synced().await?, objects + 2);
            let passes = controller.metric("sealed_secrets_controller_unseal_requests_total").await?;
            assert!(passes >= objects as f64 + 2.0, "{passes}");
            controller.stop().await?;
            let mut after = secrets(space).await?;
            after.remove("later");
            after.insert("ours".to_owned(), before["ours"].clone());
            assert_eq!(after, before);

            // Ours once more, on what theirs left.
            let controller = Running::new(ours()?.start().await?);
            space.beat("ours-again", &certificate).await?;
            space.secret_with("ours", &[("beat", "by theirs")]).await?;
            assert_eq!(space.all_synced().await?, objects + 3);
            let mut last = secrets(space).await?;
            last.retain(|name, _| before.contains_key(name));
            last.insert("ours".to_owned(), before["ours"].clone());
            assert_eq!(last, before);
            controller.stop().await
        })
        .await
    })
    .await;
}
