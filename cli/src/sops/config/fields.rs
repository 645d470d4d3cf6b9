//! Entries of a configuration file by name and type, as Go's YAML library fills a structure with them.

use signet_sops::{Branch, Element, Item, Key, Value};

/// The entries of one mapping.
pub(super) struct Fields<'a> {
    branch: &'a Branch,
    /// Where it is, for messages.
    place: String,
}

/// What YAML calls the key whose mapping, or mappings, lend their entries.
const MERGE: &str = "<<";

impl<'a> Fields<'a> {
    pub(super) fn of(branch: &'a Branch, place: &str) -> Self {
        Self { branch, place: place.to_owned() }
    }

    /// The value under a name; null is none.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        lookup(self.branch, name).filter(|value| **value != Value::Null)
    }

    /// Scalars of all types are text.
    pub(super) fn text(&self, name: &str) -> Result<String, String> {
        match self.value(name) {
            None => Ok(String::new()),
            Some(value) => scalar(value).ok_or_else(|| self.wrong(name, value, "a string")),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, String> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(value) => Err(self.wrong(name, value, "a whole number")),
        }
    }

    /// With the words of YAML 1.1, which count where a boolean is wanted.
    pub(super) fn bool(&self, name: &str) -> Result<bool, String> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(Value::Str(text)) if is_one_of(text, &["y", "yes", "on"]) => Ok(true),
            Some(Value::Str(text)) if is_one_of(text, &["n", "no", "off"]) => Ok(false),
            Some(value) => Err(self.wrong(name, value, "a boolean")),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let list = self.list(name)?.unwrap_or_default();
        list.into_iter()
            .map(|value| scalar(value).ok_or_else(|| self.wrong(name, value, "a string")))
            .collect()
    }

    pub(super) fn branch(&self, name: &str) -> Result<Option<Fields<'a>>, String> {
        self.value(name).map(|value| self.below(name, value)).transpose()
    }

    /// `None` without the entry.
    pub(super) fn branches(&self, name: &str) -> Result<Option<Vec<Fields<'a>>>, String> {
        let list = self.list(name)?;
        list.map(|list| list.into_iter().map(|value| self.below(name, value)).collect()).transpose()
    }

    /// The entries with their values as text; null has none.
    pub(super) fn pairs(&self) -> Result<Vec<(String, Option<String>)>, String> {
        let pair = |(key, value): (&Key, &Value)| {
            let name = key.name().ok_or_else(|| format!("a key of {} is not a string", self.place))?;
            let text = match value {
                Value::Null => None,
                value => Some(scalar(value).ok_or_else(|| self.wrong(name, value, "a string"))?),
            };
            Ok((name.to_owned(), text))
        };
        self.branch.entries().map(pair).collect()
    }

    /// The values of a list, without its comments.
    fn list(&self, name: &str) -> Result<Option<Vec<&'a Value>>, String> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::List(list)) => Ok(Some(values(list))),
            Some(value) => Err(self.wrong(name, value, "a list")),
        }
    }

    fn below(&self, name: &str, value: &'a Value) -> Result<Fields<'a>, String> {
        match value {
            Value::Branch(branch) => Ok(Fields::of(branch, &self.path(name))),
            value => Err(self.wrong(name, value, "a mapping")),
        }
    }

    fn wrong(&self, name: &str, found: &Value, expected: &str) -> String {
        format!("{} is {}, not {expected}", self.path(name), found.kind())
    }

    fn path(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }
}

/// The values of a list, without its comments.
pub(super) fn values(list: &[Element]) -> Vec<&Value> {
    list.iter()
        .filter_map(|element| match element {
            Element::Value(value) => Some(value),
            Element::Comment(_) => None,
        })
        .collect()
}

/// A scalar as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => text.as_str().ok().map(str::to_owned),
        Value::Int(number) => Some(number.to_string()),
        Value::Uint(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Time(time) => Some(time.to_string()),
        Value::Null | Value::List(_) | Value::Branch(_) => None,
    }
}

fn is_one_of(text: &signet_sops::Text, words: &[&str]) -> bool {
    text.as_str().is_ok_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// An entry of its own wins over those that are merged in, and of these the first.
fn lookup<'a>(branch: &'a Branch, name: &str) -> Option<&'a Value> {
    let own = branch.items.iter().rev().find_map(|item| match item {
        Item::Entry(key, value) if key.is(name) => Some(value),
        _ => None,
    });
    own.or_else(|| match branch.value(MERGE)? {
        Value::Branch(merged) => lookup(merged, name),
        Value::List(list) => values(list).into_iter().find_map(|value| match value {
            Value::Branch(merged) => lookup(merged, name),
            _ => None,
        }),
        _ => None,
    })
}
