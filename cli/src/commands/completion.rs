//! `signet completion`.

use clap_complete::{Shell, generate};

use crate::error::Outcome;
use crate::output::Output;

/// Prints a completion script.
pub(super) fn run(shell: Shell, command: &mut clap::Command) -> Outcome {
    let mut script = Vec::new();
    generate(shell, command, "signet", &mut script);
    let mut output = Output::Stdout;
    output.write(&script)?;
    output.finish()
}
