//! Where and with what a report was made.

use std::fs;
use std::process::Command;

use serde::Serialize;
use signet_tests::peers::{KUBESEAL, Peer, SEALED_SECRETS_CONTROLLER};
use signet_tests::{checkout, control_plane};

/// Instructions that decide how fast RSA and AES are.
const TELLING_FLAGS: &[&str] = &[
    "aes",
    "adx",
    "avx2",
    "avx512f",
    "avx512ifma",
    "bmi2",
    "sha_ni",
    "vaes",
    "vpclmulqdq", // x86
    "pmull",
    "sha2",
    "sha512",
    "sve", // Arm: aes is called the same
];

/// The machine, the programs, and the state of the source.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    flags: Vec<String>,
    kernel: String,
    /// Of the last minute, when the report began.
    load: f64,
    revision: String,
    kubernetes: String,
    peers: Vec<String>,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let field = |name: &str| {
            let line = cpuinfo.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim()).unwrap_or_default()
        };
        let all_flags: Vec<&str> = field("flags").split(' ').chain(field("Features").split(' ')).collect();
        let telling = TELLING_FLAGS.iter().filter(|flag| all_flags.contains(flag));
        let proc = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        let load = proc("/proc/loadavg");
        Self {
            processor: field("model name").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            flags: telling.map(|&flag| flag.to_owned()).collect(),
            kernel: proc("/proc/sys/kernel/osrelease"),
            load: load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default(),
            revision: revision(),
            kubernetes: control_plane::find().map_or_else(|_| "none".to_owned(), |programs| programs.source),
            peers: [KUBESEAL, SEALED_SECRETS_CONTROLLER].iter().map(peer).collect(),
        }
    }

    /// One paragraph for people.
    pub(crate) fn summary(&self) -> String {
        let Self { processor, cores, flags, kernel, load, revision, kubernetes, peers } = self;
        let flags = flags.join(" ");
        let busy = if *load > *cores as f64 / 4.0 { ", so others were at work" } else { "" };
        format!(
            "Signet {revision}; {}; control plane: {kubernetes}. {processor}, {cores} cores, {flags}; \
             Linux {kernel}; load at the start {load:.2}{busy}.",
            peers.join("; "),
        )
    }
}

fn revision() -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(checkout()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| !text.is_empty());
    let revision = git(&["rev-parse", "--short", "HEAD"]).unwrap_or_else(|| "of unknown revision".to_owned());
    if changed { format!("{revision} with changes") } else { revision }
}

/// A peer with its version, and that of the compiler where `go` can tell.
fn peer(peer: &Peer) -> String {
    let Ok(path) = peer.find() else { return format!("no {}", peer.name) };
    let told =
        Command::new("go").arg("version").arg(&path).output().ok().filter(|output| output.status.success());
    let told = told.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let compiler = told.rsplit_once(": ").map(|(_, go)| format!(" ({})", go.trim())).unwrap_or_default();
    format!("{} {}{compiler}", peer.name, peer.version)
}
