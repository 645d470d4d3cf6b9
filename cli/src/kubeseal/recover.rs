//! `--recovery-unseal`: a SealedSecret and private keys in, the Secret out. No cluster is involved.

use std::path::PathBuf;

use super::{Input, Run};
use crate::error::Outcome;
use crate::object::first_sealed_secret;
use crate::output::{Output, say};
use crate::private_keys;
use crate::unsealing::unseal;

/// Opens the first SealedSecret in `input` with the keys of all given files.
pub(super) fn run(run: &Run<'_>, input: Input, output: &mut Output) -> Outcome {
    let files: Vec<PathBuf> = run.options.recovery_private_key.iter().map(PathBuf::from).collect();
    let keys = private_keys::read_files(&files)?;
    let bytes = input.read()?;
    let (sealed, left) = first_sealed_secret(bytes.expose())?;
    if left > 0 {
        say(format_args!(
            "warning: only the first document is opened, {left} more left out; `signet unseal` opens all"
        ));
    }
    let secret = unseal(&sealed, &keys)?;
    output.write(run.notation()?.print(&secret).as_bytes())
}
