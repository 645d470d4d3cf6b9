//! Where age keys come from.

use super::workbench::{ALICE, BOB, Case, encrypted, encrypted_by, ours, real_sops};

fn case(text: &str) -> Case {
    Case::new("decrypt a.yaml").file("a.yaml", text)
}

#[test]
fn age_keys_are_found_everywhere_sops_finds_them() {
    let text = encrypted("a.yaml", "a: 1\n");
    let (both, command) = (format!("{}\n# c\n\n{}\n", BOB.identity, ALICE.identity), "cat 'my keys'");
    let cases = [
        case(&text).env("SOPS_AGE_KEY", ALICE.identity),
        case(&text).env("SOPS_AGE_KEY", format!("{} {}", BOB.identity, ALICE.identity)),
        case(&text).env("SOPS_AGE_KEY_FILE", "keys").file("keys", &both),
        case(&text).env("SOPS_AGE_KEY_CMD", command).file("my keys", &both),
        case(&text).file("home/.config/sops/age/keys.txt", &both),
        // One place that is broken stops no other.
        case(&text).env("SOPS_AGE_KEY_FILE", "missing").env("SOPS_AGE_KEY", ALICE.identity),
        case(&text).env("SOPS_AGE_KEY", "nonsense").file("home/.config/sops/age/keys.txt", &both),
        case(&text).env("SOPS_AGE_KEY_CMD", "false").env("SOPS_AGE_KEY", ALICE.identity),
        case(&text).file("home/.ssh/id_rsa", "nonsense").env("SOPS_AGE_KEY", ALICE.identity),
    ];
    let theirs = real_sops("age_keys_are_found_everywhere_sops_finds_them");
    for case in cases {
        case.run(&ours()).ends_with(0).prints("a: 1\n");
        if let Some(theirs) = &theirs {
            case.sounds_the_same_as(theirs);
        }
    }
}

#[test]
fn a_command_is_told_which_recipient_is_wanted() {
    let text = encrypted("a.yaml", "a: 1\n");
    let script = format!("sh -c 'test \"$SOPS_AGE_RECIPIENT\" = {} && cat keys'", ALICE.recipient);
    let case = case(&text).env("SOPS_AGE_KEY_CMD", script).file("keys", ALICE.identity);
    case.run(&ours()).ends_with(0).prints("a: 1\n");
}

#[test]
fn without_a_key_all_places_are_named() {
    let text = encrypted("a.yaml", "a: 1\n");
    let trace = case(&text).run(&ours());
    trace.ends_with(128).prints("").says("Group 0: FAILED").says("failed to load age identities");
    for place in [
        "SOPS_AGE_KEY'",
        "SOPS_AGE_KEY_FILE",
        "SOPS_AGE_KEY_CMD",
        "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
        "id_ed25519",
    ] {
        trace.says(place);
    }
    let broken =
        case(&text).env("SOPS_AGE_KEY_FILE", "missing").env("SOPS_AGE_KEY", BOB.identity).run(&ours());
    broken.ends_with(128).says("failed to open").says("SOPS_AGE_KEY_FILE");
    assert!(!broken.stderr.contains("AGE-SECRET-KEY"));
    if let Some(theirs) = real_sops("without_a_key_all_places_are_named") {
        case(&text).env("SOPS_AGE_KEY", "").is_the_same_as(&theirs).ends_with(128);
        case(&text).sounds_the_same_as(&theirs);
    }
}

#[test]
fn ssh_keys_are_age_keys() {
    let test = "ssh_keys_are_age_keys";
    let Some(theirs) = real_sops(test) else { return };
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/sops-keys/testdata/age/keys");
    for name in ["ssh-ed25519", "ssh-rsa"] {
        let read = |end: &str| std::fs::read_to_string(format!("{data}/{name}{end}"));
        let (Ok(private), Ok(public)) = (read(""), read(".pub")) else { panic!("no {name} in {data}") };
        let recipient = public.trim().replace(' ', "~");
        for by in [ours(), theirs.clone()] {
            let text = encrypted_by(&by, &format!("--age {recipient}"), "a.yaml", "a: 1\n");
            for to in [ours(), theirs.clone()] {
                let home = if name == "ssh-rsa" { "home/.ssh/id_rsa" } else { "home/.ssh/id_ed25519" };
                case(&text).file(home, &private).run(&to).ends_with(0).prints("a: 1\n");
                let named = case(&text).env("SOPS_AGE_SSH_PRIVATE_KEY_FILE", "key").file("key", &private);
                named.run(&to).ends_with(0).prints("a: 1\n");
                let command =
                    case(&text).env("SOPS_AGE_SSH_PRIVATE_KEY_CMD", "cat key").file("key", &private);
                command.run(&to).ends_with(0).prints("a: 1\n");
            }
        }
    }
}

#[test]
fn the_order_of_kinds_can_be_said() {
    let text = encrypted("a.yaml", "a: 1\n");
    let case = |flags: &str| Case::new(&format!("decrypt {flags} a.yaml")).file("a.yaml", &text).alice();
    case("--decryption-order pgp,age").run(&ours()).ends_with(0);
    case("--decryption-order nonsense").run(&ours()).ends_with(0);
    case("--decryption-order age,age").run(&ours()).ends_with(112);
    case("").env("SOPS_DECRYPTION_ORDER", "age,kms,age").run(&ours()).ends_with(112);
}
