//! The API server is away.

use std::time::Duration;

use anyhow::Result;
use signet_crds::bitnami::SealedSecret;
use signet_tests::controller::{NAMESPACE, Setup};
use signet_tests::{Cluster, RecordingProxy, eventually, scenario_without_cluster};

use super::draft::data;
use super::ground::{Running, SOON, for_one_namespace, framed, in_yard};
use super::keys;
use super::space::Space;

/// Creates objects through all outages.
async fn apply_stubbornly(space: &Space, sealed: &[SealedSecret]) -> Result<()> {
    for one in sealed {
        eventually("the object to be created", SOON * 2, async || match space.apply(one).await {
            Ok(_) => Ok(Some(())),
            Err(error) => match error.downcast_ref::<kube::Error>() {
                // The answer of an earlier try was lost.
                Some(kube::Error::Api(status)) if status.code == 409 => Ok(Some(())),
                _ => Err(error),
            },
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_right_after_the_api_server_was_restarted_under_load() {
    scenario_without_cluster(async |s| {
        const OBJECTS: usize = 300;
        let cluster = Cluster::start().await?;
        let space = &Space::fresh(&cluster, s.name()).await?;
        keys::put(&space.client, NAMESPACE, "sealed-secrets-keya1b2c", &keys::nth(0)?).await?;
        let certificate = space.certificate().await?;
        // On a busy machine a restart may take longer than a leader is usually believed.
        let setup = Setup::ours(&cluster, NAMESPACE)?.flags(&["--lease-duration=120s"]);
        let controller = Running::new(setup.start().await?);
        let draft = |n: usize| space.draft(&format!("object-{n:03}")).value("n", &n.to_string());
        let sealed: Vec<_> = (0..OBJECTS).map(|n| draft(n).seal(&certificate)).collect();
        framed(space, || controller.process.log(), async {
            let outages = async {
                for made in [OBJECTS / 10, OBJECTS / 2] {
                    eventually("some of the objects", SOON * 2, async || {
                        let metadata = space.secrets().list_metadata(&Default::default()).await?;
                        Ok((metadata.items.len() >= made).then_some(()))
                    })
                    .await?;
                    cluster.restart_api_server().await?;
                }
                anyhow::Ok(())
            };
            let load = sealed.chunks(OBJECTS / 4).map(|part| apply_stubbornly(space, part));
            let (load, outages) = futures::future::join(futures::future::try_join_all(load), outages).await;
            load?;
            outages?;
            assert_eq!(space.all_synced().await?, OBJECTS);
            let secrets = space.secrets().list(&Default::default()).await?.items;
            assert_eq!(secrets.len(), OBJECTS);
            for (n, secret) in secrets.iter().enumerate() {
                assert_eq!(secret.data, Some(data(&[("n", &n.to_string())])));
            }
            assert!(controller.process.running());
            space.beat("beat", &certificate).await
        })
        .await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_that_starts_without_an_api_server_waits_for_it() {
    in_yard(async |cluster, space| {
        let proxy = RecordingProxy::start(cluster).await?;
        let key = keys::nth(0)?;
        keys::put(&space.client, &space.namespace, "key", &key).await?;
        space.apply(&space.draft("db").value("foo", "bar").seal(&key.certificate)).await?;
        proxy.refuse(true);
        let setup = for_one_namespace(cluster, &space.namespace)?.through(&proxy);
        let controller = Running::new(setup.launch().await?);
        // It is alive, and knows that it is not ready.
        controller.process.responds(&format!("http://{}/healthz", controller.http), SOON).await?;
        controller.process.log_line("trying again", SOON).await?;
        assert_eq!(controller.get("/readyz").await?.status, 503);
        assert_eq!(controller.get("/v1/cert.pem").await?.status, 500);
        proxy.refuse(false);
        controller.process.responds(&format!("http://{}/readyz", controller.http), SOON).await?;
        space.secret_with("db", &[("foo", "bar")]).await?;
        // It did not take an unreachable server for one without keys.
        assert_eq!(keys::in_use(&space.client, &space.namespace).await?.len(), 1);
        space.synced("db").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_during_an_outage_is_made_up_for() {
    in_yard(async |cluster, space| {
        let proxy = RecordingProxy::start(cluster).await?;
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.flags(&["--lease-duration=60s"]);
        let controller = Running::new(setup.through(&proxy).start().await?);
        let certificate = controller.certificate().await?;
        for name in ["changed", "drifted", "deleted", "dropped", "same"] {
            space.apply(&space.draft(name).value("foo", "old").seal(&certificate)).await?;
        }
        space.all_synced().await?;
        proxy.refuse(true);
        let spec = space.draft("changed").value("foo", "new").seal(&certificate).spec;
        space.edit("changed", |sealed| sealed.spec = spec.clone()).await?;
        let drift = data(&[("foo", "drift")]);
        space.edit_secret("drifted", |secret| secret.data = Some(drift.clone())).await?;
        space.delete_secret("deleted").await?;
        space.delete_sealed("dropped").await?;
        space.apply(&space.draft("new").value("foo", "new").seal(&certificate)).await?;
        controller.process.log_line("trying again", SOON).await?;
        proxy.refuse(false);
        space.secret_with("changed", &[("foo", "new")]).await?;
        space.secret_with("drifted", &[("foo", "old")]).await?;
        space.secret_with("deleted", &[("foo", "old")]).await?;
        space.secret_with("new", &[("foo", "new")]).await?;
        space.gone("dropped").await?;
        assert_eq!(space.all_synced().await?, 5);
        controller.counts("signet_index_size", 5.0).await
    })
    .await;
}

/// The history is gone as well: all has to be listed again, and what is missing in the lists is gone.
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_a_watch_expires_is_found_by_listing() {
    in_yard(async |cluster, space| {
        let proxy = RecordingProxy::start(cluster).await?;
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.flags(&["--lease-duration=60s"]);
        let controller = Running::new(setup.through(&proxy).start().await?);
        let certificate = controller.certificate().await?;
        for name in ["changed", "deleted", "dropped"] {
            space.apply(&space.draft(name).value("foo", "old").seal(&certificate)).await?;
        }
        space.all_synced().await?;
        let lists = signet_tests::Match::any().verb("list");
        let before = proxy.count(&lists);
        proxy.refuse(true);
        let spec = space.draft("changed").value("foo", "new").seal(&certificate).spec;
        space.edit("changed", |sealed| sealed.spec = spec.clone()).await?;
        space.delete_secret("deleted").await?;
        space.delete_sealed("dropped").await?;
        // Each of the four feeds is told once: two for keys, Secrets, SealedSecrets.
        proxy.inject(signet_tests::Fault::expire_watch().times(4));
        proxy.refuse(false);
        space.secret_with("changed", &[("foo", "new")]).await?;
        space.secret_with("deleted", &[("foo", "old")]).await?;
        controller.counts("signet_index_size", 2.0).await?;
        assert!(proxy.count(&lists) >= before + 4, "{:?}", proxy.counts());
        space.beat("beat", &certificate).await
    })
    .await;
}

/// Load balancers end old connections, often while something is under way.
#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_lose_nothing() {
    in_yard(async |cluster, space| {
        const OBJECTS: usize = 120;
        let proxy = RecordingProxy::start(cluster).await?;
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.through(&proxy);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        let draft = |n: usize| space.draft(&format!("object-{n:03}")).value("n", &n.to_string());
        let sealed: Vec<_> = (0..OBJECTS).map(|n| draft(n).seal(&certificate)).collect();
        for (number, part) in sealed.chunks(OBJECTS / 6).enumerate() {
            let (cut, applied) = futures::future::join(
                async {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    if number % 2 == 0 { proxy.cut_watches() } else { proxy.cut_connections() }
                },
                space.apply_all(part),
            )
            .await;
            let () = cut;
            applied?;
        }
        assert_eq!(space.all_synced().await?, OBJECTS);
        let secrets = space.secrets().list(&Default::default()).await?.items;
        assert_eq!(secrets.len(), OBJECTS + 1);
        space.beat("beat", &certificate).await
    })
    .await;
}
