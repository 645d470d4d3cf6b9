//! The syntax of one document: nodes with their place in the text, before scalars get a meaning.

use std::borrow::Cow;
use std::ops::Range;

use zeroize::Zeroize;

/// What is wrong with a document, and on which line of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) line: usize,
    pub(crate) text: Cow<'static, str>,
}

impl Problem {
    pub(crate) fn new(line: usize, text: impl Into<Cow<'static, str>>) -> Self {
        Problem { line, text: text.into() }
    }
}

/// A place in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Bytes from the start.
    pub(crate) offset: usize,
    /// Lines, from 1.
    pub(crate) line: usize,
}

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(usize);

/// The nodes of one document. Aliases refer to nodes instead of holding copies.
pub(crate) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
}

/// One node.
pub(crate) struct Node<'a> {
    pub(crate) kind: NodeKind<'a>,
    /// The bytes of the node in the stream, without anchor and tag. A block scalar's begin after
    /// its header line.
    pub(crate) span: Range<usize>,
    pub(crate) line: usize,
    pub(crate) anchored: bool,
    /// The tag with its handle replaced by the prefix it stands for.
    pub(crate) tag: Option<String>,
}

pub(crate) enum NodeKind<'a> {
    Scalar { text: Cow<'a, str>, style: Style },
    Seq { items: Vec<NodeId>, flow: bool },
    Map { entries: Vec<(NodeId, NodeId)>, flow: bool },
    Alias(NodeId),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// A literal or folded block.
    Block,
}

impl<'a> Tree<'a> {
    pub(crate) fn new() -> Self {
        Tree { nodes: Vec::new() }
    }

    /// Adds a node. The first one is the root.
    pub(crate) fn add(&mut self, node: Node<'a>) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() - 1)
    }

    pub(crate) fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.0]
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node<'a> {
        &mut self.nodes[id.0]
    }

    /// Whether nothing was written: no node, or a root that is an empty plain scalar.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.first().is_none_or(|root| {
            let nothing =
                matches!(root.kind, NodeKind::Scalar { style: Style::Plain, .. }) && root.span.is_empty();
            nothing && root.tag.is_none() && !root.anchored
        })
    }
}

impl Drop for Tree<'_> {
    /// Scalars that had to be unescaped or folded are copies of what may be plaintext.
    fn drop(&mut self) {
        for node in &mut self.nodes {
            if let NodeKind::Scalar { text: Cow::Owned(text), .. } = &mut node.kind {
                text.zeroize();
            }
        }
    }
}
