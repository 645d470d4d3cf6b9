//! Why a stream could not be read.

use crate::limits;

/// A stream or one of its documents could not be read. The text never quotes the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The input is larger than this crate is willing to hold.
    #[error("the input has {bytes} bytes, more than the limit of {}", limits::INPUT_BYTES)]
    TooLarge {
        /// Size of the input.
        bytes: usize,
    },
    /// The input is not UTF-8.
    #[error("line {line}: the input is not valid UTF-8")]
    NotUtf8 {
        /// Line of the first invalid byte, from 1.
        line: usize,
    },
    /// A document is not valid YAML or JSON.
    #[error("document {document}, line {line}: {problem}")]
    Syntax {
        /// Number of the document among those that are not empty, from 1.
        document: usize,
        /// Line in the stream, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

impl ReadError {
    /// The line in the stream the error is about, from 1; 0 where there is none.
    pub fn line(&self) -> usize {
        match self {
            ReadError::TooLarge { .. } => 0,
            ReadError::NotUtf8 { line } | ReadError::Syntax { line, .. } => *line,
        }
    }
}
