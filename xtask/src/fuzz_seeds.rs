//! `cargo xtask fuzz-seeds`: where the fuzzer of templates begins, made of the goldens: a corpus, and a dictionary of the
//! functions and the syntax.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;
use signet_tests::checkout;
use signet_tests::progress::say;

const SYNTAX: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{ end }}",
    "{{ range ",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "nil",
    "true",
    "false",
    " := ",
    "|",
    ".",
    "$",
    "$x",
    "/*",
    "*/",
    "[[",
    "]]",
    "\"",
    "`",
    "'",
    "and",
    "call",
    "eq",
    "ge",
    "gt",
    "html",
    "index",
    "js",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "slice",
    "urlquery",
    "%v",
    "%d",
    "%s",
    "%q",
    "%x",
    "%U",
    "%*d",
    "%[1]d",
    "2006-01-02",
    "1.2.3",
];
/// Of the calls that the goldens try for each function, one in so many is enough to begin with.
const CALLS: usize = 7;

pub(crate) fn run() -> Result<()> {
    let testdata = checkout().join("crates/template/testdata");
    let corpus = checkout().join("fuzz/corpus/template");
    fs::create_dir_all(&corpus)?;
    let sets: Value = serde_json::from_str(&fs::read_to_string(testdata.join("data.json"))?)?;
    let mut functions = BTreeSet::new();
    let mut count = 0;
    for (engine, choice) in [("sealed", 0), ("external", 1)] {
        let goldens = fs::read_to_string(testdata.join(format!("{engine}.jsonl")))?;
        for (number, line) in goldens.lines().enumerate() {
            let case: Value = serde_json::from_str(line).context("a golden is not JSON")?;
            let name = case["name"].as_str().unwrap_or_default();
            if let Some((function, _)) = name.strip_prefix("matrix-").and_then(|name| name.split_once('-')) {
                functions.insert(function.to_owned());
                if number % CALLS != 0 {
                    continue;
                }
            }
            if let Some(input) = input(&case, choice, &sets) {
                fs::write(corpus.join(format!("{engine}-{number}")), input)?;
                count += 1;
            }
        }
    }
    let words = functions.iter().map(String::as_str).chain(SYNTAX.iter().copied());
    let escaped = words.map(|word| format!("\"{}\"\n", word.replace('\\', "\\\\").replace('"', "\\\"")));
    fs::write(checkout().join("fuzz/template.dict"), escaped.collect::<String>())?;
    say(&format!("{count} seeds in {}, and template.dict beside it", corpus.display()));
    Ok(())
}

/// A case as the fuzz target reads it: the choice of the engine, the template, and the data that it names.
fn input(case: &Value, engine: u8, sets: &Value) -> Option<Vec<u8>> {
    let template = case["template"].as_str()?;
    let missing_key = match case["missing_key"].as_str()? {
        "zero" => 2,
        "error" => 4,
        _ => 0,
    };
    let mut input = vec![engine | missing_key];
    input.extend_from_slice(template.as_bytes());
    let set = sets[case["data"].as_str()?].as_object()?;
    for (key, value) in set.iter().filter(|(key, _)| template.contains(key.as_str())) {
        for part in [key, value.as_str()?] {
            input.push(0);
            input.extend(part.bytes().filter(|&byte| byte != 0));
        }
    }
    Some(input)
}
