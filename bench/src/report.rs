//! The table, and every run as a JSON line.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use signet_tests::checkout;
use signet_tests::progress::say;

use crate::args::{RunArgs, SizeName};
use crate::contest::Outcome;
use crate::machine::Machine;
use crate::sample::{Metric, Sample, Side};
use crate::workload::{Goal, Workload};

const HEAD: [&str; 7] = ["id", "workload", "ours", "peer", "ratio (quartiles)", "goal", "verdict"];
const COUNTS_HEAD: [&str; 7] =
    ["workload", "side", "objects", "requests", "writes", "RSA operations", "peak RSS"];

/// A report in the making.
pub(crate) struct Report {
    lines: BufWriter<File>,
    rows: Vec<[String; 7]>,
    counts: Vec<[String; 7]>,
    failures: Vec<String>,
}

impl Report {
    /// Begins the file of JSON lines with what is true for all of them.
    pub(crate) fn begin(args: &RunArgs, machine: &Machine) -> Result<Self> {
        let default = checkout().join("target").join("bench").join(format!("{}.jsonl", args.size.as_str()));
        let path = args.json.clone().unwrap_or(default);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let file = File::create(&path).with_context(|| format!("failed to write {}", path.display()))?;
        let mut lines = BufWriter::new(file);
        writeln!(lines, "{}", json!({"size": args.size.as_str(), "machine": machine}))?;
        say(&format!("every run goes to {}", path.display()));
        Ok(Self { lines, rows: Vec::new(), counts: Vec::new(), failures: Vec::new() })
    }

    /// Adds the runs of a workload, and a row for each of its goals.
    pub(crate) fn add(&mut self, workload: &Workload, size: SizeName, outcome: &Outcome) -> Result<()> {
        for (number, pair) in outcome.pairs.iter().enumerate() {
            let line = json!({
                "workload": workload.name, "pair": number, "repeated": outcome.repeated,
                "ours": pair.ours, "peer": pair.peer,
            });
            writeln!(self.lines, "{line}")?;
        }
        for failure in [&outcome.our_failure, &outcome.peer_failure].into_iter().flatten() {
            writeln!(self.lines, "{}", json!({"workload": workload.name, "failure": failure}))?;
            say(&format!("  {failure}"));
        }
        if outcome.our_failure.is_some() {
            self.failures.push(workload.name.clone());
        }
        for goal in &workload.goal {
            let row = row(workload, size, goal, outcome);
            say(&format!("  {}", row.join(" | ")));
            self.rows.push(row);
        }
        self.counts.extend(counts(workload, outcome));
        self.lines.flush()?;
        Ok(())
    }

    /// Prints the tables. Fails when one of our runs did.
    #[expect(clippy::print_stdout, reason = "the tables are what was asked for")]
    pub(crate) fn finish(self) -> Result<()> {
        print!("{}", table(HEAD, &self.rows));
        if !self.counts.is_empty() {
            print!("\n{}", table(COUNTS_HEAD, &self.counts));
        }
        ensure!(self.failures.is_empty(), "these runs of ours failed: {}", self.failures.join(", "));
        Ok(())
    }
}

fn row(workload: &Workload, size: SizeName, goal: &Goal, outcome: &Outcome) -> [String; 7] {
    let amount = workload.size(size);
    let show = |side: Side| {
        let spread = outcome.spread(side, goal.metric)?;
        let objects = match side {
            Side::Ours => amount.objects,
            Side::Peer => amount.peer_objects(),
        };
        let of =
            if amount.objects == amount.peer_objects() { String::new() } else { format!(" / {objects}") };
        Some(goal.metric.show(spread.median) + &of)
    };
    let nothing = || "-".to_owned();
    let peer = if outcome.peer_absent {
        "no peer".to_owned()
    } else if outcome.peer_failure.is_some() {
        "failed".to_owned()
    } else {
        show(Side::Peer).unwrap_or_else(nothing)
    };
    let ratio = outcome
        .ratio(goal.metric)
        .map(|ratio| format!("{} ({}-{})", short(ratio.median), short(ratio.low), short(ratio.high)));
    [
        goal.id.clone(),
        format!(
            "{}: {}, {} pairs, {}",
            workload.name,
            workload.describe(size),
            outcome.pairs.len(),
            goal.metric.as_str()
        ),
        show(Side::Ours).unwrap_or_else(|| "failed".to_owned()),
        peer,
        ratio.unwrap_or_else(nothing),
        goal.at_most.map_or_else(nothing, |limit| format!("<= {}", short(limit))),
        verdict(workload, size, goal, outcome),
    ]
}

/// What the last pair did besides taking time: counts hardly differ from run to run.
fn counts(workload: &Workload, outcome: &Outcome) -> Vec<[String; 7]> {
    let Some(pair) = outcome.pairs.last() else { return Vec::new() };
    let counted = [(Side::Ours, Some(&pair.ours)), (Side::Peer, pair.peer.as_ref())];
    let row = |(side, sample): (Side, Option<&Sample>)| {
        let sample = sample.filter(|sample| !sample.requests.is_empty())?;
        Some([
            workload.name.clone(),
            side.as_str().to_owned(),
            sample.objects.to_string(),
            sample.requests.values().sum::<usize>().to_string(),
            sample.writes().to_string(),
            sample.rsa_operations.map_or_else(|| "not counted".to_owned(), |count| count.to_string()),
            sample.value(Metric::Rss).map_or_else(|| "-".to_owned(), |bytes| Metric::Rss.show(bytes)),
        ])
    };
    counted.into_iter().filter_map(row).collect()
}

/// What can be said about a goal.
fn verdict(workload: &Workload, size: SizeName, goal: &Goal, outcome: &Outcome) -> String {
    let Some(ratio) = outcome.ratio(goal.metric) else { return "not compared".to_owned() };
    let Some(limit) = goal.at_most else { return "no goal".to_owned() };
    let met = ratio.median <= limit;
    if outcome.noisy(goal.metric) {
        // Where even the worse quartile is below the goal the noise changes nothing.
        return if ratio.high <= limit { "met, noisy" } else { "noisy" }.to_owned();
    }
    match (met, goal.judged_at(workload.size(size))) {
        (true, _) => "met".to_owned(),
        (false, true) => "missed".to_owned(),
        (false, false) => format!("goal is for {} objects", goal.objects().unwrap_or_default()),
    }
}

/// Two digits that count.
fn short(value: f64) -> String {
    if value <= 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = (1 - value.log10().floor() as i32).clamp(0, 6);
    format!("{value:.*}", digits.unsigned_abs() as usize)
}

/// Columns that line up on a terminal and are a table in Markdown.
fn table(head: [&str; 7], rows: &[[String; 7]]) -> String {
    let head = head.map(str::to_owned);
    let mut widths = [0; 7];
    for row in std::iter::once(&head).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.map(|width| "-".repeat(width));
    std::iter::once(&head).chain([&rule]).chain(rows).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contest::Pair;

    fn workload(goal: &str) -> Workload {
        let text = format!(
            "what = \"w\"\nkind = \"restart\"\n[small]\npairs = 1\nobjects = 10\n[full]\npairs = 1\nobjects = 100\n\
             [[goal]]\nid = \"R1\"\nmetric = \"wall\"\n{goal}\n"
        );
        toml::from_str(&text).unwrap()
    }

    fn outcome(ratios: &[f64]) -> Outcome {
        let sample = |wall| Sample { wall, objects: 1, ..Sample::default() };
        let pairs = ratios.iter().map(|&ratio| Pair { ours: sample(ratio), peer: Some(sample(1.0)) });
        Outcome { pairs: pairs.collect(), ..Outcome::default() }
    }

    #[test]
    fn a_verdict_says_no_more_than_was_measured() {
        let cases: &[(&str, &[f64], &str)] = &[
            ("at-most = 0.5", &[0.4, 0.4, 0.41], "met"),
            ("at-most = 0.5", &[0.6, 0.6, 0.6], "missed"),
            ("at-most = 0.5\nobjects = 100", &[0.6, 0.6, 0.6], "goal is for 100 objects"),
            ("at-most = 0.5\nobjects = 100", &[0.4], "met"),
            ("at-most = 0.5", &[0.3, 0.6, 0.9], "noisy"),
            ("at-most = 0.5", &[0.1, 0.2, 0.3], "met, noisy"),
            ("", &[0.6], "no goal"),
            ("at-most = 0.5", &[], "not compared"),
        ];
        for (goal, ratios, expected) in cases {
            let workload = workload(goal);
            let verdict = verdict(&workload, SizeName::Small, &workload.goal[0], &outcome(ratios));
            assert_eq!(verdict, *expected, "{goal} {ratios:?}");
        }
    }

    #[test]
    fn ratios_have_two_digits_that_count() {
        let shown = [0.00123, 0.0345, 0.25, 1.234, 12.3, 0.0].map(short);
        assert_eq!(shown, ["0.0012", "0.035", "0.25", "1.2", "12", "0"]);
    }
}
