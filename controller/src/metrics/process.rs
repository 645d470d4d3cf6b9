//! Metrics of the process under the names that every Prometheus client library uses, read from `/proc`.

use std::fmt::Write as _;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Ticks of `/proc/self/stat` in a second: USER_HZ, which Linux fixes at 100 for programs whatever the kernel uses.
const TICKS: f64 = 100.0;

pub(super) struct Process {
    start: f64,
}

/// What `/proc` says at one moment. A part that cannot be read is left out.
#[derive(Debug, Default, PartialEq)]
struct Sample {
    cpu_seconds: Option<f64>,
    resident_bytes: Option<u64>,
    virtual_bytes: Option<u64>,
    open_files: Option<u64>,
    most_files: Option<u64>,
}

impl Process {
    pub(super) fn started_now() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { start: since_epoch.as_secs_f64() }
    }

    pub(super) fn render(&self, out: &mut String) {
        let sample = Sample::read();
        let mut series = |name: &str, kind: &str, help: &str, value: Option<f64>| {
            if let Some(value) = value {
                let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
            }
        };
        // Sizes and counts are far below 2^53, where a float stops being exact.
        let exact = |number: Option<u64>| number.map(|n| n as f64);
        series(
            "process_start_time_seconds",
            "gauge",
            "Start of the process since the epoch in seconds.",
            Some(self.start),
        );
        series(
            "process_cpu_seconds_total",
            "counter",
            "User and system CPU time spent in seconds.",
            sample.cpu_seconds,
        );
        series(
            "process_resident_memory_bytes",
            "gauge",
            "Resident memory size in bytes.",
            exact(sample.resident_bytes),
        );
        series(
            "process_virtual_memory_bytes",
            "gauge",
            "Virtual memory size in bytes.",
            exact(sample.virtual_bytes),
        );
        series("process_open_fds", "gauge", "Number of open file descriptors.", exact(sample.open_files));
        series(
            "process_max_fds",
            "gauge",
            "Largest number of open file descriptors.",
            exact(sample.most_files),
        );
    }
}

impl Sample {
    fn read() -> Self {
        let text = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
        let status = text("status");
        Self {
            cpu_seconds: cpu_seconds(&text("stat")),
            resident_bytes: kilobytes(&status, "VmRSS:"),
            virtual_bytes: kilobytes(&status, "VmSize:"),
            open_files: fs::read_dir("/proc/self/fd")
                .ok()
                .and_then(|entries| u64::try_from(entries.count()).ok()),
            most_files: soft_limit(&text("limits"), "Max open files"),
        }
    }
}

/// Fields 14 and 15 of `stat`. Field 2 is the program's name in parentheses and may contain anything.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(11);
    let ticks = |field: Option<&str>| field?.parse::<f64>().ok();
    Some((ticks(fields.next())? + ticks(fields.next())?) / TICKS)
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    limits.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_proc_is_read_whatever_the_program_is_called() {
        let stat = "7 (a ) b (c) S 1 2 3 4 5 6 7 8 9 10 150 50 13 14";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!(cpu_seconds("7 (x) S 1"), None);
        assert_eq!(kilobytes("VmSize:\t  10 kB\nVmRSS:\t   3 kB\n", "VmRSS:"), Some(3072));
        assert_eq!(kilobytes("VmRSS: many kB", "VmRSS:"), None);
        assert_eq!(
            soft_limit("Max open files            1024    4096    files\n", "Max open files"),
            Some(1024)
        );
        assert_eq!(soft_limit("Max open files   unlimited unlimited files\n", "Max open files"), None);
    }

    #[test]
    fn this_process_can_be_read() {
        let sample = Sample::read();
        assert!(sample.resident_bytes > Some(1 << 20) && sample.open_files > Some(2), "{sample:?}");
    }
}
