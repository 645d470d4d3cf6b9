//! Flags and variables: exit statuses, usage, and what is an error here though kubeseal ignores it.

use crate::support::Sandbox;

const SECRET: &str = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";

#[test]
fn help_and_version_print_and_end_well() {
    let sandbox = Sandbox::new();
    for line in ["--help", "-h", "--help --nope=false -h"] {
        let outcome = sandbox.kubeseal(line).run();
        if line.contains("nope") {
            assert_eq!(outcome.code, Some(2));
        } else {
            assert_eq!(outcome.code, Some(0));
            assert!(outcome.stdout.starts_with("Usage of kubeseal:"), "{outcome:#?}");
        }
    }
    let version = sandbox.kubeseal("--version").succeeds();
    let number = version.stdout.trim_end().strip_prefix("kubeseal version: v").unwrap();
    assert!(number.split('.').all(|part| part.parse::<u32>().is_ok()), "{number}");
    sandbox.kubeseal("--version --help").succeeds().prints(&version.stdout);
}

#[test]
fn a_bad_command_line_ends_with_two_and_the_usage() {
    let sandbox = Sandbox::new();
    for line in ["--nope", "-x", "--scope bad", "--raw=maybe", "-o"] {
        sandbox.kubeseal(line).stdin(SECRET).fails(2).says("Usage of kubeseal:");
    }
}

#[test]
fn a_variable_that_does_not_parse_is_an_error() {
    let sandbox = Sandbox::new();
    for (name, value) in [
        ("SEALED_SECRETS_SCOPE", "stirct"),
        ("SEALED_SECRETS_RAW", "yes"),
        ("SEALED_SECRETS_FROM_FILE", "\"a"),
    ] {
        let outcome = sandbox.kubeseal("--cert cert.pem").env(name, value).stdin(SECRET).fails(2);
        outcome.says(name).says("invalid value");
    }
}

#[test]
fn a_release_to_install_in_the_environment_does_no_harm() {
    let sandbox = Sandbox::new();
    sandbox.kubeseal("--cert cert.pem").env("SEALED_SECRETS_VERSION", "v0.36.6").stdin(SECRET).succeeds();
}

#[test]
fn lists_of_variable_and_command_line_add_up() {
    let sandbox = Sandbox::new();
    let sealed = sandbox.kubeseal("--cert cert.pem").stdin(SECRET).succeeds().stdout;
    let other = &crate::support::OTHER_KEY.key;
    sandbox.file("other.pem", other).file("a,b.pem", other);
    let run = |line: &str, variable: &str| {
        sandbox.kubeseal(line).env("SEALED_SECRETS_RECOVERY_PRIVATE_KEY", variable).stdin(&sealed).run().code
    };
    assert_eq!(run("--recovery-unseal --recovery-private-key other.pem", "key.pem"), Some(0));
    assert_eq!(run("--recovery-unseal --recovery-private-key \"a,b.pem\",key.pem", ""), Some(0));
    assert_eq!(run("--recovery-unseal", "other.pem,key.pem"), Some(0));
    assert_eq!(run("--recovery-unseal", "other.pem"), Some(1));
}

#[test]
fn the_deprecated_name_of_a_flag_is_noted_on_stderr() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.kubeseal("--rotate --kubeconfig missing").stdin("").fails(1);
    outcome.says("Flag --rotate has been deprecated, please use --re-encrypt instead");
}

#[test]
fn the_program_is_kubeseal_under_every_name_that_begins_so() {
    let sandbox = Sandbox::new();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_signet"));
    for name in ["kubeseal", "/usr/local/bin/kubeseal", "kubeseal.exe", "kubeseal-0.36.6"] {
        let outcome = sandbox.program(program, name, "--version").succeeds();
        assert!(outcome.stdout.starts_with("kubeseal version: v"), "{outcome:#?}");
    }
    sandbox.signet("kubeseal --version").succeeds();
    std::os::unix::fs::symlink(program, sandbox.path().join("kubeseal")).unwrap();
    let link = sandbox.path().join("kubeseal");
    let outcome = sandbox.program(&link, link.to_str().unwrap(), "--cert cert.pem").stdin(SECRET).succeeds();
    assert_eq!(outcome.json()["kind"], "SealedSecret");
}

#[test]
fn from_file_needs_raw() {
    Sandbox::new()
        .kubeseal("--cert cert.pem --from-file x")
        .stdin(SECRET)
        .fails(1)
        .says("--from-file requires --raw");
}
