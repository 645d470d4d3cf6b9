//! The text being edited, with the syntax tree of one document.

use std::ops::Range;

use crate::decode::field_name;
use crate::document::{Format, Seen};
use crate::edit::EditError;
use crate::tree::{Node, NodeId, NodeKind, Style, Tree};

/// Bytes to replace.
#[derive(Debug)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Splice { range, text: text.into() }
    }

    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Splice::new(at..at, text)
    }
}

/// A document in its text.
pub(super) struct Site<'s> {
    pub(super) text: &'s str,
    pub(super) tree: &'s Tree<'s>,
    pub(super) json: bool,
}

impl<'s> Site<'s> {
    pub(super) fn new(text: &'s str, seen: Seen<'s>) -> Result<Self, EditError> {
        if !seen.as_written {
            let reason = "quoted text in this document continues left of its key; indent it first";
            return Err(EditError::Unsupported { path: ".".to_owned(), reason });
        }
        Ok(Site { text, tree: seen.tree, json: seen.format == Format::Json })
    }

    pub(super) fn node(&self, id: NodeId) -> &'s Node<'s> {
        self.tree.node(id)
    }

    pub(super) fn span(&self, id: NodeId) -> Range<usize> {
        let span = &self.node(id).span;
        span.start.min(self.text.len())..span.end.min(self.text.len())
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'s str {
        self.text.get(range).unwrap_or_default()
    }

    /// The resolved name of a key.
    pub(super) fn name(&self, key: NodeId) -> Option<String> {
        field_name(self.tree, key)
    }

    /// The line break of the text.
    pub(super) fn line_break(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        self.slice(0..at).rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The position behind the line break of the line that `at` is on.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.slice(at..self.text.len()).find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// The position before the line break of the line that `at` is on.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.next_line(at);
        at + self.slice(at..end).trim_end_matches(['\n', '\r']).len()
    }

    /// Whether nothing but spaces is before `at` on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        self.slice(self.line_start(at)..at).chars().all(|c| c == ' ' || c == '\t')
    }

    /// How many characters are before `at` on its line.
    pub(super) fn column(&self, at: usize) -> usize {
        self.slice(self.line_start(at)..at).chars().filter(|c| *c != '\u{feff}').count()
    }

    /// The position behind the colon of a key, if it has one before its value.
    pub(super) fn after_colon(&self, key: NodeId) -> Option<usize> {
        let end = self.span(key).end;
        let rest = self.slice(end..self.text.len());
        let blank = rest.len() - rest.trim_start().len();
        rest[blank..].starts_with(':').then_some(end + blank + 1)
    }

    /// The position behind the last character of a node.
    pub(super) fn end_of(&self, id: NodeId) -> usize {
        match &self.node(id).kind {
            NodeKind::Scalar { style: Style::Block, .. } => self.block_scalar_end(id),
            NodeKind::Seq { items, flow: false } => {
                items.last().map_or(self.span(id).end, |id| self.end_of(*id))
            }
            NodeKind::Map { entries, flow: false } => {
                entries.last().map_or(self.span(id).end, |(key, value)| self.entry_end(*key, *value))
            }
            _ => self.span(id).end,
        }
    }

    /// The position behind the last character of an entry.
    pub(super) fn entry_end(&self, key: NodeId, value: NodeId) -> usize {
        self.end_of(value).max(self.end_of(key)).max(self.after_colon(key).unwrap_or(0))
    }

    /// The end of the last line of a block scalar. Blank lines at its end count only if the
    /// scalar keeps them.
    fn block_scalar_end(&self, id: NodeId) -> usize {
        let span = self.span(id);
        let written = self.slice(0..span.end).trim_end_matches([' ', '\t', '\n', '\r']).len();
        let header = self.slice(0..span.start).trim_end();
        let header = &header[header.rfind('\n').map_or(0, |newline| newline + 1)..];
        let header = header.split(" #").next().unwrap_or(header).trim_end();
        let keeps = header.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with(['|', '>', '+'])
            && header.rsplit(['|', '>']).next().is_some_and(|hints| hints.contains('+'));
        match self.slice(0..span.end).rfind('\n') {
            Some(newline) if keeps => newline.max(written),
            _ => self.line_end(written),
        }
    }

    pub(super) fn unsupported(&self, path: &[&str], reason: &'static str) -> EditError {
        EditError::Unsupported { path: path.join("."), reason }
    }
}
