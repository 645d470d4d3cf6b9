//! Keyrings, and which of their keys are encrypted to.

use signet_secret::Plaintext;
use signet_sops_keys::openpgp::{
    Certificates, KeyFault, KeySelector, KeySelectorError, KeyringError, RecipientError, SecretKeys,
    UnwrapError, WrapError, unwrap,
};
use signet_sops_keys::{Interaction, NoAnswer};

use crate::files::{PASSPHRASE, Teller, chain, read, read_text};

/// Some time after the keys were made, and some time before.
const NOW: u64 = 1_900_000_000;
const BEFORE: u64 = 1_500_000_000;

/// The fingerprints of a certificate, the primary key's first.
pub(crate) fn fingerprints(name: &str) -> Vec<String> {
    read_text(&format!("openpgp/keys/{name}.fpr")).lines().map(str::to_owned).collect()
}

pub(crate) fn certificates(name: &str) -> Certificates {
    Certificates::parse(&read(&format!("openpgp/keys/{name}.pub.asc"))).unwrap()
}

pub(crate) fn secret_keys(name: &str) -> SecretKeys {
    SecretKeys::parse(&read(&format!("openpgp/keys/{name}.sec.asc"))).unwrap()
}

fn selector(text: &str) -> KeySelector {
    text.parse().unwrap()
}

fn wrap(certificates: &Certificates, to: &str) -> Result<String, WrapError> {
    certificates.wrap(&selector(to), &Plaintext::from(b"0123".to_vec()), NOW)
}

/// The key ids that a message is for.
#[track_caller]
fn recipients(enc: &str) -> Vec<String> {
    match unwrap(enc, &[], Interaction::NONE) {
        Err(UnwrapError::NoKey { wanted, source: None }) => wanted,
        _ => panic!("without keys there is none that fits"),
    }
}

fn fault(certificates: &Certificates, to: &str) -> KeyFault {
    match wrap(certificates, to) {
        Err(WrapError::Recipient(RecipientError::Unusable { key, source })) => {
            assert_eq!(key, to);
            source
        }
        other => panic!("{to}: {other:?}"),
    }
}

#[test]
fn what_a_certificate_wraps_its_secret_key_alone_unwraps() {
    let teller = Teller::knowing(PASSPHRASE);
    let names = ["rsa2048", "rsa3072", "cv25519", "nistp384", "rsa-locked", "cv25519-locked", "several"];
    let secrets = names.map(|name| [secret_keys(name)]);
    for (mine, name) in names.into_iter().enumerate() {
        for key in
            [b"0123456789abcdef0123456789abcdef".to_vec(), b"0123456789abcdef0123456789abcdef!".to_vec()]
        {
            let key = Plaintext::from(key);
            let enc = certificates(name).wrap(&selector(&fingerprints(name)[0]), &key, NOW).unwrap();
            assert!(
                enc.starts_with("-----BEGIN PGP MESSAGE-----\n")
                    && enc.ends_with("-----END PGP MESSAGE-----")
            );
            for (other, secret) in secrets.iter().enumerate() {
                match unwrap(&enc, secret, teller.interaction()) {
                    Ok(opened) => assert!(other == mine && opened.expose() == key.expose()),
                    Err(error) => assert!(other != mine, "{}", chain(&error)),
                }
            }
        }
    }
    assert_eq!(teller.asked.borrow().len(), 2, "each locked key asks once");
}

#[test]
fn keys_are_meant_by_fingerprint_or_long_id_of_any_of_them() {
    let (all, certificate) = (fingerprints("cv25519"), certificates("cv25519"));
    let subkey = &all[1][24..];
    for key in &all {
        let spaced: String =
            key.as_bytes().chunks(4).map(|four| format!("{} ", String::from_utf8_lossy(four))).collect();
        for text in [key.clone(), key.to_lowercase(), format!("0x{key}"), spaced, key[24..].to_owned()] {
            assert_eq!(recipients(&wrap(&certificate, &text).unwrap()), [subkey], "{text}");
        }
    }
    assert_eq!(selector("96B8 DB06 1C2F 6F1B!").as_str(), "96B8DB061C2F6F1B!");
    assert_eq!(recipients(&wrap(&certificate, &format!("{}!", all[1])).unwrap()), [subkey]);
    let other = wrap(&certificate, &fingerprints("rsa2048")[0]);
    let unknown = RecipientError::Unknown(fingerprints("rsa2048")[0].clone());
    assert_eq!(other, Err(WrapError::Recipient(unknown)));
}

#[test]
fn what_does_not_name_a_key_is_refused() {
    let too_short = &fingerprints("cv25519")[0][32..];
    for text in
        ["", "!", "0x", too_short, "user@example.com", &"G".repeat(40), &"1".repeat(41), &"é".repeat(20)]
    {
        let refused: Result<KeySelector, KeySelectorError> = text.parse();
        assert!(refused.unwrap_err().to_string().contains("not an OpenPGP fingerprint"), "{text}");
    }
}

#[test]
fn the_newest_subkey_is_chosen_that_is_neither_revoked_nor_expired() {
    let (all, certificate) = (fingerprints("several"), certificates("several"));
    let id = |n: usize| all[n][24..].to_owned();
    assert_eq!(recipients(&wrap(&certificate, &all[0]).unwrap()), [id(2)]);
    // A subkey without the mark names its certificate.
    for subkey in &all[1..] {
        assert_eq!(recipients(&wrap(&certificate, subkey).unwrap()), [id(2)]);
    }
    assert_eq!(recipients(&wrap(&certificate, &format!("{}!", all[1])).unwrap()), [id(1)]);
    assert_eq!(fault(&certificate, &format!("{}!", all[0])), KeyFault::NotForEncryption);
    assert_eq!(fault(&certificate, &format!("{}!", all[3])), KeyFault::Revoked);
    assert_eq!(fault(&certificate, &format!("{}!", all[4])), KeyFault::Expired);
}

#[test]
fn what_was_said_last_counts() {
    let (all, certificate) = (fingerprints("prolonged"), certificates("prolonged"));
    assert_eq!(recipients(&wrap(&certificate, &all[0]).unwrap()), [&all[1][24..]]);
}

#[test]
fn a_primary_key_is_chosen_if_it_is_for_encryption_and_no_subkey_is() {
    let (all, certificate) = (fingerprints("primary-encrypts"), certificates("primary-encrypts"));
    for to in [all[0].clone(), format!("{}!", all[0])] {
        let enc = wrap(&certificate, &to).unwrap();
        assert_eq!(recipients(&enc), [&all[0][24..]]);
        let opened = unwrap(&enc, &[secret_keys("primary-encrypts")], Interaction::NONE).unwrap();
        assert!(opened.expose() == b"0123");
    }
}

#[test]
fn certificates_that_are_revoked_expired_or_for_signing_are_refused() {
    for (name, wanted) in [
        ("revoked", KeyFault::Revoked),
        ("expired", KeyFault::Expired),
        ("sign-only", KeyFault::NotForEncryption),
    ] {
        assert_eq!(fault(&certificates(name), &fingerprints(name)[0]), wanted, "{name}");
    }
    let key = Plaintext::from(vec![1]);
    let before = certificates("cv25519").wrap(&selector(&fingerprints("cv25519")[0]), &key, BEFORE);
    assert!(before.is_err_and(|error| chain(&error).ends_with("not bound by a valid signature")));
}

#[test]
fn a_certificate_whose_signatures_were_changed_is_refused() {
    let two = read("openpgp/keys/two.pub.gpg");
    let name = fingerprints("rsa2048").remove(0);
    let intact = Certificates::parse(&two).unwrap();
    assert!(wrap(&intact, &name).is_ok());
    // Somewhere in the binding signature, which ends where the next certificate begins.
    let end = two.len() - read_binary_length_of_second();
    let mut changed = two;
    changed[end - 20] ^= 1;
    let changed = Certificates::parse(&changed).unwrap();
    assert_eq!(fault(&changed, &name), KeyFault::Unbound);
}

/// The bytes of the second certificate of `two.pub.gpg`, by its armoured copy.
fn read_binary_length_of_second() -> usize {
    use base64::Engine as _;
    let text = read_text("openpgp/keys/cv25519.pub.asc");
    let lines: String = text.lines().filter(|line| !line.starts_with(['-', '='])).collect();
    base64::engine::general_purpose::STANDARD.decode(lines).unwrap().len()
}

#[test]
fn keyrings_hold_several_keys_armoured_or_not() {
    let fingerprint = |name: &str| fingerprints(name).remove(0);
    let three = [fingerprint("rsa2048"), fingerprint("cv25519-other"), fingerprint("cv25519")];
    for file in ["three.pub.asc", "three.sec.asc"] {
        let certificates = Certificates::parse(&read(&format!("openpgp/keys/{file}"))).unwrap();
        assert_eq!(certificates.fingerprints().collect::<Vec<_>>(), three, "{file}");
    }
    for file in ["two.pub.gpg", "two.sec.gpg"] {
        let certificates = Certificates::parse(&read(&format!("openpgp/keys/{file}"))).unwrap();
        assert_eq!(certificates.fingerprints().count(), 2, "{file}");
    }
}

#[test]
fn what_holds_no_keys_is_refused() {
    let message = read_text("openpgp/vectors/cv25519.txt");
    let cut = &read("openpgp/keys/cv25519.pub.asc")[..200];
    for data in
        [&b""[..], b"no keys", b"-----BEGIN PGP PUBLIC KEY BLOCK-----", b"\x99\x00", message.as_bytes(), cut]
    {
        assert_eq!(Certificates::parse(data).err(), Some(KeyringError::NoKeys));
        assert_eq!(SecretKeys::parse(data).err(), Some(KeyringError::NoKeys));
    }
    let public = read("openpgp/keys/cv25519.pub.asc");
    assert_eq!(SecretKeys::parse(&public).err(), Some(KeyringError::NoSecretKeys));
    assert_eq!(Certificates::parse(&vec![0; (1 << 24) + 1]).err(), Some(KeyringError::TooLong));
}

#[test]
fn a_failure_names_the_keys_that_would_do_and_nothing_secret() {
    let enc = wrap(&certificates("cv25519-locked"), &fingerprints("cv25519-locked")[0]).unwrap();
    let keys = [secret_keys("rsa2048"), secret_keys("cv25519-locked")];
    let error = unwrap(&enc, &keys, Interaction::NONE).err().unwrap();
    let subkey = &fingerprints("cv25519-locked")[1];
    let id = &subkey[24..];
    assert_eq!(
        chain(&error),
        format!(
            "no secret key for the OpenPGP message: it is encrypted to {id}: could not use the secret key {subkey}: \
             could not obtain the passphrase: {}",
            NoAnswer("there is nobody to ask for a passphrase".to_owned())
        )
    );
    let teller = Teller::knowing("canary-7f3a");
    let error = unwrap(&enc, &keys, teller.interaction()).err().unwrap();
    assert!(chain(&error).ends_with(": incorrect passphrase"));
    assert!(!format!("{error:?}").contains("canary"));
    assert_eq!(teller.asked.borrow()[0].name, fingerprints("cv25519-locked")[0]);
}
