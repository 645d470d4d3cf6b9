//! What processes use.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// `/proc` counts processor time in these, on all architectures of Linux.
const TICKS_PER_SECOND: u64 = 100;
const POLL: Duration = Duration::from_micros(200);

/// Runs a command to its end: time on the clock and on the processor. Nothing else that this process started
/// may end meanwhile.
pub(crate) fn run(command: &mut Command) -> Result<(Duration, Duration)> {
    let before = children()?;
    let start = Instant::now();
    let status = command.status().with_context(|| format!("failed to run {command:?}"))?;
    let wall = start.elapsed();
    let after = children()?;
    ensure_success(command, status)?;
    Ok((wall, processor_time(&after).saturating_sub(processor_time(&before))))
}

fn ensure_success(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

fn children() -> Result<Usage> {
    getrusage(UsageWho::RUSAGE_CHILDREN).context("failed to ask for the usage of children")
}

fn processor_time(usage: &Usage) -> Duration {
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(microseconds.unsigned_abs())
}

/// User and system time of a running process, to a hundredth of a second.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    ticks(&stat)
        .map(|ticks| Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
        .context("unexpected stat")
}

/// The name of the program may hold anything, so the fields are counted from the last parenthesis on.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    Some(times.next()?.parse::<u64>().ok()? + times.next()?.parse::<u64>().ok()?)
}

/// Largest resident memory of a running process so far, in bytes.
pub(crate) fn peak_memory(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kibibytes.context("unexpected status")? << 10)
}

/// Waits until a process that was just started has become `program`, and gives that instant: what comes before
/// (a private mount namespace) is ours and no part of a measurement.
pub(crate) async fn became(pid: u32, program: &Path, within: Duration) -> Result<Instant> {
    let program = fs::canonicalize(program)?;
    let start = Instant::now();
    loop {
        if fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|running| running == program) {
            return Ok(Instant::now());
        }
        ensure!(start.elapsed() < within, "{} did not start", program.display());
        tokio::time::sleep(POLL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_program_name() {
        let stat = "12 (a) b) S 1 2 3 4 5 6 7 8 9 10 30 12 0 0 20 0 1 0 99";
        assert_eq!(ticks(stat), Some(42));
    }

    #[test]
    fn this_process_uses_something() {
        let this = std::process::id();
        assert!(cpu(this).is_ok());
        assert!(peak_memory(this).unwrap() > 1 << 20);
    }

    #[test]
    fn a_failing_command_is_no_measurement() {
        assert!(run(&mut Command::new("false")).is_err());
        let (wall, cpu) =
            run(Command::new("sh").args(["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"])).unwrap();
        assert!(cpu > Duration::ZERO && wall > Duration::ZERO);
    }
}
