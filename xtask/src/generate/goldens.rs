//! What real Go renders: the programs in `tests/template-goldens` are run on the case files beside them.

use std::path::Path;
use std::process::Command;
use std::{fs, str};

use anyhow::{Context as _, Result, ensure};
use signet_tests::checkout;

use super::Generated;

const FOLDER: &str = "crates/template/testdata";

/// The answers of each program, and the data they were given. Needs Go and its public modules.
pub(super) fn files() -> Result<Vec<Generated>> {
    let source = checkout().join("tests/template-goldens");
    let data =
        fs::read_to_string(source.join("cases/data.json")).context("failed to read the data of the cases")?;
    let mut files = vec![Generated::new(FOLDER, "data.json", data)];
    for engine in ["sealed", "external"] {
        files.push(Generated::new(FOLDER, format!("{engine}.jsonl"), answers(&source.join(engine))?));
    }
    Ok(files)
}

fn answers(program: &Path) -> Result<String> {
    let run = Command::new("go")
        .args(["run", ".", "../cases"])
        .current_dir(program)
        .output()
        .context("failed to start go, which the goldens are made with")?;
    ensure!(run.status.success(), "go failed: {}", String::from_utf8_lossy(&run.stderr));
    Ok(str::from_utf8(&run.stdout).context("the goldens are not text")?.to_owned())
}
