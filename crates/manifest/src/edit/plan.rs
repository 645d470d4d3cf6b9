//! What to change in a text to set or remove an entry.

use crate::edit::EditError;
use crate::edit::locate::Trail;
use crate::edit::site::{Site, Splice};
use crate::edit::{block, flow};
use crate::tree::{NodeId, NodeKind, Style};
use crate::write::{Quotes, flow_scalar, push_json_string};

/// Sets the string at `path`.
pub(super) fn set(site: &Site<'_>, path: &[&str], value: &str) -> Result<Vec<Splice>, EditError> {
    let trail = Trail::follow(site, path)?;
    if trail.depth() == path.len() {
        return replace(site, &trail, path, value);
    }
    let parent = trail.last();
    let missing = &path[trail.depth()..];
    let in_flow = site.json || trail.nodes.iter().any(|id| is_filled_flow(site, *id));
    match &site.node(parent).kind {
        NodeKind::Map { entries, flow: true } if !entries.is_empty() => {
            Ok(flow::append(site, parent, entries, missing, value))
        }
        NodeKind::Map { entries, .. } if !entries.is_empty() => {
            block::append(site, entries, path, missing, value)
        }
        NodeKind::Map { .. } if in_flow => Ok(flow::fill(site, &trail, missing, value)),
        NodeKind::Map { .. } => block::fill(site, &trail, path, value),
        NodeKind::Scalar { .. } if is_null(site, parent) && in_flow => {
            Ok(flow::fill(site, &trail, missing, value))
        }
        NodeKind::Scalar { .. } if is_null(site, parent) => block::fill(site, &trail, path, value),
        _ => Err(EditError::NoSuchPath { path: path[..=trail.depth()].join(".") }),
    }
}

/// Removes the entry at `path`.
pub(super) fn remove(site: &Site<'_>, path: &[&str]) -> Result<Vec<Splice>, EditError> {
    let trail = Trail::follow(site, path)?;
    if trail.depth() < path.len() || path.is_empty() {
        let missing = (trail.depth() + 1).min(path.len());
        return Err(EditError::NoSuchPath { path: path[..missing].join(".") });
    }
    let (Some(key), Some(parent)) = (trail.last_key(), trail.parent()) else {
        return Err(site.unsupported(path, "it is an item of a list"));
    };
    let NodeKind::Map { entries, flow } = &site.node(parent).kind else {
        return Err(site.unsupported(path, "it is an item of a list"));
    };
    let Some(at) = entries.iter().position(|(entry, _)| *entry == key) else {
        return Err(EditError::NoSuchPath { path: path.join(".") });
    };
    if *flow {
        Ok(flow::remove(site, parent, entries, at))
    } else {
        block::remove(site, &trail, entries, at, path)
    }
}

/// Replaces the scalar at the end of the trail.
fn replace(site: &Site<'_>, trail: &Trail, path: &[&str], value: &str) -> Result<Vec<Splice>, EditError> {
    let target = trail.last();
    let node = site.node(target);
    let NodeKind::Scalar { style, .. } = &node.kind else {
        return Err(site.unsupported(path, "it is not a single value"));
    };
    if node.tag.is_some() {
        return Err(site.unsupported(path, "it has a tag"));
    }
    let span = site.span(target);
    if site.json {
        return Ok(vec![Splice::new(span, json_string(value))]);
    }
    let in_flow = trail.nodes.iter().any(|id| is_filled_flow(site, *id));
    let quotes = match style {
        Style::SingleQuoted => Quotes::Single,
        Style::DoubleQuoted => Quotes::Double,
        Style::Plain | Style::Block => Quotes::AsNeeded,
    };
    let text = flow_scalar(value, in_flow, quotes);
    match (style, trail.last_key()) {
        (Style::Block, Some(key)) => block::replace_block_scalar(site, key, target, text).ok_or_else(|| {
            site.unsupported(path, "the block text begins in a form this editor does not know")
        }),
        (Style::Block, None) => Err(site.unsupported(path, "it is an item of a list")),
        (_, Some(key)) if span.is_empty() => Ok(vec![match site.after_colon(key) {
            Some(at) => Splice::insert(at, format!(" {text}")),
            None => Splice::insert(site.span(key).end, format!(": {text}")),
        }]),
        (_, None) if span.is_empty() => Err(site.unsupported(path, "it is an empty item of a list")),
        _ => Ok(vec![Splice::new(span, text)]),
    }
}

pub(super) fn json_string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    push_json_string(&mut quoted, text);
    quoted
}

fn is_null(site: &Site<'_>, id: NodeId) -> bool {
    let node = site.node(id);
    matches!(&node.kind, NodeKind::Scalar { text, style: Style::Plain }
        if node.tag.is_none() && matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
}

/// Whether a node is a collection in brackets that holds something.
fn is_filled_flow(site: &Site<'_>, id: NodeId) -> bool {
    match &site.node(id).kind {
        NodeKind::Map { entries, flow } => *flow && !entries.is_empty(),
        NodeKind::Seq { items, flow } => *flow && !items.is_empty(),
        _ => false,
    }
}
