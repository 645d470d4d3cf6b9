//! From nodes to a tree.

use std::collections::HashSet;

use super::parse::{Document, Lines, Node, NodeId, NodeKind};
use super::resolve;
use crate::codec::ReadError;
use crate::limits;
use crate::tree::{Branch, Comment, Element, Item, Key, Value};

/// The tree of a document. Names must be unique in the first document only: sops checks no other.
pub(super) fn document(nodes: &[Node], document: &Document, unique: bool) -> Result<Branch, ReadError> {
    let mut build = Build { nodes, unique, aliases: Vec::new(), values: 0, bytes: 0 };
    let mut branch = Branch::default();
    comments(&document.head, false, |comment| branch.items.push(Item::Comment(comment)));
    build.root(document.root, &mut branch)?;
    comments(&document.foot, false, |comment| branch.items.push(Item::Comment(comment)));
    Ok(branch)
}

struct Build<'n> {
    nodes: &'n [Node],
    unique: bool,
    /// The anchors that are being expanded.
    aliases: Vec<NodeId>,
    /// What aliases added.
    values: usize,
    bytes: usize,
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
    fn root(&mut self, id: NodeId, branch: &mut Branch) -> Result<(), ReadError> {
        let node = &self.nodes[id];
        match &node.kind {
            NodeKind::Mapping(_) => self.mapping(id, Own::Inside, branch),
            NodeKind::Sequence(_) => {
                Err(problem(node, "the document is a list; only mappings can be encrypted"))
            }
            NodeKind::Alias(target) => self.expand(node, *target, |this| this.root(*target, branch)),
            NodeKind::Scalar { text, plain } => {
                comments(&node.head, false, |comment| branch.items.push(Item::Comment(comment)));
                comments(&node.beside, false, |comment| branch.items.push(Item::Comment(comment)));
                match resolve::scalar(text, *plain, &node.tag) {
                    Some(Value::Null) => Ok(()),
                    _ => Err(problem(node, "the document is a single value; only mappings can be encrypted")),
                }
            }
        }
    }

    fn value(&mut self, id: NodeId, own: Own) -> Result<Value, ReadError> {
        let node = &self.nodes[id];
        match &node.kind {
            NodeKind::Scalar { text, plain } => {
                self.spend(node, text.len())?;
                resolve::scalar(text, *plain, &node.tag)
                    .ok_or_else(|| problem(node, "the value does not fit its tag"))
            }
            NodeKind::Sequence(_) => self.sequence(id, own).map(Value::List),
            NodeKind::Mapping(_) => {
                let mut branch = Branch::default();
                self.mapping(id, own, &mut branch)?;
                Ok(Value::Branch(branch))
            }
            NodeKind::Alias(target) => self.expand(node, *target, |this| this.value(*target, Own::Inside)),
        }
    }

    fn sequence(&mut self, id: NodeId, own: Own) -> Result<Vec<Element>, ReadError> {
        let node = &self.nodes[id];
        let NodeKind::Sequence(elements) = &node.kind else { return Ok(Vec::new()) };
        self.spend(node, 0)?;
        let mut list = Vec::new();
        if own == Own::Inside {
            comments(&node.head, false, |comment| list.push(Element::Comment(comment)));
            comments(&node.beside, false, |comment| list.push(Element::Comment(comment)));
        }
        for element in elements {
            let item = &self.nodes[*element];
            comments(&item.head, false, |comment| list.push(Element::Comment(comment)));
            comments(&item.beside, true, |comment| list.push(Element::Comment(comment)));
            list.push(Element::Value(self.value(*element, Own::Outside)?));
            comments(&item.foot, false, |comment| list.push(Element::Comment(comment)));
        }
        if own == Own::Inside {
            comments(&node.foot, false, |comment| list.push(Element::Comment(comment)));
        }
        Ok(list)
    }

    fn mapping(&mut self, id: NodeId, own: Own, branch: &mut Branch) -> Result<(), ReadError> {
        let node = &self.nodes[id];
        let NodeKind::Mapping(entries) = &node.kind else { return Ok(()) };
        self.spend(node, 0)?;
        let add = |lines: &Lines, inline, branch: &mut Branch| {
            comments(lines, inline, |comment| branch.items.push(Item::Comment(comment)));
        };
        if own == Own::Inside {
            add(&node.head, false, branch);
            add(&node.beside, false, branch);
        }
        let mut names = HashSet::new();
        for (key, value) in entries {
            let (key_node, value_node) = (&self.nodes[*key], &self.nodes[*value]);
            if self.unique && !names.insert(self.unique_name(*key)) {
                return Err(problem(key_node, "a key is there twice"));
            }
            self.check_merge(key_node, *value)?;
            add(&key_node.head, false, branch);
            add(&key_node.beside, false, branch);
            let single = matches!(value_node.kind, NodeKind::Scalar { .. } | NodeKind::Alias(_));
            let own = if single { Own::Outside } else { Own::Inside };
            if single {
                add(&value_node.head, false, branch);
                add(&value_node.beside, true, branch);
            }
            let name = self.key(*key)?;
            let value = self.value(*value, own)?;
            branch.items.push(Item::Entry(name, value));
            if single {
                add(&value_node.foot, false, branch);
            }
            add(&key_node.foot, false, branch);
        }
        if own == Own::Inside {
            add(&node.foot, false, branch);
        }
        Ok(())
    }

    fn key(&mut self, id: NodeId) -> Result<Key, ReadError> {
        let node = &self.nodes[id];
        Ok(match self.value(id, Own::Outside)? {
            Value::Str(text) => match text.as_str() {
                Ok(name) => Key::Name(name.to_owned()),
                Err(_) => return Err(problem(node, "a key is not UTF-8")),
            },
            value if value.is_container() => return Err(problem(node, "a list or mapping cannot be a key")),
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
        let NodeKind::Scalar { text, plain } = &key.kind else { return Ok(()) };
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
        if merges { Ok(()) } else { Err(problem(key, "a merge key needs a mapping or a list of mappings")) }
    }

    fn expand<T>(
        &mut self,
        node: &Node,
        target: NodeId,
        step: impl FnOnce(&mut Self) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        if self.aliases.contains(&target) {
            return Err(problem(node, "the value of an anchor contains itself"));
        }
        if self.aliases.len() == limits::DEPTH {
            return Err(problem(node, "aliases are nested too deeply"));
        }
        self.aliases.push(target);
        let result = step(self);
        self.aliases.pop();
        result
    }

    /// Counts what aliases add.
    fn spend(&mut self, node: &Node, bytes: usize) -> Result<(), ReadError> {
        if self.aliases.is_empty() {
            return Ok(());
        }
        self.values += 1;
        self.bytes += bytes;
        if self.values > limits::ALIAS_VALUES || self.bytes > limits::ALIAS_BYTES {
            return Err(problem(node, "aliases expand to too much"));
        }
        Ok(())
    }
}

/// Each line is a comment, without its mark.
fn comments(lines: &Lines, inline: bool, add: impl FnMut(Comment)) {
    let lines = lines.split('\n').filter(|line| !line.is_empty());
    lines.map(|line| Comment { text: line[1..].into(), inline }).for_each(add);
}

fn problem(node: &Node, problem: &'static str) -> ReadError {
    ReadError::Syntax { line: node.line, problem: problem.into() }
}
