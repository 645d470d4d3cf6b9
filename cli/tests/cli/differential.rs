//! The same input through the real kubeseal and through ours: exit status, output with the sealed values masked,
//! files, and what the sealed values open to.
//!
//! Where ours differs on purpose there is no case here but one in another module, named after the reason.

use std::path::Path;

use crate::support::{Outcome, Sandbox, mask, real_kubeseal};

/// One input.
struct Case {
    line: String,
    env: Vec<(&'static str, String)>,
    stdin: Vec<u8>,
    files: Vec<(&'static str, String)>,
}

impl Case {
    fn new(line: impl Into<String>, stdin: impl Into<Vec<u8>>) -> Self {
        Self { line: line.into(), env: Vec::new(), stdin: stdin.into(), files: Vec::new() }
    }

    fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn file(mut self, name: &'static str, contents: impl Into<String>) -> Self {
        self.files.push((name, contents.into()));
        self
    }

    fn run(&self, program: &Path) -> (Sandbox, Outcome) {
        let sandbox = Sandbox::new();
        for (name, contents) in &self.files {
            sandbox.file(name, contents);
        }
        let mut run = sandbox.program(program, "kubeseal", &self.line).stdin(&self.stdin);
        for (name, value) in &self.env {
            run = run.env(name, value);
        }
        let outcome = run.run();
        (sandbox, outcome)
    }
}

/// Everything of a run that must be equal.
#[derive(Debug, PartialEq)]
struct Trace {
    code: Option<i32>,
    stdout: String,
    says_error: bool,
    files: Vec<(String, String)>,
}

impl Trace {
    fn of(sandbox: &Sandbox, outcome: &Outcome) -> Self {
        let files = sandbox.names().into_iter().filter(|name| !name.ends_with(".pem"));
        // The usage text may be on either stream.
        let usage = outcome.code == Some(2);
        Self {
            code: outcome.code,
            stdout: if usage { String::new() } else { mask(&outcome.stdout) },
            says_error: outcome.stderr.starts_with("error: ") || usage,
            files: files
                .map(|name| (mask(&sandbox.read(&name)), name))
                .map(|(text, name)| (name, text))
                .collect(),
        }
    }
}

/// Opens the output of a run, if it is one SealedSecret, with the real kubeseal.
fn opened(kubeseal: &Path, outcome: &Outcome) -> Option<String> {
    let sandbox = Sandbox::new();
    let line = "--recovery-unseal --recovery-private-key key.pem";
    let opened = sandbox.program(kubeseal, "kubeseal", line).stdin(&outcome.stdout).run();
    (opened.code == Some(0)).then_some(opened.stdout)
}

/// Runs all cases through both and collects every difference.
#[track_caller]
fn compare(test: &str, cases: Vec<Case>) {
    let Some(kubeseal) = real_kubeseal(test) else { return };
    let ours = Path::new(env!("CARGO_BIN_EXE_signet"));
    let mut differences = Vec::new();
    let count = cases.len();
    for case in cases {
        let (their_files, theirs) = case.run(&kubeseal);
        let (our_files, ours) = case.run(ours);
        if theirs.code.is_none() {
            // It had to be killed; ours has to end with an error.
            assert_eq!(ours.code, Some(1), "{ours:#?}");
            continue;
        }
        let (expected, found) = (Trace::of(&their_files, &theirs), Trace::of(&our_files, &ours));
        let input = String::from_utf8_lossy(&case.stdin);
        if expected != found {
            differences.push(format!(
                "kubeseal {}\n{:?}\n{input}\ntheirs: {expected:#?}\n{}ours: {found:#?}\n{}",
                case.line, case.env, theirs.stderr, ours.stderr
            ));
        } else if theirs.code == Some(0) && theirs.stdout.contains("SealedSecret") {
            let (expected, found) = (opened(&kubeseal, &theirs), opened(&kubeseal, &ours));
            if expected != found {
                differences.push(format!("{input}\nopens to\n{expected:?}\nours to\n{found:?}"));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {count} differ:\n{}",
        differences.len(),
        differences.join("\n----\n")
    );
}

const SEAL: &str = "--cert cert.pem";

/// A Secret in YAML with the given lines in place of metadata and data.
fn secret(rest: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\n{rest}")
}

/// Plain scalars, of which YAML 1.1 takes many for something else than text.
const SCALARS: &[&str] = &[
    "text",
    "two words",
    "123",
    "0x10",
    "012",
    "0o17",
    "1_000",
    "-0",
    "+1",
    "1.50",
    "3.0",
    "1e3",
    "1e6",
    "0.0000001",
    "123456789.0",
    "1234567890123456789012345678901",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "true",
    "yes",
    "on",
    "y",
    "Y",
    "false",
    "no",
    "off",
    "n",
    "True",
    "TRUE",
    "Yes",
    "~",
    "null",
    "Null",
    "",
    ".inf",
    "-.inf",
    ".nan",
    "1:30",
    "190:20:30",
    "2020-01-01",
    "2020-01-01T10:00:00Z",
    "!!binary aGVsbG8=",
    "!!str 123",
    "!!int 7",
    "!!float 7",
    "'single'",
    "\"double \\u00e9\\n\"",
    "a: b",
    "a #b",
    "a#b",
    "'it''s'",
    "=",
    "<<",
    "[]",
    "{}",
    "[a, b]",
    "&x anchored",
    "0b101",
    "0b2",
    ".5",
    "5.",
    "1e",
    "e3",
    "0x",
    "00",
    "08",
    "0.1e-7",
    "1E3",
    "- a",
    "% a",
    "|-\n    block\n    text",
    ">\n    folded\n    text",
    "|+\n    kept\n\n",
];

#[test]
fn every_plain_scalar_means_what_it_means_to_kubeseal() {
    let mut cases = Vec::new();
    for scalar in SCALARS {
        cases.push(Case::new(
            SEAL,
            secret(&format!("metadata:\n  name: a\n  namespace: b\nstringData:\n  key: {scalar}\n")),
        ));
        cases.push(Case::new(
            SEAL,
            secret(&format!(
                "metadata:\n  name: a\n  namespace: b\n  labels:\n    key: {scalar}\nstringData:\n  k: v\n"
            )),
        ));
    }
    compare("every_plain_scalar_means_what_it_means_to_kubeseal", cases);
}

#[test]
fn every_plain_key_means_what_it_means_to_kubeseal() {
    let keys = SCALARS
        .iter()
        .filter(|scalar| !scalar.contains(['\n', '[', '{', '&', '#']) && !scalar.contains(": "));
    let cases = keys.map(|key| {
        Case::new(
            SEAL,
            secret(&format!("metadata: {{name: a, namespace: b}}\nstringData:\n  {key}: value\n")),
        )
    });
    compare("every_plain_key_means_what_it_means_to_kubeseal", cases.collect());
}

#[test]
fn names_of_every_shape_are_sealed_as_kubeseal_does() {
    let cases = SCALARS.iter().filter(|scalar| !scalar.contains('\n')).map(|scalar| {
        Case::new(
            SEAL,
            secret(&format!("metadata:\n  name: {scalar}\n  namespace: b\nstringData: {{k: v}}\n")),
        )
    });
    compare("names_of_every_shape_are_sealed_as_kubeseal_does", cases.collect());
}

#[test]
fn data_is_base64_and_nothing_else() {
    let values = [
        "aGVsbG8=",
        "aGVsbG8",
        "aGVsbG9=",
        "",
        "null",
        "~",
        "1234",
        "12345",
        "true",
        "1.5",
        "'1234'",
        "_-==",
        "'!!!!'",
        "aGVs bG8=",
        "\"aGVs\\nbG8=\"",
        "\"aGVs\\r\\nbG8=\\n\"",
        "|\n    aGVs\n    bG8=",
        ">-\n    aGVs\n    bG8=",
        "=",
        "A===",
        "AA==",
        "AB==",
        "AAA=",
        "AAB=",
        "AAAA",
        "AAAA====",
        "2020-01-01",
        "{}",
        "!!binary aGVsbG8=",
        "\"aGVsbG8=\\0\"",
        "\" aGVsbG8=\"",
    ];
    let cases = values.iter().flat_map(|value| {
        let yaml = secret(&format!("metadata: {{name: a, namespace: b}}\ndata:\n  key: {value}\n"));
        let json = format!(
            r#"{{"kind":"Secret","metadata":{{"name":"a","namespace":"b"}},"data":{{"key":{}}}}}"#,
            serde_json::Value::from(*value)
        );
        [Case::new(SEAL, yaml), Case::new(SEAL, json)]
    });
    compare("data_is_base64_and_nothing_else", cases.collect());
}

#[test]
fn every_field_of_the_metadata_is_kept_or_dropped_as_kubeseal_does() {
    let fields = [
        "generateName: g-",
        "selfLink: /x",
        "uid: u-1",
        "resourceVersion: '7'",
        "resourceVersion: 7",
        "generation: 7",
        "creationTimestamp: null",
        "creationTimestamp: 2024-02-29T12:30:00Z",
        "creationTimestamp: '2024-02-29T12:30:00+02:00'",
        "deletionTimestamp: 2024-02-29T12:30:00Z",
        "deletionGracePeriodSeconds: 30",
        "labels: {b: x, a: y}",
        "labels: {}",
        "labels: null",
        "annotations: {b: x, a: y, kubectl.kubernetes.io/last-applied-configuration: plain}",
        "annotations: {kubectl.kubernetes.io/last-applied-configuration: plain}",
        "annotations: {kubecfg.ksonnet.io/last-applied-configuration: plain}",
        "annotations: {}",
        "ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: u, controller: true}]",
        "finalizers: [a/b, c/d]",
        "finalizers: []",
        "managedFields: [{manager: kubectl, operation: Apply, apiVersion: v1, time: 2024-02-29T12:30:00Z, \
         fieldsType: FieldsV1, fieldsV1: {'f:data': {.: {}, 'f:b': {}}}, subresource: status}]",
        "managedFields: []",
        "clusterName: old",
        "unknown: {a: 1}",
        "Labels: {a: b}",
        "LABELS: {a: b}",
        "labels: [a]",
        "labels: text",
        "labels: {a: [b]}",
        "finalizers: text",
        "finalizers: [1, true]",
        "generation: text",
        "generation: '7'",
        "generation: 7.5",
        "generation: 1e3",
        "creationTimestamp: yesterday",
        "creationTimestamp: 2024-02-29",
        "creationTimestamp: ''",
        "annotations: {a: \"<b>&\\u2028\\u2029\\U0001F600\"}",
        "annotations: {a: \"\\u0001\\t\\\\\\\"\"}",
    ];
    let cases = fields.iter().flat_map(|field| {
        let text =
            secret(&format!("metadata:\n  name: a\n  namespace: b\n  {field}\nstringData: {{k: v}}\n"));
        [Case::new(SEAL, text.clone()), Case::new("--cert cert.pem -o yaml", text)]
    });
    compare("every_field_of_the_metadata_is_kept_or_dropped_as_kubeseal_does", cases.collect());
}

#[test]
fn the_other_fields_of_a_secret_are_read_as_kubeseal_does() {
    let rests = [
        "stringData: {k: v}\ntype: Opaque",
        "stringData: {k: v}\ntype: kubernetes.io/tls",
        "stringData: {k: v}\ntype: ''",
        "stringData: {k: v}\ntype: 7",
        "stringData: {k: v}\ntype: [a]",
        "stringData: {k: v}\nimmutable: true",
        "stringData: {k: v}\nimmutable: false",
        "stringData: {k: v}\nimmutable: yes",
        "stringData: {k: v}\nimmutable: null",
        "stringData: {k: v}\nimmutable: 'true'",
        "stringData: {k: v}\nimmutable: 1",
        "data: {k: dg==}\nstringData: {k: w, l: x}",
        "Data: {k: dg==}",
        "DATA: {k: dg==}",
        "StringData: {k: v}",
        "data: {}",
        "data: null",
        "stringData: {}",
        "data: {}\nstringData: {}",
        "data: text",
        "data: [a]",
        "stringData: text",
        "stringData: [a]",
        "stringData: {k: [a]}",
        "stringData: {k: {a: b}}",
        "spec: {a: b}\nstringData: {k: v}",
        "stringData: &x {k: v}\nother: *x",
        "stringData:\n  <<: {a: b}\n  c: d",
        "stringData: {k: v}\nstringData: {l: w}",
        "stringData: {k: v, k: w}",
        "stringData:\n  k: |\n    a\n    b\n  l: >\n    c\n    d\n",
        "stringData: {k: \"\\U0001F600\"}",
        "stringData: {\"<&>\": v, \"a b\": w, \"\": x}",
    ];
    let mut cases = Vec::new();
    for rest in rests {
        let text = secret(&format!("metadata: {{name: a, namespace: b}}\n{rest}\n"));
        cases.push(Case::new(SEAL, text.clone()));
        cases.push(Case::new("--cert cert.pem --allow-empty-data -o yaml", text));
    }
    compare("the_other_fields_of_a_secret_are_read_as_kubeseal_does", cases);
}

/// Namespace of the input x of the flag x of the kubeconfig x scope flag x annotation.
#[test]
fn scope_and_namespace_are_decided_as_kubeseal_does() {
    let kubeconfig = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: k\n  cluster: {{server: \
             'https://127.0.0.1:1'}}\nusers:\n- name: u\n  user: {{token: t}}\ncontexts:\n- name: c\n  context: \
             {{cluster: k, user: u{namespace}}}\n- name: d\n  context: {{cluster: k, user: u, namespace: other}}\n"
        )
    };
    let annotations = [
        "",
        "sealedsecrets.bitnami.com/cluster-wide: 'true'",
        "sealedsecrets.bitnami.com/namespace-wide: 'true'",
        "sealedsecrets.bitnami.com/cluster-wide: 'True', sealedsecrets.bitnami.com/namespace-wide: '1'",
        "sealedsecrets.bitnami.com/cluster-wide: 'true', sealedsecrets.bitnami.com/namespace-wide: 'true'",
    ];
    let mut cases = Vec::new();
    for namespace in ["", ", namespace: b"] {
        for annotation in annotations {
            let input = secret(&format!(
                "metadata: {{name: a{namespace}, annotations: {{{annotation}}}}}\nstringData: {{k: v}}\n"
            ));
            for scope in ["", "--scope strict", "--scope namespace-wide", "--scope=cluster-wide", "--scope="]
            {
                for flag in ["", "-n b", "--namespace=z"] {
                    let line = format!("{SEAL} {scope} {flag}");
                    cases.push(Case::new(&*line, input.clone()));
                    if annotation.is_empty() {
                        for config in [kubeconfig(""), kubeconfig(", namespace: ctx")] {
                            let case = Case::new(&*line, input.clone()).file("kube.yaml", config);
                            cases.push(case.env("KUBECONFIG", "kube.yaml"));
                        }
                    }
                }
            }
        }
    }
    compare("scope_and_namespace_are_decided_as_kubeseal_does", cases);
}

#[test]
fn kubeconfigs_give_the_namespace_they_give_to_kubeseal() {
    let input = secret("metadata: {name: a}\nstringData: {k: v}\n");
    let cluster = "clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n";
    let contexts = "contexts:\n- {name: c, context: {cluster: k, user: u, namespace: one}}\n\
                    - {name: d, context: {cluster: k, user: u, namespace: two}}\n\
                    - {name: e, context: {cluster: missing, user: missing}}\n";
    let whole = format!("current-context: c\n{cluster}{contexts}");
    let lines = [
        "",
        "--context d",
        "--context e",
        "--context missing",
        "--cluster k",
        "--cluster missing",
        "--user missing",
        "--kubeconfig kube.yaml",
        "--kubeconfig missing.yaml",
        "--server https://127.0.0.1:2",
        "--certificate-authority missing.pem",
        "--client-certificate missing.pem",
        "--kubeconfig broken.yaml",
        "--client-certificate cert.pem",
        "--client-certificate cert.pem --client-key key.pem",
        "--client-key missing.pem",
        "--insecure-skip-tls-verify",
        "--token t",
        "--as someone --as-group g",
    ];
    let mut cases = Vec::new();
    for line in lines {
        for config in
            ["", "kube.yaml", "missing.yaml:kube.yaml", "first.yaml:kube.yaml", "broken.yaml", "empty.yaml"]
        {
            let case = Case::new(format!("{SEAL} {line}"), input.clone())
                .file("kube.yaml", &*whole)
                .file("first.yaml", "current-context: d\ncontexts: []\n")
                .file("broken.yaml", "clusters: [\n")
                .file("empty.yaml", "");
            cases.push(case.env("KUBECONFIG", config));
        }
    }
    for config in [
        format!("current-context: missing\n{cluster}{contexts}"),
        format!("{cluster}{contexts}"),
        "current-context: c\ncontexts: [{name: c, context: {namespace: alone}}]\n".to_owned(),
        "current-context: c\ncontexts: [{name: c, context: {cluster: k, namespace: alone}}]\n\
         clusters: [{name: k, cluster: {certificate-authority: /missing, server: 'https://127.0.0.1:1'}}]\n"
            .to_owned(),
        "apiVersion: v1\nkind: Config\n".to_owned(),
    ] {
        for line in ["", "-n flag"] {
            cases.push(
                Case::new(format!("{SEAL} {line}"), input.clone())
                    .file("kube.yaml", &*config)
                    .env("KUBECONFIG", "kube.yaml"),
            );
        }
    }
    compare("kubeconfigs_give_the_namespace_they_give_to_kubeseal", cases);
}

#[test]
fn streams_are_split_as_kubeseal_does() {
    let one = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";
    let two = "metadata: {name: c, namespace: d}\nstringData: {l: w}\n";
    let json_one = r#"{"metadata":{"name":"a","namespace":"b"},"stringData":{"k":"v"}}"#;
    let json_two = r#"{"metadata":{"name":"c","namespace":"d"},"stringData":{"l":"w"}}"#;
    let numbers = r#"{"metadata":{"name":"a","namespace":"b"},"stringData":{"k":5}}"#;
    let streams = [
        String::new(),
        "\n".to_owned(),
        "---\n".to_owned(),
        "# comment\n".to_owned(),
        "text".to_owned(),
        "- a\n".to_owned(),
        "{}".to_owned(),
        "null".to_owned(),
        one.to_owned(),
        format!("---\n{one}"),
        format!("{one}---\n"),
        format!("---\n---\n{one}---\n---\n{two}---\n"),
        format!("{one}---\n{two}"),
        format!("{one}--- # comment\n{two}"),
        format!("{one}...\n"),
        format!("# first\n---\n{one}"),
        format!("%YAML 1.1\n---\n{one}"),
        format!("{one}---\nfoo: bar\n---\n{two}"),
        one.replace('\n', "\r\n"),
        format!("\u{feff}{one}"),
        format!("\n\n{one}"),
        json_one.to_owned(),
        format!("{json_one}\n{json_two}\n"),
        format!("{json_one}{json_two}"),
        format!("  \n{json_one}"),
        format!("{json_one}\n---\n{json_two}"),
        format!("{json_one}\n---\n{two}"),
        format!("{json_one}{json_two}{json_one}"),
        numbers.to_owned(),
        format!("{json_one}\n{numbers}"),
        format!("\u{feff}{json_one}"),
        r#"{"metadata":{"name":"a","namespace":"b"},"stringData":{"k":"v"},"stringData":{"l":"w"}}"#
            .to_owned(),
        r#"{"metadata":{"name":"a","namespace":"b"},"stringData":{"k":"\ud83d\ude00 \u003c\u2028"}}"#
            .to_owned(),
        r#"{"kind":"List","items":[{"metadata":{"name":"a"},"stringData":{"k":"v"}}]}"#.to_owned(),
        "kind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {k: not base64}\n".to_owned(),
        "kind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {k: aGVsbG8=}\n".to_owned(),
        "metadata: {generateName: a, namespace: b}\nstringData: {k: v}\n".to_owned(),
        "metadata: {name: a, namespace: b}\n".to_owned(),
        format!("{one}---\nmetadata: {{name: a, namespace: b}}\n"),
        format!("{one}---\nmetadata: {{namespace: b}}\nstringData: {{k: v}}\n"),
    ];
    let mut cases = Vec::new();
    for stream in &streams {
        for line in [SEAL, "--cert cert.pem -oyaml", "--cert cert.pem --name forced --allow-empty-data"] {
            cases.push(Case::new(line, stream.clone()));
        }
        cases.push(Case::new("--cert cert.pem -f in.yaml -w out.yaml", "").file("in.yaml", &**stream));
    }
    compare("streams_are_split_as_kubeseal_does", cases);
}

#[test]
fn command_lines_and_variables_are_read_as_kubeseal_does() {
    let input = secret("metadata: {name: a, namespace: b}\nstringData: {k: v}\n");
    let lines = [
        "",
        "--format yaml",
        "--format=yaml",
        "-o yaml",
        "-oyaml",
        "-o=yaml",
        "-o YAML",
        "-o Json",
        "-o xml",
        "-o=",
        "-o",
        "--format",
        "--format=",
        "words among --format yaml flags",
        "-- --format yaml",
        "--",
        "-",
        "--nope",
        "--nope=1",
        "-x",
        "-ox -n",
        "---format",
        "--=",
        "--scope bad",
        "--scope",
        "--allow-empty-data=maybe",
        "--allow-empty-data=1",
        "--allow-empty-data=F",
        "--allow-empty-data false",
        "--from-file x",
        "--from-file=x --raw=false",
        "-v 3",
        "-v=3",
        "-v3",
        "-v",
        "-v x",
        "--v=x",
        "--logtostderr",
        "--logtostderr=x",
        "--stderrthreshold=2",
        "--vmodule=a=1",
        "--log_file_max_size=x",
        "--request-timeout 1s",
        "--as-group a,b",
        "--disable-compression",
        "--insecure-skip-tls-verify=true",
        "--recovery-private-key missing",
        "--from-file \"a",
        "--name n",
        "--name=",
        "--name",
        "-w out.json",
        "-w out.yaml",
        "-w out.yml",
        "-w out.YAML",
        "-w .yaml",
        "-w out.yaml -o json",
        "-w out",
        "-w missing/out",
        "-f missing",
        "-f in.yaml",
        "-f=in.yaml",
        "-fin.yaml",
        "-f in.yaml -w in.yaml",
        "-f .",
    ];
    let mut cases: Vec<Case> = lines
        .iter()
        .map(|line| Case::new(format!("{SEAL} {line}"), input.clone()).file("in.yaml", &*input))
        .collect();
    for (name, value) in [
        ("SEALED_SECRETS_FORMAT", "yaml"),
        ("SEALED_SECRETS_FORMAT", ""),
        ("SEALED_SECRETS_FORMAT", "xml"),
        ("SEALED_SECRETS_SCOPE", "cluster-wide"),
        ("SEALED_SECRETS_SCOPE", ""),
        ("SEALED_SECRETS_NAMESPACE", "b"),
        ("SEALED_SECRETS_NAMESPACE", "z"),
        ("SEALED_SECRETS_NAMESPACE", "ns/b"),
        ("SEALED_SECRETS_NAME", "forced"),
        ("SEALED_SECRETS_FETCH_CERT", "true"),
        ("SEALED_SECRETS_FETCH_CERT", "t"),
        ("SEALED_SECRETS_SECRET_FILE", "in.yaml"),
        ("SEALED_SECRETS_SEALED_SECRET_FILE", "out.yaml"),
        ("SEALED_SECRETS_VERSION", "0.36.6"),
        ("SEALED_SECRETS_FROM_FILE", "x"),
        ("SEALED_SECRETS_FROM_FILE", ""),
        ("SEALED_SECRETS_V", "x"),
        ("SEALED_SECRETS_RAW", ""),
        ("SEALED_SECRETS_CERT", "missing"),
    ] {
        for line in [SEAL, "--cert cert.pem -o json --scope=strict", "--cert=cert.pem -n b"] {
            cases.push(Case::new(line, input.clone()).env(name, value).file("in.yaml", &*input));
        }
    }
    cases.push(Case::new("", input.clone()).env("SEALED_SECRETS_CERT", "cert.pem"));
    compare("command_lines_and_variables_are_read_as_kubeseal_does", cases);
}

#[test]
fn raw_values_are_sealed_for_what_kubeseal_seals_them_for() {
    let mut cases = Vec::new();
    let config = "current-context: c\nclusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                  contexts: [{name: c, context: {cluster: k, namespace: ctx}}]\n";
    for scope in ["", "--scope strict", "--scope namespace-wide", "--scope cluster-wide"] {
        for name in ["", "--name a"] {
            for namespace in ["", "-n b", "--namespace ns/b"] {
                for from in [
                    "",
                    "--from-file value",
                    "--from-file key=value",
                    "--from-file value,value",
                    "--from-file missing",
                ] {
                    let line = format!("{SEAL} --raw {scope} {name} {namespace} {from}");
                    cases.push(Case::new(&*line, "in\n").file("value", "from file"));
                    if from.is_empty() {
                        let case = Case::new(line, "").file("kube", config);
                        cases.push(case.env("KUBECONFIG", "kube"));
                    }
                }
            }
        }
    }
    compare("raw_values_are_sealed_for_what_kubeseal_seals_them_for", cases);
}

#[test]
fn certificates_are_found_and_judged_as_kubeseal_does() {
    let input = secret("metadata: {name: a, namespace: b}\nstringData: {k: v}\n");
    let sources = [
        "cert.pem",
        "./cert.pem",
        "missing.pem",
        "-",
        "%zz",
        "key.pem",
        "chain",
        "empty",
        "text",
        "headers",
        "broken",
        "file://SANDBOX/cert.pem",
        "file://host/missing",
        "ftp://x/y",
        "http://127.0.0.1:1/x",
        ".",
        "c:cert.pem",
        "a b",
        ":x",
        "1:2",
    ];
    let pem = crate::support::KEY.certificate.clone();
    let other = &crate::support::OTHER_KEY.certificate;
    let mut cases = Vec::new();
    for source in sources {
        for mode in ["", "--fetch-cert"] {
            let source = source.replace(' ', "~");
            if source.contains("SANDBOX") {
                continue;
            }
            cases.push(
                Case::new(format!("--cert {source} {mode}"), input.clone())
                    .file("chain", format!("text\n{pem}{other}"))
                    .file("empty", "")
                    .file("text", "certificate")
                    .file("headers", pem.replace("CERTIFICATE-----\n", "CERTIFICATE-----\nA: b\n\n"))
                    .file("broken", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            );
        }
    }
    compare("certificates_are_found_and_judged_as_kubeseal_does", cases);
}

/// A generator that gives the same inputs in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // Knuth's multiplier; the high bits are good enough to choose test inputs.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.roll(choices.len())]
    }
}

/// A document put together from pieces, most of them harmless. None is a syntax error: those kubeseal skips.
fn document(dice: &mut Dice) -> String {
    let scalars: Vec<&str> = SCALARS
        .iter()
        .copied()
        .filter(|scalar| !scalar.contains('\n') && !matches!(*scalar, "a: b" | "- a" | "% a"))
        .collect();
    let mut text = String::new();
    for line in ["apiVersion: v1\n", "kind: Secret\n", "# comment\n", "other: {a: [1, 2]}\n"] {
        if dice.roll(2) == 0 {
            text.push_str(line);
        }
    }
    text.push_str("metadata:\n");
    text.push_str(&format!("  name: {}\n", dice.pick(&["a", "a", "a", "12", "yes", "''"])));
    text.push_str(dice.pick(&["  namespace: b\n", "  namespace: b\n", "  namespace: 7\n", ""]));
    for map in ["labels", "annotations"] {
        for _ in 0..dice.roll(3) {
            if !text.contains(&format!("  {map}:\n")) {
                text.push_str(&format!("  {map}:\n"));
            }
            let key = ["k", "l", "m"][dice.roll(3)];
            if !text.ends_with(&format!("    {key}: ")) {
                text.push_str(&format!("    {key}{}: {}\n", dice.roll(1000), dice.pick(&scalars)));
            }
        }
    }
    if dice.roll(3) > 0 {
        text.push_str("stringData:\n");
        for at in 0..=dice.roll(4) {
            text.push_str(&format!("  s{at}: {}\n", dice.pick(&scalars)));
        }
    }
    if dice.roll(3) > 0 {
        text.push_str("data:\n");
        for at in 0..=dice.roll(3) {
            text.push_str(&format!(
                "  d{at}: {}\n",
                dice.pick(&["aGVsbG8=", "''", "AP8=", "null", "aGVsbG8"])
            ));
        }
    }
    text.push_str(dice.pick(&["", "type: Opaque\n", "type: kubernetes.io/tls\n", "immutable: true\n"]));
    text
}

#[test]
fn streams_put_together_at_random_are_sealed_as_kubeseal_does() {
    let mut dice = Dice(7);
    let cases = (0..200).map(|_| {
        let documents: Vec<String> = (0..=dice.roll(3)).map(|_| document(&mut dice)).collect();
        let line = format!(
            "{SEAL} {} {} {} {}",
            dice.pick(&["", "", "-o yaml", "-w out.json"]),
            dice.pick(&["", "", "--scope namespace-wide", "--scope cluster-wide"]),
            dice.pick(&["", "", "-n b", "-n c"]),
            dice.pick(&["", "", "--allow-empty-data", "--name forced"]),
        );
        Case::new(
            line,
            documents.join(dice.pick(&["---\n", "--- \n", "---\n---\n", "---\n# comment\n---\n"])),
        )
    });
    compare("streams_put_together_at_random_are_sealed_as_kubeseal_does", cases.collect());
}
