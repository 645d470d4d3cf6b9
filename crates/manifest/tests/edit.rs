//! Edits of manifests: the touched entry changes, every other byte stays.

use signet_manifest::{Documents, Edit, EditError, Value};

const SEALED: &str = "\
# a sealed secret
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: db   # the name
  annotations: {sealedsecrets.bitnami.com/cluster-wide: \"true\"}

spec:
  encryptedData:
    # the user
    user: AgAuser==
    pass: \"AgApass==\" # rotate me
    cert: |-
      AgA
      cert
    last: 'AgAlast=='

  template:
    type: Opaque
---
kind: Other
";

#[track_caller]
fn set(text: &str, path: &[&str], value: &str) -> String {
    let mut edit = Edit::new(text).unwrap();
    edit.set_string(0, path, value).unwrap();
    edit.finish()
}

#[track_caller]
fn remove(text: &str, path: &[&str]) -> String {
    let mut edit = Edit::new(text).unwrap();
    edit.remove(0, path).unwrap();
    edit.finish()
}

#[track_caller]
fn refused(text: &str, path: &[&str]) -> EditError {
    let mut edit = Edit::new(text).unwrap();
    let error = edit.set_string(0, path, "new").unwrap_err();
    assert_eq!(edit.finish(), text, "a refused edit leaves the text alone");
    error
}

/// `text` with one part replaced, as the edit should leave it.
#[track_caller]
fn with(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "{old:?} is there once");
    text.replace(old, new)
}

fn data(key: &'static str) -> [&'static str; 3] {
    ["spec", "encryptedData", key]
}

#[test]
fn replacing_a_plain_value_changes_only_its_line() {
    let expected = with(SEALED, "user: AgAuser==", "user: AgAnew==");
    assert_eq!(set(SEALED, &data("user"), "AgAnew=="), expected);
}

#[test]
fn replacing_a_quoted_value_keeps_quotes_and_comment() {
    assert_eq!(set(SEALED, &data("pass"), "new"), with(SEALED, "\"AgApass==\"", "\"new\""));
    assert_eq!(set(SEALED, &data("last"), "it's"), with(SEALED, "'AgAlast=='", "'it''s'"));
    assert_eq!(set(SEALED, &data("last"), "a\nb"), with(SEALED, "'AgAlast=='", "\"a\\nb\""));
}

#[test]
fn replacing_a_block_value_removes_all_of_its_lines() {
    let expected = with(SEALED, "cert: |-\n      AgA\n      cert\n", "cert: new\n");
    assert_eq!(set(SEALED, &data("cert"), "new"), expected);
}

#[test]
fn a_new_entry_goes_behind_the_last_one_of_its_parent() {
    let expected = with(SEALED, "    last: 'AgAlast=='\n", "    last: 'AgAlast=='\n    new: AgAnew==\n");
    assert_eq!(set(SEALED, &data("new"), "AgAnew=="), expected);
}

#[test]
fn missing_parents_are_created() {
    let expected = with(
        SEALED,
        "    type: Opaque\n",
        "    type: Opaque\n    metadata:\n      labels:\n        app: \"true\"\n",
    );
    assert_eq!(set(SEALED, &["spec", "template", "metadata", "labels", "app"], "true"), expected);
}

#[test]
fn an_entry_in_braces_is_added_in_braces() {
    let expected = with(SEALED, "\"true\"}", "\"true\", b: 'c, d'}");
    assert_eq!(set(SEALED, &["metadata", "annotations", "b"], "c, d"), expected);
}

#[test]
fn a_removed_entry_takes_its_line_and_comment_along() {
    assert_eq!(remove(SEALED, &data("user")), with(SEALED, "    user: AgAuser==\n", ""));
    assert_eq!(remove(SEALED, &data("pass")), with(SEALED, "    pass: \"AgApass==\" # rotate me\n", ""));
    assert_eq!(remove(SEALED, &data("cert")), with(SEALED, "    cert: |-\n      AgA\n      cert\n", ""));
    assert_eq!(remove(SEALED, &["spec", "template"]), with(SEALED, "  template:\n    type: Opaque\n", ""));
}

#[test]
fn the_last_entry_leaves_an_empty_object() {
    let expected = with(SEALED, "  template:\n    type: Opaque\n", "  template: {}\n");
    assert_eq!(remove(SEALED, &["spec", "template", "type"]), expected);
    let expected = with(SEALED, "{sealedsecrets.bitnami.com/cluster-wide: \"true\"}", "{}");
    assert_eq!(
        remove(SEALED, &["metadata", "annotations", "sealedsecrets.bitnami.com/cluster-wide"]),
        expected
    );
}

#[test]
fn other_documents_can_be_edited() {
    let mut edit = Edit::new(SEALED).unwrap();
    edit.set_string(1, &["kind"], "new").unwrap();
    assert_eq!(edit.finish(), with(SEALED, "kind: Other", "kind: new"));
}

#[test]
fn windows_line_ends_stay() {
    let text = SEALED.replace('\n', "\r\n");
    let expected = with(SEALED, "user: AgAuser==", "user: x").replace('\n', "\r\n");
    assert_eq!(set(&text, &data("user"), "x"), expected);
    let expected = with(SEALED, "    last: 'AgAlast=='\n", "    last: 'AgAlast=='\n    new: x\n");
    assert_eq!(set(&text, &data("new"), "x"), expected.replace('\n', "\r\n"));
    let expected = with(SEALED, "    pass: \"AgApass==\" # rotate me\n", "").replace('\n', "\r\n");
    assert_eq!(remove(&text, &data("pass")), expected);
    let expected = with(SEALED, "cert: |-\n      AgA\n      cert\n", "cert: x\n").replace('\n', "\r\n");
    assert_eq!(set(&text, &data("cert"), "x"), expected);
}

/// Text, what is set or removed (no value), and the text wanted.
type Case = (&'static str, &'static [&'static str], Option<&'static str>, &'static str);

const CASES: &[Case] = &[
    // Parents without entries.
    ("s:\n  e: {}\n", &["s", "e", "k"], Some("v"), "s:\n  e:\n    k: v\n"),
    ("s:\n  e: { }  # none\n  t: x\n", &["s", "e", "k"], Some("v"), "s:\n  e:  # none\n    k: v\n  t: x\n"),
    ("s:\n  e:\n", &["s", "e", "k"], Some("v"), "s:\n  e:\n    k: v\n"),
    ("s:\n  e: # c\n  t: x\n", &["s", "e", "k"], Some("v"), "s:\n  e: # c\n    k: v\n  t: x\n"),
    ("s:\n  e: null\n", &["s", "e", "k"], Some("v"), "s:\n  e:\n    k: v\n"),
    ("s:\n  e: ~\n", &["s", "e", "k", "l"], Some("v"), "s:\n  e:\n    k:\n      l: v\n"),
    ("s:\n    e: {}\n", &["s", "e", "k"], Some("v"), "s:\n    e:\n        k: v\n"),
    ("e: {}", &["e", "k"], Some("v"), "e:\n  k: v"),
    ("e:\n  {}\n", &["e", "k"], Some("v"), "e:\n  k: v\n"),
    ("{}\n", &["k"], Some("v"), "{\"k\": \"v\"}\n"),
    ("--- # c\n{}\n", &["k"], Some("v"), "--- # c\nk: v\n"),
    ("- a: {}\n- b\n", &["0", "a", "k"], Some("v"), "- a:\n    k: v\n- b\n"),
    ("a: [{}]\n", &["a", "0", "k"], Some("v"), "a: [{k: v}]\n"),
    // Values without text.
    ("k:\n", &["k"], Some("v"), "k: v\n"),
    ("k:   # c\nl: x\n", &["k"], Some("v"), "k: v   # c\nl: x\n"),
    ("k: ~\n", &["k"], Some("v"), "k: v\n"),
    ("{k: , l: x}\n", &["k"], Some("v"), "{k: v , l: x}\n"),
    ("{k, l: x}\n", &["k"], Some("v"), "{k: v, l: x}\n"),
    // Scalars of other types and styles.
    ("k: 012\n", &["k"], Some("012"), "k: \"012\"\n"),
    ("k: a b\n  c d # e\nl: x\n", &["k"], Some("v"), "k: v # e\nl: x\n"),
    ("k: \"a\n  b\" # e\n", &["k"], Some("v"), "k: \"v\" # e\n"),
    ("k:\n  a\n  b\nl: x\n", &["k"], Some("v"), "k:\n  v\nl: x\n"),
    ("k: | # c\n  a\n\n  b\n\nl: x\n", &["k"], Some("v"), "k: v # c\n\nl: x\n"),
    ("k: >+2\n    a\n\n\nl: x\n", &["k"], Some("v"), "k: v\nl: x\n"),
    ("k: |\n  a  \n  \n", &["k"], Some("v"), "k: v\n  \n"),
    ("k: |\nl: x\n", &["k"], Some("v"), "k: v\nl: x\n"),
    ("k: |\n  a", &["k"], Some("v"), "k: v\n"),
    ("k: |\n  a\n # c\nl: x\n", &["k"], Some("v"), "k: v\n # c\nl: x\n"),
    ("k: '|'\n", &["k"], Some("v"), "k: 'v'\n"),
    ("'k':\n  |\n  a\n", &["k"], Some("v"), "'k':\n  v\n"),
    ("y: a\n", &["true"], Some("v"), "y: v\n"),
    ("5: a\n", &["5"], Some("v"), "5: v\n"),
    ("k: a\n", &["k"], Some(""), "k: \"\"\n"),
    ("k: a\n", &["k"], Some("a: b"), "k: 'a: b'\n"),
    ("k: a\n", &["k"], Some("é😀\u{7f}"), "k: \"é\\U0001F600\\x7F\"\n"),
    ("é: ü # ö\nk: a # ß\n", &["k"], Some("v"), "é: ü # ö\nk: v # ß\n"),
    ("? k\n: a\n", &["k"], Some("v"), "? k\n: v\n"),
    ("a: 1\nk: x\n...\n", &["k"], Some("v"), "a: 1\nk: v\n...\n"),
    // New entries.
    ("a: 1", &["k"], Some("v"), "a: 1\nk: v"),
    ("a: 1\n\n# end\n", &["k"], Some("v"), "a: 1\nk: v\n\n# end\n"),
    ("a: |\n  x\n\n\n", &["k"], Some("v"), "a: |\n  x\nk: v\n\n\n"),
    ("a: |+\n  x\n\n\n", &["k"], Some("v"), "a: |+\n  x\n\n\nk: v\n"),
    ("a:\n- x\n- y: z\n", &["k"], Some("v"), "a:\n- x\n- y: z\nk: v\n"),
    ("a: [x,\n  y] # c\n", &["k"], Some("v"), "a: [x,\n  y] # c\nk: v\n"),
    ("a:\n", &["k"], Some("v"), "a:\nk: v\n"),
    ("a: # c\n", &["k"], Some("v"), "a: # c\nk: v\n"),
    ("a: b\n...\n", &["k"], Some("v"), "a: b\nk: v\n...\n"),
    ("- a: 1\n  b: 2\n- c\n", &["0", "k"], Some("v"), "- a: 1\n  b: 2\n  k: v\n- c\n"),
    ("-   a: 1\n", &["0", "k"], Some("v"), "-   a: 1\n    k: v\n"),
    ("\u{feff}a: 1\n", &["k"], Some("v"), "\u{feff}a: 1\nk: v\n"),
    ("a: 1\n", &["<<"], Some("v"), "a: 1\n\"<<\": v\n"),
    ("a: 1\n", &["yes"], Some("v"), "a: 1\n\"yes\": v\n"),
    ("a: {b: c}\n", &["a", "k"], Some("v"), "a: {b: c, k: v}\n"),
    ("a: {b: c,}\n", &["a", "k"], Some("v"), "a: {b: c, k: v,}\n"),
    ("a: {\"b\":\"c\"}\n", &["a", "k"], Some("v"), "a: {\"b\":\"c\",\"k\":\"v\"}\n"),
    ("a: {\n  b: c\n}\n", &["a", "k", "l"], Some("v"), "a: {\n  b: c,\n  k: {l: v}\n}\n"),
    ("a: {b: {}}\n", &["a", "b", "k"], Some("v"), "a: {b: {k: v}}\n"),
    ("a: {b}\n", &["a", "k"], Some("v"), "a: {b, k: v}\n"),
    // JSON.
    ("{\"a\":{\"k\":\"x\"}}\n", &["a", "k"], Some("v<"), "{\"a\":{\"k\":\"v\\u003c\"}}\n"),
    ("{\"a\":{\"k\":\"x\"}}\n", &["a", "l"], Some("v"), "{\"a\":{\"k\":\"x\",\"l\":\"v\"}}\n"),
    ("{\"a\": {}}", &["a", "k"], Some("v"), "{\"a\": {\"k\": \"v\"}}"),
    ("{\"a\":null}", &["a", "k", "l"], Some("v"), "{\"a\":{\"k\":{\"l\":\"v\"}}}"),
    (
        "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n",
        &["a", "k"],
        Some("v"),
        "{\n  \"a\": {\n    \"b\": 1,\n    \"k\": \"v\"\n  }\n}\n",
    ),
    ("{\n  \"a\": {}\n}\n", &["a", "k"], Some("v"), "{\n  \"a\": {\n    \"k\": \"v\"\n  }\n}\n"),
    ("{\n\t\"a\": {}\n}\n", &["a", "k"], Some("v"), "{\n\t\"a\": {\n\t\t\"k\": \"v\"\n\t}\n}\n"),
    ("{\"a\":1} {\"b\":2}", &["c"], Some("v"), "{\"a\":1,\"c\":\"v\"} {\"b\":2}"),
    ("{\"a\":1,\"b\":2,\"c\":3}", &["b"], None, "{\"a\":1,\"c\":3}"),
    ("{\"a\":1,\"b\":2,\"c\":3}", &["c"], None, "{\"a\":1,\"b\":2}"),
    ("{\"a\":1}", &["a"], None, "{}"),
    ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", &["a"], None, "{\n  \"b\": 2\n}\n"),
    ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", &["b"], None, "{\n  \"a\": 1\n}\n"),
    ("{\n  \"a\": {\n    \"b\": 2\n  }\n}\n", &["a", "b"], None, "{\n  \"a\": {}\n}\n"),
    // Removal.
    ("a: 1\nb: 2\n", &["a"], None, "b: 2\n"),
    ("a: 1\nb: 2", &["b"], None, "a: 1\n"),
    ("a: 1\n", &["a"], None, "{}\n"),
    ("# c\na: 1 # d\n", &["a"], None, "# c\n{} # d\n"),
    ("a: # c\n  b: 1\nd: 2\n", &["a", "b"], None, "a: {} # c\nd: 2\n"),
    ("a:\n  # c\n  b: 1\nd: 2\n", &["a", "b"], None, "a: {}\n  # c\nd: 2\n"),
    ("a:\n- b: 1\n  c: 2\n", &["a", "0", "c"], None, "a:\n- b: 1\n"),
    ("a:\n- b: 1\n  c: 2\n", &["a", "0", "b"], None, "a:\n- c: 2\n"),
    ("a:\n- b: 1\n", &["a", "0", "b"], None, "a:\n- {}\n"),
    ("a: {b: 1, c: 2}\n", &["a", "b"], None, "a: {c: 2}\n"),
    ("a: {b: 1, c: 2}\n", &["a", "c"], None, "a: {b: 1}\n"),
    ("a: {b: 1, c: 2,}\n", &["a", "c"], None, "a: {b: 1,}\n"),
    ("a:\n  b: |\n    x\n\n    y\n  c: 1\n", &["a", "b"], None, "a:\n  c: 1\n"),
    ("a:\n  b: |+\n    x\n\n  c: 1\n", &["a", "b"], None, "a:\n  c: 1\n"),
    ("a:\n  b:\n    c: 1\n    d:\n    - 2\n  e: 3\n", &["a", "b"], None, "a:\n  e: 3\n"),
    ("a:\nb:\n", &["a"], None, "b:\n"),
    ("a: &x 1\nb: *x\nc: 2\n", &["c"], None, "a: &x 1\nb: *x\n"),
];

#[test]
fn edits_have_exactly_the_wanted_text() {
    let mut failures = Vec::new();
    for (text, path, value, wanted) in CASES {
        let mut edit = Edit::new(*text).unwrap();
        let result = match value {
            Some(value) => edit.set_string(0, path, value),
            None => edit.remove(0, path),
        };
        let found = edit.finish();
        if result.is_err() || found != *wanted {
            failures.push(format!(
                "{text:?} {path:?} {value:?}\n  wanted {wanted:?}\n  found  {found:?} {result:?}"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn shared_values_are_refused() {
    for (text, path) in [
        ("a: &x 1\nb: *x\n", &["a"][..]),
        ("a: &x 1\nb: *x\n", &["b"]),
        ("a: &x\n  k: 1\nb: *x\n", &["a", "k"]),
        ("a: &x\n  k: 1\nb: *x\n", &["b", "k"]),
        ("a: &x\n  k: 1\nb:\n  <<: *x\n", &["b", "k"]),
        ("a: &x\n  k: 1\nb:\n  <<: *x\n  l: 1\n", &["b", "l"]),
        ("&k a: 1\nb: 2\n", &["b"]),
    ] {
        assert!(matches!(refused(text, path), EditError::Shared { .. }), "{text:?} {path:?}");
    }
}

#[test]
fn values_that_are_no_strings_are_refused() {
    for (text, path) in [
        ("a: {b: c}\n", &["a"][..]),
        ("a:\n  b: c\n", &["a"]),
        ("a: [b]\n", &["a"]),
        ("a: {}\n", &["a"]),
        ("a: !!binary aGVsbG8=\n", &["a"]),
        ("a: 1\na: 2\n", &["a"]),
        ("a: {\n  # c\n  }\n", &["a", "k"]),
        ("? a\n: 1\n", &["k"]),
        ("k:\n  l: 'a\n  b'\n", &["k", "m"]),
    ] {
        assert!(matches!(refused(text, path), EditError::Unsupported { .. }), "{text:?} {path:?}");
    }
}

#[test]
fn paths_that_lead_nowhere_are_refused() {
    for (text, path) in [
        ("a: b\n", &["a", "k"][..]),
        ("a: [b]\n", &["a", "1"]),
        ("a: [b]\n", &["a", "x", "y"]),
        ("a\n", &["k"]),
    ] {
        assert!(matches!(refused(text, path), EditError::NoSuchPath { .. }), "{text:?} {path:?}");
    }
    let mut edit = Edit::new("a: b\n").unwrap();
    assert_eq!(edit.remove(0, &["x", "y"]), Err(EditError::NoSuchPath { path: "x".to_owned() }));
    assert_eq!(edit.remove(0, &["a", "y"]), Err(EditError::NoSuchPath { path: "a.y".to_owned() }));
    assert_eq!(edit.set_string(1, &["a"], "v"), Err(EditError::NoDocument { number: 2, count: 1 }));
    assert!(matches!(Edit::new("a: [\n"), Err(EditError::Read(_))));
}

#[test]
fn several_values_are_set_together_or_not_at_all() {
    let mut edit = Edit::new(SEALED).unwrap();
    let (user, pass, new) = (data("user"), data("pass"), data("new"));
    edit.set_strings(0, &[(&user, "1"), (&new, "2"), (&pass, "3")]).unwrap();
    let expected = with(SEALED, "user: AgAuser==", "user: \"1\"");
    let expected = with(&expected, "\"AgApass==\"", "\"3\"");
    let expected = with(&expected, "    last: 'AgAlast=='\n", "    last: 'AgAlast=='\n    new: \"2\"\n");
    assert_eq!(edit.text(), expected);
    let result = edit.set_strings(0, &[(&user, "4"), (&["kind", "x"], "5")]);
    assert!(result.is_err());
    assert_eq!(edit.finish(), expected);
}

#[test]
fn the_documents_of_an_edit_follow_its_text() {
    let mut edit = Edit::new(SEALED).unwrap();
    edit.set_string(0, &data("user"), "x").unwrap();
    assert_eq!(edit.documents()[0].value().at(&data("user")).and_then(Value::as_str), Some("x"));
    let read: Vec<_> = Documents::parse(edit.text().as_bytes()).map(Result::unwrap).collect();
    assert!(read.iter().zip(edit.documents()).all(|(a, b)| a.value() == b.value()));
}
