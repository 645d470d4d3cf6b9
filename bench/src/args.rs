//! What was typed.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

pub(crate) const USAGE: &str = "\
usage: signet-bench [run] [WORKLOAD...] [--size small|full] [--only ID]... [--pairs N] [--json FILE]
       signet-bench instr [--record]

  WORKLOAD, --only ID   workloads to run, by name (unseal-first), by the first word of it (template) or by the goal
                        they have (R1); all without one
  --size small|full     small by default: minutes; full takes the better part of an hour
  --pairs N             runs of each side, instead of what the workload says
  --json FILE           where every run goes as a JSON line; by default target/bench/SIZE.jsonl
  instr                 instruction and size budgets under valgrind; --record writes the new values down

SIGNET_PEER_KUBESEAL and SIGNET_PEER_SEALED_SECRETS_CONTROLLER name other programs to compete with.";

/// What to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Run(RunArgs),
    Instructions {
        record: bool,
    },
    /// The program whose instructions are counted; not for people.
    OpenValues {
        key: PathBuf,
        sealed: PathBuf,
        count: usize,
    },
    /// Our side of the template benchmarks; not for people.
    Template {
        work: TemplateWork,
        count: usize,
        template: PathBuf,
        data: PathBuf,
    },
}

/// What is done with a template again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TemplateWork {
    Parse,
    Render,
    Both,
}

impl TemplateWork {
    const ALL: [Self; 3] = [Self::Parse, Self::Render, Self::Both];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Render => "render",
            Self::Both => "both",
        }
    }
}

/// Which workloads to run and how.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct RunArgs {
    pub(crate) size: SizeName,
    /// Names of workloads and goals; empty for all.
    pub(crate) only: Vec<String>,
    pub(crate) pairs: Option<usize>,
    pub(crate) json: Option<PathBuf>,
}

/// How much work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SizeName {
    #[default]
    Small,
    Full,
}

impl SizeName {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Full => "full",
        }
    }
}

impl Command {
    pub(crate) fn parse(words: &[String]) -> Result<Self> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["instr"] => Ok(Self::Instructions { record: false }),
            ["instr", "--record"] => Ok(Self::Instructions { record: true }),
            ["open-values", key, sealed, count] => Ok(Self::OpenValues {
                key: key.into(),
                sealed: sealed.into(),
                count: count.parse().context("open-values wants a count")?,
            }),
            ["template-loop", work, count, template, data] => Ok(Self::Template {
                work: TemplateWork::ALL
                    .into_iter()
                    .find(|known| known.as_str() == *work)
                    .with_context(|| format!("no work {work:?}"))?,
                count: count.parse().context("template-loop wants a count")?,
                template: template.into(),
                data: data.into(),
            }),
            ["run", rest @ ..] => RunArgs::parse(rest).map(Self::Run),
            rest => RunArgs::parse(rest).map(Self::Run),
        }
    }
}

impl RunArgs {
    fn parse(words: &[&str]) -> Result<Self> {
        let mut args = Self::default();
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} wants a value"));
            match word {
                "--size" => {
                    args.size = match *value()? {
                        "small" => SizeName::Small,
                        "full" => SizeName::Full,
                        other => bail!("no size {other:?}"),
                    }
                }
                "--only" => args.only.push((*value()?).to_owned()),
                "--pairs" => {
                    let pairs = value()?.parse().ok().filter(|pairs| *pairs > 0);
                    args.pairs = Some(pairs.context("--pairs wants a number above 0")?);
                }
                "--json" => args.json = Some(value()?.into()),
                flag if flag.starts_with('-') => bail!("no flag {flag}"),
                name => args.only.push(name.to_owned()),
            }
        }
        Ok(args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command> {
        Command::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn workloads_are_named_with_and_without_the_verb_and_the_flag() {
        for line in
            ["R1 cli-start", "run R1 cli-start", "--only R1 --only cli-start", "run R1 --only cli-start"]
        {
            let expected = RunArgs { only: vec!["R1".into(), "cli-start".into()], ..RunArgs::default() };
            assert_eq!(parse(line).unwrap(), Command::Run(expected), "{line}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for line in ["--size", "--size huge", "--pairs 0", "--pairs x", "--frobnicate", "instr --frobnicate"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
        assert_eq!(parse("").unwrap(), Command::Run(RunArgs::default()));
        assert_eq!(parse("instr --record").unwrap(), Command::Instructions { record: true });
    }
}
