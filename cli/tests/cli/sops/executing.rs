//! `exec-env` and `exec-file`.

use super::workbench::{Case, YAML, encrypted, ours, real_sops};

fn case(line: &str, command: &str) -> Case {
    let case = Case::new(line);
    let case = if command.is_empty() { case } else { case.word(command) };
    case.file("e.env", &encrypted("e.env", "A=1\nB=two words\nC=a\\nb\n#c\nE=\nHOME=/x\n"))
        .file("f.yaml", &encrypted("f.yaml", "a: 1\nb: 1.5\nc: true\nd: null\ne: 2024-01-01\nf: \"x\"\n"))
        .file("w.yaml", &encrypted("w.yaml", "\"a=b\": 1\n"))
        .file("a.yaml", &encrypted("a.yaml", YAML))
        .alice()
        .stdin("input\n")
}

#[test]
fn commands_get_values_as_variables_as_from_sops() {
    let Some(theirs) = real_sops("commands_get_values_as_variables_as_from_sops") else { return };
    for (line, command) in [
        ("exec-env e.env", "env | sort | grep -E '^[A-E]=|HOME'; echo \"$C\""),
        ("exec-env --pristine e.env", "env | sort | grep -v -E '^(PWD|SHLVL|_|OLDPWD)='"),
        ("exec-env f.yaml", "env | grep -E '^[a-f]='"),
        ("exec-env e.env", "exit 7"),
        ("exec-env e.env", "kill -9 $$"),
        ("exec-env e.env", "cat"),
        ("exec-env --same-process e.env", "echo $A; exit 3"),
        ("exec-env --background --same-process e.env", "true"),
        ("exec-env --user nobody-of-that-name e.env", "true"),
        ("exec-env a.yaml", "env"),
        ("exec-env w.yaml", "env"),
        ("exec-env missing.env", "env"),
        ("exec-env e.env", ""),
        ("exec-env e.env a b", ""),
    ] {
        case(line, command).is_the_same_as(&theirs);
    }
}

#[test]
fn commands_get_files_as_from_sops() {
    let Some(theirs) = real_sops("commands_get_files_as_from_sops") else { return };
    for (line, command) in [
        ("exec-file a.yaml", "cat {}"),
        ("exec-file a.yaml", "basename {}; stat -c %a%F {}; stat -c %a $(dirname {})"),
        ("exec-file --no-fifo a.yaml", "cat {}; stat -c %a%F {}; stat -c %a $(dirname {})"),
        ("exec-file --no-fifo --filename foobar a.yaml", "basename {}; stat -c %a {}"),
        ("exec-file --filename foobar a.yaml", "basename {}; cat {}"),
        ("exec-file --filename ../x a.yaml", "cat {}"),
        ("exec-file --filename /x a.yaml", "cat {}"),
        ("exec-file --output-type json a.yaml", "cat {}"),
        ("exec-file --no-fifo --input-type dotenv --output-type yaml e.env", "cat {} {}"),
        ("exec-file a.yaml", "exit 9"),
        ("exec-file missing.yaml", "cat {}"),
        ("exec-file a.yaml", ""),
    ] {
        let trace = case(line, command).is_the_same_as(&theirs);
        assert!(trace.code.is_some(), "{line}");
    }
}

#[test]
fn the_temporary_file_disappears_however_the_command_ends() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.file("a.yaml", encrypted("a.yaml", "a: hello\n"));
    for (flags, command, code) in [
        ("", "cat {}", 0),
        ("--no-fifo", "cat {}", 0),
        ("--no-fifo", "exit 3", 3),
        ("--no-fifo", "kill -9 $$", 255),
        // It is passed on, and the command decides.
        (
            "--no-fifo",
            "trap 'exit 5' TERM; kill -TERM $PPID; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.5; done",
            5,
        ),
        ("", "true", 0),
    ] {
        let run = sandbox.sops(&format!("exec-file {flags} a.yaml")).word(command);
        let run = run.env("TMPDIR", &sandbox.path().to_string_lossy());
        let outcome = run
            .env("SOPS_AGE_KEY", super::workbench::ALICE.identity)
            .env("PATH", &std::env::var("PATH").unwrap_or_default())
            .run();
        assert_eq!(outcome.code, Some(code), "{command}: {outcome:#?}");
        assert_eq!(sandbox.names(), ["a.yaml", "cert.pem", "key.pem"], "{command}");
    }
}

#[test]
fn values_are_not_in_arguments() {
    let text = encrypted("e.env", "A=s3cret-canary\n");
    let command = "cat /proc/$$/cmdline /proc/$PPID/cmdline | tr '\\0' ' '";
    let trace = Case::new("exec-env e.env").word(command).file("e.env", &text).alice().run(&ours());
    assert!(!trace.ends_with(0).stdout.contains("s3cret-canary"), "{trace:#?}");
}
