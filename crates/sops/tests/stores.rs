//! What the stores of sops made of documents: trees, and the text written again.
//!
//! `testdata/stores` holds what was recorded from sops itself. With `SIGNET_SOPS_STORES` another directory is read
//! instead, for recordings too many to be kept.

#![allow(clippy::disallowed_methods, reason = "the tests read their vectors from files")]

use std::fmt::Write as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use signet_sops::{Branch, Comment, Element, Format, Item, Key, Layout, Value};

fn recordings() -> Vec<PathBuf> {
    let directory = std::env::var_os("SIGNET_SOPS_STORES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/stores")),
        PathBuf::from,
    );
    let mut files: Vec<_> = std::fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there are no recordings in {}", directory.display());
    files
}

#[test]
fn documents_are_read_and_written_as_sops_does() {
    let mut report = String::new();
    let limit = if std::env::var_os("SIGNET_SOPS_STORES").is_some() { 1000 } else { 20 };
    let (mut count, mut failures) = (0, 0);
    for file in recordings() {
        let text = std::fs::read_to_string(&file).unwrap();
        for (at, line) in text.lines().enumerate() {
            let recording: Json = serde_json::from_str(line).unwrap();
            count += 1;
            if let Err(difference) = compare(&recording) {
                failures += 1;
                let input = String::from_utf8_lossy(&decode(&recording["input"])).into_owned();
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                if failures <= limit {
                    let _ = writeln!(report, "\n=== {name}:{} ===\n{input}\n--- {difference}", at + 1);
                }
            }
        }
    }
    assert!(failures == 0, "{failures} of {count} differ\n{report}");
}

fn decode(text: &Json) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap_or_default()).unwrap()
}

fn compare(recording: &Json) -> Result<(), String> {
    let format = Format::from_word(recording["format"].as_str().unwrap()).unwrap();
    let input = decode(&recording["input"]);
    let ours = format.read_plain(&input);
    // Where we are stricter or more lenient on purpose, the recording says so.
    let deviation = recording["deviation"].as_str();
    let documents = match (ours, recording.get("error")) {
        (Err(_), Some(_)) => return Ok(()),
        (Err(_), None) if deviation == Some("refused") => return Ok(()),
        (Ok(_), Some(_)) if deviation == Some("accepted") => return Ok(()),
        (Err(error), None) => return Err(format!("refused: {error}\nsops: {}", recording["tree"])),
        (Ok(_), Some(error)) => return Err(format!("accepted, and sops says {error}")),
        (Ok(documents), None) => documents,
    };
    let tree = Json::Array(documents.iter().map(branch).collect());
    // A tree without documents is left out.
    let expected = recording.get("tree").cloned().unwrap_or(json!([]));
    if tree != expected {
        return Err(format!("the tree differs\nours: {tree}\nsops: {expected}"));
    }
    let emitted = format.write_plain(&documents, Layout::default());
    match (emitted, recording.get("emit_error")) {
        (Err(_), Some(_)) => Ok(()),
        (Ok(_), Some(_)) if deviation == Some("written") => Ok(()),
        (Err(_), None) if deviation == Some("not written") => Ok(()),
        (Err(error), None) => Err(format!("not written: {error}")),
        (Ok(_), Some(error)) => Err(format!("written, and sops says {error}")),
        (Ok(text), None) => {
            let expected = decode(&recording["emitted"]);
            if text.expose() == expected || deviation == Some("written differently") {
                return Ok(());
            }
            // We may write something else only where what sops wrote does not read back. Then ours does, or at least
            // no comment is lost: not every tree has a text with all of them in their places.
            let read = |text: &[u8]| {
                let again = format.read_plain(text).map(|again| again.iter().map(branch).collect());
                again.map_or(Json::Null, |again| without_inline(Json::Array(again)))
            };
            let wanted = without_inline(tree.clone());
            let again = read(text.expose());
            let ours = again == wanted
                || (comments(&again) == comments(&wanted) && values(&again) == values(&wanted));
            match (ours, read(&expected) == wanted) {
                (true, false) => Ok(()),
                (ours, sops) => Err(format!(
                    "written differently (ours reads back: {ours}, that of sops: {sops})\n{}\n--- sops:\n{}",
                    String::from_utf8_lossy(text.expose()),
                    String::from_utf8_lossy(&expected)
                )),
            }
        }
    }
}

/// A comment on a line of its own is as good as one beside a value.
fn without_inline(tree: Json) -> Json {
    match tree {
        Json::Array(parts) if parts.first() == Some(&json!("comment")) => json!(["comment", parts[1]]),
        Json::Array(parts) => Json::Array(parts.into_iter().map(without_inline).collect()),
        other => other,
    }
}

/// All comments, sorted.
fn comments(tree: &Json) -> Vec<String> {
    fn collect(tree: &Json, out: &mut Vec<String>) {
        let Some(parts) = tree.as_array() else { return };
        match parts.first().and_then(Json::as_str) {
            Some("comment") => out.push(parts[1].to_string()),
            _ => parts.iter().for_each(|part| collect(part, out)),
        }
    }
    let mut out = Vec::new();
    collect(tree, &mut out);
    out.sort();
    out
}

/// The tree without its comments.
fn values(tree: &Json) -> Json {
    let Some(parts) = tree.as_array() else { return tree.clone() };
    let is_comment = |part: &&Json| part.get(0) == Some(&json!("comment"));
    Json::Array(parts.iter().filter(|part| !is_comment(part)).map(values).collect())
}

fn branch(branch: &Branch) -> Json {
    let mut out = vec![json!("branch")];
    for item in &branch.items {
        out.push(match item {
            Item::Comment(comment) => self::comment(comment),
            Item::Entry(Key::Name(name), inner) => json!(["entry", name, value(inner)]),
            Item::Entry(Key::Other(_), inner) => json!(["other", value(inner)]),
        });
    }
    Json::Array(out)
}

fn comment(comment: &Comment) -> Json {
    json!(["comment", STANDARD.encode(comment.text.as_bytes()), comment.inline])
}

fn value(value: &Value) -> Json {
    match value {
        Value::Null => json!(["null"]),
        Value::Bool(value) => json!(["bool", value]),
        Value::Int(number) => json!(["int", number.to_string()]),
        Value::Uint(number) => json!(["uint", number.to_string()]),
        Value::Float(number) => json!(["float", exponential(*number)]),
        Value::Time(time) => json!(["time", time.to_string()]),
        Value::Str(text) => json!(["str", STANDARD.encode(text.as_bytes())]),
        Value::List(list) => {
            let mut out = vec![json!("list")];
            out.extend(list.iter().map(|element| match element {
                Element::Comment(comment) => self::comment(comment),
                Element::Value(inner) => self::value(inner),
            }));
            Json::Array(out)
        }
        Value::Branch(inner) => branch(inner),
    }
}

/// As Go's format `e`.
fn exponential(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap();
    let exponent: i32 = exponent.parse().unwrap();
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}
