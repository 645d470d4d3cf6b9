//! Stanzas to and from a plugin.

use std::io::{BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use signet_sops_keys::NoAnswer;
use zeroize::Zeroizing;

use crate::error::reason;

/// Characters of a full line of a body.
const COLUMNS: usize = 64;
/// Longest line and longest body, in bytes.
const LIMIT: usize = 1 << 16;

/// A running plugin. It ends with this value.
pub(super) struct Conversation {
    child: Child,
    /// `None` once it is closed.
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

/// What a plugin says. It may hold a key.
pub(super) struct Message {
    pub(super) words: Vec<String>,
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Conversation {
    /// Starts `age-plugin-NAME` for one purpose.
    pub(super) fn start(name: &str, purpose: &str) -> Result<Self, NoAnswer> {
        let mut child = Command::new(format!("age-plugin-{name}"))
            .arg(format!("--age-plugin={purpose}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| NoAnswer(format!("couldn't start plugin: {}", reason(&error))))?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let from = from.ok_or_else(|| NoAnswer("the plugin has no standard output".to_owned()))?;
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    /// Sends a stanza.
    pub(super) fn send(&mut self, words: &[&str], body: &[u8]) -> Result<(), NoAnswer> {
        let mut text = Zeroizing::new(format!("-> {}\n", words.join(" ")));
        let body = Zeroizing::new(STANDARD_NO_PAD.encode(body));
        let mut rest = body.as_str();
        // The line that is not full ends the body.
        while rest.len() >= COLUMNS {
            let (line, after) = rest.split_at(COLUMNS);
            text.push_str(line);
            text.push('\n');
            rest = after;
        }
        text.push_str(rest);
        text.push('\n');
        let written =
            self.to.as_mut().map_or(Ok(()), |to| to.write_all(text.as_bytes()).and_then(|()| to.flush()));
        written.map_err(|error| NoAnswer(format!("cannot write to the plugin: {}", reason(&error))))
    }

    /// Waits for a stanza.
    pub(super) fn receive(&mut self) -> Result<Message, NoAnswer> {
        let head = self.line()?;
        let malformed = || NoAnswer("the plugin sent something else than stanzas".to_owned());
        let words = std::str::from_utf8(&head)
            .ok()
            .and_then(|head| head.strip_prefix("-> "))
            .ok_or_else(malformed)?;
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let mut encoded = Zeroizing::new(Vec::with_capacity(LIMIT));
        loop {
            let line = self.line()?;
            if line.len() > COLUMNS || encoded.len() + line.len() > LIMIT {
                return Err(malformed());
            }
            encoded.extend_from_slice(&line);
            if line.len() < COLUMNS {
                break;
            }
        }
        let body = STANDARD_NO_PAD.decode(&*encoded).map_err(|_| malformed())?;
        Ok(Message { words, body: Zeroizing::new(body) })
    }

    /// A line without its end.
    fn line(&mut self) -> Result<Zeroizing<Vec<u8>>, NoAnswer> {
        let ended = || NoAnswer("the plugin ended before it was done".to_owned());
        let mut line = Zeroizing::new(Vec::with_capacity(1024));
        let mut byte = [0; 1];
        loop {
            match self.from.read(&mut byte) {
                Ok(1) if byte[0] == b'\n' => return Ok(line),
                Ok(1) if line.len() < LIMIT => line.push(byte[0]),
                _ => return Err(ended()),
            }
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.to = None;
        // It is done, or will not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
