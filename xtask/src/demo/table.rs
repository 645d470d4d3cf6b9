//! The table at the end.

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use signet_tests::progress::say;

/// What happened, in order.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    what: String,
    took: Duration,
    seen: String,
}

impl Table {
    /// Runs a step, prints its line, and keeps its row. A step gives what was seen.
    pub(super) async fn step(
        &mut self,
        what: &str,
        step: impl Future<Output = Result<String>>,
    ) -> Result<()> {
        let start = Instant::now();
        let seen = step.await.map_err(|error| error.context(format!("the step \"{what}\" failed")))?;
        let took = start.elapsed();
        say(&format!("{:>6.2} s  {what}: {seen}", took.as_secs_f64()));
        self.rows.push(Row { what: what.to_owned(), took, seen });
        Ok(())
    }

    /// The whole table, to standard output.
    pub(super) fn print(&self) -> Result<()> {
        write!(std::io::stdout(), "\n{}\n", self.text())?;
        Ok(())
    }

    fn text(&self) -> String {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or_default();
        let mut text = format!("{:width$}  {:>7}  seen\n", "step", "seconds");
        let total: Duration = self.rows.iter().map(|row| row.took).sum();
        for row in &self.rows {
            text += &format!("{:width$}  {:>7.2}  {}\n", row.what, row.took.as_secs_f64(), row.seen);
        }
        text + &format!("{:width$}  {:>7.2}\n", "all", total.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rows_are_aligned_and_a_failed_step_is_named() {
        let mut table = Table::default();
        table.step("short", async { Ok("one".to_owned()) }).await.unwrap();
        table.step("much longer", async { Ok("two".to_owned()) }).await.unwrap();
        let error = table.step("third", async { anyhow::bail!("broken") }).await.unwrap_err();
        assert_eq!(format!("{error:#}"), "the step \"third\" failed: broken");
        let text = table.text();
        let columns: Vec<_> = text.lines().map(|line| line.find("  ").unwrap_or_default()).collect();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(columns.iter().all(|&column| column > 0), "{text}");
    }
}
