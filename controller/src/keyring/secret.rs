//! Key Secrets: reading the ones in the cluster, and the body of a new one.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use signet_crds::bitnami::{KEY_LABEL, KEY_LABEL_ACTIVE};
use signet_sealed::{Certificate, CertificateError, KeyError, PrivateKey};
use signet_secret::Plaintext;
use zeroize::{Zeroize as _, Zeroizing};

use super::SealingKey;
use crate::config::{KeyOrder, KeySettings};

const PRIVATE_KEY: &str = "tls.key";
const CERTIFICATE: &str = "tls.crt";

/// What is wrong with a key Secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// It is not a Secret that can be read.
    #[error("the object is not a readable Secret")]
    NotASecret,
    /// There is no private key in it.
    #[error("it has no entry {PRIVATE_KEY}")]
    NoPrivateKey,
    /// The private key cannot be used.
    #[error("its {PRIVATE_KEY} cannot be used: {0}")]
    PrivateKey(KeyError),
    /// There is no certificate in it.
    #[error("it has no entry {CERTIFICATE}")]
    NoCertificate,
    /// The certificate cannot be used.
    #[error("its {CERTIFICATE} cannot be used: {0}")]
    Certificate(CertificateError),
    /// The certificate is of another key. The private key still opens values; nothing is sealed for it.
    #[error(
        "its {CERTIFICATE} is of another key than its {PRIVATE_KEY}; it opens values but is not offered for sealing"
    )]
    OtherKey,
}

/// A key as it came out of a Secret.
pub(super) struct UsableKey {
    pub(super) key: Arc<PrivateKey>,
    pub(super) since: Timestamp,
    /// `None` when the certificate is of another key.
    pub(super) sealing: Option<Arc<SealingKey>>,
}

/// What identifies one state of a Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    uid: String,
    resource_version: String,
}

impl Version {
    pub(super) fn of(metadata: &ObjectMeta) -> Self {
        Self {
            uid: metadata.uid.clone().unwrap_or_default(),
            resource_version: metadata.resource_version.clone().unwrap_or_default(),
        }
    }
}

/// When the object was created; the beginning of time for one that does not say.
pub(super) fn created(metadata: &ObjectMeta) -> Timestamp {
    metadata.creation_timestamp.as_ref().map_or(Timestamp::UNIX_EPOCH, |time| time.0)
}

/// Takes the key out of a Secret of any type. The Secret's bytes are cleared, whatever is in them.
pub(super) fn read(mut secret: Secret, order: KeyOrder) -> Result<UsableKey, KeyFault> {
    let mut data: BTreeMap<String, Zeroizing<Vec<u8>>> = secret
        .data
        .take()
        .unwrap_or_default()
        .into_iter()
        .map(|(name, bytes)| (name, Zeroizing::new(bytes.0)))
        .collect();
    // `kubectl apply` leaves a copy of the data here.
    for value in secret.metadata.annotations.iter_mut().flat_map(BTreeMap::values_mut) {
        value.zeroize();
    }
    let key = data.remove(PRIVATE_KEY).ok_or(KeyFault::NoPrivateKey)?;
    let key = PrivateKey::from_pem(&key).map_err(KeyFault::PrivateKey)?;
    let certificates = data.remove(CERTIFICATE).ok_or(KeyFault::NoCertificate)?;
    let certificate = Certificate::from_pem(&certificates).map_err(KeyFault::Certificate)?;
    let name = secret.metadata.name.take().unwrap_or_default();
    Ok(UsableKey::new(key, certificate, name, order, created(&secret.metadata)))
}

impl UsableKey {
    pub(super) fn new(
        key: PrivateKey,
        certificate: Certificate,
        secret_name: String,
        order: KeyOrder,
        created: Timestamp,
    ) -> Self {
        let since = match order {
            KeyOrder::CertNotBefore => certificate.not_before(),
            KeyOrder::SecretCreationTimestamp => created,
        };
        let fingerprint = key.fingerprint();
        let own = certificate.fingerprint() == fingerprint;
        let sealing = own.then(|| Arc::new(SealingKey { secret_name, fingerprint, since, certificate }));
        Self { key: Arc::new(key), since, sealing }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: ObjectMeta,
    r#type: &'static str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(rename = "tls.crt")]
    certificate: &'a str,
    #[serde(rename = "tls.key")]
    private_key: &'a str,
}

/// The JSON of a new key Secret. What the HTTP client does with the bytes is out of our hands.
pub(super) fn body(
    namespace: &str,
    settings: &KeySettings,
    key: &Plaintext,
    certificate: &Certificate,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut labels = settings.labels.clone();
    labels.insert(KEY_LABEL.to_owned(), KEY_LABEL_ACTIVE.to_owned());
    let key = Zeroizing::new(STANDARD.encode(key.expose()));
    serde_json::to_vec(&Body {
        api_version: "v1",
        kind: "Secret",
        metadata: ObjectMeta {
            namespace: Some(namespace.to_owned()),
            // Upstream puts no hyphen between prefix and suffix, and people know the names.
            generate_name: Some(settings.prefix.clone()),
            labels: Some(labels),
            annotations: Some(settings.annotations.clone()).filter(|annotations| !annotations.is_empty()),
            ..ObjectMeta::default()
        },
        r#type: "kubernetes.io/tls",
        data: Data { certificate: &STANDARD.encode(certificate.to_pem()), private_key: &key },
    })
}
