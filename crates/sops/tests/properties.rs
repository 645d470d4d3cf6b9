//! What holds for all trees and all texts.

use proptest::collection::vec;
use proptest::prelude::*;
use signet_sops::keys::{KeyId, MasterKey};
use signet_sops::{
    Branch, Cipher, Comment, DataKey, Element, Format, Item, Layout, MacCheck, Metadata, Selection,
    SystemRandom, Timestamp, Tree, Value,
};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T02:21:27Z").unwrap()
}

fn cipher() -> Cipher {
    Cipher::new(DataKey::from_bytes(&[7; 32]).unwrap())
}

fn metadata(selection: Selection, mac_only_encrypted: bool) -> Metadata {
    let mut key = MasterKey::new(KeyId::Age { recipient: "age1x".into() }, now());
    key.wrapped = "line\nline\n".into();
    Metadata { key_groups: vec![vec![key]], selection, mac_only_encrypted, ..Metadata::new(now()) }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{0,6}",
        2 => "[ -~]{0,12}",
        2 => "[ -~\n\t]{0,20}",
        1 => any::<String>(),
        1 => prop::sample::select(vec![
            "true", "null", "~", "1", "-0", "1.5", "0x1f", "2024-01-02", "<<", "yes", "1:30", "#", "- a", "ENC[x]",
        ])
        .prop_map(str::to_owned),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z]{1,5}", 1 => "[ -~]{1,8}", 1 => "[a-z]{1,3}_unencrypted", 1 => text()]
        .prop_filter("it is for metadata", |name| !name.starts_with("sops"))
}

/// A value that can be shown when a property fails, as values cannot.
#[derive(Clone, Debug)]
enum Sketch {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    List(Vec<Part<()>>),
    Branch(Vec<Part<String>>),
}

#[derive(Clone, Debug)]
enum Part<N> {
    Comment(String),
    Value(N, Sketch),
}

impl Sketch {
    fn value(&self) -> Value {
        match self {
            Sketch::Null => Value::Null,
            Sketch::Bool(value) => Value::Bool(*value),
            Sketch::Int(number) => Value::Int(*number),
            Sketch::Float(number) => Value::Float(*number),
            Sketch::Str(text) => Value::from(text.as_str()),
            Sketch::List(parts) => Value::List(
                parts
                    .iter()
                    .map(|part| match part {
                        Part::Comment(text) => Element::Comment(comment(text)),
                        Part::Value((), value) => Element::Value(value.value()),
                    })
                    .collect(),
            ),
            Sketch::Branch(parts) => Value::Branch(branch(parts)),
        }
    }
}

/// Names are unique, as the first document of YAML needs them.
fn branch(parts: &[Part<String>]) -> Branch {
    let mut branch = Branch::default();
    for part in parts {
        match part {
            Part::Comment(text) => branch.items.push(Item::Comment(comment(text))),
            Part::Value(name, value) if branch.value(name).is_none() => {
                branch.push(name.as_str(), value.value())
            }
            Part::Value(..) => {}
        }
    }
    branch
}

fn comment(text: &str) -> Comment {
    Comment { text: text.into(), inline: false }
}

/// A float without a fraction comes back as a whole number where it is in clear text.
fn fraction() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), (-1000i32..1000).prop_map(|number| f64::from(number) / 8.0)]
        .prop_filter("it has a fraction", |number| number.is_finite() && number.fract() != 0.0)
}

fn scalar() -> impl Strategy<Value = Sketch> {
    prop_oneof![
        6 => text().prop_map(Sketch::Str),
        1 => Just(Sketch::Null),
        1 => any::<bool>().prop_map(Sketch::Bool),
        2 => any::<i64>().prop_map(Sketch::Int),
        2 => fraction().prop_map(Sketch::Float),
    ]
}

fn comment_text() -> impl Strategy<Value = String> {
    "[ -~]{0,10}"
}

/// A tree; `comments` is how many there are for four values.
fn tree(comments: u32) -> impl Strategy<Value = Vec<Part<String>>> {
    let value = scalar().prop_recursive(4, 24, 4, move |value| {
        let entry = (name(), value.clone()).prop_map(|(name, value)| Part::Value(name, value));
        prop_oneof![
            vec(
                prop_oneof![
                    4 => value.prop_map(|value| Part::Value((), value)),
                    comments => comment_text().prop_map(Part::Comment)
                ],
                0..4
            )
            .prop_map(Sketch::List),
            vec(prop_oneof![4 => entry, comments => comment_text().prop_map(Part::Comment)], 0..4)
                .prop_map(Sketch::Branch),
        ]
    });
    let entry = (name(), value).prop_map(|(name, value)| Part::Value(name, value));
    vec(prop_oneof![4 => entry, comments => comment_text().prop_map(Part::Comment)], 1..5)
}

fn flat(name: &'static str, value: &'static str) -> impl Strategy<Value = Vec<Part<String>>> {
    vec((name, value).prop_map(|(name, value)| Part::Value(name, Sketch::Str(value))), 0..5)
}

fn selection() -> impl Strategy<Value = Selection> {
    prop::sample::select(vec![
        Selection::default(),
        Selection::EncryptedSuffix("a".into()),
        Selection::EncryptedRegex("^[a-m]".into()),
        Selection::UnencryptedRegex("[0-9 ]".into()),
    ])
}

/// Encrypts, writes, reads and decrypts.
fn through_file(
    format: Format,
    documents: &[Branch],
    metadata: Metadata,
) -> Result<(Vec<Branch>, usize), String> {
    let tree = Tree { documents: documents.to_vec(), metadata };
    let tree = tree.encrypt(&cipher(), now(), &mut SystemRandom).map_err(|error| error.to_string())?;
    let text = format.write_encrypted(&tree, Layout::default()).map_err(|error| error.to_string())?;
    let tree = format
        .read_encrypted(&text)
        .map_err(|error| format!("{error}\n{}", String::from_utf8_lossy(&text)))?;
    let decrypted = tree
        .decrypt(&mut cipher(), MacCheck::Verify)
        .map_err(|error| format!("{error:?}\n{}", String::from_utf8_lossy(&text)))?;
    Ok((decrypted.tree.documents, decrypted.clear_comments))
}

fn without_comments(branch: &Branch) -> Branch {
    let items = branch.items.iter().filter_map(|item| match item {
        Item::Comment(_) => None,
        Item::Entry(key, value) => Some(Item::Entry(key.clone(), value_without_comments(value))),
    });
    Branch { items: items.collect() }
}

fn value_without_comments(value: &Value) -> Value {
    match value {
        Value::Branch(branch) => Value::Branch(without_comments(branch)),
        Value::List(list) => {
            let values = list.iter().filter_map(|element| match element {
                Element::Comment(_) => None,
                Element::Value(value) => Some(Element::Value(value_without_comments(value))),
            });
            Value::List(values.collect())
        }
        scalar => scalar.clone(),
    }
}

fn all_comments(documents: &[Branch]) -> Vec<Vec<u8>> {
    fn of_value(value: &Value, out: &mut Vec<Vec<u8>>) {
        match value {
            Value::Branch(branch) => of_branch(branch, out),
            Value::List(list) => list.iter().for_each(|element| match element {
                Element::Comment(comment) => out.push(comment.text.as_bytes().to_vec()),
                Element::Value(value) => of_value(value, out),
            }),
            _ => {}
        }
    }
    fn of_branch(branch: &Branch, out: &mut Vec<Vec<u8>>) {
        branch.items.iter().for_each(|item| match item {
            Item::Comment(comment) => out.push(comment.text.as_bytes().to_vec()),
            Item::Entry(_, value) => of_value(value, out),
        });
    }
    let mut out = Vec::new();
    documents.iter().for_each(|document| of_branch(document, &mut out));
    out.sort();
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn yaml_comes_back(
        trees in vec(tree(1), 1..3), selection in selection(), only: bool,
    ) {
        let documents: Vec<_> = trees.iter().map(|parts| branch(parts)).collect();
        // Comments that have no place in their container may count as clear text in another.
        let (again, _) = through_file(Format::Yaml, &documents, metadata(selection, only)).unwrap();
        prop_assert_eq!(again.len(), documents.len());
        for (again, document) in again.iter().zip(&documents) {
            prop_assert!(without_comments(again) == without_comments(document));
        }
        prop_assert_eq!(all_comments(&again), all_comments(&documents));
    }

    #[test]
    fn json_comes_back(parts in tree(0), selection in selection(), only: bool) {
        let documents = [branch(&parts)];
        let (again, _) = through_file(Format::Json, &documents, metadata(selection, only)).unwrap();
        prop_assert!(again == documents);
    }

    #[test]
    fn dotenv_comes_back(
        parts in flat("[A-Za-z_. ]{0,6}", "[ -\\[\\]-~]{0,9}|a\n\nb"), selection in selection(), only: bool,
    ) {
        let documents = [branch(&parts)];
        prop_assume!(!Format::Dotenv.is_encrypted(&documents));
        let (again, _) = through_file(Format::Dotenv, &documents, metadata(selection, only)).unwrap();
        prop_assert!(again == documents);
    }

    #[test]
    fn ini_comes_back(
        top in flat("[A-Za-z][A-Za-z_.=:\"]{0,6}", "[ -~]{0,9}|a\n b\n"),
        section in flat("[A-Za-z][A-Za-z_.=:\"]{0,6}", "[ -~]{0,9}|a\n b\n"),
        selection in selection(), only: bool,
    ) {
        let mut document = Branch::default();
        document.push("DEFAULT", branch(&top));
        document.push("a section", branch(&section));
        let documents = [document];
        // Three quotes and a back quote in one value have no form.
        prop_assume!(Format::Ini.write_plain(&documents, Layout::default()).is_ok());
        let (again, _) = through_file(Format::Ini, &documents, metadata(selection, only)).unwrap();
        prop_assert!(again == documents);
    }

    #[test]
    fn any_bytes_come_back(bytes: Vec<u8>) {
        let documents = Format::Binary.read_plain(&bytes).unwrap();
        let (again, _) = through_file(Format::Binary, &documents, metadata(Selection::Everything, false)).unwrap();
        prop_assert!(Format::Binary.write_plain(&again, Layout::default()).unwrap().expose() == bytes);
    }

    #[test]
    fn plain_yaml_is_read_as_it_was_written(parts in tree(0)) {
        let documents = [branch(&parts)];
        let text = Format::Yaml.write_plain(&documents, Layout::default()).unwrap();
        let again = Format::Yaml.read_plain(text.expose());
        prop_assert!(again.is_ok_and(|again| again == documents), "{}", String::from_utf8_lossy(text.expose()));
    }

    #[test]
    fn yaml_is_encrypted_and_decrypted_in_place(parts in tree(0), selection in selection()) {
        let documents = vec![branch(&parts)];
        let layout = Layout::default();
        let plain = Format::Yaml.write_plain(&documents, layout).unwrap();
        let tree = Tree { documents: documents.clone(), metadata: metadata(selection, false) };
        let tree = tree.encrypt(&cipher(), now(), &mut SystemRandom).unwrap();
        let encrypted = Format::Yaml.write_encrypted_over(plain.expose(), &tree, layout);
        let encrypted = encrypted.unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(plain.expose())));
        let decrypted = Format::Yaml.read_encrypted(&encrypted).unwrap().decrypt(&mut cipher(), MacCheck::Verify);
        let decrypted = decrypted.unwrap().tree.documents;
        let again = Format::Yaml.write_plain_over(&encrypted, &decrypted);
        let again = again.unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&encrypted)));
        prop_assert!(Format::Yaml.read_plain(again.expose()).unwrap() == documents);
    }

    #[test]
    fn a_changed_token_fails(parts in tree(0), at: prop::sample::Index, letter in "[A-Za-z0-9+/]") {
        let tree = Tree { documents: vec![branch(&parts)], metadata: metadata(Selection::default(), false) };
        let tree = tree.encrypt(&cipher(), now(), &mut SystemRandom).unwrap();
        let text = String::from_utf8(Format::Json.write_encrypted(&tree, Layout::default()).unwrap()).unwrap();
        let places: Vec<_> = ["data:", ",iv:", ",tag:"]
            .iter()
            .flat_map(|field| text.match_indices(field).map(|(at, field)| at + field.len()))
            .filter(|at| text[..*at].rfind("ENC[AES256_GCM").is_some_and(|token| !text[token..*at].contains('"')))
            .collect();
        let at = places[at.index(places.len())];
        prop_assume!(text[at..=at] != letter);
        let changed = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
        let tree = Format::Json.read_encrypted(changed.as_bytes()).unwrap();
        prop_assert!(tree.decrypt(&mut cipher(), MacCheck::Verify).is_err());
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes: Vec<u8>) {
        for format in Format::ALL {
            let _ = format.read_plain(&bytes);
            let _ = format.read_encrypted(&bytes);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(
        lines in vec("[ ]{0,4}(- |\\? |: |[a-b]: |[a-b]|\\[|\\{|\\}|\\]|,|# c|\\| |> |&x |\\*x|!!int |---|\\.\\.\\.|\"|'|\t|sops:|=){0,4}", 0..8),
    ) {
        let text = lines.join("\n");
        for format in Format::ALL {
            if let Ok(documents) = format.read_plain(text.as_bytes())
                && let Ok(written) = format.write_plain(&documents, Layout::default())
            {
                let again = format.read_plain(written.expose()).unwrap();
                let entries = |documents: &[Branch]| -> Vec<usize> {
                    documents.iter().map(|document| document.entries().count()).collect()
                };
                prop_assert_eq!(entries(&again), entries(&documents));
            }
            let _ = format.read_encrypted(text.as_bytes());
        }
    }
}
