//! Sealing as kubeseal, where no other program is needed to know what is right.

use crate::support::{KEY, Sandbox, values};

const SECRET: &str = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";

/// Opens what a run printed with our own recovery.
#[track_caller]
fn open(sandbox: &Sandbox, sealed: &str) -> serde_json::Value {
    sandbox.kubeseal("--recovery-unseal --recovery-private-key key.pem").stdin(sealed).succeeds().json()
}

#[test]
fn json_is_printed_byte_for_byte_as_kubeseal_prints_it() {
    let sandbox = Sandbox::new();
    sandbox.kubeseal("--cert cert.pem").stdin(SECRET).succeeds().says_nothing().prints(
        r#"{
  "kind": "SealedSecret",
  "apiVersion": "bitnami.com/v1alpha1",
  "metadata": {
    "name": "a",
    "namespace": "b"
  },
  "spec": {
    "template": {
      "metadata": {
        "name": "a",
        "namespace": "b"
      }
    },
    "encryptedData": {
      "k": "SEALED"
    }
  }
}
"#,
    );
}

#[test]
fn yaml_begins_with_a_separator_and_does_not_end_with_one() {
    let sandbox = Sandbox::new();
    let input = format!("{SECRET}---\nmetadata: {{name: c, namespace: d}}\nstringData: {{k: v}}\n");
    sandbox.kubeseal("--cert cert.pem -o yaml").stdin(input).succeeds().says_nothing().prints(
        "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\n  namespace: b\nspec:\n  \
         encryptedData:\n    k: SEALED\n  template:\n    metadata:\n      name: a\n      namespace: b\n\
         ---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: c\n  namespace: d\nspec:\n  \
         encryptedData:\n    k: SEALED\n  template:\n    metadata:\n      name: c\n      namespace: d\n",
    );
}

#[test]
fn sealed_values_open_to_what_was_sealed() {
    let sandbox = Sandbox::new();
    let input = "metadata: {name: a, namespace: b}\ndata: {k: b2xk, bin: AP8=, empty: ''}\nstringData: {k: new, u: é}\n";
    let sealed = sandbox.kubeseal("--cert cert.pem").stdin(input).succeeds();
    let opened = values(&open(&sandbox, &sealed.stdout));
    let expected = [("bin", &[0, 255][..]), ("empty", b""), ("k", b"new"), ("u", "é".as_bytes())];
    assert_eq!(opened, expected.map(|(key, value)| (key.to_owned(), value.to_vec())).into());
}

/// Table of upstream's own suite: what namespace, annotation and flag make of a Secret.
#[test]
fn scope_decides_label_and_metadata() {
    let wide = |scope: &str| format!("annotations: {{sealedsecrets.bitnami.com/{scope}: 'true'}}");
    for (metadata, flags, namespace, annotation) in [
        (String::new(), "-n default", Some("default"), None),
        ("namespace: b".to_owned(), "", Some("b"), None),
        (wide("namespace-wide"), "-n default", Some("default"), Some("namespace-wide")),
        (wide("cluster-wide"), "-n default", None, Some("cluster-wide")),
        (format!("namespace: b, {}", wide("cluster-wide")), "", Some("b"), Some("cluster-wide")),
        (String::new(), "--scope namespace-wide -n default", Some("default"), Some("namespace-wide")),
        (String::new(), "--scope cluster-wide -n default", None, Some("cluster-wide")),
        // A flag replaces both annotations; the default replaces none.
        (
            format!("namespace: b, {}", wide("cluster-wide")),
            "--scope namespace-wide",
            Some("b"),
            Some("namespace-wide"),
        ),
        (
            format!("namespace: b, {}", wide("cluster-wide")),
            "--scope strict",
            Some("b"),
            Some("cluster-wide"),
        ),
    ] {
        let sandbox = Sandbox::new();
        let input = format!("metadata: {{name: a, {metadata}}}\nstringData: {{k: v}}\n");
        let sealed = sandbox.kubeseal(&format!("--cert cert.pem {flags}")).stdin(input).succeeds();
        let object = sealed.json();
        for metadata in [&object["metadata"], &object["spec"]["template"]["metadata"]] {
            assert_eq!(metadata["namespace"].as_str(), namespace, "{sealed:#?}");
            let annotations = annotation
                .map(|scope| serde_json::json!({ format!("sealedsecrets.bitnami.com/{scope}"): "true" }));
            assert_eq!(metadata.get("annotations").cloned(), annotations, "{sealed:#?}");
        }
        assert_eq!(values(&open(&sandbox, &sealed.stdout))["k"], b"v");
    }
}

#[test]
fn a_conversion_that_changes_the_text_is_pointed_out() {
    let sandbox = Sandbox::new();
    let input = "metadata: {name: a, namespace: b}\nstringData:\n  port: 012\n  flag: yes\n  text: 12\n";
    let sealed = sandbox.kubeseal("--cert cert.pem").stdin(input).succeeds();
    sealed.says("line 3: `stringData.port`").says("line 4: `stringData.flag`");
    assert!(!sealed.stderr.contains("stringData.text"), "{sealed:#?}");
    let opened = values(&open(&sandbox, &sealed.stdout));
    assert_eq!(
        (&*opened["port"], &*opened["flag"], &*opened["text"]),
        (&b"10"[..], &b"true"[..], &b"12"[..])
    );
}

// Where kubeseal skips what it cannot read, or loops for ever, this says so.

#[test]
fn a_broken_document_is_an_error_and_nothing_is_sealed() {
    let sandbox = Sandbox::new();
    for input in [
        format!("{SECRET}---\nkey: [\n---\n{SECRET}"),
        format!("a: b: c\n---\n{SECRET}"),
        format!("{SECRET}---\ndata: {{k: [not, base64]}}\n"),
        format!("{SECRET}---\ndata: 5\n"),
        format!("{SECRET}---\nmetadata: 5\n"),
        r#"{"metadata":{"name":"a"}} {"metadata":{"name":"b"}} {"metadata":"#.to_owned(),
        r#"{"stringData":{"k":"v"}} {"stringData":{"k":"v"}} {"stringData":{"k":"v"}} }{"#.to_owned(),
        "\u{0}".to_owned(),
    ] {
        sandbox.kubeseal("--cert cert.pem").stdin(&input).fails(1);
        sandbox.kubeseal("--cert cert.pem -w out.yaml").stdin(&input).fails(1);
    }
    assert_eq!(sandbox.names(), ["cert.pem", "key.pem"]);
}

#[test]
fn the_broken_document_is_named() {
    let sandbox = Sandbox::new();
    let three = r#"{"stringData":{"k":"v"}} {"stringData":{"k":"v"}} {"stringData":"#;
    sandbox.kubeseal("--cert cert.pem").stdin(three).fails(1).says("document 3");
    let yaml = format!("{SECRET}---\n{SECRET}---\na: [\n");
    sandbox.kubeseal("--cert cert.pem").stdin(yaml).fails(1).says("document 3").says("line 7");
}

#[test]
fn input_that_is_not_utf_8_is_refused() {
    let sandbox = Sandbox::new();
    let utf16: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
    sandbox.kubeseal("--cert cert.pem").stdin([&[0xff, 0xfe][..], &utf16].concat()).fails(1);
    sandbox.kubeseal("--cert cert.pem").stdin(b"metadata: {name: \"\xff\"}\nstringData: {k: v}\n").fails(1);
}

#[test]
fn no_input_asks_for_valid_input() {
    Sandbox::new().kubeseal("--cert cert.pem").fails(1).says("no secrets found").says("UTF-8");
}

#[test]
fn earlier_documents_are_printed_before_a_later_one_is_refused() {
    let sandbox = Sandbox::new();
    let input = format!("{SECRET}---\nmetadata: {{name: b}}\n");
    let outcome = sandbox.kubeseal("--cert cert.pem").stdin(&input).run();
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.json()["metadata"]["name"], "a");
    sandbox.kubeseal("--cert cert.pem -w out.json").stdin(&input).fails(1);
    assert_eq!(sandbox.names(), ["cert.pem", "key.pem"]);
}

#[test]
fn rules_are_checked_with_the_texts_that_others_match_on() {
    let sandbox = Sandbox::new();
    sandbox
        .kubeseal("--cert cert.pem -n other")
        .stdin(SECRET)
        .fails(1)
        .says("namespace mismatch: input secret is in namespace \"b\" but \"other\" was specified");
    sandbox
        .kubeseal("--cert cert.pem")
        .stdin("metadata: {name: a, namespace: b}")
        .fails(1)
        .says("--allow-empty-data");
    sandbox
        .kubeseal("--cert cert.pem")
        .stdin("metadata: {generateName: a, namespace: b}\nstringData: {k: v}")
        .fails(1)
        .says("metadata.name");
    sandbox
        .kubeseal("--cert cert.pem")
        .stdin("metadata: {name: a}\nstringData: {k: v}")
        .fails(1)
        .says("namespace");
}

#[test]
fn large_and_long_inputs_are_sealed() {
    let sandbox = Sandbox::new();
    let (name, value) = ("n".repeat(253), "x".repeat(1 << 20));
    let input = format!("metadata: {{name: {name}, namespace: b}}\nstringData: {{k: {value}}}\n");
    let sealed = sandbox.kubeseal("--cert cert.pem").stdin(input).succeeds();
    assert_eq!(values(&open(&sandbox, &sealed.stdout))["k"], value.as_bytes());
}

#[test]
fn a_thousand_secrets_come_out_in_order() {
    let sandbox = Sandbox::new();
    let input: Vec<String> = (0..1000)
        .map(|n| format!("metadata: {{name: s{n}, namespace: b}}\nstringData: {{k: v}}\n"))
        .collect();
    let sealed = sandbox.kubeseal("--cert cert.pem -o yaml").stdin(input.join("---\n")).succeeds();
    let names: Vec<&str> = sealed.stdout.lines().filter_map(|line| line.strip_prefix("  name: ")).collect();
    assert_eq!(names, (0..1000).map(|n| format!("s{n}")).collect::<Vec<_>>());
}

#[test]
fn the_chain_in_a_certificate_file_does_not_matter() {
    let sandbox = Sandbox::new();
    let other = &crate::support::OTHER_KEY.certificate;
    sandbox.file("chain.pem", format!("# first\n{}{other}", KEY.certificate));
    let sealed = sandbox.kubeseal("--cert chain.pem").stdin(SECRET).succeeds();
    assert_eq!(values(&open(&sandbox, &sealed.stdout))["k"], b"v");
}
