//! Harness for tests against real servers: a kube-apiserver with etcd, a recording proxy in front of
//! it, the programs we replace, and our own binaries as processes.
//!
//! A test is a [`scenario()`]: it gets the cluster that all tests of the process share, fresh namespaces
//! that carry its name, and a report of what the cluster looked like when it fails. Where no control
//! plane can be had the test is reported as skipped, by name and reason; under `SIGNET_TEST_REQUIRE=1`
//! (which `cargo xtask test` sets) that is a failure.
//!
//! Everything the harness starts ends with the process that started it, however that one ends: see
//! [`watchdog`].

pub mod access;
pub mod availability;
pub mod cache;
pub mod cluster;
pub mod control_plane;
pub mod controller;
pub mod http;
pub mod peers;
pub mod ports;
pub mod process;
pub mod progress;
pub mod proxy;
pub mod scenario;
pub mod scratch;
pub mod service_proxy;
pub mod tls;
pub mod wait;
pub mod watchdog;

pub use access::Access;
pub use cluster::Cluster;
pub use controller::Controller;
pub use process::{Process, Program};
pub use proxy::{Fault, Match, RecordingProxy};
pub use scenario::{Scenario, scenario, scenario_without_cluster};
pub use wait::{eventually, stays};

use std::path::{Path, PathBuf};

/// The root of the checkout this harness was built from.
pub fn checkout() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}
