//! `sops exec-file`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::thread;

use signet_secret::Plaintext;
use tempfile::TempDir;

use crate::error::reason;
use crate::sops::child;
use crate::sops::context::Context;
use crate::sops::failure::{Failure, Outcome};
use crate::sops::log;
use crate::sops::options::{BACKGROUND, FILENAME, NO_FIFO, USER};

/// The name of the temporary file, or how it begins.
const NAME: &str = "tmp-file";

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let [file, command] = context.words() else {
        return Err(Failure::generic("error: missing file to decrypt"));
    };
    let given = context.given;
    let (input, output) = (context.input_store(file)?, context.output_store(file)?);
    let text = super::decrypt::decrypt(context, Some(file), input, output)?;
    if given.bool(&BACKGROUND) {
        log::warn(
            "exec-file's --background option is deprecated and will be removed in a future version of sops",
        );
    }
    let user = match given.text(&USER) {
        "" => Vec::new(),
        name => child::switch_user(name)?,
    };
    let place = Place::new(given.text(&FILENAME))?;
    let path = if given.bool(&NO_FIFO) || cfg!(windows) { place.file(&text)? } else { place.pipe(text)? };
    let mut shell = child::shell(&command.replace("{}", &path.to_string_lossy()));
    shell.envs(user);
    if given.bool(&BACKGROUND) { child::start(shell) } else { child::run(shell) }
}

/// A private directory that disappears with its value.
struct Place {
    directory: TempDir,
    /// Of the file; empty for one that nobody knows.
    name: String,
}

impl Place {
    fn new(name: &str) -> Outcome<Self> {
        if !is_local(Path::new(name)) {
            return Err(Failure::generic("The provided filename is not a local path."));
        }
        let directory = private_directory(".sops").map_err(|error| Failure::generic(reason(&error)))?;
        Ok(Self { directory, name: name.to_owned() })
    }

    fn file(&self, text: &Plaintext) -> Outcome<PathBuf> {
        let written = || -> io::Result<PathBuf> {
            if self.name.is_empty() {
                let builder = tempfile::Builder::new().prefix(NAME).rand_bytes(10).to_owned();
                let (mut file, path) = builder.tempfile_in(self.directory.path())?.keep()?;
                file.write_all(text.expose())?;
                return Ok(path);
            }
            let path = self.directory.path().join(&self.name);
            private_file(&path)?.write_all(text.expose())?;
            Ok(path)
        };
        written().map_err(|error| Failure::generic(reason(&error)))
    }

    /// A pipe that gives the text to the first who reads it.
    #[cfg(unix)]
    fn pipe(&self, text: Plaintext) -> Outcome<PathBuf> {
        use nix::sys::stat::Mode;

        let name = if self.name.is_empty() { NAME } else { &self.name };
        let path = self.directory.path().join(name);
        nix::unistd::mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR)
            .map_err(|error| Failure::generic(reason(&error.into())))?;
        let pipe = path.clone();
        // Opening waits for a reader, who may never come.
        thread::spawn(move || {
            let written = OpenOptions::new().write(true).open(&pipe);
            // The reader need not read all.
            let _ = written.and_then(|mut pipe| pipe.write_all(text.expose()));
        });
        Ok(path)
    }

    #[cfg(not(unix))]
    fn pipe(&self, text: Plaintext) -> Outcome<PathBuf> {
        self.file(&text)
    }
}

/// Below the directory it is resolved from.
fn is_local(path: &Path) -> bool {
    let mut depth = 0;
    path.components().all(|part| {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => return false,
        }
        depth >= 0
    })
}

/// A directory for the user alone.
pub(super) fn private_directory(prefix: &str) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// A new file for the user alone.
pub(super) fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_stay_inside_are_local() {
        for path in ["", "a", "a/b", "./a", "a/../b"] {
            assert!(is_local(Path::new(path)), "{path}");
        }
        for path in ["/a", "..", "a/../../b", "../a"] {
            assert!(!is_local(Path::new(path)), "{path}");
        }
    }
}
