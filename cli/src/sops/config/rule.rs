//! One creation rule.

use std::collections::BTreeMap;

use signet_sops::Timestamp;
use signet_sops::keys::{KeyGroup, KeyId, MasterKey};

use super::Settings;
use super::fields::{self, Fields};
use crate::sops::failure::{Failure, Outcome};
use crate::sops::keys::text;
use signet_sops::{Selection, Value};

/// A rule as it is written.
#[derive(Debug)]
pub(super) struct Rule {
    path_regex: String,
    groups: Vec<Group>,
    flat: Flat,
    shamir_threshold: i64,
    selection: Vec<(&'static str, String)>,
    mac_only_encrypted: bool,
}

/// Keys that stand in the rule itself. What is wrong with their types matters only when the rule applies.
#[derive(Debug)]
struct Flat {
    age: Result<Vec<String>, String>,
    pgp: Result<Vec<String>, String>,
    kms: Result<Vec<String>, String>,
    aws_profile: String,
    gcp_kms: Result<Vec<String>, String>,
    hckms: Vec<String>,
    azure_keyvault: Result<Vec<String>, String>,
    hc_vault_transit_uri: Result<Vec<String>, String>,
}

/// A group of keys.
#[derive(Debug)]
struct Group {
    merge: Vec<Group>,
    age: Vec<String>,
    pgp: Vec<String>,
    kms: Vec<Kms>,
    gcp_kms: Vec<String>,
    hckms: Vec<String>,
    azure_keyvault: Vec<AzureKey>,
    hc_vault: Vec<String>,
}

#[derive(Debug)]
struct Kms {
    arn: String,
    role: String,
    context: BTreeMap<String, Option<String>>,
    aws_profile: String,
}

#[derive(Debug)]
struct AzureKey {
    vault_url: String,
    key: String,
    version: String,
}

impl Rule {
    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, String> {
        let mut selection = Vec::new();
        for name in Selection::FIELDS {
            let text = fields.text(name)?;
            if !text.is_empty() {
                selection.push((name, text));
            }
        }
        let groups = fields.branches("key_groups")?.unwrap_or_default();
        Ok(Self {
            path_regex: fields.text("path_regex")?,
            groups: groups.iter().map(Group::read).collect::<Result<_, _>>()?,
            flat: Flat::read(fields)?,
            shamir_threshold: fields.number("shamir_threshold")?.unwrap_or(0),
            selection,
            mac_only_encrypted: fields.bool("mac_only_encrypted")?,
        })
    }

    /// Whether it is for the file at this path.
    pub(super) fn matches(&self, path: &str) -> Outcome<bool> {
        if self.path_regex.is_empty() {
            return Ok(true);
        }
        let expression = signet_go_regex::compile(self.path_regex.as_bytes()).map_err(|reason| {
            Failure::generic(format!(
                "can not compile regexp: error parsing regexp: {reason}: `{}`",
                self.path_regex
            ))
        })?;
        Ok(expression.is_match(path.as_bytes()))
    }

    pub(super) fn settings(&self, now: Timestamp) -> Outcome<Settings> {
        if self.selection.len() > 1 {
            return Err(Failure::generic(
                "error loading config: cannot use more than one of encrypted_suffix, unencrypted_suffix, \
                 encrypted_regex, unencrypted_regex, encrypted_comment_regex, or unencrypted_comment_regex for the \
                 same rule",
            ));
        }
        Ok(Settings {
            key_groups: self.key_groups(now).map_err(Failure::generic)?,
            shamir_threshold: self.shamir_threshold,
            selection: self.selection.clone(),
            mac_only_encrypted: self.mac_only_encrypted,
        })
    }

    fn key_groups(&self, now: Timestamp) -> Result<Vec<KeyGroup>, String> {
        let groups = if self.groups.is_empty() {
            vec![self.flat.keys()?]
        } else {
            self.groups.iter().map(Group::keys).collect::<Result<_, _>>()?
        };
        let wrapping = |ids: Vec<KeyId>| ids.into_iter().map(|id| MasterKey::new(id, now)).collect();
        Ok(groups.into_iter().map(wrapping).collect())
    }
}

impl Flat {
    fn read(fields: &Fields<'_>) -> Result<Self, String> {
        Ok(Self {
            age: keys(fields, "age"),
            pgp: keys(fields, "pgp"),
            kms: keys(fields, "kms"),
            aws_profile: fields.text("aws_profile")?,
            gcp_kms: keys(fields, "gcp_kms"),
            hckms: fields.texts("hckms")?,
            azure_keyvault: keys(fields, "azure_keyvault"),
            hc_vault_transit_uri: keys(fields, "hc_vault_transit_uri"),
        })
    }

    fn keys(&self) -> Result<Vec<KeyId>, String> {
        let joined = |keys: &Result<Vec<String>, String>| keys.clone().map(|keys| keys.join(","));
        let mut ids = text::age(&joined(&self.age)?)?;
        ids.extend(text::pgp(&joined(&self.pgp)?));
        ids.extend(text::kms(&joined(&self.kms)?, &BTreeMap::new(), &self.aws_profile));
        ids.extend(text::gcp_kms(&joined(&self.gcp_kms)?));
        ids.extend(text::hckms(&self.hckms.join(","))?);
        ids.extend(text::azure_kv(&joined(&self.azure_keyvault)?)?);
        ids.extend(text::hc_vault(&joined(&self.hc_vault_transit_uri)?)?);
        Ok(ids)
    }
}

/// A text with commas between keys, or a list of texts.
fn keys(fields: &Fields<'_>, name: &str) -> Result<Vec<String>, String> {
    let wrong = |found: &Value| {
        format!(
            "invalid {name} key configuration: expected a string or a list of strings, got {}",
            found.kind()
        )
    };
    match fields.value(name) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => {
            let text = text.as_str().map_err(|_| format!("invalid {name} key configuration: not UTF-8"))?;
            Ok(text.split(',').map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect())
        }
        Some(Value::List(list)) => fields::values(list)
            .into_iter()
            .map(|value| match value {
                Value::Str(_) => fields::scalar(value).ok_or_else(|| wrong(value)),
                value => Err(wrong(value)),
            })
            .collect(),
        Some(value) => Err(wrong(value)),
    }
}

impl Group {
    fn read(fields: &Fields<'_>) -> Result<Self, String> {
        let all = |name: &str| fields.branches(name).map(Option::unwrap_or_default);
        Ok(Self {
            merge: all("merge")?.iter().map(Group::read).collect::<Result<_, _>>()?,
            age: fields.texts("age")?,
            pgp: fields.texts("pgp")?,
            kms: all("kms")?.iter().map(Kms::read).collect::<Result<_, _>>()?,
            gcp_kms: all("gcp_kms")?.iter().map(|key| key.text("resource_id")).collect::<Result<_, _>>()?,
            hckms: all("hckms")?.iter().map(|key| key.text("key_id")).collect::<Result<_, _>>()?,
            azure_keyvault: all("azure_keyvault")?.iter().map(AzureKey::read).collect::<Result<_, _>>()?,
            hc_vault: fields.texts("hc_vault")?,
        })
    }

    fn keys(&self) -> Result<Vec<KeyId>, String> {
        let mut ids = Vec::new();
        for group in &self.merge {
            ids.extend(group.keys()?);
        }
        for recipients in &self.age {
            ids.extend(text::age(recipients)?);
        }
        ids.extend(self.pgp.iter().map(|fingerprint| text::pgp_key(fingerprint)));
        ids.extend(self.kms.iter().map(|key| KeyId::Kms {
            arn: key.arn.clone(),
            role: key.role.clone(),
            context: key.context.clone(),
            aws_profile: key.aws_profile.clone(),
        }));
        ids.extend(self.gcp_kms.iter().map(|id| text::gcp_kms_key(id)));
        for id in &self.hckms {
            ids.push(text::hckms_key(id)?);
        }
        for key in &self.azure_keyvault {
            ids.push(text::azure_kv_key(&key.vault_url, &key.key, &key.version)?);
        }
        for uri in &self.hc_vault {
            ids.push(text::hc_vault_key(uri)?);
        }
        Ok(without_doubles(ids))
    }
}

/// The first of those with the same kind and name.
fn without_doubles(ids: Vec<KeyId>) -> Vec<KeyId> {
    let mut seen = std::collections::HashSet::new();
    ids.into_iter().filter(|id| seen.insert((id.kind(), id.to_string()))).collect()
}

impl Kms {
    fn read(fields: &Fields<'_>) -> Result<Self, String> {
        let context = fields.branch("context")?.map(|context| context.pairs()).transpose()?;
        Ok(Self {
            arn: fields.text("arn")?,
            role: fields.text("role")?,
            context: context.unwrap_or_default().into_iter().collect(),
            aws_profile: fields.text("aws_profile")?,
        })
    }
}

impl AzureKey {
    fn read(fields: &Fields<'_>) -> Result<Self, String> {
        Ok(Self {
            vault_url: fields.text("vaultUrl")?,
            key: fields.text("key")?,
            version: fields.text("version")?,
        })
    }
}
