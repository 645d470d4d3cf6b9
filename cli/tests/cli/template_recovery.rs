//! `spec.template.data` is rendered when a SealedSecret is opened without a cluster: by the real kubeseal and by
//! ours, with the same Secret or the same words.

use std::path::Path;

use crate::support::{KEY, OTHER_KEY, Outcome, Sandbox, real_kubeseal, values};

const RECOVER: &str = "--recovery-unseal --recovery-private-key key.pem";

/// Values of many kinds: text, JSON's special characters, bytes that are not text, an empty one.
const SECRET: &str = "metadata: {name: a, namespace: b}\ntype: Opaque\ndata: {bin: /wD+, empty: ''}\n\
                      stringData: {user: admin, password: 'p\"<&>\\é', my-key: dashed, json: '{\"host\": [1, 2.50]}', num: '3', \
                      lines: \"one\\ntwo\\n\"}\n";

/// The secret sealed, with the templates in it, which are pairs of key and text.
fn with_templates(sandbox: &Sandbox, secret: &str, templates: &[(&str, &str)]) -> String {
    let sealed = sandbox.kubeseal("--cert cert.pem").stdin(secret).succeeds();
    let mut object = sealed.json();
    let entries = templates.iter().map(|(key, text)| ((*key).to_owned(), (*text).into()));
    object["spec"]["template"]["data"] = serde_json::Value::Object(entries.collect());
    object.to_string()
}

fn recovered(sandbox: &Sandbox, program: &Path, object: &str) -> Outcome {
    sandbox.program(program, "kubeseal", RECOVER).stdin(object).run()
}

/// The lines of an error: the order of kubeseal's is that of a Go map.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.trim_start_matches("error: ").trim_end().lines().collect();
    lines.sort_unstable();
    lines
}

/// Sets of templates that can be rendered.
fn good() -> Vec<Vec<(&'static str, &'static str)>> {
    vec![
        vec![("plain", "text alone"), ("nothing", "")],
        vec![("url", "postgres://{{ .user }}:{{ .password | urlquery }}@db")],
        vec![("dashed", r#"{{ index . "my-key" }}"#), ("no-index", r#"<{{ index . "missing" }}>"#)],
        vec![("json", r#"{"p": {{ .password | toJson }}, "q": {{ toRawJson .password }}}"#)],
        vec![(
            "parsed",
            r#"{{ with fromJson .json }}{{ range .host }}[{{ . }}]{{ end }}{{ .host | len }}{{ end }}"#,
        )],
        vec![("all", "{{ range $k, $v := . }}{{ $k }}={{ $v }};{{ else }}none{{ end }}")],
        vec![("printed", r#"{{ printf "%q %-8s|%x|%d %v" .password .user .bin (len .lines) (atoi .num) }}"#)],
        vec![("missing", "{{ .missing }} {{ .missing.field }} {{ .missing | default \"d\" }}")],
        // The key of an encrypted value: the templates see the value, the Secret has what was rendered.
        vec![("user", "<{{ .user }}>"), ("other", "{{ .user }}"), ("empty", "")],
        vec![
            ("bytes", "{{ .bin }}"),
            ("encoded", "{{ .bin | b64enc }}"),
            ("between", "a{{ .bin }}b{{ .bin }}"),
        ],
        vec![("if", "{{ if and (eq .num \"3\") (not .empty) }}yes{{ else if .user }}no{{ end }}")],
        vec![("indented", "a:\n{{ .lines | indent 2 }}b:{{ .lines | trim | nindent 4 }}")],
        vec![("trimmed", "  {{- .user -}}  \n  {{/* a comment */ -}} x")],
        vec![(
            "defined",
            r#"{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" .user }}{{ block "u" . }}{{ .num }}{{ end }}"#,
        )],
        vec![("variables", "{{ $x := .num }}{{ range until 3 }}{{ $x = add $x . }}{{ $x }},{{ end }}")],
        vec![(
            "digest",
            "{{ sha256sum .password }} {{ .user | upper | quote }} {{ dict \"a\" .num | toJson }}",
        )],
        vec![("html", "{{ html .password }} {{ js .password }} {{ .password }}")],
        vec![("nullish", "{{ empty .empty }} {{ .empty | default \"d\" }}")],
        vec![("a.b_c-D", "{{ .user | b64enc | b64dec }}"), (".dockerconfigjson", r#"{"auths":{}}"#)],
    ]
}

/// Sets of templates of which at least one cannot be rendered.
fn bad() -> Vec<Vec<(&'static str, &'static str)>> {
    vec![
        vec![("x", "{{ .user")],
        vec![("x", "{{ if .user }}")],
        vec![("x", "line\n{{ nope .user }}")],
        vec![("x", "{{ .my-key }}")],
        vec![("x", "{{ index .user \"a\" }}")],
        vec![("x", "a\n  {{ fail \"not today\" }}")],
        vec![("x", "{{ template \"gone\" }}")],
        vec![("x", "{{ .user.name }}")],
        vec![("x", "{{ mustToJson }}")],
        vec![("x", "{{ range .user }}{{ end }}")],
        vec![("x", "{{ mustFromJson .user }}")],
        vec![("x", "{{ getHostByName \"localhost\" | len }}{{ nope }}")],
        // All that fail are named, and one that works does not help them.
        vec![
            ("user", "{{ nope }}"),
            ("good", "{{ .user }}"),
            ("json", "{{ fail \"a\" }}"),
            ("z", "{{ end }}"),
        ],
        // A template sees nothing that another defines.
        vec![("a", "{{ define \"t\" }}x{{ end }}"), ("b", "{{ template \"t\" }}")],
    ]
}

/// What ours says in other words: why a function is left out, and no value.
fn in_our_words(line: &str) -> String {
    match line {
        _ if line.contains("\"getHostByName\" not defined") => {
            line.replace("not defined", "not defined: it asks the network")
        }
        // Go goes on with the value, or a part of it.
        _ if line.contains("invalid character") => cut_after(line, "invalid character "),
        _ if line.contains("can't iterate over") => cut_after(line, "can't iterate over "),
        _ => line.to_owned(),
    }
}

fn cut_after(line: &str, end: &str) -> String {
    line.split_once(end).map(|(text, _)| format!("{text}{end}")).unwrap()
}

#[test]
fn templates_render_as_kubeseal_renders_them() {
    let Some(theirs) = real_kubeseal("templates_render_as_kubeseal_renders_them") else { return };
    let sandbox = Sandbox::new();
    for templates in good() {
        let object = with_templates(&sandbox, SECRET, &templates);
        let expected = recovered(&sandbox, &theirs, &object);
        assert_eq!(expected.code, Some(0), "{templates:?}\n{expected:#?}");
        let found = sandbox.kubeseal(RECOVER).stdin(&object).succeeds();
        assert_eq!(found.stdout, expected.stdout, "{templates:?}");
        found.says_nothing();
        sandbox.file("sealed.json", &object);
        let by_signet = sandbox.signet("unseal --key key.pem -o json sealed.json").succeeds();
        assert_eq!(values(&by_signet.json()), values(&expected.json()), "{templates:?}");
    }
}

#[test]
fn templates_that_fail_fail_in_the_words_of_kubeseal() {
    let Some(theirs) = real_kubeseal("templates_that_fail_fail_in_the_words_of_kubeseal") else { return };
    let sandbox = Sandbox::new();
    for templates in bad() {
        let object = with_templates(&sandbox, SECRET, &templates);
        let expected = recovered(&sandbox, &theirs, &object);
        assert_eq!((expected.code, &*expected.stdout), (Some(1), ""), "{templates:?}");
        let found = sandbox.kubeseal(RECOVER).stdin(&object).fails(1);
        let expected: Vec<String> = sorted(&expected.stderr).into_iter().map(in_our_words).collect();
        let ours = sorted(&found.stderr);
        assert_eq!(ours.len(), expected.len(), "{templates:?}\n{ours:#?}\n{expected:#?}");
        for (line, expected) in ours.iter().zip(&expected) {
            assert!(line.starts_with(expected.as_str()), "{templates:?}\n{ours:#?}\n{expected:#?}");
        }
    }
}

/// Without values too, and in every scope.
#[test]
fn templates_render_in_every_scope_and_without_values() {
    let Some(theirs) = real_kubeseal("templates_render_in_every_scope_and_without_values") else { return };
    let sandbox = Sandbox::new();
    let templates = [("k", "<{{ .k }}>"), ("own", "{{ len . }}")];
    for secret in [
        "metadata: {name: a, namespace: b, annotations: {sealedsecrets.bitnami.com/namespace-wide: 'true'}}\nstringData: {k: v}",
        "metadata: {name: a, namespace: b, annotations: {sealedsecrets.bitnami.com/cluster-wide: 'true'}}\nstringData: {k: v}",
        "metadata: {name: a, namespace: b, labels: {l: m}}\nstringData: {k: v}\nimmutable: true\ntype: t",
    ] {
        let object = with_templates(&sandbox, secret, &templates);
        let expected = recovered(&sandbox, &theirs, &object);
        assert_eq!(expected.code, Some(0), "{expected:#?}");
        assert_eq!(sandbox.kubeseal(RECOVER).stdin(&object).succeeds().stdout, expected.stdout);
    }
    let empty = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a, namespace: b}\nspec: \
                 {encryptedData: {}, template: {data: {x: '{{ len . }}{{ .k }}'}}}\n";
    let expected = recovered(&sandbox, &theirs, empty);
    let found = sandbox.kubeseal("--recovery-unseal").stdin(empty).succeeds();
    assert_eq!(found.stdout, expected.stdout);
    assert_eq!(values(&found.json())["x"], b"0<no value>");
}

#[test]
fn nothing_is_rendered_from_values_that_do_not_open() {
    let sandbox = Sandbox::new();
    sandbox.file("other.pem", &OTHER_KEY.key);
    let object = with_templates(&sandbox, SECRET, &[("x", "{{ fail .user }}"), ("y", "{{ nope }}")]);
    let line = "--recovery-unseal --recovery-private-key other.pem";
    let outcome = sandbox.kubeseal(line).stdin(&object).fails(1);
    outcome.says("no key could decrypt secret (bin, empty, json, lines, my-key, num, password, user)");
    assert!(!outcome.stderr.contains("template:"), "{outcome:#?}");
}

/// Values appear in no error. `fail` says what it is told to, as it must.
#[test]
fn errors_of_templates_hold_no_value() {
    let sandbox = Sandbox::new();
    let secret = "metadata: {name: a, namespace: b}\nstringData: {k: canary-7f3a}\n";
    for template in [
        "{{ index .k \"x\" }}",
        "{{ mustFromJson .k }}",
        "{{ .k.x }}",
        "{{ mustToDate \"2006\" .k }}",
        "{{ urlParse (print \"http://[\" .k) }}",
    ] {
        let object = with_templates(&sandbox, secret, &[("x", template)]);
        let outcome = sandbox.kubeseal(RECOVER).stdin(&object).fails(1);
        assert!(!outcome.stderr.contains("canary"), "{template}: {outcome:#?}");
        outcome.says("(x)");
    }
}

/// What only looks at the values, or moves them, leaves templates alone: rendering would tell more than whether a
/// value opens.
#[test]
fn verify_and_reseal_render_nothing() {
    let sandbox = Sandbox::new();
    let object = with_templates(&sandbox, SECRET, &[("x", "{{ fail \"rendered\" }}")]);
    sandbox.file("sealed.json", &object).file("newer.yaml", KEY.secret("newer"));
    sandbox.signet("verify --key key.pem sealed.json").succeeds();
    sandbox.signet("reseal --key newer.yaml --force sealed.json").succeeds();
    assert!(sandbox.read("sealed.json").contains("rendered"));
    sandbox.signet("unseal --key key.pem sealed.json").fails(3).says("error calling fail: rendered (x)");
}
