use super::*;
use crate::codec::{Layout, ReadError, WriteError};
use crate::tree::{Branch, Element, Value};

fn parsed(text: &str) -> Branch {
    read(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn problem(text: &str) -> String {
    read(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default()
}

fn written(branch: &Branch, indent: Option<usize>) -> String {
    let text = write(branch, Layout { indent }).unwrap_or_else(|error| panic!("{error}"));
    text.as_str().unwrap_or_default().to_owned()
}

#[test]
fn names_keep_their_order_and_may_repeat() {
    let branch = parsed(r#"{"b":1,"a":{"x":[1,[2],{}]},"b":"two"}"#);
    assert_eq!(
        written(&branch, None),
        "{\n\t\"b\": 1,\n\t\"a\": {\n\t\t\"x\": [\n\t\t\t1,\n\t\t\t[\n\t\t\t\t2\n\t\t\t],\n\t\t\t{}\n\t\t]\n\t},\n\t\"b\": \"two\"\n}\n"
    );
    assert_eq!(written(&parsed(r#"{"a":[]}"#), Some(2)), "{\n  \"a\": []\n}\n");
    assert_eq!(written(&parsed(r#"{"a":[1]}"#), Some(0)), "{\n\"a\": [\n1\n]\n}\n");
}

#[test]
fn whole_numbers_of_63_bits_are_integers_and_others_are_floats() {
    let number = |text: &str| parsed(&format!("{{\"n\":{text}}}")).value("n").cloned();
    for whole in [i64::MIN, -1, 0, 9_007_199_254_740_993, i64::MAX] {
        assert!(number(&whole.to_string()) == Some(Value::Int(whole)));
    }
    assert!(number("-0") == Some(Value::Int(0)));
    assert!(number("12345678901234567890") == Some(Value::Float(12_345_678_901_234_567_890.0)));
    assert!(number("1.0") == Some(Value::Float(1.0)));
    assert!(number("1e2") == Some(Value::Float(100.0)));
}

#[test]
fn what_is_no_object_is_refused_with_its_line() {
    for (text, expected) in [
        ("", "line 1: the file is empty"),
        ("\n\n3", "line 3: the top level is not an object"),
        ("{\"a\":\n1E400}", "line 2: a number is out of range"),
        ("{\"a\":1,\n}", "line 2: a name in quotes was expected"),
        ("{\"a\" 1}", "line 1: a colon was expected"),
        ("{\"a\":[1 2]}", "line 1: a comma or the closing bracket was expected"),
        ("{\"a\":hunter2}", "line 1: a value was expected"),
        ("{\"a\":\"\n\"}", "line 1: a string holds a control character"),
        ("{\"a\":1", "line 1: the file ends too early"),
    ] {
        assert_eq!(problem(text), expected, "{text}");
    }
    assert!(problem("[1]").contains("wrap it"));
    assert!(problem(&format!("{{\"a\":{}", "[".repeat(100_000))).contains("too deeply"));
    assert!(matches!(read(b"x"), Err(ReadError::Syntax { .. })));
}

#[test]
fn comments_are_dropped_without_a_trace() {
    let comment = || Element::Comment(crate::Comment { text: " c".into(), inline: false });
    let mut branch = Branch::default();
    branch.push_comment(" first");
    branch.push("a", vec![comment(), 1i64.into(), comment()]);
    branch.push("b", vec![comment()]);
    branch.push_comment(" last");
    assert_eq!(written(&branch, Some(1)), "{\n \"a\": [\n  1\n ],\n \"b\": []\n}\n");
}

#[test]
fn what_json_does_not_have_is_refused_by_its_path() {
    for value in [Value::Float(f64::NAN), Value::Float(f64::INFINITY), Value::Str(vec![0xff].into())] {
        let mut inner = Branch::default();
        inner.push("b", value);
        let mut branch = Branch::default();
        branch.push("a", inner);
        let error = write(&branch, Layout::default()).err();
        assert!(matches!(error, Some(WriteError::Value { path, .. }) if path == "a.b"));
    }
}

#[test]
fn a_value_alone_has_no_newline() {
    let text = |value: &Value| write_value(value, Layout::default()).map(|text| text.as_bytes().to_vec());
    assert_eq!(text(&Value::from("a\"b")), Ok(b"\"a\\\"b\"".to_vec()));
    assert_eq!(text(&Value::List(vec![1i64.into()])), Ok(b"[\n\t1\n]".to_vec()));
}
