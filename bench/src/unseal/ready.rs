//! Starting: how long nobody can seal for this cluster.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::keys_of;
use super::stage::{Arena, Stages};
use crate::contest::Contest;
use crate::sample::{Sample, Side};
use crate::workload::Workload;

const POLL: Duration = Duration::from_millis(1);
const WITHIN: Duration = Duration::from_secs(60);

/// From the start of the controller until it serves its certificate.
pub(crate) struct Ready<'a> {
    stages: Stages<'a>,
    certificate: String,
    peer_flags: &'a [String],
}

impl<'a> Ready<'a> {
    pub(crate) async fn prepare(arena: &'a mut Arena, workload: &'a Workload) -> Result<Self> {
        let keys = keys_of(&workload.keys)?;
        let stages = arena.prepare(&keys).await?;
        let certificate = keys[0].certificate.to_pem().to_owned();
        Ok(Self { stages, certificate, peer_flags: &workload.peer_flags })
    }
}

impl Contest for Ready<'_> {
    async fn run(&mut self, side: Side) -> Result<Sample> {
        let running = self.stages.of(side)?.controller(self.peer_flags).await?;
        let url = format!("http://{}/v1/cert.pem", running.controller.http);
        let served = loop {
            match signet_tests::http::get(&url).await {
                Ok(reply) if reply.status.is_success() => break reply.text(),
                _ => ensure!(
                    running.started.elapsed() < WITHIN,
                    running.failure(&anyhow::anyhow!("not ready"))
                ),
            }
            tokio::time::sleep(POLL).await;
        };
        let sample = running.sample(Instant::now(), 1).await?;
        ensure!(served.trim() == self.certificate.trim(), "it does not serve the newest certificate");
        running.stop().await?;
        Ok(sample)
    }
}
