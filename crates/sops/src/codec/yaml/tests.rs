use super::*;
use crate::tree::{Comment, Element, Item};

fn round_trip(text: &str) -> String {
    let documents = read(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
    let written = write(&documents, Layout::default()).unwrap_or_else(|error| panic!("{error}"));
    written.as_str().unwrap_or_default().to_owned()
}

fn problem(text: &str) -> String {
    read(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn comments_stay_where_they_are() {
    for text in [
        "# top\na: 1\n",
        "# top\na: null\n# below\n",
        "a:\n    # in a\n    b: 1\n",
        "a: 1 # beside\n# above\nb: 2\n",
        "a:\n    - 1 # beside\n    # between\n    - 2\n    # below\n",
        "a:\n    b: 1\n    # below b\nc: 2\n",
        "a:\n    # above the element\n    - {}\n",
        "a: |\n    # no comment\n    x\nb: 1 # one\n",
        "a: 1\n---\n# of the second\nb: 2\n",
    ] {
        assert_eq!(round_trip(text), text);
    }
}

#[test]
fn layout_is_not_kept() {
    for (text, expected) in [
        ("a:\n  b: [1, {c: d}]\n", "a:\n    b:\n        - 1\n        - c: d\n"),
        ("a:\n- 1\n\n\n- 2\n", "a:\n    - 1\n    - 2\n"),
        ("'a': \"x\"\n", "a: x\n"),
        ("a: >\n  x\n  y\n", "a: |\n    x y\n"),
        ("a: &x {b: 1}\nc: *x\n", "a:\n    b: 1\nc:\n    b: 1\n"),
        ("a: !Ref x\n", "a: x\n"),
        ("\u{feff}a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        ("", ""),
        ("{}", "{}\n"),
        ("---\n", "{}\n"),
    ] {
        assert_eq!(round_trip(text), expected, "{text}");
    }
}

/// Sops loses the first comment of each, or moves it.
#[test]
fn comments_that_meet_are_all_kept() {
    for text in [
        "a:\n    # above the element\n    - # in the element\n      b: 1\n",
        "a:\n    - # in the element\n      - 1\n",
        "a: [] # in the list\n",
    ] {
        let documents = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let again = read(round_trip(text).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert!(arrange::same_comments(&documents, &again), "{text}\n{}", round_trip(text));
    }
}

#[test]
fn indentation_can_be_chosen() {
    let documents = read(b"a: {b: [c: {d: |\n x\n}]}".as_slice()).or_else(|_| read(b"a: {b: [c: {d: x}]}"));
    let documents = documents.unwrap_or_else(|error| panic!("{error}"));
    let written = |indent| write(&documents, Layout { indent }).map(|text| text.as_bytes().to_vec());
    assert_eq!(written(Some(2)), Ok(b"a:\n  b:\n    - c:\n        d: x\n".to_vec()));
    assert_eq!(written(Some(0)), written(None));
    assert_eq!(written(Some(12)), written(Some(2)));
}

#[test]
fn what_sops_refuses_is_refused_with_its_line() {
    for (text, expected) in [
        ("# c\n", "line 1: there are comments and no document"),
        ("\n- a\n", "line 2: the document is a list; only mappings can be encrypted"),
        ("x\n", "line 1: the document is a single value; only mappings can be encrypted"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "line 4: a key is there twice"),
        ("a: *x\n", "line 1: an alias has no anchor"),
        ("a: &x\n  b: *x\n", "line 2: the value of an anchor contains itself"),
        ("a: 1\n[b]: 2\n", "line 2: a list or mapping cannot be a key"),
        ("a: !!int hunter2\n", "line 1: the value does not fit its tag"),
        ("a: \u{1}\n", "line 1: control characters are not allowed"),
        ("\ta: 1\n", "line 1: a tab cannot be used as indentation"),
    ] {
        assert_eq!(problem(text), expected, "{text}");
    }
    assert!(problem(&"[".repeat(100_000)).contains("line 1"));
    let bomb: String = (0..20)
        .map(|at| format!("a{at}: &a{at} [{}]\n", "*a0, ".repeat(20).replace('0', &(at - 1).to_string())))
        .collect();
    assert!(problem(&bomb.replacen("*a-1, ", "x, ", 20)).contains("aliases"));
}

#[test]
fn keys_may_repeat_in_later_documents() {
    assert_eq!(round_trip("a: 1\n---\nb: 1\nb: 2\n"), "a: 1\n---\nb: 1\nb: 2\n");
}

#[test]
fn long_and_odd_keys_are_written_as_they_must_be() {
    let long = "k".repeat(129);
    assert_eq!(round_trip(&format!("? {long}\n: v\n")), format!("? {long}\n: v\n"));
    assert_eq!(round_trip("\"a\\nb\": v\n"), "? |-\n    a\n    b\n: v\n");
    assert_eq!(round_trip("\"true\": v\n"), "\"true\": v\n");
}

#[test]
fn a_value_alone_is_a_document() {
    let text = |value: &Value| write_value(value).map(|text| text.as_bytes().to_vec());
    assert_eq!(text(&Value::from(1)), Ok(b"1\n".to_vec()));
    let list = Value::List(vec![
        Element::Comment(Comment { text: " c".into(), inline: false }),
        Element::Value("x".into()),
    ]);
    assert_eq!(text(&list), Ok(b"# c\n- x\n".to_vec()));
    let branch = Branch { items: vec![Item::Entry("a".into(), Value::Null)] };
    assert_eq!(text(&Value::Branch(branch)), Ok(b"a: null\n".to_vec()));
}

#[test]
fn utf_16_is_read() {
    let little: Vec<u8> = "\u{feff}a: é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = "\u{feff}a: é\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let documents = read(&bytes).unwrap_or_else(|error| panic!("{error}"));
        assert!(documents[0].value("a") == Some(&Value::from("é")));
    }
}
