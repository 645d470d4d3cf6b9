use crate::cipher::Cipher;
use crate::mac::Mac;
use crate::random::{Randomness, RandomnessError};
use crate::scalar::{self, Kind};
use crate::selection::{Place, Rules, SelectionError};
use crate::time::Timestamp;
use crate::tree::{Comment, Value};
use crate::walk::{self, Visitor};
use crate::{Branch, Tree};

/// Why a tree was not encrypted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// The rule of the file is no rule.
    #[error("cannot tell what to encrypt")]
    Selection(#[from] SelectionError),
    /// An entry whose name is not a string.
    #[error("a key in `{path}` is {kind}; only strings can be keys")]
    BadKey {
        /// The mapping that has it.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A value that has no text: a whole number beyond 63 bits, or a timestamp with an offset of a day.
    #[error("`{path}` is {kind} that SOPS cannot write")]
    NoText {
        /// Where it is.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// The token of a comment matches `unencrypted_comment_regex`, so it would be taken for a comment in clear text.
    #[error("the encrypted form of a comment in `{path}` matches unencrypted_comment_regex")]
    SparedComment {
        /// The container that has it.
        path: String,
    },
    /// There was no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

impl Tree {
    /// Encrypts the values that the rules of the metadata select, and writes MAC and time into the metadata.
    ///
    /// `now` is in UTC and whole seconds.
    ///
    /// # Errors
    /// [`EncryptError`]; the tree is dropped then.
    pub fn encrypt(
        mut self,
        cipher: &Cipher,
        now: Timestamp,
        randomness: &mut dyn Randomness,
    ) -> Result<Self, EncryptError> {
        let rules = Rules::strict(&self.metadata.selection)?;
        let mac = encrypt_documents(
            &mut self.documents,
            &rules,
            Mac::new(self.metadata.mac_only_encrypted),
            cipher,
            randomness,
        )?;
        self.metadata.last_modified = now;
        let place = now.without_fraction();
        self.metadata.mac = cipher.encrypt(Kind::Str, mac.as_bytes(), &place, randomness)?;
        Ok(self)
    }
}

fn encrypt_documents(
    documents: &mut [Branch],
    rules: &Rules,
    mac: Mac,
    cipher: &Cipher,
    randomness: &mut dyn Randomness,
) -> Result<String, EncryptError> {
    let mut encryption = Encryption { cipher, mac, randomness };
    for document in documents {
        walk::document(document, rules, &mut encryption)?;
    }
    Ok(encryption.mac.finish())
}

struct Encryption<'a> {
    cipher: &'a Cipher,
    mac: Mac,
    randomness: &'a mut dyn Randomness,
}

impl Visitor for Encryption<'_> {
    type Error = EncryptError;

    fn value(&mut self, value: &mut Value, place: &Place<'_>) -> Result<(), EncryptError> {
        let Some((kind, text)) = scalar::text_of(value) else {
            return Err(EncryptError::NoText { path: place.names(), kind: value.kind() });
        };
        let selected = place.selects_value();
        self.mac.add(&text, selected);
        if selected {
            let token = self.cipher.encrypt(kind, &text, place.binding(), self.randomness)?;
            drop(text);
            *value = Value::from(token);
        }
        Ok(())
    }

    fn comment(&mut self, comment: &mut Comment, _: bool, place: &Place<'_>) -> Result<(), EncryptError> {
        if !place.selects_comment() {
            return Ok(());
        }
        let text = comment.text.as_bytes();
        let token = self.cipher.encrypt(Kind::Comment, text, place.binding(), self.randomness)?;
        if place.rules().spare(&token) {
            return Err(EncryptError::SparedComment { path: place.names() });
        }
        comment.text = token.into();
        Ok(())
    }

    fn bad_key(&self, kind: &'static str, place: &Place<'_>) -> EncryptError {
        EncryptError::BadKey { path: place.names(), kind }
    }
}
