//! Any text as a sealed value: it is refused, or it is one that was sealed with this key for this label.
//!
//! Seeds: `crates/sealed/testdata/vectors`, whose heads are skipped here.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use signet_sealed::{
    ItemFault, KeyAge, KeyHints, Label, MAX_ENVELOPE, PrivateKey, Scope, Unsealer, envelope_size, open_value,
};

static KEYS: LazyLock<Vec<(KeyAge, Arc<PrivateKey>)>> = LazyLock::new(|| {
    let pem = [
        include_bytes!("../../crates/sealed/testdata/key-3072.pem").as_slice(),
        include_bytes!("../../crates/sealed/testdata/key-2048.pem"),
    ];
    pem.into_iter()
        .map(|pem| {
            let key = PrivateKey::from_pem(pem).expect("a key of the tests");
            (KeyAge { fingerprint: key.fingerprint(), since: Default::default() }, Arc::new(key))
        })
        .collect()
});

fuzz_target!(|input: &str| {
    let text = input.split_once("\n\n").map_or(input, |(_, text)| text).trim_end();
    let label = Label::new(Scope::Strict, "shop", "db").expect("nothing is empty");
    let sizes = envelope_size(text);
    if let Ok(sizes) = sizes {
        assert!(sizes.plaintext < MAX_ENVELOPE);
        assert!(sizes.modulus_bits <= 8 * usize::from(u16::MAX));
    }
    let (_, key) = &KEYS[1];
    match open_value(key, &label, text) {
        Ok(opened) => assert_eq!(sizes.map(|sizes| sizes.plaintext), Ok(opened.expose().len())),
        Err(ItemFault::Base64) => assert!(matches!(sizes, Err(ItemFault::Base64))),
        Err(ItemFault::TooLarge) => assert!(matches!(sizes, Err(ItemFault::TooLarge))),
        Err(_) => {}
    }
    let tried = match Unsealer::new(&KEYS, KeyHints::default()).open(text, &label, None) {
        Ok(opened) => opened.operations,
        Err((_, operations)) => operations,
    };
    assert!(tried <= KEYS.len() as u64);
});
