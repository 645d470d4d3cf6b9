//! `cargo xtask generate`: files that are made from others and committed.
//!
//! A generator gives the files it makes and touches nothing, so writing and checking are the same work. They run in
//! order: the chart takes in the definitions, and the manifests are rendered from the chart.

mod definitions;
mod goldens;
mod manifests;
mod reference;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use signet_tests::checkout;
use signet_tests::progress::say;

/// A file that is made from others.
struct Generated {
    /// From the root of the checkout.
    path: PathBuf,
    text: String,
}

impl Generated {
    fn new(folder: &str, name: impl AsRef<Path>, text: String) -> Self {
        Self { path: Path::new(folder).join(name), text }
    }
}

/// What is made and from what, and how.
struct Generator {
    name: &'static str,
    /// Where its files go. These folders hold nothing else: a file there that is no longer made is stale.
    folders: &'static [&'static str],
    files: fn() -> Result<Vec<Generated>>,
}

const GENERATORS: &[Generator] = &[
    Generator {
        name: "resource definitions from the types in crds/src",
        folders: &definitions::FOLDERS,
        files: definitions::files,
    },
    Generator { name: "manifests from the chart", folders: &[manifests::FOLDER], files: manifests::files },
    Generator {
        name: "reference and completions from the command lines",
        folders: &reference::FOLDERS,
        files: reference::files,
    },
];

pub(crate) fn run(args: &[String]) -> Result<()> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        [flag] if flag == "--goldens" => return write_goldens(),
        _ => bail!("generate takes --check, --goldens or nothing"),
    };
    let mut stale = Vec::new();
    for generator in GENERATORS {
        let files = (generator.files)().with_context(|| format!("failed to generate {}", generator.name))?;
        stale.extend(bring_up_to_date(generator, &files, check)?);
    }
    let stale: Vec<_> = stale.iter().map(|path| path.display().to_string()).collect();
    if check {
        ensure!(stale.is_empty(), "stale, run `cargo xtask generate`: {}", stale.join(", "));
    } else {
        say(&match stale.as_slice() {
            [] => "everything is up to date".to_owned(),
            changed => format!("wrote or removed {}", changed.join(", ")),
        });
    }
    Ok(())
}

/// Asks Go again how templates render. Apart from the rest, because it needs Go and takes minutes the first time.
fn write_goldens() -> Result<()> {
    let files = goldens::files()?;
    for file in &files {
        write(&checkout().join(&file.path), &file.text)?;
    }
    say(&format!("wrote {} files of goldens", files.len()));
    Ok(())
}

/// The files that were not as they should be; they are now, unless this is only a check.
fn bring_up_to_date(generator: &Generator, files: &[Generated], check: bool) -> Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for file in files {
        let path = checkout().join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|found| found == file.text) {
            continue;
        }
        stale.push(file.path.clone());
        if !check {
            write(&path, &file.text)?;
        }
    }
    let made: BTreeSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    for folder in generator.folders {
        for path in entries(folder)?.into_iter().filter(|path| !made.contains(path.as_path())) {
            if !check {
                fs::remove_file(checkout().join(&path))?;
            }
            stale.push(path);
        }
    }
    Ok(stale)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

/// What lies in a folder, from the root of the checkout.
fn entries(folder: &str) -> Result<Vec<PathBuf>> {
    let directory = checkout().join(folder);
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let entries =
        fs::read_dir(&directory).with_context(|| format!("failed to list {}", directory.display()))?;
    entries.map(|entry| Ok(Path::new(folder).join(entry?.file_name()))).collect()
}
