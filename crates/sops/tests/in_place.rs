//! YAML changed in place: what did not change keeps its bytes.

use signet_sops::keys::{KeyId, MasterKey};
use signet_sops::{
    Branch, Cipher, DataKey, Element, Format, InPlaceError, Item, Key, Layout, MacCheck, Metadata, Selection,
    SystemRandom, Timestamp, Tree, Value,
};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T02:21:27Z").unwrap()
}

fn cipher() -> Cipher {
    Cipher::new(DataKey::from_bytes(&[7; 32]).unwrap())
}

fn metadata(selection: Selection) -> Metadata {
    let mut key = MasterKey::new(KeyId::Age { recipient: "age1x".into() }, now());
    key.wrapped = "one\ntwo\n".into();
    Metadata { key_groups: vec![vec![key]], selection, ..Metadata::new(now()) }
}

const TEXT: &str = "\
# A database.   Two spaces, and no dash.
kind:   Secret   # clear

'data':
  # hidden
  password: hunter2   # beside

  port: 5432
  list: [a, \"b c\", {k: v, empty: \"\"}]
  quoted: 'it''s'
  nothing:
  pem: |   # header
    -----BEGIN-----
    abc
    -----END-----

  folded: >-
    two
    lines
  items:
  - x
  -   - z   # nested
  tagged: !!str 12
---
data: {second: 1}   # document
";

fn encrypted(text: &str) -> (String, Cipher) {
    let documents = Format::Yaml.read_plain(text.as_bytes()).unwrap();
    let tree = Tree { documents, metadata: metadata(Selection::EncryptedRegex("^data$".into())) };
    let cipher = cipher();
    let tree = tree.encrypt(&cipher, now(), &mut SystemRandom).unwrap();
    let over = Format::Yaml.write_encrypted_over(text.as_bytes(), &tree, Layout::default());
    (String::from_utf8(over.unwrap_or_else(|error| panic!("{error}"))).unwrap(), cipher)
}

fn decrypted(text: &str) -> Tree {
    let tree = Format::Yaml.read_encrypted(text.as_bytes()).unwrap();
    tree.decrypt(&mut cipher(), MacCheck::Verify).unwrap_or_else(|error| panic!("{error:?}\n{text}")).tree
}

#[test]
fn encryption_keeps_the_layout_and_what_is_clear() {
    let block = TEXT.replace("data: {second: 1}   # document", "data:\n    second: 1   # document");
    let (text, _) = encrypted(&block);
    for kept in [
        "# A database.   Two spaces, and no dash.\nkind:   Secret   # clear\n\n'data':\n  #ENC[",
        ",type:comment]\n  password: ENC[",
        ",type:str]   #ENC[",
        ",type:comment]\n\n  port: ENC[",
        ",type:int]\n  list: [\"ENC[",
        ",type:str]\", empty: \"\"}]\n  quoted: ENC[",
        ",type:str]\n  nothing:\n  pem: ENC[",
        ",type:str]   #ENC[",
        ",type:comment]\n\n  folded: ENC[",
        ",type:str]\n  items:\n  - ENC[",
        ",type:str]\n  -   - ENC[",
        ",type:comment]\n  tagged: ENC[",
        ",type:str]\nsops:\n    age:\n",
        "    version: 3.13.3\n---\ndata:\n    second: ENC[",
    ] {
        assert!(text.contains(kept), "{kept}\n---\n{text}");
    }
    assert!(!text.contains("hunter2") && !text.contains("BEGIN--"));
}

#[test]
fn decryption_gives_the_values_back_in_the_same_layout() {
    let block = TEXT.replace("data: {second: 1}   # document", "data:\n    second: 1   # document");
    let (text, _) = encrypted(&block);
    let tree = decrypted(&text);
    let plain = Format::Yaml.write_plain_over(text.as_bytes(), &tree.documents).unwrap();
    let plain = std::str::from_utf8(plain.expose()).unwrap();
    let expected = block
        .replace("\"b c\"", "b c")
        .replace("quoted: 'it''s'", "quoted: it's")
        .replace("folded: >-\n    two\n    lines", "folded: two lines")
        .replace("!!str 12", "\"12\"");
    // The line breaks of the block are its own again; the empty line below it stays.
    assert_eq!(plain, expected);
}

#[test]
fn a_value_that_is_set_touches_its_line_and_the_metadata() {
    let (before, _) = encrypted("data:\n    a: 1 # one\n\n    b:   two\n    c: |\n        x\n");
    let mut tree = Format::Yaml.read_encrypted(before.as_bytes()).unwrap();
    let mut cipher = cipher();
    tree = tree.decrypt(&mut cipher, MacCheck::Verify).unwrap().tree;
    set(&mut tree.documents[0], "b", "three");
    let tree =
        tree.encrypt(&cipher, Timestamp::parse("2026-11-22T00:00:00Z").unwrap(), &mut SystemRandom).unwrap();
    let after = Format::Yaml.write_encrypted_over(before.as_bytes(), &tree, Layout::default()).unwrap();
    let after = String::from_utf8(after).unwrap();
    let changed: Vec<_> =
        before.lines().zip(after.lines()).filter(|(before, after)| before != after).collect();
    let begins: Vec<_> =
        changed.iter().map(|(line, _)| line.trim_start().split(' ').next().unwrap()).collect();
    assert_eq!(begins, ["b:", "lastmodified:", "mac:"]);
    assert_eq!(before.lines().count(), after.lines().count());
    assert!(after.contains("\n\n    b:   ENC["));
    assert_eq!(decrypted(&after).documents[0].value("data").map(Value::kind), Some("a mapping"));
}

fn set(document: &mut Branch, name: &str, text: &str) {
    for item in &mut document.items {
        if let Item::Entry(key, value) = item {
            match value {
                Value::Branch(inner) => set(inner, name, text),
                value if key.is(name) => *value = Value::from(text),
                _ => {}
            }
        }
    }
}

#[test]
fn what_is_more_than_values_is_refused() {
    let text = "a: 1\nb:\n    - x # c\n";
    let change = |text: &str, change: fn(&mut Branch)| {
        let mut documents = Format::Yaml.read_plain(text.as_bytes()).unwrap();
        change(&mut documents[0]);
        Format::Yaml.write_plain_over(text.as_bytes(), &documents).err()
    };
    assert_eq!(change(text, |_| {}), None);
    assert_eq!(change(text, |document| document.push("c", 1)), Some(InPlaceError::Shape));
    assert_eq!(change(text, |document| drop(document.items.pop())), Some(InPlaceError::Shape));
    assert_eq!(change(text, |document| document.items.swap(0, 1)), Some(InPlaceError::Shape));
    let rename = |document: &mut Branch| document.items[0] = Item::Entry(Key::from("z"), Value::from(1));
    assert_eq!(change(text, rename), Some(InPlaceError::Shape));
    let list =
        |document: &mut Branch| document.items[0] = Item::Entry(Key::from("a"), Vec::<Element>::new().into());
    assert_eq!(change(text, list), Some(InPlaceError::Shape));
    let fill = |document: &mut Branch| document.items[0] = Item::Entry(Key::from("a"), Value::from(1));
    assert_eq!(change("a:\nb: 2\n", fill), Some(InPlaceError::Position));
    assert_eq!(change("a: &x 1\nb: *x\n", |_| {}), Some(InPlaceError::Aliases));
    assert_eq!(change("{a: 1}\n", |_| {}), Some(InPlaceError::Position));
    let documents = Format::Yaml.read_plain(text.as_bytes()).unwrap();
    assert_eq!(Format::Yaml.write_plain_over(b"a: [", &documents).err(), Some(InPlaceError::Unreadable));
    assert_eq!(
        Format::Yaml.write_plain_over(b"a: 1\n---\nb: 1\n", &documents).err(),
        Some(InPlaceError::Shape)
    );
    assert_eq!(Format::Json.write_plain_over(b"{}", &documents).err(), Some(InPlaceError::NotYaml));
}
