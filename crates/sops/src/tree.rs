//! The tree that all formats have in common: ordered, with comments.

use std::borrow::Cow;

use crate::codec::scalar_text;
use crate::text::Text;
use crate::time::Timestamp;

/// A mapping: entries and comments in the order of the document.
///
/// Names may repeat where the format lets them.
#[derive(Clone, PartialEq, Default)]
pub struct Branch {
    /// The entries and comments.
    pub items: Vec<Item>,
}

/// An entry of a [`Branch`], or a comment between its entries.
#[derive(Clone, PartialEq)]
pub enum Item {
    /// A comment.
    Comment(Comment),
    /// A name and its value.
    Entry(Key, Value),
}

/// An element of a list, or a comment between elements.
#[derive(Clone, PartialEq)]
pub enum Element {
    /// A comment.
    Comment(Comment),
    /// A value.
    Value(Value),
}

/// The name of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    /// A string.
    Name(String),
    /// Something else that YAML allows, such as a number; by its type. It can be neither encrypted nor decrypted.
    Other(&'static str),
}

/// One line of comment.
#[derive(Clone, PartialEq, Default)]
pub struct Comment {
    /// What follows the `#`, white space included.
    pub text: Text,
    /// Whether it stands on the line of the value that comes next in the tree. Only YAML has these.
    pub inline: bool,
}

/// A value.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Nothing; neither encrypted nor part of the MAC.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond those of [`Value::Int`]. YAML has them; they cannot be encrypted.
    Uint(u64),
    /// A number with a fraction.
    Float(f64),
    /// A point in time.
    Time(Timestamp),
    /// A string.
    Str(Text),
    /// A list.
    List(Vec<Element>),
    /// A mapping.
    Branch(Branch),
}

impl Branch {
    /// The value under a name; the first one if there are several.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.entries().find(|(key, _)| key.is(name)).map(|(_, value)| value)
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.items.push(Item::Entry(Key::Name(name.into()), value.into()));
    }

    /// Adds a comment at the end.
    pub fn push_comment(&mut self, text: impl Into<Text>) {
        self.items.push(Item::Comment(Comment { text: text.into(), inline: false }));
    }

    /// The entries without the comments.
    pub fn entries(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.items.iter().filter_map(|item| match item {
            Item::Entry(key, value) => Some((key, value)),
            Item::Comment(_) => None,
        })
    }
}

impl Key {
    /// Whether it is this string.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name() == Some(name)
    }

    /// The string, if it is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Key::Name(name) => Some(name),
            Key::Other(_) => None,
        }
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Key::Name(name.to_owned())
    }
}

impl Value {
    /// What kind of value it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Uint(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Time(_) => "a timestamp",
            Value::Str(_) => "a string",
            Value::List(_) => "a list",
            Value::Branch(_) => "a mapping",
        }
    }

    /// A scalar as the formats without types write it. `None` for lists and mappings.
    #[must_use]
    pub fn to_text(&self) -> Option<Cow<'_, [u8]>> {
        scalar_text::of(self)
    }

    /// Whether it holds other values.
    #[must_use]
    pub fn is_container(&self) -> bool {
        matches!(self, Value::List(_) | Value::Branch(_))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Str(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Value::Str(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Float(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<Branch> for Value {
    fn from(branch: Branch) -> Self {
        Value::Branch(branch)
    }
}

impl From<Vec<Element>> for Value {
    fn from(list: Vec<Element>) -> Self {
        Value::List(list)
    }
}

impl From<Comment> for Item {
    fn from(comment: Comment) -> Self {
        Item::Comment(comment)
    }
}

impl From<Comment> for Element {
    fn from(comment: Comment) -> Self {
        Element::Comment(comment)
    }
}

impl<T: Into<Value>> From<T> for Element {
    fn from(value: T) -> Self {
        Element::Value(value.into())
    }
}
