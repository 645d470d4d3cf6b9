//! The default mode: Secrets in, SealedSecrets out.

use signet_sealed::{PublicKey, Scope};

use super::{Input, Run};
use crate::error::Outcome;
use crate::object::SealedSecret;
use crate::output::Output;
use crate::sealing::{self, Rules};

/// Seals the stream of Secrets in `input`.
pub(super) fn run(run: &Run<'_>, input: Input, key: &PublicKey, output: &mut Output) -> Outcome {
    let bytes = input.read()?;
    let stream = sealing::read_stream(bytes.expose())?;
    drop(bytes);
    if stream.secrets.is_empty() {
        return Err(sealing::no_secrets());
    }
    let name = run.options.name.as_str();
    let rules = Rules {
        // The default does not override what the annotations of the input say.
        scope: Some(run.options.scope).filter(|scope| *scope != Scope::Strict),
        name: Some(name).filter(|name| !name.is_empty()),
        namespace: None,
        allow_empty: run.options.allow_empty_data,
        client: &run.client,
    };
    // An unknown format fails when something is to be printed, and not before.
    let notation = run.notation.as_ref().ok();
    let print = |sealed: SealedSecret| notation.map(|notation| notation.print(&sealed.to_value()));
    sealing::seal_all(stream.secrets, &rules, key, print, |text| match text {
        Some(text) => output.write(text.as_bytes()),
        None => run.notation().map(drop),
    })?;
    // Last: scripts expect an error to be the first line of stderr.
    sealing::warn_of_conversions(&stream.conversions);
    Ok(())
}
