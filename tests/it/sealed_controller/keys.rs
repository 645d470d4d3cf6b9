//! Keys made beforehand, and key Secrets with them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{ListParams, ObjectMeta, PostParams};
use signet_crds::bitnami::{KEY_LABEL, KEY_LABEL_ACTIVE};
use signet_sealed::{Certificate, CertificateRequest, PrivateKey};

/// 24 keys of 2048 bits, made by `openssl genrsa -traditional 2048`. They protect nothing.
const PEMS: &str = include_str!("testdata/keys-2048.pem");
/// How many there are.
pub(super) const COUNT: usize = 24;

const YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);

/// A key pair with its certificate.
pub(super) struct Key {
    /// PKCS#1.
    pub(super) pem: String,
    pub(super) certificate: Certificate,
}

/// The key with this number, with a certificate that is valid since a number of hours.
pub(super) fn aged(number: usize, hours: i64) -> Result<Key> {
    let pem = pem(number).context("there is no key with this number")?;
    let key = PrivateKey::from_pem(pem.as_bytes())?;
    // Certificates say whole seconds.
    let not_before = Timestamp::from_second(Timestamp::now().as_second() - hours * 3600)?;
    let request = CertificateRequest { common_name: "", not_before, not_after: not_before + YEAR * 10 };
    Ok(Key { pem, certificate: Certificate::issue(&key, &request)? })
}

/// The key with this number; a higher number is an older certificate, all within a day.
pub(super) fn nth(number: usize) -> Result<Key> {
    aged(number, i64::try_from(number)?)
}

fn pem(number: usize) -> Option<String> {
    const BEGIN: &str = "-----BEGIN RSA PRIVATE KEY-----";
    PEMS.split(BEGIN).nth(number + 1).map(|rest| format!("{BEGIN}{rest}"))
}

/// A key Secret in use. `name` must not exist yet.
pub(super) async fn put(client: &kube::Client, namespace: &str, name: &str, key: &Key) -> Result<()> {
    put_pems(client, namespace, name, Some(KEY_LABEL_ACTIVE), &key.pem, key.certificate.to_pem()).await
}

/// A Secret with this content, and with this value of the label by which keys are found.
pub(super) async fn put_pems(
    client: &kube::Client,
    namespace: &str,
    name: &str,
    label: Option<&str>,
    private_key: &str,
    certificate: &str,
) -> Result<()> {
    let entry = |name: &str, text: &str| (name.to_owned(), ByteString(text.as_bytes().to_vec()));
    let entries = [entry("tls.key", private_key), entry("tls.crt", certificate)];
    let secret = Secret {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            labels: label.map(|label| [(KEY_LABEL.to_owned(), label.to_owned())].into()),
            ..ObjectMeta::default()
        },
        // The API server checks the entries of a TLS Secret; what is put here may be broken.
        data: Some(entries.into_iter().filter(|(_, bytes)| !bytes.0.is_empty()).collect()),
        ..Secret::default()
    };
    Api::namespaced(client.clone(), namespace).create(&PostParams::default(), &secret).await?;
    Ok(())
}

/// The key Secrets in use, by name.
pub(super) async fn in_use(client: &kube::Client, namespace: &str) -> Result<BTreeMap<String, Secret>> {
    let labelled = ListParams::default().labels(&format!("{KEY_LABEL}={KEY_LABEL_ACTIVE}"));
    let secrets = Api::<Secret>::namespaced(client.clone(), namespace).list(&labelled).await?;
    Ok(secrets.into_iter().map(|s| (s.metadata.name.clone().unwrap_or_default(), s)).collect())
}

/// What people seal with: the certificate of the key Secret that was created last.
pub(super) async fn newest(client: &kube::Client, namespace: &str) -> Result<Certificate> {
    let secrets = in_use(client, namespace).await?;
    ensure!(!secrets.is_empty(), "there is no key Secret in {namespace}");
    let created = |secret: &Secret| secret.metadata.creation_timestamp.as_ref().map(|time| time.0);
    let newest = secrets.into_values().max_by_key(created).and_then(|secret| secret.data);
    certificate_of(&newest.unwrap_or_default())
}

/// The certificate in the data of a key Secret.
pub(super) fn certificate_of(data: &BTreeMap<String, ByteString>) -> Result<Certificate> {
    let pem = data.get("tls.crt").context("the key Secret has no certificate")?;
    Ok(Certificate::from_pem(&pem.0)?)
}
