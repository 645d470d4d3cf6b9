//! Every file in `testdata/openpgp/vectors`: messages of GnuPG 2.2 and 2.4, of sops and of old Go programs.

use signet_secret::Plaintext;
use signet_sops_keys::openpgp::{KeyFailure, SecretKeys, UnwrapError, unwrap};

use crate::files::{Teller, chain, read, testdata};
use crate::vector::{self, Vector};

fn open(vector: &Vector) -> Result<Plaintext, UnwrapError> {
    let teller = Teller { passphrase: vector.one("passphrase").map(str::to_owned), ..Teller::default() };
    let keys: Vec<SecretKeys> = vector
        .all("keys")
        .map(|name| SecretKeys::parse(&read(&format!("openpgp/keys/{name}"))).unwrap())
        .collect();
    let opened = unwrap(&vector.enc, &keys, teller.interaction());
    assert!(teller.asked.borrow().len() <= 1, "asked more than once");
    let was_wrong = matches!(&opened, Err(error) if outcome(error) == "passphrase");
    assert_eq!(teller.refused.borrow().len(), usize::from(was_wrong), "refused");
    opened
}

fn outcome(error: &UnwrapError) -> &'static str {
    match error {
        UnwrapError::Message => "message",
        UnwrapError::NotEncrypted => "not encrypted",
        UnwrapError::NoKey { source: None, .. } => "no key",
        UnwrapError::NoKey { source: Some(failed), .. } => match failed.source {
            KeyFailure::Passphrase => "passphrase",
            KeyFailure::NoPassphrase(_) => "question",
            KeyFailure::Size(_) => "size",
            _ => "failed key",
        },
        UnwrapError::Damaged => "damaged",
        UnwrapError::Empty => "empty",
        _ => "something else",
    }
}

#[test]
fn every_message_is_unwrapped_or_refused_as_it_says() {
    vector::check_all(&testdata("openpgp/vectors"), 25, |vector| {
        open(vector).map_err(|error| (outcome(&error), chain(&error)))
    });
}
