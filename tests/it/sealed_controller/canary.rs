//! A text that is in every sealed value and may be nowhere else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Long enough that no chance brings it about. Its length is a multiple of three, so its base64 is whole.
pub(super) const CANARY: &str = "canary-yellow-Ahw3eiK4thae-";

/// A value that carries the canary.
pub(super) fn secret_text(text: &str) -> String {
    format!("{CANARY}{text}")
}

/// Fails the test when `text` holds the canary, plain or as base64 at any offset.
#[track_caller]
pub(super) fn assert_no_canary(whence: &str, text: &str) {
    for form in forms() {
        if let Some(at) = text.find(&form) {
            let from = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let until = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
            panic!("a secret value is in {whence}: {}", &text[from..until]);
        }
    }
}

/// The canary and the middle of its base64 for each of the three offsets that it can have in a value.
fn forms() -> impl Iterator<Item = String> {
    let encoded = (0..3).map(|offset| {
        let padded = [&vec![b'x'; offset][..], CANARY.as_bytes()].concat();
        let text = STANDARD.encode(padded);
        // The first characters depend on what stands before, the last ones on what follows.
        text[4..text.len() - 4].to_owned()
    });
    std::iter::once(CANARY.to_owned()).chain(encoded)
}

#[test]
fn the_canary_is_found_in_every_form() {
    for text in [CANARY.to_owned(), secret_text("x"), format!("ab{CANARY}")] {
        for form in
            [text.clone(), STANDARD.encode(&text), format!("head\n{{\"a\":\"{}\"}}", STANDARD.encode(&text))]
        {
            assert!(std::panic::catch_unwind(|| assert_no_canary("a test", &form)).is_err(), "{form}");
        }
    }
    assert_no_canary("a test", "canary-yellow\nno more");
}
