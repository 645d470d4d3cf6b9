//! From a path to the nodes on it.

use crate::edit::EditError;
use crate::edit::site::Site;
use crate::tree::{Node, NodeId, NodeKind, Style};

/// The nodes along a path, as far as it exists.
pub(super) struct Trail {
    /// The root and the value of each step.
    pub(super) nodes: Vec<NodeId>,
    /// The key of each step; `None` for list positions.
    pub(super) keys: Vec<Option<NodeId>>,
}

impl Trail {
    /// Follows `path` until it ends or leads nowhere.
    pub(super) fn follow(site: &Site<'_>, path: &[&str]) -> Result<Self, EditError> {
        let Some(root) = site.tree.root() else {
            return Err(EditError::NoSuchPath { path: path.join(".") });
        };
        let mut trail = Trail { nodes: vec![root], keys: Vec::new() };
        refuse_shared(site.node(root), &[])?;
        for (depth, step) in path.iter().enumerate() {
            let so_far = &path[..=depth];
            let (key, value) = match &site.node(trail.last()).kind {
                NodeKind::Map { entries, .. } => match find(site, entries, so_far)? {
                    Some((key, value)) => (Some(key), value),
                    None => return Ok(trail),
                },
                NodeKind::Seq { items, .. } => {
                    match step.parse::<usize>().ok().and_then(|at| items.get(at)) {
                        Some(item) => (None, *item),
                        None => return Ok(trail),
                    }
                }
                _ => return Ok(trail),
            };
            refuse_shared(site.node(value), so_far)?;
            trail.keys.push(key);
            trail.nodes.push(value);
        }
        Ok(trail)
    }

    /// How many steps of the path exist.
    pub(super) fn depth(&self) -> usize {
        self.keys.len()
    }

    /// The deepest node that exists.
    pub(super) fn last(&self) -> NodeId {
        self.nodes[self.nodes.len() - 1]
    }

    /// The node around the deepest one.
    pub(super) fn parent(&self) -> Option<NodeId> {
        self.nodes.len().checked_sub(2).map(|at| self.nodes[at])
    }

    /// The key of the deepest node.
    pub(super) fn last_key(&self) -> Option<NodeId> {
        self.keys.last().copied().flatten()
    }
}

/// The entry named by the last step of `path`.
fn find(
    site: &Site<'_>,
    entries: &[(NodeId, NodeId)],
    path: &[&str],
) -> Result<Option<(NodeId, NodeId)>, EditError> {
    let Some((name, parents)) = path.split_last() else { return Ok(None) };
    let mut found = None;
    for (key, value) in entries {
        let node = site.node(*key);
        refuse_shared(node, parents)?;
        if !site.json && matches!(&node.kind, NodeKind::Scalar { text, style: Style::Plain } if text == "<<")
        {
            return Err(EditError::Shared { path: parents.join("."), line: node.line });
        }
        if site.name(*key).as_deref() == Some(*name) && found.replace((*key, *value)).is_some() {
            return Err(site.unsupported(path, "the field is there more than once"));
        }
    }
    Ok(found)
}

fn refuse_shared(node: &Node<'_>, path: &[&str]) -> Result<(), EditError> {
    if node.anchored || matches!(node.kind, NodeKind::Alias(_)) {
        let path = if path.is_empty() { ".".to_owned() } else { path.join(".") };
        return Err(EditError::Shared { path, line: node.line });
    }
    Ok(())
}
