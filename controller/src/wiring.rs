//! Starts everything, and ends the process when something that should run for ever does not.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, SystemClock};
use crate::config::{self, Settings};
use crate::http::{self, Readiness};
use crate::keyring::{KeyService, Keyring};
use crate::leader::{Election, Leadership, identity};
use crate::metrics::{ConditionSource, Metrics};
use crate::rsa_pool::RsaPool;
use crate::sealed_secret::Reconciler;

/// How long work in progress may take after a request to end.
const DRAIN: Duration = Duration::from_secs(5);

/// Runs the operator until it is asked to end.
///
/// # Errors
/// What made it impossible to start or to go on. The process must end then: a leader that lost its lease may not act.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    tracing::info!(version = config::VERSION, "Starting sealed-secrets controller");
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let settings = Arc::new(settings);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let parts = Parts::new(&settings).await?;
    let servers = parts.serve(&stop).await?;
    let mut leading = tokio::spawn(lead(parts, stop.clone()));

    let ended = tokio::select! {
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        ended = &mut leading => Some(ended?),
    };
    stop.cancel();
    let ended = match ended {
        Some(ended) => ended,
        // Passes in progress end, and the lease is given up.
        None => tokio::time::timeout(2 * DRAIN, leading).await.unwrap_or(Ok(Ok(())))?,
    };
    for server in servers {
        let _ = tokio::time::timeout(DRAIN, server).await;
    }
    tracing::info!("stopped");
    ended
}

/// What the process is made of.
struct Parts {
    settings: Arc<Settings>,
    client: kube::Client,
    metrics: Arc<Metrics>,
    keyring: Arc<Keyring>,
    keys: Arc<KeyService>,
    readiness: Arc<Readiness>,
    clock: Arc<dyn Clock>,
    rsa: Arc<RsaPool>,
}

impl Parts {
    async fn new(settings: &Arc<Settings>) -> anyhow::Result<Self> {
        let mut config = config::cluster(settings).await?;
        // Passes, feeds and the lease retry by themselves, each in its own way; the gate must see every refusal.
        config.default_retry = false;
        let client = kube::Client::try_from(config)?;
        let metrics = Arc::new(Metrics::new(config::VERSION)?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let keyring = Arc::new(Keyring::new());
        let keys = KeyService::new(
            client.clone(),
            settings.namespace.clone(),
            settings.keys.clone(),
            Arc::clone(&keyring),
            Arc::clone(&metrics),
            Arc::clone(&clock),
        );
        let readiness = Arc::new(Readiness::new());
        Ok(Self {
            settings: Arc::clone(settings),
            client,
            metrics,
            keyring,
            keys,
            readiness,
            clock,
            rsa: Arc::new(RsaPool::start()?),
        })
    }

    /// What every replica does: answer requests and follow the keys.
    async fn serve(&self, stop: &CancellationToken) -> anyhow::Result<Vec<tokio::task::JoinHandle<()>>> {
        let api = http::Api {
            keyring: Arc::clone(&self.keyring),
            metrics: Arc::clone(&self.metrics),
            readiness: Arc::clone(&self.readiness),
            rsa: Arc::clone(&self.rsa),
            settings: self.settings.http.clone(),
            accept_v1: self.settings.accept_v1,
        };
        let (listen, listen_metrics) = (&self.settings.http.listen, &self.settings.http.listen_metrics);
        let (listener, metrics_listener) = (http::bind(listen).await?, http::bind(listen_metrics).await?);
        self.readiness.set(true);
        let (metrics, settings, token) =
            (Arc::clone(&self.metrics), self.settings.http.clone(), stop.clone());
        let (keys, keys_token) = (Arc::clone(&self.keys), stop.clone());
        let (signalled, signalled_token) = (Arc::clone(&self.keys), stop.clone());
        Ok(vec![
            tokio::spawn(http::serve_api(listener, api, stop.clone())),
            tokio::spawn(
                async move { http::serve_metrics(metrics_listener, metrics, &settings, token).await },
            ),
            tokio::spawn(async move { keys.watch(keys_token).await }),
            tokio::spawn(async move { signalled.generate_on_signal(signalled_token).await }),
        ])
    }
}

/// What the leader alone does. Returns when asked to stop, or with the reason why it may not go on.
async fn lead(parts: Parts, stop: CancellationToken) -> anyhow::Result<()> {
    let leader = &parts.settings.leader;
    let identity = identity(std::env::var("POD_NAME").ok(), std::env::var("HOSTNAME").ok());
    let namespace = &parts.settings.namespace;
    let election = Election::new(
        parts.client.clone(),
        namespace,
        &leader.lease_name,
        identity,
        leader.duration,
        leader.renew_period,
    );
    let leadership = if leader.elect {
        tokio::select! {
            leadership = async {
                // Whoever cannot read the keys cannot lead. It also shows that the API server knows our rights.
                parts.keyring.loaded().await;
                election.acquire().await
            } => leadership,
            () = stop.cancelled() => return Ok(()),
        }
    } else {
        Leadership::Alone
    };
    match leadership {
        Leadership::Held => tracing::info!(lease = leader.lease_name, "leading"),
        Leadership::Alone if leader.elect => tracing::warn!(
            "no right to leases in the controller's namespace: running as the only replica; do not scale up before granting get, create and update on leases.coordination.k8s.io"
        ),
        Leadership::Alone => tracing::info!("leader election is off: running as the only replica"),
    }
    parts.metrics.set_leader(true);
    let work = CancellationToken::new();
    let reconciler = Reconciler::new(
        parts.client.clone(),
        Arc::clone(&parts.keyring),
        Arc::clone(&parts.metrics),
        Arc::clone(&parts.clock),
        Arc::clone(&parts.settings),
        Arc::clone(&parts.rsa),
    );
    parts.metrics.set_condition_source(Arc::clone(&reconciler) as Arc<dyn ConditionSource>);
    let (keys, keys_token) = (Arc::clone(&parts.keys), work.clone());
    let mut manage = tokio::spawn(async move { keys.manage(keys_token).await });
    let mut reconcile = tokio::spawn(Arc::clone(&reconciler).run(work.clone()));
    let lost = async {
        match leadership {
            Leadership::Held => election.keep().await,
            Leadership::Alone => std::future::pending().await,
        }
    };
    let outcome = tokio::select! {
        () = stop.cancelled() => Ok(()),
        reason = lost => Err(anyhow::anyhow!("leadership is lost, ending: {reason}")),
        ended = &mut reconcile => Err(anyhow::anyhow!("reconciling ended unexpectedly: {ended:?}")),
        ended = &mut manage => Err(anyhow::anyhow!("key management ended unexpectedly: {ended:?}")),
    };
    work.cancel();
    if outcome.is_ok() {
        let _ = tokio::time::timeout(DRAIN, reconcile).await;
        if leadership == Leadership::Held {
            election.release().await;
        }
    }
    outcome
}
