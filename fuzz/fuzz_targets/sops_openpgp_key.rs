//! Any bytes as keyring and as message of OpenPGP. Nothing panics, and a key that can be encrypted to is.
//!
//! Seeds: `crates/sops-keys/testdata/openpgp`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_secret::Plaintext;
use signet_sops_keys::Interaction;
use signet_sops_keys::openpgp::{Certificates, SecretKeys, unwrap};

const KEYRING: &[u8] = include_bytes!("../../crates/sops-keys/testdata/openpgp/keys/two.sec.gpg");

fuzz_target!(|data: &[u8]| {
    let keys = SecretKeys::parse(KEYRING).unwrap();
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = unwrap(text, &[keys], Interaction::NONE);
    }
    let _ = SecretKeys::parse(data);
    if let Ok(certificates) = Certificates::parse(data) {
        for fingerprint in certificates.fingerprints() {
            let Ok(to) = fingerprint.parse() else { continue };
            let _ = certificates.wrap(&to, &Plaintext::from(vec![0x66; 32]), 1_900_000_000);
        }
    }
});
