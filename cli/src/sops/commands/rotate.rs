//! `sops rotate`.

use signet_sops::keys::{KeyGroup, MasterKey};

use crate::sops::context::Context;
use crate::sops::document;
use crate::sops::encryption::keys;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::options::{ADD, REMOVE};
use crate::sops::store::Store;

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let file = context.file()?;
    files::check_destination(context)?;
    check_keys_of(context, &file, "use the `edit` subcommand instead.")?;
    let name = context.rule_name(&file);
    let (input, output) = (context.input_store(&name)?, context.output_store(&name)?);
    let text = rotate(context, &file, input, output)?;
    files::deliver(context, Some(&file), &text)
}

/// Refuses to change the keys of a file that does not exist.
pub(super) fn check_keys_of(context: &Context<'_>, file: &str, hint: &str) -> Outcome {
    let changes = [&ADD, &REMOVE].into_iter().flat_map(|flags| flags.all());
    if !files::exists(file) && changes.into_iter().any(|flag| !context.given.text(flag).is_empty()) {
        return Err(Failure::new(
            codes::CANNOT_CHANGE_KEYS_FROM_NON_EXISTENT_FILE,
            format!("Error: cannot add or remove keys on non-existent file {file:?}, {hint}"),
        ));
    }
    Ok(())
}

/// The file with other master keys, a new data key, and values encrypted with it.
pub(super) fn rotate(context: &Context<'_>, file: &str, input: Store, output: Store) -> Outcome<Vec<u8>> {
    let mut opening = super::decrypt::opening(context)?;
    let (added, removed) = (keys(context.given, &ADD)?, keys(context.given, &REMOVE)?);
    let opened = opening.open(&input, files::read(file)?.expose())?;
    let (mut tree, cipher) = (opened.tree, opened.cipher);
    if let Some(first) = tree.metadata.key_groups.first_mut() {
        first.extend(added);
    }
    for group in &mut tree.metadata.key_groups {
        remove(group, &removed);
    }
    let key = document::new_data_key()?;
    document::wrap(&mut tree.metadata, &key, &mut opening.services)
        .map_err(|reasons| Failure::generic(format!("Could not generate data key: {reasons}")))?;
    document::close(&output, tree, &cipher.rekey(key))
}

/// Removes the keys that have the name of one of the others.
fn remove(group: &mut KeyGroup, removed: &[MasterKey]) {
    let names: Vec<String> = removed.iter().map(|key| key.id.to_string()).collect();
    group.retain(|key| !names.contains(&key.id.to_string()));
}
