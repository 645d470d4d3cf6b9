//! Changes of a YAML text that touch values and comments and nothing else.

use std::ops::Range;

use super::build::{self, Site};
use super::parse::{self, Document, NodeId, NodeKind, Stream};
use super::style::Style;
use super::{arrange, print, tokens};
use crate::codec::Layout;
use crate::metadata::Place;
use crate::text::{Builder, Text};
use crate::tree::{Branch, Element, Item, Key, Value};

/// Why a text was not changed in place. It can still be written anew, which drops its layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InPlaceError {
    /// The text cannot be read.
    #[error("the text cannot be read")]
    Unreadable,
    /// Only YAML is changed in place.
    #[error("only YAML is changed in place")]
    NotYaml,
    /// There are other entries or comments than in the text.
    #[error("entries or comments were added, removed or moved")]
    Shape,
    /// One place in the text stands for several values.
    #[error("the text has aliases")]
    Aliases,
    /// A value stands where it cannot be replaced.
    #[error("a value cannot be replaced where it stands")]
    Position,
}

/// The text with the values and comments of `documents` in place of its own, and with the entry that holds metadata
/// replaced by that of `metadata`, which is one for all documents: added where there is none, and removed if it is
/// nothing.
pub(in crate::codec) fn write(
    bytes: &[u8],
    documents: &[Branch],
    metadata: Option<&Branch>,
    layout: Layout,
) -> Result<Text, InPlaceError> {
    let stream = parse::parse(tokens::decode(bytes).map_err(|_| InPlaceError::Unreadable)?)
        .map_err(|_| InPlaceError::Unreadable)?;
    if stream.nodes.iter().any(|node| matches!(node.kind, NodeKind::Alias(_))) {
        return Err(InPlaceError::Aliases);
    }
    if stream.documents.len() != documents.len() {
        return Err(InPlaceError::Shape);
    }
    let block = match metadata {
        Some(branch) => {
            Some(super::write(std::slice::from_ref(branch), layout).map_err(|_| InPlaceError::Shape)?)
        }
        None => None,
    };
    let mut splices = Vec::new();
    for (at, (document, wanted)) in stream.documents.iter().zip(documents).enumerate() {
        let (old, sites) =
            build::document(&stream, document, at == 0).map_err(|_| InPlaceError::Unreadable)?;
        let mut change = Change { stream: &stream, sites: sites.into_iter(), splices: &mut splices };
        change.root(document, &old, wanted)?;
        change.metadata(document, block.as_ref())?;
    }
    let text = apply(&stream.text, splices)?;
    check(&text, documents, metadata)?;
    Ok(text)
}

/// A part of the text, and what replaces it.
struct Splice {
    range: Range<usize>,
    text: Text,
}

fn apply(text: &str, mut splices: Vec<Splice>) -> Result<Text, InPlaceError> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut out = Builder::with_capacity(text.len() * 2);
    let mut at = 0;
    for Splice { range, text: new } in &splices {
        if range.start < at {
            return Err(InPlaceError::Position);
        }
        out.push_str(&text[at..range.start]);
        out.push(new.as_bytes());
        at = range.end;
    }
    out.push_str(&text[at..]);
    Ok(out.finish())
}

/// Whether a text holds what was wanted. Layout has more cases than a writer can think of.
fn check(text: &Text, documents: &[Branch], metadata: Option<&Branch>) -> Result<(), InPlaceError> {
    let read = super::read(text.as_bytes()).map_err(|_| InPlaceError::Position)?;
    let mut wanted = documents.to_vec();
    for document in &mut wanted {
        document.items.extend(metadata.iter().flat_map(|branch| branch.items.iter().cloned()));
    }
    let as_wanted = arrange::same_comments(&read, &wanted)
        && read.iter().zip(&wanted).all(|(read, wanted)| same_values(read, wanted));
    if as_wanted { Ok(()) } else { Err(InPlaceError::Position) }
}

fn same_values(one: &Branch, other: &Branch) -> bool {
    let same = |one: &Value, other: &Value| match (one, other) {
        (Value::Branch(one), Value::Branch(other)) => same_values(one, other),
        (Value::List(one), Value::List(other)) => same_elements(one, other),
        (Value::Float(one), Value::Int(other)) | (Value::Int(other), Value::Float(one)) => {
            one.to_string() == other.to_string()
        }
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
        (one, other) => one == other,
    };
    fn same_elements(one: &[Element], other: &[Element]) -> bool {
        let as_items = |list: &[Element]| Branch {
            items: list
                .iter()
                .map(|element| match element {
                    Element::Comment(comment) => Item::Comment(comment.clone()),
                    Element::Value(value) => Item::Entry(Key::Name(String::new()), value.clone()),
                })
                .collect(),
        };
        same_values(&as_items(one), &as_items(other))
    }
    one.items.len() == other.items.len()
        && one.items.iter().zip(&other.items).all(|pair| match pair {
            (Item::Comment(one), Item::Comment(other)) => one.text == other.text,
            (Item::Entry(key, one), Item::Entry(other_key, other)) => key == other_key && same(one, other),
            _ => false,
        })
}

struct Change<'s> {
    stream: &'s Stream,
    sites: std::vec::IntoIter<Site>,
    splices: &'s mut Vec<Splice>,
}

impl Change<'_> {
    /// Entries with metadata are passed over.
    fn root(&mut self, document: &Document, old: &Branch, new: &Branch) -> Result<(), InPlaceError> {
        let mut wanted = new.items.iter();
        for item in &old.items {
            match item {
                Item::Entry(key, value) if Place::Nested.holds(key) => self.skip(value),
                item => self.item(item, wanted.next().ok_or(InPlaceError::Shape)?)?,
            }
        }
        let root = &self.stream.nodes[document.root];
        let in_brackets = self.stream.text[root.start..].starts_with('{');
        match wanted.next() {
            None if !in_brackets => Ok(()),
            None => Err(InPlaceError::Position),
            Some(_) => Err(InPlaceError::Shape),
        }
    }

    fn skip(&mut self, value: &Value) {
        match value {
            Value::Branch(branch) => branch.items.iter().for_each(|item| match item {
                Item::Comment(_) => drop(self.sites.next()),
                Item::Entry(_, value) => self.skip(value),
            }),
            Value::List(list) => list.iter().for_each(|element| match element {
                Element::Comment(_) => drop(self.sites.next()),
                Element::Value(value) => self.skip(value),
            }),
            _ => drop(self.sites.next()),
        }
    }

    fn item(&mut self, old: &Item, new: &Item) -> Result<(), InPlaceError> {
        match (old, new) {
            (Item::Comment(old), Item::Comment(new)) => self.comment(&old.text, &new.text),
            (Item::Entry(old_key, old), Item::Entry(new_key, new)) if old_key == new_key => {
                self.value(old, new)
            }
            _ => Err(InPlaceError::Shape),
        }
    }

    fn value(&mut self, old: &Value, new: &Value) -> Result<(), InPlaceError> {
        match (old, new) {
            (Value::Branch(old), Value::Branch(new)) if old.items.len() == new.items.len() => {
                old.items.iter().zip(&new.items).try_for_each(|(old, new)| self.item(old, new))
            }
            (Value::List(old), Value::List(new)) if old.len() == new.len() => {
                old.iter().zip(new).try_for_each(|pair| match pair {
                    (Element::Comment(old), Element::Comment(new)) => self.comment(&old.text, &new.text),
                    (Element::Value(old), Element::Value(new)) => self.value(old, new),
                    _ => Err(InPlaceError::Shape),
                })
            }
            (old, new) if old.is_container() || new.is_container() => Err(InPlaceError::Shape),
            (old, new) => self.scalar(old, new),
        }
    }

    fn comment(&mut self, old: &Text, new: &Text) -> Result<(), InPlaceError> {
        let Some(Site::Comment(range)) = self.sites.next() else { return Err(InPlaceError::Shape) };
        if old != new {
            if new.as_bytes().contains(&b'\n') {
                return Err(InPlaceError::Position);
            }
            self.splices.push(Splice { range: range.start + 1..range.end, text: new.clone() });
        }
        Ok(())
    }

    fn scalar(&mut self, old: &Value, new: &Value) -> Result<(), InPlaceError> {
        let Some(Site::Scalar(id, owner)) = self.sites.next() else { return Err(InPlaceError::Shape) };
        if old == new {
            return Ok(());
        }
        let node = &self.stream.nodes[id];
        let NodeKind::Scalar { span, .. } = &node.kind else { return Err(InPlaceError::Shape) };
        if span.is_empty() {
            return Err(InPlaceError::Position);
        }
        let text = &self.stream.text;
        let block = text[span.start..].starts_with(['|', '>']);
        let new = self.written(new, owner, node.in_brackets)?;
        let mut parts = new.as_bytes().splitn(2, |byte| *byte == b'\n');
        let (first, rest) = (parts.next().unwrap_or_default(), parts.next());
        // A block has a header, then perhaps a comment, which stays, and then its lines.
        let head_end = if block {
            let header = text[span.start..].find(|c: char| !matches!(c, '|' | '>' | '+' | '-' | '0'..='9'));
            span.start + header.unwrap_or(0)
        } else {
            span.end
        };
        // Its tag, if it has one, may not fit the new value.
        self.splices.push(Splice { range: node.start..head_end, text: first.into() });
        if block || rest.is_some() {
            let line_end = head_end + text[head_end..].find(['\n', '\r']).unwrap_or(text.len() - head_end);
            let old_lines = if block { &text[line_end..span.end.max(line_end)] } else { "" };
            let mut lines = Builder::default();
            if let Some(rest) = rest {
                lines.push(b"\n");
                lines.push(rest);
            }
            let range = line_end..line_end + lines_with_content(old_lines);
            self.splices.push(Splice { range, text: lines.finish() });
        }
        Ok(())
    }

    /// A scalar as it is written here: in brackets on one line, and in quotes if it holds any.
    fn written(&self, value: &Value, owner: NodeId, in_brackets: bool) -> Result<Text, InPlaceError> {
        if let Value::Str(text) = value {
            let text = text.as_str().map_err(|_| InPlaceError::Position)?;
            let literal = Style::of(text, false) == Style::Literal;
            // Space at its beginning would need the exact indentation of what is around; empty lines at its end would
            // become one with those that follow.
            let fragile = text.starts_with([' ', '\n']) || text.ends_with("\n\n");
            if literal && !in_brackets && !fragile {
                let start = self.stream.nodes[owner].start;
                let column = start - line_start(&self.stream.text, start);
                return Ok(print::literal(text, column + 2));
            }
            if literal || (in_brackets && text.contains([',', '[', ']', '{', '}', '?', ':'])) {
                return Ok(print::quoted(text));
            }
        }
        let printed = print::value(value, 4).map_err(|_| InPlaceError::Position)?;
        Ok(printed.as_bytes().trim_ascii_end().into())
    }

    fn metadata(&mut self, document: &Document, block: Option<&Text>) -> Result<(), InPlaceError> {
        let text = &self.stream.text;
        let old = self.metadata_range(document);
        let range = match (old, block) {
            (None, None) => return Ok(()),
            (Some(range), _) => range,
            (None, Some(_)) => {
                let end =
                    if document.end >= text.len() { text.len() } else { line_start(text, document.end) };
                end..end
            }
        };
        let mut new = Builder::default();
        if let Some(block) = block {
            if range.is_empty() && !text[..range.start].is_empty() && !text[..range.start].ends_with('\n') {
                new.push(b"\n");
            }
            new.push(block.as_bytes());
        }
        self.splices.push(Splice { range, text: new.finish() });
        Ok(())
    }

    /// The lines of the entry that holds metadata.
    fn metadata_range(&self, document: &Document) -> Option<Range<usize>> {
        let nodes = &self.stream.nodes;
        let NodeKind::Mapping(entries) = &nodes[document.root].kind else { return None };
        let is_metadata = |id: usize| match &nodes[id].kind {
            NodeKind::Scalar { text, .. } => Place::Nested.holds(&Key::Name(text.as_str().to_owned())),
            _ => false,
        };
        let at = entries.iter().position(|(key, _)| is_metadata(*key))?;
        let text = &self.stream.text;
        let begin = line_start(text, nodes[entries[at].0].start);
        let end = match entries.get(at + 1) {
            Some((next, _)) => line_start(text, nodes[*next].start),
            None if document.end >= text.len() => text.len(),
            None => line_start(text, document.end),
        };
        Some(begin..end)
    }
}

/// The length of a block without the empty lines at its end. A line of more white space than the indentation is not
/// empty.
fn lines_with_content(body: &str) -> usize {
    let spaces = |line: &str| line.bytes().take_while(|byte| *byte == b' ').count();
    let blank = |line: &str| line.trim_matches(' ').is_empty();
    let indent = body.lines().find(|line| !blank(line)).map_or(usize::MAX, spaces);
    let mut length = 0;
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        // What ends without a break and is blank is the indentation of the next line.
        if !blank(content) || (content.len() > indent && line.ends_with('\n')) {
            length = at + content.len();
        }
        at += line.len();
    }
    length
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}
