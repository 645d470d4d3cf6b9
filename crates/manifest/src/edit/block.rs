//! Entries on lines of their own.

use crate::edit::EditError;
use crate::edit::locate::Trail;
use crate::edit::site::{Site, Splice};
use crate::tree::NodeId;
use crate::write::{Quotes, flow_key, flow_scalar};

/// Adds an entry behind the last one of an object.
pub(super) fn append(
    site: &Site<'_>,
    entries: &[(NodeId, NodeId)],
    path: &[&str],
    missing: &[&str],
    value: &str,
) -> Result<Vec<Splice>, EditError> {
    let (Some((first, _)), Some((key, last))) = (entries.first(), entries.last()) else {
        return Err(site.unsupported(path, "its parent is empty"));
    };
    let indent = site.column(site.span(*first).start);
    if site.slice(site.line_start(site.span(*first).start)..site.span(*first).start).contains('?') {
        return Err(site.unsupported(path, "its parent is written with `?` keys"));
    }
    let lines = entry_lines(site, indent, missing, value);
    Ok(vec![insert_lines(site, site.entry_end(*key, *last), &lines)])
}

/// Gives an entry to an object that is `{}`, null or not written at all.
pub(super) fn fill(
    site: &Site<'_>,
    trail: &Trail,
    path: &[&str],
    value: &str,
) -> Result<Vec<Splice>, EditError> {
    let missing = &path[trail.depth()..];
    let span = site.span(trail.last());
    if !site.slice(span.clone()).chars().all(|c| c.is_alphanumeric() || "{}~ ".contains(c)) {
        return Err(site.unsupported(path, "its parent is empty but holds comments or line breaks"));
    }
    let alone = !span.is_empty() && (trail.depth() == 0 || site.begins_line(span.start));
    if alone {
        let indent = site.column(span.start);
        let lines = entry_lines(site, indent, missing, value);
        return Ok(vec![Splice::new(span, lines.trim_start())]);
    }
    let Some(key) = trail.last_key() else {
        return Err(site.unsupported(path, "its parent is an item of a list"));
    };
    let Some(colon) = site.after_colon(key) else {
        return Err(site.unsupported(path, "its parent has no `:`"));
    };
    let indent = site.column(site.span(key).start) + indent_step(site, trail);
    let lines = entry_lines(site, indent, missing, value);
    let mut splices = vec![insert_lines(site, span.end.max(colon), &lines)];
    if !span.is_empty() {
        splices.push(Splice::new(colon..span.end, ""));
    }
    Ok(splices)
}

/// Removes one entry. The last one leaves `{}` behind.
pub(super) fn remove(
    site: &Site<'_>,
    trail: &Trail,
    entries: &[(NodeId, NodeId)],
    at: usize,
    path: &[&str],
) -> Result<Vec<Splice>, EditError> {
    let (key, value) = entries[at];
    let start = site.span(key).start;
    let end = site.entry_end(key, value);
    if site.slice(site.line_start(start)..start).contains('?') {
        return Err(site.unsupported(path, "it is written with a `?` key"));
    }
    let on_own_line = site.begins_line(start) && site.line_start(start) < site.text.len();
    if entries.len() == 1 {
        let parent_key = trail.keys.len().checked_sub(2).and_then(|at| trail.keys[at]);
        return Ok(match parent_key.and_then(|key| site.after_colon(key)) {
            Some(colon) if on_own_line => {
                vec![Splice::insert(colon, " {}"), Splice::new(lines_of(site, start, end), "")]
            }
            _ => vec![Splice::new(start..end, "{}")],
        });
    }
    if on_own_line {
        return Ok(vec![Splice::new(lines_of(site, start, end), "")]);
    }
    // Behind a dash: the next entry moves up.
    match entries.get(at + 1) {
        Some((next, _)) if !site.slice(end..site.span(*next).start).contains('#') => {
            Ok(vec![Splice::new(start..site.span(*next).start, "")])
        }
        _ => Err(site.unsupported(path, "comments stand between it and the next entry")),
    }
}

/// Puts `text`, which is one line, in the place of a block scalar and its header. A comment behind
/// the header stays.
pub(super) fn replace_block_scalar(
    site: &Site<'_>,
    key: NodeId,
    scalar: NodeId,
    text: String,
) -> Option<Vec<Splice>> {
    let colon = site.after_colon(key)?;
    let rest = site.slice(colon..site.text.len());
    let header = colon + rest.len() - rest.trim_start().len();
    let hints = site.slice(header..site.text.len()).strip_prefix(['|', '>'])?;
    let hints = hints.bytes().take_while(|c| matches!(c, b'0'..=b'9' | b'+' | b'-')).count();
    let header_end = header + 1 + hints;
    let content = site.next_line(header_end);
    let end = site.end_of(scalar).max(header_end);
    let mut splices = vec![Splice::new(header..header_end, text)];
    if end > content {
        splices.push(Splice::new(content..site.next_line(end), ""));
    }
    Some(splices)
}

/// `missing` as nested keys with the value behind the last one, indented, each line ended.
fn entry_lines(site: &Site<'_>, indent: usize, missing: &[&str], value: &str) -> String {
    let mut lines = String::new();
    for (depth, name) in missing.iter().enumerate() {
        lines.push_str(&" ".repeat(indent + 2 * depth));
        lines.push_str(&flow_key(name, false));
        lines.push(':');
        if depth + 1 == missing.len() {
            lines.push(' ');
            lines.push_str(&flow_scalar(value, false, Quotes::AsNeeded));
        } else {
            lines.push_str(site.line_break());
        }
    }
    lines
}

/// Puts lines, whose last one is not ended, behind the line that `at` is on.
fn insert_lines(site: &Site<'_>, at: usize, lines: &str) -> Splice {
    let line_break = site.line_break();
    let next = site.next_line(at);
    if next > 0 && site.slice(0..next).ends_with('\n') {
        Splice::insert(next, format!("{lines}{line_break}"))
    } else {
        Splice::insert(next, format!("{line_break}{lines}"))
    }
}

/// The lines from the one with `start` to the one with `end`.
fn lines_of(site: &Site<'_>, start: usize, end: usize) -> std::ops::Range<usize> {
    site.line_start(start)..site.next_line(end)
}

/// How far the document indents the entries of the object around the deepest one.
fn indent_step(site: &Site<'_>, trail: &Trail) -> usize {
    let columns: Vec<_> = trail.keys.iter().flatten().map(|key| site.column(site.span(*key).start)).collect();
    match columns.as_slice() {
        [.., outer, inner] if (1..=8).contains(&inner.saturating_sub(*outer)) => inner - outer,
        _ => 2,
    }
}
