//! Any bytes as the PEM of a private key: refused, or a key that is the same after writing and reading it.
//!
//! Seeds: `crates/sealed/testdata`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_sealed::PrivateKey;

fuzz_target!(|input: &[u8]| {
    let Ok(key) = PrivateKey::from_pem(input) else { return };
    assert!((2048..=8192).contains(&key.bits()));
    assert_eq!(key.public_key().expect("a key has a public half").fingerprint(), key.fingerprint());
    let pem = key.to_pkcs1_pem().expect("a key that was read can be written");
    let again = PrivateKey::from_pem(pem.expose()).expect("what was written can be read");
    assert_eq!(again.fingerprint(), key.fingerprint());
});
