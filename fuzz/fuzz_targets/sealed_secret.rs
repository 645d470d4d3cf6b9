//! Any JSON as a SealedSecret: reading ends, and items of whatever shape never make an object unreadable, because
//! one bad object must not stop the list that it stands in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use signet_crds::bitnami::SealedSecret;

fuzz_target!(|input: &[u8]| {
    if let Ok(sealed) = serde_json::from_slice::<SealedSecret>(input) {
        let written = serde_json::to_value(&sealed).expect("what was read can be written");
        let again: SealedSecret = serde_json::from_value(written).expect("what was written can be read");
        assert_eq!(again, sealed);
    }
    let Ok(items) = serde_json::from_slice::<Value>(input) else { return };
    let count = items.as_object().map_or(0, |items| items.len());
    let object = json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": "db", "namespace": "shop"},
        "spec": {"encryptedData": items},
    });
    let sealed: SealedSecret = serde_json::from_value(object).expect("items of any shape are read");
    assert_eq!(sealed.spec.encrypted_data.len(), count);
});
