//! `--extract`, `set` and `unset`.

use super::workbench::{Case, YAML, decrypted_by, encrypted, ours, real_sops};

const JSON: &str = r#"{"a": "x", "b": {"c": [1, 2.5, true, null]}, "s": "<&>"}"#;

const PLACES: [&str; 22] = [
    "[\"a\"]",
    "['a']",
    "[\"b\"]",
    "[\"c\"]",
    "[\"d\"]",
    "[\"t\"]",
    "[\"l\"]",
    "[\"l\"][0]",
    "[\"l\"][1]",
    "[\"l\"][2]",
    "[\"l\"][2][\"y\"]",
    "[\"l\"][2][\"n\"]",
    "[\"l\"][9]",
    "[\"s\"]",
    "[\"nope\"]",
    "[\"empty\"]",
    "[\"m_unencrypted\"]",
    "",
    "x",
    "[a]",
    "[\"a\"",
    "[1.5]",
];

fn files() -> [(&'static str, String); 2] {
    [("a.yaml", encrypted("a.yaml", YAML)), ("a.json", encrypted("a.json", JSON))]
}

#[test]
fn places_are_extracted_as_by_sops() {
    let Some(theirs) = real_sops("places_are_extracted_as_by_sops") else { return };
    for (name, text) in files() {
        for place in PLACES {
            for form in ["decrypt", "-d", "decrypt --output-type json", "decrypt --output-type ini"] {
                // There it prints what Go holds, and not what is in the file.
                if place == "[\"l\"]" && form.ends_with("ini") {
                    continue;
                }
                let case = Case::new(&format!("{form} --extract")).word(place).word(name);
                case.file(name, &text).alice().is_the_same_as(&theirs);
            }
        }
    }
}

#[test]
fn a_string_is_extracted_as_it_is() {
    let text = encrypted("a.yaml", "multiline: |-\n  one\n  two\n");
    let case = Case::new("decrypt --extract [\"multiline\"] a.yaml").file("a.yaml", &text).alice();
    case.run(&ours()).ends_with(0).prints("one\ntwo");
}

#[test]
fn what_ends_sops_in_a_panic_is_a_message_here() {
    for (name, text) in files() {
        for place in ["[\"a\"][\"b\"]", "[\"a\"][0]", "[-1]", "[\"b\"][\"c\"][\"d\"]", "[]", "[\"]"] {
            let extract = Case::new("decrypt --extract").word(place).word(name).file(name, &text).alice();
            let code = extract.run(&ours()).code;
            assert!(matches!(code, Some(1 | 91)), "{place}: {code:?}");
        }
        for place in ["[\"l\"][-1]", "[\"b\"][\"c\"][-1]", "[0]"] {
            let set = Case::new(&format!("set {name}")).word(place).word("1").file(name, &text).alice();
            let trace = set.run(&ours());
            assert!(matches!(trace.code, Some(1 | 7)), "{name} {place}: {trace:#?}");
            assert_eq!(trace.file(name), text.as_str(), "{name} {place}");
        }
    }
    // Positions count values. For sops they count comments, which it would extract and overwrite.
    let text = encrypted("a.yaml", "l:\n    # comment\n    - x\n");
    let case = |line: &str| Case::new(line).file("a.yaml", &text).alice().run(&ours());
    case("decrypt --extract [\"l\"][0] a.yaml").ends_with(0).prints("x");
    let set = case("set a.yaml [\"l\"][0] \"y\"");
    let decrypted = decrypted_by(&ours(), "a.yaml", set.ends_with(0).file("a.yaml"));
    assert_eq!(decrypted, "l:\n    # comment\n    - \"y\"\n");
}

/// Places and values; those of the second half are refused.
const CHANGES: [(&str, &str); 25] = [
    ("[\"a\"]", "\"new\""),
    ("[\"a\"]", "\"hello\""),
    ("[\"a\"]", "\"\""),
    ("[\"new\"]", "{\"x\": 1, \"y\": [1, 2.5], \"z\": {\"b\": 1, \"a\": 2}}"),
    ("[\"l\"][1]", "5"),
    ("[\"l\"][99]", "true"),
    ("[\"l\"][2][\"q\"][\"r\"]", "null"),
    ("[\"a\"][\"b\"]", "\"deep\""),
    ("[\"new\"][0][\"z\"]", "\"q\""),
    ("[\"b\"]", "5"),
    ("[\"b\"]", "5.0"),
    ("[\"b\"][\"c\"][0]", "7"),
    ("[\"big\"]", "12345678901234567890"),
    ("[\"e\"]", "1e3"),
    ("[\"m_unencrypted\"]", "\"x\""),
    ("[\"n\"]", " {\"a\": [ ] } "),
    ("[\"sops\"]", "1"),
    ("[\"sops\"][\"x\"]", "1"),
    ("[\"a\"]", "[1]"),
    ("[\"a\"]", "nojson"),
    ("[\"a\"]", "1 2"),
    ("[\"a\"]", ""),
    ("[\"a\"]", "1e999"),
    ("bad", "1"),
    ("[\"a\"", "1"),
];

#[test]
fn values_are_set_as_by_sops() {
    let Some(theirs) = real_sops("values_are_set_as_by_sops") else { return };
    for (name, text) in files() {
        for (place, value) in CHANGES {
            for flags in ["", "--idempotent", "--output-type json"] {
                let case = Case::new(&format!("set {flags} {name}")).word(place).word(value);
                let case = case.file(name, &text).alice();
                let trace = case.is_the_same_as(&theirs);
                if trace.code == Some(0) && flags.is_empty() {
                    let by_them = case.run(&theirs);
                    let expected = decrypted_by(&theirs, name, by_them.file(name));
                    assert_eq!(decrypted_by(&theirs, name, trace.file(name)), expected, "{place} {value}");
                    assert_eq!(decrypted_by(&ours(), name, trace.file(name)), expected, "{place} {value}");
                } else if trace.code != Some(0) {
                    assert_eq!(trace.file(name), text, "{place} {value}");
                }
            }
            let legacy = Case::new("--set").word(&format!("{place} {value}")).word(name).file(name, &text);
            legacy.file(".sops.yaml", "creation_rules: [{age: @ALICE}]\n").alice().is_the_same_as(&theirs);
        }
    }
}

#[test]
fn values_are_removed_as_by_sops() {
    let Some(theirs) = real_sops("values_are_removed_as_by_sops") else { return };
    for (name, text) in files() {
        for place in PLACES.into_iter().filter(|place| !place.is_empty()) {
            for flags in ["", "--idempotent"] {
                let case = Case::new(&format!("unset {flags} {name}")).word(place).file(name, &text).alice();
                let trace = case.is_the_same_as(&theirs);
                if trace.code == Some(0) {
                    let expected = decrypted_by(&theirs, name, case.run(&theirs).file(name));
                    assert_eq!(decrypted_by(&ours(), name, trace.file(name)), expected, "{place}");
                }
            }
        }
    }
}

#[test]
fn a_value_may_come_from_a_file_or_standard_input() {
    let text = encrypted("a.yaml", "a: 1\n");
    let case = |line: &str| Case::new(line).file("a.yaml", &text).file("value", "\"v\"").alice();
    for case in [
        case("set --value-file a.yaml [\"a\"] value"),
        case("set --value-stdin a.yaml [\"a\"]").stdin("\"v\"\n"),
        case("set a.yaml [\"a\"] value --value-file"),
    ] {
        let trace = case.run(&ours());
        assert_eq!(decrypted_by(&ours(), "a.yaml", trace.ends_with(0).file("a.yaml")), "a: v\n");
    }
    let Some(theirs) = real_sops("a_value_may_come_from_a_file_or_standard_input") else { return };
    for line in [
        "set --value-file a.yaml [\"a\"] missing",
        "set --value-file --value-stdin a.yaml [\"a\"] value",
        "set --value-stdin a.yaml [\"a\"] value",
        "set a.yaml [\"a\"]",
        "set a.yaml",
        "unset a.yaml",
        "set --idempotent a.yaml --value-stdin [\"a\"]",
        "set missing.yaml [\"a\"] 1",
        "unset missing.yaml [\"a\"]",
    ] {
        case(line).stdin("\"v\"").sounds_the_same_as(&theirs);
    }
}

#[test]
fn a_file_that_does_not_change_is_not_written_when_that_is_wanted() {
    let text = encrypted("a.json", r#"{"a": "x"}"#);
    let case = |line: &str| Case::new(line).file("a.json", &text).alice().run(&ours());
    assert_eq!(case("set --idempotent a.json [\"a\"] \"x\"").ends_with(0).file("a.json"), text);
    assert_eq!(case("unset --idempotent a.json [\"b\"]").ends_with(0).file("a.json"), text);
    assert_eq!(case("unset a.json [\"b\"]").ends_with(1).file("a.json"), text);
}
