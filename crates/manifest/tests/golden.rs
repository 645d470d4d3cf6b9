//! What the Kubernetes libraries read and wrote, recorded by `testdata/oracle`, against this crate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use signet_manifest::{Documents, Fields, Reading, Value, to_json_compact, to_yaml};

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
        // U+FFFD is the one character that the library escapes and serde does not.
        let any = any.map(|value| to_json_compact(&value).replace('\u{fffd}', "\\ufffd"));
        check("any", "json", "jsonError", any);
    }
    report(failures, cases.len());
}

/// Streams read differently on purpose, with the reason.
const STREAM_DIFFERENCES: &[(&str, &str)] = &[];

#[test]
fn streams_are_split_and_read_as_by_the_kubernetes_library() {
    let (mut failures, cases) = (Vec::new(), lines("streams.jsonl"));
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        if STREAM_DIFFERENCES.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let input = STANDARD.decode(case["input"].as_str().unwrap_or_default()).expect("base64");
        let expected: Vec<Option<Json>> = case["documents"]
            .as_array()
            .map_or(&[][..], |documents| documents)
            .iter()
            .map(|document| document.get("json").cloned())
            .filter(|document| *document != Some(Json::Null))
            .collect();
        let found = read(&input);
        let shown: Vec<Option<Json>> = found
            .iter()
            .map(|document| document.as_ref().ok().map(Value::to_json))
            .filter(|document| *document != Some(Json::Null))
            .collect();
        if shown != expected {
            failures.push(format!(
                "{name}:\n  {}\n  expected {}\n  found    {:?}",
                String::from_utf8_lossy(&input).escape_debug(),
                case["documents"],
                found.iter().map(|d| d.as_ref().map(Value::to_json)).collect::<Vec<_>>()
            ));
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
