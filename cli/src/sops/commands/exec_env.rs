//! `sops exec-env`.

use std::ffi::OsString;

use signet_sops::{Branch, Key, Value};

use crate::sops::child;
use crate::sops::context::Context;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::log;
use crate::sops::options::{BACKGROUND, PRISTINE, SAME_PROCESS, USER};

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let [file, command] = context.words() else {
        return Err(Failure::generic("error: missing file to decrypt"));
    };
    let given = context.given;
    let store = context.input_store(file)?;
    let mut opening = super::decrypt::opening(context)?;
    let (background, same_process) = (given.bool(&BACKGROUND), given.bool(&SAME_PROCESS));
    if background {
        log::warn(
            "exec-env's --background option is deprecated and will be removed in a future version of sops",
        );
        if same_process {
            return Err(Failure::new(
                codes::CONFLICTING_PARAMETERS,
                "Error: The --same-process flag cannot be used with --background",
            ));
        }
    }
    let tree = opening.open(&store, files::read(file)?.expose())?.tree;
    let first = tree.documents.first().ok_or_else(|| Failure::generic("the file has no document"))?;
    let variables = variables(first)?;
    let mut shell = child::shell(command);
    if given.bool(&PRISTINE) {
        shell.env_clear();
    }
    if !given.text(&USER).is_empty() {
        shell.envs(child::switch_user(given.text(&USER))?);
    }
    shell.envs(variables);
    if same_process {
        child::become_command(shell)
    } else if background {
        child::start(shell)
    } else {
        child::run(shell)
    }
}

/// The entries of a document as variables.
fn variables(document: &Branch) -> Outcome<Vec<(String, OsString)>> {
    let variable = |(key, value): (&Key, &Value)| {
        let Some(name) = key.name() else {
            return Err(Failure::generic("cannot use non-string keys in environment"));
        };
        let Some(text) = value.to_text() else {
            return Err(Failure::generic(format!(
                "cannot use complex value in environment; offending key {name}"
            )));
        };
        if name.contains('=') {
            return Err(Failure::generic(format!("cannot use keys with '=' in environment: {name}")));
        }
        Ok((name.to_owned(), os_string(&text)?))
    };
    document.entries().map(variable).collect()
}

#[cfg(unix)]
fn os_string(text: &[u8]) -> Outcome<OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    Ok(OsString::from_vec(text.to_vec()))
}

#[cfg(not(unix))]
fn os_string(text: &[u8]) -> Outcome<OsString> {
    std::str::from_utf8(text)
        .map(OsString::from)
        .map_err(|_| Failure::generic("a value for the environment is not UTF-8"))
}
