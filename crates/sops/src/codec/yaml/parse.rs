//! From tokens to nodes, by the grammar of YAML, with each comment at the node that the Go library gives it to.

mod block;
mod flow;

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::ScalarStyle;
use zeroize::Zeroizing;

use super::comments::{Comment, Lines, Position};
use super::tokens::{self, Kind, Mark, Stop, Token};
use crate::codec::{ReadError, syntax};
use crate::limits;

pub(super) type NodeId = usize;

pub(super) struct Stream {
    /// The text, of which the nodes know their places.
    pub(super) text: Zeroizing<String>,
    pub(super) nodes: Vec<Node>,
    pub(super) documents: Vec<Document>,
}

pub(super) struct Document {
    pub(super) head: Lines,
    pub(super) root: NodeId,
    pub(super) foot: Lines,
    /// Where the token after it begins.
    pub(super) end: usize,
}

pub(super) struct Node {
    pub(super) kind: NodeKind,
    /// The tag in its long form; empty for none.
    pub(super) tag: String,
    /// Where it begins: with its tag or anchor, if it has one.
    pub(super) start: usize,
    /// Whether it stands in a list or mapping that is written with brackets.
    pub(super) in_brackets: bool,
    pub(super) head: Lines,
    pub(super) beside: Lines,
    pub(super) foot: Lines,
}

pub(super) enum NodeKind {
    Scalar { text: Zeroizing<String>, plain: bool, span: Range<usize> },
    Sequence(Vec<NodeId>),
    Mapping(Vec<(NodeId, NodeId)>),
    Alias(NodeId),
}

/// Reads the documents of a stream.
pub(super) fn parse(text: Zeroizing<String>) -> Result<Stream, ReadError> {
    let mut text = text;
    let mut spent = 0;
    loop {
        match parse_once(&text) {
            Ok((nodes, documents)) => return Ok(Stream { text, nodes, documents }),
            Err(Stop::QuotedLine(at, _)) if spent <= limits::REPAIR_BYTES => {
                spent += text.len();
                text = indented(&text, at);
            }
            Err(Stop::QuotedLine(_, problem) | Stop::Problem(problem)) => return Err(problem),
        }
    }
}

/// The text with the line of a byte indented more than any other, which changes nothing in quotes.
fn indented(text: &str, at: usize) -> Zeroizing<String> {
    let line = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let structure = |line: &str| line.bytes().take_while(|byte| b" -?:".contains(byte)).count();
    let deepest = text.lines().map(structure).max().unwrap_or(0);
    Zeroizing::new(format!("{}{}{}", &text[..line], " ".repeat(deepest + 1), &text[line..]))
}

fn parse_once(text: &str) -> Result<(Vec<Node>, Vec<Document>), Stop> {
    let (tokens, comments) = tokens::scan(text)?;
    let mut parser = Parser {
        text,
        tokens: tokens.into_iter().peekable(),
        comments: comments.into_iter().peekable(),
        above: Comments::default(),
        stem: Lines::default(),
        nodes: Vec::new(),
        anchors: HashMap::new(),
        tag_prefixes: HashMap::new(),
        depth: 0,
        brackets: 0,
    };
    let documents = parser.stream()?;
    Ok((parser.nodes, documents))
}

type Parsed<T> = Result<T, ReadError>;

/// Comments that were read and wait for their node.
#[derive(Default)]
struct Comments {
    head: Lines,
    beside: Lines,
    foot: Lines,
}

struct Parser<'t> {
    text: &'t str,
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'t>>>,
    comments: std::iter::Peekable<std::vec::IntoIter<Comment>>,
    above: Comments,
    /// A comment above the dash of an element that is itself a list or a mapping: it belongs to the element, and not
    /// to what the element begins with.
    stem: Lines,
    nodes: Vec<Node>,
    /// Those of earlier documents are known as well, as in the Go library.
    anchors: HashMap<String, NodeId>,
    tag_prefixes: HashMap<String, String>,
    depth: usize,
    /// How many brackets are open.
    brackets: usize,
}

impl<'t> Parser<'t> {
    fn stream(&mut self) -> Parsed<Vec<Document>> {
        self.peek();
        self.tokens.next();
        let mut documents = Vec::new();
        loop {
            let first = documents.is_empty();
            while !first && self.peek() == Mark::DocumentEnd {
                self.tokens.next();
            }
            self.tag_prefixes.clear();
            let next = self.peek();
            let (head, root) = match next {
                Mark::StreamEnd => return Ok(documents),
                Mark::Directive | Mark::DocumentStart => (Lines::default(), self.explicit_document()?),
                _ if first => (self.document_head(), self.node(true, false)?),
                _ => return Err(self.problem("the start of a document was expected")),
            };
            documents.push(self.document_end(head, root));
        }
    }

    fn explicit_document(&mut self) -> Parsed<NodeId> {
        while self.peek() == Mark::Directive {
            if let Some(Token { kind: Kind::TagDirective(handle, prefix), .. }) = self.tokens.next() {
                self.tag_prefixes.insert(handle.into_owned(), prefix.into_owned());
            }
        }
        if self.peek() != Mark::DocumentStart {
            return Err(self.problem("the start of a document was expected"));
        }
        self.tokens.next();
        match self.peek() {
            Mark::Directive | Mark::DocumentStart | Mark::DocumentEnd | Mark::StreamEnd => Ok(self.nothing()),
            _ => self.node(true, false),
        }
    }

    /// Comments above the first node, up to the last empty line, belong to the document.
    fn document_head(&mut self) -> Lines {
        let mut comment = std::mem::take(&mut self.above.head);
        match comment.iter().rposition(Range::is_empty) {
            Some(at) => {
                self.above.head = comment.split_off(at + 1);
                comment
            }
            None => {
                self.above.head = comment;
                Lines::new()
            }
        }
    }

    fn document_end(&mut self, head: Lines, root: NodeId) -> Document {
        let end = self.start();
        if self.peek() == Mark::DocumentEnd {
            self.tokens.next();
        }
        let Comments { head: above, foot, .. } = self.take_comments();
        let foot = if foot.is_empty() { above } else { foot };
        Document { head, root, foot, end }
    }

    fn node(&mut self, block: bool, indentless: bool) -> Parsed<NodeId> {
        if self.depth == limits::DEPTH {
            return Err(self.problem("lists and mappings are nested too deeply"));
        }
        self.depth += 1;
        let node = self.node_at_depth(block, indentless);
        self.depth -= 1;
        node
    }

    fn node_at_depth(&mut self, block: bool, indentless: bool) -> Parsed<NodeId> {
        self.peek();
        let start = self.start();
        if let Some(Kind::Alias(name)) = self.kind() {
            let name = name.as_ref().to_owned();
            let target = self.anchors.get(&name).copied();
            let target = target.ok_or_else(|| self.problem("an alias has no anchor"))?;
            let id = self.push(NodeKind::Alias(target), String::new(), start);
            self.give_comments(id);
            self.tokens.next();
            return Ok(id);
        }
        let (anchor, tag) = self.properties()?;
        let next = self.peek();
        let id = match next {
            Mark::BlockEntry if indentless => {
                self.open(NodeKind::Sequence(Vec::new()), &anchor, tag, start, |this, id| {
                    this.indentless_sequence(id)
                })?
            }
            Mark::FlowSequenceStart => {
                self.open(NodeKind::Sequence(Vec::new()), &anchor, tag, start, |this, id| {
                    this.give_comments(id);
                    this.brackets += 1;
                    this.flow_sequence(id)?;
                    this.brackets -= 1;
                    Ok(())
                })?
            }
            Mark::FlowMappingStart => {
                self.open(NodeKind::Mapping(Vec::new()), &anchor, tag, start, |this, id| {
                    this.give_comments(id);
                    this.brackets += 1;
                    this.flow_mapping(id)?;
                    this.brackets -= 1;
                    Ok(())
                })?
            }
            Mark::SequenceStart if block => {
                self.open(NodeKind::Sequence(Vec::new()), &anchor, tag, start, |this, id| {
                    this.nodes[id].head = std::mem::take(&mut this.stem);
                    this.block_sequence(id)
                })?
            }
            Mark::MappingStart if block => {
                self.open(NodeKind::Mapping(Vec::new()), &anchor, tag, start, |this, id| {
                    this.nodes[id].head = std::mem::take(&mut this.stem);
                    this.block_mapping(id)
                })?
            }
            _ => return self.scalar(&anchor, tag, start),
        };
        Ok(id)
    }

    fn scalar(&mut self, anchor: &Option<String>, tag: String, start: usize) -> Parsed<NodeId> {
        let id = match self.kind() {
            Some(Kind::Scalar(..)) => {
                let Some(Token { kind: Kind::Scalar(style, text), start: begin, end }) = self.tokens.next()
                else {
                    return Err(self.problem("a value was expected"));
                };
                let text = Zeroizing::new(text.into_owned());
                let scalar = NodeKind::Scalar { text, plain: style == ScalarStyle::Plain, span: begin..end };
                let id = self.push(scalar, tag, start);
                self.give_comments(id);
                id
            }
            _ if anchor.is_some() || !tag.is_empty() => self.push(empty(start), tag, start),
            _ => return Err(self.problem("a value was expected")),
        };
        self.name(id, anchor);
        Ok(id)
    }

    fn properties(&mut self) -> Parsed<(Option<String>, String)> {
        let (mut anchor, mut tag) = (None, String::new());
        loop {
            self.peek();
            match self.kind() {
                Some(Kind::Anchor(name)) if anchor.is_none() => anchor = Some(name.as_ref().to_owned()),
                Some(Kind::Tag(handle, suffix)) if tag.is_empty() => {
                    let (handle, suffix) = (handle.as_ref().to_owned(), suffix.as_ref().to_owned());
                    tag = self.long_tag(&handle, &suffix)?;
                }
                _ => return Ok((anchor, tag)),
            }
            self.tokens.next();
        }
    }

    fn long_tag(&mut self, handle: &str, suffix: &str) -> Parsed<String> {
        let prefix = match handle {
            "" => "",
            "!!" => self.tag_prefixes.get("!!").map_or("tag:yaml.org,2002:", String::as_str),
            "!" => self.tag_prefixes.get("!").map_or("!", String::as_str),
            named => match self.tag_prefixes.get(named) {
                Some(prefix) => prefix,
                None => return Err(self.problem("a tag has an unknown handle")),
            },
        };
        Ok(format!("{prefix}{suffix}"))
    }

    fn open(
        &mut self,
        kind: NodeKind,
        anchor: &Option<String>,
        tag: String,
        start: usize,
        fill: impl FnOnce(&mut Self, NodeId) -> Parsed<()>,
    ) -> Parsed<NodeId> {
        let id = self.push(kind, tag, start);
        self.name(id, anchor);
        fill(self, id)?;
        Ok(id)
    }

    fn end_mapping(&mut self, id: NodeId) {
        let Comments { beside, foot, .. } = self.take_comments();
        self.nodes[id].beside = beside;
        self.nodes[id].foot = foot;
        self.tokens.next();
    }

    fn add_element(&mut self, id: NodeId, element: NodeId) {
        if let NodeKind::Sequence(elements) = &mut self.nodes[id].kind {
            elements.push(element);
        }
    }

    fn add_entry(&mut self, id: NodeId, key: NodeId, value: NodeId) {
        if self.nodes[key].foot.is_empty() {
            self.nodes[key].foot = std::mem::take(&mut self.nodes[value].foot);
        }
        if let NodeKind::Mapping(entries) = &mut self.nodes[id].kind {
            entries.push((key, value));
        }
    }

    /// A value that was left out. Comments that wait go to the next node.
    fn nothing(&mut self) -> NodeId {
        let start = self.start();
        self.push(empty(start), String::new(), start)
    }

    fn push(&mut self, kind: NodeKind, tag: String, start: usize) -> NodeId {
        let (head, beside, foot) = Default::default();
        let in_brackets = self.brackets > 0;
        self.nodes.push(Node { kind, tag, start, in_brackets, head, beside, foot });
        self.nodes.len() - 1
    }

    fn name(&mut self, id: NodeId, anchor: &Option<String>) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor.clone(), id);
        }
    }

    fn give_comments(&mut self, id: NodeId) {
        let Comments { head, beside, foot } = self.take_comments();
        let node = &mut self.nodes[id];
        (node.head, node.beside, node.foot) = (head, beside, foot);
    }

    fn take_comments(&mut self) -> Comments {
        self.stem = Lines::default();
        std::mem::take(&mut self.above)
    }

    fn kind(&mut self) -> Option<&Kind<'t>> {
        self.tokens.peek().map(|token| &token.kind)
    }

    /// Looks at the next token, which collects the comments that belong to it.
    fn peek(&mut self) -> Mark {
        let Some(token) = self.tokens.peek() else { return Mark::StreamEnd };
        let next = token.kind.mark();
        while let Some(comment) = self.comments.next_if(|comment| {
            let head_of_end = comment.position == Position::Head && next == Mark::BlockEnd;
            comment.owner <= token.start && !head_of_end
        }) {
            let lines = match comment.position {
                Position::Head => &mut self.above.head,
                Position::Line => &mut self.above.beside,
                Position::Foot => &mut self.above.foot,
            };
            lines.extend(comment.lines);
        }
        next
    }

    /// The node that comes next, or none when one of `ends` does.
    fn node_before(&mut self, ends: &[Mark], block: bool, indentless: bool) -> Parsed<NodeId> {
        if ends.contains(&self.peek()) { Ok(self.nothing()) } else { self.node(block, indentless) }
    }

    /// What a colon is followed by, if there is one.
    fn value_before(&mut self, ends: &[Mark], block: bool) -> Parsed<NodeId> {
        if self.peek() != Mark::Value {
            return Ok(self.nothing());
        }
        self.tokens.next();
        self.node_before(ends, block, block)
    }

    /// Where the next token begins.
    fn start(&mut self) -> usize {
        self.tokens.peek().map_or(self.text.len(), |token| token.start)
    }

    fn problem(&mut self, problem: &'static str) -> ReadError {
        let start = self.start();
        syntax(self.text.as_bytes(), start, problem)
    }
}

fn empty(at: usize) -> NodeKind {
    NodeKind::Scalar { text: Zeroizing::default(), plain: true, span: at..at }
}
