//! `cargo xtask bench`: our programs beside those they replace, in one run; `cargo xtask bench instr`: budgets
//! that do not depend on the machine.

use anyhow::Result;
use signet_tests::progress::say;
use signet_tests::{availability, control_plane, peers};

use crate::cargo::{build_shipped, cargo, run as run_command};

pub(crate) fn run(args: &[String]) -> Result<()> {
    let binaries = build_shipped("release")?;
    if args.first().is_none_or(|verb| verb != "instr") {
        prepare_opponents()?;
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
