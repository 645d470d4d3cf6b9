//! `--validate`: asks the controller whether it can open each SealedSecret of a stream.

use signet_manifest::to_json_compact;

use super::{Input, Run};
use crate::cluster::Controller;
use crate::error::{Exit, Failure, Outcome};
use crate::object::SealedSecret;
use crate::output::say;

/// Prints nothing when all is well and stops at the first SealedSecret that is not.
pub(super) fn run(run: &Run<'_>, input: Input) -> Outcome {
    let controller = Controller::connect(&run.client, &run.controller())?;
    let bytes = input.read()?;
    let all = SealedSecret::read_stream(bytes.expose())?;
    if all.is_empty() {
        say("warning: the input holds no SealedSecret, nothing was validated");
    }
    for sealed in all {
        controller.verify(&to_json_compact(&sealed.as_read())).map_err(|error| {
            if error.is_conflict() {
                Failure::new(Exit::Locked, format!("unable to decrypt sealed secret: {}", sealed.name()))
            } else {
                Failure::from(error).at("cannot validate sealed secret")
            }
        })?;
    }
    Ok(())
}
