//! `sops edit`.

mod editor;
mod example;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use signet_secret::Plaintext;
use signet_sops::{Cipher, SOPS_VERSION, Tree};

use super::exec_file::{private_directory, private_file};
use crate::error::reason;
use crate::sops::context::Context;
use crate::sops::document::{self, Opened};
use crate::sops::encryption;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::keys::Services;
use crate::sops::log;
use crate::sops::options::SHOW_MASTER_KEYS;
use crate::sops::paths;
use crate::sops::signals;
use crate::sops::store::Store;
use crate::sops::version;

const PRESS_ENTER: &str = "Press enter to return to the editor, or Ctrl+C to exit.";

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let file = context.file()?;
    let (input, output) = (context.input_store(&file)?, context.output_store(&file)?);
    let text = edit(context, &file, &file, input, output)?;
    files::write_in_place(&file, &text)
}

/// The file as it is after somebody edited it. A file that does not exist begins with an example.
pub(super) fn edit(
    context: &Context<'_>,
    file: &str,
    name: &str,
    input: Store,
    output: Store,
) -> Outcome<Vec<u8>> {
    let mut opening = super::decrypt::opening(context)?;
    let opened = if fs::metadata(file).is_ok() {
        opening.open(&input, files::read(file)?.expose())?
    } else {
        new_file(context, name, &input, &mut opening.services)?
    };
    let session = Session {
        input,
        output,
        shows_keys: context.given.bool(&SHOW_MASTER_KEYS),
        place: TemporaryFile::new(paths::name_of(file))?,
    };
    let Opened { tree, cipher } = opened;
    let tree = session.edited(tree, &cipher, &mut opening.services)?;
    document::close(&output, tree, &cipher)
}

fn new_file(context: &Context<'_>, name: &str, input: &Store, services: &mut Services) -> Outcome<Opened> {
    let mut metadata = encryption::metadata(context, name, input)?;
    let key = document::new_data_key()?;
    document::wrap(&mut metadata, &key, services).map_err(|reasons| {
        Failure::new(
            codes::COULD_NOT_RETRIEVE_KEY,
            format!("Error encrypting the data key with one or more master keys: {reasons}"),
        )
    })?;
    // Read back, so that it is as if somebody had written it.
    let text = input.write_plain(&[example::document(input.format)])?;
    let documents = input.read_plain(text.expose())?;
    Ok(Opened { tree: Tree { documents, metadata }, cipher: Cipher::new(key) })
}

/// One file on its way to the editor and back.
struct Session {
    input: Store,
    output: Store,
    shows_keys: bool,
    place: TemporaryFile,
}

impl Session {
    /// Runs the editor until what it leaves can be encrypted.
    fn edited(&self, tree: Tree, cipher: &Cipher, services: &mut Services) -> Outcome<Tree> {
        let before = self.text_of(&tree)?;
        self.place.write(before.expose())?;
        loop {
            editor::run(&self.place.path)?;
            let text = self.place.read()?;
            if text.expose() == before.expose() {
                return Err(Failure::new(
                    codes::FILE_HAS_NOT_BEEN_MODIFIED,
                    "File has not changed, exiting.",
                ));
            }
            match self.read(&tree, text.expose()) {
                Ok(edited) => return finished(edited, &tree, cipher, services),
                Err(problem) => {
                    log::error(&format!("{problem} {PRESS_ENTER}"));
                    wait_for_enter()?;
                }
            }
        }
    }

    fn text_of(&self, tree: &Tree) -> Outcome<Plaintext> {
        if self.shows_keys {
            self.output.write_encrypted(tree).map(Plaintext::from)
        } else {
            self.output
                .write_plain(&tree.documents)
                .map_err(|failure| Failure::new(failure.code(), format!("Could not marshal tree: {failure}")))
        }
    }

    /// What the edited text holds, or why it cannot be encrypted.
    fn read(&self, tree: &Tree, text: &[u8]) -> Result<Tree, String> {
        let syntax =
            |failure: Failure| format!("Could not load tree, probably due to invalid syntax: {failure}.");
        if self.shows_keys {
            let edited = self.input.read_encrypted(text);
            let edited = edited.map_err(|failure| format!("SOPS metadata is invalid: {failure}."))?;
            return Ok(edited);
        }
        let documents = self.input.read_plain(text).map_err(syntax)?;
        document::check_documents(&self.output, &documents)
            .map_err(|failure| format!("Tree not valid for encryption: {failure}"))?;
        Ok(Tree { documents, metadata: tree.metadata.clone() })
    }
}

/// The edited file with its keys and its version in order.
fn finished(mut edited: Tree, before: &Tree, cipher: &Cipher, services: &mut Services) -> Outcome<Tree> {
    if edited.metadata.key_groups != before.metadata.key_groups {
        document::wrap(&mut edited.metadata, cipher.key(), services)
            .map_err(|reasons| Failure::generic(format!("Could not update master keys: {reasons}")))?;
    }
    let is_older = version::is_older(&edited.metadata.version).map_err(|problem| {
        Failure::new(
            codes::FAILED_TO_COMPARE_VERSIONS,
            format!("Failed to compare document version with program version: {problem}"),
        )
    })?;
    if is_older {
        edited.metadata.version = SOPS_VERSION.to_owned();
    }
    Ok(edited)
}

/// Waits until somebody presses enter. Without anybody there the editor would be started for ever.
fn wait_for_enter() -> Outcome {
    let mut byte = [0; 1];
    match io::stdin().read(&mut byte) {
        Ok(1) => Ok(()),
        _ => Err(Failure::generic("the edited file cannot be encrypted, and there is nobody to correct it")),
    }
}

/// A file for the user alone in a directory for the user alone. Both disappear with this value, and when a signal ends
/// the program.
struct TemporaryFile {
    directory: tempfile::TempDir,
    path: PathBuf,
}

impl TemporaryFile {
    fn new(name: &str) -> Outcome<Self> {
        let failed = |error: io::Error| {
            Failure::new(
                codes::COULD_NOT_WRITE_OUTPUT_FILE,
                format!("Could not create temporary file: {}", reason(&error)),
            )
        };
        let directory = private_directory("").map_err(failed)?;
        let doomed = directory.path().to_owned();
        signals::at_end(move || {
            let _ = fs::remove_dir_all(&doomed);
            crate::output::say("User canceled operation");
        })
        .map_err(failed)?;
        let path = directory.path().join(name);
        Ok(Self { directory, path })
    }

    fn write(&self, text: &[u8]) -> Outcome {
        debug_assert!(self.path.starts_with(self.directory.path()));
        private_file(&self.path).and_then(|mut file| file.write_all(text)).map_err(|error| {
            Failure::new(
                codes::COULD_NOT_WRITE_OUTPUT_FILE,
                format!("Could not write output file: {}", reason(&error)),
            )
        })
    }

    fn read(&self) -> Outcome<Plaintext> {
        crate::input::read_file(Path::new(&self.path)).map_err(|error| {
            Failure::new(
                codes::COULD_NOT_READ_INPUT_FILE,
                format!("Could not read edited file: {}", error.message()),
            )
        })
    }
}
