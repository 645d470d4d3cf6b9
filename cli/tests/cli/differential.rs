//! The same input through the real kubeseal and through ours: exit status, output with the sealed values masked,
//! files, and what the sealed values open to.
//!
//! Where ours differs on purpose there is no case here but one in another module, named after the reason.

mod settings;
mod streams;
mod values;

use std::path::Path;

use crate::support::{Outcome, Sandbox, mask, real_kubeseal};

/// One input.
struct Case {
    line: String,
    env: Vec<(&'static str, String)>,
    stdin: Vec<u8>,
    files: Vec<(&'static str, String)>,
}

impl Case {
    fn new(line: impl Into<String>, stdin: impl Into<Vec<u8>>) -> Self {
        Self { line: line.into(), env: Vec::new(), stdin: stdin.into(), files: Vec::new() }
    }

    fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn file(mut self, name: &'static str, contents: impl Into<String>) -> Self {
        self.files.push((name, contents.into()));
        self
    }

    fn run(&self, program: &Path) -> (Sandbox, Outcome) {
        let sandbox = Sandbox::new();
        for (name, contents) in &self.files {
            sandbox.file(name, contents);
        }
        let mut run = sandbox.program(program, "kubeseal", &self.line).stdin(&self.stdin);
        for (name, value) in &self.env {
            run = run.env(name, value);
        }
        let outcome = run.run();
        (sandbox, outcome)
    }
}

/// Everything of a run that must be equal.
#[derive(Debug, PartialEq)]
struct Trace {
    code: Option<i32>,
    stdout: String,
    says_error: bool,
    files: Vec<(String, String)>,
}

impl Trace {
    fn of(sandbox: &Sandbox, outcome: &Outcome) -> Self {
        let files = sandbox.names().into_iter().filter(|name| !name.ends_with(".pem"));
        // The usage text may be on either stream.
        let usage = outcome.code == Some(2);
        Self {
            code: outcome.code,
            stdout: if usage { String::new() } else { mask(&outcome.stdout) },
            says_error: outcome.stderr.starts_with("error: ") || usage,
            files: files
                .map(|name| (mask(&sandbox.read(&name)), name))
                .map(|(text, name)| (name, text))
                .collect(),
        }
    }
}

/// Opens the output of a run, if it is one SealedSecret, with the real kubeseal.
fn opened(kubeseal: &Path, outcome: &Outcome) -> Option<String> {
    let sandbox = Sandbox::new();
    let line = "--recovery-unseal --recovery-private-key key.pem";
    let opened = sandbox.program(kubeseal, "kubeseal", line).stdin(&outcome.stdout).run();
    (opened.code == Some(0)).then_some(opened.stdout)
}

/// Runs all cases through both and collects every difference.
#[track_caller]
fn compare(test: &str, cases: Vec<Case>) {
    let Some(kubeseal) = real_kubeseal(test) else { return };
    let ours = Path::new(env!("CARGO_BIN_EXE_signet"));
    let mut differences = Vec::new();
    let count = cases.len();
    for case in cases {
        let (their_files, theirs) = case.run(&kubeseal);
        let (our_files, ours) = case.run(ours);
        if theirs.code.is_none() {
            // It had to be killed; ours has to end with an error.
            assert_eq!(ours.code, Some(1), "{ours:#?}");
            continue;
        }
        let (expected, found) = (Trace::of(&their_files, &theirs), Trace::of(&our_files, &ours));
        let input = String::from_utf8_lossy(&case.stdin);
        if expected != found {
            differences.push(format!(
                "kubeseal {}\n{:?}\n{input}\ntheirs: {expected:#?}\n{}ours: {found:#?}\n{}",
                case.line, case.env, theirs.stderr, ours.stderr
            ));
        } else if theirs.code == Some(0) && theirs.stdout.contains("SealedSecret") {
            let (expected, found) = (opened(&kubeseal, &theirs), opened(&kubeseal, &ours));
            if expected != found {
                differences.push(format!("{input}\nopens to\n{expected:?}\nours to\n{found:?}"));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {count} differ:\n{}",
        differences.len(),
        differences.join("\n----\n")
    );
}

const SEAL: &str = "--cert cert.pem";

/// A Secret in YAML with the given lines in place of metadata and data.
fn secret(rest: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\n{rest}")
}
