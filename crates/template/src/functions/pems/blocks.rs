//! PEM blocks as Go reads and writes them.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::super::encodings::{BASE64, decoded, encoded};
use super::super::letters::find;
use crate::bytes::ByteString;

/// A PEM block.
pub(in super::super) struct Block {
    pub(in super::super) kind: ByteString,
    headers: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(in super::super) contents: ByteString,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// The first block, and what follows it. What is no block is skipped.
pub(in super::super) fn next(text: &[u8]) -> Option<(Block, &[u8])> {
    let mut from = 0;
    loop {
        let end = from + find(text.get(from..)?, END)?;
        let begin =
            text[from..end].windows(BEGIN.len()).rposition(|window| window == BEGIN).map(|at| from + at);
        if let Some(begin) = begin
            .filter(|begin| *begin == from && *begin == 0 || text.get(begin.wrapping_sub(1)) == Some(&b'\n'))
            && let Some(found) = block(&text[begin + BEGIN.len()..], end - begin - BEGIN.len())
        {
            return Some(found);
        }
        from = end + END.len();
    }
}

/// The block whose type comes first in the text; the line before its end line ends at `end`.
fn block(text: &[u8], end: usize) -> Option<(Block, &[u8])> {
    let (kind, mut rest) = line(text);
    let kind = kind.strip_suffix(DASHES)?;
    let mut headers = BTreeMap::new();
    loop {
        if rest.is_empty() {
            return None;
        }
        let (header, after) = line(rest);
        let Some(colon) = header.iter().position(|byte| *byte == b':') else { break };
        let (key, value) = (header[..colon].trim_ascii(), header[colon + 1..].trim_ascii());
        headers.insert(key.to_vec(), value.to_vec());
        rest = after;
    }
    // Without contents the end line follows at once, and the line break before it is that of the line before.
    let start = text.len() - rest.len();
    if start > end && !headers.is_empty() {
        return None;
    }
    let trailer = text.get(end + END.len()..)?.strip_prefix(kind)?.strip_prefix(DASHES)?;
    let (nothing, after) = line(trailer);
    if !nothing.is_empty() {
        return None;
    }
    let contents: Vec<u8> = text
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b' ' | b'\t'))
        .collect();
    let contents = decoded(&contents, &BASE64).ok()?;
    Some((Block { kind: kind.into(), headers, contents: contents.into() }, after))
}

/// A line without white space at its end, and what follows it.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (text[..end].strip_suffix(b"\r").unwrap_or(&text[..end]), &text[end + 1..]),
        None => (text, &b""[..]),
    };
    let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    (&line[..end], rest)
}

impl Block {
    /// The block as text, in memory that is taken at once: growing it would leave copies of a key behind.
    pub(in super::super) fn encoded(&self) -> Vec<u8> {
        const FIRST: &[u8] = b"Proc-Type";
        let contents = Zeroizing::new(encoded(&self.contents, &BASE64));
        let headers: usize = self.headers.iter().map(|(key, value)| key.len() + value.len() + 3).sum();
        let mut out = Vec::with_capacity(contents.len() * 65 / 64 + headers + 2 * self.kind.len() + 40);
        let mut put = |parts: &[&[u8]]| parts.iter().for_each(|part| out.extend_from_slice(part));
        put(&[BEGIN, &self.kind, DASHES, b"\n"]);
        let first = self.headers.get_key_value(FIRST);
        let others = self.headers.iter().filter(|(key, _)| *key != FIRST);
        for (key, value) in first.into_iter().chain(others) {
            put(&[key, b": ", value, b"\n"]);
        }
        if !self.headers.is_empty() {
            put(&[b"\n"]);
        }
        contents.chunks(64).for_each(|line| put(&[line, b"\n"]));
        put(&[&END[1..], &self.kind, DASHES, b"\n"]);
        out
    }
}

/// A block without headers.
pub(in super::super) fn written(kind: &[u8], contents: &[u8]) -> ByteString {
    Block { kind: kind.into(), headers: BTreeMap::new(), contents: contents.into() }.encoded().into()
}
