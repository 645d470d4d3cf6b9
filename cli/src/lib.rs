//! The Signet command line: `signet` with its subcommands, and the same binary called as `kubeseal` or as
//! `sops`.
//!
//! [`run`] looks at the name it was called by and at the first word, and builds only what that command
//! needs: sealing with a certificate file starts no async runtime and no TLS.

mod args;
mod certificate;
mod cluster;
mod commands;
mod duration;
mod environment;
mod error;
mod input;
mod kubeseal;
mod object;
mod output;
mod parallel;
mod private_keys;
mod prompt;
mod sealing;
mod settings;
mod sops;
mod unsealing;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

pub use error::Exit;

/// Runs the program with its arguments, the first of which is the name it was called by.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut words: Vec<String> = Vec::new();
    for argument in arguments {
        match argument.into_string() {
            Ok(word) => words.push(word),
            Err(_) => {
                output::say("error: arguments must be UTF-8");
                return Exit::Usage.into();
            }
        }
    }
    let program = words.first().map_or("signet", String::as_str);
    let called_as = Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or(program);
    let words = words.get(1..).unwrap_or_default();
    if called_as.starts_with("kubeseal") {
        return kubeseal::run(program, words).into();
    }
    if is_sops(called_as) {
        return sops::run("sops", words).into();
    }
    commands::run(words)
}

/// Whether the program is called by a name such as `sops`, `sops.exe` or `sops-3.13`, and not by that of another program
/// that begins like it.
fn is_sops(called_as: &str) -> bool {
    called_as.strip_prefix("sops").is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}
