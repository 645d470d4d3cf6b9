//! What must hold for every key, and every message.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use signet_secret::Plaintext;
use signet_sops_keys::Interaction;
use signet_sops_keys::openpgp::{Certificates, KeySelector, SecretKeys, unwrap};

use crate::openpgp_keys::{certificates, fingerprints, secret_keys};

const NAMES: [&str; 3] = ["rsa2048", "cv25519", "nistp384"];

static SECRETS: LazyLock<Vec<SecretKeys>> = LazyLock::new(|| NAMES.map(secret_keys).into());

fn wrap(kind: usize, key: &[u8]) -> String {
    let to: KeySelector = fingerprints(NAMES[kind])[0].parse().unwrap();
    certificates(NAMES[kind]).wrap(&to, &Plaintext::from(key.to_vec()), 1_900_000_000).unwrap()
}

fn binary(enc: &str) -> Vec<u8> {
    let lines: String = enc.lines().filter(|line| !line.starts_with(['-', '='])).collect();
    STANDARD.decode(lines).unwrap()
}

fn armoured(binary: &[u8]) -> String {
    format!("-----BEGIN PGP MESSAGE-----\n\n{}\n-----END PGP MESSAGE-----", STANDARD.encode(binary))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn what_is_wrapped_unwraps(key in prop::collection::vec(any::<u8>(), 1..70), kind in 0usize..3) {
        let opened = unwrap(&armoured(&binary(&wrap(kind, &key))), &SECRETS, Interaction::NONE).unwrap();
        prop_assert!(opened.expose() == key);
    }

    #[test]
    fn any_changed_bit_is_refused_or_changes_nothing(
        kind in 0usize..3, at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let mut message = binary(&wrap(kind, b"0123456789abcdef0123456789abcdef"));
        let at = at.index(message.len());
        message[at] ^= 1 << bit;
        // Key ids and the lengths of integers are not authenticated, and need not be: they only help to find keys.
        if let Ok(opened) = unwrap(&armoured(&message), &SECRETS, Interaction::NONE) {
            prop_assert!(opened.expose() == b"0123456789abcdef0123456789abcdef");
        }
    }

    #[test]
    fn any_cut_is_refused(kind in 0usize..3, at in any::<prop::sample::Index>()) {
        let message = binary(&wrap(kind, b"0123456789abcdef0123456789abcdef"));
        let enc = armoured(&message[..at.index(message.len())]);
        prop_assert!(unwrap(&enc, &SECRETS, Interaction::NONE).is_err());
    }

    #[test]
    fn no_text_makes_anything_panic(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = text.parse::<KeySelector>();
        prop_assert!(unwrap(&text, &SECRETS, Interaction::NONE).is_err());
        prop_assert!(unwrap(&armoured(&bytes), &SECRETS, Interaction::NONE).is_err());
        let _ = Certificates::parse(&bytes);
        let _ = SecretKeys::parse(&bytes);
    }

    #[test]
    fn no_damaged_keyring_makes_anything_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut keyring = crate::files::read("openpgp/keys/two.sec.gpg");
        let at = at.index(keyring.len());
        keyring[at] = byte;
        let to: KeySelector = fingerprints("rsa2048")[0].parse().unwrap();
        if let Ok(certificates) = Certificates::parse(&keyring) {
            let _ = certificates.wrap(&to, &Plaintext::from(vec![1]), 1_900_000_000);
        }
        if let Ok(keys) = SecretKeys::parse(&keyring) {
            let _ = unwrap(&wrap(0, b"x"), &[keys], Interaction::NONE);
        }
    }
}
