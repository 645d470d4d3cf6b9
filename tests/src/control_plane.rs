//! Finds, or builds once, the programs of a Kubernetes control plane.

mod build;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::availability::{Missing, required};
use crate::cache::Cache;
use crate::{process, progress};

/// Selects another Kubernetes version than [`PINNED`], as in `v1.34.4`.
pub const VERSION: &str = "SIGNET_KUBERNETES_VERSION";
/// The version tests run against, the one of `tests/control-plane/go.mod`.
pub const PINNED: &str = "v1.35.4";
/// A directory with `etcd`, `kube-apiserver` and `kubectl`, as kubebuilder's tools use it.
pub const ASSETS: &str = "KUBEBUILDER_ASSETS";

const ENTRY: &str = "control-plane";

/// Where the programs lie.
#[derive(Debug, Clone)]
pub struct Programs {
    /// etcd.
    pub etcd: PathBuf,
    /// kube-apiserver.
    pub api_server: PathBuf,
    /// kube-controller-manager.
    pub controller_manager: PathBuf,
    /// kubectl.
    pub kubectl: PathBuf,
    /// How they were found, for people.
    pub source: String,
}

/// The version in use: `v1.35.4`, or what [`VERSION`] says.
pub fn version() -> String {
    match std::env::var(VERSION) {
        Ok(given) if !given.is_empty() => {
            if given.starts_with('v') {
                given
            } else {
                format!("v{given}")
            }
        }
        _ => PINNED.to_owned(),
    }
}

/// Finds the programs: `KUBEBUILDER_ASSETS`, then the cache, then `setup-envtest`; else builds them,
/// where that is wanted. Blocks, for minutes when it builds.
pub fn find() -> Result<Programs> {
    let version = version();
    if let Some(directory) = std::env::var_os(ASSETS).filter(|value| !value.is_empty()) {
        return from_assets(Path::new(&directory), ASSETS, &version)
            .with_context(|| format!("{ASSETS} does not hold a control plane"));
    }
    if let Some(directory) = build::cached(&Cache::locate()?, &version)? {
        return Ok(from_module(&directory, &version));
    }
    if let Some(directory) = from_setup_envtest(&version) {
        return from_assets(&directory, "setup-envtest", &version);
    }
    Ok(from_module(&ours(&version)?, &version))
}

/// Finds or builds the programs, whether or not [`required`] says so.
pub fn prepare() -> Result<Programs> {
    match find() {
        Err(error) if error.is::<Missing>() => {
            let version = version();
            Ok(from_module(&build::build(&Cache::locate()?, &version)?, &version))
        }
        other => other,
    }
}

/// The directory of our own build; built now only where programs are required.
fn ours(version: &str) -> Result<PathBuf> {
    let cache = Cache::locate()?;
    match build::cached(&cache, version)? {
        Some(directory) => Ok(directory),
        None if required() => build::build(&cache, version),
        None => Err(Missing::not_in_cache(format!("kube-apiserver {version}")).into()),
    }
}

fn from_module(directory: &Path, version: &str) -> Programs {
    Programs {
        etcd: directory.join("etcd"),
        api_server: directory.join("kube-apiserver"),
        controller_manager: directory.join("kube-controller-manager"),
        kubectl: directory.join("kubectl"),
        source: format!("our build of {version}"),
    }
}

/// Such directories have no controller manager: that one comes from our build.
fn from_assets(directory: &Path, source: &str, version: &str) -> Result<Programs> {
    let program = |name: &str| {
        let path = directory.join(name);
        anyhow::ensure!(path.is_file(), "{} is missing", path.display());
        Ok(path)
    };
    let controller_manager = match program("kube-controller-manager") {
        Ok(path) => path,
        Err(_) => ours(version)?.join("kube-controller-manager"),
    };
    Ok(Programs {
        etcd: program("etcd")?,
        api_server: program("kube-apiserver")?,
        kubectl: program("kubectl").or_else(|missing| process::on_path("kubectl").ok_or(missing))?,
        controller_manager,
        source: format!("{source} ({})", directory.display()),
    })
}

/// None when the tool is not there, or cannot get this version.
fn from_setup_envtest(version: &str) -> Option<PathBuf> {
    let tool = process::on_path("setup-envtest")?;
    let wanted = version.trim_start_matches('v');
    let mut command = Command::new(tool);
    command.args(["use", "--print", "path", wanted]);
    match progress::run("asking setup-envtest for a control plane", &mut command) {
        Ok(path) => Some(PathBuf::from(path.trim())).filter(|path| path.is_dir()),
        Err(error) => {
            progress::say(&format!("{error:#}"));
            None
        }
    }
}
