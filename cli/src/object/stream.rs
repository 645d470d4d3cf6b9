//! SealedSecrets in files, streams and answers.

use signet_manifest::{Document, Documents};

use super::SealedSecret;
use crate::error::{Exit, Failure, Outcome};

impl SealedSecret {
    /// Reads all SealedSecrets of a stream as kubeseal reads those it sends to the controller.
    ///
    /// # Errors
    /// When a document cannot be read; nothing of the stream is returned then.
    pub fn read_stream(bytes: &[u8]) -> Outcome<Vec<Self>> {
        let mut all = Vec::new();
        for document in documents(bytes)? {
            let number = document.index() + 1;
            let sealed = Self::read_any(document.value()).map_err(|error| {
                Failure::from_error(Exit::Input, &error).at(format_args!("document {number}"))
            })?;
            all.extend(sealed);
        }
        Ok(all)
    }
}

/// All documents of a stream.
///
/// # Errors
/// When one cannot be read.
pub fn documents(bytes: &[u8]) -> Outcome<Vec<Document>> {
    Documents::parse(bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::from_error(Exit::Input, &error))
}

/// The one SealedSecret of a text.
///
/// # Errors
/// When there is none, something else, or more than one document.
pub fn only_sealed_secret(bytes: &[u8]) -> Outcome<SealedSecret> {
    let documents = documents(bytes)?;
    match documents.as_slice() {
        [one] => SealedSecret::read(one.value()).map_err(|error| Failure::from_error(Exit::Input, &error)),
        [] => Err(Failure::input("the input is empty, expected a SealedSecret")),
        several => {
            let count = several.len();
            Err(Failure::input(format!("the input has {count} documents, expected one SealedSecret"))
                .hint("split the file and work on one document at a time"))
        }
    }
}

/// The SealedSecret in a controller's answer to a rotation, without what only a server keeps.
///
/// # Errors
/// When the answer is something else.
pub fn rotated(answer: &[u8]) -> Outcome<SealedSecret> {
    let wrong =
        || Failure::new(Exit::Cluster, "the controller answered with something that is not a SealedSecret");
    let documents = documents(answer).map_err(|_| wrong())?;
    let [document] = documents.as_slice() else { return Err(wrong()) };
    let mut sealed = SealedSecret::read_any(document.value()).ok().flatten().ok_or_else(wrong)?;
    sealed.clear_server_fields();
    Ok(sealed)
}
