//! `sops decrypt`.

use signet_secret::Plaintext;
use signet_sops::{Path, Tree, Value};

use crate::error::chain;
use crate::sops::context::Context;
use crate::sops::document::{self, Opening};
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::options::{EXTRACT, IGNORE_MAC};
use crate::sops::paths;
use crate::sops::store::Store;

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let file = file_or_stdin(context, |_| Ok(()))?;
    let name = context.rule_name(file.as_deref().unwrap_or_default());
    let (input, output) = (context.input_store(&name)?, context.output_store(&name)?);
    let text = decrypt(context, file.as_deref(), input, output)?;
    files::deliver(context, file.as_deref(), text.expose())
}

/// The one file, or none for standard input, for which `check` has a say.
pub(super) fn file_or_stdin(
    context: &Context<'_>,
    check: impl FnOnce(&Context<'_>) -> Outcome,
) -> Outcome<Option<String>> {
    let Some(file) = context.words().first() else {
        super::encrypt::check_stdin(context)?;
        check(context)?;
        files::check_destination(context)?;
        return Ok(None);
    };
    context.warn_of_more_words();
    files::check_destination(context)?;
    let file = paths::absolute(file);
    check_exists(&file)?;
    Ok(Some(file))
}

pub(super) fn check_exists(file: &str) -> Outcome {
    if files::exists(file) {
        return Ok(());
    }
    Err(Failure::new(
        codes::NO_FILE_SPECIFIED,
        format!("Error: cannot operate on non-existent file {file:?}"),
    ))
}

/// The decrypted form of a file, or of what is at a place in it.
pub(super) fn decrypt(
    context: &Context<'_>,
    file: Option<&str>,
    input: Store,
    output: Store,
) -> Outcome<Plaintext> {
    let mut opening = opening(context)?;
    let path = Path::parse(context.given.text(&EXTRACT)).map_err(|error| {
        Failure::because(codes::INVALID_TREE_PATH_FORMAT, "error parsing --extract path", &error)
    })?;
    let text = files::read_or_stdin(file)?;
    let tree = opening.open(&input, text.expose())?.tree;
    if path.steps().is_empty() { output.write_plain(&tree.documents) } else { extract(tree, &path, &output) }
}

/// How the flags want files opened.
pub(super) fn opening(context: &Context<'_>) -> Outcome<Opening> {
    Ok(Opening {
        services: context.services(),
        order: context.order()?,
        check: document::mac_check(context.given.bool(&IGNORE_MAC)),
    })
}

/// A mapping in the place of the first document, a string as it is, and other values as the format has them alone.
fn extract(mut tree: Tree, path: &Path, output: &Store) -> Outcome<Plaintext> {
    let first = tree.documents.first_mut().ok_or_else(|| Failure::generic("the file has no document"))?;
    let found = first
        .at(path)
        .map_err(|error| Failure::generic(format!("error truncating tree: {}", chain(&error))))?;
    match found.clone() {
        Value::Branch(branch) => {
            *first = branch;
            output.write_plain(&tree.documents)
        }
        Value::Str(text) => Ok(text.into_plaintext()),
        value => output.write_value(&value),
    }
}
