//! What can go wrong in a run, what it means for the exit status, and what to type next.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// Exit statuses of `signet`. Called as kubeseal it uses only 0, 1 and 2, as kubeseal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything asked for was done.
    Success = 0,
    /// Something failed that is not listed below, such as writing a file.
    Failure = 1,
    /// The command line or a variable is wrong; nothing was done.
    Usage = 2,
    /// An input file or document is missing, malformed or incomplete.
    Input = 3,
    /// No private key at hand opens a sealed value.
    Locked = 4,
    /// The cluster or the controller in it cannot be reached, refuses, or answers with an error.
    Cluster = 5,
    /// Some of several files were done and some were not.
    Partial = 6,
}

impl Exit {
    /// All statuses with a one-line meaning, for the reference.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Success, "everything asked for was done"),
        (Self::Failure, "something else failed, such as writing a file"),
        (Self::Usage, "the command line or a variable is wrong; nothing was done"),
        (Self::Input, "an input file or document is missing, malformed or incomplete"),
        (Self::Locked, "no private key at hand opens a sealed value"),
        (Self::Cluster, "the cluster or its controller cannot be reached, refuses, or answers with an error"),
        (Self::Partial, "some of several files were done and some were not"),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        // The enum is `repr(u8)`: this is its number.
        Self::from(exit as u8)
    }
}

/// A failed run: what happened, the exit status, and a line that says what to type next.
///
/// The text names files, objects and keys of objects; it never holds a value.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    hint: Option<String>,
}

/// The result of a command.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with the given status.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// A wrong command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Input that cannot be used.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(Exit::Input, message)
    }

    /// An error from below with everything it says about its causes.
    pub(crate) fn from_error(exit: Exit, error: &dyn Error) -> Self {
        Self::new(exit, chain(error))
    }

    /// An operation on a file that failed, worded as Go words it: scripts match on
    /// `no such file or directory`.
    pub(crate) fn file(exit: Exit, verb: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(exit, format!("{verb} {}: {}", path.display(), reason(error)))
    }

    /// Adds the line that says what to type next.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts the place where it happened in front of the message.
    #[must_use]
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// What happened, without the word `error` and the hint.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The exit status.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

/// The messages of an error and its causes, joined by colons.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some libraries repeat their cause in their own text.
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

/// The reason of an I/O error as Go prints it: lower case, without the error number.
pub(crate) fn reason(error: &io::Error) -> String {
    // Errors that a library wraps have no number, only their kind.
    let text = match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::AlreadyExists => "file exists".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => error.to_string(),
    };
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "unknown error".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_reads_as_in_go() {
        let error = io::Error::from_raw_os_error(2);
        let failure = Failure::file(Exit::Input, "open", Path::new("/x"), &error);
        assert_eq!(failure.to_string(), "error: open /x: no such file or directory");
    }

    #[test]
    fn a_hint_has_its_own_line() {
        let failure = Failure::usage("nothing to do").hint("signet seal --help");
        assert_eq!(failure.to_string(), "error: nothing to do\nhint: signet seal --help");
    }
}
