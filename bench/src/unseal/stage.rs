//! An API server for one side, and its controller.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{DeleteParams, ListParams, ObjectMeta, PostParams};
use signet_crds::bitnami::{KEY_LABEL, KEY_LABEL_ACTIVE, SealedSecret};
use signet_tests::cluster::audit::Mark;
use signet_tests::controller::{NAMESPACE as CONTROLLER_NAMESPACE, SERVICE, Setup};
use signet_tests::peers::SEALED_SECRETS_CONTROLLER;
use signet_tests::progress::say;
use signet_tests::{Cluster, Controller, Program, eventually};

use super::watch::Watch;
use crate::inputs::{Input, NAMESPACE, ensure_secrets};
use crate::keys::Key;
use crate::meter;
use crate::sample::{Sample, Side};

/// Requests in flight while objects are created.
const CREATING: usize = 16;
const STARTED: Duration = Duration::from_secs(30);
const STOPPED: Duration = Duration::from_secs(30);
const EMPTIED: Duration = Duration::from_secs(300);

/// The stages, started when they are first needed.
#[derive(Default)]
pub(crate) struct Arena {
    ours: Option<Stage>,
    peer: Option<Stage>,
}

impl Arena {
    /// Empty stages with these keys; of the peer only where there is one.
    pub(super) async fn prepare(&mut self, keys: &[Key]) -> Result<Stages<'_>> {
        let ours = Stage::ready(&mut self.ours, Side::Ours, keys).await?;
        let peer = match super::peer()? {
            crate::contest::Opponent::Present => Some(Stage::ready(&mut self.peer, Side::Peer, keys).await?),
            crate::contest::Opponent::Absent => None,
        };
        Ok(Stages { ours, peer })
    }
}

/// The stages of one contest.
#[derive(Clone, Copy)]
pub(super) struct Stages<'a> {
    ours: &'a Stage,
    peer: Option<&'a Stage>,
}

impl<'a> Stages<'a> {
    pub(super) fn of(self, side: Side) -> Result<&'a Stage> {
        match side {
            Side::Ours => Ok(self.ours),
            Side::Peer => self.peer.context("there is no controller of sealed-secrets"),
        }
    }

    /// The sides that compete.
    pub(super) fn sides(self) -> impl Iterator<Item = Side> {
        Side::ALL.into_iter().filter(move |side| *side == Side::Ours || self.peer.is_some())
    }
}

/// A cluster for one side.
pub(super) struct Stage {
    side: Side,
    cluster: Cluster,
    client: kube::Client,
}

impl Stage {
    async fn ready<'a>(slot: &'a mut Option<Self>, side: Side, keys: &[Key]) -> Result<&'a Self> {
        let stage = match slot.take() {
            Some(stage) => stage,
            None => Self::start(side).await?,
        };
        let stage = slot.insert(stage);
        stage.empty().await?;
        stage.install(keys).await?;
        Ok(stage)
    }

    async fn start(side: Side) -> Result<Self> {
        say(&format!("  starting an API server for {}", side.as_str()));
        let cluster = Cluster::start().await?;
        cluster.create_namespace(NAMESPACE).await?;
        let client = cluster.admin().client()?;
        Ok(Self { side, cluster, client })
    }

    pub(super) fn secrets(&self) -> Api<Secret> {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }

    pub(super) fn sealed_secrets(&self) -> Api<SealedSecret> {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }

    /// Removes all objects and waits until they are gone.
    pub(super) async fn empty(&self) -> Result<()> {
        let (secrets, sealed) = (self.secrets(), self.sealed_secrets());
        let (none, all) = (DeleteParams::default(), ListParams::default());
        sealed.delete_collection(&none, &all).await?;
        secrets.delete_collection(&none, &all).await?;
        eventually("the objects of the last run to be gone", EMPTIED, async || {
            let one = all.clone().limit(1);
            let left = secrets.list_metadata(&one).await?.items.len()
                + sealed.list_metadata(&one).await?.items.len();
            Ok((left == 0).then_some(()))
        })
        .await
    }

    /// Makes these the keys of the controller, and the only ones.
    async fn install(&self, keys: &[Key]) -> Result<()> {
        let secrets = Api::<Secret>::namespaced(self.client.clone(), CONTROLLER_NAMESPACE);
        secrets.delete_collection(&DeleteParams::default(), &ListParams::default().labels(KEY_LABEL)).await?;
        for (number, key) in keys.iter().enumerate() {
            let certificate = key.certificate.to_pem().as_bytes().to_vec();
            let secret = Secret {
                metadata: ObjectMeta {
                    name: Some(format!("sealed-secrets-key-{number:02}")),
                    labels: Some([(KEY_LABEL.to_owned(), KEY_LABEL_ACTIVE.to_owned())].into()),
                    ..ObjectMeta::default()
                },
                type_: Some("kubernetes.io/tls".to_owned()),
                data: Some(
                    [
                        ("tls.key".to_owned(), ByteString(key.private_pem.clone())),
                        ("tls.crt".to_owned(), ByteString(certificate)),
                    ]
                    .into(),
                ),
                ..Secret::default()
            };
            secrets.create(&PostParams::default(), &secret).await?;
        }
        Ok(())
    }

    pub(super) async fn create(&self, objects: &[SealedSecret]) -> Result<()> {
        let (api, parameters) = (self.sealed_secrets(), PostParams::default());
        let create = async |object| api.create(&parameters, object).await.map(drop);
        futures::stream::iter(objects).map(create).buffer_unordered(CREATING).try_collect::<()>().await?;
        Ok(())
    }

    pub(super) async fn watch(&self) -> Result<Watch> {
        Watch::begin(&self.secrets(), &self.sealed_secrets()).await
    }

    /// Starts the controller of this side.
    pub(super) async fn controller(&self, peer_flags: &[String]) -> Result<Running<'_>> {
        let flags: Vec<&str> = peer_flags.iter().map(String::as_str).collect();
        let (setup, program) = match self.side {
            Side::Ours => (
                Setup::ours(&self.cluster, CONTROLLER_NAMESPACE)?,
                Program::ours("signet-controller")?.path().to_path_buf(),
            ),
            Side::Peer => (
                Setup::upstream(&self.cluster, CONTROLLER_NAMESPACE).flags(&flags),
                SEALED_SECRETS_CONTROLLER.find()?,
            ),
        };
        let mark = self.cluster.audit()?.mark().await?;
        let controller = setup.launch().await?;
        let started = meter::became(controller.process.pid(), &program, STARTED).await?;
        Ok(Running { stage: self, controller, started, mark, server_cpu: self.server_cpu()? })
    }

    /// Fails unless exactly these Secrets are there.
    pub(super) async fn ensure_secrets(&self, inputs: &[Input]) -> Result<()> {
        let secrets = self.secrets().list(&ListParams::default()).await?;
        ensure_secrets(inputs, &secrets.items).with_context(|| format!("{} are wrong", self.side.as_str()))
    }

    fn server_cpu(&self) -> Result<Duration> {
        let servers =
            self.cluster.processes().into_iter().filter(|(name, _)| *name != "kube-controller-manager");
        servers.map(|(_, pid)| meter::cpu(pid)).sum()
    }
}

/// A controller at work.
pub(super) struct Running<'a> {
    stage: &'a Stage,
    pub(super) controller: Controller,
    /// When the program began.
    pub(super) started: Instant,
    mark: Mark,
    server_cpu: Duration,
}

impl Running<'_> {
    /// What it took from its start to `end`, which should be now.
    pub(super) async fn sample(&self, end: Instant, objects: usize) -> Result<Sample> {
        let pid = self.controller.process.pid();
        let cpu = meter::cpu(pid).map_err(|error| self.failure(&error))?;
        let server_cpu = self.stage.server_cpu()?.saturating_sub(self.server_cpu);
        let rss = meter::peak_memory(pid)?;
        let rsa_operations = match self.stage.side {
            Side::Ours => Some(self.controller.metric("signet_rsa_private_ops_total").await?),
            Side::Peer => None,
        };
        let account = format!("system:serviceaccount:{CONTROLLER_NAMESPACE}:{SERVICE}");
        let requests = self.stage.cluster.audit()?.requests_by(&account, self.mark).await?;
        Ok(Sample {
            server_cpu: Some(server_cpu.as_secs_f64()),
            rss: Some(rss),
            requests,
            rsa_operations,
            ..Sample::timed(end.saturating_duration_since(self.started), cpu, objects)
        })
    }

    /// An error with the end of the controller's log.
    pub(super) fn failure(&self, error: &anyhow::Error) -> anyhow::Error {
        self.controller.process.failure(&format!("did not get to the end: {error:#}"))
    }

    /// Ends it as a cluster does, so that it can hand over what it holds.
    pub(super) async fn stop(self) -> Result<()> {
        self.controller.process.terminate()?;
        self.controller.process.wait(STOPPED).await?;
        Ok(())
    }
}
