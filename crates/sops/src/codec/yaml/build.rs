//! From nodes to a tree.

use std::collections::HashSet;
use std::ops::Range;

use super::comments::Lines;
use super::parse::{Document, Node, NodeId, NodeKind, Stream};
use super::resolve;
use crate::codec::{ReadError, syntax};
use crate::limits;
use crate::tree::{Branch, Comment, Element, Item, Key, Value};

/// Where a comment or a scalar of a tree is in the text.
pub(super) enum Site {
    /// The comment with its mark.
    Comment(Range<usize>),
    /// A scalar, and the key that it is the value of, or itself if it is an element.
    Scalar(NodeId, NodeId),
}

/// The tree of a document, and where its comments and scalars are, in the order of a walk.
///
/// Names must be unique in the first document only: sops checks no other.
pub(super) fn document(
    stream: &Stream,
    document: &Document,
    unique: bool,
) -> Result<(Branch, Vec<Site>), ReadError> {
    let Stream { text, nodes, .. } = stream;
    let mut build =
        Build { text, nodes, unique, aliases: Vec::new(), values: 0, bytes: 0, sites: Vec::new() };
    let mut branch = Branch::default();
    build.comments(&document.head, false, &mut branch.items);
    build.root(document.root, &mut branch)?;
    build.comments(&document.foot, false, &mut branch.items);
    Ok((branch, build.sites))
}

struct Build<'n> {
    text: &'n str,
    nodes: &'n [Node],
    unique: bool,
    /// The anchors that are being expanded.
    aliases: Vec<NodeId>,
    /// What aliases added.
    values: usize,
    bytes: usize,
    sites: Vec<Site>,
}

/// Where the comments of a collection go.
#[derive(Clone, Copy, PartialEq)]
enum Own {
    /// Into the collection.
    Inside,
    /// They are in the list around it already.
    Outside,
}

impl<'n> Build<'n> {
    /// Each line is a comment, without its mark.
    fn comments<T: From<Comment>>(&mut self, lines: &Lines, inline: bool, items: &mut Vec<T>) {
        for line in lines.iter().filter(|line| !line.is_empty()) {
            let text = self.text[line.start + 1..line.end].into();
            items.push(T::from(Comment { text, inline }));
            self.sites.push(Site::Comment(line.clone()));
        }
    }

    fn root(&mut self, id: NodeId, branch: &mut Branch) -> Result<(), ReadError> {
        let node = &self.nodes[id];
        match &node.kind {
            NodeKind::Mapping(_) => self.mapping(id, Own::Inside, branch),
            NodeKind::Sequence(_) => {
                Err(self.problem(node, "the document is a list; only mappings can be encrypted"))
            }
            NodeKind::Alias(target) => self.expand(node, *target, |this| this.root(*target, branch)),
            NodeKind::Scalar { text, plain, .. } => {
                self.comments(&node.head, false, &mut branch.items);
                self.comments(&node.beside, false, &mut branch.items);
                match resolve::scalar(text, *plain, &node.tag) {
                    Some(Value::Null) => Ok(()),
                    _ => {
                        Err(self
                            .problem(node, "the document is a single value; only mappings can be encrypted"))
                    }
                }
            }
        }
    }

    /// The value of a node, for a key or for itself.
    fn value(&mut self, id: NodeId, own: Own, owner: NodeId) -> Result<Value, ReadError> {
        let node = &self.nodes[id];
        match &node.kind {
            NodeKind::Scalar { text, plain, .. } => {
                self.sites.push(Site::Scalar(id, owner));
                self.spend(node, text.len())?;
                resolve::scalar(text, *plain, &node.tag)
                    .ok_or_else(|| self.problem(node, "the value does not fit its tag"))
            }
            NodeKind::Sequence(_) => self.sequence(id, own).map(Value::List),
            NodeKind::Mapping(_) => {
                let mut branch = Branch::default();
                self.mapping(id, own, &mut branch)?;
                Ok(Value::Branch(branch))
            }
            NodeKind::Alias(target) => {
                self.expand(node, *target, |this| this.value(*target, Own::Inside, owner))
            }
        }
    }

    fn sequence(&mut self, id: NodeId, own: Own) -> Result<Vec<Element>, ReadError> {
        let node = &self.nodes[id];
        let NodeKind::Sequence(elements) = &node.kind else { return Ok(Vec::new()) };
        self.spend(node, 0)?;
        let mut list = Vec::new();
        if own == Own::Inside {
            self.comments(&node.head, false, &mut list);
            self.comments(&node.beside, false, &mut list);
        }
        for element in elements {
            let item = &self.nodes[*element];
            self.comments(&item.head, false, &mut list);
            self.comments(&item.beside, true, &mut list);
            list.push(Element::Value(self.value(*element, Own::Outside, *element)?));
            self.comments(&item.foot, false, &mut list);
        }
        if own == Own::Inside {
            self.comments(&node.foot, false, &mut list);
        }
        Ok(list)
    }

    fn mapping(&mut self, id: NodeId, own: Own, branch: &mut Branch) -> Result<(), ReadError> {
        let node = &self.nodes[id];
        let NodeKind::Mapping(entries) = &node.kind else { return Ok(()) };
        self.spend(node, 0)?;
        if own == Own::Inside {
            self.comments(&node.head, false, &mut branch.items);
            self.comments(&node.beside, false, &mut branch.items);
        }
        let mut names = HashSet::new();
        for (key, value) in entries {
            let (key_node, value_node) = (&self.nodes[*key], &self.nodes[*value]);
            if self.unique && !names.insert(self.unique_name(*key)) {
                return Err(self.problem(key_node, "a key is there twice"));
            }
            self.check_merge(key_node, *value)?;
            self.comments(&key_node.head, false, &mut branch.items);
            self.comments(&key_node.beside, false, &mut branch.items);
            let single = matches!(value_node.kind, NodeKind::Scalar { .. } | NodeKind::Alias(_));
            let own = if single { Own::Outside } else { Own::Inside };
            if single {
                self.comments(&value_node.head, false, &mut branch.items);
                self.comments(&value_node.beside, true, &mut branch.items);
            }
            let name = self.key(*key)?;
            let value = self.value(*value, own, *key)?;
            branch.items.push(Item::Entry(name, value));
            if single {
                self.comments(&value_node.foot, false, &mut branch.items);
            }
            self.comments(&key_node.foot, false, &mut branch.items);
        }
        if own == Own::Inside {
            self.comments(&node.foot, false, &mut branch.items);
        }
        Ok(())
    }

    fn key(&mut self, id: NodeId) -> Result<Key, ReadError> {
        let node = &self.nodes[id];
        let sites = self.sites.len();
        let key = self.value(id, Own::Outside, id)?;
        // Only values are replaced.
        self.sites.truncate(sites);
        Ok(match key {
            Value::Str(text) => match text.as_str() {
                Ok(name) => Key::Name(name.to_owned()),
                Err(_) => return Err(self.problem(node, "a key is not UTF-8")),
            },
            value if value.is_container() => {
                return Err(self.problem(node, "a list or mapping cannot be a key"));
            }
            other => Key::Other(other.kind()),
        })
    }

    /// What makes a key the same as another one: its text, whatever its type.
    fn unique_name(&self, id: NodeId) -> (&'n str, Option<NodeId>) {
        match &self.nodes[id].kind {
            NodeKind::Scalar { text, .. } => (text, None),
            NodeKind::Alias(target) => ("", Some(*target)),
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => ("", None),
        }
    }

    /// Merge keys are kept as they are, but one that could not be merged is an error of the Go library.
    fn check_merge(&self, key: &Node, value: NodeId) -> Result<(), ReadError> {
        let NodeKind::Scalar { text, plain, .. } = &key.kind else { return Ok(()) };
        if !self.unique || !*plain || text.as_str() != "<<" || !matches!(key.tag.as_str(), "" | "!") {
            return Ok(());
        }
        let is_mapping = |id: NodeId| match &self.nodes[id].kind {
            NodeKind::Mapping(_) => true,
            NodeKind::Alias(target) => matches!(self.nodes[*target].kind, NodeKind::Mapping(_)),
            _ => false,
        };
        let merges = match &self.nodes[value].kind {
            NodeKind::Sequence(elements) => elements.iter().all(|element| is_mapping(*element)),
            _ => is_mapping(value),
        };
        if merges {
            Ok(())
        } else {
            Err(self.problem(key, "a merge key needs a mapping or a list of mappings"))
        }
    }

    fn expand<T>(
        &mut self,
        node: &Node,
        target: NodeId,
        step: impl FnOnce(&mut Self) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        if self.aliases.contains(&target) {
            return Err(self.problem(node, "the value of an anchor contains itself"));
        }
        if self.aliases.len() == limits::DEPTH {
            return Err(self.problem(node, "aliases are nested too deeply"));
        }
        self.aliases.push(target);
        let result = step(self);
        self.aliases.pop();
        result
    }

    fn problem(&self, node: &Node, problem: &'static str) -> ReadError {
        syntax(self.text.as_bytes(), node.start, problem)
    }

    /// Counts what aliases add.
    fn spend(&mut self, node: &Node, bytes: usize) -> Result<(), ReadError> {
        if self.aliases.is_empty() {
            return Ok(());
        }
        self.values += 1;
        self.bytes += bytes;
        if self.values > limits::ALIAS_VALUES || self.bytes > limits::ALIAS_BYTES {
            return Err(self.problem(node, "aliases expand to too much"));
        }
        Ok(())
    }
}
