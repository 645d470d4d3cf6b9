//! `signet version`.

use crate::error::Outcome;
use crate::output::Output;

/// Prints the version.
pub(super) fn run() -> Outcome {
    let mut output = Output::Stdout;
    output.write(concat!("signet version: v", env!("CARGO_PKG_VERSION"), "\n").as_bytes())?;
    output.finish()
}
