#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_sops::{Format, Layout};

// What is written of a document that could be read can be read, and has as many entries.
fuzz_target!(|text: &[u8]| {
    let Ok(documents) = Format::Json.read_plain(text) else { return };
    let Ok(written) = Format::Json.write_plain(&documents, Layout::default()) else { return };
    let again = Format::Json.read_plain(written.expose()).expect("what was written can be read");
    assert_eq!(again.len(), documents.len());
    for (again, document) in again.iter().zip(&documents) {
        assert_eq!(again.entries().count(), document.entries().count());
    }
});
