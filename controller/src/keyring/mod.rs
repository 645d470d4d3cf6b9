//! The keys: which private keys open values, and which public key new values are sealed with.
//!
//! [`Keyring`] is what everybody reads: a snapshot that is replaced whole, so that a reader never sees half of a
//! change and never waits for one. [`KeyService`] keeps it in step with the key Secrets and makes new keys.

#[cfg(test)]
pub(crate) mod fixtures;
mod registry;
mod schedule;
mod secret;
mod service;
#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use signet_sealed::{Certificate, KeyAge, PrivateKey};
use signet_secret::Fingerprint;
use tokio::sync::watch;

pub use secret::KeyFault;
pub use service::{KeyService, KeyringError};

/// The key that new values are sealed with.
pub struct SealingKey {
    /// Name of its key Secret.
    pub secret_name: String,
    /// Identity of the key pair.
    pub fingerprint: Fingerprint,
    /// The time by which it is ordered among the others.
    pub since: Timestamp,
    /// Its certificate, the first one in the Secret: `to_pem()` is what is served, `public_key()` what seals.
    pub certificate: Certificate,
}

/// The keys at one moment.
#[derive(Default)]
pub struct KeySet {
    /// Grows with every change; 0 until the key Secrets were read for the first time.
    pub generation: u64,
    /// The keys that open values, newest first, each once.
    pub keys: Vec<(KeyAge, Arc<PrivateKey>)>,
    /// The newest key that has a certificate of its own; `None` while there is none.
    pub current: Option<Arc<SealingKey>>,
}

/// The present [`KeySet`], to be shared.
pub struct Keyring {
    set: RwLock<Arc<KeySet>>,
    generation: watch::Sender<u64>,
}

impl Default for Keyring {
    fn default() -> Self {
        Self::new()
    }
}

impl Keyring {
    /// A keyring that has not been loaded.
    #[must_use]
    pub fn new() -> Self {
        Self { set: RwLock::default(), generation: watch::Sender::new(0) }
    }

    /// The keys now. Keep it for one piece of work, not longer: keys are taken away, too.
    #[must_use]
    pub fn snapshot(&self) -> Arc<KeySet> {
        // The lock is held to copy a pointer, here and in `publish`.
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells of every change by the new generation.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    /// Whether the key Secrets have been read, be there any or not.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.snapshot().generation > 0
    }

    /// Returns once the key Secrets have been read.
    pub async fn loaded(&self) {
        // The sender lives in `self`, so the wait cannot fail.
        let _ = self.subscribe().wait_for(|generation| *generation > 0).await;
    }

    /// Replaces the keys and counts the generation up.
    pub(crate) fn publish(&self, keys: Vec<(KeyAge, Arc<PrivateKey>)>, current: Option<Arc<SealingKey>>) {
        let generation = {
            let mut set = self.set.write().unwrap_or_else(PoisonError::into_inner);
            let generation = set.generation + 1;
            *set = Arc::new(KeySet { generation, keys, current });
            generation
        };
        self.generation.send_replace(generation);
    }
}
