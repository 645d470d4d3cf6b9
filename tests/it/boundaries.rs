//! Who may know whom: the table in ARCHITECTURE.md, kept.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;
use signet_tests::checkout;

/// A row of the table.
struct Row {
    package: &'static str,
    /// What it may use of ours.
    ours: &'static [&'static str],
    /// What must be nowhere among its dependencies, nor theirs.
    never: &'static [&'static [&'static str]],
}

const KUBERNETES: &[&str] = &["kube", "kube-core", "kube-client", "kube-runtime", "k8s-openapi"];
const KUBERNETES_CLIENT: &[&str] = &["kube-client", "kube-runtime"];
const ASYNC_RUNTIME: &[&str] = &["tokio", "async-std", "smol", "async-executor", "mio"];
const HTTP: &[&str] = &["http", "hyper", "hyper-util", "reqwest", "ureq", "axum", "tower-http", "rustls"];
const FILES_AND_ENVIRONMENT: &[&str] =
    &["tempfile", "walkdir", "dirs", "home", "notify", "dotenvy", "rustix"];

const PURE: &[&[&str]] = &[KUBERNETES, ASYNC_RUNTIME, HTTP, FILES_AND_ENVIRONMENT];

/// Packages with no row may use everything, but nothing may use them.
const TABLE: &[Row] = &[
    Row { package: "signet-secret", ours: &[], never: PURE },
    Row { package: "signet-manifest", ours: &[], never: PURE },
    Row { package: "signet-sealed", ours: &["signet-secret"], never: PURE },
    Row { package: "signet-sops-keys", ours: &["signet-secret"], never: PURE },
    Row { package: "signet-go-regex", ours: &[], never: PURE },
    Row {
        package: "signet-sops",
        ours: &["signet-secret", "signet-manifest", "signet-go-regex"],
        never: PURE,
    },
    Row {
        package: "signet-template",
        ours: &["signet-secret", "signet-manifest", "signet-go-regex"],
        never: PURE,
    },
    Row { package: "signet-crds", ours: &[], never: &[ASYNC_RUNTIME, KUBERNETES_CLIENT, HTTP_CLIENTS] },
    Row {
        package: "signet-controller",
        ours: &["signet-secret", "signet-manifest", "signet-sealed", "signet-template", "signet-crds"],
        never: &[],
    },
    Row {
        package: "signet-cli",
        ours: &[
            "signet-secret",
            "signet-manifest",
            "signet-sealed",
            "signet-template",
            "signet-sops",
            "signet-sops-keys",
            "signet-go-regex",
            "signet-crds",
        ],
        never: &[],
    },
];
/// `http` alone are the types that kube's core needs.
const HTTP_CLIENTS: &[&str] = &["hyper", "hyper-util", "reqwest", "ureq", "axum", "rustls"];

/// May use everything; nothing that is shipped may use them.
const TOOLS: &[&str] = &["signet-tests", "signet-bench", "xtask"];

/// Crates whose code must not touch files, environment, clock, processes or the network.
const PURE_FOLDERS: &[&str] = &[
    "crates/secret",
    "crates/manifest",
    "crates/sealed",
    "crates/go-regex",
    "crates/sops",
    "crates/sops-keys",
    "crates/template",
];

/// One cryptography, one TLS, no abandoned YAML; and no private RSA operation that can be timed.
const BANNED: &[&str] = &[
    "ring",
    "openssl",
    "openssl-sys",
    "native-tls",
    "serde_yaml",
    "serde_yml",
    "libyml",
    "unsafe-libyaml",
    "rsa",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

fn cargo(args: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(args).current_dir(checkout()).output().expect("cargo runs");
    assert!(output.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

/// The packages of the workspace and what each uses of ours, tests left out.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let text = cargo(&["metadata", "--format-version=1", "--no-deps", "--locked"]);
    let metadata: Metadata = serde_json::from_str(&text).expect("cargo metadata is JSON");
    let ours: BTreeSet<_> = metadata.packages.iter().map(|package| package.name.clone()).collect();
    let used = |package: &Package| {
        let shipped = package.dependencies.iter().filter(|used| used.kind.as_deref() != Some("dev"));
        shipped.map(|used| used.name.clone()).filter(|name| ours.contains(name)).collect()
    };
    metadata.packages.iter().map(|package| (package.name.clone(), used(package))).collect()
}

/// The names of everything that goes into a package, on any platform, when it is built alone.
fn tree(package: &str) -> BTreeSet<String> {
    let text = cargo(&[
        "tree",
        "--locked",
        "--package",
        package,
        "--edges=normal,build",
        "--target=all",
        "--prefix=none",
        "--format={p}",
    ]);
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn every_package_uses_only_what_the_table_allows() {
    let graph = graph();
    for (package, used) in &graph {
        if TOOLS.contains(&package.as_str()) {
            continue;
        }
        let row = TABLE.iter().find(|row| row.package == package);
        let row = row.unwrap_or_else(|| panic!("{package} has no row in the table of boundaries"));
        let allowed: BTreeSet<_> = row.ours.iter().map(|&name| name.to_owned()).collect();
        let beyond: Vec<_> = used.difference(&allowed).collect();
        assert!(beyond.is_empty(), "{package} must not use {beyond:?}");
    }
    for row in TABLE {
        assert!(graph.contains_key(row.package), "{} is in the table and not in the tree", row.package);
    }
}

#[test]
fn nothing_that_must_not_be_named_is_among_the_dependencies() {
    for row in TABLE.iter().filter(|row| !row.never.is_empty()) {
        let tree = tree(row.package);
        let found: Vec<_> =
            row.never.iter().copied().flatten().filter(|name| tree.contains(**name)).collect();
        assert!(found.is_empty(), "{} must not depend on {found:?}, not even indirectly", row.package);
    }
}

#[test]
fn custom_resources_know_nothing_of_plaintext() {
    assert!(!tree("signet-crds").contains("signet-secret"));
}

#[test]
fn what_is_shipped_holds_one_cryptography_and_no_abandoned_parser() {
    for package in ["signet-cli", "signet-controller"] {
        let tree = tree(package);
        let found: Vec<_> = BANNED.iter().filter(|name| tree.contains(**name)).collect();
        assert!(found.is_empty(), "{package} must not depend on {found:?}");
    }
}

/// OpenPGP is a feature of one crate, and brings what is banned. Its own code has to keep private operations
/// out of it; nothing else may have it.
#[test]
fn the_rsa_crate_is_below_openpgp_and_nowhere_else() {
    let text = cargo(&[
        "tree",
        "--locked",
        "--workspace",
        "--all-features",
        "--edges=normal,build,dev",
        "--target=all",
        "--invert=rsa",
        "--prefix=depth",
        "--depth=1",
        "--format= {p}",
    ]);
    let parents: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("1 "))
        .filter_map(|package| package.split(' ').next())
        .collect();
    assert_eq!(parents, BTreeSet::from(["pgp"]));
    assert!(!tree("signet-sops-keys").contains("pgp"), "OpenPGP is not a default feature");
}

#[test]
fn pure_crates_have_clippy_refuse_the_outside_world() {
    for folder in PURE_FOLDERS {
        let path = checkout().join(folder).join("clippy.toml");
        let rules =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for outside in ["std::fs::", "std::env::", "std::net::", "std::process::", "SystemTime::now"] {
            assert!(rules.contains(outside), "{} does not disallow {outside}", path.display());
        }
    }
}
