//! `cargo xtask bench`: our programs beside those they replace, in one run; `cargo xtask bench instr`: budgets
//! that do not depend on the machine.

use std::process::Command;

use anyhow::Result;
use signet_tests::progress::say;
use signet_tests::{availability, checkout, control_plane, peers, progress};

use crate::cargo::{build_shipped, cargo, run as run_command};

/// Workloads that need nothing but Go's template engine, when only these are asked for.
const TEMPLATE: &str = "template";

pub(crate) fn run(args: &[String]) -> Result<()> {
    let binaries = build_shipped("release")?;
    match args.first().map(String::as_str) {
        Some("instr") => {}
        Some(TEMPLATE) => prepare_template_peer(),
        _ => {
            prepare_opponents()?;
            prepare_template_peer();
        }
    }
    let mut command = cargo();
    command.args(["run", "--locked", "--release", "--package", "signet-bench", "--"]).args(args);
    command.env(signet_tests::process::BINARIES, binaries);
    // The preparation above is all there is: nothing is built while something is measured.
    command.env_remove(availability::REQUIRE);
    run_command(&mut command)
}

fn prepare_opponents() -> Result<()> {
    control_plane::prepare()?;
    for peer in [peers::KUBESEAL, peers::SEALED_SECRETS_CONTROLLER] {
        // Without a peer the absolute figures are still worth having.
        if let Err(error) = peer.prepare() {
            say(&format!("{} {} is absent: {error:#}", peer.name, peer.version));
        }
    }
    Ok(())
}

/// Builds Go's side of the template benchmarks. It is ours and changes with the checkout, so it is not kept in the cache
/// of programs; Go's own cache makes this quick.
fn prepare_template_peer() {
    let mut command = Command::new("go");
    command.current_dir(checkout().join("bench/peers/template")).args(["build", "-trimpath", "-o"]);
    command.arg(checkout().join("target/bench/go-template")).arg(".");
    if let Err(error) = progress::run("building Go's side of the template benchmarks", &mut command) {
        say(&format!("Go's template engine is absent: {error:#}"));
    }
}
