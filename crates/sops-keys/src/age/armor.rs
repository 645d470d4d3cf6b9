//! The text form of an age file: PEM (RFC 7468) with one label, 64 columns and no freedom inside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(crate) const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
pub(crate) const END: &str = "-----END AGE ENCRYPTED FILE-----";
const COLUMNS: usize = 64;
const BYTES_PER_LINE: usize = COLUMNS / 4 * 3;

/// Space that may surround the armour, as age allows.
const MAX_SPACE: usize = 1024;

/// Why a text is not an armoured age file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArmorError {
    /// The first line that is not blank is another one.
    #[error("the first line is not {BEGIN}")]
    Begin,
    /// The text stops before the last line.
    #[error("the line {END} is missing")]
    End,
    /// Something follows the last line.
    #[error("trailing data after the armored file")]
    Trailing,
    /// More than a kilobyte of blank space around the armour.
    #[error("too much white space around the armored file")]
    Space,
    /// A line, counted from the first one of the armour, is empty, too long or not base64.
    #[error("line {0} is not 64 columns of base64")]
    Line(usize),
}

/// `binary` as text that ends with a newline.
pub(crate) fn encode(binary: &[u8]) -> String {
    let base64 = STANDARD.encode(binary);
    let mut text = String::with_capacity(base64.len() * 66 / 64 + BEGIN.len() + END.len() + 4);
    text.push_str(BEGIN);
    text.push('\n');
    for start in (0..base64.len()).step_by(COLUMNS) {
        text.push_str(&base64[start..base64.len().min(start + COLUMNS)]);
        text.push('\n');
    }
    text.push_str(END);
    text.push('\n');
    text
}

/// The bytes inside the armour. Lines may end with CR LF, and blank space may surround the whole.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, ArmorError> {
    let start = text.iter().position(|b| !b.is_ascii_whitespace()).ok_or(ArmorError::Begin)?;
    let end = text.iter().rposition(|b| !b.is_ascii_whitespace()).ok_or(ArmorError::Begin)?;
    if start > MAX_SPACE || text.len() - end > MAX_SPACE {
        return Err(ArmorError::Space);
    }
    // Spaces before the first line on the same line are tolerated, as a YAML block with a wrong indent leaves
    // them; inside the armour nothing is.
    let mut lines = text[start..=end].split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l));
    if lines.next() != Some(BEGIN.as_bytes()) {
        return Err(ArmorError::Begin);
    }
    let mut binary = Vec::with_capacity(text.len() * 3 / 4);
    let mut is_last = false;
    for (number, line) in (1..).zip(lines.by_ref()) {
        if line == END.as_bytes() {
            return if lines.next().is_none() { Ok(binary) } else { Err(ArmorError::Trailing) };
        }
        if is_last || line.is_empty() || line.len() > COLUMNS {
            return Err(ArmorError::Line(number));
        }
        let before = binary.len();
        STANDARD.decode_vec(line, &mut binary).map_err(|_| ArmorError::Line(number))?;
        is_last = binary.len() - before < BYTES_PER_LINE;
    }
    Err(ArmorError::End)
}
