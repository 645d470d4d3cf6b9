//! Keys and key Secrets for tests.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::core::DeserializeGuard;
use signet_crds::bitnami::KEY_LABEL;
use signet_sealed::{Certificate, CertificateRequest, PrivateKey};

use super::*;
use crate::config::KeyOrder;

/// Key number `n` of a few that are made once for all tests, as a PKCS#1 PEM block.
pub(crate) fn key_pem(n: usize) -> &'static str {
    static KEYS: [OnceLock<String>; 4] = [const { OnceLock::new() }; 4];
    KEYS[n].get_or_init(|| {
        let pem = PrivateKey::generate(2048).unwrap().to_pkcs1_pem().unwrap();
        String::from_utf8(pem.expose().to_vec()).unwrap()
    })
}

pub(crate) fn key(n: usize) -> PrivateKey {
    PrivateKey::from_pem(key_pem(n).as_bytes()).unwrap()
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A certificate of key `n` that is valid from `second` on.
pub(crate) fn certificate(n: usize, second: i64) -> Certificate {
    let request =
        CertificateRequest { common_name: "", not_before: at(second), not_after: at(second + 1_000_000) };
    Certificate::issue(&key(n), &request).unwrap()
}

/// An active key Secret; change it from here.
#[derive(Clone)]
pub(crate) struct KeySecret {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) created: i64,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) data: BTreeMap<String, Vec<u8>>,
}

impl KeySecret {
    /// Key `n` with a certificate from `since`, created in the same second.
    pub(crate) fn new(name: &str, n: usize, since: i64) -> Self {
        let data = [
            ("tls.key", key_pem(n).as_bytes().to_vec()),
            ("tls.crt", certificate(n, since).to_pem().as_bytes().to_vec()),
        ];
        Self {
            name: name.to_owned(),
            version: 1,
            created: since,
            labels: BTreeMap::from([(KEY_LABEL.to_owned(), "active".to_owned())]),
            data: data.map(|(name, value)| (name.to_owned(), value)).into(),
        }
    }

    pub(crate) fn created(mut self, second: i64) -> Self {
        self.created = second;
        self
    }

    pub(crate) fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Without a label, or with another value.
    pub(crate) fn label(mut self, value: Option<&str>) -> Self {
        self.labels = value.map(|value| (KEY_LABEL.to_owned(), value.to_owned())).into_iter().collect();
        self
    }

    /// With other bytes in an entry, or without the entry.
    pub(crate) fn entry(mut self, name: &str, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => drop(self.data.insert(name.to_owned(), bytes.to_vec())),
            None => drop(self.data.remove(name)),
        }
        self
    }

    pub(crate) fn secret(&self) -> Secret {
        let data = self.data.iter().map(|(name, bytes)| (name.clone(), ByteString(bytes.clone())));
        Secret {
            metadata: ObjectMeta {
                name: Some(self.name.clone()),
                uid: Some(format!("uid-{}", self.name)),
                resource_version: Some(self.version.to_string()),
                creation_timestamp: Some(Time(at(self.created))),
                labels: Some(self.labels.clone()),
                ..ObjectMeta::default()
            },
            data: Some(data.collect()),
            type_: Some("kubernetes.io/tls".to_owned()),
            ..Secret::default()
        }
    }

    pub(crate) fn guarded(&self) -> DeserializeGuard<Secret> {
        DeserializeGuard(Ok(self.secret()))
    }
}

/// A loaded keyring with the given keys and the times of their certificates.
pub(crate) fn keyring(keys: &[(usize, i64)]) -> Arc<Keyring> {
    let keyring = Keyring::new();
    let mut keys: Vec<_> = keys.to_vec();
    keys.sort_by_key(|(_, since)| std::cmp::Reverse(*since));
    let usable: Vec<_> = keys
        .iter()
        .map(|&(n, since)| {
            let name = format!("key-{n}");
            secret::UsableKey::new(key(n), certificate(n, since), name, KeyOrder::CertNotBefore, at(since))
        })
        .collect();
    let current = usable.first().and_then(|key| key.sealing.clone());
    let aged =
        |key: secret::UsableKey| (KeyAge { fingerprint: key.key.fingerprint(), since: key.since }, key.key);
    keyring.publish(usable.into_iter().map(aged).collect(), current);
    Arc::new(keyring)
}
