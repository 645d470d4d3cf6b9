//! Temporary directories that go away with the process, also when it is killed.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::watchdog;

/// Set to `1` to keep the directories of a run (data, logs, kubeconfigs) for a look at them.
pub const KEEP: &str = "SIGNET_TEST_KEEP";

/// A temporary directory.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// None when kept.
    directory: Option<tempfile::TempDir>,
}

impl Scratch {
    /// Makes one; `name` is part of its name.
    pub fn new(name: &str) -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix(&format!("signet-{name}-"))
            // Tokens lie in there.
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .context("failed to make a temporary directory")?;
        let path = directory.path().to_path_buf();
        if std::env::var_os(KEEP).is_some_and(|value| value == "1") {
            crate::progress::say(&format!("keeping {}", directory.keep().display()));
            return Ok(Self { path, directory: None });
        }
        watchdog::remove_at_end(&path);
        Ok(Self { path, directory: Some(directory) })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.directory.as_ref().map_or(&self.path, tempfile::TempDir::path)
    }
}
