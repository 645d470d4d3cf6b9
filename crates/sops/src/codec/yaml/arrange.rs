//! Where the comments of a tree are written.

use zeroize::Zeroizing;

use crate::codec::{Format, WriteError, below};
use crate::tree::{Branch, Comment, Element, Item, Value};

/// Lines of comment with their marks; empty for none.
pub(super) type Lines = Zeroizing<String>;

/// The two ways to write comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comments {
    /// As sops does: with the node that they stand above, beside or below. A node can have only one of each, and
    /// where two meet, one of them is lost.
    WithNodes,
    /// Each directly above the next entry of its container, or directly below the last, and in its column.
    OnTheirOwn,
}

/// A node with its comments.
#[derive(Default)]
pub(super) struct Node<'v> {
    pub(super) kind: Kind<'v>,
    pub(super) head: Lines,
    pub(super) beside: Lines,
    pub(super) foot: Lines,
    /// Below the last entry of a container.
    pub(super) trailing: Lines,
}

#[derive(Default)]
pub(super) enum Kind<'v> {
    #[default]
    Null,
    Scalar(&'v Value),
    Sequence(Vec<Node<'v>>),
    Mapping(Vec<Entry<'v>>),
}

pub(super) struct Entry<'v> {
    pub(super) name: &'v str,
    pub(super) head: Lines,
    pub(super) foot: Lines,
    pub(super) value: Node<'v>,
}

impl Node<'_> {
    pub(super) fn is_scalar(&self) -> bool {
        matches!(self.kind, Kind::Null | Kind::Scalar(_))
    }

    fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Null | Kind::Scalar(_) => false,
            Kind::Sequence(elements) => elements.is_empty(),
            Kind::Mapping(entries) => entries.is_empty(),
        }
    }
}

pub(super) fn branch<'v>(branch: &'v Branch, way: Comments, path: &str) -> Result<Node<'v>, WriteError> {
    let mut node = Node::default();
    let mut entries: Vec<Entry<'v>> = Vec::new();
    let mut waiting = Waiting::default();
    for item in &branch.items {
        match item {
            Item::Comment(comment) => waiting.add(comment, path)?,
            Item::Entry(key, value) => {
                let format = Format::Yaml;
                let name = key.name().ok_or_else(|| WriteError::Name { format, path: path.to_owned() })?;
                let mut head = Lines::default();
                if way == Comments::WithNodes && entries.is_empty() {
                    waiting.above(&mut node.head);
                } else {
                    waiting.above(&mut head);
                }
                let mut value = self::value(value, way, &below(path, name))?;
                waiting.beside(&mut value, way, &mut head);
                let one_line = value.beside.is_empty() && !value.head.contains('\n');
                if way == Comments::OnTheirOwn && value.is_empty() && one_line {
                    value.beside = std::mem::take(&mut value.head);
                }
                lift(&mut value, way, &mut head);
                entries.push(Entry { name, head, foot: Lines::default(), value });
            }
        }
    }
    let rest = waiting.rest();
    match entries.last_mut() {
        _ if rest.is_empty() => {}
        None => node.head = rest,
        Some(last) if way == Comments::WithNodes => last.foot = rest,
        Some(_) => node.trailing = rest,
    }
    node.kind = Kind::Mapping(entries);
    Ok(node)
}

fn list<'v>(list: &'v [Element], way: Comments, path: &str) -> Result<Node<'v>, WriteError> {
    let mut node = Node::default();
    let mut elements: Vec<Node<'v>> = Vec::new();
    let mut waiting = Waiting::default();
    for element in list {
        match element {
            Element::Comment(comment) => waiting.add(comment, path)?,
            Element::Value(value) => {
                let mut head = Lines::default();
                if way == Comments::WithNodes && elements.is_empty() {
                    waiting.above(&mut node.head);
                } else {
                    waiting.above(&mut head);
                }
                let mut element = self::value(value, way, path)?;
                waiting.beside(&mut element, way, &mut head);
                match way {
                    Comments::WithNodes => join(&mut head, &element.head),
                    Comments::OnTheirOwn => lift(&mut element, way, &mut head),
                }
                element.head = head;
                elements.push(element);
            }
        }
    }
    let rest = waiting.rest();
    match elements.last_mut() {
        _ if rest.is_empty() => {}
        None => node.head = rest,
        Some(last) if way == Comments::WithNodes => join(&mut last.foot, &rest),
        Some(_) => node.trailing = rest,
    }
    node.kind = Kind::Sequence(elements);
    Ok(node)
}

pub(super) fn value<'v>(value: &'v Value, way: Comments, path: &str) -> Result<Node<'v>, WriteError> {
    match value {
        Value::Branch(inner) => branch(inner, way, path),
        Value::List(elements) => list(elements, way, path),
        scalar => Ok(Node { kind: Kind::Scalar(scalar), ..Node::default() }),
    }
}

/// An empty container cannot hold its comments, save for one beside it: they go above.
fn lift(node: &mut Node<'_>, way: Comments, head: &mut Lines) {
    if way == Comments::OnTheirOwn && node.is_empty() {
        join(head, &std::mem::take(&mut node.head));
    }
}

/// Comments that wait for the next entry.
#[derive(Default)]
struct Waiting {
    above: Lines,
    inline: Lines,
}

impl Waiting {
    fn add(&mut self, comment: &Comment, path: &str) -> Result<(), WriteError> {
        let what = "a comment that is not UTF-8";
        let text = comment.text.as_str().map_err(|_| WriteError::Value {
            format: Format::Yaml,
            path: path.to_owned(),
            what,
        })?;
        let lines = if comment.inline { &mut self.inline } else { &mut self.above };
        join(lines, &Zeroizing::new(format!("#{text}")));
        Ok(())
    }

    fn above(&mut self, head: &mut Lines) {
        join(head, &std::mem::take(&mut self.above));
    }

    fn beside(&mut self, node: &mut Node<'_>, way: Comments, head: &mut Lines) {
        let inline = std::mem::take(&mut self.inline);
        // A line has room for one comment, and none where a container follows on the next lines.
        if way == Comments::OnTheirOwn && (!node.is_scalar() || inline.contains('\n')) {
            join(head, &inline);
        } else {
            node.beside = inline;
        }
    }

    fn rest(mut self) -> Lines {
        join(&mut self.above, &self.inline);
        self.above
    }
}

fn join(lines: &mut Lines, more: &Lines) {
    if !lines.is_empty() && !more.is_empty() {
        lines.push('\n');
    }
    lines.push_str(more);
}

/// Whether there is a comment anywhere.
pub(super) fn has_comments(documents: &[Branch]) -> bool {
    fn in_value(value: &Value) -> bool {
        match value {
            Value::Branch(branch) => in_branch(branch),
            Value::List(list) => list.iter().any(|element| match element {
                Element::Comment(_) => true,
                Element::Value(value) => in_value(value),
            }),
            _ => false,
        }
    }
    fn in_branch(branch: &Branch) -> bool {
        branch.items.iter().any(|item| match item {
            Item::Comment(_) => true,
            Item::Entry(_, value) => in_value(value),
        })
    }
    documents.iter().any(in_branch)
}

/// Whether all comments are in the same places.
pub(super) fn same_comments(one: &[Branch], other: &[Branch]) -> bool {
    fn branches(one: &Branch, other: &Branch) -> bool {
        one.items.len() == other.items.len()
            && one.items.iter().zip(&other.items).all(|pair| match pair {
                (Item::Comment(one), Item::Comment(other)) => one.text == other.text,
                (Item::Entry(_, one), Item::Entry(_, other)) => values(one, other),
                _ => false,
            })
    }
    fn values(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Branch(one), Value::Branch(other)) => branches(one, other),
            (Value::List(one), Value::List(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|pair| match pair {
                        (Element::Comment(one), Element::Comment(other)) => one.text == other.text,
                        (Element::Value(one), Element::Value(other)) => values(one, other),
                        _ => false,
                    })
            }
            (one, other) => one.is_container() == other.is_container(),
        }
    }
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| branches(one, other))
}
