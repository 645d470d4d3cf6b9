//! `cargo xtask generate`: files that are made from others and committed.
//!
//! A generator gives the files it makes and touches nothing, so writing and checking are the same work.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use signet_manifest::Value;
use signet_tests::checkout;
use signet_tests::progress::say;

use crate::cargo::{cargo, output};

/// A file that is made from others.
struct Generated {
    /// From the root of the checkout.
    path: PathBuf,
    text: String,
}

/// What is made, and from what.
type Generator = (&'static str, fn() -> Result<Vec<Generated>>);

const GENERATORS: &[Generator] = &[("resource definitions from the types in crds/src", definitions)];

pub(crate) fn run(args: &[String]) -> Result<()> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => bail!("generate takes nothing but --check"),
    };
    let mut stale = Vec::new();
    for (name, generator) in GENERATORS {
        for file in generator().with_context(|| format!("failed to generate {name}"))? {
            let path = checkout().join(&file.path);
            if fs::read_to_string(&path).is_ok_and(|found| found == file.text) {
                continue;
            }
            stale.push(file.path.display().to_string());
            if !check {
                write(&path, &file.text)?;
            }
        }
    }
    if check {
        ensure!(stale.is_empty(), "stale, run `cargo xtask generate`: {}", stale.join(", "));
    } else {
        say(&match stale.as_slice() {
            [] => "everything is up to date".to_owned(),
            written => format!("wrote {}", written.join(", ")),
        });
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

/// `crds/yaml`, one file per definition.
fn definitions() -> Result<Vec<Generated>> {
    let lines =
        output(cargo().args(["run", "--quiet", "--locked", "--package", "signet-crds", "--bin", "crdgen"]))?;
    let mut files = Vec::new();
    for line in String::from_utf8(lines)?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let file = line["file"].as_str().context("crdgen named no file")?;
        files.push(Generated {
            path: Path::new("crds/yaml").join(file),
            text: signet_manifest::to_yaml(&Value::from_json(line["definition"].clone())).as_str().to_owned(),
        });
    }
    ensure!(!files.is_empty(), "crdgen wrote nothing");
    Ok(files)
}
