//! YAML text to trees.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span, StructureStyle, Tag};

use crate::limits;
use crate::split;
use crate::tree::{Node, NodeId, NodeKind, Position, Problem, Style, Tree};

/// Why reading stopped.
pub(crate) struct Stop {
    pub(crate) problem: Problem,
    /// The parser wants this line of a quoted scalar, given by an offset in the text, indented
    /// further. The library does not care.
    quoted_line: Option<usize>,
}

/// Reads the documents of `text`, which begins at `base` in the stream. Reading ends at the first
/// problem; the trees before it are good.
pub(crate) fn read<'a>(text: &'a str, base: Position) -> (Vec<Tree<'a>>, Option<Stop>) {
    let mut trees = Vec::new();
    let stop = |problem| Stop { problem, quoted_line: None };
    if let Some(problem) = forbidden_character(text, base.line).or_else(|| tab_at_root(text, base.line)) {
        return (trees, Some(stop(problem)));
    }
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: limits::DEPTH,
        block_nesting_limit: limits::DEPTH,
    };
    let mut builder = Builder::new(base);
    for event in Parser::new_from_str_with_options(text, options) {
        let step = match event {
            Ok((Event::DocumentEnd, _)) => {
                trees.push(std::mem::replace(&mut builder, Builder::new(base)).tree);
                Ok(())
            }
            Ok((event, span)) => builder.event(event, span).map_err(stop),
            Err(error) => {
                let line = base.line + error.marker().line().saturating_sub(1);
                let in_quotes = matches!(
                    error.kind(),
                    ErrorKind::InvalidQuotedScalarIndent | ErrorKind::TabInIndentation
                );
                let quoted_line = error.marker().byte_offset().filter(|_| in_quotes);
                Err(Stop { problem: Problem::new(line, error.info()), quoted_line })
            }
        };
        if let Err(stop) = step {
            return (trees, Some(stop));
        }
    }
    (trees, None)
}

impl Stop {
    /// The text with the line of a quoted scalar indented that the parser stopped at, which
    /// changes no value. `None` if it stopped for another reason.
    pub(crate) fn indented(&self, text: &str) -> Option<String> {
        let at = self.quoted_line?;
        let line = text.get(..at)?.rfind('\n')? + 1;
        let structure = |line: &str| line.bytes().take_while(|b| b" -?:".contains(b)).count();
        let deepest = text.lines().map(structure).max().unwrap_or(0);
        Some(format!("{}{}{}", &text[..line], " ".repeat(deepest + 1), &text[line..]))
    }
}

/// The library refuses control characters anywhere in YAML, in comments as well.
fn forbidden_character(text: &str, first_line: usize) -> Option<Problem> {
    let allowed = |c: char| match c {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    };
    let at = text.find(|c| !allowed(c))?;
    let line = first_line + text[..at].matches('\n').count();
    Some(Problem::new(line, "control characters are not allowed"))
}

/// The parser lets a document begin behind a tab.
fn tab_at_root(text: &str, first_line: usize) -> Option<Problem> {
    let is_content = |line: &str| !split::has_no_content(line);
    let (at, line) = text.lines().enumerate().find(|(_, line)| is_content(line))?;
    let tab = line.trim_start_matches(' ').starts_with('\t');
    tab.then(|| Problem::new(first_line + at, "a tab cannot be used as indentation"))
}

/// Assembles one document from parser events.
struct Builder<'a> {
    tree: Tree<'a>,
    base: Position,
    /// The collections being read, each with the key that waits for its value.
    open: Vec<(NodeId, Option<NodeId>)>,
    anchors: HashMap<usize, NodeId>,
}

impl<'a> Builder<'a> {
    fn new(base: Position) -> Self {
        Builder { tree: Tree::new(), base, open: Vec::new(), anchors: HashMap::new() }
    }

    fn event(&mut self, event: Event<'a>, span: Span) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                self.add(NodeKind::Scalar { text, style }, span, anchor, tag.as_deref());
            }
            Event::SequenceStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                self.open(NodeKind::Seq { items: Vec::new(), flow }, span, anchor, tag.as_deref())?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                self.open(NodeKind::Map { entries: Vec::new(), flow }, span, anchor, tag.as_deref())?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((id, _)) = self.open.pop() {
                    let end = self.offset(span.end.byte_offset());
                    self.tree.node_mut(id).span.end = end;
                }
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(target) => {
                    self.add(NodeKind::Alias(*target), span, 0, None);
                }
                None => return Err(Problem::new(self.line(span), "unknown anchor")),
            },
            _ => {}
        }
        Ok(())
    }

    fn open(
        &mut self,
        kind: NodeKind<'a>,
        span: Span,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), Problem> {
        if self.open.len() >= limits::DEPTH {
            return Err(Problem::new(self.line(span), "lists and objects are nested too deeply"));
        }
        let id = self.add(kind, span, anchor, tag);
        self.open.push((id, None));
        Ok(())
    }

    fn add(&mut self, kind: NodeKind<'a>, span: Span, anchor: usize, tag: Option<&Tag>) -> NodeId {
        let start = self.offset(span.start.byte_offset());
        let end = self.offset(span.end.byte_offset());
        let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
        let line = self.line(span);
        let id = self.tree.add(Node { kind, span: start..end, line, anchored: anchor != 0, tag });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        if let Some((parent, key)) = self.open.last_mut() {
            match (&mut self.tree.node_mut(*parent).kind, key.take()) {
                (NodeKind::Seq { items, .. }, _) => items.push(id),
                (NodeKind::Map { entries, .. }, Some(key)) => entries.push((key, id)),
                _ => *key = Some(id),
            }
        }
        id
    }

    fn offset(&self, in_text: Option<usize>) -> usize {
        self.base.offset + in_text.unwrap_or(0)
    }

    fn line(&self, span: Span) -> usize {
        self.base.line + span.start.line().saturating_sub(1)
    }
}
