use std::cell::RefCell;
use std::path::{Path, PathBuf};

use signet_secret::Plaintext;
use signet_sops_keys::age::{Identity, IdentityError, Layout, SshKeyError};
use signet_sops_keys::{Interaction, Lock, NoAnswer, Nobody, Passphrases};

/// The passphrase of every key that has one.
pub(crate) const PASSPHRASE: &str = "correct horse";

pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

#[track_caller]
pub(crate) fn read(name: &str) -> Vec<u8> {
    std::fs::read(testdata(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[track_caller]
pub(crate) fn read_text(name: &str) -> String {
    String::from_utf8(read(name)).unwrap()
}

pub(crate) fn identities(name: &str, layout: Layout) -> Result<Vec<Identity>, IdentityError> {
    Identity::parse_all(name, &read(&format!("age/keys/{name}")), layout)
}

/// With the public key, if there is one beside it.
pub(crate) fn ssh(name: &str) -> Result<Identity, SshKeyError> {
    let public = std::fs::read_to_string(testdata(&format!("age/keys/{name}.pub"))).ok();
    Identity::from_ssh(name, &read(&format!("age/keys/{name}")), public.as_deref())
}

/// Knows one passphrase or none, and remembers what was asked and refused.
#[derive(Default)]
pub(crate) struct Teller {
    pub(crate) passphrase: Option<String>,
    pub(crate) asked: RefCell<Vec<Lock>>,
    pub(crate) refused: RefCell<Vec<Lock>>,
}

impl Teller {
    pub(crate) fn knowing(passphrase: &str) -> Self {
        Self { passphrase: Some(passphrase.to_owned()), ..Self::default() }
    }

    pub(crate) fn interaction(&self) -> Interaction<'_> {
        Interaction { passphrases: self, plugins: &Nobody }
    }
}

impl Passphrases for Teller {
    fn passphrase(&self, lock: &Lock) -> Result<Plaintext, NoAnswer> {
        self.asked.borrow_mut().push(lock.clone());
        let passphrase = self.passphrase.as_ref().ok_or_else(|| NoAnswer("nobody knows".to_owned()))?;
        Ok(Plaintext::from(passphrase.clone().into_bytes()))
    }

    fn refused(&self, lock: &Lock) {
        self.refused.borrow_mut().push(lock.clone());
    }
}

/// Everything an error says, outermost first.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
