//! Entries in braces, in YAML and JSON.

use crate::edit::locate::Trail;
use crate::edit::plan::json_string;
use crate::edit::site::{Site, Splice};
use crate::tree::{NodeId, NodeKind, Style};
use crate::write::{Quotes, flow_key, flow_scalar};

/// How entries are spelled.
#[derive(Clone, Copy)]
struct Spelling {
    /// Names and values in double quotes, escaped as in JSON.
    json: bool,
    /// A space behind colons and commas.
    spaced: bool,
}

/// Adds an entry behind the last one of an object in braces, on a line of its own if that one has.
pub(super) fn append(
    site: &Site<'_>,
    parent: NodeId,
    entries: &[(NodeId, NodeId)],
    missing: &[&str],
    value: &str,
) -> Vec<Splice> {
    let Some((key, last)) = entries.last() else { return Vec::new() };
    let spelling = spelling(site, *key, *last);
    let entry = entry(spelling, missing, value);
    let start = site.span(*key).start;
    let separator = if site.begins_line(start) {
        format!("{}{}", site.line_break(), site.slice(site.line_start(start)..start))
    } else if spelling.spaced {
        " ".to_owned()
    } else {
        String::new()
    };
    let end = site.entry_end(*key, *last);
    let closing = site.span(parent).end.saturating_sub(1);
    match trailing_comma(site.slice(end..closing)) {
        Some(comma) => vec![Splice::insert(end + comma, format!("{separator}{entry},"))],
        None => vec![Splice::insert(end, format!(",{separator}{entry}"))],
    }
}

/// Gives an entry to an object that is `{}` or null, inside of braces.
pub(super) fn fill(site: &Site<'_>, trail: &Trail, missing: &[&str], value: &str) -> Vec<Splice> {
    let span = site.span(trail.last());
    let key = trail.last_key();
    let spelling = match key {
        Some(key) => spelling(site, key, trail.last()),
        None => Spelling { json: site.json, spaced: true },
    };
    let key = key.map(|key| site.span(key).start).filter(|start| site.begins_line(*start));
    let entry = entry(spelling, missing, value);
    let filled = match key {
        // One entry a line: the new object is written the same way.
        Some(start) if site.json => {
            let outer = site.slice(site.line_start(start)..start);
            let tab = if outer.contains('\t') { "\t" } else { "  " };
            let line_break = site.line_break();
            format!("{{{line_break}{outer}{tab}{entry}{line_break}{outer}}}")
        }
        _ => format!("{{{entry}}}"),
    };
    match trail.last_key() {
        Some(key) if span.is_empty() => match site.after_colon(key) {
            Some(colon) => vec![Splice::insert(colon, format!(" {filled}"))],
            None => vec![Splice::insert(site.span(key).end, format!(": {filled}"))],
        },
        _ => vec![Splice::new(span, filled)],
    }
}

/// Removes one entry with its comma.
pub(super) fn remove(
    site: &Site<'_>,
    parent: NodeId,
    entries: &[(NodeId, NodeId)],
    at: usize,
) -> Vec<Splice> {
    let (key, value) = entries[at];
    let cut = match (at.checked_sub(1), entries.get(at + 1)) {
        (_, Some((next, _))) => site.span(key).start..site.span(*next).start,
        (Some(previous), None) => {
            let (previous, value_before) = entries[previous];
            site.entry_end(previous, value_before)..site.entry_end(key, value)
        }
        (None, None) => return vec![Splice::new(site.span(parent), "{}")],
    };
    vec![Splice::new(cut, "")]
}

/// The spelling of an entry that is there already.
fn spelling(site: &Site<'_>, key: NodeId, value: NodeId) -> Spelling {
    let quoted = matches!(site.node(key).kind, NodeKind::Scalar { style: Style::DoubleQuoted, .. });
    let spaced = match site.after_colon(key) {
        Some(colon) => colon < site.span(value).start,
        None => true,
    };
    Spelling { json: site.json || quoted, spaced: spaced || !(site.json || quoted) }
}

/// `missing` as nested objects with the value inside, without the outermost braces.
fn entry(spelling: Spelling, missing: &[&str], value: &str) -> String {
    let colon = if spelling.spaced { ": " } else { ":" };
    let mut text = String::new();
    for (depth, name) in missing.iter().enumerate() {
        if depth > 0 {
            text.push('{');
        }
        text.push_str(&if spelling.json { json_string(name) } else { flow_key(name, true) });
        text.push_str(colon);
    }
    text.push_str(&if spelling.json {
        json_string(value)
    } else {
        flow_scalar(value, true, Quotes::AsNeeded)
    });
    text.push_str(&"}".repeat(missing.len().saturating_sub(1)));
    text
}

/// The position behind a comma that no entry follows, in the text before the closing brace.
fn trailing_comma(text: &str) -> Option<usize> {
    let blank = text.len() - text.trim_start().len();
    text[blank..].starts_with(',').then_some(blank + 1)
}
