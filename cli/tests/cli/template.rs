//! `signet template`: template and values in, the rendered bytes out, or an error that points at the place.

use crate::support::Sandbox;

const DATA: &str = "user: admin\npassword: canary-7f3a\nmy-key: dashed\n";

fn sandbox(template: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("t.tpl", template).file("data.yaml", DATA);
    sandbox
}

#[test]
fn a_template_from_a_file_or_standard_input_is_rendered() {
    let sandbox = sandbox("{{ .user }}:{{ .password | b64enc }}");
    let expected = "admin:Y2FuYXJ5LTdmM2E=";
    sandbox.signet("template t.tpl --data data.yaml").succeeds().says_nothing().prints(expected);
    sandbox.signet("template --data data.yaml t.tpl").succeeds().says_nothing().prints(expected);
    sandbox.signet("template - -d data.yaml").stdin("<{{ .user }}>\n").succeeds().prints("<admin>\n");
    sandbox.signet("template t.tpl --data -").stdin(DATA).succeeds().says_nothing().prints(expected);
    sandbox.signet("template t.tpl -d data.yaml -w out").succeeds().says_nothing().prints("");
    assert_eq!(sandbox.read("out"), expected);
}

#[test]
fn values_come_as_a_map_or_a_secret() {
    let sandbox = sandbox("{{ range $k, $v := . }}{{ $k }}={{ $v | b64enc }} {{ end }}");
    for (data, expected) in [
        ("a: x\nb: z\n", "a=eA== b=eg== "),
        (r#"{"b": "z", "a": "x"}"#, "a=eA== b=eg== "),
        ("{}", ""),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: n}\ndata: {a: /w==, b: eA==}\nstringData: {b: z}",
            "a=/w== b=eg== ",
        ),
        ("kind: Secret\n", ""),
    ] {
        sandbox.signet("template t.tpl --data -").stdin(data).succeeds().says_nothing().prints(expected);
    }
    let outcome = sandbox.signet("template t.tpl --data -").stdin("port: 0777").succeeds();
    outcome.says("warning: line 1: `port` reads as a number").prints("port=NTEx ");
}

#[test]
fn values_of_another_form_are_errors_that_quote_nothing() {
    let sandbox = sandbox("{{ .user }}");
    for (data, message) in [
        ("", "there are no values in it"),
        ("- canary", "must be an object"),
        ("user: {canary: x}", "`user` must be a string"),
        ("user: [canary", "document 1"),
        ("kind: SealedSecret", "the values are sealed"),
        ("kind: Secret\ndata: {user: canary}", "`data.user` is not valid base64"),
        ("user: canary\n---\nuser: x", "2 documents"),
        ("user: !!binary /w==", "not UTF-8"),
    ] {
        let outcome = sandbox.signet("template t.tpl --data -").stdin(data).fails(3);
        outcome.says(message).says("error: standard input: ");
        assert!(!outcome.stderr.contains("canary"), "{outcome:#?}");
    }
}

#[test]
fn an_error_points_at_line_and_column_and_shows_no_value() {
    for (template, place, mark) in [
        ("{{ nope .user }}", "t.tpl:1:4", "1 | {{ nope .user }}\n  |    ^\n"),
        ("a\n  {{ .user | nope }}\nb", "t.tpl:2:14", "2 |   {{ .user | nope }}\n  |              ^\n"),
        ("{{ if .user }}", "t.tpl:1:15", "1 | {{ if .user }}\n  |               ^\n"),
        ("{{ index .password \"x\" }}", "t.tpl:1:4", "1 | {{ index .password \"x\" }}\n  |    ^\n"),
        (
            "x\ny {{ mustFromJson .password }}",
            "t.tpl:2:6",
            "2 | y {{ mustFromJson .password }}\n  |      ^\n",
        ),
        ("{{ .my-key }}", "t.tpl:1:4", "1 | {{ .my-key }}\n  |    ^\n"),
        ("{{ fail \"no\" }}", "t.tpl:1:4", "error calling fail: no\n"),
        (
            "{{ range until 1000000 }}{{ range until 1000 }}{{ end }}{{ end }}",
            "t.tpl:1:",
            "rendering takes more than",
        ),
    ] {
        let sandbox = sandbox(template);
        let outcome = sandbox.signet("template t.tpl --data data.yaml").fails(3);
        outcome.says("error: template: t.tpl:").says(&format!("--> {place}")).says(mark);
        assert!(!outcome.stderr.contains("canary"), "{outcome:#?}");
    }
    // Nothing of the output either, though it had begun; and the file stays as it was.
    let sandbox = sandbox("begun {{ .user }} {{ .missing }}");
    sandbox.file("out", "old").signet("template t.tpl -d data.yaml -w out").fails(3);
    assert_eq!(sandbox.read("out"), "old");
    assert_eq!(sandbox.names(), ["cert.pem", "data.yaml", "key.pem", "out", "t.tpl"]);
}

#[test]
fn a_missing_key_is_an_error_unless_told_otherwise() {
    let sandbox = sandbox("<{{ .missing }}>");
    for (flags, expected) in [
        ("", None),
        ("--engine external", None),
        ("--engine sealed", None),
        ("--engine sealed --missing-key default", Some("<<no value>>")),
        ("--missing-key default", Some("<<no value>>")),
        ("--missing-key zero", Some("<>")),
        ("--missing-key error", None),
        ("--engine sealed --missing-key error", None),
        ("--engine sealed --missing-key zero", Some("<>")),
    ] {
        let run = sandbox.signet(&format!("template t.tpl -d data.yaml {flags}"));
        match expected {
            Some(text) => run.succeeds().says_nothing().prints(text),
            None => run.fails(3).says("map has no entry for key \"missing\""),
        };
    }
}

#[test]
fn each_engine_has_its_functions() {
    let sandbox = sandbox("{{ dict \"a\" 1 | toYaml }}");
    sandbox.signet("template t.tpl -d data.yaml").succeeds().prints("a: 1");
    let outcome = sandbox.signet("template t.tpl -d data.yaml --engine sealed").fails(3);
    outcome.says("function \"toYaml\" not defined");
    for engine in ["sealed", "external"] {
        let line = format!("template - -d data.yaml --engine {engine}");
        let outcome = sandbox.signet(&line).stdin("{{ env \"HOME\" }}").fails(3);
        outcome.says("function \"env\" not defined: it reads the environment");
    }
}

#[test]
fn delimiters_can_be_others() {
    let sandbox = sandbox("{{ [[ .user ]] }}");
    let line = "template t.tpl -d data.yaml --left-delimiter [[ --right-delimiter ]]";
    sandbox.signet(line).succeeds().prints("{{ admin }}");
    let sandbox = self::sandbox("<% .user }}");
    sandbox.signet("template t.tpl -d data.yaml --left-delimiter <%").succeeds().prints("admin");
}

#[test]
fn time_and_zone_are_those_of_the_machine() {
    let sandbox = sandbox("{{ now | date \"2006\" }} {{ date \"15:04 MST\" 0 }}");
    for (zone, expected) in [("Europe/Berlin", "01:00 CET"), ("", "00:00 UTC"), ("Asia/Tokyo", "09:00 JST")] {
        let outcome = sandbox.signet("template t.tpl -d data.yaml").env("TZ", zone).succeeds();
        let (year, rest) = outcome.stdout.split_once(' ').unwrap();
        assert!(year.parse::<u16>().unwrap() >= 2026 && rest == expected, "{outcome:#?}");
    }
    let twice = [0, 1]
        .map(|_| sandbox.signet("template - -d data.yaml").stdin("{{ randAlphaNum 32 }}").succeeds().stdout);
    assert!(twice[0] != twice[1] && twice[0].len() == 32);
}

#[test]
fn bytes_pass_through() {
    let sandbox = sandbox("");
    sandbox.file("secret.yaml", "kind: Secret\ndata: {bin: //4A/w==}\n").file("t.tpl", b"\xfe{{ .bin }}");
    sandbox.signet("template t.tpl -d secret.yaml -w out").succeeds();
    assert_eq!(std::fs::read(sandbox.path().join("out")).unwrap(), b"\xfe\xff\xfe\x00\xff");
}

#[test]
fn wrong_command_lines_are_refused() {
    let sandbox = sandbox("x");
    for line in [
        "template",
        "template t.tpl",
        "template --data data.yaml",
        "template t.tpl t.tpl -d data.yaml",
        "template t.tpl -d data.yaml --engine helm",
        "template t.tpl -d data.yaml --missing-key maybe",
        "template functions nope",
        "template functions toYaml --engine sealed",
    ] {
        sandbox.signet(line).fails(2);
    }
    let outcome = sandbox.signet("template - --data -").fails(2);
    outcome.says("both standard input").says("\nhint: ");
    for (line, message) in [
        ("template missing -d data.yaml", "open missing: no such file or directory"),
        ("template t.tpl -d missing", "open missing: no such file or directory"),
        ("template . -d data.yaml", "is a directory"),
    ] {
        sandbox.signet(line).fails(3).says(message);
    }
}

#[test]
fn inputs_without_end_are_refused() {
    let sandbox = sandbox("x");
    sandbox.signet("template /dev/zero -d data.yaml").fails(3).says("read /dev/zero: more than 1 MiB");
    sandbox.signet("template t.tpl -d /dev/zero").fails(3).says("read /dev/zero: more than 4 MiB");
}

#[test]
fn functions_are_listed_and_explained() {
    let sandbox = Sandbox::new();
    let all = sandbox.signet("template functions").succeeds();
    let sealed = sandbox.signet("template functions --engine sealed").succeeds();
    for line in ["b64enc(string) string ", "index(reflect.Value, ...reflect.Value) reflect.Value ", "env  "] {
        assert!(all.stdout.lines().any(|found| found.starts_with(line)), "{line}");
        assert!(sealed.stdout.lines().any(|found| found.starts_with(line)), "{line}");
    }
    assert!(sealed.stdout.contains("Encodes as base64.\n    {{ .user | b64enc }}\n"));
    assert!(all.stdout.contains("toYaml(") && !sealed.stdout.contains("toYaml("));
    sandbox.signet("template functions b64enc").succeeds().says_nothing().prints(
        "b64enc(string) string\n\nEncodes as base64.\n\nExample:\n  {{ .user | b64enc }}\nwith user:\n  admin\ngives:\n  \
         YWRtaW4=\n",
    );
    let why = sandbox.signet("template functions getHostByName").succeeds();
    assert!(why.stdout.contains("it asks the network"), "{why:#?}");
    sandbox.signet("template functions tojson").fails(2).says("meant: mustToJson, toJson");
    sandbox.signet("template functions toYaml --engine sealed").fails(2).says("--engine external");
}
