//! YAML as Go's `yaml.v3` reads and writes it, with the comments where that library puts them.
//!
//! Reading goes from tokens (`tokens`) and the comments between them (`comments`) to nodes (`parse`) and from nodes to
//! trees (`build`); writing from trees to nodes that hold comments (`arrange`) to text (`print`).

mod arrange;
mod build;
mod comments;
mod in_place;
mod parse;
mod print;
mod resolve;
mod style;
mod tokens;

pub use in_place::InPlaceError;
pub(super) use in_place::write as write_in_place;

use super::{Layout, ReadError, WriteError, syntax};
use crate::text::Text;
use crate::tree::{Branch, Value};

/// Reads all documents of a stream.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Branch>, ReadError> {
    let text = tokens::decode(bytes)?;
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let stream = parse::parse(text)?;
    if stream.documents.is_empty() {
        return Err(syntax(stream.text.as_bytes(), 0, "there are comments and no document"));
    }
    let documents = stream.documents.iter().enumerate();
    documents.map(|(at, document)| Ok(build::document(&stream, document, at == 0)?.0)).collect()
}

/// Writes documents, with `---` between them.
pub(super) fn write(documents: &[Branch], layout: Layout) -> Result<Text, WriteError> {
    let indent = match layout.indent {
        None | Some(0) => 4,
        Some(indent @ 2..=9) => indent,
        Some(_) => 2,
    };
    let text = print::documents(documents, indent, arrange::Comments::WithNodes)?;
    if !arrange::has_comments(documents) {
        return Ok(text);
    }
    // The Go library loses comments that it wrote, or finds them elsewhere, in about a quarter of all documents that
    // have many. Such a document is written with every comment on a line of its own.
    let again = read(text.as_bytes());
    if again.is_ok_and(|again| arrange::same_comments(&again, documents)) {
        return Ok(text);
    }
    print::documents(documents, indent, arrange::Comments::OnTheirOwn)
}

/// Writes a value alone.
pub(super) fn write_value(value: &Value) -> Result<Text, WriteError> {
    print::value(value, 4)
}

#[cfg(test)]
mod tests;
