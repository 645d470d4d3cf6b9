//! Streams: documents, lines, errors, limits, and what is said about conversions.

use signet_manifest::{ConversionKind, Documents, Fields, Format, Map, ReadError, Reading, Value};

fn read(text: &str) -> Vec<Result<Value, ReadError>> {
    Documents::parse(text.as_bytes()).map(|document| document.map(|document| document.into_value())).collect()
}

#[track_caller]
fn error(text: &str) -> String {
    let errors: Vec<_> = read(text).into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].to_string()
}

#[test]
fn documents_know_their_place_and_notation() {
    let text = "# c\n\na: 1\n---\n# nothing\n---\nb: 2\n...\nc: 3\n--- # d\n\n- 4\n";
    let places: Vec<_> = Documents::parse(text.as_bytes())
        .map(Result::unwrap)
        .map(|document| (document.index(), document.line(), document.format()))
        .collect();
    let yaml = Format::Yaml;
    assert_eq!(places, [(0, 3, yaml), (1, 7, yaml), (2, 9, yaml), (3, 12, yaml)]);

    let text = "{\"a\": 1}\n\n{\"b\": 2}\n---\nc: 3\n";
    let places: Vec<_> = Documents::parse(text.replacen("{\"b\": 2}\n", "", 1).as_bytes())
        .map(Result::unwrap)
        .map(|document| (document.index(), document.line(), document.format()))
        .collect();
    assert_eq!(places, [(0, 1, Format::Json), (1, 4, Format::Yaml)]);
}

#[test]
fn a_broken_document_is_named_and_the_others_are_read() {
    let documents = read("a: 1\n---\n# c\nb: [1,\n---\nc: 3\n---\nd: 'x\n");
    assert!(documents[0].is_ok() && documents[2].is_ok());
    let errors: Vec<_> = documents.iter().filter_map(|document| document.as_ref().err()).collect();
    assert!(
        matches!(
            errors[..],
            [
                ReadError::Syntax { document: 2, line: 4..=5, .. },
                ReadError::Syntax { document: 4, line: 8..=9, .. },
            ]
        ),
        "{errors:?}"
    );
}

#[test]
fn errors_name_the_line() {
    for (text, wanted) in [
        ("a: 1\n--- b\n", "document 1, line 2: only a comment may follow `---` on its line"),
        ("a: 1\n---\nb: 2\n----\n", "document 2, line 4: only a comment may follow `---` on its line"),
        ("a: 1\nb: !!int x\n", "document 1, line 2: the value does not fit its tag !!int"),
        ("a: 1\n\nb: *x\n", "document 1, line 3: while parsing node, found unknown anchor"),
        ("a: &x\n  b: *x\n", "document 1, line 2: an anchor's value contains itself"),
        ("a: 1\n? [b]\n: c\n", "document 1, line 2: a list or object cannot be a field name"),
        ("a: 1\n~: c\n", "document 1, line 2: null cannot be a field name"),
        ("a: 1\n<<: c\n", "document 1, line 2: a merge key needs an object or a list of objects"),
        ("a: 1\nb: \u{7f}\n", "document 1, line 2: control characters are not allowed"),
        ("a: !!binary '*'\n", "document 1, line 1: the !!binary value is not valid base64"),
        ("\ta: 1\n", "document 1, line 1: a tab cannot be used as indentation"),
        ("{\"a\":\n 1} {} {]", "document 3, line 2: expected a field name in double quotes"),
        ("{\"a\":\n 012x}]", "document 1, line 2: expected `,` or `}` after a field"),
        ("{\"a\":1,\n", "document 1, line 2: expected a field name in double quotes"),
    ] {
        assert_eq!(error(text), wanted, "{text:?}");
    }
    let errors: Vec<_> = Documents::parse(b"a: 1\n---\nb: 1\nc: \xff\n").filter_map(Result::err).collect();
    assert_eq!(errors, [ReadError::NotUtf8 { line: 4 }]);
}

#[test]
fn errors_never_quote_the_input() {
    let canary = "canary-5e3c";
    for broken in [
        "a: [CANARY",
        "a: 'CANARY",
        "a: \"CANARY",
        "a: \"\\qCANARY\"",
        "CANARY: b: c",
        "a: *CANARY",
        "a: !CANARY!x y",
        "--- CANARY",
        "a: !!int CANARY",
        "a: !!binary CANARY",
        "a: CANARY\n\tb: c",
        "? [CANARY]\n: b",
        "{\"CANARY\": CANARY",
        "{\"a\": \"CANARY",
        "a: {CANARY",
        "a: &x [CANARY, *x]",
        "<<: CANARY",
        "- CANARY\nCANARY",
        "a: \"\\uCANARY\"",
        "a: @CANARY",
        "%CANARY",
        "a: |CANARY\n",
    ] {
        for text in [broken.to_owned(), format!("{{\"a\": 1}}{{\"b\": 2}}{broken}")] {
            for result in read(&text.replace("CANARY", canary)) {
                if let Err(error) = result {
                    let text = format!("{error} {error:?}");
                    assert!(!text.contains("canary") && !text.contains("5e3c"), "{text}");
                }
            }
        }
    }
}

#[test]
fn debug_output_shows_the_shape_only() {
    let value = &read("a: canary\nb: [canary, 5, true, ~]\n")[0];
    assert_eq!(format!("{:?}", value.as_ref().unwrap()), "an object of 2");
    let items = value.as_ref().unwrap().at(&["b"]).unwrap().as_seq().unwrap();
    assert_eq!(format!("{items:?}"), "[a string, a number, a boolean, null]");
}

#[test]
fn conversions_say_where_text_means_something_else() {
    let text = "\
stringData:
  plain: hello
  quoted: '012'
  octal: 012
  exact: 12
  truth: yes
  exact-truth: true
  float: 1.50
  empty:
  nothing: ~
  date: 2020-01-01
  binary: !!binary /w==
  y: v
list: [{a: on}]
";
    let document = Documents::parse(text.as_bytes()).next().unwrap().unwrap();
    let found: Vec<_> =
        document.conversions().iter().map(|one| (one.path.join("/"), one.line, one.kind)).collect();
    let wanted = [
        ("stringData/octal", 4, ConversionKind::Integer),
        ("stringData/truth", 6, ConversionKind::Bool),
        ("stringData/float", 8, ConversionKind::Float),
        ("stringData/nothing", 10, ConversionKind::Null),
        ("stringData/binary", 12, ConversionKind::Binary),
        ("stringData/true", 13, ConversionKind::Key),
        ("list/0/a", 14, ConversionKind::Bool),
    ];
    assert_eq!(found, wanted.map(|(path, line, kind)| (path.to_owned(), line, kind)));
}

#[test]
fn aliases_cannot_blow_up() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let alias = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", ")));
    }
    assert!(error(&bomb).ends_with("aliases expand to too much"));

    let big = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(100_000), ["*a"; 1000].join(", "));
    assert!(error(&big).ends_with("aliases expand to too much"));

    let mut chain = "a0: &a0 [x]\n".to_owned();
    for level in 1..1000 {
        chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert!(error(&chain).ends_with("nested too deeply"));
}

#[test]
fn depth_is_bounded() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("{\"a\":", "}"), ("- ", "")] {
        let deep = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(read(&deep(100))[0].is_ok(), "{open}");
        assert!(read(&deep(100_000)).iter().all(Result::is_err), "{open}");
    }
    let json = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&format!("{{\"a\":{json}}}")).iter().all(Result::is_err));
}

#[test]
fn large_objects_with_repeated_names_are_read_in_linear_time() {
    let yaml: String = (0..50_000).map(|at| format!("k{}: v\n", at % 40_000)).collect();
    assert_eq!(read(&yaml)[0].as_ref().unwrap().as_map().map(Map::len), Some(40_000));
    let fields: Vec<_> = (0..50_000).map(|at| format!("\"a\":{{\"k{}\":1}}", at % 40_000)).collect();
    let value = read(&format!("{{{}}}", fields.join(","))).remove(0).unwrap();
    assert_eq!(value.at(&["a"]).and_then(Value::as_map).map(Map::len), Some(40_000));
}

#[test]
fn badly_indented_quoted_text_is_read_but_not_for_ever() {
    let text = "a:\n  b: \"one\ntwo\n\tthree\n\n  four\"\n  c: 'five\n  six'\n";
    let value = read(text).remove(0).unwrap();
    assert_eq!(value.at(&["a", "b"]).and_then(Value::as_str), Some("one two three\nfour"));
    assert_eq!(value.at(&["a", "c"]).and_then(Value::as_str), Some("five six"));
    let endless = format!("a: \"{}\"\n", "x\n".repeat(100_000));
    assert_eq!(read(&endless).len(), 1);
}

#[test]
fn a_last_line_without_its_end_is_a_line() {
    assert_eq!(read("a: |+\n  b\n  ")[0].as_ref().unwrap().at(&["a"]).and_then(Value::as_str), Some("b\n\n"));
}

#[test]
fn strict_fields_refuse_what_lenient_fields_convert() {
    let value = read("spec:\n  data: {c: yes, d: 012}\n  size: 1.5\n").remove(0).unwrap();
    let strict = Fields::of(&value, Reading::Strict).unwrap().object("spec").unwrap();
    let error = strict.string_map("data").err().unwrap();
    assert_eq!(error.to_string(), "`spec.data.c` must be a string, found a boolean");
    assert_eq!(
        strict.integer("size").unwrap_err().to_string(),
        "`spec.size` must be a 64-bit integer, found a number"
    );
    assert_eq!(strict.string("missing").unwrap().map(|_| ()), None);

    let lenient = Fields::of(&value, Reading::Lenient).unwrap().object("SPEC").unwrap();
    let strings = lenient.string_map("DATA").unwrap();
    let strings: Vec<_> = strings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    assert_eq!(strings, [("c", "true"), ("d", "10")]);

    let list = read("- a\n").remove(0).unwrap();
    let error = Fields::of(&list, Reading::Lenient).err().unwrap();
    assert_eq!(error.to_string(), "`.` must be an object, found a list");
}
