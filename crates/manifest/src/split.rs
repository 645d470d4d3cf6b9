//! A YAML stream cut into the parts that the Kubernetes tools hand to their YAML library.

use std::ops::Range;

use crate::tree::{Position, Problem};

/// The bytes of the next part, which may be several documents or none, and where to go on.
/// `None` at the end of the stream.
///
/// Parts end at lines that begin with `---`. Nothing but a comment may follow on such a line. At
/// the start of a part the line belongs to the part.
pub(crate) fn next_part(source: &[u8], start: Position) -> Option<(Result<Range<usize>, Problem>, Position)> {
    let mut at = start;
    while at.offset < source.len() {
        let rest = &source[at.offset..];
        let (line, length) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => (&rest[..end], end + 1),
            None => (rest, rest.len()),
        };
        let next = Position { offset: at.offset + length, line: at.line + 1 };
        if let Some(after) = line.strip_prefix(b"---") {
            if !is_blank_or_comment(after) {
                let problem = "only a comment may follow `---` on its line";
                return Some((Err(Problem::new(at.line, problem)), next));
            }
            if at.offset > start.offset {
                return Some((Ok(start.offset..at.offset), next));
            }
        }
        at = next;
    }
    (at.offset > start.offset).then_some((Ok(start.offset..at.offset), at))
}

/// Whether a part holds nothing but blank lines, comments, directives and document markers. The
/// library fails on directives without a document, which is what splitting at `---` makes of
/// directives before the first one.
pub(crate) fn has_no_content(text: &str) -> bool {
    text.lines().all(|line| {
        let line = line.strip_prefix("---").or_else(|| line.strip_prefix("...")).unwrap_or(line);
        line.starts_with('%')
            || matches!(line.trim_matches([' ', '\t', '\r']).as_bytes().first(), None | Some(b'#'))
    })
}

/// The text without directives at its end, behind a document end marker: they belong to the part
/// behind the separator, and the library drops them with the marker.
pub(crate) fn without_trailing_directives(text: &str) -> &str {
    let end = text.rmatch_indices("\n...").map(|(at, _)| at + 1).next();
    match end {
        Some(end) if has_no_content(&text[end..]) => &text[..end],
        _ => text,
    }
}

/// The number of line feeds.
pub(crate) fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Whether text behind a separator is white space, of any kind that Unicode knows, or a comment.
fn is_blank_or_comment(text: &[u8]) -> bool {
    match std::str::from_utf8(text) {
        Ok(text) => matches!(text.trim().as_bytes().first(), None | Some(b'#')),
        Err(_) => matches!(text.trim_ascii().first(), None | Some(b'#')),
    }
}
