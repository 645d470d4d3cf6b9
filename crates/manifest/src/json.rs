//! JSON text to trees, with the grammar of Go's `encoding/json`.

use std::borrow::Cow;

use crate::limits;
use crate::tree::{Node, NodeId, NodeKind, Position, Problem, Style, Tree};

/// Reads one JSON value from `source` at `position`, after any white space. Returns its tree and
/// the position behind it, or `None` at the end of the source.
pub(crate) fn read(source: &[u8], position: Position) -> Result<Option<(Tree<'_>, Position)>, Problem> {
    let mut reader = Reader { source, at: position, tree: Tree::new(), depth: 0 };
    reader.white_space();
    if reader.peek().is_none() {
        return Ok(None);
    }
    reader.value()?;
    Ok(Some((reader.tree, reader.at)))
}

struct Reader<'a> {
    source: &'a [u8],
    at: Position,
    tree: Tree<'a>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<NodeId, Problem> {
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'"') => {
                let (start, line) = (self.at.offset, self.at.line);
                let text = self.string()?;
                Ok(self.scalar(start, line, text, Style::DoubleQuoted))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            Some(_) => Err(self.problem("expected a JSON value")),
            None => Err(self.problem("the JSON text ends in the middle of a value")),
        }
    }

    fn object(&mut self) -> Result<NodeId, Problem> {
        let id = self.open(NodeKind::Map { entries: Vec::new(), flow: true })?;
        if self.closes_at_once(b'}') {
            return Ok(self.close(id));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.problem("expected a field name in double quotes"));
            }
            let key = self.value()?;
            self.white_space();
            if self.peek() != Some(b':') {
                return Err(self.problem("expected `:` after a field name"));
            }
            self.at.offset += 1;
            self.white_space();
            let value = self.value()?;
            if let NodeKind::Map { entries, .. } = &mut self.tree.node_mut(id).kind {
                entries.push((key, value));
            }
            if self.ends_after_item(b'}', "expected `,` or `}` after a field")? {
                return Ok(self.close(id));
            }
        }
    }

    fn list(&mut self) -> Result<NodeId, Problem> {
        let id = self.open(NodeKind::Seq { items: Vec::new(), flow: true })?;
        if self.closes_at_once(b']') {
            return Ok(self.close(id));
        }
        loop {
            let item = self.value()?;
            if let NodeKind::Seq { items, .. } = &mut self.tree.node_mut(id).kind {
                items.push(item);
            }
            if self.ends_after_item(b']', "expected `,` or `]` after a list item")? {
                return Ok(self.close(id));
            }
        }
    }

    /// Starts a collection at its bracket.
    fn open(&mut self, kind: NodeKind<'a>) -> Result<NodeId, Problem> {
        if self.depth >= limits::DEPTH {
            return Err(self.problem("lists and objects are nested too deeply"));
        }
        self.depth += 1;
        let span = self.at.offset..self.at.offset;
        let id = self.tree.add(Node { kind, span, line: self.at.line, anchored: false, tag: None });
        self.at.offset += 1;
        self.white_space();
        Ok(id)
    }

    fn closes_at_once(&mut self, bracket: u8) -> bool {
        let closes = self.peek() == Some(bracket);
        if closes {
            self.at.offset += 1;
        }
        closes
    }

    fn ends_after_item(&mut self, bracket: u8, expected: &'static str) -> Result<bool, Problem> {
        self.white_space();
        let found = self.peek();
        if found != Some(bracket) && found != Some(b',') {
            let end = "the JSON text ends in the middle of a value";
            return Err(self.problem(if found.is_none() { end } else { expected }));
        }
        self.at.offset += 1;
        if found == Some(b',') {
            self.white_space();
        }
        Ok(found == Some(bracket))
    }

    fn close(&mut self, id: NodeId) -> NodeId {
        self.depth -= 1;
        self.tree.node_mut(id).span.end = self.at.offset;
        id
    }

    fn literal(&mut self, word: &'static str) -> Result<NodeId, Problem> {
        let start = self.at.offset;
        if !self.source[start..].starts_with(word.as_bytes()) {
            return Err(self.problem("expected a JSON value"));
        }
        self.at.offset += word.len();
        Ok(self.scalar(start, self.at.line, Cow::Borrowed(word), Style::Plain))
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?`
    fn number(&mut self) -> Result<NodeId, Problem> {
        let start = self.at.offset;
        self.skip_if(b"-");
        if !self.skip_if(b"0") {
            self.digits()?;
        }
        if self.skip_if(b".") {
            self.digits()?;
        }
        if self.skip_if(b"eE") {
            self.skip_if(b"+-");
            self.digits()?;
        }
        let text = String::from_utf8_lossy(&self.source[start..self.at.offset]);
        Ok(self.scalar(start, self.at.line, text, Style::Plain))
    }

    fn digits(&mut self) -> Result<(), Problem> {
        let count = self.source[self.at.offset..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at.offset += count;
        if count == 0 { Err(self.problem("expected a digit in a number")) } else { Ok(()) }
    }

    fn skip_if(&mut self, any_of: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| any_of.contains(&byte));
        if found {
            self.at.offset += 1;
        }
        found
    }

    /// Reads a string from its opening quote to behind its closing one.
    fn string(&mut self) -> Result<Cow<'a, str>, Problem> {
        self.at.offset += 1;
        let start = self.at.offset;
        let simple = self.source[start..].iter().take_while(|byte| is_simple(**byte)).count();
        if self.source.get(start + simple) == Some(&b'"')
            && let Ok(text) = std::str::from_utf8(&self.source[start..start + simple])
        {
            self.at.offset = start + simple + 1;
            return Ok(Cow::Borrowed(text));
        }
        self.escaped_string().map(Cow::Owned)
    }

    fn escaped_string(&mut self) -> Result<String, Problem> {
        // One allocation: an unescaped string is never longer than its source, save for invalid
        // bytes, and a growing buffer would leave copies of plaintext behind.
        let length = self.source[self.at.offset..].iter().take_while(|byte| **byte != b'"').count();
        let mut text = String::with_capacity(length);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at.offset += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at.offset += 1;
                    let character = self.escape()?;
                    text.push(character);
                }
                Some(0..0x20) => return Err(self.problem("a string holds an unescaped control character")),
                Some(_) => {
                    let rest = &self.source[self.at.offset..];
                    let run = rest.iter().take_while(|byte| is_simple(**byte)).count();
                    push_replacing_invalid(&mut text, &rest[..run]);
                    self.at.offset += run;
                }
                None => return Err(self.problem("a string is not closed")),
            }
        }
    }

    /// Reads an escape from behind its backslash. Half a surrogate pair is U+FFFD.
    fn escape(&mut self) -> Result<char, Problem> {
        let kind = self.peek();
        self.at.offset += 1;
        Ok(match kind {
            Some(quoted @ (b'"' | b'\\' | b'/')) => char::from(quoted),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = self.hex4()?;
                let low = match self.source.get(self.at.offset..self.at.offset + 2) {
                    Some(b"\\u") if (0xd800..0xdc00).contains(&unit) => self.low_surrogate(),
                    _ => None,
                };
                let code = match low {
                    Some(low) => 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00),
                    None => unit,
                };
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => {
                self.at.offset -= 1;
                return Err(self.problem("unknown escape in a string"));
            }
        })
    }

    /// Takes the second half of a surrogate pair if it is one; anything else stays unread.
    fn low_surrogate(&mut self) -> Option<u32> {
        let before = self.at;
        self.at.offset += 2;
        match self.hex4() {
            Ok(unit) if (0xdc00..0xe000).contains(&unit) => Some(unit),
            _ => {
                self.at = before;
                None
            }
        }
    }

    fn hex4(&mut self) -> Result<u32, Problem> {
        let digits = self.source.get(self.at.offset..self.at.offset + 4);
        let unit = digits.and_then(|digits| {
            digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
        });
        match unit {
            Some(unit) => {
                self.at.offset += 4;
                Ok(unit)
            }
            None => Err(self.problem("expected four hexadecimal digits after `\\u`")),
        }
    }

    fn scalar(&mut self, start: usize, line: usize, text: Cow<'a, str>, style: Style) -> NodeId {
        let kind = NodeKind::Scalar { text, style };
        self.tree.add(Node { kind, span: start..self.at.offset, line, anchored: false, tag: None })
    }

    fn white_space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.at.offset += 1;
            self.at.line += usize::from(byte == b'\n');
        }
    }

    fn peek(&self) -> Option<u8> {
        self.source.get(self.at.offset).copied()
    }

    fn problem(&self, text: &'static str) -> Problem {
        Problem::new(self.at.line, text)
    }
}

/// Whether a byte of a string stands for itself.
fn is_simple(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Appends bytes as UTF-8, with one U+FFFD for each byte that is not part of a character.
fn push_replacing_invalid(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}
