//! `cargo xtask test`: every test, with everything they need.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use signet_tests::progress::say;
use signet_tests::{availability, control_plane, peers};

use crate::cargo::{build_shipped, cargo};

pub(crate) fn run(args: &[String]) -> Result<()> {
    prepare()?;
    let mut command = cargo();
    command.args(["test", "--locked", "--no-fail-fast"]);
    if !args.iter().any(|arg| arg == "-p" || arg.starts_with("--package")) {
        command.arg("--workspace");
    }
    command.args(args);
    // What a test needs is there now, so its absence is a failure.
    command.env(availability::REQUIRE, "1").stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().context("failed to run cargo test")?;
    let mut total = Totals::default();
    for line in BufReader::new(child.stdout.take().context("cargo has an output")?).lines() {
        let line = line?;
        total.add(&line);
        writeln!(std::io::stdout(), "{line}")?;
    }
    let status = child.wait()?;
    let Totals { passed, failed, ignored } = total;
    writeln!(std::io::stdout(), "\n{passed} passed, {failed} failed, {ignored} ignored")?;
    ensure!(status.success() && failed == 0, "there are failures");
    Ok(())
}

/// Builds everything the tests run: our binaries, the control plane, the peers.
fn prepare() -> Result<()> {
    build_shipped("dev")?;
    say(&format!("control plane: {}", control_plane::prepare()?.source));
    for peer in peers::ALL {
        peer.prepare()?;
        say(&format!("{} {} is in the cache", peer.name, peer.version));
    }
    Ok(())
}

/// The sums over all test programs.
#[derive(Debug, Default, PartialEq)]
struct Totals {
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Totals {
    /// Reads lines like `test result: ok. 10 passed; 0 failed; 1 ignored; ...`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split(['.', ';']) {
            let Some((count, what)) = part.trim().split_once(' ') else { continue };
            let Ok(count) = count.parse::<usize>() else { continue };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_test_programs_are_added_up() {
        let mut total = Totals::default();
        total.add("running 3 tests");
        total.add(
            "test result: ok. 10 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.20s",
        );
        total.add("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.20s");
        assert_eq!(total, Totals { passed: 12, failed: 3, ignored: 1 });
    }
}
