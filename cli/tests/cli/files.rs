//! Files that are written: at once or not at all, with the right permissions, and nothing beside them.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use crate::support::{Sandbox, mask};

const SECRET: &str = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";

#[test]
fn a_new_file_is_for_its_owner_alone() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.kubeseal("--cert cert.pem -w out.json").stdin(SECRET).succeeds();
    outcome.says_nothing().prints("");
    assert_eq!(fs::metadata(sandbox.path().join("out.json")).unwrap().mode() & 0o777, 0o600);
    assert!(mask(&sandbox.read("out.json")).contains("\"k\": \"SEALED\""));
    assert_eq!(sandbox.names(), ["cert.pem", "key.pem", "out.json"]);
}

#[test]
fn a_replaced_file_keeps_its_permissions() {
    let sandbox = Sandbox::new();
    sandbox.file("out.yaml", "old");
    let path = sandbox.path().join("out.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    sandbox.kubeseal("--cert cert.pem -w out.yaml").stdin(SECRET).succeeds();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o644);
    assert!(sandbox.read("out.yaml").starts_with("---\n"));
}

#[test]
fn a_failed_run_leaves_the_file_as_it_was() {
    let sandbox = Sandbox::new();
    sandbox.file("out.yaml", "old");
    sandbox.kubeseal("--cert cert.pem -w out.yaml").stdin("metadata: {name: a}").fails(1);
    sandbox.kubeseal("--cert missing.pem -w out.yaml").stdin(SECRET).fails(1);
    assert_eq!(sandbox.read("out.yaml"), "old");
    assert_eq!(sandbox.names(), ["cert.pem", "key.pem", "out.yaml"]);
}

#[test]
fn a_symbolic_link_is_replaced_by_a_file() {
    let sandbox = Sandbox::new();
    sandbox.file("real.json", "old");
    symlink("real.json", sandbox.path().join("out.json")).unwrap();
    sandbox.kubeseal("--cert cert.pem -w out.json").stdin(SECRET).succeeds();
    assert_eq!(sandbox.read("real.json"), "old");
    assert!(!fs::symlink_metadata(sandbox.path().join("out.json")).unwrap().is_symlink());
}

#[test]
fn a_directory_that_does_not_exist_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox
        .kubeseal("--cert cert.pem -w missing/out.json")
        .stdin(SECRET)
        .fails(1)
        .says("no such file or directory");
    sandbox.kubeseal("--cert cert.pem -w .").stdin(SECRET).fails(1);
}

#[test]
fn a_dash_is_the_name_of_a_file() {
    let sandbox = Sandbox::new();
    sandbox.kubeseal("--cert cert.pem -w -").stdin(SECRET).succeeds().prints("");
    assert_eq!(sandbox.names(), ["-", "cert.pem", "key.pem"]);
}

#[test]
fn an_output_file_is_refused_where_nothing_would_be_written_to_it() {
    let sandbox = Sandbox::new();
    sandbox.file("out.json", "old");
    sandbox.kubeseal("--validate -w out.json").stdin(SECRET).fails(1).says("--validate");
    sandbox
        .kubeseal("--cert cert.pem --merge-into x -w out.json")
        .stdin(SECRET)
        .fails(1)
        .says("--merge-into");
    assert_eq!(sandbox.read("out.json"), "old");
}

#[test]
fn the_input_file_is_missed_first() {
    let sandbox = Sandbox::new();
    sandbox.kubeseal("--cert missing.pem -f missing.yaml").fails(1).says("--secret-file");
}
