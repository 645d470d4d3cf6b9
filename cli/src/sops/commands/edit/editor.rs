//! The editor of the user.

use std::path::Path;
use std::process::Command;

use crate::error::reason;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::shell;

/// Where the editor is named; the first that is set counts.
const VARIABLES: [&str; 2] = ["SOPS_EDITOR", "EDITOR"];
/// Those that are tried when none is named.
const USUAL: [&str; 3] = ["vim", "nano", "vi"];

/// Runs the editor on a file to its end.
pub(super) fn run(file: &Path) -> Outcome {
    let failed =
        |problem: String| Failure::new(codes::NO_EDITOR_FOUND, format!("Could not run editor: {problem}"));
    let words = words().map_err(failed)?;
    let (program, arguments) = words.split_first().ok_or_else(|| failed("its name is empty".to_owned()))?;
    let status = Command::new(program)
        .args(arguments)
        .arg(file)
        .status()
        .map_err(|error| failed(format!("exec: {program:?}: {}", reason(&error))))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(failed(format!("exit status {code}"))),
        None => Err(failed(status.to_string())),
    }
}

fn words() -> Result<Vec<String>, String> {
    for variable in VARIABLES {
        if let Ok(line) = std::env::var(variable)
            && !line.is_empty()
        {
            return shell::split(&line).ok_or_else(|| format!("invalid ${variable}: {line}"));
        }
    }
    let found = USUAL.into_iter().find(|name| is_in_path(name));
    found.map(|name| vec![name.to_owned()]).ok_or_else(|| {
        format!(
            "no editor available: sops attempts to use the editor defined in the SOPS_EDITOR or EDITOR environment \
             variables, and if that's not set defaults to any of {}, but none of them could be found",
            USUAL.join(", ")
        )
    })
}

fn is_in_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(name).is_file())
}
