//! `--raw`.

use crate::support::{KEY, Sandbox};
use signet_sealed::{Label, PrivateKey, Scope, open_value};

#[track_caller]
fn open(sealed: &str, scope: Scope) -> Vec<u8> {
    let key = PrivateKey::from_pem(KEY.key.as_bytes()).unwrap();
    open_value(&key, &Label::new(scope, "b", "a").unwrap(), sealed).unwrap().expose().to_vec()
}

#[test]
fn every_byte_is_sealed_and_no_newline_follows() {
    let sandbox = Sandbox::new();
    for value in [&b""[..], b"v", b"v\n", b"\xff\x00", "é".as_bytes()] {
        for (scope, flags) in [
            (Scope::Strict, "-n b --name a"),
            (Scope::NamespaceWide, "--scope namespace-wide -n b"),
            (Scope::ClusterWide, "--scope cluster-wide"),
        ] {
            let sealed = sandbox.kubeseal(&format!("--cert cert.pem --raw {flags}")).stdin(value).succeeds();
            sealed.says_nothing();
            assert_eq!(open(&sealed.stdout, scope), value);
            sandbox.file("value", value);
            let line = format!("--cert cert.pem --raw {flags} --from-file key=value");
            assert_eq!(open(&sandbox.kubeseal(&line).succeeds().stdout, scope), value);
        }
    }
}

#[test]
fn what_the_scope_needs_is_named_when_missing() {
    let sandbox = Sandbox::new();
    for (flags, missing) in [
        ("", "must provide the --namespace flag with --raw and --scope strict"),
        ("--name a", "must provide the --namespace flag with --raw and --scope strict"),
        ("-n b", "must provide the --name flag with --raw and --scope strict"),
        ("--scope namespace-wide", "must provide the --namespace flag with --raw and --scope namespace-wide"),
    ] {
        sandbox.kubeseal(&format!("--cert cert.pem --raw {flags}")).stdin("v").fails(1).says(missing);
    }
}

#[test]
fn a_missing_file_is_told() {
    let sandbox = Sandbox::new();
    let line = "--cert cert.pem --raw --scope cluster-wide --from-file missing";
    sandbox.kubeseal(line).fails(1).says("no such file or directory");
    sandbox.kubeseal(&format!("{line} --from-file two")).fails(1).says("only one --from-file");
}
