//! A SealedSecret out of a request body.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value as Json;
use signet_crds::bitnami::SealedSecret;
use signet_manifest::{Documents, Format, ReadError, Value};

/// Go's decoder does not mind unused bits at the end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Why a body is no SealedSecret. The text says nothing of its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Undecodable {
    #[error("the body cannot be read: {0}")]
    Syntax(#[from] ReadError),
    #[error("the body is empty")]
    Empty,
    #[error("the body has more than one document")]
    Several,
    #[error("the body is no bitnami.com/v1alpha1 SealedSecret")]
    Kind,
    #[error("a field of the SealedSecret has the wrong type")]
    Shape,
}

/// What to do with YAML documents after the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Refused,
    Ignored,
}

/// Reads one SealedSecret in JSON or YAML. Kind and version must be there; unknown fields are dropped; entries of
/// `encryptedData` that are no text become empty, as in the controller.
pub(super) fn decode(body: &[u8], rest: Rest) -> Result<SealedSecret, Undecodable> {
    let mut documents = Documents::parse(body);
    let first = documents.next().ok_or(Undecodable::Empty)??;
    // After a JSON value nothing may follow in any case.
    if (rest == Rest::Refused || first.format() == Format::Json) && documents.next().is_some() {
        return Err(Undecodable::Several);
    }
    let is = |field, expected| first.value().at(&[field]).and_then(Value::as_str) == Some(expected);
    if !is("apiVersion", "bitnami.com/v1alpha1") || !is("kind", "SealedSecret") {
        return Err(Undecodable::Kind);
    }
    typed(first.value())
}

/// Decodes as Go does where serde would not: a list is no structure, a missing one is empty, and a null among texts
/// is the empty text.
fn typed(document: &Value) -> Result<SealedSecret, Undecodable> {
    let is_structure = |path: &[&str]| matches!(document.at(path), None | Some(Value::Null | Value::Map(_)));
    if ![&["spec"][..], &["spec", "template"], &["status"]].into_iter().all(is_structure) {
        return Err(Undecodable::Shape);
    }
    let mut json = document.to_json();
    if let Some(object) = json.as_object_mut() {
        // Nothing depends on it, and an odd one must not stand in the way.
        object.remove("status");
        for part in ["metadata", "spec"] {
            let part = object.entry(part).or_insert(Json::Null);
            if part.is_null() {
                *part = Json::Object(serde_json::Map::new());
            }
        }
    }
    let texts = [
        "/metadata/labels",
        "/metadata/annotations",
        "/spec/template/metadata/labels",
        "/spec/template/metadata/annotations",
        "/spec/template/data",
    ];
    for texts in texts {
        let values = json
            .pointer_mut(texts)
            .and_then(Json::as_object_mut)
            .into_iter()
            .flat_map(|map| map.values_mut());
        values.filter(|value| value.is_null()).for_each(|value| *value = Json::String(String::new()));
    }
    let sealed: SealedSecret = serde_json::from_value(json).map_err(|_| Undecodable::Shape)?;
    match &sealed.spec.data {
        Some(blob) if !is_base64(blob) => Err(Undecodable::Shape),
        _ => Ok(sealed),
    }
}

/// Whether Go would take the text for a field of bytes: standard base64 with padding, line breaks ignored.
fn is_base64(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    BASE64.decode(text).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEAD: &str = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n";

    fn yaml(rest: &str) -> Result<SealedSecret, Undecodable> {
        decode(format!("{HEAD}{rest}").as_bytes(), Rest::Refused)
    }

    #[test]
    fn json_and_yaml_are_read() {
        let from_yaml =
            yaml("metadata: {name: app, creationTimestamp: null}\nspec: {encryptedData: {a: b}, x: 1}\n")
                .unwrap();
        let json = br#"{"apiVersion":"bitnami.com/v1alpha1","kind":"SealedSecret","metadata":{"name":"app"},"spec":{"encryptedData":{"a":"b"}}}"#;
        assert_eq!(from_yaml, decode(json, Rest::Refused).unwrap());
        assert_eq!(from_yaml.metadata.name.as_deref(), Some("app"));
    }

    #[test]
    fn missing_parts_are_empty_ones() {
        for rest in [
            "",
            "spec: null\n",
            "spec: {}\n",
            "metadata: null\nspec: {template: null, encryptedData: null}\n",
        ] {
            assert!(yaml(rest).unwrap().spec.encrypted_data.is_empty(), "{rest}");
        }
    }

    #[test]
    fn a_null_among_texts_is_the_empty_text() {
        let rest = "metadata: {labels: {a: }, annotations: {b: null}}\nspec: {template: {data: {t: ~}}}\n";
        let sealed = yaml(rest).unwrap();
        assert_eq!(sealed.metadata.labels.unwrap()["a"], "");
        assert_eq!(sealed.metadata.annotations.unwrap()["b"], "");
        assert_eq!(sealed.spec.template.data["t"], "");
    }

    #[test]
    fn the_status_is_not_looked_at() {
        assert!(yaml("status: {conditions: [{type: 5}]}\n").is_ok());
        assert_eq!(yaml("status: 5\n").err(), Some(Undecodable::Shape));
    }

    #[test]
    fn sealed_entries_of_the_wrong_shape_do_not_make_the_object_undecodable() {
        let data =
            |text: &str| yaml(&format!("spec: {{encryptedData: {text}}}\n")).unwrap().spec.encrypted_data;
        assert!(data("[a, b]").is_empty());
        assert!(data("text").is_empty());
        let mixed: Vec<_> = data("{a: 5, b: x, c: null, d: {}}").into_iter().collect();
        let expected =
            [("a", ""), ("b", "x"), ("c", ""), ("d", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(mixed, expected);
    }

    #[test]
    fn what_is_no_sealed_secret_is_refused() {
        let refusal = |body: &str| decode(body.as_bytes(), Rest::Ignored).err().unwrap();
        assert_eq!(refusal(""), Undecodable::Empty);
        assert_eq!(refusal("# nothing\n---\n"), Undecodable::Empty);
        for body in [
            "[]",
            "text",
            "{}",
            "kind: SealedSecret\n",
            "apiVersion: bitnami.com/v1alpha1\n",
            "apiVersion: v1\nkind: Secret\n",
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecretList\n",
            "apiVersion: bitnami.com/v1beta1\nkind: SealedSecret\n",
            "apiVersion: bitnami.com/v1alpha1\nkind: sealedsecret\n",
        ] {
            assert_eq!(refusal(body), Undecodable::Kind, "{body}");
        }
        for rest in [
            "metadata: {name: 5}\n",
            "metadata: {labels: {a: true}}\n",
            "metadata: []\n",
            "spec: []\n",
            "spec: {template: []}\n",
            "metadata: {name: n}\n",
            "spec: {template: {type: 1}}\n",
            "spec: {template: {immutable: \"yes\"}}\n",
            "spec: {template: {data: {a: 1}}}\n",
            "spec: {data: 7}\n",
            "spec: {data: \"*\"}\n",
            "status: []\n",
            "metadata: {creationTimestamp: soon}\n",
        ] {
            assert_eq!(yaml(rest).err(), Some(Undecodable::Shape), "{rest}");
        }
        assert!(matches!(refusal("{\"kind\": "), Undecodable::Syntax(_)));
        assert!(matches!(refusal("k8s\0\n\u{f}binary"), Undecodable::Syntax(_) | Undecodable::Kind));
    }

    #[test]
    fn a_second_document_is_refused_or_ignored_as_asked() {
        let two = format!("{HEAD}---\n{HEAD}metadata: {{name: second}}\n");
        assert_eq!(decode(two.as_bytes(), Rest::Refused).err(), Some(Undecodable::Several));
        assert!(decode(two.as_bytes(), Rest::Ignored).unwrap().metadata.name.is_none());
        let json = r#"{"apiVersion":"bitnami.com/v1alpha1","kind":"SealedSecret"}"#;
        let twice = format!("{json}\n{json}");
        assert_eq!(decode(twice.as_bytes(), Rest::Ignored).err(), Some(Undecodable::Several));
        assert!(
            decode(format!("---\n{HEAD}---\n").as_bytes(), Rest::Refused).is_ok(),
            "empty documents do not count"
        );
    }

    proptest! {
        #[test]
        fn no_body_makes_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
            let _ = decode(&bytes, Rest::Refused);
            let _ = decode(format!("{HEAD}{text}").as_bytes(), Rest::Ignored);
        }

        #[test]
        fn errors_do_not_quote_the_body(value in "canary[a-z]{8}") {
            for rest in [
                format!("metadata: {{name: [{value}]}}\n"), format!("spec: {{data: {{{value}: 1}}}}\n"),
                format!("{value}: [\n"), format!("metadata: {{creationTimestamp: {value}}}\n"),
            ] {
                if let Err(error) = yaml(&rest) {
                    prop_assert!(!format!("{error} {error:?}").contains(&value), "{error}");
                }
            }
        }
    }
}
