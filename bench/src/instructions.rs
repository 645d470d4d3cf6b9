//! Budgets that do not depend on the machine: instructions, counted by valgrind, and sizes of binaries.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use signet_sealed::{Label, PrivateKey, Scope, SystemRandom, open_value, seal_value};
use signet_tests::Program;
use signet_tests::process::on_path;
use signet_tests::progress::say;
use signet_tests::scratch::Scratch;

use crate::inputs::{Input, NAMESPACE};
use crate::keys::keys;

/// Two runs of one program differ by less than a thousandth; more than this is a change.
const TOLERANCE: f64 = 1.03;
/// Opening once and three times this often: the difference is free of the start.
const OPENINGS: u64 = 2;
const OBJECT: &str = "input";

/// The file with the budgets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budgets {
    budget: Vec<Budget>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Budget {
    id: String,
    what: String,
    measure: Measure,
    at_most: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Measure {
    /// User instructions of one of our programs with these arguments; `CERT` and `SECRET` stand for files.
    Run(Vec<String>),
    /// User instructions of opening one value with a key that is known.
    OpenValue,
    /// Bytes of one of our programs.
    Size(String),
}

/// What was measured when it was last looked at, by identity of the budget.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Recorded(BTreeMap<String, u64>);

/// Measures everything, prints it, and fails when a budget or a recorded value is exceeded.
#[expect(clippy::print_stdout, reason = "the table is what was asked for")]
pub(crate) fn check(record: bool) -> Result<()> {
    if on_path("valgrind").is_none() {
        bail!("valgrind is not installed: `apt-get install valgrind`, or the package of that name elsewhere");
    }
    let directory = signet_tests::checkout().join("bench").join("instr");
    let budgets: Budgets = toml::from_str(&fs::read_to_string(directory.join("budgets.toml"))?)?;
    let recorded_path = directory.join("recorded.toml");
    let recorded: Recorded = match fs::read_to_string(&recorded_path) {
        Ok(text) => toml::from_str(&text)?,
        Err(_) => Recorded::default(),
    };
    let files = Files::write()?;
    let mut measured = Recorded::default();
    let mut exceeded = Vec::new();
    for Budget { id, what, measure, at_most } in &budgets.budget {
        let value = files.measure(measure).with_context(|| format!("failed to measure {id}"))?;
        let before = recorded.0.get(id);
        let grew = !record && before.is_some_and(|&before| value as f64 > before as f64 * TOLERANCE);
        let verdict = match (value > *at_most, grew) {
            (true, _) => "over the budget",
            (false, true) => "more than recorded",
            (false, false) => "within",
        };
        let before = before.map_or_else(|| "never".to_owned(), u64::to_string);
        println!("| {id} | {what} | {value} | recorded {before} | budget {at_most} | {verdict} |");
        if verdict != "within" {
            exceeded.push(id.clone());
        }
        measured.0.insert(id.clone(), value);
    }
    if record {
        let head = "# Written by `cargo xtask bench instr --record`. A value is raised only with a reason in the commit.\n";
        let lines = measured.0.iter().map(|(id, value)| format!("{id} = {value}\n"));
        fs::write(&recorded_path, head.to_owned() + &lines.collect::<String>())?;
        say("recorded");
    }
    ensure!(exceeded.is_empty(), "exceeded: {}", exceeded.join(", "));
    Ok(())
}

/// What the measured programs read.
struct Files {
    scratch: Scratch,
}

impl Files {
    fn write() -> Result<Self> {
        let files = Self { scratch: Scratch::new("instr")? };
        let key = keys(1, 4096)?.pop().context("there is a key")?;
        let input = Input::new(OBJECT, 1, 5);
        fs::write(files.path("key.pem"), &key.private_pem)?;
        fs::write(files.path("cert.pem"), key.certificate.to_pem())?;
        fs::write(files.path("secret.yaml"), input.to_yaml())?;
        let label = Label::new(Scope::Strict, NAMESPACE, OBJECT)?;
        let sealed = seal_value(key.certificate.public_key(), &label, b"value", &mut SystemRandom)?;
        fs::write(files.path("sealed"), sealed)?;
        Ok(files)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn measure(&self, measure: &Measure) -> Result<u64> {
        match measure {
            Measure::Size(program) => Ok(fs::metadata(Program::ours(program)?.path())?.len()),
            Measure::Run(words) => {
                let (program, arguments) = words.split_first().context("no program is named")?;
                let arguments: Vec<PathBuf> = arguments.iter().map(|word| self.argument(word)).collect();
                self.instructions(Program::ours(program)?.path(), &arguments)
            }
            Measure::OpenValue => {
                let opening = |count: u64| {
                    let words = ["open-values".into(), self.path("key.pem"), self.path("sealed")];
                    let words: Vec<PathBuf> = words.into_iter().chain([count.to_string().into()]).collect();
                    self.instructions(&std::env::current_exe()?, &words)
                };
                let (few, many) = (opening(OPENINGS)?, opening(3 * OPENINGS)?);
                Ok(many.saturating_sub(few) / (2 * OPENINGS))
            }
        }
    }

    fn argument(&self, word: &str) -> PathBuf {
        match word {
            "CERT" => self.path("cert.pem"),
            "SECRET" => self.path("secret.yaml"),
            word => word.into(),
        }
    }

    /// User instructions of one run.
    fn instructions(&self, program: &Path, arguments: &[PathBuf]) -> Result<u64> {
        let profile = self.path("callgrind.out");
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--quiet"])
            .arg(format!("--callgrind-out-file={}", profile.display()))
            .arg(program)
            .args(arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.scratch.path())
            .stdin(Stdio::null())
            .output()
            .context("failed to run valgrind")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "{} ended with {} under valgrind: {said}",
            program.display(),
            output.status
        );
        total(&fs::read_to_string(&profile)?).context("valgrind left no total")
    }
}

/// The sum over all functions in callgrind's file.
fn total(profile: &str) -> Option<u64> {
    let line = profile
        .lines()
        .find_map(|line| line.strip_prefix("summary:").or_else(|| line.strip_prefix("totals:")))?;
    line.trim().parse().ok()
}

/// Opens one value `count` times. Its instructions are counted.
pub(crate) fn open_values(key: &Path, sealed: &Path, count: usize) -> Result<()> {
    let key = PrivateKey::from_pem(&fs::read(key)?)?;
    let sealed = fs::read_to_string(sealed)?;
    let label = Label::new(Scope::Strict, NAMESPACE, OBJECT)?;
    for _ in 0..count {
        let opened = open_value(&key, &label, &sealed)?;
        ensure!(opened.expose() == b"value", "it opens to something else");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_can_be_read() {
        let text = fs::read_to_string(signet_tests::checkout().join("bench/instr/budgets.toml")).unwrap();
        let budgets: Budgets = toml::from_str(&text).unwrap();
        assert!(budgets.budget.len() >= 5);
    }

    #[test]
    fn the_total_is_found_in_a_profile() {
        assert_eq!(total("version: 1\nevents: Ir\nsummary: 4711\n\nfn=(1) main\n1 4711\n"), Some(4711));
        assert_eq!(total("version: 1\n"), None);
    }
}
