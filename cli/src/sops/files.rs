//! Files as sops reads and writes them: a file keeps its owner and permissions, and is written when all else is done.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use signet_secret::Plaintext;

use super::context::Context;
use super::failure::{Failure, Outcome, codes};
use super::options::{IN_PLACE, OUTPUT};
use crate::error::reason;
use crate::input;

/// All of a file.
pub(super) fn read(path: &str) -> Outcome<Plaintext> {
    input::read_file(Path::new(path)).map_err(|error| {
        Failure::new(codes::COULD_NOT_READ_INPUT_FILE, format!("Error reading file: {}", error.message()))
    })
}

/// All of the file, or of standard input without one.
pub(super) fn read_or_stdin(path: Option<&str>) -> Outcome<Plaintext> {
    match path {
        Some(path) => read(path),
        None => input::read_stdin().map_err(|error| {
            Failure::new(
                codes::COULD_NOT_READ_INPUT_FILE,
                format!("Error reading from stdin: {}", error.message()),
            )
        }),
    }
}

/// Writes over a file.
pub(super) fn write_in_place(path: &str, text: &[u8]) -> Outcome {
    write_to(path, text, "Could not open in-place file for writing")
}

/// Writes where the flags say: to the file itself, to another, or to standard output.
pub(super) fn deliver(context: &Context<'_>, file: Option<&str>, text: &[u8]) -> Outcome {
    let given = context.given;
    match (file, given.text(&OUTPUT)) {
        (Some(file), _) if given.bool(&IN_PLACE) => write_in_place(file, text),
        (_, "") => print(text),
        (_, output) => write_to(output, text, "Could not open output file for writing"),
    }
}

pub(super) fn print(text: &[u8]) -> Outcome {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::generic(format!("write /dev/stdout: {}", reason(&error))))
}

/// Truncates and writes, as sops does: a new file in its place would have another owner, and break links.
fn write_to(path: &str, text: &[u8], doing: &str) -> Outcome {
    let mut file = File::create(path).map_err(|error| {
        Failure::new(codes::COULD_NOT_WRITE_OUTPUT_FILE, format!("{doing}: open {path}: {}", reason(&error)))
    })?;
    file.write_all(text).map_err(|error| Failure::generic(format!("write {path}: {}", reason(&error))))
}

/// Two places for one result.
pub(super) fn check_destination(context: &Context<'_>) -> Outcome {
    if context.given.bool(&IN_PLACE) && !context.given.text(&OUTPUT).is_empty() {
        return Err(Failure::new(
            codes::CONFLICTING_PARAMETERS,
            "Error: cannot operate on both --output and --in-place",
        ));
    }
    Ok(())
}

/// The file exists, or the system did not say that it does not.
pub(super) fn exists(path: &str) -> bool {
    !matches!(std::fs::metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}
