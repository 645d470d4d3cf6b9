//! No template takes more than its limits, panics, or says in an error what the data holds.

mod ticking;

use std::time::Duration;

use proptest::prelude::*;
use signet_template::{Engine, Error, Functions, Limit, Limits, MissingKey, Value};
use ticking::Ticking;

const TICK: Duration = Duration::from_millis(1);

fn limits() -> Limits {
    Limits {
        template_bytes: 10_000,
        depth: 40,
        steps: 100_000,
        output_bytes: 10_000,
        value_bytes: 1_000_000,
        time: Duration::from_secs(3600),
    }
}

fn data() -> Value {
    Value::string_map([("user", "admin"), ("password", "canary-7f3a")])
}

fn render(engine: &Engine, template: &str) -> Result<Vec<u8>, Error> {
    let template = engine.parse("t", template.as_bytes())?;
    Ok(template.render(&data(), &mut Ticking::by(TICK))?.expose().to_vec())
}

#[track_caller]
fn reaches(template: &str, limit: Limit) {
    let engine = Engine::new(Functions::new()).limits(limits());
    match render(&engine, template) {
        Err(Error::Limit { limit: reached, position, .. }) => {
            assert_eq!(reached, limit, "{template}");
            assert!(position.line >= 1);
        }
        Err(other) => panic!("{template}: {other}"),
        Ok(_) => panic!("{template}: rendered"),
    }
}

#[test]
fn what_costs_too_much_is_refused_for_the_right_reason() {
    reaches(&"a".repeat(10_001), Limit::TemplateBytes(10_000));
    reaches(&("{{if 1}}".repeat(41) + &"{{end}}".repeat(41)), Limit::Depth(40));
    reaches(&format!("{{{{{}1{}}}}}", "(".repeat(41), ")".repeat(41)), Limit::Depth(40));
    reaches(r#"{{define "x"}}{{template "x"}}{{end}}{{template "x"}}"#, Limit::Depth(40));
    reaches("{{range 1000000000}}{{end}}", Limit::Steps(100_000));
    reaches("{{range 1000}}{{range 1000}}{{end}}{{end}}", Limit::Steps(100_000));
    reaches("{{range 10001}}a{{end}}", Limit::OutputBytes(10_000));
    reaches(r#"{{printf "%999999d%999999d" 1 2}}"#, Limit::ValueBytes(1_000_000));
    reaches(
        r#"{{$x := "aaaaaaaaaaaaaaaa"}}{{range 40}}{{$x = print $x $x}}{{end}}"#,
        Limit::ValueBytes(1_000_000),
    );
}

#[test]
fn a_deadline_ends_a_template_that_stays_within_all_other_limits() {
    let limits = Limits { time: Duration::from_millis(3), ..limits() };
    let engine = Engine::new(Functions::new()).limits(limits);
    let result = render(&engine, "{{range 50000}}{{end}}");
    assert!(matches!(result, Err(Error::Limit { limit: Limit::Time(_), .. })));
}

#[test]
fn errors_hide_the_values_that_go_prints() {
    let engine = Engine::new(Functions::new()).missing_key(MissingKey::Error);
    for template in [
        "{{range .password}}{{end}}",
        "{{.password.x}}",
        "{{.password | call}}",
        "{{call .password}}",
        "{{len (index .password .user)}}",
        "{{index .password .password}}",
        "{{eq . .}}",
        "{{lt .password 1}}",
        "{{printf 1 .password}}",
        "{{template .password}}",
        "{{.password .user}}",
    ] {
        let error = render(&engine, template).expect_err(template).to_string();
        assert!(!error.contains("canary-7f3a"), "{error}");
        assert!(error.starts_with("template: t:1"), "{error}");
    }
}

#[test]
fn an_error_of_rendering_knows_its_line_and_column() {
    let engine = Engine::new(Functions::new()).missing_key(MissingKey::Error);
    let error = render(&engine, "a\n  {{ .user }} {{ .nope }}").expect_err("there is no such key");
    assert_eq!((error.position().line, error.position().column), (2, Some(17)));
    assert_eq!(
        error.to_string(),
        r#"template: t:2:17: executing "t" at <.nope>: map has no entry for key "nope""#
    );
}

#[test]
fn any_bytes_pass_through() {
    let engine = Engine::new(Functions::new());
    let template = engine.parse("t", b"\xFF{{ .b }}{{ printf \"%s\" .b }}\x00").expect("a template");
    let data = Value::string_map([("b", &b"\x80\xFE\x00"[..])]);
    let output = template.render(&data, &mut Ticking::by(TICK)).expect("renders");
    assert_eq!(output.expose(), b"\xFF\x80\xFE\x00\x80\xFE\x00\x00");
}

/// Pieces that templates are made of, good and bad.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "{{",
        "}}",
        "{{-",
        "-}}",
        " ",
        "\n",
        "(",
        ")",
        "|",
        ".",
        "$",
        "$x",
        ":=",
        "=",
        ",",
        "nil",
        "true",
        "0",
        "1",
        "-1",
        "1.5",
        "'a'",
        "\"s\"",
        "`r`",
        ".user",
        ".password",
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
        "and",
        "or",
        "not",
        "eq",
        "lt",
        "len",
        "index",
        "slice",
        "print",
        "printf",
        "html",
        "js",
        "call",
        "/*",
        "*/",
        "\"%5d%v\"",
        "{{end}}",
        "{{if 1}}",
        "{{range 9}}",
        "{{else}}",
        "{{define \"a\"}}",
        "{{template \"a\" .}}",
        "{{range .}}",
        "{{.}}",
        "{{$x := .}}",
        "{{$x}}",
        "é",
        "\u{0}",
    ]);
    prop_oneof![9 => fixed.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

proptest! {
    #[test]
    fn no_template_panics_or_exceeds_its_limits(pieces in prop::collection::vec(piece(), 0..40), spaced: bool) {
        let template = pieces.join(if spaced { " " } else { "" });
        let engine = Engine::new(Functions::new()).limits(limits());
        if let Ok(output) = render(&engine, &template) {
            prop_assert!(output.len() <= 10_000);
        }
    }

    #[test]
    fn no_call_of_any_function_panics(
        at in any::<prop::sample::Index>(),
        arguments in prop::collection::vec(
            prop::sample::select(vec![
                "nil", "true", "0", "-1", "3", "1.5", "99999999999", "\"\"", "\"a,b\"", "\"%s%d\"", ".password", ".",
                "(list 1 \"a\" nil)", "(dict \"a\" 1)", "(list)", "(list (list 1) (dict))", "now",
            ]),
            0..4,
        ),
    ) {
        let engine = Engine::sealed().limits(limits());
        // These make slow hashes: too slow to be called this often.
        let slow = ["bcrypt", "htpasswd", "derivePassword"];
        let names: Vec<&str> = engine.functions().iter().map(signet_template::Function::name).collect();
        let names: Vec<&str> =
            names.into_iter().filter(|name| !slow.iter().any(|slow| name.starts_with(slow))).collect();
        prop_assume!(!names.is_empty());
        let call = format!("{{{{ {} {} }}}}", names[at.index(names.len())], arguments.join(" "));
        if let Ok(output) = render(&engine, &call) {
            prop_assert!(output.len() <= 10_000);
        }
    }

    #[test]
    fn no_format_panics(format in "[%#0+ -]*[0-9*.\\[\\]%]{0,6}[a-zA-Z%!]{0,3}.{0,5}", number: i64, float: f64) {
        let quoted = format!("{format:?}").replace("\\u{", "u").replace("\\'", "'");
        let engine = Engine::new(Functions::new()).limits(limits());
        let call = format!("{{{{ printf {quoted} {number} {float:?} .user . nil true }}}}");
        let _ = render(&engine, &call);
    }
}
