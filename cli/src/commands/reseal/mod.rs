//! `signet reseal`: whole trees, sealed again with the newest key.
//!
//! Values are re-sealed one by one under the label they already have, and put back into the text of their
//! file; templates, metadata, comments and everything that is not a SealedSecret stay as they are.

mod files;
mod summary;
mod way;

use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signet_manifest::Edit;

use crate::args::ResealArgs;
use crate::error::{Exit, Failure, Outcome};
use crate::input;
use crate::object::{Located, SEALED_WITH_ANNOTATION, locate};
use crate::output::{Output, PendingFile, say};
use crate::parallel;

use summary::{FileReport, Summary};
use way::{Resealed, Way};

/// Seals the SealedSecrets of all paths again.
pub(super) fn run(args: ResealArgs) -> Outcome {
    let files = files::find(&args.paths)?;
    let way = Way::choose(&args)?;
    let bar = progress(files.len());
    let process = |path: &Path| {
        let report = reseal_file(path, &way, &args);
        bar.inc(1);
        report
    };
    let paths: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    let reports = match way {
        // One connection, and a controller that limits how fast it is asked.
        Way::Controller(_) => paths.into_iter().map(process).collect(),
        Way::Keys(_) => parallel::map(paths, process),
    };
    bar.finish_and_clear();
    let mut summary = Summary::default();
    let mut output = Output::Stdout;
    for report in reports {
        if args.dry_run {
            for change in &report.changes {
                output.write(format!("{}: {change}\n", report.path.display()).as_bytes())?;
            }
        }
        report.failures.iter().for_each(say);
        summary.add(report);
    }
    output.finish()?;
    way.check_still_newest()?;
    say(summary.to_text(args.dry_run));
    summary.outcome()
}

/// A bar on stderr; nothing when that is not a terminal.
fn progress(files: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(u64::try_from(files).ok(), ProgressDrawTarget::stderr());
    // The template is a constant, and a bar without it is a bar too.
    if let Ok(style) = ProgressStyle::with_template("resealing {wide_bar} {pos}/{len} files") {
        bar.set_style(style);
    }
    bar
}

/// One file: what can be sealed again is, what cannot is reported, and the file is replaced at once.
fn reseal_file(path: &Path, way: &Way, args: &ResealArgs) -> FileReport {
    let mut report = FileReport::of(path);
    if let Err(failure) = try_reseal_file(path, way, args, &mut report) {
        report.failures.push(failure.at(path.display()));
        report.changes.clear();
    }
    report
}

fn try_reseal_file(path: &Path, way: &Way, args: &ResealArgs, report: &mut FileReport) -> Outcome {
    let bytes = input::read_file(path)?;
    // Most files of a tree hold no SealedSecret, and some of them, such as charts, are not even YAML.
    let Ok(text) = std::str::from_utf8(bytes.expose()) else { return Ok(()) };
    if !text.contains("SealedSecret") {
        return Ok(());
    }
    let input = |error: &dyn std::error::Error| Failure::from_error(Exit::Input, error);
    let mut edit = Edit::new(text).map_err(|error| input(&error))?;
    let found = locate(edit.documents()).map_err(|error| input(&error))?;
    for located in &found {
        let place = located.sealed.place();
        match way.reseal(&located.sealed, args) {
            Ok(Resealed::Newest) => report.newest += 1,
            Ok(Resealed::Changed { items, note }) => {
                report.changes.push(format!("{place}: {}", names(&items)));
                report.items += items.len();
                if !args.dry_run {
                    write_back(&mut edit, located, &items, note.as_deref())?;
                }
            }
            Err(failure) => report.failures.push(failure.at(place).at(path.display())),
        }
    }
    if args.dry_run || report.changes.is_empty() {
        return Ok(());
    }
    PendingFile::replacing_in_place(path)?.replace_with(edit.finish().as_bytes())
}

fn names(items: &[(String, String)]) -> String {
    items.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ")
}

fn write_back(edit: &mut Edit, located: &Located, items: &[(String, String)], note: Option<&str>) -> Outcome {
    let fields = items.iter().map(|(key, text)| (["spec", "encryptedData", key.as_str()], text.as_str()));
    let note = note.map(|key| (["metadata", "annotations", SEALED_WITH_ANNOTATION], key));
    for (field, text) in fields.chain(note) {
        edit.set_string(located.document, &located.field(&field), text)
            .map_err(|error| Failure::from_error(Exit::Input, &error))?;
    }
    Ok(())
}
