//! The vectors of the age project for implementations of the format: `testdata/testkit`, each file a header that
//! says what must happen, and an age file to which it must happen.
#![allow(clippy::disallowed_methods, reason = "vectors are found by listing their directory")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use aws_lc_rs::digest;
use signet_secret::Plaintext;

use super::file::{self, FileError};
use super::header::{self, Header};
use super::passphrase::Stretched;
use super::unwrap::unwrap_binary;
use super::{Identity, Layout, UnwrapError};
use crate::Interaction;

struct Vector {
    fields: BTreeMap<String, Vec<String>>,
    file: Vec<u8>,
}

impl Vector {
    fn parse(bytes: &[u8]) -> Self {
        let end =
            bytes.windows(2).position(|pair| pair == b"\n\n").expect("a header ends with an empty line");
        let text = std::str::from_utf8(&bytes[..end]).expect("headers are text");
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in text.lines().map(|line| line.split_once(": ").expect("a field has a name")) {
            fields.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        let mut file = bytes[end + 2..].to_vec();
        if fields.contains_key("compressed") {
            let mut inflated = Vec::new();
            flate2::read::ZlibDecoder::new(&*file).read_to_end(&mut inflated).expect("zlib inflates");
            file = inflated;
        }
        Self { fields, file }
    }

    fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    fn binary(&self) -> Result<Vec<u8>, UnwrapError> {
        Ok(if self.one("armored").is_some() { file::binary(&self.file)? } else { self.file.clone() })
    }

    fn open(&self) -> Result<Plaintext, UnwrapError> {
        let binary = self.binary()?;
        let identities = self.all("identity").join("\n");
        let identities = Identity::parse_all("test", identities.as_bytes(), Layout::Lines);
        let identities = identities.expect("identities of vectors parse");
        if identities.is_empty() {
            return self.open_with_passphrase(&binary);
        }
        unwrap_binary(&binary, &identities, Interaction::NONE)
    }

    fn open_with_passphrase(&self, binary: &[u8]) -> Result<Plaintext, UnwrapError> {
        let no_match = UnwrapError::NoMatch { tried: Vec::new(), source: None };
        let header = Header::parse(binary)?;
        let Some(stretched) = Stretched::of(&header.stanzas)? else { return Err(no_match) };
        let passphrases = self.all("passphrase").iter();
        let file_key = passphrases.filter_map(|passphrase| stretched.open(passphrase.as_bytes())).next();
        Ok(file::decrypt(&header, &file_key.ok_or(no_match)?)?)
    }
}

/// What happened, in the words of the vectors.
fn outcome(opened: &Result<Plaintext, UnwrapError>) -> &'static str {
    match opened {
        Ok(_) => "success",
        Err(UnwrapError::NoMatch { .. }) => "no match",
        Err(UnwrapError::NoIdentities) => "no identities",
        Err(UnwrapError::File(error)) => match error {
            FileError::Armor(_) => "armor failure",
            FileError::Header(_) => "header failure",
            FileError::Mac => "HMAC failure",
            FileError::Payload => "payload failure",
            FileError::TooLong => "too long",
        },
    }
}

fn vectors() -> Vec<(String, Vector)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/testkit");
    let entries = std::fs::read_dir(folder).expect("the vectors are there");
    let paths = entries.map(|entry| entry.expect("a directory lists").path());
    paths
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, Vector::parse(&std::fs::read(&path).expect("a vector reads")))
        })
        .collect()
}

#[test]
fn every_vector_of_the_age_project_ends_as_it_says() {
    let mut wrong = Vec::new();
    for (name, vector) in vectors() {
        let opened = vector.open();
        let expected = vector.one("expect").expect("a vector expects something");
        if outcome(&opened) != expected {
            wrong.push(format!("{name}: {expected} expected, {}", outcome(&opened)));
        } else if let Ok(payload) = opened {
            let mut hex = String::new();
            for byte in digest::digest(&digest::SHA256, payload.expose()).as_ref() {
                let _ = write!(hex, "{byte:02x}");
            }
            if Some(hex.as_str()) != vector.one("payload") {
                wrong.push(format!("{name}: another payload"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn headers_that_parse_are_canonical() {
    let mut parsed = 0;
    for (name, vector) in vectors() {
        let Ok(binary) = vector.binary() else { continue };
        if let Ok(header) = Header::parse(&binary) {
            assert_eq!(header::encode(&header.stanzas), header.authenticated, "{name}");
            parsed += 1;
        }
    }
    assert!(parsed > 80, "{parsed} of them");
}
