//! YAML text to trees.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, Tag};

use crate::limits;
use crate::tree::{Node, NodeId, NodeKind, Position, Problem, Style, Tree};

/// Reads the documents of `text`, which begins at `base` in the stream. Reading ends at the first
/// problem; the trees before it are good.
pub(crate) fn read<'a>(text: &'a str, base: Position) -> (Vec<Tree<'a>>, Option<Problem>) {
    let mut trees = Vec::new();
    if let Some(problem) = forbidden_character(text, base.line) {
        return (trees, Some(problem));
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
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                let line = base.line + error.marker().line().saturating_sub(1);
                Err(Problem::new(line, error.info()))
            }
        };
        if let Err(problem) = step {
            return (trees, Some(problem));
        }
    }
    (trees, None)
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
