//! Builds the control plane from the public Go modules, by way of the small module in
//! `tests/control-plane`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use aws_lc_rs::digest;

use super::{ENTRY, PINNED};
use crate::cache::Cache;
use crate::{progress, scratch::Scratch};

const BINARY: &str = "control-plane";
const PROGRAMS: [&str; 4] = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];
const SOURCES: [&str; 3] = ["main.go", "go.mod", "go.sum"];

fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("control-plane")
}

/// The entry of the cache, when it is there.
pub(super) fn cached(cache: &Cache, version: &str) -> Result<Option<PathBuf>> {
    Ok(cache.find(ENTRY, &entry_version(version)?))
}

/// The version of Kubernetes and of our module, so that a change of either builds anew.
fn entry_version(version: &str) -> Result<String> {
    let mut digest = digest::Context::new(&digest::SHA256);
    for name in SOURCES {
        let path = module().join(name);
        digest.update(&fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?);
    }
    let digest: String = digest.finish().as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{version}-{digest}"))
}

/// Fills the entry of the cache: about five minutes on two cores, and 3 GB of Go's own caches.
pub(super) fn build(cache: &Cache, version: &str) -> Result<PathBuf> {
    cache.get_or_build(ENTRY, &entry_version(version)?, |directory| {
        let work = Scratch::new("control-plane")?;
        let module = if version == PINNED { module() } else { module_for(version, work.path())? };
        let mut command = Command::new("go");
        command
            .current_dir(&module)
            .args(["build", "-trimpath", "-buildvcs=false", "-ldflags"])
            .arg(version_stamp(version)?)
            .arg("-o")
            .arg(directory.join(BINARY))
            .arg(".");
        progress::run(
            &format!("building etcd and Kubernetes {version} (once, about 5 minutes)"),
            &mut command,
        )?;
        for program in PROGRAMS {
            symlink(BINARY, directory.join(program))?;
        }
        Ok(())
    })
}

/// Without the stamp the server calls itself v0.0.0, and clients that look at versions misbehave.
fn version_stamp(version: &str) -> Result<String> {
    let (major, minor) = major_and_minor(version)?;
    let mut flags = "-s -w".to_owned();
    for package in ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"] {
        for (name, value) in [("gitVersion", version), ("gitMajor", major), ("gitMinor", minor)] {
            flags.push_str(&format!(" -X {package}.{name}={value}"));
        }
    }
    Ok(flags)
}

fn major_and_minor(version: &str) -> Result<(&str, &str)> {
    let mut parts = version.trim_start_matches('v').split('.');
    parts.next().zip(parts.next()).with_context(|| format!("{version} is not a version like {PINNED}"))
}

/// The staging modules of Kubernetes 1.N.P are published as 0.N.P.
fn staging_version(version: &str) -> Result<String> {
    let rest = version.strip_prefix("v1.").with_context(|| format!("{version} is not like {PINNED}"))?;
    Ok(format!("v0.{rest}"))
}

/// Derives our module for another version of Kubernetes.
fn module_for(version: &str, work: &Path) -> Result<PathBuf> {
    let staging = staging_version(version)?;
    let mut command = Command::new("go");
    // In an empty directory, so that no module around it matters.
    command.current_dir(work).args(["mod", "download", "-json", &format!("k8s.io/kubernetes@{version}")]);
    let found = progress::run(&format!("fetching Kubernetes {version}"), &mut command)?;
    let found: serde_json::Value = serde_json::from_str(&found).context("unexpected answer of go")?;
    let upstream = fs::read_to_string(found["GoMod"].as_str().context("go named no go.mod")?)?;

    let directory = work.join("module");
    fs::create_dir(&directory)?;
    fs::copy(module().join("main.go"), directory.join("main.go"))?;
    fs::write(directory.join("go.mod"), go_mod(version, &staging, &upstream)?)?;
    let mut command = Command::new("go");
    command.current_dir(&directory).args(["mod", "tidy"]);
    progress::run(&format!("resolving the modules of Kubernetes {version}"), &mut command)?;
    Ok(directory)
}

/// `upstream` is the go.mod of k8s.io/kubernetes. etcd is left to `go mod tidy`, which takes the
/// version that this Kubernetes wants.
fn go_mod(version: &str, staging: &str, upstream: &str) -> Result<String> {
    let go = upstream.lines().find(|line| line.starts_with("go ")).unwrap_or("go 1.24.0");
    let mut text = format!(
        "module control-plane\n\n{go}\n\nrequire (\n\tk8s.io/component-base {staging}\n\t\
         k8s.io/kubectl {staging}\n\tk8s.io/kubernetes {version}\n)\n\nreplace (\n"
    );
    let replaced: Vec<&str> = upstream
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("replace ").split_once(" => ./staging/"))
        .map(|(module, _)| module)
        .collect();
    ensure!(!replaced.is_empty(), "Kubernetes {version} replaces no modules in its go.mod");
    for module in replaced {
        text.push_str(&format!("\t{module} => {module} {staging}\n"));
    }
    text.push_str(")\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_version_is_the_one_of_the_go_module() {
        let committed = fs::read_to_string(module().join("go.mod")).unwrap();
        assert!(committed.contains(&format!("k8s.io/kubernetes {PINNED}\n")), "{committed}");
    }

    #[test]
    fn the_stamp_names_the_version_in_full_and_in_parts() {
        let flags = version_stamp("v1.35.4").unwrap();
        assert!(flags.contains("k8s.io/component-base/version.gitVersion=v1.35.4"), "{flags}");
        assert!(flags.contains("k8s.io/client-go/pkg/version.gitMinor=35"), "{flags}");
    }

    #[test]
    fn a_derived_module_replaces_every_staging_module_and_nothing_else() {
        let upstream = "module k8s.io/kubernetes\n\ngo 1.24.0\n\nreplace (\n\
            \tk8s.io/api => ./staging/src/k8s.io/api\n\
            \tk8s.io/kms => ./staging/src/k8s.io/kms\n)\n\
            replace example.com/x => example.com/y v1.0.0\n";
        let text = go_mod("v1.34.4", &staging_version("v1.34.4").unwrap(), upstream).unwrap();
        let replaced: Vec<_> = text.lines().filter(|line| line.contains("=>")).collect();
        assert_eq!(replaced, ["\tk8s.io/api => k8s.io/api v0.34.4", "\tk8s.io/kms => k8s.io/kms v0.34.4"]);
        assert!(text.contains("\ngo 1.24.0\n"), "{text}");
    }
}
