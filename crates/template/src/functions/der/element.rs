//! Elements: a tag, a length, and contents.

use super::primitive::base128;

/// An element: its tag with all that the first byte tells, its contents, and both with the length between them.
#[derive(Clone, Copy)]
pub(in crate::functions) struct Element<'a> {
    pub(in crate::functions) tag: u8,
    pub(in crate::functions) contents: &'a [u8],
    pub(in crate::functions) whole: &'a [u8],
}

/// What comes before the contents.
pub(super) struct Header {
    pub(super) class: u8,
    pub(super) number: u32,
    pub(super) compound: bool,
    pub(super) length: usize,
}

pub(super) fn structure_error(text: &str) -> String {
    format!("asn1: structure error: {text}")
}

pub(super) fn syntax_error(text: &str) -> String {
    format!("asn1: syntax error: {text}")
}

/// The tag and the length at this place, and where the contents begin.
pub(super) fn header(bytes: &[u8], at: usize) -> Result<(Header, usize), String> {
    let (first, mut next) = byte(bytes, at)?;
    let mut number = u32::from(first & 0x1f);
    if number == 0x1f {
        (number, next) = base128(bytes, next)?;
        if number < 0x1f {
            return Err(syntax_error("non-minimal tag"));
        }
    }
    let (length, start) = length(bytes, next)?;
    Ok((Header { class: first >> 6, number, compound: first & 0x20 != 0, length }, start))
}

fn byte(bytes: &[u8], at: usize) -> Result<(u8, usize), String> {
    bytes.get(at).map(|byte| (*byte, at + 1)).ok_or_else(|| syntax_error("truncated tag or length"))
}

/// A length in as few bytes as it takes, and what follows it.
fn length(bytes: &[u8], at: usize) -> Result<(usize, usize), String> {
    let (first, mut at) = byte(bytes, at)?;
    let count = match first {
        0..0x80 => return Ok((first.into(), at)),
        0x80 => return Err(syntax_error("indefinite length found (not DER)")),
        _ => first & 0x7f,
    };
    let mut length = 0;
    for _ in 0..count {
        let (digit, next) = byte(bytes, at)?;
        at = next;
        if length >= 1 << 23 {
            return Err(structure_error("length too large"));
        }
        length = length << 8 | usize::from(digit);
        if length == 0 {
            return Err(structure_error("superfluous leading zeros in length"));
        }
    }
    if length < 0x80 {
        return Err(structure_error("non-minimal length"));
    }
    Ok((length, at))
}
