//! Every file in `testdata/vectors`: values sealed by the real kubeseal, opened or refused.

#![allow(clippy::disallowed_methods, reason = "the tests read their vectors from files")]

use std::path::{Path, PathBuf};

use signet_sealed::{ItemFault, Label, PrivateKey, Scope, open_value};

struct Vector {
    key: String,
    scope: Scope,
    namespace: String,
    name: String,
    /// The plaintext, or `None` when it must be refused.
    plaintext: Option<Vec<u8>>,
    text: String,
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

fn parse(file: &str) -> Vector {
    let (head, text) = file.split_once("\n\n").expect("a blank line between head and value");
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
        line.unwrap_or_else(|| panic!("no {name}")).trim().to_owned()
    };
    let expect = field("expect");
    let plaintext = match expect.split_once(' ').unwrap_or((&expect, "")) {
        ("open", hex) => Some(unhex(hex)),
        ("refuse", "") => None,
        _ => panic!("expect: {expect}"),
    };
    Vector {
        key: field("key"),
        scope: field("scope").parse().unwrap(),
        namespace: field("namespace"),
        name: field("name"),
        plaintext,
        text: text.trim_end().to_owned(),
    }
}

fn vectors() -> Vec<(String, Vector)> {
    let files = std::fs::read_dir(testdata().join("vectors")).unwrap();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, parse(&std::fs::read_to_string(&path).unwrap()))
    };
    let vectors: Vec<_> = files.map(|file| read(file.unwrap().path())).collect();
    assert!(vectors.len() >= 20, "only {} vectors found", vectors.len());
    vectors
}

fn key(file: &str) -> PrivateKey {
    PrivateKey::from_pem(&std::fs::read(testdata().join(file)).unwrap()).unwrap()
}

#[test]
fn every_vector_opens_or_is_refused_as_it_says() {
    for (file, vector) in vectors() {
        let label = Label::new(vector.scope, &vector.namespace, &vector.name).unwrap();
        let opened = open_value(&key(&vector.key), &label, &vector.text);
        match (&opened, &vector.plaintext) {
            (Ok(opened), Some(expected)) => assert!(opened.expose() == expected, "{file}: another plaintext"),
            (Err(fault), None) => assert_eq!(*fault, ItemFault::NoKey, "{file}"),
            (Ok(_), None) => panic!("{file}: opened"),
            (Err(fault), Some(_)) => panic!("{file}: {fault}"),
        }
    }
}

#[test]
fn a_vector_opens_with_no_other_key() {
    for (file, vector) in vectors() {
        let label = Label::new(vector.scope, &vector.namespace, &vector.name).unwrap();
        for other in ["key-2048.pem", "key-3072.pem", "key-4096.pem"] {
            if other != vector.key {
                assert!(open_value(&key(other), &label, &vector.text).is_err(), "{file} with {other}");
            }
        }
    }
}

#[test]
fn a_vector_cut_anywhere_is_refused() {
    let (_, vector) = vectors().into_iter().find(|(file, _)| file == "2048-strict.txt").unwrap();
    let label = Label::new(vector.scope, &vector.namespace, &vector.name).unwrap();
    let key = key(&vector.key);
    for length in 0..vector.text.len() {
        assert!(open_value(&key, &label, &vector.text[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn line_breaks_inside_the_text_are_ignored_and_nothing_else_is() {
    let (_, vector) = vectors().into_iter().find(|(file, _)| file == "2048-strict.txt").unwrap();
    let label = Label::new(vector.scope, &vector.namespace, &vector.name).unwrap();
    let key = key(&vector.key);
    let (a, b) = vector.text.split_at(76);
    for folded in [format!("{a}\n{b}"), format!("{a}\r\n{b}\n"), format!("\n{a}{b}\r\n")] {
        assert!(open_value(&key, &label, &folded).is_ok());
    }
    for spoiled in [
        format!("{a} {b}"),
        format!("{a}\t{b}"),
        vector.text.replace('+', "-"),
        vector.text.replace('/', "_"),
        format!("{a}{b}="),
    ] {
        assert_eq!(open_value(&key, &label, &spoiled).err(), Some(ItemFault::Base64));
    }
    assert_eq!(
        open_value(&key, &label, vector.text.trim_end_matches('=')).is_ok(),
        !vector.text.ends_with('=')
    );
}
