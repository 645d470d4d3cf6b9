//! How a function of Go ends early.

use crate::function::{Cause, Fault};
use crate::limits::Limit;

/// An error, which callers may put in their own words; or what nobody puts in other words.
pub(super) enum Failure {
    /// An error with Go's text.
    Error(String),
    /// What Go panics with.
    Panic(&'static str),
    /// A limit of this rendering.
    Limit(Limit),
}

impl Failure {
    /// The error as part of another one, whose text begins with `outer`.
    pub(super) fn within(self, outer: &str) -> Self {
        match self {
            Self::Error(text) => Self::Error(format!("{outer}{text}")),
            other => other,
        }
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self::Error(text)
    }
}

impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Self::Error(text.to_owned())
    }
}

impl From<Limit> for Failure {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Error(text) => Self::text(text),
            Failure::Panic(text) => Self::text(text),
            Failure::Limit(limit) => Self(Cause::Limit(limit)),
        }
    }
}
