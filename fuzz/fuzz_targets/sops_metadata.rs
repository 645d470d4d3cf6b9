#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_sops::{Format, Layout};

// Metadata that could be read comes back from every format that can hold the documents.
fuzz_target!(|text: &[u8]| {
    for format in Format::ALL {
        let Ok(tree) = format.read_encrypted(text) else { continue };
        let Ok(written) = format.write_encrypted(&tree, Layout::default()) else { continue };
        let again = format.read_encrypted(&written).expect("what was written can be read");
        assert_eq!(again.metadata.mac, tree.metadata.mac);
        assert_eq!(again.metadata.key_groups.len(), tree.metadata.key_groups.len());
    }
});
