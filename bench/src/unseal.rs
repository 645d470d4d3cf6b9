//! The controllers: ours beside that of sealed-secrets.
//!
//! Each side has a real API server of its own, so that neither works on what the other left. Both are started
//! the same way, by their defaults but for the flags that a workload names for the peer. Requests are counted in
//! the API server's audit log: a proxy in between would cost time on the cores that are measured.

mod first;
mod ready;
mod restart;
mod stage;
mod watch;

use std::time::Duration;

use anyhow::Result;
use signet_tests::peers::SEALED_SECRETS_CONTROLLER;

use crate::cli::opponent;
use crate::contest::Opponent;
use crate::inputs::{Input, Random, inputs};
use crate::keys::{Key, keys};
use crate::sample::Side;
use crate::workload::{Keys, SealedWith, Size};
use signet_crds::bitnami::SealedSecret;

pub(crate) use first::FirstSync;
pub(crate) use ready::Ready;
pub(crate) use restart::{LateArrival, Restart};
pub(crate) use stage::Arena;

/// Whether there is a controller to compete with.
pub(crate) fn peer() -> Result<Opponent> {
    opponent(SEALED_SECRETS_CONTROLLER.find())
}

/// The objects of a workload, in the clear and sealed.
struct Objects {
    inputs: Vec<Input>,
    sealed: Vec<SealedSecret>,
    ours: usize,
    peer: usize,
}

impl Objects {
    fn seal(size: &Size, choice: &Keys, keys: &[Key]) -> Result<Self> {
        let inputs = inputs(size.objects, size.values);
        let mut random = Random(1);
        let mut key = || match choice.sealed_with {
            SealedWith::Newest => 0,
            SealedWith::Oldest => keys.len() - 1,
            SealedWith::Random => random.below(keys.len()),
        };
        let sealed = inputs.iter().map(|input| input.seal(keys[key()].certificate.public_key()));
        let sealed = sealed.collect::<Result<_>>()?;
        Ok(Self { inputs, sealed, ours: size.objects, peer: size.peer_objects() })
    }

    /// What one side gets.
    fn of(&self, side: Side) -> (&[Input], &[SealedSecret]) {
        let count = match side {
            Side::Ours => self.ours,
            Side::Peer => self.peer,
        };
        (&self.inputs[..count], &self.sealed[..count])
    }
}

fn keys_of(choice: &Keys) -> Result<Vec<Key>> {
    keys(choice.count, choice.bits)
}

/// Longer than either side ever took; with its request limit on the peer takes half a second an object.
fn deadline(objects: usize) -> Duration {
    Duration::from_secs(120 + objects as u64)
}
