//! Any bytes as what is read of age: recipients, identities, SSH keys, and a wrapped key. Nothing panics.
//!
//! Seeds: `crates/sops-keys/testdata/age`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_sops_keys::Interaction;
use signet_sops_keys::age::{Identity, Layout, Recipient, unwrap};

const IDENTITY: &[u8] = b"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

fuzz_target!(|data: &[u8]| {
    let identities = Identity::parse_all("known", IDENTITY, Layout::Lines).unwrap();
    let _ = Identity::parse_all("fuzz", data, Layout::Words);
    let _ = Identity::from_ssh("fuzz", data, std::str::from_utf8(data).ok());
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Recipient::parse_list(text);
        let _ = unwrap(text, &identities, Interaction::NONE);
    }
});
