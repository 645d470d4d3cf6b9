//! Templates rendered by the real Go programs, and by us.
//!
//! Each line of `testdata/*.jsonl` is one case, made by the program in `tests/template-goldens`. Output must be the
//! same byte for byte, an error's text too, except where ours hides a value.

mod world;

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use signet_template::{Engine, HIDDEN, Limits, MissingKey, Value};
use world::World;

const ZONE_NAMES: &str = "a zone read by a name without an offset of its own is told by its offset";

const P224: &str = "aws-lc-rs has no P-224: private keys on it are read, but neither used nor written";

/// Templates that we render otherwise than Go on purpose, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("{{ 1i }} {{ 1+2i }}", "complex numbers are refused: nothing in a Secret is one"),
    (
        r#"{{ define "t" }}{{ end }}{{ template "t" }}"#,
        "recursion ends at the limit of depth, long before Go's 100,000",
    ),
    (r#"{{ toDate "2006-01-02 MST" "2024-05-05 CET" }}"#, ZONE_NAMES),
    (r#"{{ mustToDate "2006-01-02 MST" "2024-05-05 CET" }}"#, ZONE_NAMES),
    (r#"{{ toDate "2006-01-02 MST" "2024-05-05 GMT+3" }}"#, ZONE_NAMES),
    (r#"{{ mustToDate "2006-01-02 MST" "2024-05-05 GMT+3" }}"#, ZONE_NAMES),
    (r#"{{ (genCAWithKey "ca" 1 .rsa1024).Key }}"#, "aws-lc-rs takes no RSA keys of fewer than 2048 bits"),
    (r#"{{ (genCAWithKey "ca" 1 .ec224).Key }}"#, P224),
    ("{{ fromYaml .bin }}", "the text of an error about bytes that are not UTF-8"),
    ("{{ kebabcase .bin }}", "where words end among bytes that are not UTF-8"),
    (r#"{{ pkcs12keyPass "secret" .p224 }}"#, P224),
    ("{{ pkcs12key .keyec224 }}", P224),
    ("{{ pemToPkcs12 .crtleaf224 .ec224 }}", P224),
    (r#"{{ fullPemToPkcs12Pass .crtleaf224 .ec224 "secret" }}"#, P224),
    ("{{ snakecase .bin }}", "where words end among bytes that are not UTF-8"),
];

/// For people.
const PAGE: &str = include_str!("../../../docs/templates.md");

fn text<'j>(case: &'j Json, field: &str) -> Option<&'j str> {
    case.get(field).and_then(Json::as_str)
}

fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("goldens hold valid base64")
}

fn engine(case: &Json) -> Engine {
    let engine = match text(case, "engine") {
        Some("external") => Engine::external(),
        _ => Engine::sealed(),
    };
    let missing_key = match text(case, "missing_key") {
        Some("error") => MissingKey::Error,
        Some("zero") => MissingKey::Zero,
        _ => MissingKey::Default,
    };
    let delimiter = |at: usize| case.get("delims").and_then(|delims| delims.get(at)).and_then(Json::as_str);
    engine
        .missing_key(missing_key)
        .delimiters(delimiter(0).unwrap_or_default(), delimiter(1).unwrap_or_default())
}

/// The sets of data by name: maps of text to text, where `base64:` begins bytes.
fn sets(folder: &Path) -> Json {
    serde_json::from_str(&read(&folder.join("data.json"))).expect("data.json is JSON")
}

fn data(case: &Json, sets: &Json) -> Value {
    let set = text(case, "data").and_then(|name| sets.get(name)).and_then(Json::as_object);
    Value::string_map(set.into_iter().flatten().map(|(key, value)| {
        let value = value.as_str().expect("a set holds text");
        let bytes = value.strip_prefix("base64:").map_or_else(|| value.as_bytes().to_vec(), decoded);
        (key.as_str(), bytes)
    }))
}

fn render(case: &Json, sets: &Json) -> Result<Vec<u8>, String> {
    let template = bytes(case, "template", "template_b64").unwrap_or_default();
    let template = engine(case).parse("t", &template).map_err(|error| error.to_string())?;
    let output = template.render(&data(case, sets), &mut World(1)).map_err(|error| error.to_string())?;
    Ok(output.expose().to_vec())
}

/// A field that is text, or base64 under another name.
fn bytes(case: &Json, field: &str, encoded: &str) -> Option<Vec<u8>> {
    let plain = text(case, field).map(|text| text.as_bytes().to_vec());
    plain.or_else(|| text(case, encoded).map(decoded))
}

#[expect(clippy::disallowed_methods, reason = "the goldens are files")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("goldens are UTF-8")
}

/// Whether our text is Go's, but for the values it hides and what it adds about functions left out.
fn same_text(ours: &str, go: &str) -> bool {
    if go.ends_with(" not defined") && ours.starts_with(go) {
        return true;
    }
    let mut parts = ours.split(HIDDEN);
    let Some(mut rest) = parts.next().and_then(|first| go.strip_prefix(first)) else { return false };
    for part in parts {
        let Some(at) = (if part.is_empty() { Some(rest.len()) } else { rest.find(part) }) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}

fn differs(case: &Json, sets: &Json) -> Option<String> {
    let ours = render(case, sets);
    let show = |output: &Result<Vec<u8>, String>| match output {
        Ok(output) => format!("output {:?}", String::from_utf8_lossy(output)),
        Err(error) => format!("error {error}"),
    };
    let go = match text(case, "error") {
        Some(error) => Err(error.to_owned()),
        None => Ok(bytes(case, "output", "output_b64").unwrap_or_default()),
    };
    let same = match (&ours, &go) {
        (Ok(ours), Ok(go)) => ours == go,
        (Err(ours), Err(go)) => same_text(ours, go),
        _ => false,
    };
    (!same).then(|| format!("  Go:   {}\n  ours: {}", show(&go), show(&ours)))
}

#[test]
fn templates_render_as_with_the_go_programs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let sets = sets(&folder);
    let mut failures = Vec::new();
    let mut counts = BTreeMap::new();
    #[expect(clippy::disallowed_methods, reason = "the goldens are files")]
    let entries = std::fs::read_dir(&folder).expect("testdata is there");
    for entry in entries {
        let path = entry.expect("testdata can be listed").path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (at, line) in read(&path).lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let case: Json = serde_json::from_str(line).expect("a golden is JSON");
            *counts.entry(file.clone()).or_insert(0usize) += 1;
            let name = text(&case, "name").unwrap_or_default();
            let template = text(&case, "template").unwrap_or("(base64)");
            let place = format!("{file}:{} {name}: {template}", at + 1);
            let wanted = DIFFERENCES.iter().find(|(known, _)| *known == template);
            match (differs(&case, &sets), wanted) {
                (Some(difference), None) => failures.push(format!("{place}\n{difference}")),
                (None, Some((_, why))) => failures.push(format!("{place}\n  should differ: {why}")),
                _ => {}
            }
        }
    }
    let total: usize = counts.values().sum();
    assert!(failures.is_empty(), "{} of {total} differ:\n{}", failures.len(), failures.join("\n"));
}

/// Every value of the data that an error could give away: long enough to stand in it for no other reason.
fn values(case: &Json, sets: &Json) -> Vec<String> {
    let set = text(case, "data").and_then(|name| sets.get(name)).and_then(Json::as_object);
    let values = set.into_iter().flatten().filter_map(|(_, value)| value.as_str());
    values.filter(|value| value.len() >= 8).map(str::to_owned).collect()
}

#[test]
fn errors_hold_no_value_of_the_data() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let sets = sets(&folder);
    let mut errors = 0usize;
    for file in ["sealed.jsonl", "external.jsonl"] {
        for line in read(&folder.join(file)).lines().filter(|line| !line.is_empty()) {
            let case: Json = serde_json::from_str(line).expect("a golden is JSON");
            let template = bytes(&case, "template", "template_b64").unwrap_or_default();
            let Ok(parsed) = engine(&case).discreet().parse("t", &template) else { continue };
            let Err(error) = parsed.render(&data(&case, &sets), &mut World(1)) else { continue };
            errors += 1;
            let (error, template) = (error.to_string(), String::from_utf8_lossy(&template).into_owned());
            for value in values(&case, &sets) {
                let shown = error.contains(&value) && !template.contains(&value);
                assert!(!shown, "{template}\n  gives away a value: {error}");
            }
        }
    }
    assert!(errors > 1000, "only {errors} templates failed");
}

#[test]
fn the_page_on_templates_names_every_difference_and_every_limit() {
    for (template, why) in DIFFERENCES {
        assert!(PAGE.contains(why), "docs/templates.md does not say why {template} differs: {why}");
    }
    let engine = Engine::external();
    for name in ["env", "expandenv", "getHostByName", "getSecretKey"] {
        let why = engine.functions().why_withheld(name).expect("it is withheld");
        let row = PAGE.lines().find(|line| line.contains(&format!("`{name}`")));
        assert!(
            row.is_some_and(|row| row.contains(why)),
            "docs/templates.md does not say why there is no {name}"
        );
    }
    let limits = Limits::default();
    for row in [
        format!("| size of the template | {} MiB |", limits.template_bytes >> 20),
        format!("| size of the output | {} MiB |", limits.output_bytes >> 20),
        format!("template calls and values | {} |", limits.depth),
        format!("in such units | {},000,000 |", limits.steps / 1_000_000),
        format!("| values made in all | {} MiB |", limits.value_bytes >> 20),
        format!("| time | {} s |", limits.time.as_secs()),
    ] {
        assert!(PAGE.contains(&row), "docs/templates.md lacks {row:?}");
    }
}
