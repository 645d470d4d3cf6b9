//! The cache of programs that are built once: outside the checkout, an entry per name and version.
//!
//! An entry is a directory that is either complete or absent: it is filled under another name and
//! renamed into place, by one process at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::progress::Progress;

/// Overrides where the cache lies.
pub const LOCATION: &str = "SIGNET_CACHE";

const POLL: Duration = Duration::from_millis(200);

/// A directory of entries.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// `$SIGNET_CACHE`, else `$XDG_CACHE_HOME/signet`, else `~/.cache/signet`.
    pub fn locate() -> Result<Self> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let root = set(LOCATION)
            .or_else(|| set("XDG_CACHE_HOME").map(|base| base.join("signet")))
            .or_else(|| set("HOME").map(|home| home.join(".cache").join("signet")))
            .with_context(|| format!("no place for the cache: set {LOCATION}"))?;
        Ok(Self { root: std::path::absolute(root)? })
    }

    /// A cache somewhere else.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory of a complete entry.
    pub fn find(&self, name: &str, version: &str) -> Option<PathBuf> {
        let entry = self.root.join(name).join(version);
        entry.is_dir().then_some(entry)
    }

    /// The directory of an entry, filled by `build` if it is not there yet. `build` gets an empty
    /// directory; what it leaves there becomes the entry, unless it fails.
    pub fn get_or_build(
        &self,
        name: &str,
        version: &str,
        build: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        if let Some(entry) = self.find(name, version) {
            return Ok(entry);
        }
        let of_name = self.root.join(name);
        fs::create_dir_all(&of_name)
            .with_context(|| format!("failed to make the cache directory {}", of_name.display()))?;
        let _lock = lock(&of_name.join(format!(".{version}.lock")), name)?;
        if let Some(entry) = self.find(name, version) {
            return Ok(entry);
        }
        let unfinished = of_name.join(format!(".{version}.unfinished"));
        // Left by a build that was killed; nobody else works in it while the lock is held.
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir(&unfinished)?;
        build(&unfinished).inspect_err(|_| {
            // The error of the build is the one to report.
            let _ = fs::remove_dir_all(&unfinished);
        })?;
        let entry = of_name.join(version);
        fs::rename(&unfinished, &entry)?;
        Ok(entry)
    }
}

/// Locks are released by the system when their holder ends, so none is ever left behind.
fn lock(path: &Path, name: &str) -> Result<File> {
    let file = File::create(path).with_context(|| format!("failed to open {}", path.display()))?;
    let mut progress = Progress::new(format!("waiting for another process that builds {name}"));
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {
                progress.tick();
                std::thread::sleep(POLL);
            }
            Err(TryLockError::Error(error)) => return Err(error).context("failed to lock the cache"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn empty() -> (tempfile::TempDir, Cache) {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::at(directory.path().join("cache"));
        (directory, cache)
    }

    #[test]
    fn an_entry_is_built_once_by_many_threads() {
        let (_directory, cache) = empty();
        let builds = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let entry = cache
                        .get_or_build("thing", "1", |directory| {
                            builds.fetch_add(1, Ordering::SeqCst);
                            fs::write(directory.join("program"), "x")?;
                            Ok(())
                        })
                        .unwrap();
                    assert!(entry.join("program").exists());
                });
            }
        });
        assert_eq!(builds.into_inner(), 1);
    }

    #[test]
    fn a_failed_build_leaves_no_entry_and_can_be_repeated() {
        let (_directory, cache) = empty();
        let failure = cache.get_or_build("thing", "1", |directory| {
            fs::write(directory.join("half"), "x")?;
            anyhow::bail!("broken")
        });
        assert!(failure.is_err());
        assert_eq!(cache.find("thing", "1"), None);
        let entry = cache.get_or_build("thing", "1", |_| Ok(())).unwrap();
        assert!(!entry.join("half").exists());
    }

    #[test]
    fn what_a_killed_build_left_is_not_taken_for_an_entry() {
        let (_directory, cache) = empty();
        fs::create_dir_all(cache.root.join("thing").join(".1.unfinished").join("half")).unwrap();
        assert_eq!(cache.find("thing", "1"), None);
        let entry = cache.get_or_build("thing", "1", |_| Ok(())).unwrap();
        assert!(!entry.join("half").exists());
    }

    #[test]
    fn versions_lie_side_by_side() {
        let (_directory, cache) = empty();
        let one = cache.get_or_build("thing", "1", |_| Ok(())).unwrap();
        let two = cache.get_or_build("thing", "2", |_| Ok(())).unwrap();
        assert_ne!(one, two);
        assert!(one.is_dir() && two.is_dir());
    }
}
