//! Master keys: what wraps the data key of a file.
//!
//! This crate knows them as data. To wrap and to unwrap is up to the caller, who implements [`Wrapper`] and
//! [`Unwrapper`] with keys at hand or a service.

mod groups;

use std::collections::BTreeMap;
use std::fmt;

pub use groups::{GroupFailure, KeyFailure, UnwrapError, Unwrapper, WrapError, Wrapper};

use crate::time::Timestamp;

/// Keys of which one is enough to recover the part of the data key that belongs to the group.
pub type KeyGroup = Vec<MasterKey>;

/// A master key, and the data key as it wrapped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterKey {
    /// Which key it is.
    pub id: KeyId,
    /// The wrapped data key, or share of it, in the form of its kind.
    pub wrapped: String,
    /// When it was wrapped. Age keys have no date.
    pub created_at: Option<Timestamp>,
}

/// What identifies a master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyId {
    /// AWS KMS.
    Kms {
        /// The key.
        arn: String,
        /// A role to assume first.
        role: String,
        /// The encryption context.
        context: BTreeMap<String, Option<String>>,
        /// The profile of the AWS configuration.
        aws_profile: String,
    },
    /// Google Cloud KMS.
    GcpKms {
        /// `projects/P/locations/L/keyRings/R/cryptoKeys/K`.
        resource_id: String,
    },
    /// Huawei Cloud KMS.
    Hckms {
        /// `region:uuid`.
        key_id: String,
    },
    /// Azure Key Vault.
    AzureKv {
        /// The vault.
        vault_url: String,
        /// The key.
        name: String,
        /// Its version.
        version: String,
    },
    /// The transit engine of HashiCorp Vault or OpenBao.
    HcVault {
        /// The server.
        vault_address: String,
        /// The path of the engine.
        engine_path: String,
        /// The key.
        key_name: String,
    },
    /// OpenPGP.
    Pgp {
        /// The fingerprint as it was given.
        fingerprint: String,
    },
    /// Age.
    Age {
        /// The recipient: native, plugin, or an SSH key.
        recipient: String,
    },
}

/// The kinds of master keys, in the order in which the keys of a group are read from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// [`KeyId::Kms`].
    Kms,
    /// [`KeyId::GcpKms`].
    GcpKms,
    /// [`KeyId::Hckms`].
    Hckms,
    /// [`KeyId::AzureKv`].
    AzureKv,
    /// [`KeyId::HcVault`].
    HcVault,
    /// [`KeyId::Pgp`].
    Pgp,
    /// [`KeyId::Age`].
    Age,
}

impl KeyKind {
    /// All of them.
    pub const ALL: [KeyKind; 7] = [
        KeyKind::Kms,
        KeyKind::GcpKms,
        KeyKind::Hckms,
        KeyKind::AzureKv,
        KeyKind::HcVault,
        KeyKind::Pgp,
        KeyKind::Age,
    ];

    /// Its name, in files and in the order of decryption.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            KeyKind::Kms => "kms",
            KeyKind::GcpKms => "gcp_kms",
            KeyKind::Hckms => "hckms",
            KeyKind::AzureKv => "azure_kv",
            KeyKind::HcVault => "hc_vault",
            KeyKind::Pgp => "pgp",
            KeyKind::Age => "age",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl MasterKey {
    /// A key that has wrapped nothing yet. `now` becomes the date of those kinds that have one.
    #[must_use]
    pub fn new(id: KeyId, now: Timestamp) -> Self {
        let created_at = (id.kind() != KeyKind::Age).then_some(now);
        Self { id, wrapped: String::new(), created_at }
    }
}

impl KeyId {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self {
            KeyId::Kms { .. } => KeyKind::Kms,
            KeyId::GcpKms { .. } => KeyKind::GcpKms,
            KeyId::Hckms { .. } => KeyKind::Hckms,
            KeyId::AzureKv { .. } => KeyKind::AzureKv,
            KeyId::HcVault { .. } => KeyKind::HcVault,
            KeyId::Pgp { .. } => KeyKind::Pgp,
            KeyId::Age { .. } => KeyKind::Age,
        }
    }
}

/// The text by which sops tells keys apart and names them in messages.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyId::Kms { arn, role, context, aws_profile } => {
                f.write_str(arn)?;
                if !role.is_empty() {
                    write!(f, "+{role}")?;
                }
                if context.is_empty() && aws_profile.is_empty() {
                    return Ok(());
                }
                let pairs = context
                    .iter()
                    .map(|(name, value)| format!("{name}:{}", value.as_deref().unwrap_or_default()));
                write!(f, "|{}", pairs.collect::<Vec<_>>().join(","))?;
                if aws_profile.is_empty() { Ok(()) } else { write!(f, "|{aws_profile}") }
            }
            KeyId::GcpKms { resource_id } => f.write_str(resource_id),
            KeyId::Hckms { key_id } => f.write_str(key_id),
            KeyId::AzureKv { vault_url, name, version } => write!(f, "{vault_url}/keys/{name}/{version}"),
            KeyId::HcVault { vault_address, engine_path, key_name } => {
                write!(f, "{vault_address}/v1/{engine_path}/keys/{key_name}")
            }
            KeyId::Pgp { fingerprint } => f.write_str(fingerprint),
            KeyId::Age { recipient } => f.write_str(recipient),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_as_sops_names_them() {
        let kms = |role: &str, context: &[(&str, &str)], profile: &str| KeyId::Kms {
            arn: "arn".into(),
            role: role.into(),
            context: context.iter().map(|(k, v)| ((*k).into(), Some((*v).into()))).collect(),
            aws_profile: profile.into(),
        };
        for (id, expected) in [
            (kms("", &[], ""), "arn"),
            (kms("role", &[], ""), "arn+role"),
            (kms("role", &[("b", "2"), ("a", "1")], ""), "arn+role|a:1,b:2"),
            (kms("", &[], "profile"), "arn||profile"),
            (kms("", &[("a", "1")], "profile"), "arn|a:1|profile"),
            (
                KeyId::AzureKv { vault_url: "https://v".into(), name: "n".into(), version: "1".into() },
                "https://v/keys/n/1",
            ),
            (
                KeyId::HcVault {
                    vault_address: "https://v".into(),
                    engine_path: "transit".into(),
                    key_name: "k".into(),
                },
                "https://v/v1/transit/keys/k",
            ),
        ] {
            assert_eq!(id.to_string(), expected);
        }
    }

    #[test]
    fn every_kind_has_a_word() {
        for kind in KeyKind::ALL {
            assert_eq!(KeyKind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(KeyKind::from_word("sops"), None);
    }
}
