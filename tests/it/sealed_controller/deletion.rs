//! What happens to the Secret when the SealedSecret goes.

use signet_crds::bitnami::{MANAGED_ANNOTATION, SKIP_OWNER_ANNOTATION, SyncedReason};
use signet_tests::{Match, RecordingProxy, eventually, http};

use super::draft::data;
use super::ground::{Running, SOON, for_one_namespace, in_yard, on_stage};
use super::keys;

#[tokio::test(flavor = "multi_thread")]
async fn the_garbage_collector_takes_the_secret_of_a_deleted_sealed_secret() {
    on_stage(async |space, controller| {
        let certificate = space.certificate().await?;
        space.apply(&space.draft("owned").value("foo", "bar").seal(&certificate)).await?;
        let free = space.draft("free").value("foo", "bar").template_annotation(SKIP_OWNER_ANNOTATION, "true");
        space.apply(&free.seal(&certificate)).await?;
        space.synced("owned").await?;
        space.synced("free").await?;

        let series = format!("namespace=\"{}\"", space.namespace);
        let url = format!("http://{}/metrics", controller.metrics);
        let conditions = async || {
            let text = http::get(&url).await?.text();
            let of_these = |line: &&str| line.contains("condition_info{") && line.contains(&series);
            anyhow::Ok(text.lines().filter(of_these).count())
        };
        assert_eq!(conditions().await?, 2);
        space.delete_sealed("owned").await?;
        space.delete_sealed("free").await?;
        space.gone("owned").await?;
        // It has no owner whose end it would share.
        space.secret_with("free", &[("foo", "bar")]).await?;
        eventually("the series to be gone", SOON, async || Ok((conditions().await? == 0).then_some(()))).await
    })
    .await;
}

/// What `--old-gc-behavior` is for: clusters whose garbage collector is not trusted.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_garbage_collection_deletes_what_is_ours_and_nothing_else() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let proxy = RecordingProxy::start(cluster).await?;
        let setup =
            for_one_namespace(cluster, &space.namespace)?.flags(&["--old-gc-behavior"]).through(&proxy);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        space.put_secret("foreign", data(&[("foo", "theirs")]), |_| {}).await?;
        let skip = |name: &str| {
            space.draft(name).value("foo", "bar").template_annotation(SKIP_OWNER_ANNOTATION, "true")
        };
        let managed = skip("managed").template_annotation(MANAGED_ANNOTATION, "true");
        for draft in
            [space.draft("owned").value("foo", "bar"), managed, space.draft("foreign").value("foo", "bar")]
        {
            space.apply(&draft.seal(&certificate)).await?;
        }
        space.synced("owned").await?;
        space.synced("managed").await?;
        space.refused_as("foreign", SyncedReason::Unmanaged).await?;
        for name in ["owned", "managed", "foreign"] {
            space.delete_sealed(name).await?;
        }
        space.gone("owned").await?;
        space.gone("managed").await?;
        space.beat("beat", &certificate).await?;
        space.secret_with("foreign", &[("foo", "theirs")]).await?;
        let deletions = Match::any().verb("delete").resource("secrets");
        assert_eq!(proxy.count(&deletions.clone().name("managed")), 1);
        assert_eq!(proxy.count(&deletions.name("foreign")), 0);
        Ok(())
    })
    .await;
}
