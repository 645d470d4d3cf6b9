//! Requests that fail.

use std::time::Duration;

use anyhow::{Context as _, Result};
use kube::api::{Patch, PatchParams};
use serde_json::json;
use signet_sealed::Certificate;
use signet_tests::{Cluster, Fault, Match, RecordingProxy, eventually};

use super::ground::{Running, SOON, for_one_namespace, in_yard};
use super::keys;
use super::space::Space;

async fn start(cluster: &Cluster, space: &Space) -> Result<(RecordingProxy, Running, Certificate)> {
    let proxy = RecordingProxy::start(cluster).await?;
    keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
    let setup = for_one_namespace(cluster, &space.namespace)?.through(&proxy);
    let controller = Running::new(setup.start().await?);
    let certificate = controller.certificate().await?;
    Ok((proxy, controller, certificate))
}

fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("403", Fault::status(403)),
        ("409", Fault::status(409).times(2)),
        ("429", Fault::status(429).times(3)),
        ("429-later", Fault::status(429).retry_after(1)),
        ("500", Fault::status(500).times(2)),
        ("503", Fault::status(503).times(3)),
        ("late", Fault::latency(Duration::from_millis(300)).times(2)),
        ("cut", Fault::cut().times(2)),
    ]
}

/// Lets a kind of request fail in every way while an object is created and changed.
async fn is_overcome(wanted: Match) {
    in_yard(async |cluster, space| {
        let (proxy, controller, certificate) = start(cluster, space).await?;
        for (how, fault) in faults() {
            let name = format!("with-{how}");
            proxy.inject(fault.clone().on(wanted.clone()));
            space.apply(&space.draft(&name).value("foo", "old").seal(&certificate)).await?;
            space.secret_with(&name, &[("foo", "old")]).await?;
            space.synced(&name).await?;
            proxy.inject(fault.on(wanted.clone()));
            let spec = space.draft(&name).value("foo", "new").seal(&certificate).spec;
            space.edit(&name, |sealed| sealed.spec = spec.clone()).await?;
            space.secret_with(&name, &[("foo", "new")]).await?;
            space.synced(&name).await.with_context(|| format!("{wanted:?} with {how}"))?;
        }
        proxy.clear_faults();
        assert_eq!(space.all_synced().await?, faults().len());
        assert!(controller.process.running());
        space.beat("beat", &certificate).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_cannot_be_created_is_created_later() {
    is_overcome(Match::any().verb("create").resource("secrets")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_cannot_be_updated_is_updated_later() {
    is_overcome(Match::any().verb("update").resource("secrets")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_cannot_be_written_is_written_later() {
    is_overcome(Match::any().resource("sealedsecrets").subresource("status")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_written_stops_nothing() {
    is_overcome(Match::any().resource("events")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_is_denied_for_a_moment_is_soon_taken_up_again() {
    in_yard(async |cluster, space| {
        let (proxy, _controller, certificate) = start(cluster, space).await?;
        space.beat("before", &certificate).await?;
        proxy.inject(Fault::status(403).on(Match::any().verb("watch")).times(8));
        proxy.cut_watches();
        space.beat("after", &certificate).await
    })
    .await;
}

/// Upstream's best-known complaint: the Secret is fine, and `Synced` stays false.
#[tokio::test(flavor = "multi_thread")]
async fn the_status_ends_up_right_when_the_object_changes_meanwhile() {
    in_yard(async |cluster, space| {
        let (proxy, _controller, certificate) = start(cluster, space).await?;
        let status = Match::any().resource("sealedsecrets").subresource("status");
        proxy.inject(Fault::latency(Duration::from_millis(500)).on(status.clone()).times(2));
        space.apply(&space.draft("db").value("foo", "bar").seal(&certificate)).await?;
        // Once its status is under way, the object gets another version.
        for round in 1..=2 {
            eventually("the status to be under way", SOON, async || {
                Ok((proxy.count(&status) >= round).then_some(()))
            })
            .await?;
            let label = json!({"metadata": {"labels": {"round": round.to_string()}}});
            space.sealed().patch("db", &PatchParams::default(), &Patch::Merge(&label)).await?;
        }
        space.synced("db").await?;
        let answers: Vec<_> = proxy.requests().into_iter().filter(|r| r.subresource == "status").collect();
        let conflicts = answers.iter().filter(|request| request.status == Some(409)).count();
        assert_eq!(conflicts, 2, "{answers:?}");

        // And from false to true, when a person mends it in that moment.
        let foreign = keys::nth(3)?.certificate;
        proxy.inject(Fault::latency(Duration::from_millis(500)).on(status.clone()));
        let before = proxy.count(&status);
        space.apply(&space.draft("bad").value("foo", "bar").seal(&foreign)).await?;
        eventually("the status to be under way", SOON, async || {
            Ok((proxy.count(&status) > before).then_some(()))
        })
        .await?;
        let spec = space.draft("bad").value("foo", "bar").seal(&certificate).spec;
        space.edit("bad", |sealed| sealed.spec = spec.clone()).await?;
        space.synced("bad").await?;
        space.secret_with("bad", &[("foo", "bar")]).await?;
        // It stays so: the status of the first generation does not come late.
        space.beat("beat", &certificate).await?;
        space.synced("bad").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_nobody_takes_for_long_does_not_hold_up_secrets() {
    in_yard(async |cluster, space| {
        let (proxy, controller, certificate) = start(cluster, space).await?;
        let status = Match::any().resource("sealedsecrets").subresource("status");
        proxy.inject(Fault::status(500).on(status).always());
        for n in 0..40 {
            space.apply(&space.draft(&format!("object-{n}")).value("foo", "bar").seal(&certificate)).await?;
        }
        for n in 0..40 {
            space.secret_with(&format!("object-{n}"), &[("foo", "bar")]).await?;
        }
        proxy.clear_faults();
        assert_eq!(space.all_synced().await?, 40);
        assert!(controller.metric("signet_status_write_retries_total").await? >= 40.0);
        let errors = controller.metric("sealed_secrets_controller_unseal_errors_total").await?;
        assert!(errors >= 40.0, "{errors}");
        Ok(())
    })
    .await;
}

/// One object that always fails must not keep the others waiting, nor the API server busy.
#[tokio::test(flavor = "multi_thread")]
async fn failing_objects_do_not_starve_the_others() {
    in_yard(async |cluster, space| {
        let (proxy, _controller, certificate) = start(cluster, space).await?;
        // A type that the API server checks, with the wrong content.
        for n in 0..30 {
            let bad = space.draft(&format!("bad-{n}")).value("foo", "bar").of_type("kubernetes.io/tls");
            space.apply(&bad.seal(&certificate)).await?;
        }
        for n in 0..30 {
            space.refused(&format!("bad-{n}")).await?;
        }
        proxy.clear();
        for n in 0..30 {
            space.apply(&space.draft(&format!("good-{n}")).value("foo", "bar").seal(&certificate)).await?;
        }
        for n in 0..30 {
            space.synced(&format!("good-{n}")).await?;
        }
        let created = proxy.count(&Match::any().verb("create").resource("secrets"));
        assert!(created <= 60, "{created} requests for 30 Secrets");
        Ok(())
    })
    .await;
}
