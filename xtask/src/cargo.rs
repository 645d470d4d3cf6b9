//! Running cargo, and other commands, from the root of the checkout.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use signet_tests::checkout;
use signet_tests::progress::say;

/// The packages of the binaries we ship.
pub(crate) const SHIPPED: [&str; 2] = ["signet-cli", "signet-controller"];

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(checkout());
    command
}

/// Runs a command with its output on the terminal, and says so.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    say(&format!("$ {shown}"));
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("failed to run `{shown}`"))?;
    ensure!(status.success(), "`{shown}` failed ({status})");
    Ok(())
}

/// Runs a command and gives its standard output; its errors go to the terminal.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let shown = shown(command);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("failed to run `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    Ok(output.stdout)
}

/// Builds what we ship and gives the directory of the binaries.
pub(crate) fn build_shipped(profile: &str) -> Result<PathBuf> {
    // Built together, each gets the features of libraries that only the other one needs: larger, but sooner done.
    let together = if profile == "dev" { SHIPPED.len() } else { 1 };
    for packages in SHIPPED.chunks(together) {
        let mut command = cargo();
        command.args(["build", "--locked", "--profile", profile]);
        for package in packages {
            command.args(["--package", package]);
        }
        run(&mut command)?;
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| checkout().join("target"), PathBuf::from);
    Ok(target.join(if profile == "dev" { "debug" } else { profile }))
}

fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().map_or_else(OsString::new, ToOwned::to_owned);
    let parts = std::iter::once(name).chain(command.get_args().map(ToOwned::to_owned));
    parts.map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
