//! `signet`'s own commands that change no file.

use crate::support::{KEY, OTHER_KEY, Sandbox, mask, values};

const SECRET: &str = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";

#[test]
fn every_command_has_help_with_an_example() {
    let sandbox = Sandbox::new();
    for command in [
        "",
        "seal",
        "unseal",
        "verify",
        "inspect",
        "set",
        "unset",
        "reseal",
        "cert",
        "keys list",
        "keys generate",
        "keys backup",
        "keys restore",
        "completion",
    ] {
        let outcome = sandbox.signet(&format!("{command} --help")).succeeds();
        assert!(outcome.stdout.contains("Example:"), "{command}");
        outcome.says_nothing();
    }
    assert!(sandbox.signet("kubeseal --help").succeeds().stdout.starts_with("Usage of signet kubeseal:"));
}

#[test]
fn mistakes_on_the_command_line_end_with_two() {
    let sandbox = Sandbox::new();
    for line in [
        "",
        "nonsense",
        "seal --nope",
        "seal --scope wide",
        "unseal",
        "keys",
        "keys nonsense",
        "set f",
        "reseal",
    ] {
        sandbox.signet(line).fails(2);
    }
    sandbox.signet("slea").fails(2).says("seal");
}

#[test]
fn the_version_is_printed_in_three_ways() {
    let sandbox = Sandbox::new();
    for line in ["version", "--version", "-V"] {
        let outcome = sandbox.signet(line).succeeds();
        assert!(outcome.stdout.starts_with("signet version: v"), "{outcome:#?}");
    }
}

#[test]
fn seal_prints_yaml_and_notes_the_key() {
    let sandbox = Sandbox::new();
    let sealed = sandbox.signet("seal --cert cert.pem").stdin(SECRET).succeeds();
    let fingerprint = &KEY.fingerprint;
    sealed.says_nothing().prints(&format!(
        "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  annotations:\n    \
         signet.dev/sealed-with: {fingerprint}\n  name: a\n  namespace: b\nspec:\n  encryptedData:\n    k: SEALED\n  \
         template:\n    metadata:\n      name: a\n      namespace: b\n"
    ));
    let without = sandbox.signet("seal --cert cert.pem --no-hint -o json").stdin(SECRET).succeeds();
    assert_eq!(without.json()["metadata"].get("annotations"), None);
}

#[test]
fn seal_takes_several_files_and_a_scope_that_replaces_the_annotations() {
    let sandbox = Sandbox::new();
    let wide = "metadata: {name: c, namespace: b, annotations: {sealedsecrets.bitnami.com/cluster-wide: 'true'}}\nstringData: {k: v}\n";
    sandbox.file("one.yaml", SECRET).file("two.yaml", wide);
    let sealed =
        sandbox.signet("seal --cert cert.pem --scope strict one.yaml two.yaml -w out.yaml").succeeds();
    sealed.prints("");
    assert_eq!(mask(&sandbox.read("out.yaml")).matches("SEALED").count(), 2);
    assert!(!sandbox.read("out.yaml").contains("cluster-wide"));
    sandbox.signet("verify --key key.pem out.yaml").succeeds().says("2 can be opened");
    sandbox.signet("seal --cert cert.pem one.yaml missing.yaml").fails(3).says("no such file or directory");
    sandbox.signet("seal --cert cert.pem - -").fails(2);
}

#[test]
fn json_files_are_written_as_json() {
    let sandbox = Sandbox::new();
    sandbox.signet("seal --cert cert.pem -w out.json").stdin(SECRET).succeeds();
    assert!(sandbox.read("out.json").starts_with('{'));
}

#[test]
fn unseal_opens_whole_streams_and_lists() {
    let sandbox = Sandbox::new();
    sandbox.file("keys.yaml", format!("{}---\n{}", OTHER_KEY.secret("other"), KEY.secret("key")));
    let input = format!("{SECRET}---\n{}", SECRET.replace("name: a", "name: c"));
    let sealed = sandbox.signet("seal --cert cert.pem").stdin(input).succeeds().stdout;
    let opened =
        sandbox.signet("unseal --key keys.yaml").stdin(format!("kind: ConfigMap\n{sealed}")).succeeds();
    assert_eq!(opened.stdout.matches("kind: Secret\n").count(), 2);
    let one = sandbox.signet("seal --cert cert.pem -o json").stdin(SECRET).succeeds().stdout;
    let list = format!("{{\"kind\":\"List\",\"items\":[{one}]}}");
    assert_eq!(values(&sandbox.signet("unseal -k key.pem -o json").stdin(list).succeeds().json())["k"], b"v");
    sandbox.signet("unseal --key key.pem").stdin("kind: ConfigMap\n").fails(3).says("no SealedSecret found");
}

#[test]
fn what_no_key_opens_ends_with_four_and_is_named() {
    let sandbox = Sandbox::new();
    sandbox.file("other.pem", &OTHER_KEY.key);
    sandbox.signet("seal --cert cert.pem -w f.yaml").stdin(SECRET).succeeds();
    for line in ["unseal --key other.pem f.yaml", "verify --key other.pem f.yaml"] {
        sandbox.signet(line).fails(4).says("f.yaml: b/a: no key could decrypt secret (k)");
    }
    let renamed = sandbox.read("f.yaml").replace("name: a", "name: c");
    sandbox.file("g.yaml", renamed);
    let outcome = sandbox.signet("verify --key key.pem f.yaml g.yaml").fails(4);
    outcome.says("g.yaml: b/c").says("1 of 2 cannot be opened").says("hint: ");
}

#[test]
fn inspect_tells_sizes_without_a_key_and_the_key_with_one() {
    let sandbox = Sandbox::new();
    sandbox.signet("seal --cert cert.pem --scope namespace-wide -w f.yaml").stdin(SECRET).succeeds();
    sandbox.signet("inspect f.yaml").succeeds().says_nothing().prints(&format!(
        "b/a (f.yaml)\n  scope        namespace-wide\n  type         Opaque\n  sealed with  {} (says its annotation)\n  \
         items        1\n    k         1 bytes  RSA 2048\n",
        KEY.fingerprint
    ));
    let found = sandbox.signet("inspect -o json --key key.pem f.yaml").succeeds().json();
    assert_eq!(found[0]["items"][0]["openedBy"], *KEY.fingerprint);
    assert_eq!(found[0]["items"][0]["modulusBits"], 2048);
    sandbox.file("other.pem", &OTHER_KEY.key);
    let outcome = sandbox.signet("inspect --key other.pem f.yaml").succeeds();
    assert!(outcome.stdout.contains("no key opens it"));
}

#[test]
fn a_generated_key_works_with_everything() {
    let sandbox = Sandbox::new();
    let line =
        "keys generate --to new.yaml --key-size 2048 --common-name test --ttl 1h --controller-namespace ns";
    let made = sandbox.signet(line).succeeds();
    made.says("as Secret ns/sealed-secrets-key");
    sandbox.file("new.pem", &made.stdout);
    use std::os::unix::fs::MetadataExt as _;
    assert_eq!(std::fs::metadata(sandbox.path().join("new.yaml")).unwrap().mode() & 0o777, 0o600);
    let secret = sandbox.read("new.yaml");
    for line in
        ["kind: Secret", "sealedsecrets.bitnami.com/sealed-secrets-key: active", "type: kubernetes.io/tls"]
    {
        assert!(secret.contains(line), "{secret}");
    }
    let sealed = sandbox.signet("seal --cert new.pem").stdin(SECRET).succeeds().stdout;
    let opened = sandbox.signet("unseal --key new.yaml -o json").stdin(sealed).succeeds();
    assert_eq!(values(&opened.json())["k"], b"v");
    sandbox.signet("keys generate --to new.yaml --key-size 2048").fails(1).says("never overwritten");
    sandbox.signet("keys generate --to x --key-size 1024").fails(2).says("1024");
    sandbox.signet("keys generate --to x --ttl 30d").fails(2).says("--ttl");
    assert_eq!(sandbox.names(), ["cert.pem", "key.pem", "new.pem", "new.yaml"]);
}

#[test]
fn cert_prints_the_certificate_it_is_given() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.signet("cert --cert cert.pem").succeeds();
    outcome.prints(&KEY.certificate).says(&KEY.fingerprint);
    sandbox.signet("cert --cert key.pem").fails(3);
}

#[test]
fn completions_and_reference_come_from_the_one_definition() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.signet(&format!("completion {shell}")).succeeds().stdout;
        assert!(script.contains("reseal") && script.contains("controller-namespace"), "{shell}");
    }
    let page = sandbox.signet("reference").succeeds().stdout;
    for text in ["## `signet keys backup`", "`--dry-run`", "| 4 |", "SEALED_SECRETS_CERT"] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn no_value_appears_in_any_message() {
    let canary = "canary-7f3a9c";
    let base64 = "Y2FuYXJ5LTdmM2E5Yw==";
    let sandbox = Sandbox::new();
    sandbox.file("other.pem", &OTHER_KEY.key);
    let input = format!("metadata: {{name: a, namespace: b}}\nstringData: {{k: {canary}}}\n");
    let sealed = sandbox.signet("seal --cert cert.pem").stdin(&input).succeeds().stdout;
    let broken = [
        format!("data: {{k: {canary}}}"),
        format!("data: {{k: [{canary}]}}"),
        format!("stringData: {{k: [{canary}]}}"),
        format!("stringData: {{k: {canary}"),
        format!("{input}---\n{input}\n---\n\t{canary}: {{"),
        format!("{{\"stringData\": {{\"k\": \"{canary}\" x"),
        format!("metadata: {{name: a, labels: [{canary}]}}"),
        format!("metadata: {{creationTimestamp: {canary}}}"),
    ];
    let mut outcomes = vec![sandbox.signet("unseal --key other.pem").stdin(&sealed).run()];
    for input in &broken {
        outcomes.push(sandbox.signet("seal --cert cert.pem").stdin(input).run());
        outcomes.push(sandbox.kubeseal("--cert cert.pem").stdin(input).run());
        outcomes
            .push(sandbox.kubeseal("--recovery-unseal --recovery-private-key key.pem").stdin(input).run());
        sandbox.file("f", input);
        outcomes.push(sandbox.signet("unseal --key f").run());
        outcomes.push(sandbox.signet("set f k --cert cert.pem").stdin(canary).run());
    }
    for outcome in outcomes {
        assert_ne!(outcome.code, Some(0), "{outcome:#?}");
        assert!(!format!("{outcome:?}").contains(canary), "{outcome:#?}");
        assert!(!format!("{outcome:?}").contains(base64), "{outcome:#?}");
    }
}
