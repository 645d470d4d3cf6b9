//! Any text as a fingerprint: refused, or it prints as what it was read from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_secret::Fingerprint;

fuzz_target!(|input: &str| {
    let Ok(fingerprint) = input.parse::<Fingerprint>() else { return };
    assert_eq!(fingerprint.to_string(), input);
});
