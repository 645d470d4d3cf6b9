//! Macro benchmarks: our programs beside those they replace, in the same minutes, on the same machine.
//!
//! A workload is a file in `bench/workloads`. Each runs as pairs, ours and the peer's in alternating order;
//! the ratio is formed pair by pair. What a run produced is checked before its time counts. Generated load
//! goes to servers that this program starts on loopback addresses, and nowhere else.
//!
//! `docs/performance.md` says how to run it and what came out.

mod args;
mod cli;
mod contest;
mod inputs;
mod instructions;
mod keys;
mod machine;
mod meter;
mod report;
mod sample;
mod statistics;
mod template;
mod unseal;
mod workload;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use signet_tests::progress::say;

use args::{Command, RunArgs};
use contest::Outcome;
use machine::Machine;
use report::Report;
use workload::{Kind, Workload};

/// Runs the program with the words after its name. Fails when one of our own runs failed or an instruction
/// budget is exceeded; a goal that is missed is reported and no failure, since it is about time.
pub fn run(words: &[String]) -> ExitCode {
    let command = match Command::parse(words) {
        Ok(command) => command,
        Err(error) => {
            say(&format!("{error:#}\n{}", args::USAGE));
            return ExitCode::from(2);
        }
    };
    let result = match command {
        Command::Run(args) => runtime().and_then(|runtime| runtime.block_on(compete(&args))),
        Command::Instructions { record } => instructions::check(record),
        Command::Template { work, count, template, data } => template::repeat(work, count, &template, &data),
        Command::OpenValues { key, sealed, count } => instructions::open_values(&key, &sealed, count),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("failed to start the runtime")
}

/// Runs the chosen workloads and prints the table.
async fn compete(args: &RunArgs) -> Result<()> {
    let workloads = workload::load(args)?;
    let machine = Machine::look();
    let mut report = Report::begin(args, &machine)?;
    say(&machine.summary());
    let mut arena = unseal::Arena::default();
    for workload in &workloads {
        let size = workload.size(args.size);
        let pairs = args.pairs.unwrap_or(size.pairs);
        say(&format!("{}: {}, {pairs} pairs", workload.name, workload.describe(args.size)));
        let outcome = measure(workload, args, pairs, &mut arena).await.unwrap_or_else(Outcome::failed);
        report.add(workload, args.size, &outcome)?;
    }
    report.finish()
}

async fn measure(
    workload: &Workload,
    args: &RunArgs,
    pairs: usize,
    arena: &mut unseal::Arena,
) -> Result<Outcome> {
    let size = workload.size(args.size);
    match workload.kind {
        Kind::Start => contest::hold(&mut cli::Start::prepare()?, pairs, cli::peer()?).await,
        Kind::Seal => {
            contest::hold(&mut cli::Seal::prepare(size, cli::Feed::Stream)?, pairs, cli::peer()?).await
        }
        Kind::SealFiles => {
            contest::hold(&mut cli::Seal::prepare(size, cli::Feed::Files)?, pairs, cli::peer()?).await
        }
        Kind::Template => {
            contest::hold(&mut template::Templates::prepare(workload, size)?, pairs, template::peer()).await
        }
        Kind::FirstSync => {
            let mut contest = unseal::FirstSync::prepare(arena, workload, size).await?;
            contest::hold(&mut contest, pairs, unseal::peer()?).await
        }
        Kind::Restart => {
            let mut contest = unseal::Restart::prepare(arena, workload, size).await?;
            contest::hold(&mut contest, pairs, unseal::peer()?).await
        }
        Kind::LateArrival => {
            let mut contest = unseal::LateArrival::prepare(arena, workload, size).await?;
            contest::hold(&mut contest, pairs, unseal::peer()?).await
        }
        Kind::Ready => {
            let mut contest = unseal::Ready::prepare(arena, workload).await?;
            contest::hold(&mut contest, pairs, unseal::peer()?).await
        }
    }
}
