//! The header: a version line, stanzas, and a tag over them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

const INTRO: &[u8] = b"age-encryption.org/v1\n";
const FOOTER: &[u8] = b"---";
const COLUMNS: usize = 64;
const BYTES_PER_LINE: usize = COLUMNS / 4 * 3;
const MAC_LEN: usize = 32;
pub(crate) const NONCE_LEN: usize = 16;

/// A file key wrapped for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// Which kind of recipient, such as `X25519`.
    pub tag: String,
    /// What the recipient needs besides the body: words of printable ASCII.
    pub args: Vec<String>,
    /// The wrapped file key.
    pub body: Vec<u8>,
}

/// Why the bytes are not an age file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// No age file, or one of a version that does not exist yet.
    #[error("the file does not begin with the line age-encryption.org/v1")]
    Intro,
    /// The file stops inside the header.
    #[error("the header is not complete")]
    Truncated,
    /// A line that does not follow the grammar.
    #[error("line {0} of the header is malformed")]
    Line(usize),
    /// A stanza of a known kind with the wrong arguments or the wrong length.
    #[error("invalid {0} recipient block")]
    Stanza(String),
    /// A passphrase beside another recipient, which would defeat authentication.
    #[error("an scrypt recipient must be the only one")]
    ScryptNotAlone,
    /// The passphrase was stretched more than this machine is willing to.
    #[error("scrypt work factor too large: {0}")]
    WorkFactor(u32),
}

/// A parsed header and where its parts were.
#[derive(Debug)]
pub(crate) struct Header<'a> {
    pub(crate) stanzas: Vec<Stanza>,
    pub(crate) mac: [u8; MAC_LEN],
    /// What the tag covers. Encodings are canonical, so these are the bytes that the writer hashed.
    pub(crate) authenticated: &'a [u8],
    /// What makes the key of the payload this file's own.
    pub(crate) nonce: &'a [u8; NONCE_LEN],
    pub(crate) payload: &'a [u8],
}

/// Base64 without padding, in its one canonical form.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text).ok()
}

pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// The lines of a header and what is left of the file.
struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<&'a [u8], HeaderError> {
        let end = self.rest.iter().position(|b| *b == b'\n').ok_or(HeaderError::Truncated)?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        self.number += 1;
        Ok(line)
    }

    fn malformed(&self) -> HeaderError {
        HeaderError::Line(self.number)
    }
}

impl<'a> Header<'a> {
    pub(crate) fn parse(file: &'a [u8]) -> Result<Self, HeaderError> {
        let rest = file.strip_prefix(INTRO).ok_or(HeaderError::Intro)?;
        let mut lines = Lines { rest, number: 1 };
        let mut stanzas = Vec::new();
        loop {
            let before = file.len() - lines.rest.len();
            let line = lines.next()?;
            if let Some(tail) = line.strip_prefix(FOOTER) {
                let mac = tail.strip_prefix(b" ").and_then(|mac| std::str::from_utf8(mac).ok());
                let mac = mac.and_then(decode_base64).and_then(|mac| mac.try_into().ok());
                let mac = mac.ok_or_else(|| lines.malformed())?;
                let (nonce, payload) = lines.rest.split_first_chunk().ok_or(HeaderError::Truncated)?;
                let authenticated = &file[..before + FOOTER.len()];
                return Ok(Self { stanzas, mac, authenticated, nonce, payload });
            }
            stanzas.push(Self::stanza(line, &mut lines)?);
        }
    }

    fn stanza(opening: &[u8], lines: &mut Lines<'a>) -> Result<Stanza, HeaderError> {
        let words = opening.strip_prefix(b"-> ").and_then(|words| std::str::from_utf8(words).ok());
        let words = words.ok_or_else(|| lines.malformed())?.split(' ');
        let mut words: Vec<String> = words.map(str::to_owned).collect();
        if words.iter().any(|word| word.is_empty() || word.bytes().any(|b| !(33..=126).contains(&b))) {
            return Err(lines.malformed());
        }
        let mut stanza = Stanza { tag: words.remove(0), args: words, body: Vec::new() };
        // The body ends with a short line, which may be empty.
        loop {
            let line = std::str::from_utf8(lines.next()?).map_err(|_| lines.malformed())?;
            let bytes = decode_base64(line).filter(|bytes| bytes.len() <= BYTES_PER_LINE);
            let bytes = bytes.ok_or_else(|| lines.malformed())?;
            stanza.body.extend_from_slice(&bytes);
            if bytes.len() < BYTES_PER_LINE {
                return Ok(stanza);
            }
        }
    }
}

/// The header up to and with the three hyphens that the tag covers.
pub(crate) fn encode(stanzas: &[Stanza]) -> Vec<u8> {
    let mut out = INTRO.to_vec();
    for stanza in stanzas {
        out.extend_from_slice(b"-> ");
        out.extend_from_slice(stanza.tag.as_bytes());
        for arg in &stanza.args {
            out.push(b' ');
            out.extend_from_slice(arg.as_bytes());
        }
        out.push(b'\n');
        for line in stanza.body.chunks(BYTES_PER_LINE) {
            out.extend_from_slice(encode_base64(line).as_bytes());
            out.push(b'\n');
        }
        if stanza.body.len() % BYTES_PER_LINE == 0 {
            out.push(b'\n');
        }
    }
    out.extend_from_slice(FOOTER);
    out
}
