//! Commands of sops that this program does not have.

use crate::sops::context::Context;
use crate::sops::failure::{Failure, Outcome};

pub(super) fn publish(_: &Context<'_>) -> Outcome {
    Err(Failure::generic("publish is not supported by this program"))
}

pub(super) fn keyservice(_: &Context<'_>) -> Outcome {
    Err(Failure::generic("keyservice is not supported by this program"))
}
