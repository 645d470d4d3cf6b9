//! Every file in `testdata/age/vectors`: keys wrapped by the real age and sops, unwrapped or refused.

use signet_secret::Plaintext;
use signet_sops_keys::age::{FileError, Identity, IdentityFailure, Layout, UnwrapError, unwrap};

use crate::files::{Teller, chain, identities, ssh, testdata};
use crate::vector::{self, Vector};

fn identities_of(vector: &Vector) -> Vec<Identity> {
    let layout = if vector.one("layout") == Some("words") { Layout::Words } else { Layout::Lines };
    let keys = vector.all("key").flat_map(|key| identities(key, layout).unwrap());
    keys.chain(vector.all("ssh").map(|key| ssh(key).unwrap())).collect()
}

fn open(vector: &Vector) -> Result<Plaintext, UnwrapError> {
    let teller = Teller { passphrase: vector.one("passphrase").map(str::to_owned), ..Teller::default() };
    let opened = unwrap(&vector.enc, &identities_of(vector), teller.interaction());
    assert!(teller.asked.borrow().len() <= 1, "asked more than once");
    let was_wrong = matches!(&opened, Err(error) if outcome(error) == "passphrase");
    assert_eq!(teller.refused.borrow().len(), usize::from(was_wrong), "refused");
    opened
}

fn outcome(error: &UnwrapError) -> &'static str {
    match error {
        UnwrapError::NoIdentities => "no identities",
        UnwrapError::NoMatch { source: None, .. } => "no match",
        UnwrapError::NoMatch { source: Some(failed), .. } => match failed.source {
            IdentityFailure::Passphrase => "passphrase",
            IdentityFailure::NoPassphrase(_) => "question",
            _ => "failed identity",
        },
        UnwrapError::File(FileError::Armor(_)) => "armor",
        UnwrapError::File(FileError::Header(_)) => "header",
        UnwrapError::File(FileError::Mac) => "mac",
        UnwrapError::File(FileError::Payload) => "payload",
        _ => "something else",
    }
}

#[test]
fn every_vector_is_unwrapped_or_refused_as_it_says() {
    vector::check_all(&testdata("age/vectors"), 30, |vector| {
        open(vector).map_err(|error| (outcome(&error), chain(&error)))
    });
}
