//! The keys of this machine: what wraps and unwraps data keys.

mod age;
mod gpg;
mod passphrases;
mod plugin;
mod report;
pub(super) mod text;

use signet_secret::Plaintext;
use signet_sops::keys::{KeyId, KeyKind, MasterKey, Unwrapper, Wrapper};
use zeroize::Zeroizing;

pub(super) use report::{not_unwrapped, not_wrapped};

/// What could not be done with a key, by each of the services that were asked.
pub(super) type Reasons = Vec<String>;

/// Who wraps and unwraps.
pub(super) struct Services {
    /// Whether the keys of this machine may be used.
    local: bool,
    /// The addresses of remote services, which are not supported.
    remote: Vec<String>,
    age: age::Identities,
}

impl Services {
    pub(super) fn new(local: bool, remote: Vec<String>) -> Self {
        Self { local, remote, age: age::Identities::default() }
    }

    /// Whether there is nobody to ask.
    pub(super) fn are_none(&self) -> bool {
        !self.local && self.remote.is_empty()
    }

    /// Asks the local service, and has an answer ready for the remote ones.
    fn ask<T>(
        &mut self,
        local: impl FnOnce(&mut age::Identities) -> Result<T, String>,
    ) -> Result<T, Reasons> {
        let mut reasons = Vec::new();
        if self.local {
            match local(&mut self.age) {
                Ok(answer) => return Ok(answer),
                Err(reason) => reasons.push(reason),
            }
        }
        reasons.extend(
            self.remote.iter().map(|address| format!("remote key services are not supported: {address}")),
        );
        Err(reasons)
    }
}

impl Wrapper for Services {
    type Error = Reasons;

    fn wrap(&mut self, key: &MasterKey, secret: &[u8]) -> Result<String, Reasons> {
        self.ask(|_| match &key.id {
            KeyId::Age { recipient } => age::wrap(recipient, &Plaintext::from(secret.to_vec())),
            KeyId::Pgp { fingerprint } => gpg::wrap(fingerprint, secret),
            other => Err(unsupported(other.kind())),
        })
    }
}

impl Unwrapper for Services {
    type Error = Reasons;

    fn unwrap(&mut self, key: &MasterKey) -> Result<Zeroizing<Vec<u8>>, Reasons> {
        self.ask(|identities| match &key.id {
            KeyId::Age { recipient } => identities.unwrap(recipient, &key.wrapped),
            KeyId::Pgp { .. } => gpg::unwrap(&key.wrapped),
            other => Err(unsupported(other.kind())),
        })
    }
}

fn unsupported(kind: KeyKind) -> String {
    let name = match kind {
        KeyKind::Kms => "AWS KMS",
        KeyKind::GcpKms => "Google Cloud KMS",
        KeyKind::Hckms => "Huawei Cloud KMS",
        KeyKind::AzureKv => "Azure Key Vault",
        KeyKind::HcVault => "HashiCorp Vault",
        KeyKind::Pgp => "OpenPGP",
        KeyKind::Age => "age",
    };
    format!(
        "{name} keys are not supported by this program; the file needs another key, or the sops that has them"
    )
}
