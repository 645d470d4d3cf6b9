//! Programs that are given a text and give one.

use std::io::{self, Read as _, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use signet_secret::Plaintext;

use crate::input;

/// Longest output that is read, in bytes.
const LIMIT: usize = 16 << 20;

/// A program that has ended.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: Plaintext,
    /// Empty unless the command has it piped.
    pub(super) stderr: Vec<u8>,
}

impl Ended {
    pub(super) fn success(&self) -> bool {
        self.status.success()
    }
}

/// Runs a program to its end. Without an input it has ours.
pub(super) fn output(command: &mut Command, input: Option<&[u8]>) -> io::Result<Ended> {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::inherit() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).spawn()?;
    let (pipe, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = thread::scope(|scope| {
        scope.spawn(move || {
            if let (Some(mut pipe), Some(input)) = (pipe, input) {
                // A program may end without reading all.
                let _ = pipe.write_all(input);
            }
        });
        let stderr = scope.spawn(move || {
            let mut text = Vec::new();
            if let Some(stderr) = stderr {
                let _ = stderr.take(LIMIT as u64).read_to_end(&mut text);
            }
            text
        });
        let stdout = stdout.map(|stdout| input::read_up_to(LIMIT, stdout)).transpose();
        (stdout, stderr.join().unwrap_or_default())
    });
    let status = child.wait()?;
    Ok(Ended { status, stdout: stdout?.unwrap_or_else(|| Plaintext::from(Vec::new())), stderr })
}
