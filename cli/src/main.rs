//! The `signet` binary; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    signet_cli::run(std::env::args_os())
}
