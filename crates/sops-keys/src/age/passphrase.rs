//! `scrypt` stanzas (RFC 7914): files that a passphrase opens. Identity files are such files; data keys are
//! never wrapped this way.

use zeroize::Zeroizing;

use super::header::{HeaderError, Stanza, decode_base64};
use super::keys::{FileKey, WRAPPED_LEN, unwrap};

pub(crate) const TAG: &str = "scrypt";
const LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const SALT_LEN: usize = 16;

/// Memory is a kilobyte for each unit of work: age writes 2^18, a quarter of a gigabyte, and refuses to read
/// more than this.
const MAX_WORK_FACTOR: u32 = 22;

/// A stanza whose numbers were checked, so that nobody is asked for a passphrase in vain.
#[derive(Debug)]
pub(crate) struct Stretched<'a> {
    salt: Vec<u8>,
    work_factor: u8,
    body: &'a [u8],
}

impl<'a> Stretched<'a> {
    /// The passphrase stanza of a file, or `None` when it is for recipients of other kinds.
    pub(crate) fn of(stanzas: &'a [Stanza]) -> Result<Option<Self>, HeaderError> {
        let Some(stanza) = stanzas.iter().find(|stanza| stanza.tag == TAG) else { return Ok(None) };
        if stanzas.len() != 1 {
            return Err(HeaderError::ScryptNotAlone);
        }
        let malformed = || HeaderError::Stanza(TAG.to_owned());
        let [salt, work_factor] = stanza.args.as_slice() else { return Err(malformed()) };
        let salt = decode_base64(salt).filter(|salt| salt.len() == SALT_LEN).ok_or_else(malformed)?;
        let digits = work_factor.bytes().all(|b| b.is_ascii_digit()) && !work_factor.starts_with('0');
        let work_factor: u32 = work_factor.parse().ok().filter(|_| digits).ok_or_else(malformed)?;
        if work_factor > MAX_WORK_FACTOR {
            return Err(HeaderError::WorkFactor(work_factor));
        }
        if stanza.body.len() != WRAPPED_LEN {
            return Err(malformed());
        }
        // At most 22.
        Ok(Some(Self { salt, work_factor: work_factor as u8, body: &stanza.body }))
    }

    /// The file key, or `None` for a wrong passphrase. Takes a second or so.
    pub(crate) fn open(&self, passphrase: &[u8]) -> Option<FileKey> {
        let mut key = Zeroizing::new([0; 32]);
        let params = scrypt::Params::new(self.work_factor, 8, 1).ok()?;
        scrypt::scrypt(passphrase, &[LABEL, &self.salt].concat(), &params, &mut *key).ok()?;
        unwrap(&key, self.body).ok()?
    }
}
