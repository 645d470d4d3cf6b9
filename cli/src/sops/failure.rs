//! Failed runs of sops: what is printed and the exit status.

use std::fmt;

use crate::error::chain;

/// Exit statuses, by the names that sops has for them.
pub(super) mod codes {
    pub(crate) const GENERIC: u8 = 1;
    pub(crate) const COULD_NOT_READ_INPUT_FILE: u8 = 2;
    pub(crate) const COULD_NOT_WRITE_OUTPUT_FILE: u8 = 3;
    pub(crate) const ERROR_DUMPING_TREE: u8 = 4;
    pub(crate) const INVALID_KMS_ENCRYPTION_CONTEXT_FORMAT: u8 = 6;
    pub(crate) const INVALID_SET_FORMAT: u8 = 7;
    pub(crate) const CONFLICTING_PARAMETERS: u8 = 8;
    pub(crate) const ERROR_ENCRYPTING_TREE: u8 = 23;
    pub(crate) const ERROR_DECRYPTING_TREE: u8 = 25;
    pub(crate) const CANNOT_CHANGE_KEYS_FROM_NON_EXISTENT_FILE: u8 = 49;
    pub(crate) const MAC_MISMATCH: u8 = 51;
    pub(crate) const INVALID_TREE_PATH_FORMAT: u8 = 91;
    pub(crate) const NEED_AT_LEAST_ONE_DOCUMENT: u8 = 92;
    pub(crate) const NO_FILE_SPECIFIED: u8 = 100;
    pub(crate) const DUPLICATE_DECRYPTION_KEY_TYPE: u8 = 112;
    pub(crate) const COULD_NOT_RETRIEVE_KEY: u8 = 128;
    pub(crate) const FILE_HAS_NOT_BEEN_MODIFIED: u8 = 200;
    pub(crate) const NO_EDITOR_FOUND: u8 = 201;
    pub(crate) const FAILED_TO_COMPARE_VERSIONS: u8 = 202;
    pub(crate) const FILE_ALREADY_ENCRYPTED: u8 = 203;
}

/// A failed run. Its text names files, keys and places in documents, never values.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    text: String,
}

/// The result of a command.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(super) fn new(code: u8, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// What has no status of its own.
    pub(super) fn generic(text: impl Into<String>) -> Self {
        Self::new(codes::GENERIC, text)
    }

    /// An error from below with its causes, after what was being done.
    pub(super) fn because(code: u8, doing: &str, error: &dyn std::error::Error) -> Self {
        Self::new(code, format!("{doing}: {}", chain(error)))
    }

    /// The same with the status of failures that have none of their own: some commands of sops know no other.
    pub(super) fn into_generic(self) -> Self {
        Self { code: codes::GENERIC, ..self }
    }

    pub(super) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
