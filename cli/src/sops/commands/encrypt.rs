//! `sops encrypt`.

use signet_sops::{Cipher, Metadata, Tree};

use crate::sops::context::Context;
use crate::sops::document;
use crate::sops::encryption;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::keys::Services;
use crate::sops::options::{FILENAME_OVERRIDE, IN_PLACE};
use crate::sops::store::Store;

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let file = super::decrypt::file_or_stdin(context, |context| {
        if context.given.text(&FILENAME_OVERRIDE).is_empty() {
            return Err(Failure::new(
                codes::CONFLICTING_PARAMETERS,
                "Error: must specify --filename-override when reading from stdin",
            ));
        }
        Ok(())
    })?;
    let name = context.rule_name(file.as_deref().unwrap_or_default());
    let (input, output) = (context.input_store(&name)?, context.output_store(&name)?);
    let metadata = encryption::metadata(context, &name, &input)?;
    let text = encrypt(file.as_deref(), input, output, metadata, context.services())?;
    files::deliver(context, file.as_deref(), &text)
}

/// The encrypted form of a file.
pub(super) fn encrypt(
    file: Option<&str>,
    input: Store,
    output: Store,
    mut metadata: Metadata,
    mut services: Services,
) -> Outcome<Vec<u8>> {
    let text = files::read_or_stdin(file)?;
    let documents = input.read_plain(text.expose())?;
    document::check_documents(&output, &documents)?;
    let key = document::new_data_key()?;
    document::wrap(&mut metadata, &key, &mut services)
        .map_err(|reasons| Failure::generic(format!("Could not generate data key: {reasons}")))?;
    document::close(&output, Tree { documents, metadata }, &Cipher::new(key))
}

/// Refuses to write over standard input.
pub(super) fn check_stdin(context: &Context<'_>) -> Outcome {
    if context.given.bool(&IN_PLACE) {
        return Err(Failure::new(
            codes::CONFLICTING_PARAMETERS,
            "Error: cannot use --in-place when reading from stdin",
        ));
    }
    Ok(())
}
