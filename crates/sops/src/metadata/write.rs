//! From metadata to a tree, as sops 3.13 lays it out: all names in alphabetical order, nothing that is empty.

use super::Metadata;
use crate::keys::{KeyGroup, KeyId, KeyKind, MasterKey};
use crate::tree::{Branch, Element, Item, Value};

pub(super) fn branch(metadata: &Metadata) -> Branch {
    let mut branch = Branch::default();
    match metadata.key_groups.as_slice() {
        [group] => branch.items = keys(group).items,
        groups => {
            let grouped: Vec<Element> = groups.iter().map(|group| grouped(group).into()).collect();
            if !grouped.is_empty() {
                branch.push("key_groups", grouped);
            }
        }
    }
    if metadata.shamir_threshold > 0 {
        branch.push("shamir_threshold", i64::try_from(metadata.shamir_threshold).unwrap_or(i64::MAX));
    }
    if let Some((field, text)) = metadata.selection.field()
        && !text.is_empty()
    {
        branch.push(field, text);
    }
    if metadata.mac_only_encrypted {
        branch.push("mac_only_encrypted", true);
    }
    branch.push("lastmodified", metadata.last_modified.without_fraction());
    branch.push("mac", metadata.mac.as_str());
    branch.push("version", metadata.version.as_str());
    sorted(branch)
}

/// A group among others. These two kinds are written even when there is none.
fn grouped(group: &KeyGroup) -> Branch {
    let mut branch = keys(group);
    for kind in [KeyKind::Age, KeyKind::HcVault] {
        if branch.value(kind.word()).is_none() {
            branch.push(kind.word(), Vec::new());
        }
    }
    sorted(branch)
}

fn keys(group: &KeyGroup) -> Branch {
    let mut branch = Branch::default();
    for kind in KeyKind::ALL {
        let keys: Vec<Element> =
            group.iter().filter(|key| key.id.kind() == kind).map(|key| master_key(key).into()).collect();
        if !keys.is_empty() {
            branch.push(kind.word(), keys);
        }
    }
    branch
}

fn master_key(key: &MasterKey) -> Branch {
    let mut branch = Branch::default();
    branch.push("enc", key.wrapped.as_str());
    if let Some(created_at) = key.created_at {
        branch.push("created_at", created_at.without_fraction());
    }
    let fields: &[(&str, &str)] = match &key.id {
        KeyId::Kms { arn, role, context, aws_profile } => {
            if !role.is_empty() {
                branch.push("role", role.as_str());
            }
            if !context.is_empty() {
                let mut pairs = Branch::default();
                for (name, value) in context {
                    pairs.push(name.as_str(), value.as_deref().map_or(Value::Null, Value::from));
                }
                branch.push("context", pairs);
            }
            &[("arn", arn), ("aws_profile", aws_profile)]
        }
        KeyId::GcpKms { resource_id } => &[("resource_id", resource_id)],
        KeyId::Hckms { key_id } => &[("key_id", key_id)],
        KeyId::AzureKv { vault_url, name, version } => {
            &[("vault_url", vault_url), ("name", name), ("version", version)]
        }
        KeyId::HcVault { vault_address, engine_path, key_name } => {
            &[("vault_address", vault_address), ("engine_path", engine_path), ("key_name", key_name)]
        }
        KeyId::Pgp { fingerprint } => &[("fp", fingerprint)],
        KeyId::Age { recipient } => &[("recipient", recipient)],
    };
    for (name, value) in fields {
        branch.push(*name, *value);
    }
    sorted(branch)
}

fn sorted(mut branch: Branch) -> Branch {
    branch.items.sort_by(|one, other| match (one, other) {
        (Item::Entry(one, _), Item::Entry(other, _)) => one.name().cmp(&other.name()),
        _ => std::cmp::Ordering::Equal,
    });
    branch
}
