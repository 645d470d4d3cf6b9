//! Any stream of bytes: reading ends, with documents or errors, and fields can be asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_manifest::{Documents, Fields, Reading};

fuzz_target!(|input: &[u8]| {
    for (at, document) in Documents::parse(input).enumerate() {
        assert!(at <= input.len());
        let Ok(document) = document else { continue };
        for reading in [Reading::Lenient, Reading::Strict] {
            if let Ok(fields) = Fields::of(document.value(), reading) {
                let _ = fields.string("type");
                let _ = fields.string_map("stringData");
                let _ = fields.object("metadata").and_then(|metadata| metadata.integer("generation"));
            }
        }
    }
});
