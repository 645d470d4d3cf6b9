//! `cargo xtask ci`: exactly what CI runs, in the order in which failures are cheap to find.

use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use signet_tests::process::on_path;
use signet_tests::progress::say;

use crate::cargo::{cargo, output, run as run_command};
use crate::{generate, test};

/// What is done, and how it is called.
type Step = (&'static str, fn() -> Result<()>);

const STEPS: &[Step] = &[
    ("format", format),
    ("clippy", clippy),
    ("docs", docs),
    ("generated files", || generate::run(&["--check".to_owned()])),
    ("dependencies", dependencies),
    ("each package alone", each_package_alone),
    // Among them the table of crate boundaries.
    ("tests", || test::run(&[])),
];

pub(crate) fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "ci takes no arguments");
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        say(&format!("== {name}"));
        let start = Instant::now();
        let result = step();
        let seconds = start.elapsed().as_secs();
        match result {
            Ok(()) => say(&format!("== {name}: ok after {seconds} s")),
            Err(error) => {
                say(&format!("== {name}: failed after {seconds} s: {error:#}"));
                failed.push(*name);
            }
        }
    }
    // All of it is reported: a wrong format must not hide a broken test.
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn format() -> Result<()> {
    run_command(cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    let warnings_are_errors = ["--", "--deny", "warnings"];
    run_command(
        cargo().args(["clippy", "--workspace", "--all-targets", "--locked"]).args(warnings_are_errors),
    )
}

fn docs() -> Result<()> {
    let mut command = cargo();
    command.args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "--deny warnings");
    run_command(&mut command)
}

/// Licences, sources and bans break the build; a fresh advisory only warns, since nobody caused it.
fn dependencies() -> Result<()> {
    if on_path("cargo-deny").is_none() {
        say("cargo-deny is not installed, so licences and advisories were not checked: \
             `cargo install cargo-deny --locked` (the banned crates are checked by the tests too)");
        return Ok(());
    }
    if let Err(error) = run_command(cargo().args(["deny", "check", "advisories"])) {
        say(&format!("warning: {error:#}"));
    }
    run_command(cargo().args(["deny", "check", "bans", "licenses", "sources"]))
}

/// Built together, packages lend each other features; each must also build by itself.
fn each_package_alone() -> Result<()> {
    let metadata = output(cargo().args(["metadata", "--format-version=1", "--no-deps", "--locked"]))?;
    let metadata: serde_json::Value = serde_json::from_slice(&metadata)?;
    for package in metadata["packages"].as_array().context("cargo named no packages")? {
        let name = package["name"].as_str().context("cargo named a package without a name")?;
        run_command(cargo().args(["check", "--locked", "--package", name]))?;
    }
    Ok(())
}
