//! What works without a cluster never looks for one.

use crate::support::{Sandbox, mask};

const SECRET: &str = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";

#[test]
fn a_broken_kubeconfig_does_not_matter_while_it_is_not_needed() {
    let sandbox = Sandbox::new();
    sandbox.file("broken", "clusters: [");
    for config in ["--kubeconfig /missing", "--kubeconfig broken", "--context missing"] {
        for (line, input) in [
            ("--cert cert.pem", SECRET),
            ("--cert cert.pem --fetch-cert", ""),
            ("--cert cert.pem --scope cluster-wide", "metadata: {name: a}\nstringData: {k: v}"),
            ("--cert cert.pem --raw --scope cluster-wide", "v"),
            ("--cert cert.pem --raw -n b --name a", "v"),
            ("--cert cert.pem -n b", "metadata: {name: a}\nstringData: {k: v}"),
        ] {
            sandbox.kubeseal(&format!("{line} {config}")).stdin(input).succeeds().says_nothing();
        }
    }
}

#[test]
fn the_certificate_is_printed_as_it_is() {
    let sandbox = Sandbox::new();
    sandbox.file("any", "not a certificate\n");
    sandbox.kubeseal("--cert any --fetch-cert").succeeds().prints("not a certificate\n");
    sandbox.kubeseal("--cert any").stdin(SECRET).fails(1);
}

#[test]
fn a_certificate_is_read_from_a_file_url() {
    let sandbox = Sandbox::new();
    sandbox.file("a b.pem", sandbox.read("cert.pem"));
    let directory = sandbox.path().display().to_string();
    for url in [format!("file://{directory}/cert.pem"), format!("file://host{directory}/a%20b.pem")] {
        let sealed = sandbox.kubeseal(&format!("--cert {url}")).stdin(SECRET).succeeds();
        assert!(mask(&sealed.stdout).contains("SEALED"));
    }
    sandbox.kubeseal("--cert file:///missing.pem").stdin(SECRET).fails(1).says("no such file or directory");
}

#[test]
fn a_missing_certificate_file_is_told_in_the_words_of_go() {
    let outcome = Sandbox::new().kubeseal("--cert missing.pem").stdin(SECRET).fails(1);
    outcome.says("error: open missing.pem: no such file or directory");
}

#[test]
fn an_expired_certificate_is_refused_with_its_date_and_printed_on_request() {
    let sandbox = Sandbox::new();
    let key = signet_sealed::PrivateKey::from_pem(crate::support::KEY.key.as_bytes()).unwrap();
    let request = signet_sealed::CertificateRequest {
        common_name: "",
        not_before: "2020-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2021-02-03T00:00:00Z".parse().unwrap(),
    };
    let expired = signet_sealed::Certificate::issue(&key, &request).unwrap();
    sandbox.file("expired.pem", expired.to_pem());
    sandbox
        .kubeseal("--cert expired.pem")
        .stdin(SECRET)
        .fails(1)
        .says("expired certificate on February 3, 2021");
    sandbox.kubeseal("--cert expired.pem --fetch-cert").succeeds().prints(expired.to_pem());
}

#[test]
fn without_any_configuration_the_error_says_what_to_do() {
    let sandbox = Sandbox::new();
    sandbox.kubeseal("").stdin(SECRET).fails(1).says("no configuration has been provided").says("--cert");
    sandbox.signet("seal").stdin(SECRET).fails(5).says("hint: ");
}
