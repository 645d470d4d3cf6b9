//! Two replicas.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use kube::api::ListParams;
use signet_tests::{Cluster, Fault, Match, RecordingProxy, eventually};

use super::draft::data;
use super::ground::{Running, SOON, for_one_namespace, in_yard};
use super::keys;
use super::space::Space;

/// So long may SealedSecrets wait for a new leader.
const TAKE_OVER: Duration = Duration::from_secs(20);

async fn two(cluster: &Cluster, space: &Space, flags: &[&str]) -> Result<[Running; 2]> {
    let launch = async |name| {
        let setup = for_one_namespace(cluster, &space.namespace)?.named(name).flags(flags);
        anyhow::Ok(Running::new(setup.launch().await?))
    };
    let (a, b) = futures::future::try_join(launch("replica a"), launch("replica b")).await?;
    for replica in [&a, &b] {
        replica.process.responds(&format!("http://{}/v1/cert.pem", replica.http), SOON * 2).await?;
    }
    Ok([a, b])
}

/// The one that leads first, and the other one.
async fn leader_first([a, b]: [Running; 2]) -> Result<[Running; 2]> {
    let leads = async |replica: &Running| anyhow::Ok(replica.metric("signet_leader").await? == 1.0);
    let first = eventually("a leader", SOON, async || match (leads(&a).await?, leads(&b).await?) {
        (true, true) => anyhow::bail!("both lead"),
        (false, false) => Ok(None),
        (first, _) => Ok(Some(first)),
    })
    .await?;
    Ok(if first { [a, b] } else { [b, a] })
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_started_together_make_one_key_and_serve_the_same() {
    in_yard(async |cluster, space| {
        let replicas = two(cluster, space, &["--key-size=2048"]).await?;
        let [leader, other] = leader_first(replicas).await?;
        let (served, same) = (leader.get("/v1/cert.pem").await?, other.get("/v1/cert.pem").await?);
        assert!(served.status.is_success());
        assert_eq!(served.body, same.body);
        assert_eq!(keys::in_use(&space.client, &space.namespace).await?.len(), 1);
        // The one that does not lead opens values too, when it is asked.
        let sealed = space.draft("db").value("foo", "bar").seal(&other.certificate().await?);
        for replica in [&leader, &other] {
            assert_eq!(replica.get("/healthz").await?.text(), "ok\n");
            assert!(replica.get("/readyz").await?.status.is_success());
            let url = format!("http://{}/v1/verify", replica.http);
            let reply =
                signet_tests::http::post(&url, "application/json", serde_json::to_vec(&sealed)?).await?;
            assert_eq!(reply.status, 200);
        }
        space.apply(&sealed).await?;
        space.secret_with("db", &[("foo", "bar")]).await?;
        // The leader alone works.
        assert_eq!(other.metric("sealed_secrets_controller_unseal_requests_total").await?, 0.0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_lost_when_the_leader_is_killed_in_the_middle_of_500_objects() {
    in_yard(async |cluster, space| {
        const OBJECTS: usize = 500;
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        // Some latency, so that there is a middle.
        let proxies = [RecordingProxy::start(cluster).await?, RecordingProxy::start(cluster).await?];
        let launch = async |proxy| {
            let setup = for_one_namespace(cluster, &space.namespace)?.through(proxy);
            anyhow::Ok(Running::new(setup.start().await?))
        };
        for proxy in &proxies {
            let writes = Match::any().writes().resource("secrets");
            proxy.inject(Fault::latency(Duration::from_millis(100)).on(writes).always());
        }
        let replicas = [launch(&proxies[0]).await?, launch(&proxies[1]).await?];
        let [leader, other] = leader_first(replicas).await?;
        let certificate = leader.certificate().await?;
        let name = |n: usize| format!("object-{n:03}");
        let sealed = |n: usize| space.draft(&name(n)).value("n", &n.to_string()).seal(&certificate);
        let sealed: Vec<_> = (0..OBJECTS).map(sealed).collect();

        let killed = async {
            let made = eventually("the middle", SOON, async || {
                let made = space.secrets().list_metadata(&ListParams::default()).await?.items.len();
                Ok((made > OBJECTS / 10).then_some(made))
            })
            .await?;
            leader.process.kill()?;
            ensure!(made < OBJECTS, "the leader was too fast for this test: {made}");
            anyhow::Ok(Instant::now())
        };
        let (killed, created) = futures::future::join(killed, space.apply_all(&sealed)).await;
        let killed = killed?;
        created?;
        other.leads().await?;
        let waited = killed.elapsed();
        assert!(waited <= TAKE_OVER, "the new leader took {waited:?}");
        for proxy in &proxies {
            proxy.clear_faults();
        }
        assert_eq!(space.all_synced().await?, OBJECTS);
        let secrets = space.secrets().list(&ListParams::default()).await?.items;
        for n in 0..OBJECTS {
            let secret = secrets.iter().find(|secret| secret.metadata.name.as_deref() == Some(&name(n)));
            let secret = secret.with_context(|| format!("{} is lost", name(n)))?;
            assert_eq!(secret.data, Some(data(&[("n", &n.to_string())])));
        }
        // The key and nothing else.
        assert_eq!(secrets.len(), OBJECTS + 1);
        assert_eq!(keys::in_use(&space.client, &space.namespace).await?.len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_is_asked_to_end_hands_over_at_once() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let [leader, other] = leader_first(two(cluster, space, &[]).await?).await?;
        let certificate = leader.certificate().await?;
        space.apply(&space.draft("before").value("foo", "bar").seal(&certificate)).await?;
        space.synced("before").await?;
        let asked = Instant::now();
        leader.stop().await?;
        other.leads().await?;
        // The lease would have had 15 seconds more.
        assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
        space.apply(&space.draft("after").value("foo", "bar").seal(&certificate)).await?;
        space.synced("after").await?;
        // The new leader found the first one as it should be.
        assert_eq!(other.metric("signet_rsa_private_ops_total").await?, 1.0);
        Ok(())
    })
    .await;
}

/// An API server that has just started denies everything for a moment. Installations without a right to leases look
/// the same, and there a replica acts alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_is_denied_the_lease_for_a_moment_does_not_lead() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let leader = Running::new(for_one_namespace(cluster, &space.namespace)?.start().await?);
        leader.leads().await?;
        let proxy = RecordingProxy::start(cluster).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.named("standby").through(&proxy);
        let standby = Running::new(setup.start().await?);
        let looks = Match::any().resource("leases");
        let looked = async |times: usize| {
            eventually("the standby to look at the lease", SOON, async || {
                Ok((proxy.count(&looks) >= times).then_some(()))
            })
            .await
        };
        looked(1).await?;
        proxy.inject(Fault::status(403).on(looks.clone()).times(3));
        looked(5).await?;
        assert_eq!(standby.metric("signet_leader").await?, 0.0, "two lead");
        leader.stop().await?;
        standby.leads().await
    })
    .await;
}

/// Whoever may not act any more must not go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_cannot_reach_the_api_server_ends_before_another_one_may_lead() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let proxy = RecordingProxy::start(cluster).await?;
        let flags = ["--lease-duration=6s", "--lease-renew-period=1s"];
        let setup =
            |name| anyhow::Ok(for_one_namespace(cluster, &space.namespace)?.named(name).flags(&flags));
        let cut_off = Running::new(setup("cut off")?.through(&proxy).start().await?);
        cut_off.leads().await?;
        let other = Running::new(setup("other")?.start().await?);
        proxy.refuse(true);
        let status = cut_off.process.wait(SOON).await?;
        assert!(!status.success());
        assert_eq!(other.metric("signet_leader").await?, 0.0, "two lead");
        other.leads().await?;
        space.beat("db", &other.certificate().await?).await
    })
    .await;
}
