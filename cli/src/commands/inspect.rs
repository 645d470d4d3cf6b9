//! `signet inspect`: what can be known of a SealedSecret without opening it, and with private keys at hand
//! which of them sealed it.

use std::fmt::Write as _;

use serde_json::json;
use signet_manifest::Value;
use signet_sealed::{EnvelopeSize, KeyHints, Unsealer, envelope_size};
use signet_secret::Fingerprint;

use crate::args::{InspectArgs, Report};
use crate::error::Outcome;
use crate::object::SealedSecret;
use crate::output::Output;
use crate::private_keys::{self, Keys};
use crate::settings;

use super::{name_of, sealed_secrets};

/// Prints what is known of all SealedSecrets.
pub(super) fn run(args: InspectArgs) -> Outcome {
    let keys = private_keys::read_files(&args.keys)?;
    let inputs = settings::inputs(&args.files)?;
    let mut views = Vec::new();
    for input in &inputs {
        let file = name_of(input).display().to_string();
        for sealed in sealed_secrets(input)? {
            views.push(View::of(&file, &sealed, &keys));
        }
    }
    let text = match args.format {
        Report::Text => views.iter().map(View::to_text).collect::<Vec<_>>().join("\n"),
        Report::Json => {
            let all: Vec<_> = views.iter().map(View::to_json).collect();
            format!("{:#}\n", json!(all))
        }
    };
    let mut output = Output::Stdout;
    output.write(text.as_bytes())?;
    output.finish()
}

/// What is known of one SealedSecret.
struct View {
    file: String,
    place: String,
    scope: &'static str,
    secret_type: String,
    legacy: bool,
    sealed_with: Option<Fingerprint>,
    templates: Vec<String>,
    items: Vec<Item>,
    keys_tried: bool,
}

/// What is known of one item.
struct Item {
    key: String,
    /// `None` when the text is not a sealed value.
    size: Option<EnvelopeSize>,
    /// The key that opens it, of those tried.
    opened_by: Option<Fingerprint>,
}

impl View {
    fn of(file: &str, sealed: &SealedSecret, keys: &Keys) -> Self {
        let named: Vec<Fingerprint> = sealed.sealed_with().into_iter().collect();
        let unsealer = Unsealer::new(keys, KeyHints { named: &named, ..KeyHints::default() });
        let label = sealed.label().ok();
        let mut last = None;
        let items = sealed.encrypted().map(|(key, text)| {
            let opened = label.as_ref().and_then(|label| unsealer.open(text, label, last).ok());
            let opened_by = opened.and_then(|opened| opened.key);
            last = opened_by.or(last);
            Item { key: key.to_owned(), size: envelope_size(text).ok(), opened_by }
        });
        Self {
            file: file.to_owned(),
            place: sealed.place(),
            scope: sealed.scope().as_str(),
            secret_type: sealed.template().get("type").and_then(Value::as_str).unwrap_or("Opaque").to_owned(),
            legacy: sealed.is_legacy(),
            sealed_with: sealed.sealed_with(),
            templates: sealed.templates().map(|(name, _)| name.to_owned()).collect(),
            items: items.collect(),
            keys_tried: !keys.is_empty(),
        }
    }

    fn to_text(&self) -> String {
        let mut text = format!("{} ({})\n", self.place, self.file);
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<12} {value}");
        };
        line("scope", self.scope);
        line("type", &self.secret_type);
        if let Some(key) = self.sealed_with {
            line("sealed with", &format!("{key} (says its annotation)"));
        }
        if self.legacy {
            line("format", "the first one, spec.data; only the controller opens it");
        }
        if !self.templates.is_empty() {
            line("templates", &self.templates.join(", "));
        }
        line("items", &self.items.len().to_string());
        let width = self.items.iter().map(|item| item.key.chars().count()).max().unwrap_or(0);
        for item in &self.items {
            let size = match &item.size {
                Some(size) => format!("{:>8} bytes  RSA {}", size.plaintext, size.modulus_bits),
                None => "not a sealed value".to_owned(),
            };
            let key = match (self.keys_tried, item.opened_by) {
                (_, Some(key)) => format!("  {key}"),
                (true, None) => "  no key opens it".to_owned(),
                (false, None) => String::new(),
            };
            let _ = writeln!(text, "    {:<width$}  {size}{key}", item.key);
        }
        text
    }

    fn to_json(&self) -> serde_json::Value {
        let items = self.items.iter().map(|item| {
            json!({
                "key": item.key,
                "bytes": item.size.as_ref().map(|size| size.plaintext),
                "modulusBits": item.size.as_ref().map(|size| size.modulus_bits),
                "openedBy": item.opened_by.map(|key| key.to_string()),
            })
        });
        json!({
            "file": self.file,
            "object": self.place,
            "scope": self.scope,
            "type": self.secret_type,
            "legacy": self.legacy,
            "sealedWith": self.sealed_with.map(|key| key.to_string()),
            "templates": self.templates,
            "items": items.collect::<Vec<_>>(),
        })
    }
}
