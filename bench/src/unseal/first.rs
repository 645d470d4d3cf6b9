//! The first sync: SealedSecrets are there and their Secrets are not.

use std::collections::BTreeSet;

use anyhow::Result;

use super::stage::{Arena, Stages};
use super::{Objects, deadline, keys_of};
use crate::contest::Contest;
use crate::inputs::Input;
use crate::sample::{Sample, Side};
use crate::workload::{Size, Workload};

/// From the start of the controller until every Secret is there and every status says so.
pub(crate) struct FirstSync<'a> {
    stages: Stages<'a>,
    objects: Objects,
    peer_flags: &'a [String],
}

impl<'a> FirstSync<'a> {
    pub(crate) async fn prepare(arena: &'a mut Arena, workload: &'a Workload, size: &Size) -> Result<Self> {
        let keys = keys_of(&workload.keys)?;
        let stages = arena.prepare(&keys).await?;
        let objects = Objects::seal(size, &workload.keys, &keys)?;
        Ok(Self { stages, objects, peer_flags: &workload.peer_flags })
    }
}

impl Contest for FirstSync<'_> {
    async fn run(&mut self, side: Side) -> Result<Sample> {
        sync(self.stages, side, &self.objects, usize::MAX, self.peer_flags).await
    }

    /// One object is enough to load everything.
    async fn warm_up(&mut self, side: Side) -> Result<()> {
        sync(self.stages, side, &self.objects, 1, self.peer_flags).await.map(drop)
    }
}

/// Empties the stage and has the controller make at most `most` Secrets.
pub(super) async fn sync(
    stages: Stages<'_>,
    side: Side,
    objects: &Objects,
    most: usize,
    peer_flags: &[String],
) -> Result<Sample> {
    let stage = stages.of(side)?;
    let (inputs, sealed) = objects.of(side);
    let (inputs, sealed) = (&inputs[..most.min(inputs.len())], &sealed[..most.min(sealed.len())]);
    stage.empty().await?;
    stage.create(sealed).await?;
    let watch = stage.watch().await?;
    let running = stage.controller(peer_flags).await?;
    let names: BTreeSet<String> = inputs.iter().map(|input: &Input| input.name.clone()).collect();
    let end = watch.synced(names, deadline(inputs.len())).await.map_err(|error| running.failure(&error))?;
    let sample = running.sample(end, inputs.len()).await?;
    stage.ensure_secrets(inputs).await?;
    running.stop().await?;
    Ok(sample)
}
