use std::time::{Duration, Instant};

use anyhow::Result;
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ListParams, ObjectMeta, PostParams, WatchEvent, WatchParams};
use kube::{Api, Error};
use signet_tests::{Fault, Match, Program, RecordingProxy, Scenario, eventually, scenario};

const SOON: Duration = Duration::from_secs(30);

fn config_map(name: &str) -> ConfigMap {
    let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    ConfigMap { metadata, ..ConfigMap::default() }
}

async fn through_proxy(s: &Scenario) -> Result<(RecordingProxy, Api<ConfigMap>)> {
    let proxy = s.proxy().await?;
    let ns = s.namespace().await?;
    let access = s.cluster().admin().in_namespace(&ns).through(&proxy);
    Ok((proxy, Api::default_namespaced(access.client()?)))
}

fn status_of<T>(result: Result<T, Error>) -> Option<u16> {
    match result {
        Err(Error::Api(status)) => Some(status.code),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_counted_with_its_answer() {
    scenario(async |s| {
        let (proxy, maps) = through_proxy(s).await?;
        maps.create(&PostParams::default(), &config_map("one")).await?;
        maps.list(&ListParams::default()).await?;
        maps.get_opt("two").await?;
        let counts = proxy.counts();
        assert_eq!(
            counts,
            [("create configmaps", 1), ("get configmaps", 1), ("list configmaps", 1)]
                .map(|(what, count)| (what.to_owned(), count))
                .into()
        );
        let requests = proxy.requests();
        let statuses: Vec<_> = requests.iter().map(|request| request.status).collect();
        assert_eq!(statuses, [Some(201), Some(200), Some(404)]);
        assert!(requests.iter().all(|request| request.bytes_out > 0));
        assert!(requests[0].bytes_in > 0);
        assert_eq!(proxy.count(&Match::any().writes()), 1);
        proxy.clear();
        assert_eq!(proxy.count(&Match::any()), 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_happens_as_often_as_told_and_only_to_what_it_is_about() {
    scenario(async |s| {
        let (proxy, maps) = through_proxy(s).await?;
        let create = PostParams::default();
        let about = || Match::any().verb("create").resource("configmaps");
        for code in [409, 410, 500] {
            proxy.inject(Fault::status(code).on(about()));
            maps.list(&ListParams::default()).await?;
            assert_eq!(status_of(maps.create(&create, &config_map("one")).await), Some(code));
        }
        // kube repeats these by itself, after the time it was told.
        for (code, name) in [(429, "two"), (503, "three")] {
            proxy.clear();
            proxy.inject(Fault::status(code).retry_after(0).on(about()).times(2));
            maps.create(&create, &config_map(name)).await?;
            let statuses: Vec<_> = proxy.requests().iter().map(|request| request.status).collect();
            assert_eq!(statuses, [Some(code), Some(code), Some(201)]);
        }
        proxy.inject(Fault::status(500).on(Match::any().verb("get").name("one")).times(2));
        assert_eq!(status_of(maps.get("one").await), Some(500));
        assert_eq!(status_of(maps.get("one").await), Some(500));
        assert_eq!(status_of(maps.get("one").await), Some(404));
        assert_eq!(proxy.count(&Match::any().verb("get").name("one")), 3);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_can_be_late_and_connections_can_break() {
    scenario(async |s| {
        let (proxy, maps) = through_proxy(s).await?;
        let latency = Duration::from_millis(300);
        proxy.inject(Fault::latency(latency));
        let start = Instant::now();
        maps.list(&ListParams::default()).await?;
        assert!(start.elapsed() >= latency);

        proxy.inject(Fault::cut().on(Match::any().verb("create")));
        let broken = maps.create(&PostParams::default(), &config_map("one")).await;
        assert!(broken.is_err() && status_of(broken).is_none());
        maps.create(&PostParams::default(), &config_map("one")).await?;

        proxy.refuse(true);
        assert!(maps.get("one").await.is_err());
        proxy.refuse(false);
        maps.get("one").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_are_streamed_and_can_be_cut_or_expired() {
    scenario(async |s| {
        let (proxy, maps) = through_proxy(s).await?;
        let mut events = maps.watch(&WatchParams::default(), "0").await?.boxed();
        maps.create(&PostParams::default(), &config_map("one")).await?;
        let seen = tokio::time::timeout(SOON, async {
            loop {
                match events.try_next().await? {
                    Some(WatchEvent::Added(map)) => return anyhow::Ok(map),
                    Some(WatchEvent::Bookmark(_)) => {}
                    other => anyhow::bail!("unexpected: {other:?}"),
                }
            }
        });
        assert_eq!(seen.await??.metadata.name.as_deref(), Some("one"));

        proxy.cut_watches();
        let end = tokio::time::timeout(SOON, events.next()).await?;
        assert!(matches!(end, None | Some(Err(_))), "{end:?}");
        assert_eq!(proxy.count(&Match::any().verb("watch").resource("configmaps")), 1);

        proxy.inject(Fault::expire_watch());
        let mut events = maps.watch(&WatchParams::default(), "0").await?.boxed();
        let seen = tokio::time::timeout(SOON, events.try_next()).await??;
        assert!(matches!(seen, Some(WatchEvent::Error(status)) if status.code == 410));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn go_clients_work_through_the_proxy_and_are_told_apart_by_their_user_agent() {
    scenario(async |s| {
        let (proxy, maps) = through_proxy(s).await?;
        maps.create(&PostParams::default(), &config_map("one")).await?;
        let access = s.cluster().admin().through(&proxy);
        let kubectl = Program::new(s.cluster().kubectl())
            .args(["get", "namespaces", "--output=name", "--kubeconfig"])
            .arg(access.kubeconfig()?);
        kubectl.output(SOON).await?.success()?;
        let by_kubectl = proxy.count(&Match::any().resource("namespaces").user_agent("kubectl/"));
        assert_eq!(by_kubectl, 1);
        assert_eq!(proxy.count(&Match::any().resource("configmaps").user_agent("kubectl/")), 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_go_on_once_the_api_server_is_back() {
    signet_tests::scenario_without_cluster(async |_| {
        let cluster = signet_tests::Cluster::builder().without_crds().start().await?;
        let proxy = RecordingProxy::start(&cluster).await?;
        let maps = Api::<ConfigMap>::default_namespaced(cluster.admin().through(&proxy).client()?);
        maps.create(&PostParams::default(), &config_map("one")).await?;
        cluster.stop_api_server()?;
        assert!(maps.get("one").await.is_err());
        cluster.start_api_server().await?;
        eventually("the proxy to reach the API server", SOON, async || Ok(maps.get_opt("one").await?))
            .await?;
        Ok(())
    })
    .await;
}
