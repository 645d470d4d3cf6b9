//! What a run did.

use std::path::{Path, PathBuf};

use crate::error::{Exit, Failure, Outcome};

/// What was done to one file.
pub(super) struct FileReport {
    pub(super) path: PathBuf,
    /// One line for each object that was sealed again.
    pub(super) changes: Vec<String>,
    /// Items that were sealed again.
    pub(super) items: usize,
    /// Objects that the newest key had sealed already.
    pub(super) newest: usize,
    /// Objects, or the whole file, that could not be done.
    pub(super) failures: Vec<Failure>,
}

impl FileReport {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), changes: Vec::new(), items: 0, newest: 0, failures: Vec::new() }
    }
}

/// What was done to all files.
#[derive(Default)]
pub(super) struct Summary {
    files: usize,
    objects: usize,
    items: usize,
    newest: usize,
    failures: Vec<Failure>,
}

impl Summary {
    pub(super) fn add(&mut self, report: FileReport) {
        if !report.changes.is_empty() {
            self.files += 1;
            self.objects += report.changes.len();
            self.items += report.items;
        }
        self.newest += report.newest;
        self.failures.extend(report.failures);
    }

    pub(super) fn to_text(&self, dry_run: bool) -> String {
        let count = |n: usize, noun: &str| if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") };
        format!(
            "{} {} of {} in {}; {} had the newest key already; {} failed",
            if dry_run { "would reseal" } else { "resealed" },
            count(self.items, "item"),
            count(self.objects, "object"),
            count(self.files, "file"),
            self.newest,
            self.failures.len()
        )
    }

    pub(super) fn outcome(self) -> Outcome {
        let all = self.failures.len();
        let Some(first) = self.failures.into_iter().next() else { return Ok(()) };
        let exit = if self.objects + self.newest > 0 { Exit::Partial } else { first.exit() };
        Err(Failure::new(exit, format!("{all} failed, listed above"))
            .hint("mend them and run the same command again; what is done is skipped"))
    }
}
