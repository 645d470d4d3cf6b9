//! Strings that are wiped when dropped and cannot be printed by accident.

use std::ops::Deref;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A string that may be plaintext: wiped on drop, without `Debug` and `Display`.
///
/// It dereferences to `str`, so reading it is easy and printing it takes a decision.
#[derive(Clone, PartialEq, Eq, Default, Zeroize, ZeroizeOnDrop)]
pub struct Text(String);

impl Text {
    /// Wraps `text`; its buffer is wiped when the result is dropped.
    pub fn new(text: impl Into<String>) -> Self {
        Text(text.into())
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives up the protection and returns the string.
    pub fn into_string(mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text(text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text(text.to_owned())
    }
}

/// The string a scalar stands for in a string field: borrowed where it was a string already,
/// owned where it was converted. Like [`Text`], it is wiped and not printable.
pub enum StringValue<'a> {
    /// The scalar was a string.
    Borrowed(&'a str),
    /// The scalar was a boolean or a number.
    Owned(Text),
}

impl StringValue<'_> {
    /// The characters.
    pub fn as_str(&self) -> &str {
        self
    }

    /// An owned copy.
    pub fn into_text(self) -> Text {
        match self {
            StringValue::Borrowed(text) => Text::from(text),
            StringValue::Owned(text) => text,
        }
    }
}

impl Deref for StringValue<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            StringValue::Borrowed(text) => text,
            StringValue::Owned(text) => text,
        }
    }
}
