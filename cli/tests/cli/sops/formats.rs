//! Encrypting and decrypting every format, in every form of the command.

use super::workbench::{Case, YAML, decrypted_by, encrypted, encrypted_by, ours, real_sops};

/// A file of every format.
pub(super) const FILES: [(&str, &str); 6] = [
    ("a.yaml", YAML),
    ("a.yml", "a: 1\n---\nb: 2\n"),
    ("a.json", r#"{"a":"x","b":{"c":[1,2.5,true,null]},"s":"<&>","e":{},"f":[]}"#),
    ("a.env", "# c\nA=1\nB=two words\nC=a\\nb\nD=\n"),
    ("a.ini", "[s]\na = 1\n; c\nb = x\n[t]\n"),
    ("a.bin", "any text\n{\"data\": 1}"),
];

#[test]
fn every_format_is_encrypted_as_by_sops() {
    let Some(theirs) = real_sops("every_format_is_encrypted_as_by_sops") else { return };
    for (name, text) in FILES {
        for line in [
            "encrypt",
            "-e",
            "--encrypt",
            "encrypt -i",
            "-e -i",
            "encrypt --output out",
            "encrypt --output-type json",
        ] {
            let case = Case::new(&format!("{line} --age @ALICE {name}")).file(name, text);
            case.sounds_the_same_as(&theirs).ends_with(0);
        }
    }
}

#[test]
fn every_format_is_decrypted_as_by_sops() {
    let Some(theirs) = real_sops("every_format_is_decrypted_as_by_sops") else { return };
    for (name, text) in FILES {
        let encrypted = encrypted_by(&theirs, "--age @ALICE", name, text);
        for line in ["decrypt", "-d", "decrypt -i", "-d -i", "decrypt --output out"] {
            let case = Case::new(&format!("{line} {name}")).file(name, &encrypted).alice();
            case.sounds_the_same_as(&theirs).ends_with(0);
        }
        for kind in ["yaml", "json", "dotenv", "ini", "binary", "unknown"] {
            let case = Case::new(&format!("decrypt --output-type {kind} {name}"));
            case.file(name, &encrypted).alice().is_the_same_as(&theirs);
        }
        for indent in ["2", "0", "-1", "-2", "12"] {
            let case = Case::new(&format!("--indent={indent} decrypt {name}"));
            case.file(name, &encrypted).alice().is_the_same_as(&theirs);
        }
    }
}

#[test]
fn what_one_program_encrypts_the_other_decrypts() {
    let Some(theirs) = real_sops("what_one_program_encrypts_the_other_decrypts") else { return };
    for (name, text) in FILES {
        let (by_us, by_them) = (encrypted(name, text), encrypted_by(&theirs, "--age @ALICE", name, text));
        let expected = decrypted_by(&theirs, name, &by_them);
        assert_eq!(decrypted_by(&theirs, name, &by_us), expected, "{name}");
        assert_eq!(decrypted_by(&ours(), name, &by_them), expected, "{name}");
        assert_eq!(decrypted_by(&ours(), name, &by_us), expected, "{name}");
    }
}

#[test]
fn comments_of_lists_pass_between_the_programs() {
    let Some(theirs) = real_sops("comments_of_lists_pass_between_the_programs") else { return };
    let text = "l:\n    # one\n    - x\n    # two\n    - k: z\n";
    let (by_us, by_them) = (encrypted("a.yaml", text), encrypted_by(&theirs, "--age @ALICE", "a.yaml", text));
    assert!(!by_us.contains("one") && by_us.contains("#ENC[") && by_them.contains("- ENC["));
    for program in [ours(), theirs] {
        assert_eq!(decrypted_by(&program, "a.yaml", &by_us), text);
        assert_eq!(decrypted_by(&program, "a.yaml", &by_them), text);
    }
}

#[test]
fn input_and_output_may_be_standard_streams() {
    let encrypted = encrypted("a.yaml", YAML);
    let plain = decrypted_by(&ours(), "a.yaml", &encrypted);
    let cases = [
        Case::new("decrypt --input-type yaml --output-type yaml").stdin(encrypted.as_str()).alice(),
        Case::new("decrypt --filename-override x.yaml").stdin(encrypted.as_str()).alice(),
        Case::new("-d --input-type yaml --output-type yaml /dev/stdin").stdin(encrypted.as_str()).alice(),
    ];
    for case in cases {
        case.run(&ours()).ends_with(0).prints(&plain);
    }
    let json = Case::new("encrypt --age @ALICE --filename-override x.yaml --output-type json").stdin(YAML);
    let json = json.run(&ours());
    let decrypted = Case::new("decrypt a.json").file("a.json", &json.ends_with(0).stdout).alice();
    assert!(decrypted.run(&ours()).ends_with(0).stdout.contains("\"m_unencrypted\": \"clear\""));
}

#[test]
fn a_file_keeps_its_permissions_and_its_place() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let sandbox = crate::support::Sandbox::new();
    sandbox.file("a.yaml", YAML);
    let path = sandbox.path().join("a.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("a.yaml", sandbox.path().join("link.yaml")).unwrap();
    let before = std::fs::metadata(&path).unwrap();
    let line = format!("encrypt -i --age {} link.yaml", super::workbench::ALICE.recipient);
    sandbox.sops(&line).succeeds().says_nothing().prints("");
    let after = std::fs::metadata(&path).unwrap();
    assert_eq!((after.mode(), after.ino()), (before.mode(), before.ino()));
    assert!(sandbox.read("a.yaml").contains("ENC["));
    // What cannot be encrypted leaves the file as it was.
    let text = sandbox.read("a.yaml");
    assert_eq!(sandbox.sops(&line).run().code, Some(203));
    assert_eq!(sandbox.read("a.yaml"), text);
}

#[test]
fn documents_that_cannot_be_encrypted_are_refused_as_by_sops() {
    let Some(theirs) = real_sops("documents_that_cannot_be_encrypted_are_refused_as_by_sops") else { return };
    let texts = [
        ("a.yaml", ""),
        ("a.yaml", "# only\n"),
        ("a.yaml", "- a\n"),
        ("a.yaml", "x"),
        ("a.yaml", "a: 1\na: 2\n"),
        ("a.yaml", "1: x\n"),
        ("a.yaml", "a: ["),
        ("a.yaml", "{}"),
        ("a.yaml", "---\n"),
        ("a.yaml", "a: 18446744073709551615\n"),
        ("a.yaml", "a: &x 1\nb: *x\n"),
        ("a.yaml", "a: 1\n---\nsops: 2\n"),
        ("a.yaml", "sops: 1\n"),
        ("a.json", ""),
        ("a.json", "[]"),
        ("a.json", "5"),
        ("a.json", "{"),
        ("a.json", "{}"),
        ("a.json", "{\"a\":1}x"),
        ("a.json", "{\"sops\":1}"),
        ("a.env", ""),
        ("a.env", "x"),
        ("a.env", "sops_x=1\n"),
        ("a.ini", ""),
        ("a.ini", "x\n"),
        ("a.bin", ""),
    ];
    for (name, text) in texts {
        Case::new(&format!("encrypt --age @ALICE {name}")).file(name, text).is_the_same_as(&theirs);
        Case::new(&format!("decrypt {name}")).file(name, text).alice().is_the_same_as(&theirs);
        Case::new(&format!("filestatus {name}")).file(name, text).is_the_same_as(&theirs);
        Case::new(&format!("rotate {name}")).file(name, text).alice().is_the_same_as(&theirs);
    }
}

#[test]
fn a_changed_file_is_refused_and_decrypts_when_the_mac_is_ignored() {
    let encrypted = encrypted("a.yaml", YAML).replace("m_unencrypted: clear", "m_unencrypted: other");
    let case = |flags: &str| Case::new(&format!("decrypt {flags} a.yaml")).file("a.yaml", &encrypted).alice();
    case("").run(&ours()).ends_with(51).prints("").says("MAC mismatch");
    assert!(case("--ignore-mac").run(&ours()).ends_with(0).stdout.contains("m_unencrypted: other"));
    if let Some(theirs) = real_sops("a_changed_file_is_refused_and_decrypts_when_the_mac_is_ignored") {
        case("").is_the_same_as(&theirs);
        case("--ignore-mac").is_the_same_as(&theirs);
        let spoiled = encrypted.replace("lastmodified: \"2", "lastmodified: \"1");
        Case::new("decrypt a.yaml").file("a.yaml", &spoiled).alice().is_the_same_as(&theirs).ends_with(51);
        let spoiled = encrypted.replace("version: 3", "version: x");
        Case::new("decrypt a.yaml").file("a.yaml", &spoiled).alice().is_the_same_as(&theirs).ends_with(1);
    }
}

#[test]
fn a_file_without_mac_is_refused_and_decrypts_when_the_mac_is_ignored() {
    let encrypted = encrypted("a.yaml", "a: 1\n");
    let without: String =
        encrypted.lines().filter(|line| !line.contains("mac:")).flat_map(|line| [line, "\n"]).collect();
    let case = |flags: &str| Case::new(&format!("decrypt {flags} a.yaml")).file("a.yaml", &without).alice();
    case("").run(&ours()).ends_with(51).prints("").says("MAC mismatch. File has no MAC");
    case("--ignore-mac").run(&ours()).ends_with(0).prints("a: 1\n");
    if let Some(theirs) = real_sops("a_file_without_mac_is_refused_and_decrypts_when_the_mac_is_ignored") {
        case("").is_the_same_as(&theirs);
        case("--ignore-mac").is_the_same_as(&theirs);
    }
}

#[test]
fn values_of_all_types_become_text_where_a_format_has_nothing_else() {
    let text = "s:\n  i: 1\n  f: 1.5\n  w: 2.0\n  b: true\n  d: 2024-01-02\n  t: 2024-01-02T03:04:05+07:00\n  x: text\n";
    let encrypted = encrypted("a.yaml", text);
    let case = Case::new("decrypt --output-type ini a.yaml").file("a.yaml", &encrypted).alice();
    let expected = "[s]\ni = 1\nf = 1.5\nw = 2.0\nb = true\nd = 2024-01-02T00:00:00Z\nt = 2024-01-02T03:04:05+07:00\nx = text\n";
    case.run(&ours()).ends_with(0).prints(expected);
    if let Some(theirs) = real_sops("values_of_all_types_become_text_where_a_format_has_nothing_else") {
        case.is_the_same_as(&theirs);
    }
    let times = decrypted_by(&ours(), "a.yaml", &encrypted);
    assert!(
        times.contains("d: 2024-01-02T00:00:00Z\n") && times.contains("t: 2024-01-02T03:04:05+07:00\n"),
        "{times}"
    );
}
