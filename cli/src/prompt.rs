//! Asking for a value on the terminal without showing it.

use std::io::{self, Read, Write};

use signet_secret::Plaintext;
use zeroize::Zeroizing;

use crate::error::{Exit, Failure, Outcome, reason};
use crate::input;

/// Longest line that is read, in bytes.
const LONGEST_LINE: usize = 64 << 10;

/// Asks on stderr and reads one line from standard input, which must be a terminal.
///
/// # Errors
/// When the line cannot be read, or the terminal's echo cannot be turned off.
pub(crate) fn ask(question: &str) -> Outcome<Plaintext> {
    let failed =
        |error: &io::Error| Failure::new(Exit::Failure, format!("read the terminal: {}", reason(error)));
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).map_err(|error| failed(&error))?;
    let line = {
        let _quiet = echo::off().map_err(|error| failed(&error))?;
        read_line(input::unbuffered_stdin().map_err(|error| failed(&error))?)
    };
    // The line break that was typed has not been shown either.
    let _ = writeln!(stderr);
    line.map_err(|error| failed(&error))
}

/// Asks on the terminal of this process, whatever standard input is.
///
/// # Errors
/// When there is none, or as [`ask`].
#[cfg(unix)]
pub(crate) fn ask_on_terminal(question: &str) -> Outcome<Plaintext> {
    let failed = |error: &io::Error| {
        Failure::new(Exit::Failure, format!("there is no terminal to ask: {}", reason(error)))
    };
    let mut terminal = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(|error| failed(&error))?;
    write!(terminal, "{question}").map_err(|error| failed(&error))?;
    let line = {
        let _quiet = echo::off_at(&terminal).map_err(|error| failed(&error))?;
        read_line(&terminal)
    };
    let _ = writeln!(terminal);
    line.map_err(|error| failed(&error))
}

/// Asks on standard input, for want of a way to the terminal.
///
/// # Errors
/// As [`ask`].
#[cfg(not(unix))]
pub(crate) fn ask_on_terminal(question: &str) -> Outcome<Plaintext> {
    ask(question)
}

/// One line without its end. Read byte by byte, so that nothing of it is left in a buffer.
fn read_line(mut source: impl Read) -> io::Result<Plaintext> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE));
    let mut byte = Zeroizing::new([0u8; 1]);
    while line.len() < LONGEST_LINE {
        if source.read(byte.as_mut_slice())? == 0 || byte[0] == b'\n' {
            return Ok(Plaintext::from(line));
        }
        line.push(byte[0]);
    }
    Err(io::Error::other("the line is too long; use --from-file"))
}

#[cfg(unix)]
mod echo {
    use std::fs::File;
    use std::io;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// Turns the echo on again when dropped.
    pub(super) struct Quiet {
        terminal: File,
        before: Termios,
    }

    pub(super) fn off() -> io::Result<Quiet> {
        off_at(&crate::input::unbuffered_stdin()?)
    }

    pub(super) fn off_at(terminal: &File) -> io::Result<Quiet> {
        let terminal = terminal.try_clone()?;
        let before = tcgetattr(&terminal)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
        Ok(Quiet { terminal, before })
    }

    impl Drop for Quiet {
        fn drop(&mut self) {
            // Nothing is left to do when it fails.
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
        }
    }
}

#[cfg(not(unix))]
mod echo {
    use std::io;

    /// There is nothing to turn on again.
    pub(super) struct Quiet;

    pub(super) fn off() -> io::Result<Quiet> {
        Err(io::Error::other("the echo cannot be turned off here; use --from-file"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_its_break_or_with_the_input() {
        for (input, line) in [("abc\ndef", "abc"), ("abc", "abc"), ("\n", ""), ("", "")] {
            assert!(read_line(input.as_bytes()).unwrap().expose() == line.as_bytes(), "{input:?}");
        }
    }
}
