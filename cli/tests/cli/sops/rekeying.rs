//! `rotate`, `updatekeys` and `groups`.

use super::workbench::{ALICE, BOB, Case, YAML, decrypted_by, encrypted, ours, real_sops};

const BOTH: &str = "creation_rules: [{age: \"@ALICE,@BOB\"}]\n";
const GROUPS: &str = "creation_rules: [{key_groups: [{age: [@ALICE]}, {age: [@BOB]}]}]\n";

fn both() -> String {
    format!("{} {}", ALICE.identity, BOB.identity)
}

/// A file with a group for each of the two.
fn with_groups() -> String {
    let case = Case::new("encrypt a.yaml").file("a.yaml", YAML).file(".sops.yaml", GROUPS);
    let trace = case.run(&ours());
    trace.ends_with(0);
    trace.stdout
}

#[test]
fn keys_are_rotated_as_by_sops() {
    let Some(theirs) = real_sops("keys_are_rotated_as_by_sops") else { return };
    let text = encrypted("a.yaml", YAML);
    for line in [
        "rotate a.yaml",
        "rotate -i a.yaml",
        "rotate --output out a.yaml",
        "rotate -i --output out a.yaml",
        "rotate -i --add-age @BOB a.yaml",
        "rotate -i --add-age @ALICE a.yaml",
        "rotate -i --add-age @BOB --rm-age @ALICE a.yaml",
        "rotate -i --rm-age @ALICE a.yaml",
        "rotate -i --rm-age @BOB a.yaml",
        "rotate -i --add-age nope a.yaml",
        "rotate --output-type json a.yaml",
        "rotate missing.yaml",
        "rotate --add-age @BOB missing.yaml",
        "rotate",
        "-r a.yaml",
        "-r -i --add-age @BOB a.yaml",
        "-r missing.yaml",
        "-r --rm-pgp X missing.yaml",
    ] {
        Case::new(line).file("a.yaml", &text).alice().is_the_same_as(&theirs);
    }
}

#[test]
fn a_rotated_file_has_another_data_key_and_the_same_values() {
    let text = encrypted("a.yaml", YAML);
    let case = Case::new("rotate -i --add-age @BOB --rm-age @ALICE a.yaml").file("a.yaml", &text).alice();
    let trace = case.run(&ours());
    let rotated = trace.ends_with(0).file("a.yaml");
    let of = |text: &str| text.lines().find(|line| line.starts_with("a: ")).map(str::to_owned);
    assert_ne!(of(rotated), of(&text));
    let by_bob = Case::new("decrypt a.yaml").file("a.yaml", rotated).env("SOPS_AGE_KEY", BOB.identity);
    assert_eq!(by_bob.run(&ours()).ends_with(0).stdout, decrypted_by(&ours(), "a.yaml", &text));
    Case::new("decrypt a.yaml").file("a.yaml", rotated).alice().run(&ours()).ends_with(128).prints("");
}

#[test]
fn keys_are_updated_as_by_sops() {
    let Some(theirs) = real_sops("keys_are_updated_as_by_sops") else { return };
    let (text, groups) = (encrypted("a.yaml", YAML), with_groups());
    let configs =
        [BOTH, GROUPS, "creation_rules: [{age: @ALICE}]\n", "creation_rules: [{age: \"@BOB,@ALICE\"}]\n", ""];
    for config in configs {
        for (text, line, answer) in [
            (&text, "updatekeys -y a.yaml", ""),
            (&text, "updatekeys --yes a.yaml", ""),
            (&text, "updatekeys a.yaml", "n\n"),
            (&text, "updatekeys a.yaml", "y\n"),
            (&text, "updatekeys a.yaml", "what\ny\n"),
            (&text, "updatekeys a.yaml", ""),
            (&text, "updatekeys", ""),
            (&text, "updatekeys -y missing.yaml", ""),
            (&text, "updatekeys -y sub", ""),
            (&text, "updatekeys -y clear.yaml", ""),
            (&text, "updatekeys -y a.yaml clear.yaml missing.yaml", ""),
            (&groups, "updatekeys -y a.yaml", ""),
        ] {
            let case = Case::new(line).file("a.yaml", text).file("clear.yaml", "a: 1\n").file("sub/x", "");
            let case = case.file(".sops.yaml", config).stdin(answer).env("SOPS_AGE_KEY", both());
            case.is_the_same_as(&theirs);
        }
    }
    let without = Case::new("updatekeys -y a.yaml").file("a.yaml", &text);
    without.clone().alice().sounds_the_same_as(&theirs).ends_with(1);
    without.file(".sops.yaml", BOTH).is_the_same_as(&theirs).ends_with(128);
}

#[test]
fn updating_keys_leaves_values_and_mac_alone() {
    let text = encrypted("a.yaml", YAML);
    let case = Case::new("updatekeys -y a.yaml").file("a.yaml", &text).file(".sops.yaml", BOTH).alice();
    let trace = case.run(&ours());
    let updated = trace.ends_with(0).file("a.yaml");
    assert!(updated.contains(BOB.recipient));
    let values =
        |text: &str| text.lines().filter(|line| line.contains("ENC[")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(values(updated), values(&text));
    let by_bob = Case::new("decrypt a.yaml").file("a.yaml", updated).env("SOPS_AGE_KEY", BOB.identity);
    by_bob.run(&ours()).ends_with(0);
}

#[test]
fn groups_are_changed_as_by_sops() {
    let Some(theirs) = real_sops("groups_are_changed_as_by_sops") else { return };
    let (text, groups) = (encrypted("a.yaml", YAML), with_groups());
    for (text, line) in [
        (&text, "groups add --file a.yaml --age @BOB"),
        (&text, "groups add -f a.yaml -i --age @BOB"),
        (&text, "groups add -f a.yaml -i --age @BOB --age @ALICE --shamir-secret-sharing-threshold 2"),
        (&text, "groups add -f missing.yaml -i --age @BOB"),
        (&text, "groups add extra"),
        (&text, "groups add --nope"),
        (&groups, "groups add -f a.yaml -i --age @BOB"),
        (&groups, "groups delete -f a.yaml 0"),
        (&groups, "groups delete -f a.yaml --shamir-secret-sharing-threshold 1 0"),
        (&groups, "groups delete -f a.yaml -i --shamir-secret-sharing-threshold 1 1"),
        (&groups, "groups delete -f a.yaml x"),
        (&groups, "groups delete -f a.yaml"),
        (&groups, "groups nope"),
    ] {
        let case = Case::new(line).file("a.yaml", text).env("SOPS_AGE_KEY", both());
        let (ours, theirs) = (case.run(&ours()), case.run(&theirs));
        assert_eq!(ours.code, theirs.code, "{line}: {ours:#?}");
        if ours.code == Some(0) {
            case.clone().is_the_same_as(&real_sops("groups_are_changed_as_by_sops").expect("it was there"));
        }
    }
    case_without_keys();
}

/// Where sops writes files that nobody can decrypt any more, ours refuses.
fn case_without_keys() {
    let (text, groups) = (encrypted("a.yaml", YAML), with_groups());
    for (text, line) in [
        (&text, "groups delete -i -f a.yaml 0"),
        (&text, "groups add -i -f a.yaml"),
        (&text, "groups add -i -f a.yaml --kms arn:aws:kms:eu-west-1:1:key/2"),
        (&groups, "groups delete -i -f a.yaml 9"),
        (&groups, "groups add -i -f a.yaml --age @BOB --shamir-secret-sharing-threshold 9"),
    ] {
        let trace = Case::new(line).file("a.yaml", text).env("SOPS_AGE_KEY", both()).run(&ours());
        assert_eq!((trace.code, trace.file("a.yaml")), (Some(1), text.as_str()), "{line}");
    }
}
