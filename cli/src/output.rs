//! Where results go: standard output, or a file that is replaced only when everything succeeded.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Exit, Failure, Outcome};

/// Prints a line to standard error. Talk goes there; standard output is for data.
#[allow(clippy::print_stderr, reason = "the one place that talks to the user")]
pub(crate) fn say(line: impl std::fmt::Display) {
    eprintln!("{line}");
}

/// Where the data of a command goes.
pub(crate) enum Output {
    /// Standard output, as it comes.
    Stdout,
    /// A file, all at once.
    File(PendingFile),
}

impl Output {
    /// Standard output, or the file at `path` if there is one.
    ///
    /// # Errors
    /// When no file can be made in the directory of `path`.
    pub(crate) fn to(path: Option<&Path>) -> Outcome<Self> {
        Ok(match path {
            None => Self::Stdout,
            Some(path) => Self::File(PendingFile::replacing(path)?),
        })
    }

    /// Writes a piece of the data.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&mut self, text: &[u8]) -> Outcome {
        let written = match self {
            Self::Stdout => io::stdout().lock().write_all(text),
            Self::File(file) => file.temporary.write_all(text),
        };
        written
            .map_err(|error| Failure::new(Exit::Failure, format!("write: {}", crate::error::reason(&error))))
    }

    /// Makes what was written visible. Without this a file stays as it was.
    ///
    /// # Errors
    /// When it cannot be written or the file not replaced.
    pub(crate) fn finish(self) -> Outcome {
        match self {
            Self::Stdout => io::stdout().lock().flush().map_err(|error| {
                Failure::new(Exit::Failure, format!("write: {}", crate::error::reason(&error)))
            }),
            Self::File(file) => file.replace(),
        }
    }
}

/// A file that is being written beside the one it will replace; dropped, it disappears.
pub(crate) struct PendingFile {
    temporary: NamedTempFile,
    target: PathBuf,
}

impl PendingFile {
    /// Starts a replacement of `target`, in its directory so that the last step is a rename. It gets the
    /// permissions of the file it replaces; a new one is for the owner alone.
    ///
    /// # Errors
    /// When the directory does not exist or cannot be written to.
    pub(crate) fn replacing(target: &Path) -> Outcome<Self> {
        let pending = Self::private(target)?;
        if let Ok(metadata) = fs::metadata(target) {
            fs::set_permissions(pending.temporary.path(), metadata.permissions())
                .map_err(|error| Failure::file(Exit::Failure, "create", target, &error))?;
        }
        Ok(pending)
    }

    /// Starts a replacement of `target` that is for its owner alone, whatever the old file was.
    ///
    /// # Errors
    /// As [`PendingFile::replacing`].
    pub(crate) fn private(target: &Path) -> Outcome<Self> {
        let failed = |error: io::Error| Failure::file(Exit::Failure, "create", target, &error);
        if target.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let directory = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let temporary =
            tempfile::Builder::new().prefix(".signet-").tempfile_in(directory).map_err(|error| {
                // The name of the temporary file is of no use to the reader.
                failed(error.kind().into())
            })?;
        Ok(Self { temporary, target: target.to_owned() })
    }

    /// Starts a replacement of the file that `target` leads to: a symbolic link stays a link.
    ///
    /// # Errors
    /// As [`PendingFile::replacing`], and when the link leads nowhere.
    pub(crate) fn replacing_in_place(target: &Path) -> Outcome<Self> {
        let real =
            fs::canonicalize(target).map_err(|error| Failure::file(Exit::Input, "open", target, &error))?;
        Self::replacing(&real)
    }

    /// Writes `text` and replaces the target.
    ///
    /// # Errors
    /// When it cannot be written or the target not replaced.
    pub(crate) fn replace_with(mut self, text: &[u8]) -> Outcome {
        self.temporary
            .write_all(text)
            .map_err(|error| Failure::file(Exit::Failure, "write", &self.target, &error))?;
        self.replace()
    }

    fn replace(self) -> Outcome {
        let Self { temporary, target } = self;
        let failed = |error: &io::Error| Failure::file(Exit::Failure, "write", &target, error);
        temporary.as_file().sync_all().map_err(|error| failed(&error))?;
        temporary.persist(&target).map_err(|error| failed(&error.error))?;
        Ok(())
    }
}
