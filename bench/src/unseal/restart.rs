//! Restarts: everything is in sync, and the controller has to find that out.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use kube::api::{DeleteParams, ListParams, PostParams};

use super::first::sync;
use super::stage::{Arena, Running, Stages};
use super::{Objects, deadline, keys_of};
use crate::contest::Contest;
use crate::inputs::{Input, ensure_secrets};
use crate::keys::Key;
use crate::sample::{Sample, Side};
use crate::workload::{Size, Workload};

/// How long after the start the late object arrives.
const LATE: Duration = Duration::from_millis(300);
/// Asking costs the controller time, so the pauses grow: two parts in a hundred of what has passed.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// Stages with everything in sync, each by its own controller.
struct InSync<'a> {
    stages: Stages<'a>,
    objects: Objects,
    keys: Vec<Key>,
    peer_flags: &'a [String],
}

impl<'a> InSync<'a> {
    async fn prepare(arena: &'a mut Arena, workload: &'a Workload, size: &Size) -> Result<Self> {
        let keys = keys_of(&workload.keys)?;
        let stages = arena.prepare(&keys).await?;
        let objects = Objects::seal(size, &workload.keys, &keys)?;
        for side in stages.sides() {
            sync(stages, side, &objects, usize::MAX, &workload.peer_flags).await?;
        }
        Ok(Self { stages, objects, keys, peer_flags: &workload.peer_flags })
    }
}

/// From the start of the controller until it has looked at every object.
pub(crate) struct Restart<'a>(InSync<'a>);

impl<'a> Restart<'a> {
    pub(crate) async fn prepare(arena: &'a mut Arena, workload: &'a Workload, size: &Size) -> Result<Self> {
        InSync::prepare(arena, workload, size).await.map(Self)
    }
}

impl Contest for Restart<'_> {
    async fn run(&mut self, side: Side) -> Result<Sample> {
        let InSync { stages, objects, peer_flags, .. } = &self.0;
        let stage = stages.of(side)?;
        let (inputs, _) = objects.of(side);
        let running = stage.controller(peer_flags).await?;
        let end = checked(&running, side, inputs.len()).await.map_err(|error| running.failure(&error))?;
        let sample = running.sample(end, inputs.len()).await?;
        stage.ensure_secrets(inputs).await?;
        running.stop().await?;
        Ok(sample)
    }

    /// The first sync of the preparation was one.
    async fn warm_up(&mut self, _: Side) -> Result<()> {
        Ok(())
    }
}

/// Waits until the controller's metrics say that it has looked at every object.
async fn checked(running: &Running<'_>, side: Side, objects: usize) -> Result<Instant> {
    let within = deadline(objects);
    loop {
        let done = match side {
            Side::Ours => we_are_done(running, objects).await,
            // It begins a pass for each object, one after the other.
            Side::Peer => {
                let passes =
                    running.controller.metric("sealed_secrets_controller_unseal_requests_total").await;
                passes.map(|passes| passes >= objects as f64)
            }
        };
        // Until it listens there is no answer.
        if done.unwrap_or(false) {
            return Ok(Instant::now());
        }
        let passed = running.started.elapsed();
        if passed > within || !running.controller.process.running() {
            bail!("not all objects were looked at after {passed:?}");
        }
        tokio::time::sleep(FIRST_PAUSE.max(passed / 50)).await;
    }
}

/// Ours knows every object, and no pass that it found necessary is waiting or under way.
async fn we_are_done(running: &Running<'_>, objects: usize) -> Result<bool> {
    let metric = async |name| running.controller.metric(name).await;
    if metric("signet_index_size").await? < objects as f64 || metric("signet_queue_depth").await? > 0.0 {
        return Ok(false);
    }
    let begun = metric("sealed_secrets_controller_unseal_requests_total").await?;
    Ok(metric("signet_reconcile_duration_seconds_count").await? >= begun)
}

/// From the creation of an object shortly after a restart until its Secret is there.
pub(crate) struct LateArrival<'a> {
    in_sync: InSync<'a>,
    count: usize,
}

impl<'a> LateArrival<'a> {
    pub(crate) async fn prepare(arena: &'a mut Arena, workload: &'a Workload, size: &Size) -> Result<Self> {
        Ok(Self { in_sync: InSync::prepare(arena, workload, size).await?, count: 0 })
    }
}

impl Contest for LateArrival<'_> {
    async fn run(&mut self, side: Side) -> Result<Sample> {
        self.count += 1;
        let InSync { stages, objects, keys, peer_flags } = &self.in_sync;
        let stage = stages.of(side)?;
        let late = Input::new(&format!("late-{}", self.count), self.count as u64, 5);
        let sealed = late.seal(keys[0].certificate.public_key())?;
        let watch = stage.watch().await?;
        let running = stage.controller(peer_flags).await?;
        tokio::time::sleep(LATE.saturating_sub(running.started.elapsed())).await;
        let created = Instant::now();
        stage.sealed_secrets().create(&PostParams::default(), &sealed).await?;
        let end = watch.secret(&late.name, deadline(objects.of(side).0.len())).await;
        let end = end.map_err(|error| running.failure(&error))?;
        // Times are not divided by objects: it is one that somebody waits for.
        let sample = running.sample(end, 1).await?;
        running.stop().await?;
        let one = ListParams::default().fields(&format!("metadata.name={}", late.name));
        ensure_secrets(std::slice::from_ref(&late), &stage.secrets().list(&one).await?.items)?;
        stage.sealed_secrets().delete(&late.name, &DeleteParams::default()).await?;
        stage.secrets().delete(&late.name, &DeleteParams::default()).await?;
        Ok(Sample { wall: (end - created).as_secs_f64(), ..sample })
    }

    /// The first sync of the preparation was one.
    async fn warm_up(&mut self, _: Side) -> Result<()> {
        Ok(())
    }
}
