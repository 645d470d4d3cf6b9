//! Recovery and merging through the real kubeseal and through ours, and each other's files in both directions.

use std::path::Path;

use crate::support::{KEY, OTHER_KEY, Sandbox, mask, real_kubeseal, values};

fn ours() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_signet"))
}

const RECOVER: &str = "--recovery-unseal --recovery-private-key key.pem";

/// Secrets of many shapes.
fn secrets() -> Vec<String> {
    let mut secrets = Vec::new();
    for metadata in [
        "name: a, namespace: b",
        "name: a, namespace: b, labels: {x: \"1\", l: m}, annotations: {k: \"<&>\"}",
        "name: a, namespace: b, finalizers: [f], generateName: g, annotations: {sealedsecrets.bitnami.com/namespace-wide: 'true'}",
        "name: a, annotations: {sealedsecrets.bitnami.com/cluster-wide: 'true'}",
        "name: a, namespace: b, annotations: {sealedsecrets.bitnami.com/skip-set-owner-references: 'true'}, ownerReferences: \
         [{apiVersion: v1, kind: Pod, name: p, uid: u}]",
        "name: a, namespace: b, managedFields: [{manager: m, operation: Apply, time: 2024-02-29T12:30:00Z}]",
    ] {
        for rest in [
            "stringData: {k: v}",
            "data: {k: dg==, empty: '', bin: AP8=}\ntype: Opaque",
            "stringData: {tls.crt: c, tls.key: k}\ntype: kubernetes.io/tls\nimmutable: true",
            "stringData: {\"0\": a, true-ish: b, Z: c, z: d, _: e, a.b: f}\nimmutable: false",
        ] {
            secrets.push(format!("metadata: {{{metadata}}}\n{rest}\n"));
        }
    }
    secrets
}

#[test]
fn each_opens_what_the_other_sealed_and_prints_the_same() {
    let Some(theirs) = real_kubeseal("each_opens_what_the_other_sealed_and_prints_the_same") else { return };
    for secret in secrets() {
        let sandbox = Sandbox::new();
        let seal = |program: &Path, notation: &str| {
            let line = format!("--cert cert.pem -o {notation}");
            sandbox.program(program, "kubeseal", &line).stdin(&secret).succeeds().stdout
        };
        for notation in ["json", "yaml"] {
            let (by_them, by_us) = (seal(&theirs, notation), seal(ours(), notation));
            assert_eq!(mask(&by_them), mask(&by_us), "{secret}");
            for sealed in [by_them, by_us] {
                for output in ["json", "yaml"] {
                    let line = format!("{RECOVER} -o {output}");
                    let expected = sandbox.program(&theirs, "kubeseal", &line).stdin(&sealed).succeeds();
                    let found = sandbox.kubeseal(&line).stdin(&sealed).succeeds();
                    assert_eq!(found.stdout, expected.stdout, "{secret}");
                }
            }
        }
    }
}

#[test]
fn raw_values_open_in_both_directions() {
    let Some(theirs) = real_kubeseal("raw_values_open_in_both_directions") else { return };
    let sandbox = Sandbox::new();
    for (flags, annotation) in [
        ("-n b --name a", ""),
        ("--scope namespace-wide -n b", ", annotations: {sealedsecrets.bitnami.com/namespace-wide: 'true'}"),
        ("--scope cluster-wide", ", annotations: {sealedsecrets.bitnami.com/cluster-wide: 'true'}"),
    ] {
        for (sealer, opener) in [(ours(), &*theirs), (&*theirs, ours())] {
            let line = format!("--cert cert.pem --raw {flags}");
            let value = sandbox.program(sealer, "kubeseal", &line).stdin("value\n").succeeds().stdout;
            let object = format!(
                "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: a, namespace: b{annotation}}}\n\
                 spec: {{encryptedData: {{k: {value}}}}}\n"
            );
            let opened = sandbox.program(opener, "kubeseal", RECOVER).stdin(object).succeeds();
            assert_eq!(values(&opened.json())["k"], b"value\n", "{flags}");
        }
    }
}

/// What kubeseal reads as a backup of keys is read here too, and gives the same.
#[test]
fn backups_that_kubeseal_reads_are_read() {
    let Some(theirs) = real_kubeseal("backups_that_kubeseal_reads_are_read") else { return };
    let (one, two) = (OTHER_KEY.secret("one"), KEY.secret("two"));
    let items = |kind: &str| {
        let items = [&one, &two].map(|secret| format!("- {}", secret.trim_end().replace('\n', "\n  ")));
        format!("{kind}items:\n{}\n", items.join("\n"))
    };
    let sandbox = Sandbox::new();
    let sealed = sandbox
        .program(&theirs, "kubeseal", "--cert cert.pem")
        .stdin("metadata: {name: a, namespace: b}\nstringData: {k: v}\n")
        .succeeds()
        .stdout;
    for backup in [
        two.clone(),
        format!("{one}---\n{two}"),
        items("apiVersion: v1\nkind: List\n"),
        KEY.key.clone(),
        format!("{}{}", KEY.certificate, KEY.key),
        OTHER_KEY.key.clone(),
        one.clone(),
    ] {
        sandbox.file("backup", &backup);
        let line = "--recovery-unseal --recovery-private-key backup";
        let expected = sandbox.program(&theirs, "kubeseal", line).stdin(&sealed).run();
        let found = sandbox.kubeseal(line).stdin(&sealed).run();
        assert_eq!((found.code, &found.stdout), (expected.code, &expected.stdout), "{backup}");
    }
}

/// A file in which kubeseal finds the maps it needs ends up as the same object; ours keeps its text.
#[test]
fn a_merge_makes_the_object_that_kubeseal_makes() {
    let Some(theirs) = real_kubeseal("a_merge_makes_the_object_that_kubeseal_makes") else { return };
    let target = "metadata: {name: a, namespace: b, labels: {l: old, m: kept}, annotations: {x: old}}\nstringData: {k: v, o: p}\n";
    for scope in ["", "--scope namespace-wide", "--scope cluster-wide"] {
        for input in [
            "stringData: {k: new}",
            "metadata: {name: other, namespace: else}\nstringData: {n: new}\ntype: other\nimmutable: true",
            "metadata: {labels: {l: new, n: o}, annotations: {x: new, z: w}}\ndata: {n: bmV3}",
        ] {
            let merge = |program: &Path| {
                let sandbox = Sandbox::new();
                let line = format!("--cert cert.pem {scope} -w f.json");
                sandbox.program(&theirs, "kubeseal", &line).stdin(target).succeeds();
                let line = format!("--cert cert.pem {scope} --merge-into f.json");
                sandbox.program(program, "kubeseal", &line).stdin(input).succeeds();
                let object: serde_json::Value = serde_json::from_str(&mask(&sandbox.read("f.json"))).unwrap();
                let line = format!("{RECOVER} -f f.json");
                (object, values(&sandbox.program(&theirs, "kubeseal", &line).succeeds().json()))
            };
            let (expected, found) = (merge(&theirs), merge(ours()));
            assert!(found == expected, "{scope} {input}\n{:#}\n{:#}", expected.0, found.0);
        }
    }
}
