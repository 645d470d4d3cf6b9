//! `edit`, and a file without a command.

use super::workbench::{BOB, Case, YAML, decrypted_by, encrypted, ours, real_sops};

const REPLACE: &str = "sed -i s/hello/changed/";

#[test]
fn files_are_edited_as_by_sops() {
    let Some(theirs) = real_sops("files_are_edited_as_by_sops") else { return };
    let text = encrypted("a.yaml", YAML);
    for line in
        ["edit a.yaml", "a.yaml", "edit --ignore-mac a.yaml", "edit", "edit missing.yaml", "missing.yaml"]
    {
        for editor in [
            REPLACE,
            "true",
            "false",
            "/nonexistent/editor",
            "'unclosed",
            "sh -c 'stat -c %a $0; stat -c %a $(dirname $0); basename $0; echo x: 1 >> $0'",
        ] {
            let case = Case::new(line).file("a.yaml", &text).alice();
            case.clone().env("SOPS_EDITOR", editor).env("EDITOR", "false").is_the_same_as(&theirs);
            case.env("EDITOR", editor).is_the_same_as(&theirs);
        }
    }
}

#[test]
fn a_new_file_begins_with_an_example_that_can_be_encrypted() {
    let theirs = real_sops("a_new_file_begins_with_an_example_that_can_be_encrypted");
    for name in ["new.yaml", "new.json", "new.env", "new.ini", "new"] {
        let text = if name == "new.json" { "{}" } else { "x: 1\n" };
        let text = if name.ends_with(".env") || name.ends_with(".ini") { "x=1\n" } else { text };
        let editor = format!("sh -c 'cat $0 >&2; printf \"%s\" \"$1\" > $2' x '{text}'");
        let editor = editor.replace("$0", "$2");
        let case = Case::new(&format!("edit --age @ALICE {name}")).env("EDITOR", editor);
        let trace = case.run(&ours());
        trace.ends_with(0).says("Welcome to SOPS!");
        decrypted_by(&ours(), name, trace.file(name));
        if let Some(theirs) = &theirs {
            case.is_the_same_as(theirs);
        }
    }
}

#[test]
fn an_edited_file_has_the_new_values_and_only_they_are_encrypted_again() {
    let text = encrypted("a.yaml", YAML);
    let trace = Case::new("edit a.yaml").file("a.yaml", &text).alice().env("EDITOR", REPLACE).run(&ours());
    let edited = trace.ends_with(0).file("a.yaml");
    let plain = decrypted_by(&ours(), "a.yaml", &text);
    assert_eq!(decrypted_by(&ours(), "a.yaml", edited), plain.replace("hello", "changed"));
    let lines =
        |text: &str| text.lines().filter(|line| line.contains("ENC[")).map(str::to_owned).collect::<Vec<_>>();
    let kept = lines(edited).into_iter().filter(|line| lines(&text).contains(line)).count();
    assert_eq!(kept, lines(&text).len() - 2, "all but the value and the MAC");
}

#[test]
fn keys_can_be_edited_with_the_metadata() {
    let text = encrypted("a.yaml", "a: hello\n");
    let add = format!(
        "sed -i -e s/hello/changed/ -e 's/^    age:/    age:\\n        - recipient: {}\\n          enc: \"\"/'",
        BOB.recipient
    );
    let trace = Case::new("edit -s a.yaml").file("a.yaml", &text).alice().env("EDITOR", add).run(&ours());
    let edited = trace.ends_with(0).file("a.yaml");
    let by_bob = Case::new("decrypt a.yaml").file("a.yaml", edited).env("SOPS_AGE_KEY", BOB.identity);
    by_bob.run(&ours()).ends_with(0).prints("a: changed\n");
    assert_eq!(decrypted_by(&ours(), "a.yaml", edited), "a: changed\n");
}

#[test]
fn a_file_that_cannot_be_encrypted_goes_back_to_the_editor() {
    let text = encrypted("a.yaml", "a: hello\n");
    let good = "sh -c 'if [ -e second ]; then echo a: good > $0; else touch second; echo \"a: [\" > $0; fi'";
    let case = Case::new("edit a.yaml").file("a.yaml", &text).alice().env("EDITOR", good);
    let trace = case.clone().stdin("\n").run(&ours());
    trace.ends_with(0).says("Could not load tree, probably due to invalid syntax");
    assert_eq!(decrypted_by(&ours(), "a.yaml", trace.file("a.yaml")), "a: good\n");
    // Nobody presses enter.
    let trace = case.env("EDITOR", "sh -c 'echo sops: 1 >> $0'").run(&ours());
    trace.ends_with(1).says("Tree not valid for encryption");
    assert_eq!(trace.file("a.yaml"), text);
}

#[test]
fn nothing_is_left_of_the_plaintext() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.file("a.yaml", encrypted("a.yaml", "a: hello\n"));
    let run = |editor: &str| {
        let run = sandbox
            .sops("edit a.yaml")
            .env("EDITOR", editor)
            .env("TMPDIR", &sandbox.path().to_string_lossy());
        run.env("SOPS_AGE_KEY", super::workbench::ALICE.identity)
            .env("PATH", &std::env::var("PATH").unwrap_or_default())
            .run()
    };
    for (editor, code) in [
        ("true", Some(200)),
        ("false", Some(201)),
        ("sed -i s/hello/x/", Some(0)),
        ("sh -c 'echo \"a: [\" > $0'", Some(1)),
        // What ends the program while somebody edits.
        ("sh -c 'kill -TERM $PPID; sleep 1'", Some(1)),
        ("sh -c 'kill -INT $PPID; sleep 1'", Some(1)),
        ("sh -c 'kill -HUP $PPID; sleep 1'", Some(1)),
    ] {
        let outcome = run(editor);
        assert_eq!(outcome.code, code, "{editor}: {outcome:#?}");
        assert_eq!(sandbox.names(), ["a.yaml", "cert.pem", "key.pem"], "{editor}");
    }
}
