use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::Tree;
use crate::cipher::{Cipher, Undecryptable};
use crate::mac::Mac;
use crate::scalar::{self, Kind};
use crate::selection::{Place, Rules};
use crate::text::Text;
use crate::token::{NoToken, Token};
use crate::tree::{Branch, Comment, Element, Item, Key, Value};
use crate::walk::{self, Visitor};

/// Why a tree was not decrypted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// An entry whose name is not a string.
    #[error("a key in `{path}` is {kind}; only strings can be keys")]
    BadKey {
        /// The mapping that has it.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// The rules of the file select a value that is not encrypted.
    #[error("`{path}` should be encrypted and is {kind}")]
    NotEncrypted {
        /// Where it is.
        path: String,
        /// What it is instead.
        kind: &'static str,
    },
    /// A token with a type that does not exist, or whose text is not of its type.
    #[error("the encrypted value at `{path}` has a wrong type")]
    WrongType {
        /// Where it is.
        path: String,
    },
    /// The data key is another one, or the value was changed or belongs to another place.
    #[error("cannot decrypt `{path}`: it was changed, moved, or encrypted with another data key")]
    NotAuthentic {
        /// Where it is.
        path: String,
    },
    /// A clear value that sops does not write, such as a whole number beyond 63 bits.
    #[error("`{path}` is {kind} that SOPS cannot write")]
    NoText {
        /// Where it is.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// The MAC says that the file was changed.
    #[error("the file is not as it was encrypted")]
    Mac(#[from] MacError),
}

/// What is wrong with the MAC of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    /// The file has none.
    #[error("it has no MAC")]
    Missing,
    /// The MAC itself does not decrypt: it or the time of the last change was changed.
    #[error("its MAC cannot be decrypted")]
    Undecryptable,
    /// The values are not those that were encrypted, or in another order.
    #[error("its MAC does not match")]
    Mismatch,
}

/// What to do about the MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacCheck {
    /// A file that was changed is an error.
    Verify,
    /// Values are authenticated one by one only: entries may have been removed, added in clear text or reordered.
    Ignore,
}

/// A tree in clear text.
pub struct Decrypted {
    /// The tree. Its metadata is that of the encrypted file.
    pub tree: Tree,
    /// Comments that should be encrypted and are not; sops keeps them as they are, and so do we.
    pub clear_comments: usize,
}

impl Tree {
    /// Decrypts the values that the rules of the metadata select.
    ///
    /// # Errors
    /// [`DecryptError`]; nothing is released then, not even what did decrypt.
    pub fn decrypt(mut self, cipher: &mut Cipher, check: MacCheck) -> Result<Decrypted, DecryptError> {
        let rules = Rules::lenient(&self.metadata.selection);
        let mac = Mac::new(self.metadata.mac_only_encrypted);
        let mut decryption = Decryption { cipher, mac, unread: 0, stray: 0, clear_comments: 0 };
        for document in &mut self.documents {
            (decryption.unread, decryption.stray) = (0, 0);
            walk::document(document, &rules, &mut decryption)?;
            if decryption.unread + decryption.stray > 0 {
                let recovered = recover_comments(document, decryption.cipher);
                decryption.clear_comments += decryption.unread.saturating_sub(recovered);
            }
        }
        let Decryption { mac, clear_comments, .. } = decryption;
        if check == MacCheck::Verify {
            self.verify(&mac.finish(), cipher)?;
        }
        Ok(Decrypted { tree: self, clear_comments })
    }

    fn verify(&self, computed: &str, cipher: &mut Cipher) -> Result<(), MacError> {
        if self.metadata.mac.is_empty() {
            return Err(MacError::Missing);
        }
        let place = self.metadata.last_modified.without_fraction();
        let (_, stored) =
            cipher.decrypt(self.metadata.mac.as_bytes(), &place).map_err(|_| MacError::Undecryptable)?;
        verify_slices_are_equal(stored.as_bytes(), computed.as_bytes()).map_err(|_| MacError::Mismatch)
    }
}

struct Decryption<'a> {
    cipher: &'a mut Cipher,
    mac: Mac,
    /// Comments of this document that look encrypted and did not decrypt.
    unread: usize,
    /// Those that look encrypted and should not be.
    stray: usize,
    clear_comments: usize,
}

impl Visitor for Decryption<'_> {
    type Error = DecryptError;

    fn value(&mut self, value: &mut Value, place: &Place<'_>) -> Result<(), DecryptError> {
        let selected = place.selects_value();
        if selected {
            *value = self.decrypt(value, place)?;
        }
        let Some((_, text)) = scalar::text_of(value) else {
            return Err(DecryptError::NoText { path: place.names(), kind: value.kind() });
        };
        self.mac.add(&text, selected);
        Ok(())
    }

    fn comment(
        &mut self,
        comment: &mut Comment,
        disguised: bool,
        place: &Place<'_>,
    ) -> Result<(), DecryptError> {
        if !place.selects_comment() {
            self.stray += usize::from(Token::is_comment(comment.text.as_bytes()));
            return Ok(());
        }
        match self.cipher.decrypt(comment.text.as_bytes(), place.binding()) {
            // Sops as well forgets that it stood beside a value.
            Ok((_, text)) => *comment = Comment { text, inline: false },
            // It may have been a value.
            Err(_) if disguised => return Err(DecryptError::NotAuthentic { path: place.names() }),
            Err(_) if Token::is_comment(comment.text.as_bytes()) => self.unread += 1,
            // It was never encrypted: written by hand, or before sops encrypted comments.
            Err(_) => self.clear_comments += 1,
        }
        Ok(())
    }

    /// Sops writes an encrypted comment of a list as an element of that list. With rules by comment these are taken
    /// for comments whether or not they are selected, as a value would end what the comments above it cover.
    fn is_comment(&self, element: &Text, place: &Place<'_>) -> bool {
        let selected = place.rules().are_by_comment() || place.selects_value();
        selected && Token::is_comment(element.as_bytes())
    }

    fn bad_key(&self, kind: &'static str, place: &Place<'_>) -> DecryptError {
        DecryptError::BadKey { path: place.names(), kind }
    }
}

impl Decryption<'_> {
    fn decrypt(&mut self, value: &Value, place: &Place<'_>) -> Result<Value, DecryptError> {
        let path = || place.names();
        let Value::Str(token) = value else {
            return Err(DecryptError::NotEncrypted { path: path(), kind: value.kind() });
        };
        let (kind, text) =
            self.cipher.decrypt(token.as_bytes(), place.binding()).map_err(|error| match error {
                Undecryptable::NoToken(NoToken::Kind) => DecryptError::WrongType { path: path() },
                Undecryptable::NoToken(_) => {
                    DecryptError::NotEncrypted { path: path(), kind: "text without encryption" }
                }
                Undecryptable::NotAuthentic => DecryptError::NotAuthentic { path: path() },
            })?;
        // A type is not authenticated, so a value can be relabelled as a comment, which no MAC covers.
        let value = if kind == Kind::Comment { None } else { scalar::value_of(kind, text) };
        value.ok_or_else(|| DecryptError::WrongType { path: path() })
    }
}

/// How often a comment is tried at another place, for one document.
const ATTEMPTS: usize = 100_000;

/// Decrypts comments that stand in another container than the one they were encrypted for, and says how many.
///
/// When sops writes YAML, the comment of one container may come to stand in another.
fn recover_comments(document: &mut Branch, cipher: &mut Cipher) -> usize {
    let mut places = vec![":".to_owned()];
    containers(document, "", &mut places);
    let mut recovery = Recovery { cipher, places, attempts: ATTEMPTS, recovered: 0 };
    recovery.branch(document);
    recovery.recovered
}

fn containers(branch: &Branch, path: &str, places: &mut Vec<String>) {
    for (key, value) in branch.entries() {
        if value.is_container() {
            let path = format!("{path}{}:", key.name().unwrap_or_default());
            containers_in(value, &path, places);
            places.push(path);
        }
    }
}

fn containers_in(value: &Value, path: &str, places: &mut Vec<String>) {
    match value {
        Value::Branch(branch) => containers(branch, path, places),
        Value::List(list) => {
            for element in list {
                if let Element::Value(value) = element {
                    containers_in(value, path, places);
                }
            }
        }
        _ => {}
    }
}

struct Recovery<'a> {
    cipher: &'a mut Cipher,
    places: Vec<String>,
    attempts: usize,
    recovered: usize,
}

impl Recovery<'_> {
    fn branch(&mut self, branch: &mut Branch) {
        for item in &mut branch.items {
            match item {
                Item::Comment(comment) => self.comment(comment),
                Item::Entry(Key::Name(_) | Key::Other(_), value) => self.value(value),
            }
        }
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::Branch(branch) => self.branch(branch),
            Value::List(list) => list.iter_mut().for_each(|element| match element {
                Element::Comment(comment) => self.comment(comment),
                Element::Value(value) => self.value(value),
            }),
            _ => {}
        }
    }

    fn comment(&mut self, comment: &mut Comment) {
        if !Token::is_comment(comment.text.as_bytes()) {
            return;
        }
        for place in &self.places {
            if self.attempts == 0 {
                return;
            }
            self.attempts -= 1;
            if let Ok((_, text)) = self.cipher.decrypt(comment.text.as_bytes(), place) {
                *comment = Comment { text, inline: false };
                self.recovered += 1;
                return;
            }
        }
    }
}
