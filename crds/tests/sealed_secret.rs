//! The definition has upstream's schema, and reading is as lenient as upstream's.

use kube::CustomResourceExt as _;
use serde_json::{Value, json};
use signet_crds::bitnami::{ConditionStatus, SealedSecret, SyncedReason};

/// The schema without the words.
fn schema() -> Value {
    let definition = serde_json::to_value(SealedSecret::crd()).unwrap();
    let mut schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone();
    remove_descriptions(&mut schema);
    schema
}

fn remove_descriptions(value: &mut Value) {
    if let Value::Object(object) = value {
        object.retain(|name, value| name != "description" || !value.is_string());
        object.values_mut().for_each(remove_descriptions);
    }
}

#[test]
fn the_schema_is_upstreams_field_by_field() {
    let texts = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let expected = json!({
        "type": "object",
        "required": ["encryptedData"],
        "properties": {
            "data": { "type": "string", "format": "byte" },
            "encryptedData": {
                "type": "object",
                "additionalProperties": { "type": "string" },
                "x-kubernetes-preserve-unknown-fields": true
            },
            "template": {
                "type": "object",
                "properties": {
                    "data": { "type": "object", "nullable": true, "additionalProperties": { "type": "string" } },
                    "immutable": { "type": "boolean" },
                    "metadata": {
                        "type": "object",
                        "nullable": true,
                        "x-kubernetes-preserve-unknown-fields": true,
                        "properties": {
                            "annotations": texts,
                            "finalizers": { "type": "array", "items": { "type": "string" } },
                            "labels": texts,
                            "name": { "type": "string" },
                            "namespace": { "type": "string" }
                        }
                    },
                    "type": { "type": "string" }
                }
            }
        }
    });
    assert_eq!(schema()["properties"]["spec"], expected);
    let condition = &schema()["properties"]["status"]["properties"]["conditions"]["items"];
    assert_eq!(condition["required"], json!(["status", "type"]));
    for (name, format) in [
        ("lastTransitionTime", json!("date-time")),
        ("lastUpdateTime", json!("date-time")),
        ("message", Value::Null),
        ("reason", Value::Null),
        ("status", Value::Null),
        ("type", Value::Null),
    ] {
        assert_eq!(condition["properties"][name]["type"], "string", "{name}");
        assert_eq!(condition["properties"][name]["format"], format, "{name}");
    }
    let generation = &schema()["properties"]["status"]["properties"]["observedGeneration"];
    assert_eq!(*generation, json!({ "type": "integer", "format": "int64" }));
}

#[test]
fn the_definition_has_upstreams_names_and_columns() {
    let definition = serde_json::to_value(SealedSecret::crd()).unwrap();
    assert_eq!(definition["metadata"]["name"], "sealedsecrets.bitnami.com");
    let names = json!({ "kind": "SealedSecret", "plural": "sealedsecrets", "singular": "sealedsecret" });
    for (field, value) in names.as_object().unwrap() {
        assert_eq!(&definition["spec"]["names"][field], value);
    }
    let version = &definition["spec"]["versions"][0];
    assert_eq!(
        (&version["name"], &version["served"], &version["storage"]),
        (&json!("v1alpha1"), &json!(true), &json!(true))
    );
    let columns: Vec<(&str, &str)> = version["additionalPrinterColumns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| (column["name"].as_str().unwrap(), column["jsonPath"].as_str().unwrap()))
        .collect();
    assert_eq!(
        columns,
        [
            ("Status", ".status.conditions[0].message"),
            ("Synced", ".status.conditions[0].status"),
            ("Age", ".metadata.creationTimestamp"),
        ]
    );
}

fn read(spec: Value) -> SealedSecret {
    let object = json!({ "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": { "name": "n" }, "spec": spec });
    serde_json::from_value(object).unwrap()
}

#[test]
fn items_of_the_wrong_shape_lose_themselves_and_nothing_else() {
    let items = |spec| read(spec).spec.encrypted_data.into_iter().collect::<Vec<_>>();
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        items(json!({ "encryptedData": { "a": "x", "b": 5, "c": null } })),
        [text("a", "x"), text("b", ""), text("c", "")]
    );
    assert_eq!(items(json!({ "encryptedData": ["x"] })), []);
    assert_eq!(items(json!({ "encryptedData": null })), []);
    assert_eq!(items(json!({})), []);
}

#[test]
fn null_parts_of_a_template_are_absent_ones() {
    let spec = read(json!({ "encryptedData": {}, "template": { "metadata": null, "type": null, "data": null, "immutable": null } })).spec;
    assert_eq!(spec.template, read(json!({ "encryptedData": {} })).spec.template);
    assert_eq!(read(json!({ "encryptedData": {}, "template": null })).spec.template, spec.template);
}

#[test]
fn old_files_with_null_times_and_unknown_fields_are_read() {
    let object: SealedSecret = serde_json::from_value(json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": { "name": "n", "creationTimestamp": null },
        "spec": { "encryptedData": {}, "template": { "metadata": { "creationTimestamp": null, "x": 1 } }, "y": 2 },
        "status": { "conditions": [{ "type": "Synced", "status": "Perhaps" }], "z": 3 },
    }))
    .unwrap();
    assert_eq!(object.status.unwrap().synced().unwrap().status, ConditionStatus::Unknown);
}

#[test]
fn reasons_are_single_words() {
    for reason in [SyncedReason::UnsealedStrict, SyncedReason::Unmanaged, SyncedReason::TemplateFailed] {
        assert!(reason.as_str().chars().all(|c| c.is_ascii_alphanumeric()));
    }
}
