//! Properties of reading, writing and editing for generated input.

use granit_parser::{Event, Parser, ScalarStyle};
use proptest::collection::vec;
use proptest::prelude::*;
use signet_manifest::{Documents, Edit, Map, Value, to_json_compact, to_json_pretty, to_yaml};

/// Pieces that are special to YAML or JSON somewhere.
const PIECES: &[&str] = &[
    "a",
    "b:",
    "key",
    ": ",
    "- ",
    "-",
    "---",
    "...",
    "? ",
    ":",
    "#",
    " #",
    "'",
    "\"",
    "\\",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    "    ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a",
    "*a",
    "<<",
    "!!",
    "!!str ",
    "!!binary ",
    "!!int ",
    "!x ",
    "|",
    "|-",
    "|+2",
    ">",
    "%",
    "%YAML 1.1",
    "@",
    "`",
    "~",
    "null",
    "yes",
    "012",
    "0x1",
    "1e3",
    ".5",
    ".inf",
    "1_0",
    "1:30",
    "2020-01-01",
    "=",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "😀",
    "\\u00",
    "\\ud83d",
    "0",
    "-1",
    "stringData",
    "\n  ",
    "\n- ",
    "aGVsbG8=",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z0-9 .:_-]{0,20}",
        vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat()),
        vec(prop::sample::select(vec!["word", "longer-word", " ", "  ", "it's", ":"]), 0..60)
            .prop_map(|words| words.join(" ")),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-zA-Z0-9._-]{1,10}", 2 => text(), 1 => "[a-z]{100,300}"]
}

/// Floats that are still floats after they were written.
fn float() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("written with a point or an exponent", |value| {
        value.is_finite() && (value.fract() != 0.0 || value.abs() > 1e20)
    })
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(|value| Value::Int(value.into())),
        float().prop_map(Value::Float),
        text().prop_map(Value::from),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Seq),
            vec((name(), inner), 0..6).prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

/// An object, as manifests are.
fn object() -> impl Strategy<Value = Value> {
    vec((name(), value()), 1..6).prop_map(|entries| Value::Map(entries.into_iter().collect::<Map>()))
}

fn only(text: &str) -> Value {
    let mut documents: Vec<_> = Documents::parse(text.as_bytes()).collect();
    assert_eq!(documents.len(), 1, "{text:?}");
    documents.remove(0).unwrap_or_else(|error| panic!("{error}: {text:?}")).into_value()
}

/// The paths of all strings and of all objects in a tree.
fn paths(
    value: &Value,
    path: &mut Vec<String>,
    strings: &mut Vec<Vec<String>>,
    objects: &mut Vec<Vec<String>>,
) {
    let mut step = |name: String, value: &Value| {
        path.push(name);
        paths(value, path, strings, objects);
        path.pop();
    };
    match value {
        Value::Seq(items) => items.iter().enumerate().for_each(|(at, item)| step(at.to_string(), item)),
        Value::Map(map) => map.iter().for_each(|(name, value)| step(name.to_owned(), value)),
        _ => {}
    }
    match value {
        Value::String(_) => strings.push(path.clone()),
        Value::Map(_) => objects.push(path.clone()),
        _ => {}
    }
}

/// The lines that differ between two texts, as how many of each.
fn differing_lines(old: &str, new: &str) -> (usize, usize) {
    let (old, new): (Vec<_>, Vec<_>) = (old.split('\n').collect(), new.split('\n').collect());
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let limit = old.len().min(new.len()) - same_start;
    let same_end = old.iter().rev().zip(new.iter().rev()).take(limit).take_while(|(a, b)| a == b).count();
    (old.len() - same_start - same_end, new.len() - same_start - same_end)
}

/// Whether YAML 1.2 takes an unquoted text for something else than a string.
fn has_a_type_in_yaml_1_2(text: &str) -> bool {
    let digits = |text: &str, radix| !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(
        text,
        "" | "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE"
    ) || matches!(text, ".nan" | ".NaN" | ".NAN")
        || matches!(unsigned, ".inf" | ".Inf" | ".INF")
        || text.strip_prefix("0x").is_some_and(|text| digits(text, 16))
        || text.strip_prefix("0o").is_some_and(|text| digits(text, 8))
        || (unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && unsigned.chars().all(|c| c.is_ascii_digit() || "eE+-.".contains(c))
            && unsigned.parse::<f64>().is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_any_bytes_ends(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(Documents::parse(&bytes).count() <= bytes.len() + 1);
    }

    #[test]
    fn reading_any_text_ends(text in vec(prop::sample::select(PIECES), 0..60)) {
        let text = text.concat();
        prop_assert!(Documents::parse(text.as_bytes()).count() <= text.len() + 1);
    }

    #[test]
    fn editing_any_text_changes_the_wanted_value_or_nothing(
        text in vec(prop::sample::select(PIECES), 0..40),
        path in vec(prop::sample::select(vec!["a", "b", "key", "stringData", "0", "1", "true"]), 0..3),
        value in text(),
    ) {
        let text = text.concat();
        let Ok(mut edit) = Edit::new(text.as_str()) else { return Ok(()) };
        match edit.set_string(0, &path, &value) {
            Ok(()) => {
                let first = Documents::parse(edit.text().as_bytes()).next().unwrap().unwrap();
                prop_assert_eq!(first.value().at(&path).and_then(Value::as_str), Some(value.as_str()));
                edit.remove(0, &path).ok();
            }
            Err(_) => prop_assert_eq!(edit.text(), text),
        }
    }

    #[test]
    fn yaml_reads_back_as_the_same_value(value in value()) {
        let text = to_yaml(&value);
        prop_assert!(only(&text) == value, "{:?}", &*text);
    }

    #[test]
    fn unquoted_text_is_a_string_to_yaml_1_2(value in text()) {
        let text = to_yaml(&Value::from(value.as_str()));
        for event in Parser::new_from_str(&text) {
            if let Event::Scalar(scalar, style, ..) = event.unwrap().0 {
                prop_assert_eq!(&*scalar, value.as_str());
                prop_assert!(style != ScalarStyle::Plain || !has_a_type_in_yaml_1_2(&scalar), "{:?}", &*text);
            }
        }
    }

    #[test]
    fn json_reads_back_as_the_same_value(value in object()) {
        for text in [to_json_compact(&value), to_json_pretty(&value)] {
            prop_assert!(only(&text) == value, "{:?}", &*text);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }
    }

    #[test]
    fn several_documents_stay_apart(values in vec(object(), 1..4)) {
        let text: String = values.iter().map(|value| format!("---\n{}", &*to_yaml(value))).collect();
        let read: Vec<_> = Documents::parse(text.as_bytes()).map(|document| document.unwrap().into_value()).collect();
        prop_assert!(read == values);
    }

    #[test]
    fn setting_a_value_changes_its_lines_only(
        value in object(), pick in any::<prop::sample::Index>(), new in text(), form in 0..3,
    ) {
        let text = match form {
            0 => to_yaml(&value),
            1 => to_json_pretty(&value),
            _ => to_json_compact(&value),
        };
        let (mut strings, mut objects) = (Vec::new(), Vec::new());
        paths(&value, &mut Vec::new(), &mut strings, &mut objects);
        if strings.is_empty() {
            return Ok(());
        }
        let path: Vec<&str> = strings[pick.index(strings.len())].iter().map(String::as_str).collect();
        let mut edit = Edit::new(text.as_str()).unwrap();
        let old = value.at(&path).and_then(Value::as_str).unwrap();
        // A block text in a list has no key to find its header by.
        let in_list = path.last().is_some_and(|step| step.parse::<usize>().is_ok());
        match edit.set_string(0, &path, &new) {
            Ok(()) => {
                let (before, after) = differing_lines(&text, edit.text());
                let lines = old.split('\n').count() + old.len() / 60 + 1;
                prop_assert!(before <= lines && after <= 1, "{before} {after}\n{}\n{}", &*text, edit.text());
            }
            Err(error) => prop_assert!(in_list && old.contains('\n'), "{error} {path:?}\n{}", &*text),
        }
    }

    #[test]
    fn a_new_entry_adds_one_line_and_removing_it_brings_the_text_back(
        value in object(), pick in any::<prop::sample::Index>(), new in text(), form in 0..3,
    ) {
        let text = match form {
            0 => to_yaml(&value),
            1 => to_json_pretty(&value),
            _ => to_json_compact(&value),
        };
        let (mut strings, mut objects) = (Vec::new(), Vec::new());
        paths(&value, &mut Vec::new(), &mut strings, &mut objects);
        let object = &objects[pick.index(objects.len())];
        let empty = value.at(&object.iter().map(String::as_str).collect::<Vec<_>>())
            .and_then(Value::as_map).is_some_and(Map::is_empty);
        let mut path: Vec<&str> = object.iter().map(String::as_str).collect();
        path.push("brand new key");
        prop_assume!(value.at(&path).is_none());
        let mut edit = Edit::new(text.as_str()).unwrap();
        match edit.set_string(0, &path, &new) {
            Ok(()) => {
                edit.remove(0, &path).unwrap();
                prop_assert!(empty || edit.text() == &*text, "{}\n{}", &*text, edit.text());
                prop_assert!(only(edit.text()) == value);
            }
            // Objects in lists begin behind a dash, long keys behind a question mark.
            Err(error) => prop_assert!(
                empty || form == 0 && text.contains("? "), "{error} {path:?}\n{}", &*text
            ),
        }
    }

    #[test]
    fn removing_an_entry_removes_nothing_else(
        value in object(), pick in any::<prop::sample::Index>(), form in 0..3,
    ) {
        let text = match form {
            0 => to_yaml(&value),
            1 => to_json_pretty(&value),
            _ => to_json_compact(&value),
        };
        let Value::Map(map) = &value else { unreachable!() };
        let name = map.keys().nth(pick.index(map.len())).unwrap();
        let mut edit = Edit::new(text.as_str()).unwrap();
        match edit.remove(0, &[name]) {
            Ok(()) => {
                let mut wanted = value.clone();
                wanted.as_map_mut().unwrap().remove(name);
                prop_assert!(only(edit.text()) == wanted, "{}\n{}", &*text, edit.text());
            }
            Err(error) => prop_assert!(form == 0 && text.contains("? "), "{error} {name:?}\n{}", &*text),
        }
    }
}
