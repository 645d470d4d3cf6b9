//! PKCS#12 archives and JSON Web Keys: what holds for all of them.

mod world;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value as Json;
use signet_template::{Engine, Error, Limit, Limits, MissingKey, Value};
use world::World;

fn render(template: &str, data: &[(&str, &[u8])], seed: u64) -> Result<String, Error> {
    let template = Engine::external().missing_key(MissingKey::Error).parse("t", template.as_bytes())?;
    let data = Value::string_map(data.iter().map(|(key, value)| (*key, value.to_vec())));
    let output = template.render(&data, &mut World(seed))?;
    Ok(String::from_utf8(output.expose().to_vec()).expect("the output is text"))
}

/// A value of one of the sets that the goldens use.
fn golden(set: &str, name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/data.json");
    #[expect(clippy::disallowed_methods, reason = "the goldens are files")]
    let text = std::fs::read_to_string(path).expect("the data of the goldens is there");
    let sets: Json = serde_json::from_str(&text).expect("it is JSON");
    let value = sets[set][name].as_str().expect("the set has the value");
    match value.strip_prefix("base64:") {
        Some(encoded) => STANDARD.decode(encoded).expect("it is base64"),
        None => value.as_bytes().to_vec(),
    }
}

const KEYS: [(&str, &str); 5] = [
    ("crtleaf", "ec256"),
    ("crtleaf384", "ec384"),
    ("crtleaf521", "ec521"),
    ("crtleafrsa", "rsa"),
    ("crtleafed", "ed25519"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_archived_comes_out_again(
        password in "[\\x00-\\u{d7ff}]{0,20}",
        pair in prop::sample::select(&KEYS[..]),
        seed: u64,
    ) {
        let (certificate, key) = (golden("keys", pair.0), golden("keys", pair.1));
        let data: &[(&str, &[u8])] = &[("cert", &certificate), ("key", &key), ("password", password.as_bytes())];
        let archived = "{{ $archive := pemToPkcs12Pass .cert .key .password | b64dec }}";
        let template = format!("{archived}{{{{ pkcs12keyPass .password $archive }}}}");
        prop_assert_eq!(render(&template, data, seed).expect("it renders").into_bytes(), key.clone());
        let template = format!("{archived}{{{{ pkcs12certPass .password $archive }}}}");
        prop_assert_eq!(render(&template, data, seed).expect("it renders").into_bytes(), certificate.clone());
        let template = format!(r#"{archived}{{{{ pkcs12keyPass (print .password "x") $archive }}}}"#);
        let error = render(&template, data, seed).expect_err("the password is wrong").to_string();
        prop_assert!(error.ends_with("pkcs12: decryption password incorrect"), "{}", error);
    }
}

#[test]
fn no_two_archives_are_the_same() {
    let (certificate, key) = (golden("keys", "crtleaf"), golden("keys", "ec256"));
    let data: &[(&str, &[u8])] = &[("cert", &certificate), ("key", &key)];
    for template in [
        "{{ eq (pemToPkcs12 .cert .key) (pemToPkcs12 .cert .key) }}",
        "{{ eq (pemTruststoreToPKCS12 .cert) (pemTruststoreToPKCS12 .cert) }}",
    ] {
        assert_eq!(render(template, data, 3).expect("it renders"), "false", "{template}");
    }
}

fn element(identifier: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = u16::try_from(contents.len()).expect("the tests use small elements").to_be_bytes();
    match contents.len() {
        0..0x80 => [&[identifier, length[1]], &contents[..]].concat(),
        0x80..0x100 => [&[identifier, 0x81, length[1]], &contents[..]].concat(),
        _ => [&[identifier, 0x82, length[0], length[1]], &contents[..]].concat(),
    }
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, parts)
}

const PKCS7: [u8; 10] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];
const PKCS5: [u8; 10] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5];
const SHA_3DES: [u8; 12] = [6, 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1, 3];
const SHA1: [u8; 7] = [6, 5, 0x2b, 14, 3, 2, 26];
const AES256: [u8; 11] = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
const SALT: [u8; 6] = [4, 4, 1, 2, 3, 4];

fn archive(safes: &[u8], mac: &[u8]) -> Vec<u8> {
    let contents = element(0xa0, &[&element(4, &[safes])]);
    sequence(&[&[2, 1, 3], &sequence(&[&PKCS7, &[1], &contents]), mac])
}

fn encrypted(algorithm: &[u8]) -> Vec<u8> {
    let info = sequence(&[&PKCS7, &[1], algorithm, &element(0x80, &[&[0; 16]])]);
    let data = sequence(&[&[2, 1, 0], &info]);
    archive(&sequence(&[&sequence(&[&PKCS7, &[6], &element(0xa0, &[&data])])]), &[])
}

#[test]
fn archives_that_ask_for_endless_work_reach_a_limit() {
    for iterations in
        [&[2, 4, 0x7f, 0xff, 0xff, 0xff][..], &[2, 8, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]
    {
        let pbkdf2 = sequence(&[&PKCS5, &[12], &sequence(&[&SALT, iterations])]);
        let aes = sequence(&[&AES256, &element(4, &[&[0; 16]])]);
        let pbes2 = sequence(&[&PKCS5, &[13], &sequence(&[&pbkdf2, &aes])]);
        let digest = sequence(&[&sequence(&[&SHA1]), &element(4, &[&[0; 20]])]);
        for archive in [
            encrypted(&pbes2),
            encrypted(&sequence(&[&SHA_3DES, &sequence(&[&SALT, iterations])])),
            archive(&sequence(&[]), &sequence(&[&digest, &SALT, iterations])),
        ] {
            let most = Limits::default().steps;
            match render("{{ pkcs12key .archive }}", &[("archive", &archive)], 1) {
                Err(Error::Limit { limit, .. }) => assert_eq!(limit, Limit::Steps(most)),
                Err(other) => panic!("{other}"),
                Ok(_) => panic!("rendered"),
            }
        }
    }
}

#[test]
fn numbers_of_absurd_size_reach_a_limit() {
    let long = |lead: &str| format!("{lead}{}", "A".repeat(399_999));
    let jwk = format!(
        r#"{{"kty":"RSA","n":"{0}","e":"AQAB","d":"{1}","p":"{0}","q":"{0}"}}"#,
        long("_"),
        long("B")
    );
    match render("{{ jwkPrivateKeyPem .jwk }}", &[("jwk", jwk.as_bytes())], 1) {
        Err(Error::Limit { limit: Limit::Steps(_), .. }) => {}
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("rendered"),
    }
}

#[test]
fn errors_do_not_tell_what_was_given() {
    const CANARY: &str = "canary7f3a";
    let archive = golden("crafted", "good");
    let data: &[(&str, &[u8])] = &[
        ("secret", CANARY.as_bytes()),
        ("kind", br#"{"kty":"canary7f3a"}"#),
        ("curve", br#"{"kty":"OKP","crv":"canary7f3a","x":"AA"}"#),
        ("field", br#"{"kty":"oct","canary7f3a":1e999}"#),
        ("bytes", br#"{"kty":"RSA","n":"canary7f3a!","e":"AQAB"}"#),
        ("archive", &archive),
    ];
    for template in [
        "{{ pkcs12key .secret }}",
        "{{ pkcs12cert .secret }}",
        "{{ pkcs12keyPass .secret .archive }}",
        "{{ pemToPkcs12 .secret .secret }}",
        "{{ pemTruststoreToPKCS12 .secret }}",
        "{{ jwkPublicKeyPem .secret }}",
        "{{ jwkPublicKeyPem .kind }}",
        "{{ jwkPrivateKeyPem .curve }}",
        "{{ jwkPublicKeyPem .field }}",
        "{{ jwkPublicKeyPem .bytes }}",
    ] {
        let error = render(template, data, 1).expect_err(template).to_string();
        assert!(!error.contains(CANARY), "{error}");
        // Not even its first bytes, which Go tells as the kind and the length of an element.
        assert!(!error.contains("length:97"), "{error}");
    }
}

proptest! {
    #[test]
    fn bytes_of_any_kind_do_not_panic(bytes: Vec<u8>, at: prop::sample::Index, new: u8, cut: bool) {
        let data: &[(&str, &[u8])] = &[("bytes", &bytes)];
        let _ = render("{{ pkcs12key .bytes }}", data, 1);
        let _ = render("{{ jwkPublicKeyPem .bytes }}", data, 1);
        for name in ["good", "keyed25519", "encgood", "shroudgood", "macsha256none"] {
            let mut archive = golden("crafted", name);
            let at = at.index(archive.len());
            archive[at] = new;
            if cut {
                archive.remove(at);
            }
            let _ = render("{{ pkcs12cert .bytes }}", &[("bytes", &archive)], 1);
        }
    }
}
