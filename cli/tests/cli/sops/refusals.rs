//! Command lines that are wrong, and what this program does not have.

use super::workbench::{ALICE, Case, YAML, encrypted, ours, real_sops};

#[test]
fn wrong_command_lines_end_as_with_sops() {
    let Some(theirs) = real_sops("wrong_command_lines_end_as_with_sops") else { return };
    let text = encrypted("a.yaml", YAML);
    for line in [
        "",
        "missing.yaml",
        "-d missing.yaml",
        "-e missing.yaml",
        "decrypt missing.yaml",
        "encrypt missing.yaml",
        "encrypt --age @ALICE missing.yaml",
        "decrypt sub",
        "encrypt --age @ALICE sub",
        "decrypt -i --output x a.yaml",
        "-d -i --output x a.yaml",
        "encrypt",
        "encrypt -i",
        "decrypt -i",
        "encrypt --age @ALICE -i --filename-override a.yaml",
        "encrypt --age nope a.yaml",
        "encrypt --age @ALICE --encrypted-regex a --unencrypted-regex b a.yaml",
        "encrypt --age @ALICE --encryption-context nope a.yaml",
        "encrypt --age @ALICE --enable-local-keyservice=false a.yaml",
        "decrypt --enable-local-keyservice=false a.yaml",
        "decrypt a.yaml b.yaml",
        "decrypt a.yaml --nope",
        "decrypt a.yaml --output-type json",
        "-d a.yaml --output-type json",
        "-e -d a.yaml",
        "-e -d --age @ALICE a.yaml",
        "filestatus",
        "filestatus missing.yaml",
        "updatekeys",
        "help nope",
    ] {
        let case = Case::new(line).file("a.yaml", &text).file("sub/x", "").alice().env("EDITOR", "true");
        case.is_the_same_as(&theirs);
    }
}

#[test]
fn unknown_flags_end_with_the_usage_on_standard_output() {
    let theirs = real_sops("unknown_flags_end_with_the_usage_on_standard_output");
    for line in [
        "--nope",
        "decrypt --nope",
        "-i=x a.yaml",
        "--indent x",
        "decrypt --extract",
        "---a",
        "groups add --nope",
        "rotate --ignore-mac a.yaml",
    ] {
        let case = Case::new(line);
        let trace = case.run(&ours());
        trace.ends_with(1).says("level=fatal");
        assert!(
            trace.stdout.starts_with("Incorrect Usage") && trace.stdout.contains("OPTIONS:"),
            "{trace:#?}"
        );
        if let Some(theirs) = &theirs {
            let theirs = case.run(theirs);
            let first = |text: &str| text.lines().next().map(str::to_owned);
            assert_eq!((trace.code, first(&trace.stdout)), (theirs.code, first(&theirs.stdout)), "{line}");
        }
    }
    let error = Case::new("-d a.yaml").env("SOPS_ENABLE_LOCAL_KEYSERVICE", "maybe").run(&ours());
    error.ends_with(1).says("could not parse maybe as bool value");
}

#[test]
fn help_and_version_are_answered() {
    for line in [
        "--help",
        "-h",
        "help",
        "h",
        "decrypt --help",
        "help decrypt",
        "groups",
        "groups add -h",
        "completion",
    ] {
        let trace = Case::new(line).run(&ours());
        assert!(trace.ends_with(0).stdout.contains("USAGE:") && trace.stderr.is_empty(), "{trace:#?}");
    }
    for line in ["--version", "-v", "--version --disable-version-check", "--check-for-updates -v"] {
        Case::new(line).run(&ours()).ends_with(0).prints("sops 3.13.3\n");
    }
}

#[test]
fn completion_asks_the_program() {
    for (line, expected) in [
        ("--generate-bash-completion", "encrypt\n"),
        ("--dec --generate-bash-completion", "--decrypt\n"),
        ("decrypt --ex --generate-bash-completion", "--extract\n"),
        ("groups --generate-bash-completion", "add\ndelete\n"),
    ] {
        let trace = Case::new(line).run(&ours());
        assert!(trace.ends_with(0).stdout.contains(expected), "{trace:#?}");
    }
    Case::new("decrypt --generate-bash-completion").run(&ours()).ends_with(0).prints("");
    for shell in ["bash", "zsh"] {
        let script = Case::new(&format!("completion {shell}")).run(&ours());
        assert!(script.ends_with(0).stdout.contains("--generate-bash-completion"));
    }
}

#[test]
fn keys_that_cannot_be_used_are_named_and_stop_no_other() {
    let keys = [
        ("--kms arn:aws:kms:eu-west-1:111122223333:key/1", "AWS KMS"),
        ("--gcp-kms projects/p/locations/l/keyRings/r/cryptoKeys/k", "Google Cloud KMS"),
        ("--hckms eu-west:1", "Huawei Cloud KMS"),
        ("--azure-kv https://vault/keys/k/1", "Azure Key Vault"),
        ("--hc-vault-transit https://vault/v1/transit/keys/k", "HashiCorp Vault"),
    ];
    for (flags, name) in keys {
        let case = Case::new(&format!("encrypt --age @ALICE {flags} a.yaml")).file("a.yaml", "a: 1\n");
        let trace = case.run(&ours());
        trace.ends_with(1).prints("").says(name).says("not supported").says("failed to encrypt new data key");
    }
}

/// A file with an age key and a key of every other kind, as the clouds would leave it.
fn with_all_kinds() -> String {
    let text = encrypted("a.yaml", "a: 1\n");
    let others = "sops:\n    kms:\n        - arn: arn:aws:kms:eu-west-1:1:key/2\n          created_at: \"2024-01-02T03:04:05Z\"\n          enc: AQIC\n          aws_profile: \"\"\n          context:\n            k: v\n    gcp_kms:\n        - resource_id: projects/p/locations/l/keyRings/r/cryptoKeys/k\n          created_at: \"2024-01-02T03:04:05Z\"\n          enc: Ci\n    azure_kv:\n        - vault_url: https://v\n          name: n\n          version: v\n          created_at: \"2024-01-02T03:04:05Z\"\n          enc: x\n    hc_vault:\n        - vault_address: https://v\n          engine_path: transit\n          key_name: k\n          created_at: \"2024-01-02T03:04:05Z\"\n          enc: vault:v1:x\n    hckms:\n        - key_id: r:u\n          created_at: \"2024-01-02T03:04:05Z\"\n          enc: y\n";
    text.replace("sops:\n", others)
}

#[test]
fn keys_of_other_kinds_are_kept_byte_for_byte() {
    let text = with_all_kinds();
    let case = |line: &str| Case::new(line).file("a.yaml", &text);
    case("decrypt a.yaml").alice().run(&ours()).ends_with(0).prints("a: 1\n");
    let set = case("set a.yaml [\"a\"] \"x\"").alice();
    let changed = set.run(&ours());
    let keys = |text: &str| {
        let lines = text.lines().skip_while(|line| *line != "sops:");
        lines
            .filter(|line| !line.contains("mac:") && !line.contains("lastmodified:"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(changed.ends_with(0).code, Some(0));
    let locked = case("decrypt a.yaml").run(&ours());
    for name in ["AWS KMS", "Google Cloud KMS", "Huawei Cloud KMS", "Azure Key Vault", "HashiCorp Vault"] {
        locked.ends_with(128).says(&format!("{name} keys are not"));
    }
    let Some(theirs) = real_sops("keys_of_other_kinds_are_kept_byte_for_byte") else { return };
    assert_eq!(keys(changed.file("a.yaml")), keys(set.run(&theirs).file("a.yaml")));
}

#[test]
fn remote_key_services_are_refused_by_name() {
    let text = encrypted("a.yaml", "a: 1\n");
    let case = Case::new("decrypt --keyservice tcp://example:5000 a.yaml").file("a.yaml", &text);
    case.run(&ours()).ends_with(128).says("remote key services are not supported").says("tcp://example:5000");
    // The keys of this machine come first, and are enough.
    case.alice().run(&ours()).ends_with(0);
    let alone = "encrypt --enable-local-keyservice=false --keyservice tcp://example:5000 --age @ALICE a.yaml";
    Case::new(alone).file("a.yaml", "a: 1\n").run(&ours()).ends_with(1).prints("");
    for command in ["publish x", "keyservice"] {
        Case::new(command).run(&ours()).ends_with(1).says("not supported");
    }
}

#[test]
fn values_are_in_no_message() {
    let canary = "s3cret-canary";
    let text = encrypted("a.yaml", &format!("a: {canary}\nl: [{canary}]\n"));
    let clear = format!("a: {canary}\nl: [{canary}\n");
    for case in [
        Case::new("encrypt --age @ALICE a.yaml").file("a.yaml", &clear),
        Case::new("encrypt --age @ALICE a.json").file("a.json", &clear),
        Case::new("encrypt --age @ALICE a.env").file("a.env", canary),
        Case::new("encrypt --age @ALICE a.ini").file("a.ini", canary),
        Case::new("decrypt --output-type dotenv a.yaml").file("a.yaml", &text).alice(),
        Case::new("decrypt --output-type ini a.yaml").file("a.yaml", &text).alice(),
        Case::new("exec-env a.yaml env").file("a.yaml", &text).alice(),
        Case::new("decrypt --extract [\"a\"][\"b\"] a.yaml").file("a.yaml", &text).alice(),
        Case::new(&format!("set a.yaml [\"a\"] {canary}")).file("a.yaml", &text).alice(),
        Case::new("decrypt a.yaml")
            .file("a.yaml", &text.replace("mac: ENC", &format!("a_unencrypted: {canary}\n    mac: ENC")))
            .env("SOPS_AGE_KEY", canary),
        Case::new("decrypt a.yaml").file("a.yaml", &format!("b: {canary}\n{text}")).alice(),
        Case::new("decrypt a.yaml").file("a.yaml", &format!("b_unencrypted: {canary}\n{text}")).alice(),
        Case::new("edit a.yaml").file("a.yaml", &text).alice().env("EDITOR", "sh -c 'echo x: [ >> $0'"),
    ] {
        let trace = case.run(&ours());
        assert!(trace.code != Some(0) && !trace.stderr.contains(canary), "{trace:#?}");
        assert!(!trace.stderr.contains(&ALICE.identity[20..]), "{trace:#?}");
    }
}

#[test]
fn signet_has_sops_as_a_subcommand() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.file("a.yaml", "a: 1\n");
    let line = format!("sops encrypt -i --age {} a.yaml", ALICE.recipient);
    sandbox.signet(&line).succeeds().says_nothing();
    let outcome = sandbox.signet("sops decrypt a.yaml").env("SOPS_AGE_KEY", ALICE.identity).succeeds();
    outcome.prints("a: 1\n");
    assert_eq!(sandbox.signet("sops -d missing").run().code, Some(100));
    assert_eq!(sandbox.signet("sops").run().code, Some(100));
}
