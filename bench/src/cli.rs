//! The command lines: ours beside kubeseal.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use signet_tests::Program;
use signet_tests::availability::Missing;
use signet_tests::peers::KUBESEAL;
use signet_tests::scratch::Scratch;

use crate::contest::{Contest, Opponent};
use crate::inputs::{Input, ensure_sealed, inputs};
use crate::keys::{Key, keys};
use crate::meter;
use crate::sample::{Sample, Side};
use crate::workload::Size;

/// Whether there is a kubeseal.
pub(crate) fn peer() -> Result<Opponent> {
    opponent(KUBESEAL.find())
}

/// Turns the absence of a program into the absence of an opponent.
pub(crate) fn opponent(found: Result<PathBuf>) -> Result<Opponent> {
    match found {
        Ok(_) => Ok(Opponent::Present),
        Err(error) if error.is::<Missing>() => Ok(Opponent::Absent),
        Err(error) => Err(error),
    }
}

/// A program that finds neither a configuration nor settings of whoever runs this.
fn command(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home).current_dir(home).stdin(Stdio::null()).stderr(Stdio::inherit());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// The programs of both sides, and a directory to run them in.
struct Programs {
    ours: PathBuf,
    peer: Option<PathBuf>,
    files: Scratch,
}

impl Programs {
    fn find() -> Result<Self> {
        let ours = Program::ours("signet")?.path().to_path_buf();
        Ok(Self { ours, peer: KUBESEAL.find().ok(), files: Scratch::new("bench")? })
    }

    fn command(&self, side: Side) -> Result<Command> {
        let program = match side {
            Side::Ours => &self.ours,
            Side::Peer => self.peer.as_ref().context("there is no kubeseal")?,
        };
        Ok(command(program, self.files.path()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }
}

/// Each prints its version.
pub(crate) struct Start(Programs);

impl Start {
    pub(crate) fn prepare() -> Result<Self> {
        Programs::find().map(Self)
    }
}

impl Contest for Start {
    async fn run(&mut self, side: Side) -> Result<Sample> {
        let mut command = self.0.command(side)?;
        command.arg(match side {
            Side::Ours => "version",
            Side::Peer => "--version",
        });
        let output = self.0.path("version");
        command.stdout(File::create(&output)?);
        let (wall, cpu) = meter::run(&mut command)?;
        let text = fs::read_to_string(output)?;
        anyhow::ensure!(text.chars().any(|c| c.is_ascii_digit()), "{text:?} is no version");
        Ok(Sample::timed(wall, cpu, 1))
    }
}

/// How Secrets get to the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    /// One stream of documents on standard input.
    Stream,
    /// A file each; kubeseal takes one a run.
    Files,
}

/// Each seals the same Secrets.
pub(crate) struct Seal {
    programs: Programs,
    feed: Feed,
    inputs: Vec<Input>,
    key: Key,
}

impl Seal {
    pub(crate) fn prepare(size: &Size, feed: Feed) -> Result<Self> {
        let programs = Programs::find()?;
        let inputs = inputs(size.objects, size.values);
        let key = keys(1, 4096)?.pop().context("there is a key")?;
        fs::write(programs.path("cert.pem"), key.certificate.to_pem())?;
        match feed {
            Feed::Stream => {
                let documents: Vec<String> = inputs.iter().map(Input::to_yaml).collect();
                fs::write(programs.path("stream.yaml"), documents.join("---\n"))?;
            }
            Feed::Files => {
                for input in &inputs {
                    fs::write(programs.path(&format!("{}.yaml", input.name)), input.to_yaml())?;
                }
            }
        }
        Ok(Self { programs, feed, inputs, key })
    }

    /// One run for everything.
    fn once(&self, side: Side) -> Result<(Duration, Duration)> {
        let mut command = self.programs.command(side)?;
        match side {
            Side::Ours => command.args(["seal", "--cert", "cert.pem"]),
            Side::Peer => command.args(["--cert", "cert.pem", "--format", "yaml"]),
        };
        match self.feed {
            Feed::Stream => {
                command.stdin(File::open(self.programs.path("stream.yaml"))?);
            }
            Feed::Files => {
                command.args(self.inputs.iter().map(|input| format!("{}.yaml", input.name)));
            }
        }
        command.stdout(File::create(self.programs.path("sealed"))?);
        meter::run(&mut command)
    }

    /// A run for each file, one after the other, as a loop in a shell does it; but for the time of the shell.
    fn one_by_one(&self) -> Result<(Duration, Duration)> {
        let mut total = (Duration::ZERO, Duration::ZERO);
        for input in &self.inputs {
            let mut command = self.programs.command(Side::Peer)?;
            command.args(["--cert", "cert.pem", "-f", &format!("{}.yaml", input.name), "-w"]);
            command.arg(format!("{}.sealed.yaml", input.name));
            let (wall, cpu) = meter::run(&mut command)?;
            total = (total.0 + wall, total.1 + cpu);
        }
        Ok(total)
    }

    /// What the peer left in many files.
    fn collect(&self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        for input in &self.inputs {
            all.extend(b"---\n");
            all.extend(fs::read(self.programs.path(&format!("{}.sealed.yaml", input.name)))?);
        }
        Ok(all)
    }
}

impl Contest for Seal {
    async fn run(&mut self, side: Side) -> Result<Sample> {
        let ((wall, cpu), sealed) = match (side, self.feed) {
            (Side::Peer, Feed::Files) => (self.one_by_one()?, self.collect()?),
            _ => (self.once(side)?, fs::read(self.programs.path("sealed"))?),
        };
        ensure_sealed(&self.inputs, &sealed, &self.key.private)
            .with_context(|| format!("{} sealed something else", side.as_str()))?;
        Ok(Sample::timed(wall, cpu, self.inputs.len()))
    }
}
