//! Files that sops encrypted.
//!
//! In `testdata/files`, `NAME.enc.END` is what sops made of `NAME.plain.END`, and `NAME.dec.END` what it made of that
//! again. Adding a file adds a test.

#![allow(clippy::disallowed_methods, reason = "the tests read their vectors from files")]

use std::path::PathBuf;

use signet_secret::Plaintext;
use signet_sops::keys::{KeyId, MasterKey, Unwrapper, Wrapper};
use signet_sops::{
    Cipher, DataKey, DecryptError, Format, Layout, MacCheck, MacError, Metadata, ReadError, Selection,
    SystemRandom, Tree,
};
use signet_sops_keys::age::{self, Identity, Recipient};
use signet_sops_keys::{Interaction, Nobody};
use zeroize::Zeroizing;

fn directory() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/files"))
}

fn file(name: &str) -> Vec<u8> {
    let path = directory().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names and ends of all encrypted files.
fn files() -> Vec<(String, String)> {
    let names = std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: Vec<_> = names
        .filter_map(|name| {
            let name = name.into_string().unwrap();
            let (name, end) = name.split_once(".enc.")?;
            Some((name.to_owned(), end.to_owned()))
        })
        .collect();
    files.sort();
    assert!(files.len() > 10);
    files
}

/// Age keys at hand.
struct Age(Vec<Identity>);

impl Age {
    fn new(names: &[&str]) -> Self {
        let identities = |name: &&str| {
            Identity::parse_all(name, &file(&format!("{name}.agekey")), age::Layout::Lines).unwrap()
        };
        Self(names.iter().flat_map(identities).collect())
    }
}

impl Unwrapper for Age {
    type Error = String;

    fn unwrap(&mut self, key: &MasterKey) -> Result<Zeroizing<Vec<u8>>, String> {
        let secret =
            age::unwrap(&key.wrapped, &self.0, Interaction::NONE).map_err(|error| error.to_string())?;
        Ok(Zeroizing::new(secret.expose().to_vec()))
    }
}

impl Wrapper for Age {
    type Error = String;

    fn wrap(&mut self, key: &MasterKey, secret: &[u8]) -> Result<String, String> {
        let KeyId::Age { recipient } = &key.id else { return Err("not an age key".into()) };
        let recipient: Recipient = recipient.parse().map_err(|_| "not a recipient".to_owned())?;
        recipient.wrap(&Plaintext::from(secret.to_vec()), &Nobody).map_err(|error| error.to_string())
    }
}

fn data_key(metadata: &Metadata) -> DataKey {
    let key = metadata.unwrap_data_key(&mut Age::new(&["one", "two"]), &[]);
    key.unwrap_or_else(|error| panic!("{error}"))
}

/// An encrypted file and the cipher for it.
fn encrypted(name: &str, end: &str) -> (Format, Tree, Cipher) {
    let format = Format::for_path(&format!("x.{end}"));
    let tree = format.read_encrypted(&file(&format!("{name}.enc.{end}"))).unwrap();
    let cipher = Cipher::new(data_key(&tree.metadata));
    (format, tree, cipher)
}

#[test]
fn files_of_sops_decrypt_to_what_sops_decrypts_them_to() {
    for (name, end) in files() {
        let (format, tree, mut cipher) = encrypted(&name, &end);
        let decrypted =
            tree.decrypt(&mut cipher, MacCheck::Verify).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(decrypted.clear_comments, 0, "{name}.{end}");
        let plain = format.write_plain(&decrypted.tree.documents, Layout::default()).unwrap();
        let expected = file(&format!("{name}.dec.{end}"));
        let text = String::from_utf8_lossy(plain.expose());
        assert!(
            plain.expose() == expected,
            "{name}.{end}:\n{text}\n---\n{}",
            String::from_utf8_lossy(&expected)
        );
    }
}

#[test]
fn encrypted_files_are_written_as_they_were_read() {
    for (name, end) in files() {
        let (format, tree, _) = encrypted(&name, &end);
        let written = String::from_utf8(format.write_encrypted(&tree, Layout::default()).unwrap()).unwrap();
        let read = String::from_utf8(file(&format!("{name}.enc.{end}"))).unwrap();
        assert_eq!(written, read, "{name}.{end}");
    }
}

/// What did not change keeps its ciphertext; so if nothing did, not even the time, the file is the same.
#[test]
fn a_file_that_is_decrypted_and_encrypted_again_is_the_same_file() {
    for (name, end) in files() {
        let (format, tree, mut cipher) = encrypted(&name, &end);
        let time = tree.metadata.last_modified;
        let before = format.write_encrypted(&tree, Layout::default()).unwrap();
        let decrypted = tree.decrypt(&mut cipher, MacCheck::Verify).unwrap().tree;
        let again = decrypted.encrypt(&cipher, time, &mut SystemRandom).unwrap();
        let after = format.write_encrypted(&again, Layout::default()).unwrap();
        // Comments in lists: sops writes them as elements, we as comments.
        if before.windows(7).any(|window| window == b"    - E") && name == "comments" {
            assert!(after != before);
            let again =
                format.read_encrypted(&after).unwrap().decrypt(&mut cipher, MacCheck::Verify).unwrap();
            let plain = format.write_plain(&again.tree.documents, Layout::default()).unwrap();
            assert!(plain.expose() == file(&format!("{name}.dec.{end}")));
            continue;
        }
        assert_eq!(String::from_utf8(after), String::from_utf8(before), "{name}.{end}");
    }
}

#[test]
fn clear_text_is_encrypted_to_a_file_that_decrypts_to_the_same() {
    for (name, end) in files() {
        let (format, tree, cipher) = encrypted(&name, &end);
        let mut metadata = tree.metadata.clone();
        let time = metadata.last_modified;
        metadata.mac.clear();
        let plain = format.read_plain(&file(&format!("{name}.plain.{end}"))).unwrap();
        let data_key = DataKey::from_bytes(cipher.key().expose()).unwrap();
        metadata.wrap_data_key(&data_key, &mut Age::new(&[]), &mut SystemRandom).unwrap();
        let fresh = Cipher::new(data_key);
        let again = Tree { documents: plain, metadata }.encrypt(&fresh, time, &mut SystemRandom).unwrap();
        let text = format.write_encrypted(&again, Layout::default()).unwrap();

        let read = format.read_encrypted(&text).unwrap();
        let mut cipher = Cipher::new(self::data_key(&read.metadata));
        let decrypted = read.decrypt(&mut cipher, MacCheck::Verify).unwrap();
        assert_eq!(decrypted.clear_comments, 0, "{name}.{end}");
        let plain = format.write_plain(&decrypted.tree.documents, Layout::default()).unwrap();
        let expected = file(&format!("{name}.dec.{end}"));
        let text = String::from_utf8_lossy(plain.expose());
        assert!(plain.expose() == expected, "{name}.{end}:\n{text}");
    }
}

#[test]
fn both_groups_are_needed_where_there_are_two() {
    let (_, tree, _) = encrypted("groups", "yaml");
    assert_eq!(tree.metadata.shamir_threshold, 2);
    for key in ["one", "two"] {
        let error = tree.metadata.unwrap_data_key(&mut Age::new(&[key]), &[]).err().unwrap();
        assert_eq!((error.needed, error.groups.iter().flatten().count()), (2, 1));
    }
}

#[test]
fn a_changed_file_is_told_by_its_mac() {
    let changed = |from: &str, to: &str| {
        let text = String::from_utf8(file("types.enc.yaml")).unwrap();
        assert!(text.contains(from), "{from}");
        let tree = Format::Yaml.read_encrypted(text.replacen(from, to, 1).as_bytes()).unwrap();
        let mut cipher = Cipher::new(data_key(&tree.metadata));
        tree.decrypt(&mut cipher, MacCheck::Verify).err()
    };
    let mac = |error: Option<DecryptError>| match error {
        Some(DecryptError::Mac(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(changed("none: null", "none: null").is_none());
    // What the MAC does not cover.
    assert!(changed("none: null", "none: null\nmore: {}").is_none());
    assert_eq!(mac(changed("f_unencrypted: 1", "f_unencrypted: 2")), MacError::Mismatch);
    assert_eq!(mac(changed("no_unencrypted: false\n", "")), MacError::Mismatch);
    assert_eq!(mac(changed("mac: ENC", "mac: XNC")), MacError::Undecryptable);
    assert_eq!(mac(changed("mac: ENC", "mac: \"\"\n    was: ENC")), MacError::Missing);
    assert_eq!(mac(changed("lastmodified: \"2026", "lastmodified: \"2025")), MacError::Undecryptable);
    assert!(
        matches!(changed("\nstr: ENC", "\nstr2: ENC"), Some(DecryptError::NotAuthentic { path }) if path == "str2")
    );
    assert!(
        matches!(changed("\nstr: ENC", "\nstr: XNC"), Some(DecryptError::NotEncrypted { path, .. }) if path == "str")
    );
    assert!(
        matches!(changed("\nstr: ", "\nstr: 5 #"), Some(DecryptError::NotEncrypted { path, .. }) if path == "str")
    );
    assert!(matches!(changed("none: null", "1: null"), Some(DecryptError::BadKey { .. })));
}

#[test]
fn without_the_check_a_changed_file_decrypts() {
    let text =
        String::from_utf8(file("types.enc.yaml")).unwrap().replace("f_unencrypted: 1", "f_unencrypted: 2");
    let tree = Format::Yaml.read_encrypted(text.as_bytes()).unwrap();
    let mut cipher = Cipher::new(data_key(&tree.metadata));
    assert!(tree.decrypt(&mut cipher, MacCheck::Ignore).is_ok());
}

#[test]
fn another_data_key_decrypts_nothing() {
    let (_, tree, _) = encrypted("types", "yaml");
    let mut cipher = Cipher::new(DataKey::from_bytes(&[0; 32]).unwrap());
    assert!(matches!(tree.decrypt(&mut cipher, MacCheck::Ignore), Err(DecryptError::NotAuthentic { .. })));
}

#[test]
fn files_without_metadata_are_not_encrypted() {
    for (name, end) in files() {
        let format = Format::for_path(&format!("x.{end}"));
        let plain = file(&format!("{name}.plain.{end}"));
        if format == Format::Binary {
            continue;
        }
        assert!(matches!(format.read_encrypted(&plain), Err(ReadError::Metadata(_))), "{name}.{end}");
        assert!(!format.is_encrypted(&format.read_plain(&plain).unwrap()));
        assert!(format.is_encrypted(&format.read_plain(&file(&format!("{name}.enc.{end}"))).unwrap()));
    }
}

/// Files that sops encrypts are told from others by their rules.
#[test]
fn rules_are_read() {
    let selection = |name: &str| encrypted(name, "yaml").1.metadata.selection;
    assert_eq!(selection("types"), Selection::default());
    assert_eq!(selection("encrypted-suffix"), Selection::EncryptedSuffix("_secret".into()));
    assert_eq!(selection("encrypted-comment-regex"), Selection::EncryptedCommentRegex("sops:enc".into()));
    assert!(encrypted("mac-only-encrypted", "yaml").1.metadata.mac_only_encrypted);
}
