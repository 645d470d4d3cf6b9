//! Files of each program in the other: formats, ways to select values, and kinds of keys.

use std::path::Path;

use super::formats::FILES;
use super::workbench::{ALICE, BOB, Case, GnuPg, ours, real_sops};

/// Ways to say what is encrypted; those by comment have flags only in the form without a command.
const SELECTIONS: [&str; 8] = [
    "",
    "--unencrypted-suffix a",
    "--encrypted-suffix b",
    "--unencrypted-regex ^[bl]$",
    "--encrypted-regex ^(a|B|s|data)$",
    "--encrypted-comment-regex c",
    "--unencrypted-comment-regex c|t",
    "--mac-only-encrypted --encrypted-regex ^b$",
];

/// Keys with which a file is encrypted, and what it takes to decrypt it.
struct Keys {
    flags: String,
    env: Vec<(&'static str, String)>,
}

fn keys(gnupg: Option<&GnuPg>) -> Vec<Keys> {
    let alice = || ("SOPS_AGE_KEY", ALICE.identity.to_owned());
    let mut keys = vec![
        Keys { flags: format!("--age {}", ALICE.recipient), env: vec![alice()] },
        Keys { flags: format!("--age {},{}", BOB.recipient, ALICE.recipient), env: vec![alice()] },
    ];
    if let Some(gnupg) = gnupg {
        let home = || ("GNUPGHOME", gnupg.home());
        keys.push(Keys { flags: format!("--pgp {}", gnupg.fingerprint), env: vec![home()] });
        keys.push(Keys {
            flags: format!("--pgp {} --age {}", gnupg.fingerprint, BOB.recipient),
            env: vec![home()],
        });
    }
    keys
}

fn case(line: &str, keys: &Keys, name: &str, text: &str) -> Case {
    keys.env
        .iter()
        .fold(Case::new(line).file(name, text), |case, (variable, value)| case.env(variable, value.as_str()))
}

#[track_caller]
fn round_trip(by: &Path, to: &Path, selection: &str, keys: &Keys, name: &str, text: &str) -> String {
    let line = format!("{selection} -e {} {name}", keys.flags);
    let encrypted = case(&line, keys, name, text).run(by);
    encrypted.ends_with(0);
    let decrypted = case(&format!("decrypt {name}"), keys, name, &encrypted.stdout).run(to);
    decrypted.ends_with(0);
    decrypted.stdout
}

#[test]
fn files_of_either_program_decrypt_in_the_other() {
    let test = "files_of_either_program_decrypt_in_the_other";
    let Some(theirs) = real_sops(test) else { return };
    let gnupg = GnuPg::new(test);
    let keys = keys(gnupg.as_ref());
    for (index, selection) in SELECTIONS.iter().enumerate() {
        for (format, (name, text)) in FILES.iter().enumerate() {
            // Each pair of the three is there, without all of their products.
            let keys = &keys[(index + format) % keys.len()];
            let expected = round_trip(&theirs, &theirs, selection, keys, name, text);
            assert_eq!(
                round_trip(&ours(), &theirs, selection, keys, name, text),
                expected,
                "{selection} {name}"
            );
            assert_eq!(
                round_trip(&theirs, &ours(), selection, keys, name, text),
                expected,
                "{selection} {name}"
            );
        }
    }
}

#[test]
fn a_key_with_gnupg_wraps_and_unwraps_without_plaintext_in_arguments() {
    let test = "a_key_with_gnupg_wraps_and_unwraps_without_plaintext_in_arguments";
    let Some(gnupg) = GnuPg::new(test) else { return };
    let script = "#!/bin/sh\necho \"$@\" >> calls\nexec gpg \"$@\"\n";
    let sandbox = crate::support::Sandbox::new();
    sandbox.file("a.yaml", "a: s3cret\n").file("gpg.sh", script);
    let path = sandbox.path().join("gpg.sh");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let run = |line: &str| {
        let run = sandbox.sops(line).env("SOPS_GPG_EXEC", &path.to_string_lossy());
        run.env("GNUPGHOME", &gnupg.home()).env("PATH", &std::env::var("PATH").unwrap_or_default())
    };
    run(&format!("encrypt -i --pgp {} a.yaml", gnupg.fingerprint)).succeeds();
    run("decrypt a.yaml").succeeds().prints("a: s3cret\n");
    let long = &gnupg.fingerprint[gnupg.fingerprint.len() - 16..];
    assert_eq!(
        sandbox.read("calls"),
        format!(
            "--no-default-recipient --yes --encrypt -a -r {} --trusted-key {long} --no-encrypt-to\n-d\n",
            gnupg.fingerprint
        )
    );
}

#[test]
fn several_groups_need_as_many_as_the_threshold() {
    let test = "several_groups_need_as_many_as_the_threshold";
    let Some(gnupg) = GnuPg::new(test) else { return };
    let theirs = real_sops(test);
    let config = format!(
        "creation_rules:\n- shamir_threshold: 2\n  key_groups:\n  - age: [@ALICE]\n  - age: [@BOB]\n  - pgp: [{}]\n",
        gnupg.fingerprint
    );
    let programs: Vec<_> = std::iter::once(ours()).chain(theirs).collect();
    for by in &programs {
        let encrypt = Case::new("encrypt a.yaml").file("a.yaml", "a: 1\n").file(".sops.yaml", &config);
        let text = encrypt.env("GNUPGHOME", gnupg.home()).run(by);
        text.ends_with(0);
        for to in &programs {
            let case = || Case::new("decrypt a.yaml").file("a.yaml", &text.stdout);
            let nobody = || case().env("GNUPGHOME", "/nonexistent");
            case().alice().env("GNUPGHOME", gnupg.home()).run(to).ends_with(0).prints("a: 1\n");
            let both = format!("{}\n{}", ALICE.identity, BOB.identity);
            nobody().env("SOPS_AGE_KEY", both).run(to).ends_with(0).prints("a: 1\n");
            let one = nobody().alice().run(to);
            one.ends_with(128).prints("").says("Group 0: SUCCESS").says("Group 1: FAILED");
            let report = one.stderr.replace('\n', " ");
            assert!(report.contains("Shamir threshold of 2, but only 1 part(s)"), "{report}");
        }
    }
}
