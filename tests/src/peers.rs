//! The programs we replace or work with, in fixed versions, as oracles and as opponents.
//!
//! Each is a row of a table. One that is not found is built once into the cache, where that is wanted:
//! see [`crate::availability`].

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::availability::{Missing, required};
use crate::cache::Cache;
use crate::progress;

/// A program somebody else makes.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The name of its entry in the cache, and in messages.
    pub name: &'static str,
    /// The version, as its makers write it.
    pub version: &'static str,
    /// The file name of the program.
    pub program: &'static str,
    /// Where it comes from.
    pub source: Source,
}

/// Where a program comes from.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Source {
    /// `go install PACKAGE@VERSION`.
    Go {
        /// The path of the main package.
        package: &'static str,
        /// The version of the module.
        version: &'static str,
        /// For the linker: most programs are told their own version this way.
        ldflags: &'static str,
    },
}

/// kubeseal, the CLI of sealed-secrets.
pub const KUBESEAL: Peer = Peer {
    name: "kubeseal",
    version: "0.36.6",
    program: "kubeseal",
    source: Source::Go {
        package: "github.com/bitnami-labs/sealed-secrets/cmd/kubeseal",
        version: "v0.36.6",
        ldflags: "-s -w -X main.VERSION=0.36.6",
    },
};

/// The controller of sealed-secrets.
pub const SEALED_SECRETS_CONTROLLER: Peer = Peer {
    name: "sealed-secrets-controller",
    version: "0.36.6",
    program: "controller",
    source: Source::Go {
        package: "github.com/bitnami-labs/sealed-secrets/cmd/controller",
        version: "v0.36.6",
        ldflags: "-s -w -X main.VERSION=0.36.6",
    },
};

/// sops, with files of which ours are interchangeable.
pub const SOPS: Peer = Peer {
    name: "sops",
    version: "3.13.3",
    program: "sops",
    source: Source::Go {
        package: "github.com/getsops/sops/v3/cmd/sops",
        version: "v3.13.3",
        ldflags: "-s -w",
    },
};

/// Helm, which renders the chart. Told that it talks to a cluster of today, since it is built without that.
pub const HELM: Peer = Peer {
    name: "helm",
    version: "3.22.0",
    program: "helm",
    source: Source::Go {
        package: "helm.sh/helm/v3/cmd/helm",
        version: "v3.22.0",
        ldflags: "-s -w -X helm.sh/helm/v3/internal/version.version=v3.22.0 \
                  -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 \
                  -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=35",
    },
};

/// age, whose files hold the data keys of SOPS files.
pub const AGE: Peer = Peer {
    name: "age",
    version: "1.3.1",
    program: "age",
    source: Source::Go {
        package: "filippo.io/age/cmd/age",
        version: "v1.3.1",
        ldflags: "-s -w -X main.Version=v1.3.1",
    },
};

/// All of them; `cargo xtask test` has each ready before the tests start.
pub const ALL: &[Peer] = &[KUBESEAL, SEALED_SECRETS_CONTROLLER, SOPS, AGE, HELM];

impl Peer {
    /// The program: given by `SIGNET_PEER_<NAME>`, or from the cache, or built now where programs are
    /// required. Blocks, for minutes when it builds.
    pub fn find(&self) -> Result<PathBuf> {
        if let Some(given) = self.given()? {
            return Ok(given);
        }
        match Cache::locate()?.find(self.name, self.version) {
            Some(directory) => Ok(directory.join(self.program)),
            None if required() => self.prepare(),
            None => Err(Missing::not_in_cache(format!("{} {}", self.name, self.version)).into()),
        }
    }

    /// Finds or builds it, whether or not programs are required.
    pub fn prepare(&self) -> Result<PathBuf> {
        if let Some(given) = self.given()? {
            return Ok(given);
        }
        let directory = Cache::locate()?.get_or_build(self.name, self.version, |directory| {
            self.source.install(directory, &format!("{} {}", self.name, self.version))?;
            ensure!(directory.join(self.program).is_file(), "the build left no {}", self.program);
            Ok(())
        })?;
        Ok(directory.join(self.program))
    }

    fn given(&self) -> Result<Option<PathBuf>> {
        let variable = format!("SIGNET_PEER_{}", self.name.to_uppercase().replace('-', "_"));
        let Some(path) = std::env::var_os(&variable).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let path = PathBuf::from(path);
        ensure!(path.is_file(), "{variable}: {} is not a file", path.display());
        Ok(Some(path))
    }
}

impl Source {
    fn install(&self, directory: &Path, what: &str) -> Result<()> {
        match self {
            Self::Go { package, version, ldflags } => {
                let mut command = Command::new("go");
                command
                    // In an empty directory, so that no module around it matters.
                    .current_dir(directory)
                    .env("GOBIN", directory)
                    .env("GOFLAGS", "-buildvcs=false")
                    .args(["install", "-trimpath", "-ldflags", ldflags, &format!("{package}@{version}")]);
                progress::run(&format!("building {what} (once, about 2 minutes)"), &mut command)
                    .with_context(|| format!("failed to build {what}"))?;
                Ok(())
            }
        }
    }
}
