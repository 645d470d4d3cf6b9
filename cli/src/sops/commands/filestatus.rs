//! `sops filestatus`.

use crate::sops::context::Context;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let Some(file) = context.words().first() else {
        return Err(Failure::new(codes::NO_FILE_SPECIFIED, "Error: no file specified"));
    };
    let store = context.input_store(file)?;
    let tree =
        files::read(file).and_then(|text| store.read_if_encrypted(text.expose())).map_err(|failure| {
            Failure::generic(format!("cannot check file status: cannot load encrypted file: {failure}"))
        })?;
    let encrypted =
        tree.is_some_and(|tree| !tree.metadata.version.is_empty() && !tree.metadata.mac.is_empty());
    files::print(format!("{{\"encrypted\":{encrypted}}}\n").as_bytes())
}
