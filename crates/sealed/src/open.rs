use std::sync::Arc;

use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use signet_secret::{Fingerprint, KeyName, Plaintext, SecretMap};
use zeroize::Zeroizing;

use crate::envelope::{Envelope, decode_text};
use crate::{ItemFault, KeyAge, KeyHints, Label, OpenError, PrivateKey, key_order};

/// Largest modulus that a [`PrivateKey`] has, in bytes.
const MAX_MODULUS: usize = 8192 / 8;

/// Opens one value with one key.
///
/// # Errors
/// [`ItemFault::Base64`] and [`ItemFault::TooLarge`] for the text; [`ItemFault::NoKey`] for everything else,
/// without a difference that could be observed.
pub fn open_value(key: &PrivateKey, label: &Label, text: &str) -> Result<Plaintext, ItemFault> {
    let bytes = decode_text(text)?;
    Envelope::split(&bytes).and_then(|envelope| open_envelope(key, label, &envelope)).ok_or(ItemFault::NoKey)
}

fn open_envelope(key: &PrivateKey, label: &Label, envelope: &Envelope<'_>) -> Option<Plaintext> {
    let mut buffer = Zeroizing::new([0u8; MAX_MODULUS]);
    let out = &mut buffer[..key.oaep.min_output_size()];
    let session_key =
        key.oaep.decrypt(&OAEP_SHA256_MGF1SHA256, envelope.session_key, out, Some(label.as_bytes())).ok()?;
    let algorithm = match session_key.len() {
        16 => &AES_128_GCM,
        24 => &AES_192_GCM,
        32 => &AES_256_GCM,
        _ => return None,
    };
    let cipher = LessSafeKey::new(UnboundKey::new(algorithm, session_key).ok()?);
    let mut body = Zeroizing::new(envelope.body.to_vec());
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    let length = cipher.open_in_place(nonce, Aad::empty(), &mut body).ok()?.len();
    body.truncate(length);
    Some(Plaintext::from(body))
}

/// Opens the values of one object, trying the likeliest key first.
pub struct Unsealer<'a> {
    keys: &'a [(KeyAge, Arc<PrivateKey>)],
    ages: Vec<KeyAge>,
    hints: KeyHints<'a>,
}

/// What opening gave, and what it cost.
pub struct Opened<T> {
    /// The plaintext.
    pub value: T,
    /// The key that opened the last value; `None` when there was no value.
    pub key: Option<Fingerprint>,
    /// RSA private operations that were run, failed ones included.
    pub operations: u64,
}

impl<'a> Unsealer<'a> {
    /// `keys` sorted newest first.
    #[must_use]
    pub fn new(keys: &'a [(KeyAge, Arc<PrivateKey>)], hints: KeyHints<'a>) -> Self {
        Self { keys, ages: keys.iter().map(|(age, _)| *age).collect(), hints }
    }

    /// Opens every item, or none: a single fault releases nothing, and all faults are reported together.
    ///
    /// Costs one RSA operation an item as long as the key of the previous item fits.
    ///
    /// # Errors
    /// The faults by item, with the operations that were run.
    pub fn open_all<'i>(
        &self,
        items: impl IntoIterator<Item = (&'i str, &'i str)>,
        label: &Label,
    ) -> Result<Opened<SecretMap>, (OpenError, u64)> {
        let mut error = OpenError::default();
        let mut opened = Opened { value: SecretMap::new(), key: None, operations: 0 };
        for (name, text) in items {
            match self.open(text, label, opened.key) {
                Ok(item) => {
                    opened.operations += item.operations;
                    opened.key = item.key;
                    opened.value.insert(name, item.value);
                }
                Err((fault, operations)) => {
                    opened.operations += operations;
                    error.add(KeyName::from(name), fault);
                }
            }
        }
        if error.is_empty() { Ok(opened) } else { Err((error, opened.operations)) }
    }

    /// Opens one item. `neighbour` is the key that opened another item of the same object: it is tried first.
    ///
    /// # Errors
    /// The fault, with the operations that were run.
    pub fn open(
        &self,
        text: &str,
        label: &Label,
        neighbour: Option<Fingerprint>,
    ) -> Result<Opened<Plaintext>, (ItemFault, u64)> {
        let bytes = decode_text(text).map_err(|fault| (fault, 0))?;
        let Some(envelope) = Envelope::split(&bytes) else { return Err((ItemFault::NoKey, 0)) };
        let mut operations = 0;
        for index in self.order(neighbour) {
            let (age, key) = &self.keys[index];
            // A key of another size cannot have made it: no operation is spent.
            if key.oaep.key_size_bytes() != envelope.session_key.len() {
                continue;
            }
            operations += 1;
            if let Some(value) = open_envelope(key, label, &envelope) {
                return Ok(Opened { value, key: Some(age.fingerprint), operations });
            }
        }
        Err((ItemFault::NoKey, operations))
    }

    fn order(&self, neighbour: Option<Fingerprint>) -> Vec<usize> {
        let mut order = key_order(&self.ages, &self.hints);
        let known = neighbour.and_then(|key| order.iter().position(|&i| self.ages[i].fingerprint == key));
        if let Some(position) = known {
            order[..=position].rotate_right(1);
        }
        order
    }
}
