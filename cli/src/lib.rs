//! The Signet command line: `signet` with its subcommands, and the same binary called as `kubeseal`.
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
mod unsealing;

use std::ffi::OsString;
use std::path::Path;

pub use error::Exit;

/// Runs the program with its arguments, the first of which is the name it was called by.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let mut words: Vec<String> = Vec::new();
    for argument in arguments {
        match argument.into_string() {
            Ok(word) => words.push(word),
            Err(_) => {
                output::say("error: arguments must be UTF-8");
                return Exit::Usage;
            }
        }
    }
    let program = words.first().map_or("signet", String::as_str);
    let called_as = Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or(program);
    if called_as.starts_with("kubeseal") {
        return kubeseal::run(program, words.get(1..).unwrap_or_default());
    }
    commands::run(words.get(1..).unwrap_or_default())
}
