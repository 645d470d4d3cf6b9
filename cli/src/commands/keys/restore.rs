//! `signet keys restore`.

use signet_manifest::Value;
use signet_sealed::PrivateKey;
use signet_secret::KeyName;

use super::store::{Created, KeyStore, essence};
use super::{ACTIVE, KEY_LABEL};
use crate::args::KeysRestoreArgs;
use crate::commands::{name_of, read};
use crate::error::{Exit, Failure, Outcome};
use crate::object::{Secret, documents};
use crate::output::say;
use crate::settings::InputFile;

/// Creates the key Secrets of a backup that are not there yet. Nothing is overwritten.
pub(super) fn run(args: KeysRestoreArgs) -> Outcome {
    let input = InputFile::new(&args.file);
    let at = |failure: Failure| failure.at(name_of(&input).display());
    let bytes = read(&input)?;
    let documents = documents(bytes.expose()).map_err(at)?;
    let mut secrets = Vec::new();
    documents.iter().for_each(|document| flatten(document.value(), &mut secrets));
    if secrets.is_empty() {
        return Err(at(Failure::input("no key Secrets found")).hint("signet keys backup makes such a file"));
    }
    // All of them are checked before the first is created.
    for secret in &secrets {
        check(secret).map_err(at)?;
    }
    let store = KeyStore::connect(&args.store)?;
    let (mut restored, mut present) = (0, 0);
    for secret in &secrets {
        let wanted = essence(secret, Some(store.namespace()));
        let name = text(&wanted, &["metadata", "name"]);
        match store.create(&wanted)? {
            Created::As(name) => {
                say(format_args!("restored {name}"));
                restored += 1;
            }
            Created::Exists if same_key(&wanted, store.named(name)?.as_ref()) => {
                say(format_args!("{name} is there already"));
                present += 1;
            }
            Created::Exists => {
                return Err(Failure::new(Exit::Cluster, format!("another Secret has the name {name}"))
                    .hint("rename the key in the backup: its name has no meaning"));
            }
        }
    }
    say(format_args!(
        "{restored} restored, {present} there already; a sealed-secrets controller needs a restart to see them, \
         ours does not"
    ));
    Ok(())
}

/// The Secrets of a document, in lists or alone.
fn flatten<'v>(value: &'v Value, secrets: &mut Vec<&'v Value>) {
    match value.at(&["items"]).and_then(Value::as_seq) {
        Some(items) => items.iter().for_each(|item| flatten(item, secrets)),
        None if value.as_map().is_some() => secrets.push(value),
        None => {}
    }
}

fn check(value: &Value) -> Outcome {
    let name = text(value, &["metadata", "name"]);
    let bad = |problem: &str| Failure::input(format!("Secret {name:?}: {problem}"));
    if name.is_empty() {
        return Err(Failure::input("a Secret without a name"));
    }
    let secret =
        Secret::read(value).map_err(|error| bad(&error.to_string()))?.ok_or_else(|| bad("no fields"))?;
    let key = secret.values().value(&KeyName::from("tls.key")).ok_or_else(|| bad("no `tls.key`"))?;
    PrivateKey::from_pem(key.expose()).map_err(|error| bad(&error.to_string()))?;
    if text(value, &["metadata", "labels", KEY_LABEL]) != ACTIVE {
        say(format_args!(
            "note: {name} has no label {KEY_LABEL}={ACTIVE} and will not be used to open values"
        ));
    }
    Ok(())
}

fn same_key(wanted: &Value, found: Option<&Value>) -> bool {
    let key = |secret: &Value| text(secret, &["data", "tls.key"]).to_owned();
    found.is_some_and(|found| key(found) == key(wanted))
}

fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    value.at(path).and_then(Value::as_str).unwrap_or_default()
}
