//! Trees in formats without depth: `age__list_0__map_enc` is the entry `enc` of the first element of `age`.

use std::collections::BTreeMap;

use super::MetadataError;
use crate::tree::{Branch, Element, Item, Key, Value};

const MAP: &str = "__map_";
const LIST: &str = "__list_";

/// The scalars of a branch under joined names.
pub(super) fn flatten(branch: &Branch, prefix: &str) -> Vec<Item> {
    let mut items = Vec::new();
    flatten_branch(branch, prefix, &mut items);
    items
}

fn flatten_branch(branch: &Branch, prefix: &str, items: &mut Vec<Item>) {
    for (key, value) in branch.entries() {
        let name = format!("{prefix}{}", key.name().unwrap_or_default());
        flatten_value(value, name, items);
    }
}

fn flatten_value(value: &Value, name: String, items: &mut Vec<Item>) {
    match value {
        Value::Branch(branch) => flatten_branch(branch, &format!("{name}{MAP}"), items),
        Value::List(list) => {
            let values = list.iter().filter_map(|element| match element {
                Element::Value(value) => Some(value),
                Element::Comment(_) => None,
            });
            for (at, value) in values.enumerate() {
                flatten_value(value, format!("{name}{LIST}{at}"), items);
            }
        }
        scalar => items.push(Item::Entry(Key::Name(name), scalar.clone())),
    }
}

/// One part of a joined name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Name(&'a str),
    Index(u64),
}

fn parts(name: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut in_list = false;
    let mut rest = name;
    loop {
        let next = [(MAP, false), (LIST, true)]
            .into_iter()
            .filter_map(|(mark, list)| rest.find(mark).map(|at| (at, mark, list)))
            .min();
        let end = next.map_or(rest.len(), |(at, ..)| at);
        let text = &rest[..end];
        // What is no number is the first element, as in sops.
        parts.push(if in_list { Part::Index(text.parse().unwrap_or(0)) } else { Part::Name(text) });
        let Some((at, mark, list)) = next else { return parts };
        rest = &rest[at + mark.len()..];
        in_list = list;
    }
}

#[derive(Default)]
struct Node<'a> {
    value: Option<&'a Value>,
    names: BTreeMap<&'a str, Node<'a>>,
    indices: BTreeMap<u64, Node<'a>>,
}

/// The tree that joined names describe, its entries sorted.
pub(super) fn unflatten<'a>(
    entries: impl Iterator<Item = (&'a str, &'a Value)>,
) -> Result<Branch, MetadataError> {
    let mut root = Node::default();
    for (name, value) in entries {
        let mut node = &mut root;
        for part in parts(name) {
            node = match part {
                Part::Name(name) => node.names.entry(name).or_default(),
                Part::Index(index) => node.indices.entry(index).or_default(),
            };
        }
        if node.value.replace(value).is_some() {
            return Err(MetadataError::Flat(name.to_owned()));
        }
    }
    branch(&root, "")
}

fn branch(node: &Node<'_>, path: &str) -> Result<Branch, MetadataError> {
    let mut branch = Branch::default();
    for (name, node) in &node.names {
        let path = if path.is_empty() { (*name).to_owned() } else { format!("{path}{MAP}{name}") };
        branch.push(*name, value(node, &path)?);
    }
    Ok(branch)
}

fn value(node: &Node<'_>, path: &str) -> Result<Value, MetadataError> {
    let bad = || MetadataError::Flat(path.to_owned());
    match (node.value, node.names.is_empty(), node.indices.is_empty()) {
        (Some(value), true, true) => Ok(value.clone()),
        (None, false, true) => Ok(Value::Branch(branch(node, path)?)),
        (None, true, false) => {
            let mut list = Vec::new();
            for (expected, (index, node)) in (0..).zip(&node.indices) {
                if expected != *index {
                    return Err(bad());
                }
                list.push(Element::Value(value(node, &format!("{path}{LIST}{index}"))?));
            }
            Ok(Value::List(list))
        }
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(names: &[&str]) -> Option<MetadataError> {
        let value = Value::Null;
        unflatten(names.iter().map(|name| (*name, &value))).err()
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(parts("sops"), [Part::Name("sops")]);
        assert_eq!(parts("a__map_b"), [Part::Name("a"), Part::Name("b")]);
        assert_eq!(parts("a__list_10"), [Part::Name("a"), Part::Index(10)]);
        assert_eq!(parts("a__list_1__map_b"), [Part::Name("a"), Part::Index(1), Part::Name("b")]);
        assert_eq!(parts("a__map___list_1"), [Part::Name("a"), Part::Name(""), Part::Index(1)]);
        assert_eq!(parts("a__list_x"), [Part::Name("a"), Part::Index(0)]);
        assert_eq!(parts(""), [Part::Name("")]);
    }

    #[test]
    fn a_tree_comes_back_from_its_flat_form() {
        let mut inner = Branch::default();
        inner.push("x", "1");
        let mut tree = Branch::default();
        tree.push("a", "0");
        tree.push("list", vec![inner.clone().into(), Element::Comment(Default::default()), "2".into()]);
        tree.push("map", inner);
        let flat = Branch { items: flatten(&tree, "") };
        let names: Vec<_> = flat.entries().filter_map(|(key, _)| key.name()).collect();
        assert_eq!(names, ["a", "list__list_0__map_x", "list__list_1", "map__map_x"]);

        let back = unflatten(flat.entries().filter_map(|(key, value)| key.name().map(|key| (key, value))));
        let Value::List(list) = &mut tree.items[1].clone().into_value() else { panic!("it is a list") };
        list.remove(1);
        tree.items[1] = Item::Entry("list".into(), Value::List(list.clone()));
        assert!(back.is_ok_and(|back| back == tree));
    }

    #[test]
    fn names_that_contradict_each_other_are_refused() {
        assert!(error(&["a", "b"]).is_none());
        assert!(error(&[]).is_none());
        for names in [
            &["a", "a"][..],
            &["a__list_0", "a__list_0"],
            &["a__list_1"],
            &["a__list_0", "a__list_2"],
            &["a__list_0", "a__list_18446744073709551615"],
            &["a__list_0", "a__map_b"],
            &["a", "a__map_b"],
            &["a__list_0", "a__list_0__map_b"],
        ] {
            assert!(matches!(error(names), Some(MetadataError::Flat(_))), "{names:?}");
        }
    }

    impl Item {
        fn into_value(self) -> Value {
            match self {
                Item::Entry(_, value) => value,
                Item::Comment(_) => Value::Null,
            }
        }
    }
}
