//! `--merge-into`: seals the input and puts the items into an existing SealedSecret file.

use std::fs::OpenOptions;
use std::path::Path;

use signet_manifest::{Edit, EditError, Format, Text};
use signet_sealed::{PublicKey, Scope};

use super::{Input, Run};
use crate::error::{Exit, Failure, Outcome};
use crate::input;
use crate::object::{MERGED_METADATA, Notation, SealedSecret, only_sealed_secret};
use crate::output::{PendingFile, say};
use crate::sealing::{self, Rules};

/// Adds and replaces items, template labels and template annotations. Name, namespace, scope and notation are
/// those of the file; its comments and order stay.
pub(super) fn run(run: &Run<'_>, input: Input, key: &PublicKey) -> Outcome {
    let path = Path::new(&run.options.merge_into);
    // Asks for the right to write before anything is sealed.
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(|error| Failure::file(Exit::Input, "open", path, &error))?;
    let old = input::read_file(path)?;
    let target = only_sealed_secret(old.expose()).map_err(|failure| failure.at(path.display()))?;
    let scope = wanted_scope(run.options.scope, &target).map_err(|failure| failure.at(path.display()))?;
    let additions = seal(run, input, key, &target, scope)?;
    let new = merge(run, old.expose(), &additions).map_err(|failure| failure.at(path.display()))?;
    PendingFile::replacing_in_place(path)?.replace_with(new.as_bytes())
}

/// The file's scope: a value of another one could never be opened there.
fn wanted_scope(asked: Scope, target: &SealedSecret) -> Outcome<Scope> {
    let scope = target.scope();
    if asked != Scope::Strict && asked != scope {
        return Err(Failure::usage(format!("the file is {scope} and --scope says {asked}"))
            .hint("drop --scope: the scope of the file is used"));
    }
    Ok(scope)
}

/// The input, sealed for the file.
fn seal(
    run: &Run<'_>,
    input: Input,
    key: &PublicKey,
    target: &SealedSecret,
    scope: Scope,
) -> Outcome<Vec<SealedSecret>> {
    let bytes = input.read()?;
    let stream = sealing::read_stream(bytes.expose())?;
    if stream.secrets.is_empty() {
        return Err(sealing::no_secrets());
    }
    let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let rules = Rules {
        scope: Some(scope),
        name: given(target.name()),
        namespace: given(target.namespace()),
        allow_empty: run.options.allow_empty_data,
        client: &run.client,
    };
    let mut sealed = Vec::new();
    sealing::seal_all(stream.secrets, &rules, key, std::convert::identity, |one| {
        sealed.push(one);
        Ok(())
    })?;
    sealing::warn_of_conversions(&stream.conversions);
    Ok(sealed)
}

fn merge(run: &Run<'_>, old: &[u8], additions: &[SealedSecret]) -> Outcome<Text> {
    let text = std::str::from_utf8(old).map_err(|_| Failure::input("the file is not valid UTF-8"))?;
    let mut edit = Edit::new(text).map_err(|error| Failure::from_error(Exit::Input, &error))?;
    let written_as = match edit.documents().first().map(|document| document.format()) {
        Some(Format::Json) => Notation::Json,
        _ => Notation::Yaml,
    };
    let wanted = if run.options.format_given { run.notation()? } else { written_as };
    if wanted == written_as {
        match additions.iter().try_for_each(|sealed| add(&mut edit, sealed)) {
            Ok(()) => return Ok(edit.finish().into()),
            Err(error @ (EditError::Shared { .. } | EditError::Unsupported { .. })) => {
                say(format_args!("warning: the file is rewritten without its comments: {error}"));
            }
            Err(error) => return Err(Failure::from_error(Exit::Input, &error)),
        }
    }
    let mut object = only_sealed_secret(old)?;
    for sealed in additions {
        object.add(sealed);
    }
    Ok(wanted.print(&object.to_value()))
}

/// Adds what `sealed` brings to the text of a file.
fn add(edit: &mut Edit, sealed: &SealedSecret) -> Result<(), EditError> {
    for (name, text) in sealed.encrypted() {
        edit.set_string(0, &["spec", "encryptedData", name], text)?;
    }
    for field in MERGED_METADATA {
        for (name, text) in sealed.template_metadata(field) {
            edit.set_string(0, &["spec", "template", "metadata", field, name], text)?;
        }
    }
    Ok(())
}
