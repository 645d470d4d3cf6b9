//! Passphrases, asked for on the terminal.

use signet_secret::Plaintext;
use signet_sops_keys::{Lock, NoAnswer, Passphrases};

use crate::prompt;

/// The terminal of this process, which may not be its standard input.
pub(super) struct Terminal;

impl Passphrases for Terminal {
    fn passphrase(&self, lock: &Lock) -> Result<Plaintext, NoAnswer> {
        let question = format!("Enter passphrase for {} '{}': ", lock.kind, lock.name);
        prompt::ask_on_terminal(&question).map_err(|failure| NoAnswer(failure.message().to_owned()))
    }
}
