//! Templates: our engine beside Go's, each in a process of its own that repeats the work and times the loop.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use signet_template::{Engine, Environment, Template, Value};
use signet_tests::checkout;
use signet_tests::scratch::Scratch;

use crate::args::TemplateWork;
use crate::contest::{Contest, Opponent};
use crate::meter;
use crate::sample::{Sample, Side};
use crate::workload::{Size, Workload};

/// Where `cargo xtask bench` builds Go's side, from `bench/peers/template`.
fn program() -> PathBuf {
    checkout().join("target/bench/go-template")
}

/// Whether Go's side was built.
pub(crate) fn peer() -> Opponent {
    if program().is_file() { Opponent::Present } else { Opponent::Absent }
}

/// Both sides do the same with the same template and data.
pub(crate) struct Templates {
    work: TemplateWork,
    count: usize,
    template: PathBuf,
    data: PathBuf,
    /// What either side rendered first; no time counts of a run that rendered something else.
    expected: Option<Vec<u8>>,
    files: Scratch,
}

impl Templates {
    pub(crate) fn prepare(workload: &Workload, size: &Size) -> Result<Self> {
        let wanted = workload.template.as_ref().context("the workload names no template")?;
        let folder = checkout().join("crates/template/benches/templates");
        Ok(Self {
            work: wanted.work,
            count: size.objects,
            template: folder.join(&wanted.file),
            data: folder.join("data.json"),
            expected: None,
            files: Scratch::new("bench")?,
        })
    }

    fn command(&self, side: Side) -> Result<Command> {
        let mut command = match side {
            Side::Ours => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("template-loop");
                command
            }
            Side::Peer => Command::new(program()),
        };
        command.args([self.work.as_str(), &self.count.to_string()]).args([&self.template, &self.data]);
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        Ok(command)
    }
}

impl Contest for Templates {
    async fn run(&mut self, side: Side) -> Result<Sample> {
        let mut command = self.command(side)?;
        let path = self.files.path().join("output");
        command.stdout(File::create(&path)?);
        let (_, cpu) = meter::run(&mut command)?;
        let text = fs::read(path)?;
        let end = text.iter().position(|&byte| byte == b'\n').context("the program printed no time")?;
        let (time, output) = (&text[..end], &text[end + 1..]);
        let nanoseconds = str::from_utf8(time)?.parse().context("the program printed no time")?;
        let expected = self.expected.get_or_insert_with(|| output.to_vec());
        ensure!(!output.is_empty() && output == expected, "the two sides rendered different texts");
        Ok(Sample::timed(Duration::from_nanos(nanoseconds), cpu, self.count))
    }
}

/// Our side: does the work `count` times, prints how long that took, and what the template renders to.
#[expect(clippy::print_stdout, reason = "the time and the text are what was asked for")]
pub(crate) fn repeat(work: TemplateWork, count: usize, template: &Path, data: &Path) -> Result<()> {
    let engine = Engine::sealed();
    let text = fs::read(template).with_context(|| format!("failed to read {}", template.display()))?;
    let data: BTreeMap<String, String> = serde_json::from_slice(&fs::read(data)?)?;
    let data = Value::string_map(data);
    let parse = || engine.parse("bench", &text);
    let render = |template: &Template| template.render(&data, &mut Frozen);
    let parsed = parse()?;
    let start = Instant::now();
    for _ in 0..count {
        match work {
            TemplateWork::Parse => drop(std::hint::black_box(parse()?)),
            TemplateWork::Render => drop(std::hint::black_box(render(&parsed)?)),
            TemplateWork::Both => drop(std::hint::black_box(render(&parse()?)?)),
        }
    }
    println!("{}", start.elapsed().as_nanos());
    std::io::stdout().write_all(render(&parsed)?.expose())?;
    Ok(())
}

/// A world that never changes.
struct Frozen;

impl Environment for Frozen {
    fn now(&mut self) -> Zoned {
        Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        bytes.fill(4);
    }

    fn elapsed(&mut self) -> Duration {
        Duration::ZERO
    }
}
