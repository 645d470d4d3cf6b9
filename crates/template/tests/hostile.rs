//! Templates written to exhaust something: each reaches a limit soon, also under the limits that real templates get.
//! And templates composed of real syntax: whatever they do, they do it twice alike, within limits, and leave the data
//! as it was.

use std::time::{Duration, Instant};

use jiff::{Timestamp, Zoned, tz::TimeZone};
use proptest::prelude::*;
use signet_template::{Engine, Environment, Error, Limits, MissingKey, Value};

/// Far more than is needed on a machine that does other things; unoptimised code takes ten times as long.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 6 });

struct Outside {
    started: Instant,
    random: u8,
}

impl Outside {
    #[expect(clippy::disallowed_methods, reason = "the limit is about real time")]
    fn new() -> Self {
        Self { started: Instant::now(), random: 1 }
    }
}

impl Environment for Outside {
    fn now(&mut self) -> Zoned {
        Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.random = self.random.wrapping_mul(5).wrapping_add(113);
            *byte = self.random;
        }
    }

    fn elapsed(&mut self) -> Duration {
        self.started.elapsed()
    }
}

fn entries() -> Vec<(String, Vec<u8>)> {
    let nested = |open: &str, close: &str| (open.repeat(5000) + &close.repeat(5000)).into_bytes();
    let laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
        + &(b'b'..=b'j')
            .map(|letter| {
                let (name, before) = (char::from(letter), char::from(letter - 1));
                format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(","))
            })
            .collect::<String>();
    vec![
        ("user".into(), b"admin".to_vec()),
        ("lines".into(), b"a\n".repeat(100_000)),
        ("long".into(), b"a".repeat(500_000)),
        ("half".into(), [b"a".repeat(200_000), b"b".to_vec()].concat()),
        ("letters".into(), ('\u{100}'..'\u{3000}').chain(['a']).collect::<String>().into_bytes().repeat(20)),
        ("json".into(), nested("[", "]")),
        ("yaml".into(), nested("{a: ", "}")),
        ("flow".into(), nested("[", "]")),
        (
            "indented".into(),
            (0..2000).map(|depth| " ".repeat(depth) + "a:\n").collect::<String>().into_bytes(),
        ),
        ("laughs".into(), laughs.into_bytes()),
        ("numbers".into(), format!("[{}1]", "1,".repeat(200_000)).into_bytes()),
    ]
}

/// Those of real templates; less room where clearing memory takes a hundred times as long.
fn limits() -> Limits {
    let limits = Limits::default();
    let part = if cfg!(debug_assertions) { 16 } else { 1 };
    Limits { steps: limits.steps / part, value_bytes: limits.value_bytes / part as usize, ..limits }
}

fn data() -> Value {
    Value::string_map(entries())
}

/// The error, if it came in time.
#[track_caller]
fn outcome(template: &str) -> Result<usize, Error> {
    let outside = Outside::new();
    let started = outside.started;
    let result = Engine::external()
        .limits(limits())
        .missing_key(MissingKey::Default)
        .parse("t", template.as_bytes())
        .and_then(|parsed| parsed.render(&data(), &mut Outside::new()));
    assert!(started.elapsed() < PATIENCE, "{template}: took {:?}", started.elapsed());
    result.map(|output| output.expose().len())
}

#[track_caller]
fn is_refused(template: &str) {
    match outcome(template) {
        Err(Error::Limit { .. }) => {}
        Err(other) => panic!("{template}: {other}"),
        Ok(length) => panic!("{template}: rendered {length} bytes"),
    }
}

#[test]
fn loops_and_recursion_end() {
    for template in [
        "{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}",
        "{{ range until 100000000 }}{{ end }}",
        "{{ range untilStep 0 9223372036854775807 1 }}{{ end }}",
        "{{ seq 9223372036854775806 }}",
        "{{ seq 0 -1 -9223372036854775807 }}",
        r#"{{ define "x" }}{{ template "x" . }}{{ template "x" . }}{{ end }}{{ template "x" . }}"#,
        r#"{{ define "a" }}{{ range 1000 }}{{ template "b" }}{{ end }}{{ end }}{{ define "b" }}{{ range 1000 }}{{ template "c" }}{{ end }}{{ end }}{{ define "c" }}{{ range 1000 }}x{{ end }}{{ end }}{{ template "a" }}"#,
        "{{ $x := list }}{{ range 1000000 }}{{ $x = append $x . }}{{ end }}",
        "{{ $x := list }}{{ range 1000000 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
        "{{ $x := list }}{{ range 200 }}{{ $x = list $x }}{{ end }}{{ $x }}",
        "{{ $x := dict }}{{ range 200 }}{{ $x = dict \"a\" $x }}{{ end }}{{ $x | toJson }}",
        "{{ $x := list }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ $x | toJson }}",
        "{{ $x := list }}{{ $y := list }}{{ range 60 }}{{ $x = list $x $x }}{{ $y = list $y $y }}{{ end }}{{ deepEqual $x $y }}",
        "{{ $x := list }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ deepCopy $x }}",
        "{{ until 100000 | uniq }}",
        "{{ range until 10000 }}{{ has 100000 (until 10000) }}{{ end }}",
    ] {
        is_refused(template);
    }
}

#[test]
fn texts_do_not_grow_beyond_the_limits() {
    for template in [
        r#"{{ repeat 9223372036854775807 "ab" }}"#,
        r#"{{ "x" | repeat 100000000 | repeat 100 }}"#,
        r#"{{ $x := "ab" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}"#,
        r#"{{ $x := "ab" }}{{ range 64 }}{{ $x = printf "%s%[1]s" $x }}{{ end }}"#,
        "{{ .lines | indent 1000000 }}",
        "{{ .lines | nindent 9223372036854775807 }}",
        r#"{{ .long | replace "" .long }}"#,
        r#"{{ .long | replace "a" .long }}"#,
        r#"{{ regexReplaceAll "a" .long .long }}"#,
        r#"{{ .lines | splitList "\n" | join .long }}"#,
        r#"{{ wrapWith 1 .long .long }}"#,
        r#"{{ "<" | repeat 60000000 | html }}"#,
        r#"{{ "<" | repeat 60000000 | js }}"#,
        r#"{{ "<" | repeat 60000000 | quote }}"#,
        r#"{{ "<" | repeat 60000000 | toJson }}"#,
        r#"{{ "<" | repeat 60000000 | printf "%q" }}"#,
        r#"{{ "<" | repeat 60000000 | printf "% #x" }}"#,
        "{{ range 5000 }}{{ $.long }}{{ end }}",
        r#"{{ range 10000 }}{{ printf "%999999d" 1 }}{{ end }}"#,
    ] {
        is_refused(template);
    }
}

#[test]
fn expressions_cost_what_they_may_take() {
    for template in [
        r#"{{ regexMatch "((((a{30}){30}){30}){30})" .long }}"#,
        r#"{{ regexReplaceAll "(a{0,1000}b?){0,1}c" .long "" }}"#,
        r#"{{ range 100000 }}{{ regexMatch "(a?){500}(\\pL?){40}" "aaaaaaaa" }}{{ end }}"#,
        r#"{{ regexFindAll "(a?){400}a{400}" .long -1 }}"#,
    ] {
        match outcome(template) {
            Err(Error::Limit { .. }) => {}
            Err(Error::Execute { text, .. }) => assert!(text.contains("error parsing regexp"), "{text}"),
            // Go says false to an expression that is too large.
            Ok(length) => assert!(length <= 5, "{template}: rendered {length} bytes"),
            Err(other) => panic!("{template}: {other}"),
        }
    }
}

#[test]
fn documents_are_read_within_the_limits_or_refused() {
    for template in [
        "{{ fromJson .json }}",
        "{{ fromYaml .yaml | toYaml }}",
        "{{ fromYaml .flow }}",
        "{{ fromYaml .indented }}",
        "{{ fromYaml .laughs | toJson }}",
        "{{ range 10000 }}{{ fromJson $.numbers }}{{ end }}",
        "{{ range 10000 }}{{ fromYaml $.lines }}{{ end }}",
    ] {
        match outcome(template) {
            Err(Error::Limit { .. }) => {}
            Err(other) => panic!("{template}: {other}"),
            Ok(length) => assert!(length < 1000, "{template}: rendered {length} bytes"),
        }
    }
}

#[test]
fn searching_takes_time_that_grows_with_the_text_and_not_faster() {
    for template in [
        "{{ .long | contains .half }}",
        r#"{{ .long | replace .half "" | len }}"#,
        "{{ .long | splitList .half | len }}",
        "{{ .letters | trimAll .letters | len }}",
        "{{ trimAll .letters .long | len }}",
        r#"{{ .lines | trimSuffix "a" | splitList "\n" | sortAlpha | len }}"#,
        "{{ .lines | abbrev 100 | len }}{{ .long | wrap 1000 | len }}{{ .lines | snakecase | len }}",
    ] {
        assert!(outcome(template).is_ok_and(|length| length < 100), "{template}");
    }
}

#[test]
fn widths_and_precisions_of_any_size_are_printed_as_go_prints_them() {
    for (template, expected) in [
        (r#"{{ printf "%.70000U" 1 | len }}"#, Ok(70_002)),
        (r#"{{ printf "%.70000x" 1.0 | len }}"#, Ok(70_008)),
        (r#"{{ printf "%.70000d" 1 | len }}"#, Ok(70_000)),
        (r#"{{ printf "%.70000f" 1.0 | len }}"#, Ok(70_002)),
        (r#"{{ printf "%.70000e" 1.0 | len }}"#, Ok(70_006)),
        (r#"{{ printf "%70000s" "" | len }}"#, Ok(70_000)),
        (r#"{{ printf "%0*d" 70000 1 | len }}"#, Ok(70_000)),
        (r#"{{ printf "%70000.70000q" "a" | len }}"#, Ok(70_000)),
    ] {
        let rendered = Engine::sealed()
            .parse("t", template.as_bytes())
            .and_then(|parsed| parsed.render(&data(), &mut Outside::new()))
            .map(|output| String::from_utf8_lossy(output.expose()).parse::<usize>().unwrap_or(0));
        assert_eq!(rendered, expected, "{template}");
    }
}

/// An operand of a function or a pipeline.
fn operand() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        ".",
        "$",
        ".user",
        ".json",
        ".none",
        "$.user",
        "nil",
        "true",
        "false",
        "0",
        "-7",
        "3",
        "9223372036854775807",
        "1e300",
        "0.1",
        "'x'",
        "\"\"",
        "\"a,b;c\"",
        "`%5.3[2]*v`",
        "\"(a+)b?\"",
        "\"2006-01-02\"",
        "\"1.2.3\"",
        "$v",
        "$k",
        "list",
        "dict",
        "now",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 4, |inner| {
        (function(), prop::collection::vec(inner, 0..4))
            .prop_map(|(name, arguments)| format!("({name} {})", arguments.join(" ")))
    })
}

/// The name of any function, except those that are slow on purpose.
fn function() -> impl Strategy<Value = String> {
    let slow = ["gen", "bcrypt", "htpasswd", "derivePassword", "buildCustomCert", "pemT", "pemTo", "fullPem"];
    let mut names: Vec<String> = Engine::external()
        .functions()
        .iter()
        .map(|function| function.name().to_owned())
        .filter(|name| !slow.iter().any(|slow| name.starts_with(slow)))
        .collect();
    names.extend(
        ["and", "eq", "index", "len", "lt", "not", "or", "print", "printf", "slice", "html"]
            .map(str::to_owned),
    );
    prop::sample::select(names)
}

/// A template with balanced actions.
fn template() -> impl Strategy<Value = String> {
    let action = (operand(), prop::collection::vec(function(), 0..3), any::<bool>()).prop_map(
        |(first, rest, trims)| {
            let pipe = std::iter::once(first).chain(rest).collect::<Vec<_>>().join(" | ");
            if trims { format!("{{{{- {pipe} -}}}}") } else { format!("{{{{ {pipe} }}}}") }
        },
    );
    let text = prop::sample::select(vec![" ", "\n", "text", "é{", "}"]).prop_map(str::to_owned);
    let leaf = prop_oneof![
        4 => action,
        2 => text,
        1 => Just("{{ template \"t1\" . }}".to_owned()),
        1 => Just("{{ $v = list $v $v }}".to_owned()),
        1 => Just("{{ $_ := set (dict \"a\" $v) \"b\" $k }}".to_owned()),
        1 => Just("{{ if .user }}{{ break }}{{ end }}".to_owned()),
        1 => Just("{{ continue }}".to_owned()),
    ];
    let body = leaf.prop_recursive(4, 24, 4, |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        prop_oneof![
            (operand(), body.clone())
                .prop_map(|(over, body)| format!("{{{{ range $k, $v := {over} }}}}{body}{{{{ end }}}}")),
            (operand(), body.clone())
                .prop_map(|(over, body)| format!("{{{{ range {over} }}}}{body}{{{{ end }}}}")),
            (operand(), body.clone(), body.clone()).prop_map(|(test, yes, no)| format!(
                "{{{{ if {test} }}}}{yes}{{{{ else }}}}{no}{{{{ end }}}}"
            )),
            (operand(), body.clone())
                .prop_map(|(with, body)| format!("{{{{ with {with} }}}}{body}{{{{ end }}}}")),
            (operand(), body)
                .prop_map(|(dot, body)| format!("{{{{ block \"b\" {dot} }}}}{body}{{{{ end }}}}")),
        ]
    });
    (prop::collection::vec(body.clone(), 1..5), prop::collection::vec(body, 0..3)).prop_map(|(main, defined)| {
        // A range around everything makes `break` and `continue` legal; the variables are declared first.
        format!(
            "{{{{ $k := 1 }}}}{{{{ $v := list 1 }}}}{{{{ range 2 }}}}{}{{{{ end }}}}\
             {{{{ define \"t1\" }}}}{{{{ $k := 1 }}}}{{{{ $v := 2 }}}}{{{{ range 2 }}}}{}{{{{ end }}}}{{{{ end }}}}",
            main.concat(),
            defined.concat()
        )
    })
}

fn small_limits() -> Limits {
    Limits {
        template_bytes: 20_000,
        depth: 40,
        steps: 50_000,
        output_bytes: 20_000,
        value_bytes: 1_000_000,
        time: Duration::from_secs(5),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_template_renders_twice_alike_within_limits_and_leaves_its_data(
        text in template(),
        missing_key in prop::sample::select(vec![MissingKey::Default, MissingKey::Zero, MissingKey::Error]),
    ) {
        let entries = [("user", "admin"), ("json", r#"{"a":[1,{"b":null}],"c":"d"}"#), ("secret", "canary-7f3a")];
        let data = Value::string_map(entries);
        let engine = Engine::external().missing_key(missing_key).limits(small_limits());
        let outside = Outside::new();
        let started = outside.started;
        if let Ok(template) = engine.parse("t", text.as_bytes()) {
            let first = template.render(&data, &mut Outside::new()).map(|output| output.expose().to_vec());
            let second = template.render(&data, &mut Outside::new()).map(|output| output.expose().to_vec());
            prop_assert!(started.elapsed() < PATIENCE);
            if let Ok(output) = &first {
                prop_assert!(output.len() <= 20_000);
            }
            if !matches!(first, Err(Error::Limit { .. })) {
                prop_assert_eq!(first, second);
            }
        }
        let Value::Map(map) = &data else { unreachable!("it was made as a map") };
        prop_assert_eq!(map.len(), entries.len());
        for (key, value) in entries {
            let kept = matches!(map.get(key.as_bytes()), Some(Value::String(text)) if *text == *value.as_bytes());
            prop_assert!(kept, "{} changed", key);
        }
    }
}
