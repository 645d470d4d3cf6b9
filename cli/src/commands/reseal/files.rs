//! The files of a tree that may hold SealedSecrets.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Exit, Failure, Outcome};

/// The files that the paths name and, below directories, those called `.yaml`, `.yml` or `.json`, sorted. Hidden
/// directories and symbolic links below a directory are not followed.
pub(super) fn find(paths: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let metadata =
            fs::metadata(path).map_err(|error| Failure::file(Exit::Input, "open", path, &error))?;
        if metadata.is_dir() {
            walk(path, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) -> Outcome {
    let failed = |error: std::io::Error| Failure::file(Exit::Input, "read directory", directory, &error);
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !hidden {
            walk(&path, found)?;
        } else if kind.is_file() && is_manifest(&path) {
            found.push(path);
        }
    }
    Ok(())
}

fn is_manifest(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| {
        ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}
