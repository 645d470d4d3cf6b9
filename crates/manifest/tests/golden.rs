//! What the Kubernetes libraries read and wrote, recorded by `testdata/oracle`, against this crate.
#![allow(clippy::disallowed_methods, reason = "the recorded cases are files")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use signet_manifest::{Documents, Fields, Reading, TypeError, Value, to_json_compact, to_yaml};

fn lines(file: &str) -> Vec<Json> {
    let path = format!("{}/testdata/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a golden file");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The documents of a stream, each as what it stands for or as an error.
fn read(input: &[u8]) -> Vec<Result<Value, String>> {
    Documents::parse(input)
        .map(|document| document.map(|document| document.into_value()).map_err(|error| error.to_string()))
        .collect()
}

fn report(failures: Vec<String>, total: usize) {
    assert!(failures.is_empty(), "{} of {total} differ:\n{}", failures.len(), failures.join("\n"));
}

/// The only document of a text, as the strings under `stringData`.
fn only_string_data(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut documents = read(text.as_bytes());
    if documents.len() != 1 {
        return Err(format!("{} documents", documents.len()));
    }
    let value = documents.remove(0)?;
    let fields = Fields::of(&value, Reading::Lenient).map_err(|error| error.to_string())?;
    let strings = fields.string_map("stringData").map_err(|error| error.to_string())?;
    Ok(strings.into_iter().map(|(key, value)| (key.to_owned(), value.to_string())).collect())
}

/// Spellings read differently on purpose.
fn is_scalar_difference(written: &str, refusal: Option<&str>) -> bool {
    // YAML 1.2 has this escape, and JSON writes it.
    written == r#""a\/b""#
        // The library cannot turn infinities and NaN into JSON. Here they are numbers, which only
        // string fields accept, as they do there.
        || refusal.is_some_and(|refusal| refusal.contains("json: unsupported value"))
}

#[test]
fn scalars_mean_what_they_mean_to_the_kubernetes_library() {
    let (mut failures, cases) = (Vec::new(), lines("scalars.jsonl"));
    for case in &cases {
        let written = case["written"].as_str().expect("text");
        let mut check = |place: &str, expected: &str, refusal: &str, found: Result<String, String>| {
            let refusal = case[refusal].as_str();
            let expected = match refusal {
                Some(_) => None,
                None => case[expected].as_str(),
            };
            if found.as_deref().ok() != expected && !is_scalar_difference(written, refusal) {
                failures.push(format!("{written:?} as {place}: {expected:?} {refusal:?}, ours {found:?}"));
            }
        };
        let one = |text: String, pick: fn((String, String)) -> String| {
            only_string_data(&text)?.pop().map(pick).ok_or_else(|| "nothing".to_owned())
        };
        let value = one(format!("stringData:\n  k: {written}\n"), |(_, value)| value);
        check("string", "string", "error", value);
        let key = one(format!("stringData:\n  {written}: v\n"), |(key, _)| key);
        check("key", "key", "keyError", key);
        let mut any = read(format!("x: {written}\n").as_bytes());
        let any = if any.len() == 1 { any.remove(0) } else { Err("several".to_owned()) };
        check("any", "json", "jsonError", any.map(|value| to_json_compact(&value).to_string()));
    }
    report(failures, cases.len());
}

/// Streams read differently on purpose.
const STREAM_DIFFERENCES: &[(&str, &[&str])] = &[
    (
        "what follows a document end marker is a document or an error, not dropped",
        &["document end and document", "text after document end"],
    ),
    (
        "what follows the root node is an error, not dropped",
        &[
            "map quoted key glued value",
            "indented document ends early",
            "two flow documents",
            "flow then text",
        ],
    ),
    (
        "a part with nothing but directives is no document, not a broken one",
        &["directive", "directive 1.2", "tag directive", "reserved directive", "directive without document"],
    ),
    (
        "YAML 1.2 allows it and it has one meaning",
        &["literal tab", "double surrogate escapes", "double escaped slash"],
    ),
    (
        "YAML 1.2 refuses it: a byte-order mark in a name, a comment glued to a value",
        &["bom inside", "comment glued to quote"],
    ),
    ("infinities and NaN are numbers", &["nan outside of strings", "infinity outside of strings"]),
    ("line breaks that only YAML 1.1 knows are characters", &["next line", "line separator in text"]),
];

/// Streams that differ only when JSON is decoded without a type.
const UNTYPED_DIFFERENCES: &[&str] =
    &["json numbers in strings", "json duplicate maps", "json duplicate deep maps"];

fn is_stream_difference(name: &str) -> bool {
    STREAM_DIFFERENCES.iter().any(|(_, names)| names.contains(&name))
}

/// The recorded documents, `None` for an error. The library reports a broken third JSON object
/// for ever.
fn recorded(case: &Json, list: &str, part: &str) -> Vec<Option<Json>> {
    let documents = case[list].as_array().map_or(&[][..], |documents| documents);
    let endless = documents.len() == 50;
    let mut recorded: Vec<_> = documents.iter().map(|document| document.get(part).cloned()).collect();
    if endless {
        let good = recorded.iter().position(Option::is_none).unwrap_or(0);
        recorded.truncate(good + 1);
    }
    recorded
}

#[test]
fn streams_are_split_and_read_as_by_the_kubernetes_library() {
    let (mut failures, cases) = (Vec::new(), lines("streams.jsonl"));
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        if is_stream_difference(name) || UNTYPED_DIFFERENCES.contains(&name) {
            continue;
        }
        let input = STANDARD.decode(case["input"].as_str().unwrap_or_default()).expect("base64");
        let mut expected = recorded(case, "documents", "json");
        let found = read(&input);
        let mut shown: Vec<_> =
            found.iter().map(|document| document.as_ref().ok().map(Value::to_json)).collect();
        for documents in [&mut expected, &mut shown] {
            documents.retain(|document| *document != Some(Json::Null));
        }
        if shown != expected {
            let text = String::from_utf8_lossy(&input);
            failures.push(format!("{name}:\n{text}\n  expected {expected:?}\n  found    {shown:?}"));
        }
    }
    report(failures, cases.len());
}

/// The fields of a Secret, in the form the oracle prints them.
fn read_secret(value: &Value) -> Result<Json, TypeError> {
    let fields = Fields::of(value, Reading::Lenient)?;
    let metadata = fields.object("metadata")?;
    let mut secret = json!({ "metadata": {} });
    for name in ["name", "namespace"] {
        if let Some(text) = metadata.string(name)?.filter(|text| !text.is_empty()) {
            secret["metadata"][name] = Json::from(text.as_str());
        }
    }
    let maps = [(&metadata, "labels"), (&metadata, "annotations"), (&fields, "stringData")];
    for (fields, name) in maps {
        let strings = fields.string_map(name)?;
        if strings.is_empty() {
            continue;
        }
        let strings: Json = strings.iter().map(|(key, value)| (*key, Json::from(value.as_str()))).collect();
        match name {
            "stringData" => secret[name] = strings,
            _ => secret["metadata"][name] = strings,
        }
    }
    if let Some(text) = fields.string("type")?.filter(|text| !text.is_empty()) {
        secret["type"] = Json::from(text.as_str());
    }
    if let Some(immutable) = fields.bool("immutable")? {
        secret["immutable"] = Json::from(immutable);
    }
    Ok(secret)
}

#[test]
fn secrets_are_decoded_as_by_the_kubernetes_library() {
    let (mut failures, cases) = (Vec::new(), lines("streams.jsonl"));
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        if is_stream_difference(name) {
            continue;
        }
        let input = STANDARD.decode(case["input"].as_str().unwrap_or_default()).expect("base64");
        let mut expected = recorded(case, "secrets", "secret");
        let mut found: Vec<_> = read(&input)
            .iter()
            .map(|document| document.as_ref().ok().and_then(|value| read_secret(value).ok()))
            .collect();
        let nothing = json!({ "metadata": {} });
        for documents in [&mut expected, &mut found] {
            documents.retain(|document| document.as_ref() != Some(&nothing));
        }
        if found != expected {
            let text = String::from_utf8_lossy(&input);
            failures.push(format!("{name}:\n{text}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    report(failures, cases.len());
}

#[test]
fn yaml_is_written_byte_for_byte_as_by_the_kubernetes_library() {
    let (mut failures, cases) = (Vec::new(), lines("emit.jsonl"));
    for case in &cases {
        let value = Value::from_json(case["json"].clone());
        let found = to_yaml(&value);
        // Written plain, as the library does, the key would be read as a merge.
        if case["json"].as_object().is_some_and(|object| object.contains_key("<<")) {
            assert!(found.starts_with("\"<<\":"));
            continue;
        }
        let same = case["yaml"].as_str().is_some_and(|yaml| yaml == &*found);
        if !same {
            failures.push(format!("{}\n  expected {}\n  found    {:?}", case["json"], case["yaml"], &*found));
        }
    }
    report(failures, cases.len());
}
