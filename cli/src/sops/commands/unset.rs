//! `sops unset`.

use signet_sops::PathError;

use crate::sops::context::Context;
use crate::sops::document;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::options::IDEMPOTENT;
use crate::sops::paths;

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let [file, index] = context.words() else {
        return Err(Failure::new(codes::NO_FILE_SPECIFIED, "Error: no file specified, or index is missing"));
    };
    let file = paths::absolute(file);
    let (input, output) = (context.input_store(&file)?, context.output_store(&file)?);
    let index = super::set::index_of(index, "Invalid unset index format")?;
    let mut opening = super::decrypt::opening(context)?;
    let mut opened = opening.open(&input, files::read(&file)?.expose())?;
    let first =
        opened.tree.documents.first_mut().ok_or_else(|| Failure::generic("the file has no document"))?;
    match first.unset(&index) {
        Ok(()) => {}
        Err(PathError::NotFound(_)) if context.given.bool(&IDEMPOTENT) => return Ok(()),
        Err(error) => return Err(Failure::generic(error.to_string())),
    }
    let text = document::close(&output, opened.tree, &opened.cipher)?;
    files::write_in_place(&file, &text)
}
