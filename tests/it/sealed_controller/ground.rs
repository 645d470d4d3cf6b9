//! Clusters and controllers that the tests here share, and the frame around each test.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use futures::FutureExt as _;
use signet_tests::availability::Missing;
use signet_tests::controller::{NAMESPACE, Setup};
use signet_tests::peers::SEALED_SECRETS_CONTROLLER;
use signet_tests::{Cluster, Controller, Scenario, eventually, http, scenario_without_cluster};
use tokio::sync::OnceCell;

use super::canary::assert_no_canary;
use super::keys;
use super::space::Space;

/// Long enough on a machine that does much else.
pub(super) const SOON: Duration = Duration::from_secs(30);

/// A cluster with one controller that follows all namespaces, with the rights of our chart.
pub(super) struct Stage {
    pub(super) cluster: Cluster,
    pub(super) controller: Running,
}

/// The stage, raised by whoever asks first.
pub(super) async fn stage() -> Result<&'static Stage> {
    static STAGE: OnceCell<Result<Stage>> = OnceCell::const_new();
    again(STAGE.get_or_init(raise_stage).await, "the stage")
}

async fn raise_stage() -> Result<Stage> {
    let cluster = Cluster::start().await?;
    let client = cluster.admin().client()?;
    keys::put(&client, NAMESPACE, "sealed-secrets-keya1b2c", &keys::nth(0)?).await?;
    let setup = Setup::ours(&cluster, NAMESPACE)?.named("controller of the stage");
    // The limit has a test of its own; the others share one address.
    let setup = setup.flags(&["--rate-limit=1000", "--rate-limit-burst=1000", "--log-level=DEBUG"]);
    let controller = Running::new(setup.start().await?);
    Ok(Stage { cluster, controller })
}

/// A cluster without a controller. Whoever starts one there lets it follow a single namespace.
pub(super) async fn yard() -> Result<&'static Cluster> {
    static YARD: OnceCell<Result<Cluster>> = OnceCell::const_new();
    again(YARD.get_or_init(Cluster::start).await, "the yard")
}

/// A new cluster with upstream's definition of the SealedSecret instead of ours.
pub(super) async fn with_upstream_definition() -> Result<Cluster> {
    let definition = tokio::task::spawn_blocking(upstream_definition).await??;
    let cluster = Cluster::builder().without_crds().start().await?;
    cluster.apply(&std::fs::read_to_string(definition)?).await?;
    let client = cluster.admin().client()?;
    eventually("the definition to be served", SOON, async || {
        let request = ::http::Request::get("/apis/bitnami.com/v1alpha1/sealedsecrets").body(Vec::new())?;
        client.request_text(request).await?;
        Ok(Some(()))
    })
    .await?;
    Ok(cluster)
}

/// The definition in upstream's chart, from the source that the peers are built from.
fn upstream_definition() -> Result<PathBuf> {
    let module = format!("github.com/bitnami-labs/sealed-secrets@v{}", SEALED_SECRETS_CONTROLLER.version);
    let go = |args: &[&str]| {
        let mut command = Command::new("go");
        command.args(args).env("GOFLAGS", "-mod=mod").current_dir(std::env::temp_dir());
        command.output()
    };
    let missing = |hint: &str| Missing { what: format!("the source of {module}"), hint: hint.to_owned() };
    let cache = go(&["env", "GOMODCACHE"]).map_err(|_| missing("Go is not on PATH"))?;
    let cache = PathBuf::from(String::from_utf8(cache.stdout)?.trim());
    let file = cache.join(&module).join("helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml");
    if !file.is_file() {
        let fetched = go(&["mod", "download", &module])?;
        ensure!(fetched.status.success(), missing("`go mod download` did not fetch it"));
    }
    file.is_file().then_some(file).ok_or_else(|| missing("its chart has moved").into())
}

/// What failed once fails for all, with the same cause.
fn again<T>(started: &'static Result<T>, what: &str) -> Result<&'static T> {
    started.as_ref().map_err(|error| match error.downcast_ref::<Missing>() {
        Some(missing) => missing.clone().into(),
        None => anyhow!("{what} did not start: {error:?}"),
    })
}

/// A controller whose log must never hold a secret value.
#[derive(Debug)]
pub(super) struct Running(Controller);

impl Running {
    pub(super) fn new(controller: Controller) -> Self {
        Self(controller)
    }

    /// Asks it to end and waits until it did.
    pub(super) async fn stop(self) -> Result<()> {
        self.process.terminate()?;
        let status = self.process.wait(SOON).await?;
        ensure!(status.success(), self.process.failure("did not end well"));
        Ok(())
    }

    /// Waits until it leads and reconciles.
    pub(super) async fn leads(&self) -> Result<()> {
        eventually("the controller to lead", SOON * 2, async || {
            Ok((self.metric("signet_leader").await? == 1.0).then_some(()))
        })
        .await
    }

    /// Waits until a metric has a value.
    pub(super) async fn counts(&self, metric: &str, value: f64) -> Result<()> {
        eventually(&format!("{metric} to be {value}"), SOON, async || {
            let now = self.metric(metric).await?;
            if now == value { Ok(Some(())) } else { Err(anyhow!("it is {now}")) }
        })
        .await
    }

    /// An answer of its HTTP API.
    pub(super) async fn get(&self, path: &str) -> Result<http::Reply> {
        http::get(&format!("http://{}{path}", self.http)).await
    }

    /// The certificate that it serves.
    pub(super) async fn certificate(&self) -> Result<signet_sealed::Certificate> {
        let reply = self.get("/v1/cert.pem").await?;
        ensure!(reply.status.is_success(), "no certificate: {} {}", reply.status, reply.text());
        Ok(signet_sealed::Certificate::from_pem(&reply.body)?)
    }

    /// Checks what it said and says.
    pub(super) async fn keeps_secrets(&self) -> Result<()> {
        let metrics = http::get(&format!("http://{}/metrics", self.metrics)).await?.text();
        assert_no_canary("metrics", &metrics);
        assert_no_canary(self.process.name(), &self.process.log());
        Ok(())
    }
}

impl std::ops::Deref for Running {
    type Target = Controller;

    fn deref(&self) -> &Controller {
        &self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_no_canary(self.process.name(), &self.process.log());
        }
    }
}

/// Our controller for one namespace, which holds its keys too.
pub(super) fn for_one_namespace<'a>(cluster: &'a Cluster, namespace: &'a str) -> Result<Setup<'a>> {
    Ok(Setup::ours(cluster, namespace)?.flags(&["--all-namespaces=false"]))
}

/// A test on the stage, in a namespace of its own.
#[track_caller]
pub(super) fn on_stage(body: impl AsyncFnOnce(&Space, &Running) -> Result<()>) -> impl Future<Output = ()> {
    scenario_without_cluster(async move |s: &Scenario| {
        let stage = stage().await?;
        let space = Space::fresh(&stage.cluster, s.name()).await?;
        let result = framed(&space, || stage.controller.process.log(), body(&space, &stage.controller)).await;
        if result.is_ok() {
            stage.controller.keeps_secrets().await?;
        }
        result
    })
}

/// A test in the yard, in a namespace of its own.
#[track_caller]
pub(super) fn in_yard(
    body: impl AsyncFnOnce(&'static Cluster, &Space) -> Result<()>,
) -> impl Future<Output = ()> {
    scenario_without_cluster(async move |s: &Scenario| {
        let cluster = yard().await?;
        let space = Space::fresh(cluster, s.name()).await?;
        framed(&space, String::new, body(cluster, &space)).await
    })
}

/// Runs a test in a namespace; says what the namespace looks like if the test fails.
pub(super) async fn framed(
    space: &Space,
    log: impl FnOnce() -> String,
    test: impl Future<Output = Result<()>>,
) -> Result<()> {
    let outcome = AssertUnwindSafe(test).catch_unwind().await;
    if !matches!(outcome, Ok(Ok(()))) {
        let about = log();
        let about: Vec<_> = about.lines().filter(|line| line.contains(&space.namespace)).collect();
        let text = format!("{}\n{}\n", space.describe().await, about.join("\n"));
        let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    }
    match outcome {
        Ok(Ok(())) => space.keeps_secrets().await.context("after the test"),
        Ok(Err(error)) => Err(error),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
