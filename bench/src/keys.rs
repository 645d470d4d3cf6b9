//! Keys of the sizes that are shipped, made once and kept in the cache: making one takes a second.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::{Timestamp, ToSpan as _};
use signet_sealed::{Certificate, CertificateRequest, PrivateKey};
use signet_tests::cache::Cache;
use signet_tests::progress::Progress;

/// As many as a controller has after two years.
const MOST: usize = 24;
/// Changes when the files of a cache entry do.
const LAYOUT: &str = "1";

/// A key as a controller has it.
pub(crate) struct Key {
    pub(crate) private: PrivateKey,
    /// PKCS#1 PEM.
    pub(crate) private_pem: Vec<u8>,
    pub(crate) certificate: Certificate,
}

/// The `count` newest keys of a controller that made one every 30 days, newest first.
///
/// # Panics
/// When more are asked for than a workload may have.
pub(crate) fn keys(count: usize, bits: usize) -> Result<Vec<Key>> {
    assert!(count <= MOST, "at most {MOST} keys are kept");
    let cache = Cache::locate()?;
    (0..count)
        .map(|number| {
            let entry = format!("{bits}-{number:02}-{LAYOUT}");
            let directory =
                cache.get_or_build("bench-keys", &entry, |directory| generate(directory, bits))?;
            read(&directory.join("tls.key"), number)
        })
        .collect()
}

fn generate(directory: &Path, bits: usize) -> Result<()> {
    let mut progress = Progress::new(format!("making a key of {bits} bits (once)"));
    let key = PrivateKey::generate(bits)?;
    progress.tick();
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(directory.join("tls.key"))
        .context("failed to write a key")?;
    std::io::Write::write_all(&mut &file, key.to_pkcs1_pem()?.expose())?;
    progress.done();
    Ok(())
}

/// The certificate is made anew, or its age would make the controllers renew the key in mid-run.
fn read(path: &Path, age: usize) -> Result<Key> {
    let private_pem = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
    let private = PrivateKey::from_pem(&private_pem)?;
    let hours = 24 * (1 + 30 * i64::try_from(age)?);
    let not_before = Timestamp::now().checked_sub(hours.hours())?;
    let not_after = not_before.checked_add((24 * 3650).hours())?;
    let request = CertificateRequest { common_name: "", not_before, not_after };
    let certificate = Certificate::issue(&private, &request)?;
    Ok(Key { private, private_pem, certificate })
}
