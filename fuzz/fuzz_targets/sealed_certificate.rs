//! Any bytes as PEM certificates: refused, or certificates that are the same after writing and reading them.
//!
//! Seeds: `crates/sealed/testdata`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_sealed::Certificate;

fuzz_target!(|input: &[u8]| {
    let Ok(certificates) = Certificate::all_from_pem(input) else { return };
    assert!(!certificates.is_empty());
    for certificate in &certificates {
        let again =
            Certificate::from_pem(certificate.to_pem().as_bytes()).expect("what was written can be read");
        assert_eq!(again.fingerprint(), certificate.fingerprint());
        assert_eq!(again.not_before(), certificate.not_before());
        assert_eq!(again.not_after(), certificate.not_after());
        assert_eq!(again.to_pem(), certificate.to_pem());
    }
});
