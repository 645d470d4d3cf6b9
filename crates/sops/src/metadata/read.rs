//! From a tree to metadata. Lenient, as sops is: names in any case, numbers and booleans as text, unknown fields.

use std::collections::BTreeMap;

use super::{Metadata, MetadataError};
use crate::keys::{KeyGroup, KeyId, KeyKind, MasterKey};
use crate::scalar;
use crate::selection::Selection;
use crate::time::Timestamp;
use crate::tree::{Branch, Element, Value};

pub(super) fn metadata(branch: &Branch) -> Result<Metadata, MetadataError> {
    let fields = Fields { branch, path: "sops".to_owned() };
    Ok(Metadata {
        last_modified: fields.time("lastmodified")?,
        key_groups: key_groups(&fields)?,
        selection: selection(&fields)?,
        shamir_threshold: usize::try_from(fields.int("shamir_threshold")?).unwrap_or(0),
        mac_only_encrypted: fields.bool("mac_only_encrypted")?,
        mac: fields.text("mac")?,
        version: fields.text("version")?,
    })
}

fn selection(fields: &Fields<'_>) -> Result<Selection, MetadataError> {
    let mut found = None;
    for field in Selection::FIELDS {
        let text = fields.text(field)?;
        if text.is_empty() {
            continue;
        }
        if let Some((first, _)) = found {
            return Err(MetadataError::TwoRules { first, second: field });
        }
        found = Selection::from_field(field, &text).map(|selection| (field, selection));
    }
    Ok(found.map(|(_, selection)| selection).unwrap_or_default())
}

/// Keys that stand in the metadata itself win over groups.
fn key_groups(fields: &Fields<'_>) -> Result<Vec<KeyGroup>, MetadataError> {
    let group = key_group(fields)?;
    if !group.is_empty() {
        return Ok(vec![group]);
    }
    let groups = fields.list("key_groups")?.iter().map(key_group).collect::<Result<Vec<_>, _>>()?;
    if groups.is_empty() { Err(MetadataError::NoKeys) } else { Ok(groups) }
}

fn key_group(fields: &Fields<'_>) -> Result<KeyGroup, MetadataError> {
    let mut group = KeyGroup::new();
    for kind in KeyKind::ALL {
        for key in fields.list(kind.word())? {
            group.push(master_key(kind, &key)?);
        }
    }
    Ok(group)
}

fn master_key(kind: KeyKind, key: &Fields<'_>) -> Result<MasterKey, MetadataError> {
    let id = match kind {
        KeyKind::Kms => KeyId::Kms {
            arn: key.text("arn")?,
            role: key.text("role")?,
            context: key.texts("context")?,
            aws_profile: key.text("aws_profile")?,
        },
        KeyKind::GcpKms => KeyId::GcpKms { resource_id: key.text("resource_id")? },
        KeyKind::Hckms => KeyId::Hckms { key_id: hckms_key(key)? },
        KeyKind::AzureKv => KeyId::AzureKv {
            vault_url: key.text("vault_url")?,
            name: key.text("name")?,
            version: key.text("version")?,
        },
        KeyKind::HcVault => KeyId::HcVault {
            vault_address: key.text("vault_address")?,
            engine_path: key.text("engine_path")?,
            key_name: key.text("key_name")?,
        },
        KeyKind::Pgp => KeyId::Pgp { fingerprint: key.text("fp")? },
        KeyKind::Age => KeyId::Age { recipient: key.text("recipient")? },
    };
    let created_at = if kind == KeyKind::Age { None } else { Some(key.time("created_at")?) };
    Ok(MasterKey { id, wrapped: key.text("enc")?, created_at })
}

fn hckms_key(key: &Fields<'_>) -> Result<String, MetadataError> {
    let id = key.text("key_id")?;
    match id.trim().split_once(':') {
        Some((region, uuid)) if !region.trim().is_empty() && !uuid.trim().is_empty() => Ok(id),
        _ => Err(MetadataError::HckmsKey(key.name("key_id"))),
    }
}

/// A mapping of which fields are read.
struct Fields<'a> {
    branch: &'a Branch,
    path: String,
}

impl<'a> Fields<'a> {
    fn name(&self, field: &str) -> String {
        format!("{}.{field}", self.path)
    }

    /// The value of a field, or else of one whose name differs in case alone. The last of several wins.
    fn value(&self, field: &str) -> Option<&'a Value> {
        let entries = || self.branch.entries().filter_map(|(key, value)| key.name().map(|key| (key, value)));
        let exact = entries().filter(|(key, _)| *key == field).last();
        let (_, value) = exact.or_else(|| entries().find(|(key, _)| key.eq_ignore_ascii_case(field)))?;
        Some(value).filter(|value| !matches!(value, Value::Null))
    }

    fn wrong(&self, field: &str, value: &Value, expected: &'static str) -> MetadataError {
        MetadataError::Type { field: self.name(field), found: value.kind(), expected }
    }

    fn text(&self, field: &str) -> Result<String, MetadataError> {
        let Some(value) = self.value(field) else { return Ok(String::new()) };
        text(value).ok_or_else(|| self.wrong(field, value, "a string"))
    }

    fn int(&self, field: &str) -> Result<i64, MetadataError> {
        let Some(value) = self.value(field) else { return Ok(0) };
        let number = match value {
            Value::Int(number) => Some(*number),
            Value::Bool(value) => Some(i64::from(*value)),
            #[expect(clippy::cast_possible_truncation, reason = "sops cuts the fraction off as well")]
            Value::Float(number) => Some(*number as i64),
            Value::Str(text) if text.is_empty() => Some(0),
            Value::Str(text) => text.as_str().ok().and_then(scalar::parse_int),
            _ => None,
        };
        number.ok_or_else(|| self.wrong(field, value, "a whole number"))
    }

    fn bool(&self, field: &str) -> Result<bool, MetadataError> {
        let Some(value) = self.value(field) else { return Ok(false) };
        let boolean = match value {
            Value::Bool(value) => Some(*value),
            Value::Int(number) => Some(*number != 0),
            Value::Float(number) => Some(*number != 0.0),
            Value::Str(text) if text.is_empty() => Some(false),
            Value::Str(text) => text.as_str().ok().and_then(scalar::parse_bool),
            _ => None,
        };
        boolean.ok_or_else(|| self.wrong(field, value, "a boolean"))
    }

    /// Older versions left the quotes away, and YAML then makes a timestamp of it.
    fn time(&self, field: &str) -> Result<Timestamp, MetadataError> {
        if let Some(Value::Time(time)) = self.value(field) {
            return Ok(*time);
        }
        Timestamp::parse(&self.text(field)?).ok_or_else(|| MetadataError::Time(self.name(field)))
    }

    /// The mappings of a list. A mapping alone stands for a list of it.
    fn list(&self, field: &str) -> Result<Vec<Fields<'a>>, MetadataError> {
        let elements: Vec<&Value> = match self.value(field) {
            None => Vec::new(),
            Some(Value::List(list)) => list
                .iter()
                .filter_map(|element| match element {
                    Element::Value(value) => Some(value),
                    Element::Comment(_) => None,
                })
                .collect(),
            Some(Value::Branch(branch)) if branch.entries().next().is_none() => Vec::new(),
            Some(value) => vec![value],
        };
        let fields = |(at, value): (usize, &'a Value)| match value {
            Value::Branch(branch) => Ok(Fields { branch, path: format!("{}[{at}]", self.name(field)) }),
            other => Err(self.wrong(field, other, "a list of mappings")),
        };
        elements.into_iter().enumerate().map(fields).collect()
    }

    fn texts(&self, field: &str) -> Result<BTreeMap<String, Option<String>>, MetadataError> {
        let branch = match self.value(field) {
            None => return Ok(BTreeMap::new()),
            Some(Value::Branch(branch)) => branch,
            Some(Value::List(list)) if list.is_empty() => return Ok(BTreeMap::new()),
            Some(other) => return Err(self.wrong(field, other, "a mapping")),
        };
        let mut texts = BTreeMap::new();
        for (key, value) in branch.entries() {
            let name = key.name().unwrap_or_default().to_owned();
            let value = match value {
                Value::Null => None,
                value => Some(
                    text(value).ok_or_else(|| self.wrong(&format!("{field}.{name}"), value, "a string"))?,
                ),
            };
            texts.insert(name, value);
        }
        Ok(texts)
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => text.as_str().ok().map(str::to_owned),
        Value::Bool(value) => Some(u8::from(*value).to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Uint(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Time(time) => Some(time.to_string()),
        Value::Null | Value::List(_) | Value::Branch(_) => None,
    }
}
