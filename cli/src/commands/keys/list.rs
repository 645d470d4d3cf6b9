//! `signet keys list`.

use jiff::Timestamp;
use serde_json::json;
use signet_manifest::Value;
use signet_sealed::{Certificate, PrivateKey};
use signet_secret::KeyName;

use super::store::{KeyStore, no_keys};
use super::{ACTIVE, KEY_LABEL};
use crate::args::{KeysListArgs, Report};
use crate::error::Outcome;
use crate::object::Secret;
use crate::output::Output;

/// Prints what is public of every key, newest first.
pub(super) fn run(args: KeysListArgs) -> Outcome {
    let store = KeyStore::connect(&args.store)?;
    let mut rows: Vec<Row> = store.all()?.iter().map(Row::of).collect();
    if rows.is_empty() {
        return Err(no_keys(&store));
    }
    rows.sort_by_key(|row| {
        std::cmp::Reverse(row.public.as_ref().ok().map(|certificate| certificate.not_before()))
    });
    let sealing = rows.iter().position(|row| row.is_active() && row.public.is_ok());
    let text = match args.format {
        Report::Text => table(&rows, sealing),
        Report::Json => {
            let all: Vec<_> =
                rows.iter().enumerate().map(|(at, row)| row.to_json(Some(at) == sealing)).collect();
            format!("{:#}\n", json!(all))
        }
    };
    let mut output = Output::Stdout;
    output.write(text.as_bytes())?;
    output.finish()
}

/// The start of validity of the newest key.
///
/// # Errors
/// When the keys cannot be listed.
pub(super) fn newest(store: &KeyStore) -> Outcome<Option<Timestamp>> {
    let keys = store.all()?;
    Ok(keys
        .iter()
        .filter_map(|secret| read_key(secret).ok())
        .map(|certificate| certificate.not_before())
        .max())
}

/// One key Secret.
struct Row {
    name: String,
    label: Option<String>,
    /// The certificate, or what is wrong with the Secret.
    public: Result<Certificate, String>,
}

impl Row {
    fn of(secret: &Value) -> Self {
        let text = |path: &[&str]| secret.at(path).and_then(Value::as_str).map(str::to_owned);
        Self {
            name: text(&["metadata", "name"]).unwrap_or_default(),
            label: text(&["metadata", "labels", KEY_LABEL]),
            public: read_key(secret),
        }
    }

    /// The key of the first releases has no label and is used all the same.
    fn is_active(&self) -> bool {
        self.label.as_deref().is_none_or(|label| label == ACTIVE)
    }

    fn status(&self, sealing: bool) -> &str {
        match (&self.public, &self.label) {
            (Err(_), _) => "broken",
            (Ok(_), _) if sealing => "sealing",
            (Ok(_), Some(label)) => label,
            (Ok(_), None) => "legacy",
        }
    }

    fn to_json(&self, sealing: bool) -> serde_json::Value {
        match &self.public {
            Ok(certificate) => json!({
                "name": self.name,
                "status": self.status(sealing),
                "fingerprint": certificate.fingerprint().to_string(),
                "bits": certificate.public_key().bits(),
                "notBefore": certificate.not_before().to_string(),
                "notAfter": certificate.not_after().to_string(),
            }),
            Err(problem) => json!({ "name": self.name, "status": "broken", "problem": problem }),
        }
    }
}

/// The certificate of a key Secret, if it belongs to the private key beside it.
fn read_key(secret: &Value) -> Result<Certificate, String> {
    let secret = Secret::read(secret).map_err(|error| error.to_string())?.ok_or("not a Secret")?;
    let entry = |key: &str| secret.values().value(&KeyName::from(key)).ok_or_else(|| format!("no `{key}`"));
    let certificate = Certificate::from_pem(entry("tls.crt")?.expose()).map_err(|error| error.to_string())?;
    let key = PrivateKey::from_pem(entry("tls.key")?.expose()).map_err(|error| error.to_string())?;
    if key.fingerprint() != certificate.fingerprint() {
        return Err("the certificate belongs to another key".to_owned());
    }
    Ok(certificate)
}

fn table(rows: &[Row], sealing: Option<usize>) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(4);
    let mut text = format!(
        "{:width$}  {:<11}  {:<10}  {:<10}  {:>4}  FINGERPRINT\n",
        "NAME", "STATUS", "FROM", "UNTIL", "BITS"
    );
    for (at, row) in rows.iter().enumerate() {
        let status = row.status(Some(at) == sealing);
        let rest = match &row.public {
            Ok(certificate) => format!(
                "{}  {}  {:>4}  {}",
                certificate.not_before().strftime("%Y-%m-%d"),
                certificate.not_after().strftime("%Y-%m-%d"),
                certificate.public_key().bits(),
                certificate.fingerprint()
            ),
            Err(problem) => problem.clone(),
        };
        text.push_str(&format!("{:width$}  {status:<11}  {rest}\n", row.name));
    }
    text
}
