//! age plugins, with a small program in the place of a real one.

use std::os::unix::fs::PermissionsExt as _;

use super::workbench::real_sops;
use crate::support::Sandbox;

/// The recipient and the identity of `age-plugin-toy`.
const RECIPIENT: &str = "age1toy1qqqsyqcyq5rqwzqfvq0xad";
const IDENTITY: &str = "AGE-PLUGIN-TOY-1QQQSYQCYQ5RQWZQFV87F5X";

/// Wraps by writing the file key down as it is, and says what it was told on the way.
const PLUGIN: &str = r#"#!/usr/bin/env python3
import sys, base64
def read():
    head = sys.stdin.readline().rstrip("\n").split(" ")[1:]
    body = ""
    while True:
        line = sys.stdin.readline().rstrip("\n")
        body += line
        if len(line) < 64: break
    return head, base64.b64decode(body + "=" * (-len(body) % 4))
def send(words, body=b""):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[i:i+64] for i in range(0, len(text), 64)] or [""]
    if len(lines[-1]) == 64: lines.append("")
    sys.stdout.write("-> " + words + "\n" + "\n".join(lines) + "\n"); sys.stdout.flush()
key, stanza = None, None
while True:
    head, body = read()
    if head[0] == "wrap-file-key": key = body
    if head[0] == "recipient-stanza" and head[2] == "toy": stanza = body
    if head[0] == "done": break
send("msg", b"the toy says hello"); read()
send("grease-x y", b"z"); assert read()[0] == ["unsupported"]
if "recipient" in sys.argv[1]:
    send("recipient-stanza 0 toy arg", key); read()
elif stanza is None:
    send("error internal", b"the toy is broken"); read()
else:
    send("file-key 0", stanza); read()
send("done")
"#;

#[test]
fn plugins_wrap_and_unwrap_for_either_program() {
    let test = "plugins_wrap_and_unwrap_for_either_program";
    let sandbox = Sandbox::new();
    let directory = sandbox.path().join("bin");
    std::fs::create_dir(&directory).unwrap();
    let plugin = directory.join("age-plugin-toy");
    std::fs::write(&plugin, PLUGIN).unwrap();
    std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.file("clear.yaml", "a: 1\n");
    let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap_or_default());
    let mut programs = vec![super::workbench::ours()];
    programs.extend(real_sops(test));
    for by in &programs {
        let line = format!("encrypt --age {RECIPIENT} --output a.yaml clear.yaml");
        let outcome = sandbox.program(by, "sops", &line).env("PATH", &path).succeeds();
        if *by == super::workbench::ours() {
            outcome.says("the toy says hello");
        }
        for to in &programs {
            let run = sandbox.program(to, "sops", "decrypt a.yaml").env("PATH", &path);
            run.env("SOPS_AGE_KEY", IDENTITY).succeeds().prints("a: 1\n");
        }
    }
    let missing = sandbox.sops("decrypt a.yaml").env("SOPS_AGE_KEY", IDENTITY).run();
    assert_eq!(missing.code, Some(128));
    missing.says("couldn't start plugin");
}
