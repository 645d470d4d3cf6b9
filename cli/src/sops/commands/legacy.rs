//! `sops` without a subcommand: a file, and flags that say what to do with it.

use crate::sops::context::Context;
use crate::sops::encryption;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::log;
use crate::sops::options::{DECRYPT, ENCRYPT, ROTATE, SET};
use crate::sops::store::Store;
use signet_secret::Plaintext;

/// What the flags ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Encrypt,
    Decrypt,
    Rotate,
    Set,
    Edit,
}

pub(in crate::sops) fn run(context: &Context<'_>) -> Outcome {
    let modes = modes(context);
    let file = context.file()?;
    files::check_destination(context)?;
    super::rotate::check_keys_of(context, &file, "use `--kms` and `--pgp` instead.")?;
    if modes.iter().any(|mode| matches!(mode, Mode::Encrypt | Mode::Decrypt | Mode::Rotate)) {
        super::decrypt::check_exists(&file)?;
    }
    if modes.len() > 1 {
        log::warn(
            "More than one command (--encrypt, --decrypt, --rotate, --set) has been specified. Only the changes made \
             by the last one will be visible. Note that this behavior is deprecated and will cause an error eventually.",
        );
    }
    let name = context.rule_name(&file);
    if modes.iter().any(|mode| *mode != Mode::Decrypt) {
        encryption::settings(context, &name)?;
    }
    let (input, output) = (context.input_store(&name)?, context.output_store(&name)?);
    context.order()?;
    // Only the last result counts, but what it takes to get there may fail before.
    let metadata = match modes.contains(&Mode::Encrypt) {
        true => Some(encryption::metadata(context, &name, &input)?),
        false => None,
    };
    let mut text = Ok(Plaintext::from(Vec::new()));
    for mode in &modes {
        text = match (mode, metadata.clone()) {
            (Mode::Encrypt, Some(metadata)) => {
                super::encrypt::encrypt(Some(&file), input, output, metadata, context.services())
                    .map(Plaintext::from)
            }
            (Mode::Rotate, _) => Ok(super::rotate::rotate(context, &file, input, output)?.into()),
            (Mode::Set, _) => set(context, &file, input, output).map(Plaintext::from),
            (Mode::Edit, _) => super::edit::edit(context, &file, &name, input, output).map(Plaintext::from),
            _ => super::decrypt::decrypt(context, Some(&file), input, output),
        };
    }
    let text = text?;
    if modes.last().is_some_and(|mode| matches!(mode, Mode::Edit | Mode::Set)) {
        files::write_in_place(&file, text.expose())
    } else {
        files::deliver(context, Some(&file), text.expose())
    }
}

/// In the order in which sops runs them; only the result of the last one counts.
fn modes(context: &Context<'_>) -> Vec<Mode> {
    let given = context.given;
    let mut modes = Vec::new();
    for (wanted, mode) in [
        (given.bool(&ENCRYPT), Mode::Encrypt),
        (given.bool(&DECRYPT), Mode::Decrypt),
        (given.bool(&ROTATE), Mode::Rotate),
        (!given.text(&SET).is_empty(), Mode::Set),
    ] {
        if wanted {
            modes.push(mode);
        }
    }
    if modes.is_empty() { vec![Mode::Edit] } else { modes }
}

/// `--set 'INDEX JSON'`
fn set(context: &Context<'_>, file: &str, input: Store, output: Store) -> Outcome<Vec<u8>> {
    let malformed = || Failure::new(codes::INVALID_SET_FORMAT, "Invalid --set format");
    let text = context.given.text(&SET);
    let (index, value) = text.split_once("] ").ok_or_else(malformed)?;
    let value = super::set::value_of(&Plaintext::from(value.as_bytes().to_vec()))?;
    let index = super::set::index_of(&format!("{index}]"), "Invalid --set format")?;
    super::set::set(context, file, input, output, &index, value).map(|(text, _)| text)
}
