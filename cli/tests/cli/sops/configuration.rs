//! `.sops.yaml`, flags and variables, and which of them wins.

use super::workbench::{ALICE, BOB, Case, YAML, encrypted, ours, real_sops};

/// Configuration files, good and bad.
const CONFIGS: [&str; 30] = [
    "",
    "# nothing\n",
    "creation_rules:\n",
    "creation_rules: []\n",
    "creation_rules: [{}]\n",
    "creation_rules: [{key_groups: []}]\n",
    "creation_rules: [{key_groups: [{}]}]\n",
    "creation_rules: [{age: @ALICE}]\n",
    "creation_rules: [{age: \"@ALICE,\", mac_only_encrypted: true, unencrypted_regex: b}]\n",
    "creation_rules: [{age: [@ALICE, @BOB], encrypted_regex: ^a$}]\n",
    "creation_rules: [{path_regex: ^sub/, age: @ALICE}]\n",
    "creation_rules: [{path_regex: ^a, age: @BOB}, {path_regex: b, age: @ALICE}]\n",
    "creation_rules: [{path_regex: \"(\", age: @ALICE}]\n",
    "creation_rules: [{age: @ALICE, encrypted_regex: ^a$, unencrypted_suffix: x}]\n",
    "creation_rules: [{age: @ALICE, encrypted_suffix: a}]\nstores: {yaml: {indent: 2}}\n",
    "creation_rules: [{age: @ALICE, encrypted_comment_regex: top}]\n",
    "creation_rules: [{age: @ALICE, unencrypted_comment_regex: top}]\n",
    "creation_rules: [{key_groups: [{age: [@ALICE]}, {age: [@BOB]}]}]\n",
    "creation_rules: [{key_groups: [{age: [@ALICE]}, {age: [@BOB]}], shamir_threshold: 3}]\n",
    "creation_rules: [{key_groups: [{age: [@ALICE]}, {age: [@BOB]}], shamir_threshold: 1}]\n",
    "creation_rules: [{key_groups: [{merge: [{age: [@ALICE]}, {age: [@BOB]}], age: [@ALICE]}]}]\n",
    "keys: [&a @ALICE, &b @BOB]\ncreation_rules:\n- key_groups:\n  - age: [*b, *a]\n",
    "x: [",
    "- a\n",
    "creation_rules: 5\n",
    "creation_rules: [{age: 5}]\n",
    "creation_rules: [{age: nope}]\n",
    "creation_rules: [{age: @ALICE, shamir_threshold: x}]\n",
    "creation_rules: [{hc_vault_transit_uri: \"https://vault/v1/k\"}]\n",
    "creation_rules: [{hckms: [nope]}]\n",
];

#[test]
fn configuration_files_mean_what_they_mean_to_sops() {
    let Some(theirs) = real_sops("configuration_files_mean_what_they_mean_to_sops") else { return };
    let old = encrypted("a.yaml", YAML);
    for config in CONFIGS {
        for line in [
            "encrypt a.yaml",
            "-e sub/b.yaml",
            "encrypt --age @BOB a.yaml",
            "encrypt --shamir-secret-sharing-threshold 2 a.yaml",
            "--mac-only-encrypted encrypt a.yaml",
            "--unencrypted-comment-regex c -e a.yaml",
            "decrypt old.yaml",
            "edit old.yaml",
            "updatekeys -y old.yaml",
        ] {
            let case =
                Case::new(line).file("a.yaml", YAML).file("sub/b.yaml", YAML).file(".sops.yaml", config);
            case.file("old.yaml", &old).alice().env("EDITOR", "true").is_the_same_as(&theirs);
        }
    }
}

#[test]
fn the_configuration_is_found_from_the_working_directory_or_named() {
    let rule = "creation_rules: [{path_regex: ^x/a.yaml$, age: @ALICE}]\n";
    let case = |line: &str| Case::new(line).file("x/a.yaml", "a: 1\n").file("a.yaml", "a: 1\n");
    case("encrypt x/a.yaml").file(".sops.yaml", rule).run(&ours()).ends_with(0);
    case("encrypt --filename-override x/a.yaml a.yaml").file(".sops.yaml", rule).run(&ours()).ends_with(0);
    case("--config other x/../x/a.yaml").file("other", rule).env("EDITOR", "false").run(&ours()).ends_with(1);
    case("--config other encrypt x/a.yaml").file("other", rule).run(&ours()).ends_with(0);
    case("encrypt x/a.yaml").file("other", rule).env("SOPS_CONFIG", "other").run(&ours()).ends_with(0);
    // The rules are for paths below the directory of the file that has them.
    case("encrypt x/a.yaml").file("x/other", rule).env("SOPS_CONFIG", "x/other").run(&ours()).ends_with(1);
    for line in ["encrypt --age @ALICE a.yaml", "decrypt a.yaml"] {
        let missing = case(line).env("SOPS_CONFIG", "nowhere");
        missing
            .run(&ours())
            .ends_with(1)
            .says("could not read config file: open nowhere: no such file or directory");
        if let Some(theirs) = real_sops("the_configuration_is_found_from_the_working_directory_or_named") {
            missing.sounds_the_same_as(&theirs);
        }
    }
    let ignored = case("encrypt a.yaml").file(".sops.yml", rule).run(&ours());
    ignored.ends_with(1).says("ignoring \\\".sops.yml\\\" when searching for config file");
}

#[test]
fn variables_and_flags_win_over_rules() {
    let config = "creation_rules: [{age: @ALICE}]\n";
    let case = |line: &str| Case::new(line).file("a.yaml", "a: 1\n").file(".sops.yaml", config);
    let recipients = |case: Case| {
        let trace = case.run(&ours());
        let text = trace.ends_with(0).stdout.clone();
        (text.contains(ALICE.recipient), text.contains(BOB.recipient))
    };
    assert_eq!(recipients(case("encrypt a.yaml")), (true, false));
    assert_eq!(recipients(case("encrypt --age @BOB a.yaml")), (false, true));
    assert_eq!(recipients(case("encrypt a.yaml").env("SOPS_AGE_RECIPIENTS", BOB.recipient)), (false, true));
    let both = case("encrypt --age @ALICE a.yaml").env("SOPS_AGE_RECIPIENTS", BOB.recipient);
    assert_eq!(recipients(both), (true, false));
    let conflict = "creation_rules: [{age: @ALICE, encrypted_regex: a}]\n";
    let case = Case::new("encrypt --unencrypted-suffix x a.yaml").file("a.yaml", "a: 1\n");
    case.file(".sops.yaml", conflict).run(&ours()).ends_with(8);
}

#[test]
fn a_rule_without_keys_is_said_in_the_words_of_sops() {
    for config in [
        "creation_rules: [{path_regex: a}]\n",
        "creation_rules: [{key_groups: []}]\n",
        "creation_rules: [{key_groups: [{}]}]\n",
    ] {
        let case = Case::new("encrypt a.yaml").file("a.yaml", "a: 1\n").file(".sops.yaml", config);
        let trace = case.run(&ours());
        assert_eq!(trace.ends_with(1).stderr, "Could not generate data key: [empty key group provided]\n");
    }
    let none = Case::new("encrypt a.yaml").file("a.yaml", "a: 1\n").run(&ours());
    none.ends_with(1).says("config file not found, or has no creation rules, and no keys provided");
}

#[test]
fn selections_in_binary_files_are_ignored_with_a_warning() {
    let case = Case::new("encrypt --age @ALICE --encrypted-regex x a.bin").file("a.bin", "text");
    let trace = case.run(&ours());
    trace.ends_with(0).says("does not make sense with the input store");
    assert!(!trace.stdout.contains("encrypted_regex") && !trace.stdout.contains("suffix"));
    if let Some(theirs) = real_sops("selections_in_binary_files_are_ignored_with_a_warning") {
        case.is_the_same_as(&theirs);
    }
}

#[test]
fn an_invalid_selection_is_refused_rather_than_left_in_clear_text() {
    for flag in ["--encrypted-regex", "--unencrypted-regex"] {
        let case = Case::new(&format!("encrypt --age @ALICE {flag} ( a.yaml")).file("a.yaml", "a: 1\n");
        case.run(&ours()).ends_with(23).prints("").says("missing closing )");
    }
}
