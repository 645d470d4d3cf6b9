//! `--recovery-unseal`: every form a backup of keys may have, and every input that must not give a Secret.

use crate::support::{KEY, OTHER_KEY, Sandbox, values};

const SECRET: &str = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";

fn sealed(sandbox: &Sandbox) -> String {
    sandbox.kubeseal("--cert cert.pem").stdin(SECRET).succeeds().stdout
}

fn list(kind: &str, secrets: &[&str]) -> String {
    let items: Vec<String> =
        secrets.iter().map(|secret| format!("- {}", secret.trim_end().replace('\n', "\n  "))).collect();
    format!("{kind}items:\n{}\n", items.join("\n"))
}

#[test]
fn keys_are_found_in_every_form_of_backup() {
    let (one, two) = (OTHER_KEY.secret("other"), KEY.secret("wanted"));
    let typed = "apiVersion: v1\nkind: List\n";
    for backup in [
        KEY.key.clone(),
        format!("text\n{}{}", KEY.certificate, KEY.key),
        two.clone(),
        format!("{one}---\n{two}"),
        list(typed, &[&one, &two]),
        list("", &[&one, &two]),
        list("apiVersion: v1\nkind: SecretList\n", &[&one, &two]),
        // What the documentation tells people to make: a list, then the key of the first releases.
        format!("{}---\n{two}", list(typed, &[&one])),
        format!("---\n{}---\n{}---\n", list(typed, &[&one]), list(typed, &[&two])),
    ] {
        let sandbox = Sandbox::new();
        sandbox.file("backup", &backup);
        let opened = sandbox
            .kubeseal("--recovery-unseal --recovery-private-key backup --kubeconfig /missing")
            .stdin(sealed(&sandbox))
            .succeeds();
        assert_eq!(values(&opened.says_nothing().json())["k"], b"v", "{backup}");
    }
}

#[test]
fn the_secret_is_printed_as_kubeseal_prints_it() {
    let sandbox = Sandbox::new();
    let input = "metadata: {name: a, namespace: b, labels: {x: 'y'}}\ndata: {k: dg==, empty: ''}\ntype: Opaque\nimmutable: true";
    let sealed = sandbox.kubeseal("--cert cert.pem").stdin(input).succeeds().stdout;
    let line = "--recovery-unseal --recovery-private-key key.pem";
    sandbox.kubeseal(&format!("{line} -o yaml")).stdin(&sealed).succeeds().says_nothing().prints(
        "---\napiVersion: v1\ndata:\n  empty: null\n  k: dg==\nimmutable: true\nkind: Secret\nmetadata:\n  labels:\n    \
         x: \"y\"\n  name: a\n  namespace: b\n  ownerReferences:\n  - apiVersion: bitnami.com/v1alpha1\n    \
         controller: true\n    kind: SealedSecret\n    name: a\n    uid: \"\"\ntype: Opaque\n",
    );
    sandbox.kubeseal(&format!("{line} -w out.json")).stdin(&sealed).succeeds();
    assert_eq!(values(&serde_json::from_str(&sandbox.read("out.json")).unwrap())["k"], b"v");
}

#[test]
fn objects_of_old_versions_are_read() {
    let sandbox = Sandbox::new();
    let old = sealed(&sandbox).replace("\"name\": \"a\",", "\"name\": \"a\", \"creationTimestamp\": null,");
    let line = "--recovery-unseal --recovery-private-key key.pem";
    assert_eq!(values(&sandbox.kubeseal(line).stdin(old).succeeds().json())["k"], b"v");
}

#[test]
fn without_the_right_key_nothing_is_printed_but_the_names() {
    let sandbox = Sandbox::new();
    sandbox.file("other.pem", &OTHER_KEY.key);
    let input = "metadata: {name: a, namespace: b}\nstringData: {k: v, j: w}\n";
    let sealed = sandbox.kubeseal("--cert cert.pem").stdin(input).succeeds().stdout;
    for keys in ["", "--recovery-private-key other.pem"] {
        sandbox
            .kubeseal(&format!("--recovery-unseal {keys}"))
            .stdin(&sealed)
            .fails(1)
            .says("error: no key could decrypt secret (j, k)\n");
    }
}

#[test]
fn another_name_namespace_or_scope_does_not_open() {
    let sandbox = Sandbox::new();
    let sealed = sealed(&sandbox);
    let (start, rest) = sealed.split_once("\"spec\"").unwrap();
    let line = "--recovery-unseal --recovery-private-key key.pem";
    let cluster_wide =
        "\"annotations\":{\"sealedsecrets.bitnami.com/cluster-wide\":\"true\"},\"name\": \"a\"";
    for changed in [
        start.replace("\"name\": \"a\"", "\"name\": \"c\""),
        start.replace("\"namespace\": \"b\"", "\"namespace\": \"c\""),
        start.replace(",\n    \"namespace\": \"b\"", ""),
        start.replace("\"name\": \"a\"", cluster_wide),
    ] {
        assert_ne!(changed, start);
        let outcome = sandbox.kubeseal(line).stdin(format!("{changed}\"spec\"{rest}")).fails(1);
        outcome.says("no key could decrypt secret (k)");
    }
    // The template has no say.
    let template = rest.replace("\"name\": \"a\"", cluster_wide);
    assert_ne!(template, rest);
    sandbox.kubeseal(line).stdin(format!("{start}\"spec\"{template}")).succeeds();
}

#[test]
fn damaged_values_are_named() {
    let sandbox = Sandbox::new();
    let line = "--recovery-unseal --recovery-private-key key.pem";
    let object = |value: &str| {
        format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: a, namespace: b}}\nspec:\n  \
             encryptedData: {{k: {value}}}\n"
        )
    };
    for (value, message) in [
        ("'!!!!'", "not valid base64 (k)"),
        ("AQ", "not valid base64 (k)"),
        ("''", "no key could decrypt secret (k)"),
        ("AQ==", "no key could decrypt secret (k)"),
        ("AQAB", "no key could decrypt secret (k)"),
        ("[]", "no key could decrypt secret (k)"),
        (&"A".repeat(24 << 20), "value is too large (k)"),
    ] {
        sandbox.kubeseal(line).stdin(object(value)).fails(1).says(message);
    }
    let whole: serde_json::Value = serde_json::from_str(&sealed(&sandbox)).unwrap();
    let text = whole["spec"]["encryptedData"]["k"].as_str().unwrap();
    for cut in [4, 100, text.len() - 4] {
        sandbox.kubeseal(line).stdin(object(&text[..cut])).fails(1).says("no key could decrypt secret (k)");
    }
}

#[test]
fn what_cannot_be_read_gives_no_secret() {
    let sandbox = Sandbox::new();
    let object = |spec: &str| {
        format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: a, namespace: b}}\nspec: {spec}\n"
        )
    };
    let line = "--recovery-unseal --recovery-private-key key.pem";
    for (input, message) in [
        (object("{data: AAAA}"), "deprecated"),
        (object("{data: ''}"), "deprecated"),
        (object("{data: AAAA, encryptedData: {k: AAAA}}"), "at the same time"),
        (String::new(), "empty"),
        ("a: [".to_owned(), "document 1"),
        ("metadata: {name: a}\n".to_owned(), "no kind"),
        (SECRET.replace("metadata", "kind: Secret\nmetadata"), "expected a SealedSecret"),
        (object("{encryptedData: {}}").replace("v1alpha1", "v2"), "v2"),
        (object("{encryptedData: {}, template: {type: 7}}"), "`spec.template.type` must be a string"),
    ] {
        sandbox.kubeseal(line).stdin(&input).fails(1).says(message);
    }
    // kubeseal leaves out what follows the first document, and says nothing.
    let two = format!("{0}---\n{0}", object("{encryptedData: {}}"));
    sandbox.kubeseal(line).stdin(two).succeeds().says("only the first document is opened, 1 more left out");
}

#[test]
fn key_files_without_a_usable_key_are_errors() {
    let sandbox = Sandbox::new();
    let testdata = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/sealed/testdata");
    let ec = std::fs::read_to_string(testdata.join("key-ec.pem")).unwrap();
    let unlabelled = KEY.secret("k").replace("tls.key", "other");
    for (backup, message) in [
        (String::new(), "no private key found"),
        ("text".to_owned(), "no private key found"),
        (ec, "not an RSA key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n".to_owned(), "malformed"),
        (unlabelled, "`tls.key`"),
        ("a: [".to_owned(), "document 1"),
        ("kind: Secret\ndata: {tls.key: '!!'}".to_owned(), "base64"),
    ] {
        sandbox.file("backup", &backup);
        let line = "--recovery-unseal --recovery-private-key backup";
        sandbox.kubeseal(line).stdin(sealed(&sandbox)).fails(1).says(message).says("backup");
    }
    let line = "--recovery-unseal --recovery-private-key missing";
    sandbox.kubeseal(line).stdin(sealed(&sandbox)).fails(1).says("no such file or directory");
}

#[test]
fn a_key_of_an_unsupported_size_does_not_hide_the_others() {
    let sandbox = Sandbox::new();
    let testdata = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/sealed/testdata");
    let small = std::fs::read_to_string(testdata.join("key-1024.pem")).unwrap();
    use base64::Engine as _;
    let small = base64::engine::general_purpose::STANDARD.encode(small);
    let small = format!("kind: Secret\nmetadata: {{name: small}}\ndata: {{tls.key: {small}}}\n");
    sandbox.file("backup", format!("{small}---\n{}", KEY.secret("wanted")));
    let line = "--recovery-unseal --recovery-private-key backup";
    sandbox.kubeseal(line).stdin(sealed(&sandbox)).succeeds().says("skipped Secret \"small\"");
}
