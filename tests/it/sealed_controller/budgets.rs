//! What work may cost, in RSA operations and requests: C1 to C3 and C5 to C7 of the benchmark specification. C4 is in
//! [`super::restart`].

use anyhow::Result;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use signet_crds::bitnami::SealedSecret;
use signet_tests::{Cluster, Match, RecordingProxy, eventually};

use super::draft::Draft;
use super::ground::{Running, SOON, for_one_namespace, in_yard};
use super::keys::{self, Key};
use super::space::Space;

const VALUES: usize = 5;
const OPERATIONS: &str = "signet_rsa_private_ops_total";

/// Starts a controller that has the first so many keys, newest first.
async fn with_keys(cluster: &Cluster, space: &Space, count: usize) -> Result<(Running, Vec<Key>)> {
    let keys: Vec<_> = (0..count).map(keys::nth).collect::<Result<_>>()?;
    for (number, key) in keys.iter().enumerate() {
        keys::put(&space.client, &space.namespace, &format!("key-{number}"), key).await?;
    }
    let controller = Running::new(for_one_namespace(cluster, &space.namespace)?.start().await?);
    controller.counts("signet_keys", count as f64).await?;
    controller.leads().await?;
    Ok((controller, keys))
}

fn draft(space: &Space, number: usize) -> Draft {
    let draft = space.draft(&format!("object-{number:03}"));
    (0..VALUES).fold(draft, |draft, value| draft.value(&format!("v{value}"), &number.to_string()))
}

/// Syncs objects and returns the RSA operations that a value took.
async fn operations_a_value(space: &Space, controller: &Running, sealed: &[SealedSecret]) -> Result<f64> {
    let before = controller.metric(OPERATIONS).await?;
    space.apply_all(sealed).await?;
    assert_eq!(space.all_synced().await?, sealed.len());
    let operations = controller.metric(OPERATIONS).await? - before;
    Ok(operations / (sealed.len() * VALUES) as f64)
}

/// A fixed sequence of numbers without a pattern.
fn mixed(number: usize) -> usize {
    (number.wrapping_mul(2_654_435_761) >> 7) % keys::COUNT
}

/// C1.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_costs_one_rsa_operation_when_the_key_is_known() {
    in_yard(async |cluster, space| {
        let (controller, keys) = with_keys(cluster, space, keys::COUNT).await?;
        let sealed: Vec<_> = (0..20).map(|n| draft(space, n).seal(&keys[0].certificate)).collect();
        assert_eq!(operations_a_value(space, &controller, &sealed).await?, 1.0);
        Ok(())
    })
    .await;
}

/// C2: the key is the oldest of all, and nothing says so.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_looked_for_once_and_not_for_each_object() {
    in_yard(async |cluster, space| {
        let (controller, keys) = with_keys(cluster, space, keys::COUNT).await?;
        let oldest = &keys[keys::COUNT - 1].certificate;
        let sealed: Vec<_> = (0..200).map(|n| draft(space, n).seal(oldest)).collect();
        let cost = operations_a_value(space, &controller, &sealed).await?;
        // Each thread begins with a search of its own; with two of them 1.05 is the budget.
        let threads = std::thread::available_parallelism()?.get().max(2);
        let most = 1.0 + 0.025 * threads as f64;
        assert!((1.0..=most).contains(&cost), "{cost} operations a value");
        Ok(())
    })
    .await;
}

/// C3, with hints.
#[tokio::test(flavor = "multi_thread")]
async fn hints_find_the_right_one_of_many_keys() {
    in_yard(async |cluster, space| {
        let (controller, keys) = with_keys(cluster, space, keys::COUNT).await?;
        let hinted = |n: usize| {
            let certificate = &keys[mixed(n)].certificate;
            draft(space, n).hinting(certificate).seal(certificate)
        };
        let sealed: Vec<_> = (0..200).map(hinted).collect();
        let cost = operations_a_value(space, &controller, &sealed).await?;
        assert!((1.0..=1.6).contains(&cost), "{cost} operations a value");
        Ok(())
    })
    .await;
}

/// C3, without hints: half of the keys on average for the first value, none for the others.
#[tokio::test(flavor = "multi_thread")]
async fn without_hints_the_values_of_an_object_share_one_search() {
    in_yard(async |cluster, space| {
        let (controller, keys) = with_keys(cluster, space, keys::COUNT).await?;
        let sealed: Vec<_> = (0..48).map(|n| draft(space, n).seal(&keys[mixed(n)].certificate)).collect();
        let cost = operations_a_value(space, &controller, &sealed).await?;
        assert!((1.0..=(keys::COUNT as f64 + 1.0) / 2.0).contains(&cost), "{cost} operations a value");
        // A wrong hint costs an operation and hides nothing.
        let misled = draft(space, 999).hinting(&keys[3].certificate).seal(&keys[7].certificate);
        space.apply(&misled).await?;
        space.synced("object-999").await?;
        Ok(())
    })
    .await;
}

/// A controller behind a proxy, and some objects that it has synced.
async fn with_proxy(cluster: &Cluster, space: &Space, objects: usize) -> Result<(RecordingProxy, Running)> {
    let proxy = RecordingProxy::start(cluster).await?;
    keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
    let setup = for_one_namespace(cluster, &space.namespace)?.through(&proxy);
    let controller = Running::new(setup.start().await?);
    controller.leads().await?;
    let certificate = controller.certificate().await?;
    // By then everything is listed.
    space.beat("first", &certificate).await?;
    told(&proxy, 2).await?;
    proxy.clear();
    let sealed: Vec<_> = (0..objects).map(|n| draft(space, n).seal(&certificate)).collect();
    space.apply_all(&sealed).await?;
    assert_eq!(space.all_synced().await?, objects + 1);
    told(&proxy, objects).await?;
    Ok((proxy, controller))
}

/// Requests but for watches and those for leader election: by what they do.
fn requests(proxy: &RecordingProxy) -> Vec<(String, usize)> {
    let counts = proxy.counts().into_iter();
    counts.filter(|(what, _)| !what.starts_with("watch ") && !what.ends_with(" leases")).collect()
}

fn counts(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
    expected.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect()
}

/// Waits until so many events were written: they follow the status.
async fn told(proxy: &RecordingProxy, times: usize) -> Result<()> {
    let events = Match::any().verb("create").resource("events");
    eventually("the events", SOON, async || Ok((proxy.count(&events) >= times).then_some(()))).await
}

/// C5.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_sync_costs_a_secret_a_status_and_an_event() {
    in_yard(async |cluster, space| {
        let (proxy, _controller) = with_proxy(cluster, space, 30).await?;
        let expected = [("create events", 30), ("create secrets", 30), ("update sealedsecrets/status", 30)];
        assert_eq!(requests(&proxy), counts(&expected));
        Ok(())
    })
    .await;
}

/// C6.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_costs_a_secret_a_status_and_an_event() {
    in_yard(async |cluster, space| {
        let (proxy, controller) = with_proxy(cluster, space, 10).await?;
        proxy.clear();
        let certificate = controller.certificate().await?;
        for number in 0..10 {
            let spec = draft(space, number).value("more", "x").seal(&certificate).spec;
            space.edit(&format!("object-{number:03}"), |sealed| sealed.spec = spec.clone()).await?;
        }
        assert_eq!(space.all_synced().await?, 11);
        told(&proxy, 10).await?;
        let expected = [("create events", 10), ("update sealedsecrets/status", 10), ("update secrets", 10)];
        assert_eq!(requests(&proxy), counts(&expected));
        Ok(())
    })
    .await;
}

/// C7.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_touched_without_a_change_costs_nothing() {
    in_yard(async |cluster, space| {
        let (proxy, controller) = with_proxy(cluster, space, 5).await?;
        let operations = controller.metric(OPERATIONS).await?;
        proxy.clear();
        for number in 0..5 {
            let name = format!("object-{number:03}");
            let label = json!({"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}});
            space.sealed().patch(&name, &PatchParams::default(), &Patch::Merge(&label)).await?;
            // The same spec under the name of another tool: its managed fields change.
            let spec = space.sealed().get(&name).await?.spec;
            let same = json!({
                "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret",
                "spec": {"encryptedData": spec.encrypted_data},
            });
            let apply = PatchParams::apply("gitops").force();
            space.sealed().patch(&name, &apply, &Patch::Apply(&same)).await?;
        }
        space.beat("beat", &controller.certificate().await?).await?;
        told(&proxy, 2).await?;
        let counted = requests(&proxy);
        let about_beat = proxy.requests().iter().filter(|request| request.name == "beat").count();
        // The beat is created, reported, and brought back; both times with an event.
        let expected = [("create events", 2), ("create secrets", 2), ("update sealedsecrets/status", 1)];
        let without_reads: Vec<_> =
            counted.into_iter().filter(|(what, _)| what != "get sealedsecrets").collect();
        assert_eq!(without_reads, counts(&expected), "{:?}", proxy.requests());
        assert_eq!(about_beat, 2, "{:?}", proxy.requests());
        assert_eq!(controller.metric(OPERATIONS).await? - operations, 2.0);
        Ok(())
    })
    .await;
}
