//! `--re-encrypt`: has the controller seal each SealedSecret of a stream again with its newest key.

use signet_manifest::to_json_compact;

use super::{Input, Run};
use crate::cluster::Controller;
use crate::error::{Exit, Failure, Outcome};
use crate::object::{SealedSecret, rotated};
use crate::output::Output;

/// Prints the new SealedSecrets; no object of the cluster is touched.
pub(super) fn run(run: &Run<'_>, input: Input, output: &mut Output) -> Outcome {
    let controller = Controller::connect(&run.client, &run.controller())?;
    let bytes = input.read()?;
    for sealed in SealedSecret::read_stream(bytes.expose())? {
        let answer = controller.rotate(&to_json_compact(&sealed.as_read())).map_err(|error| {
            if error.is_conflict() {
                Failure::new(Exit::Locked, format!("unable to rotate secret: {}", sealed.name()))
            } else {
                Failure::from(error).at("cannot re-encrypt secret")
            }
        })?;
        let new = rotated(answer.expose())?;
        output.write(run.notation()?.print(&new.to_value()).as_bytes())?;
    }
    Ok(())
}
