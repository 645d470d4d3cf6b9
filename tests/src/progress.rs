//! Progress lines on stderr for whatever takes more than a few seconds.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::watchdog;

/// Nothing is said about what ends before this.
const QUIET: Duration = Duration::from_secs(3);
const BETWEEN_LINES: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);
/// Of a failed command's output; the cause is at its end.
const SHOWN_ON_FAILURE: usize = 6000;

/// One line on stderr, past the capture of the test runner.
pub fn say(line: &str) {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "signet: {line}");
}

/// Tells how long something is taking, while it takes long.
#[derive(Debug)]
pub struct Progress {
    what: String,
    start: Instant,
    last_line: Option<Instant>,
}

impl Progress {
    /// Starts the clock; `what` reads as in "building kubeseal 0.36.6".
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), start: Instant::now(), last_line: None }
    }

    /// Prints a line when one is due.
    pub fn tick(&mut self) {
        let due = match self.last_line {
            None => self.start.elapsed() >= QUIET,
            Some(last) => last.elapsed() >= BETWEEN_LINES,
        };
        if due {
            say(&format!("{}: {} s", self.what, self.start.elapsed().as_secs()));
            self.last_line = Some(Instant::now());
        }
    }

    /// Prints the last line, if any was printed before.
    pub fn done(self) {
        if self.last_line.is_some() {
            say(&format!("{}: done in {} s", self.what, self.start.elapsed().as_secs()));
        }
    }
}

/// Runs a command to its end, with progress lines, and gives its standard output. The command ends
/// with this process; the end of its output is in the error when it fails.
pub fn run(what: &str, command: &mut Command) -> Result<String> {
    let mut stdout = tempfile::tempfile().context("failed to make a file for the output")?;
    let mut stderr = tempfile::tempfile().context("failed to make a file for the output")?;
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?)
        .process_group(0)
        .spawn()
        .with_context(|| format!("{what}: failed to run `{program}`"))?;
    let guard = watchdog::guard_process(child.id());
    let mut progress = Progress::new(what);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        progress.tick();
        std::thread::sleep(POLL);
    };
    drop(guard);
    if !status.success() {
        let mut output = text_of(&mut stdout)?;
        output.push_str(&text_of(&mut stderr)?);
        bail!("{what}: `{program}` failed ({status}):\n{}", tail(&output));
    }
    progress.done();
    text_of(&mut stdout)
}

fn text_of(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The end of a long text, cut at a line.
pub fn tail(text: &str) -> &str {
    let Some(surplus) = text.len().checked_sub(SHOWN_ON_FAILURE) else { return text };
    match text.as_bytes()[surplus..].iter().position(|&byte| byte == b'\n') {
        Some(line_end) => &text[surplus + line_end + 1..],
        None => text,
    }
}
