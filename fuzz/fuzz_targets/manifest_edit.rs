//! Any text, value and path: an edit does what was asked or leaves the text alone.
//!
//! The input is the text, then the path with dots, then the value, with NUL between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_manifest::{Edit, Value};

fuzz_target!(|input: &str| {
    let mut parts = input.splitn(3, '\0');
    let (Some(text), path, value) = (parts.next(), parts.next(), parts.next()) else { return };
    let path: Vec<&str> = path.unwrap_or("spec.encryptedData.key").split('.').collect();
    let value = value.unwrap_or("AgB");
    let Ok(mut edit) = Edit::new(text) else { return };
    if edit.set_string(0, &path, value).is_err() {
        assert_eq!(edit.text(), text);
        return;
    }
    assert_eq!(edit.documents()[0].value().at(&path).and_then(Value::as_str), Some(value));
    let before = edit.text().to_owned();
    match edit.remove(0, &path) {
        Ok(()) => assert!(edit.documents().first().is_none_or(|first| first.value().at(&path).is_none())),
        Err(_) => assert_eq!(edit.text(), before),
    }
});
