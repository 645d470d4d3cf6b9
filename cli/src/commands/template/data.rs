//! The values that a template is rendered with: a map of key to text, or a Secret.

use signet_manifest::{Conversion, ConversionKind, Document, Fields, Reading, Value};
use signet_secret::{Plaintext, SecretMap};

use crate::error::{Exit, Failure, Outcome};
use crate::object::{Secret, documents};
use crate::sealing::warn_of_conversions;

/// Largest file of values, in bytes. What a cluster stores of a Secret is a quarter of that at most.
pub(super) const LIMIT: usize = 4 << 20;

const FORMS: &str = "give a map such as `user: admin`, or a Secret";

/// Reads the values.
///
/// # Errors
/// When there is no document, several, or something else. The text holds no value.
pub(super) fn values(bytes: &Plaintext) -> Outcome<SecretMap> {
    let documents = documents(bytes.expose())?;
    let document = match documents.as_slice() {
        [one] => one,
        [] => return Err(Failure::input("there are no values in it").hint(FORMS)),
        several => {
            let count = several.len();
            return Err(Failure::input(format!("it has {count} documents, expected one")).hint(FORMS));
        }
    };
    let kind = document.value().at(&["kind"]).and_then(Value::as_str);
    let wrong = |error: &dyn std::error::Error| Failure::from_error(Exit::Input, error).hint(FORMS);
    match kind {
        Some("Secret") => {
            let secret = Secret::read(document.value()).map_err(|error| wrong(&error))?;
            check_conversions(document, is_of_data)?;
            Ok(secret.map(Secret::into_values).unwrap_or_default())
        }
        Some("SealedSecret") => Err(Failure::input("the values are sealed").hint(
            "open them first: signet unseal --key keys.yaml sealed.yaml | signet template FILE --data -",
        )),
        _ => {
            let fields = Fields::of(document.value(), Reading::Lenient).map_err(|error| wrong(&error))?;
            let texts = fields.all_strings().map_err(|error| wrong(&error))?;
            check_conversions(document, |conversion| conversion.path.len() == 1)?;
            let value = |text: &str| Plaintext::from(text.as_bytes().to_vec());
            Ok(texts.into_iter().map(|(key, text)| (key.into(), value(text.as_str()))).collect())
        }
    }
}

/// Whether a conversion is of a value of a Secret or its key.
fn is_of_data(conversion: &Conversion) -> bool {
    let is = |name: &str| conversion.path.first().is_some_and(|field| field.eq_ignore_ascii_case(name));
    conversion.path.len() == 2 && (is("data") || is("stringData"))
}

/// Warns of values that do not mean what was written, and refuses those that would be damaged.
fn check_conversions(document: &Document, concerns: fn(&Conversion) -> bool) -> Outcome {
    let of_values: Vec<Conversion> =
        document.conversions().iter().filter(|conversion| concerns(conversion)).cloned().collect();
    if let Some(binary) = of_values.iter().find(|conversion| conversion.kind == ConversionKind::Binary) {
        let (line, path) = (binary.line, binary.path.join("."));
        return Err(Failure::input(format!("line {line}: `{path}` holds bytes that are not UTF-8"))
            .hint("give a Secret, with the value as base64 under `data`"));
    }
    warn_of_conversions(&of_values);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Outcome<Vec<(String, Vec<u8>)>> {
        let values = values(&Plaintext::from(text.as_bytes().to_vec()))?;
        Ok(values.iter().map(|(key, value)| (key.to_string(), value.expose().to_vec())).collect())
    }

    #[test]
    fn maps_and_secrets_are_read() {
        for (text, expected) in [
            ("a: x\nb: 'y z'\n", &[("a", &b"x"[..]), ("b", b"y z")][..]),
            ("{\"a\": \"x\"}", &[("a", b"x")]),
            ("{}", &[]),
            (
                "a: 5432\nb: true\nc: null\nd: 1.5\n",
                &[("a", b"5432"), ("b", b"true"), ("c", b""), ("d", b"1.5")],
            ),
            ("a: |\n  two\n  lines\n", &[("a", b"two\nlines\n")]),
            ("kind: thing\na: x", &[("a", b"x"), ("kind", b"thing")]),
            ("a: !!binary aGk=", &[("a", b"hi")]),
            ("kind: Secret\ndata: {a: /wA=, b: eA==}\nstringData: {b: z}", &[("a", b"\xff\0"), ("b", b"z")]),
            ("kind: Secret\nmetadata: {name: n}", &[]),
        ] {
            let expected: Vec<(String, Vec<u8>)> =
                expected.iter().map(|(key, value)| ((*key).to_owned(), value.to_vec())).collect();
            assert!(read(text).ok().unwrap() == expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_without_quoting_it() {
        for (text, message) in [
            ("", "there are no values in it"),
            ("a: x\n---\nb: canary\n", "it has 2 documents"),
            ("- canary", "`.` must be an object, found a list"),
            ("canary", "`.` must be an object, found a string"),
            ("a: {b: canary}", "`a` must be a string, found an object"),
            ("a: [canary]", "`a` must be a string, found a list"),
            ("a: [canary", "document 1"),
            ("kind: Secret\ndata: {a: canary!}", "`data.a` is not valid base64"),
            ("kind: SealedSecret\nspec: {}", "the values are sealed"),
            ("a: !!binary /w==", "`a` holds bytes that are not UTF-8"),
            ("kind: Secret\nstringData: {a: !!binary /w==}", "`stringData.a` holds bytes that are not UTF-8"),
        ] {
            let failure = read(text).err().unwrap_or_else(|| panic!("{text}"));
            assert!(failure.to_string().contains(message), "{text}: {failure}");
            assert!(!failure.to_string().contains("canary"), "{text}: {failure}");
            assert_eq!(failure.exit(), Exit::Input);
        }
    }
}
