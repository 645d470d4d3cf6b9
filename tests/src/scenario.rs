//! One test against real servers.

mod report;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use futures::FutureExt as _;
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::{DeleteParams, ObjectMeta};

use crate::availability::{report_skipped, skipped};
use crate::cluster::Cluster;
use crate::peers::Peer;
use crate::process::{Process, Program};
use crate::proxy::RecordingProxy;
use crate::scratch::Scratch;

/// The label that leads from a namespace to its test.
pub const LABEL: &str = "signet.test/name";

/// Names of namespaces end with a random part of five characters and a dash.
const LONGEST_NAMESPACE: usize = 63 - 6;
const LONGEST_LABEL: usize = 63;

/// What a test works with.
#[derive(Debug)]
pub struct Scenario {
    name: String,
    cluster: Option<&'static Cluster>,
    files: Scratch,
    namespaces: Mutex<Vec<String>>,
    processes: Mutex<Vec<Arc<Process>>>,
}

/// Runs a test on the shared cluster. Call it directly from the test function, whose name it takes.
///
/// The test fails (by a panic) on an error; then the state of our objects, without values, and the logs
/// of the processes are printed. It is reported as skipped when a program is missing that may be.
#[track_caller]
pub fn scenario(body: impl AsyncFnOnce(&Scenario) -> Result<()>) -> impl Future<Output = ()> {
    let name = test_name();
    async move {
        match Cluster::shared().await {
            Ok(cluster) => run(name, Some(cluster), body).await,
            Err(error) => finish(&name, Err(error)),
        }
    }
}

/// The same for a test that needs programs but no cluster, or one of its own.
#[track_caller]
pub fn scenario_without_cluster(body: impl AsyncFnOnce(&Scenario) -> Result<()>) -> impl Future<Output = ()> {
    run(test_name(), None, body)
}

async fn run(
    name: String,
    cluster: Option<&'static Cluster>,
    body: impl AsyncFnOnce(&Scenario) -> Result<()>,
) {
    let files = Scratch::new("test").expect("a temporary directory can be made");
    let scenario =
        Scenario { name, cluster, files, namespaces: Mutex::default(), processes: Mutex::default() };
    let result = AssertUnwindSafe(body(&scenario)).catch_unwind().await;
    let missing = matches!(&result, Ok(Err(error)) if skipped(error).is_some());
    if !missing && !matches!(result, Ok(Ok(()))) {
        report::print(&scenario).await;
    }
    scenario.delete_namespaces().await;
    match result {
        Ok(result) => finish(&scenario.name, result),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn finish(test: &str, result: Result<()>) {
    let Err(error) = result else { return };
    match skipped(&error) {
        Some(reason) => report_skipped(test, reason),
        None => panic!("{test}: {error:#}"),
    }
}

/// The test runner names the thread of a test after it.
fn test_name() -> String {
    std::thread::current().name().unwrap_or("test").to_owned()
}

impl Scenario {
    /// The name of the test, with its module.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shared cluster.
    ///
    /// # Panics
    /// In a [`scenario_without_cluster`].
    #[track_caller]
    pub fn cluster(&self) -> &'static Cluster {
        self.cluster.expect("this scenario was started without a cluster")
    }

    /// A client of the administrator.
    pub fn client(&self) -> Result<kube::Client> {
        self.cluster().admin().client()
    }

    /// A directory for files of the test; it goes away with it.
    pub fn dir(&self) -> &Path {
        self.files.path()
    }

    /// A fresh namespace that carries the name of the test.
    pub async fn namespace(&self) -> Result<String> {
        let short = self.name.rsplit("::").next().unwrap_or_default();
        let namespace = Namespace {
            metadata: ObjectMeta {
                generate_name: Some(format!("{}-", dns_label(short, LONGEST_NAMESPACE))),
                labels: Some([(LABEL.to_owned(), dns_label(short, LONGEST_LABEL))].into()),
                ..ObjectMeta::default()
            },
            ..Namespace::default()
        };
        let created = Api::all(self.client()?).create(&Default::default(), &namespace).await?;
        let name = created.metadata.name.context("the API server gave no name")?;
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
        Ok(name)
    }

    /// Starts a process whose log is printed if the test fails. It ends with the
    /// test.
    pub fn start(&self, program: Program) -> Result<Arc<Process>> {
        let process = Arc::new(program.start()?);
        self.processes.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&process));
        Ok(process)
    }

    /// A recording proxy in front of the shared cluster.
    pub async fn proxy(&self) -> Result<RecordingProxy> {
        RecordingProxy::start(self.cluster()).await
    }

    /// The program of a peer; the test is skipped where it is missing and may be.
    pub async fn peer(&self, peer: &'static Peer) -> Result<PathBuf> {
        tokio::task::spawn_blocking(|| peer.find()).await?
    }

    fn namespaces(&self) -> Vec<String> {
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn processes(&self) -> Vec<Arc<Process>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Nobody waits for the end of it. Errors do not matter: most clusters end with the tests.
    async fn delete_namespaces(&self) {
        let namespaces = self.namespaces();
        if namespaces.is_empty() {
            return;
        }
        let Ok(client) = self.client() else { return };
        let api = Api::<Namespace>::all(client);
        for name in namespaces {
            let _ = api.delete(&name, &DeleteParams::default()).await;
        }
    }
}

/// As much of a name as fits a DNS label.
fn dns_label(name: &str, longest: usize) -> String {
    let dashed: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .take(longest)
        .collect();
    dashed.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tests_become_dns_labels() {
        assert_eq!(dns_label("deleted_secret_comes_back", 63), "deleted-secret-comes-back");
        assert_eq!(dns_label("a_b_", 2), "a");
        assert_eq!(dns_label(&"x".repeat(80), 57).len(), 57);
    }
}
