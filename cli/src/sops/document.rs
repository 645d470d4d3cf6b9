//! What all commands do with encrypted files: read, unlock, open, close.

use signet_sops::keys::KeyKind;
use signet_sops::{Branch, Cipher, DataKey, DecryptError, MacCheck, MacError, Metadata, SystemRandom, Tree};

use super::context::now;
use super::failure::{Failure, Outcome, codes};
use super::keys::{Services, not_unwrapped, not_wrapped};
use super::log;
use super::store::Store;
use super::version;

/// A file that was opened, in clear text.
pub(super) struct Opened {
    pub(super) tree: Tree,
    pub(super) cipher: Cipher,
}

/// How files are opened.
pub(super) struct Opening {
    pub(super) services: Services,
    pub(super) order: Vec<KeyKind>,
    pub(super) check: MacCheck,
}

impl Opening {
    /// Reads and opens an encrypted file.
    pub(super) fn open(&mut self, store: &Store, text: &[u8]) -> Outcome<Opened> {
        let tree = store.read_encrypted(text)?;
        version::check(&tree.metadata.version)?;
        let key = unlock(&tree.metadata, &mut self.services, &self.order)?;
        self.decrypt(tree, key)
    }

    fn decrypt(&self, tree: Tree, key: DataKey) -> Outcome<Opened> {
        let mut cipher = Cipher::new(key);
        let decrypted = tree.decrypt(&mut cipher, self.check).map_err(not_decrypted)?;
        if decrypted.clear_comments > 0 {
            log::warn(
                "Found possibly unencrypted comment in file. This is to be expected if the file being decrypted was \
                 created with an older version of SOPS.",
            );
        }
        Ok(Opened { tree: decrypted.tree, cipher })
    }
}

/// The data key of a file.
pub(super) fn unlock(metadata: &Metadata, services: &mut Services, order: &[KeyKind]) -> Outcome<DataKey> {
    metadata.unwrap_data_key(services, order).map_err(|error| {
        Failure::new(codes::COULD_NOT_RETRIEVE_KEY, not_unwrapped(&error, metadata.shamir_threshold))
    })
}

fn not_decrypted(error: DecryptError) -> Failure {
    match error {
        DecryptError::Mac(MacError::Undecryptable) => {
            Failure::new(codes::MAC_MISMATCH, "Cannot decrypt MAC: it or `lastmodified` was changed")
        }
        DecryptError::Mac(MacError::Missing) => {
            Failure::new(codes::MAC_MISMATCH, "MAC mismatch. File has no MAC")
        }
        // What was computed is a hash of secrets, so it is not shown.
        DecryptError::Mac(MacError::Mismatch) => {
            Failure::new(codes::MAC_MISMATCH, "MAC mismatch. The file was changed after it was encrypted")
        }
        other => Failure::because(codes::ERROR_DECRYPTING_TREE, "Error decrypting tree", &other),
    }
}

/// Has all master keys wrap the data key; in brackets, why they did not.
pub(super) fn wrap(metadata: &mut Metadata, key: &DataKey, services: &mut Services) -> Result<(), String> {
    if services.are_none() {
        return Err("[no key services provided, cannot update master keys]".to_owned());
    }
    if metadata.key_groups.is_empty() {
        return Err("[no key groups provided]".to_owned());
    }
    metadata.wrap_data_key(key, services, &mut SystemRandom).map_err(|error| not_wrapped(&error))
}

pub(super) fn new_data_key() -> Outcome<DataKey> {
    DataKey::generate(&mut SystemRandom)
        .map_err(|error| Failure::because(codes::GENERIC, "Could not generate data key", &error))
}

/// Encrypts and writes.
pub(super) fn close(store: &Store, tree: Tree, cipher: &Cipher) -> Outcome<Vec<u8>> {
    let tree = tree
        .encrypt(cipher, now(), &mut SystemRandom)
        .map_err(|error| Failure::because(codes::ERROR_ENCRYPTING_TREE, "Error encrypting tree", &error))?;
    store.write_encrypted(&tree)
}

/// Refuses what cannot be encrypted: nothing, and what is encrypted already.
pub(super) fn check_documents(store: &Store, documents: &[Branch]) -> Outcome {
    if documents.is_empty() {
        return Err(Failure::new(
            codes::NEED_AT_LEAST_ONE_DOCUMENT,
            "File cannot be completely empty, it must contain at least one document",
        ));
    }
    if store.format.is_encrypted(documents) {
        return Err(Failure::new(
            codes::FILE_ALREADY_ENCRYPTED,
            "The file has a top-level entry called 'sops', or entries that start with 'sops_' in a flat format.\n\
             Encrypted files keep their metadata there, so it is most likely encrypted already: edit it with\n\
             `sops edit FILE`. If it is not, rename that entry.",
        ));
    }
    Ok(())
}

/// What a flag says about the MAC.
pub(super) fn mac_check(ignore: bool) -> MacCheck {
    if ignore { MacCheck::Ignore } else { MacCheck::Verify }
}
