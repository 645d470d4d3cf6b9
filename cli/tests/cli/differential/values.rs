//! What the values and fields of one Secret mean.

use super::{Case, SEAL, compare, secret};

/// Plain scalars, of which YAML 1.1 takes many for something else than text.
pub(super) const SCALARS: &[&str] = &[
    "text",
    "two words",
    "123",
    "0x10",
    "012",
    "0o17",
    "1_000",
    "-0",
    "+1",
    "1.50",
    "3.0",
    "1e3",
    "1e6",
    "0.0000001",
    "123456789.0",
    "1234567890123456789012345678901",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "true",
    "yes",
    "on",
    "y",
    "Y",
    "false",
    "no",
    "off",
    "n",
    "True",
    "TRUE",
    "Yes",
    "~",
    "null",
    "Null",
    "",
    ".inf",
    "-.inf",
    ".nan",
    "1:30",
    "190:20:30",
    "2020-01-01",
    "2020-01-01T10:00:00Z",
    "!!binary aGVsbG8=",
    "!!str 123",
    "!!int 7",
    "!!float 7",
    "'single'",
    "\"double \\u00e9\\n\"",
    "a: b",
    "a #b",
    "a#b",
    "'it''s'",
    "=",
    "<<",
    "[]",
    "{}",
    "[a, b]",
    "&x anchored",
    "0b101",
    "0b2",
    ".5",
    "5.",
    "1e",
    "e3",
    "0x",
    "00",
    "08",
    "0.1e-7",
    "1E3",
    "- a",
    "% a",
    "|-\n    block\n    text",
    ">\n    folded\n    text",
    "|+\n    kept\n\n",
];

#[test]
fn every_plain_scalar_means_what_it_means_to_kubeseal() {
    let mut cases = Vec::new();
    for scalar in SCALARS {
        cases.push(Case::new(
            SEAL,
            secret(&format!("metadata:\n  name: a\n  namespace: b\nstringData:\n  key: {scalar}\n")),
        ));
        cases.push(Case::new(
            SEAL,
            secret(&format!(
                "metadata:\n  name: a\n  namespace: b\n  labels:\n    key: {scalar}\nstringData:\n  k: v\n"
            )),
        ));
    }
    compare("every_plain_scalar_means_what_it_means_to_kubeseal", cases);
}

#[test]
fn every_plain_key_means_what_it_means_to_kubeseal() {
    let keys = SCALARS
        .iter()
        .filter(|scalar| !scalar.contains(['\n', '[', '{', '&', '#']) && !scalar.contains(": "));
    let cases = keys.map(|key| {
        Case::new(
            SEAL,
            secret(&format!("metadata: {{name: a, namespace: b}}\nstringData:\n  {key}: value\n")),
        )
    });
    compare("every_plain_key_means_what_it_means_to_kubeseal", cases.collect());
}

#[test]
fn names_of_every_shape_are_sealed_as_kubeseal_does() {
    let cases = SCALARS.iter().filter(|scalar| !scalar.contains('\n')).map(|scalar| {
        Case::new(
            SEAL,
            secret(&format!("metadata:\n  name: {scalar}\n  namespace: b\nstringData: {{k: v}}\n")),
        )
    });
    compare("names_of_every_shape_are_sealed_as_kubeseal_does", cases.collect());
}

#[test]
fn data_is_base64_and_nothing_else() {
    let values = [
        "aGVsbG8=",
        "aGVsbG8",
        "aGVsbG9=",
        "",
        "null",
        "~",
        "1234",
        "12345",
        "true",
        "1.5",
        "'1234'",
        "_-==",
        "'!!!!'",
        "aGVs bG8=",
        "\"aGVs\\nbG8=\"",
        "\"aGVs\\r\\nbG8=\\n\"",
        "|\n    aGVs\n    bG8=",
        ">-\n    aGVs\n    bG8=",
        "=",
        "A===",
        "AA==",
        "AB==",
        "AAA=",
        "AAB=",
        "AAAA",
        "AAAA====",
        "2020-01-01",
        "{}",
        "!!binary aGVsbG8=",
        "\"aGVsbG8=\\0\"",
        "\" aGVsbG8=\"",
    ];
    let cases = values.iter().flat_map(|value| {
        let yaml = secret(&format!("metadata: {{name: a, namespace: b}}\ndata:\n  key: {value}\n"));
        let json = format!(
            r#"{{"kind":"Secret","metadata":{{"name":"a","namespace":"b"}},"data":{{"key":{}}}}}"#,
            serde_json::Value::from(*value)
        );
        [Case::new(SEAL, yaml), Case::new(SEAL, json)]
    });
    compare("data_is_base64_and_nothing_else", cases.collect());
}

#[test]
fn every_field_of_the_metadata_is_kept_or_dropped_as_kubeseal_does() {
    let fields = [
        "generateName: g-",
        "selfLink: /x",
        "uid: u-1",
        "resourceVersion: '7'",
        "resourceVersion: 7",
        "generation: 7",
        "creationTimestamp: null",
        "creationTimestamp: 2024-02-29T12:30:00Z",
        "creationTimestamp: '2024-02-29T12:30:00+02:00'",
        "deletionTimestamp: 2024-02-29T12:30:00Z",
        "deletionGracePeriodSeconds: 30",
        "labels: {b: x, a: y}",
        "labels: {}",
        "labels: null",
        "annotations: {b: x, a: y, kubectl.kubernetes.io/last-applied-configuration: plain}",
        "annotations: {kubectl.kubernetes.io/last-applied-configuration: plain}",
        "annotations: {kubecfg.ksonnet.io/last-applied-configuration: plain}",
        "annotations: {}",
        "ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: u, controller: true}]",
        "finalizers: [a/b, c/d]",
        "finalizers: []",
        "managedFields: [{manager: kubectl, operation: Apply, apiVersion: v1, time: 2024-02-29T12:30:00Z, \
         fieldsType: FieldsV1, fieldsV1: {'f:data': {.: {}, 'f:b': {}}}, subresource: status}]",
        "managedFields: []",
        "clusterName: old",
        "unknown: {a: 1}",
        "Labels: {a: b}",
        "LABELS: {a: b}",
        "labels: [a]",
        "labels: text",
        "labels: {a: [b]}",
        "finalizers: text",
        "finalizers: [1, true]",
        "generation: text",
        "generation: '7'",
        "generation: 7.5",
        "generation: 1e3",
        "creationTimestamp: yesterday",
        "creationTimestamp: 2024-02-29",
        "creationTimestamp: ''",
        "annotations: {a: \"<b>&\\u2028\\u2029\\U0001F600\"}",
        "annotations: {a: \"\\u0001\\t\\\\\\\"\"}",
    ];
    let cases = fields.iter().flat_map(|field| {
        let text =
            secret(&format!("metadata:\n  name: a\n  namespace: b\n  {field}\nstringData: {{k: v}}\n"));
        [Case::new(SEAL, text.clone()), Case::new("--cert cert.pem -o yaml", text)]
    });
    compare("every_field_of_the_metadata_is_kept_or_dropped_as_kubeseal_does", cases.collect());
}

#[test]
fn the_other_fields_of_a_secret_are_read_as_kubeseal_does() {
    let rests = [
        "stringData: {k: v}\ntype: Opaque",
        "stringData: {k: v}\ntype: kubernetes.io/tls",
        "stringData: {k: v}\ntype: ''",
        "stringData: {k: v}\ntype: 7",
        "stringData: {k: v}\ntype: [a]",
        "stringData: {k: v}\nimmutable: true",
        "stringData: {k: v}\nimmutable: false",
        "stringData: {k: v}\nimmutable: yes",
        "stringData: {k: v}\nimmutable: null",
        "stringData: {k: v}\nimmutable: 'true'",
        "stringData: {k: v}\nimmutable: 1",
        "data: {k: dg==}\nstringData: {k: w, l: x}",
        "Data: {k: dg==}",
        "DATA: {k: dg==}",
        "StringData: {k: v}",
        "data: {}",
        "data: null",
        "stringData: {}",
        "data: {}\nstringData: {}",
        "data: text",
        "data: [a]",
        "stringData: text",
        "stringData: [a]",
        "stringData: {k: [a]}",
        "stringData: {k: {a: b}}",
        "spec: {a: b}\nstringData: {k: v}",
        "stringData: &x {k: v}\nother: *x",
        "stringData:\n  <<: {a: b}\n  c: d",
        "stringData: {k: v}\nstringData: {l: w}",
        "stringData: {k: v, k: w}",
        "stringData:\n  k: |\n    a\n    b\n  l: >\n    c\n    d\n",
        "stringData: {k: \"\\U0001F600\"}",
        "stringData: {\"<&>\": v, \"a b\": w, \"\": x}",
    ];
    let mut cases = Vec::new();
    for rest in rests {
        let text = secret(&format!("metadata: {{name: a, namespace: b}}\n{rest}\n"));
        cases.push(Case::new(SEAL, text.clone()));
        cases.push(Case::new("--cert cert.pem --allow-empty-data -o yaml", text));
    }
    compare("the_other_fields_of_a_secret_are_read_as_kubeseal_does", cases);
}
