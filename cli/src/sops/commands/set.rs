//! `sops set`.

use std::path::Path as FilePath;

use signet_secret::Plaintext;
use signet_sops::{Path, Value};

use crate::sops::context::Context;
use crate::sops::document;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::options::{IDEMPOTENT, VALUE_FILE, VALUE_STDIN};
use crate::sops::paths;
use crate::sops::store::Store;

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let given = context.given;
    if given.bool(&VALUE_FILE) && given.bool(&VALUE_STDIN) {
        return Err(Failure::generic("Error: cannot use both --value-file and --value-stdin"));
    }
    let (file, index, value) = match (context.words(), given.bool(&VALUE_STDIN)) {
        ([file, index], true) => (file, index, None),
        ([file, index, value], false) => (file, index, Some(value)),
        (_, from_stdin) => return Err(wrong_count(from_stdin)),
    };
    let file = paths::absolute(file);
    let (input, output) = (context.input_store(&file)?, context.output_store(&file)?);
    let index = index_of(index, "Invalid set index format")?;
    let value = value_of(&text_of(context, value.map(String::as_str))?)?;
    let (text, changed) = set(context, &file, input, output, &index, value)?;
    if !changed && given.bool(&IDEMPOTENT) {
        return Ok(());
    }
    files::write_in_place(&file, &text)
}

fn wrong_count(from_stdin: bool) -> Failure {
    let text = if from_stdin {
        "Error: file specified, or index and value are missing. Need precisely 2 positional arguments since \
         --value-stdin is used."
    } else {
        "Error: no file specified, or index and value are missing. Need precisely 3 positional arguments."
    };
    Failure::new(codes::NO_FILE_SPECIFIED, text)
}

pub(super) fn index_of(text: &str, message: &str) -> Outcome<Path> {
    Path::parse(text).map_err(|_| Failure::new(codes::INVALID_SET_FORMAT, message))
}

/// The text of the value: the word, the file that it names, or standard input.
fn text_of(context: &Context<'_>, word: Option<&str>) -> Outcome<Plaintext> {
    let read = match word {
        None => crate::input::read_stdin(),
        Some(path) if context.given.bool(&VALUE_FILE) => crate::input::read_file(FilePath::new(path)),
        Some(word) => Ok(Plaintext::from(word.as_bytes().to_vec())),
    };
    read.map_err(|error| Failure::generic(error.message()))
}

/// A value as JSON. A number alone becomes one with a fraction, a list alone is refused: both as in sops.
pub(super) fn value_of(text: &Plaintext) -> Outcome<Value> {
    let refused = |message: &str| Failure::new(codes::INVALID_SET_FORMAT, message);
    match Value::from_json(text.expose()) {
        #[allow(clippy::cast_precision_loss, reason = "it is how sops reads the number")]
        Ok(Value::Int(number)) => Ok(Value::Float(number as f64)),
        Ok(Value::List(_)) => Err(refused("Invalid --set value format")),
        Ok(value) => Ok(value),
        // What is wrong with it is not said: the text is a secret.
        Err(_) => Err(refused("Value for --set is not valid JSON")),
    }
}

/// The file with another value at a place in the first document, and whether that is different from before.
pub(super) fn set(
    context: &Context<'_>,
    file: &str,
    input: Store,
    output: Store,
    index: &Path,
    value: Value,
) -> Outcome<(Vec<u8>, bool)> {
    let mut opening = super::decrypt::opening(context)?;
    let mut opened = opening.open(&input, files::read(file)?.expose())?;
    let first =
        opened.tree.documents.first_mut().ok_or_else(|| Failure::generic("the file has no document"))?;
    let changed = first.set(index, value).map_err(|error| Failure::generic(error.to_string()))?;
    document::check_documents(&output, &opened.tree.documents)?;
    Ok((document::close(&output, opened.tree, &opened.cipher)?, changed))
}
