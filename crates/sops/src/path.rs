//! Values by their place in a document: `["spec"]["list"][0]`.

use std::fmt;

use crate::tree::{Branch, Element, Item, Key, Value};

/// The way from the top of a document to a value.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the entry of a mapping.
    Name(String),
    /// To the element of a list, from 0. Comments do not count.
    Index(usize),
}

/// Why a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// The text is no path.
    #[error("a path is written as [\"name\"][0]")]
    Syntax,
    /// The path is empty, and a document cannot be replaced or removed.
    #[error("the path is empty")]
    Empty,
    /// There is no such entry or element.
    #[error("there is no {0}")]
    NotFound(Path),
    /// The step is a name, and this is no mapping.
    #[error("{path} is {kind} and has no names")]
    NoMapping {
        /// What the name was looked for in.
        path: Path,
        /// What it is.
        kind: &'static str,
    },
    /// The step is a position, and this is no list.
    #[error("{path} is {kind} and has no positions")]
    NoList {
        /// What the position was looked for in.
        path: Path,
        /// What it is.
        kind: &'static str,
    },
}

impl Path {
    /// Reads a path as sops writes it. Names are in either kind of quotes and have no escapes.
    ///
    /// # Errors
    /// [`PathError::Syntax`]
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let step = |part: &str| {
            let inner = part.strip_suffix(']').ok_or(PathError::Syntax)?;
            match inner.as_bytes() {
                [b'"' | b'\'', .., _] => {
                    let name = inner.get(1..inner.len() - 1).ok_or(PathError::Syntax)?;
                    Ok(Step::Name(name.to_owned()))
                }
                _ => inner.parse().map(Step::Index).map_err(|_| PathError::Syntax),
            }
        };
        text.split('[').filter(|part| !part.is_empty()).map(step).collect::<Result<_, _>>().map(Self)
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    fn up_to(&self, steps: usize) -> Self {
        Self(self.0[..steps].to_vec())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the document");
        }
        self.0.iter().try_for_each(|step| match step {
            Step::Name(name) => write!(f, "[\"{name}\"]"),
            Step::Index(index) => write!(f, "[{index}]"),
        })
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl Branch {
    /// The value at a path that is not empty.
    ///
    /// # Errors
    /// [`PathError`]
    pub fn at(&self, path: &Path) -> Result<&Value, PathError> {
        let mut steps = path.0.iter().enumerate();
        let mut value = match steps.next() {
            None => return Err(PathError::Empty),
            Some((_, Step::Name(name))) => {
                self.value(name).ok_or_else(|| PathError::NotFound(path.up_to(1)))?
            }
            Some((_, Step::Index(_))) => return Err(no_list(path, 0, "a mapping")),
        };
        for (at, step) in steps {
            let inner = match (step, value) {
                (Step::Name(name), Value::Branch(branch)) => branch.value(name),
                (Step::Index(index), Value::List(list)) => values(list).nth(*index),
                (Step::Name(_), other) => return Err(no_mapping(path, at, other.kind())),
                (Step::Index(_), other) => return Err(no_list(path, at, other.kind())),
            };
            value = inner.ok_or_else(|| PathError::NotFound(path.up_to(at + 1)))?;
        }
        Ok(value)
    }

    /// Sets the value at a path, and tells whether that changed anything. What is missing on the way is made; a
    /// position behind the end of a list adds to it, and a scalar on the way is replaced.
    ///
    /// # Errors
    /// [`PathError`], when the path has a name for a list or a position for a mapping, or is empty.
    pub fn set(&mut self, path: &Path, value: Value) -> Result<bool, PathError> {
        set_in_branch(self, path, 0, value)
    }

    /// Removes the value at a path.
    ///
    /// # Errors
    /// [`PathError`], when there is none.
    pub fn unset(&mut self, path: &Path) -> Result<(), PathError> {
        unset_in_branch(self, path, 0)
    }
}

fn no_mapping(path: &Path, at: usize, kind: &'static str) -> PathError {
    PathError::NoMapping { path: path.up_to(at), kind }
}

fn no_list(path: &Path, at: usize, kind: &'static str) -> PathError {
    PathError::NoList { path: path.up_to(at), kind }
}

fn values(list: &[Element]) -> impl Iterator<Item = &Value> {
    list.iter().filter_map(|element| match element {
        Element::Value(value) => Some(value),
        Element::Comment(_) => None,
    })
}

/// Where the value at a position is among the elements.
fn element_at(list: &[Element], index: usize) -> Option<usize> {
    let places = list.iter().enumerate().filter(|(_, element)| matches!(element, Element::Value(_)));
    places.map(|(at, _)| at).nth(index)
}

fn entry_at(branch: &Branch, name: &str) -> Option<usize> {
    branch.items.iter().position(|item| matches!(item, Item::Entry(key, _) if key.is(name)))
}

fn set_in_branch(branch: &mut Branch, path: &Path, at: usize, value: Value) -> Result<bool, PathError> {
    let name = match path.0.get(at) {
        Some(Step::Name(name)) => name,
        Some(Step::Index(_)) => return Err(no_list(path, at, "a mapping")),
        None => return Err(PathError::Empty),
    };
    match entry_at(branch, name).and_then(|entry| branch.items.get_mut(entry)) {
        Some(Item::Entry(_, inner)) => set_in_value(inner, path, at + 1, value),
        _ => {
            let made = made(&path.0[at + 1..], value);
            branch.items.push(Item::Entry(Key::Name(name.clone()), made));
            Ok(true)
        }
    }
}

fn set_in_value(old: &mut Value, path: &Path, at: usize, value: Value) -> Result<bool, PathError> {
    let rest = &path.0[at..];
    match (old, rest.first()) {
        (old, None) => {
            let changed = *old != value;
            *old = value;
            Ok(changed)
        }
        (Value::Branch(branch), Some(_)) => set_in_branch(branch, path, at, value),
        (Value::List(list), Some(Step::Index(index))) => {
            match element_at(list, *index).and_then(|at| list.get_mut(at)) {
                Some(Element::Value(inner)) => set_in_value(inner, path, at + 1, value),
                _ => {
                    list.push(Element::Value(made(&rest[1..], value)));
                    Ok(true)
                }
            }
        }
        (Value::List(_), Some(Step::Name(_))) => Err(no_mapping(path, at, "a list")),
        (scalar, Some(_)) => {
            let made = made(rest, value);
            let changed = *scalar != made;
            *scalar = made;
            Ok(changed)
        }
    }
}

/// The containers that lead to a value.
fn made(steps: &[Step], value: Value) -> Value {
    steps.iter().rev().fold(value, |value, step| match step {
        Step::Name(name) => {
            Value::Branch(Branch { items: vec![Item::Entry(Key::Name(name.clone()), value)] })
        }
        Step::Index(_) => Value::List(vec![Element::Value(value)]),
    })
}

fn unset_in_branch(branch: &mut Branch, path: &Path, at: usize) -> Result<(), PathError> {
    let name = match path.0.get(at) {
        Some(Step::Name(name)) => name,
        Some(Step::Index(_)) => return Err(no_list(path, at, "a mapping")),
        None => return Err(PathError::Empty),
    };
    let entry = entry_at(branch, name).ok_or_else(|| PathError::NotFound(path.up_to(at + 1)))?;
    if at + 1 == path.0.len() {
        branch.items.remove(entry);
        return Ok(());
    }
    match &mut branch.items[entry] {
        Item::Entry(_, value) => unset_in_value(value, path, at + 1),
        Item::Comment(_) => Err(PathError::NotFound(path.up_to(at + 1))),
    }
}

fn unset_in_value(value: &mut Value, path: &Path, at: usize) -> Result<(), PathError> {
    match (value, &path.0[at]) {
        (Value::Branch(branch), _) => unset_in_branch(branch, path, at),
        (Value::List(list), Step::Index(index)) => {
            let element = element_at(list, *index).ok_or_else(|| PathError::NotFound(path.up_to(at + 1)))?;
            if at + 1 == path.0.len() {
                list.remove(element);
                return Ok(());
            }
            match &mut list[element] {
                Element::Value(inner) => unset_in_value(inner, path, at + 1),
                Element::Comment(_) => Err(PathError::NotFound(path.up_to(at + 1))),
            }
        }
        (other, Step::Name(_)) => Err(no_mapping(path, at, other.kind())),
        (other, Step::Index(_)) => Err(no_list(path, at, other.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Format, Layout};

    const TEXT: &str =
        "a: 1\nb:\n    c: x\n    l:\n        # comment\n        - 1\n        - k: v\n        - 3\n";

    fn document(text: &str) -> Branch {
        Format::Yaml.read_plain(text.as_bytes()).expect("the text is YAML").remove(0)
    }

    fn text(branch: &Branch) -> String {
        let text = Format::Yaml.write_plain(std::slice::from_ref(branch), Layout::default());
        String::from_utf8_lossy(text.expect("it is YAML").expose()).into_owned()
    }

    fn path(text: &str) -> Path {
        Path::parse(text).expect("this is a path")
    }

    #[test]
    fn paths_are_read_as_sops_writes_them() {
        assert_eq!(path(r#"["a"][10]['b "c" d']"#).to_string(), r#"["a"][10]["b "c" d"]"#);
        assert_eq!(path("").steps(), []);
        assert_eq!(path(r#"[""]"#).steps(), [Step::Name(String::new())]);
        for bad in ["a", "[a]", "[\"a\"", "[]", "[-1]", "[\"]", "[1.5]", "[\"a\"]x"] {
            assert_eq!(Path::parse(bad), Err(PathError::Syntax), "{bad}");
        }
    }

    #[test]
    fn values_are_found() {
        let document = document(TEXT);
        let kind = |at| document.at(&path(at)).map(Value::kind).map_err(|error| error.to_string());
        assert_eq!(kind(r#"["b"]"#), Ok("a mapping"));
        assert_eq!(kind(r#"["b"]["l"][1]["k"]"#), Ok("a string"));
        assert_eq!(kind(r#"["b"]["l"][2]"#), Ok("a whole number"));
        for (at, expected) in [
            ("", "the path is empty"),
            (r#"["x"]"#, "there is no [\"x\"]"),
            (r#"["b"]["l"][3]"#, "there is no [\"b\"][\"l\"][3]"),
            (r#"["a"]["x"]"#, "[\"a\"] is a whole number and has no names"),
            (r#"["b"][0]"#, "[\"b\"] is a mapping and has no positions"),
            ("[0]", "the document is a mapping and has no positions"),
        ] {
            assert_eq!(kind(at), Err(expected.to_owned()));
        }
    }

    #[test]
    fn values_are_set_where_they_are_or_made() {
        for (at, changes, from, to) in [
            (r#"["a"]"#, true, "a: 1\n", "a: new\n"),
            (r#"["b"]["c"]"#, true, "    c: x\n", "    c: new\n"),
            (r#"["b"]["l"][1]["k"]"#, true, "- k: v\n", "- k: new\n"),
            (r#"["b"]["l"][0]"#, true, "- 1\n", "- new\n"),
            (r#"["b"]["l"][9]"#, true, "- 3\n", "- 3\n        - new\n"),
            (r#"["b"]["l"][3]["x"]"#, true, "- 3\n", "- 3\n        - x: new\n"),
            (r#"["x"]["z"][0]"#, true, "- 3\n", "- 3\nx:\n    z:\n        - new\n"),
            (r#"["a"]["z"]"#, true, "a: 1\n", "a:\n    z: new\n"),
        ] {
            let mut branch = document(TEXT);
            assert_eq!(branch.set(&path(at), Value::from("new")), Ok(changes), "{at}");
            assert_eq!(text(&branch), TEXT.replace(from, to), "{at}");
            // A position behind the end adds again; all else is as it was set.
            assert_eq!(branch.set(&path(at), Value::from("new")), Ok(at.ends_with("[9]")), "{at}");
        }
        let mut branch = document(TEXT);
        assert!(matches!(branch.set(&path("[0]"), Value::Null), Err(PathError::NoList { .. })));
        assert!(matches!(
            branch.set(&path(r#"["b"]["l"]["x"]"#), Value::Null),
            Err(PathError::NoMapping { .. })
        ));
        assert_eq!(branch.set(&path(""), Value::Null), Err(PathError::Empty));
    }

    #[test]
    fn values_are_removed() {
        for (at, from, to) in [
            (r#"["a"]"#, "a: 1\n", ""),
            (r#"["b"]["c"]"#, "    c: x\n", ""),
            (r#"["b"]["l"][0]"#, "        - 1\n", ""),
            (r#"["b"]["l"][1]["k"]"#, "- k: v\n", "- {}\n"),
        ] {
            let mut branch = document(TEXT);
            assert_eq!(branch.unset(&path(at)), Ok(()));
            assert_eq!(text(&branch), TEXT.replace(from, to), "{at}");
        }
        let mut branch = document(TEXT);
        for at in [r#"["x"]"#, r#"["b"]["l"][3]"#, r#"["b"]["x"]["y"]"#] {
            assert!(matches!(branch.unset(&path(at)), Err(PathError::NotFound(_))), "{at}");
        }
        assert!(matches!(branch.unset(&path(r#"["a"]["x"]"#)), Err(PathError::NoMapping { .. })));
        assert_eq!(text(&branch), TEXT);
    }
}
