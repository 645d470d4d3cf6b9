//! Certificates of controllers, kept on disk so that sealing does not need the cluster each time.
//!
//! A certificate is public; what matters is that it is the right one. The file's name says which cluster
//! and controller it came from, and its fingerprint is shown whenever it is used.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use signet_sealed::Certificate;

use super::usable;
use crate::cluster::{Address, encode_segment};
use crate::output::PendingFile;

/// How long a certificate on disk is good enough. Controllers make a new key every 30 days by default, and
/// the old one opens values for good.
pub(super) const LONGEST_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest file name that every file system takes.
const LONGEST_NAME: usize = 255;

/// The place of one controller's certificate.
pub(super) struct Entry {
    path: PathBuf,
}

/// A certificate that was on disk.
pub(super) struct Cached {
    pub(super) certificate: Certificate,
    pub(super) age: Duration,
}

impl Entry {
    /// The entry of a controller in the cluster at `server`. `None` when this machine has no cache directory.
    pub(super) fn of(server: &str, controller: &Address) -> Option<Self> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let base = set("XDG_CACHE_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| Some(std::env::home_dir()?.join(".cache")))?;
        let parts = [server, &controller.namespace, &controller.name];
        // A colon means something in file names of some systems.
        let parts = parts.map(|part| encode_segment(part).replace(':', "%3A"));
        let name = format!("{}.pem", parts.join(","));
        (name.len() <= LONGEST_NAME)
            .then(|| Self { path: base.join("signet").join("certificates").join(name) })
    }

    /// The certificate on disk, if it is there, recent and not expired.
    pub(super) fn load(&self) -> Option<Cached> {
        let modified = fs::metadata(&self.path).ok()?.modified().ok()?;
        // A file from the future is as good as none.
        let age = SystemTime::now().duration_since(modified).ok().filter(|age| *age < LONGEST_AGE)?;
        let certificate = usable(&fs::read(&self.path).ok()?).ok()?;
        Some(Cached { certificate, age })
    }

    /// Keeps a certificate. That this fails is no reason not to seal.
    pub(super) fn store(&self, certificate: &Certificate) {
        let Some(directory) = self.path.parent() else { return };
        let _ = fs::create_dir_all(directory);
        if let Ok(file) = PendingFile::replacing(&self.path) {
            let _ = file.replace_with(certificate.to_pem().as_bytes());
        }
    }
}
