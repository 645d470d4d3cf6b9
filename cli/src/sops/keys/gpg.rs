//! OpenPGP keys, through the `gpg` program.

use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use crate::error::reason;
use crate::sops::process::{self, Ended};

/// Another program than the one in the path.
const PROGRAM: &str = "SOPS_GPG_EXEC";

/// Wraps a data key for the key with this fingerprint.
pub(super) fn wrap(fingerprint: &str, data_key: &[u8]) -> Result<String, String> {
    let doing = "failed to encrypt sops data key with pgp";
    let ended = gpg(
        &[
            "--no-default-recipient",
            "--yes",
            "--encrypt",
            "-a",
            "-r",
            fingerprint,
            "--trusted-key",
            long_id(fingerprint),
            "--no-encrypt-to",
        ],
        data_key,
        doing,
    )?;
    let armour = String::from_utf8_lossy(ended.stdout.expose());
    Ok(armour.trim().to_owned())
}

/// Unwraps a data key.
pub(super) fn unwrap(armour: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let doing = "failed to decrypt sops data key with pgp";
    let ended = gpg(&["-d"], armour.as_bytes(), doing)?;
    if ended.stdout.is_empty() {
        return Err(described(&format!("{doing}: zero bytes returned")));
    }
    Ok(Zeroizing::new(ended.stdout.expose().to_vec()))
}

fn gpg(arguments: &[&str], input: &[u8], doing: &str) -> Result<Ended, String> {
    let program = std::env::var_os(PROGRAM).filter(|name| !name.is_empty()).unwrap_or_else(|| "gpg".into());
    let mut command = Command::new(program);
    command.args(arguments).stderr(Stdio::piped());
    let ended = process::output(&mut command, Some(input))
        .map_err(|error| described(&format!("{doing}: {}", reason(&error))))?;
    if ended.success() {
        return Ok(ended);
    }
    // It says which keys are missing, and never what it decrypted.
    let words = String::from_utf8_lossy(&ended.stderr);
    Err(described(&format!("{doing}: {}", words.trim())))
}

fn described(text: &str) -> String {
    format!("could not use the PGP key: GnuPG binary error: {text}")
}

/// The last sixteen digits, with the mark that asks for this very subkey.
fn long_id(fingerprint: &str) -> &str {
    let length = if fingerprint.ends_with('!') { 17 } else { 16 };
    let at = fingerprint.len().saturating_sub(length);
    fingerprint.get(at..).unwrap_or(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_id_keeps_the_mark_of_a_subkey() {
        for (fingerprint, expected) in [
            ("85D77543B3D624B63CEA9E6DBC17301B491B3F21", "BC17301B491B3F21"),
            ("85D77543B3D624B63CEA9E6DBC17301B491B3F21!", "BC17301B491B3F21!"),
            ("short", "short"),
        ] {
            assert_eq!(long_id(fingerprint), expected);
        }
    }
}
