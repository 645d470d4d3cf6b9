//! What can go wrong, in Go's words.

use crate::limits::Limit;

/// Why a template could not be parsed or rendered. The text is Go's, without the values Go would print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not a template.
    #[error("{text}")]
    Parse {
        /// Go's text, which begins with `template: NAME:LINE: `.
        text: String,
        /// Where parsing stopped.
        position: Position,
    },
    /// The template failed on this data.
    #[error("{text}")]
    Execute {
        /// Go's text, which begins with `template: NAME:LINE:COLUMN: executing`.
        text: String,
        /// The expression that failed.
        position: Position,
    },
    /// The template costs too much.
    #[error("template: {name}:{position}: {limit}")]
    Limit {
        /// The template's name.
        name: String,
        /// What was evaluated when the limit was reached.
        position: Position,
        /// The limit.
        limit: Limit,
    },
}

/// A place in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 0 as Go counts; unknown where Go's line is not the one parsing stopped on.
    pub column: Option<usize>,
}

impl Position {
    /// The place of a byte of a text; its end for one beyond.
    pub(crate) fn of(at: usize, text: &[u8]) -> Self {
        let before = &text[..at.min(text.len())];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        Self { line, column: Some(before.len() - line_start) }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

impl Error {
    /// Where in the template it happened.
    #[must_use]
    pub fn position(&self) -> Position {
        match self {
            Self::Parse { position, .. } | Self::Execute { position, .. } | Self::Limit { position, .. } => {
                *position
            }
        }
    }
}
