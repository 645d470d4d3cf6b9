//! `signet keys`: the key Secrets of the controller.

mod backup;
mod generate;
mod list;
mod restore;
mod store;

use signet_manifest::{Map, Value};
use signet_secret::Plaintext;

use crate::args::KeysCommand;
use crate::error::Outcome;

/// Label by which the controller finds its keys.
const KEY_LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";

/// Value of the label on keys that are in use.
const ACTIVE: &str = "active";

/// Runs one of the subcommands.
pub(super) fn run(command: KeysCommand) -> Outcome {
    match command {
        KeysCommand::List(args) => list::run(args),
        KeysCommand::Generate(args) => generate::run(args),
        KeysCommand::Backup(args) => backup::run(args),
        KeysCommand::Restore(args) => restore::run(args),
    }
}

/// A key Secret as the controller writes it. `identity` is `name` or `generateName` with its text.
fn key_secret(identity: (&str, &str), namespace: &str, certificate: &str, key: &Plaintext) -> Value {
    use base64::Engine as _;
    let base64 =
        |bytes: &[u8]| signet_manifest::Text::from(base64::engine::general_purpose::STANDARD.encode(bytes));
    let mut metadata = Map::new();
    metadata.insert(identity.0, identity.1);
    metadata.insert("namespace", namespace);
    metadata.insert("labels", Map::from_iter([(KEY_LABEL, ACTIVE)]));
    let mut data = Map::new();
    data.insert("tls.crt", base64(certificate.as_bytes()));
    data.insert("tls.key", base64(key.expose()));
    let mut secret = Map::new();
    secret.insert("kind", "Secret");
    secret.insert("apiVersion", "v1");
    secret.insert("metadata", metadata);
    secret.insert("data", data);
    secret.insert("type", "kubernetes.io/tls");
    secret.into()
}
