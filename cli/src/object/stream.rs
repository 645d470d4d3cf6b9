//! SealedSecrets in files, streams and answers.

use signet_manifest::{Document, Documents, Value};

use super::{KindError, SealedSecret};
use crate::error::{Exit, Failure, Outcome};

impl SealedSecret {
    /// Reads all SealedSecrets of a stream as kubeseal reads those it sends to the controller.
    ///
    /// # Errors
    /// When a document cannot be read; nothing of the stream is returned then.
    pub(crate) fn read_stream(bytes: &[u8]) -> Outcome<Vec<Self>> {
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
pub(crate) fn documents(bytes: &[u8]) -> Outcome<Vec<Document>> {
    Documents::parse(bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::from_error(Exit::Input, &error))
}

/// The one SealedSecret of a text.
///
/// # Errors
/// When there is none, something else, or more than one document.
pub(crate) fn only_sealed_secret(bytes: &[u8]) -> Outcome<SealedSecret> {
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

/// The first SealedSecret of a text, and how many documents follow it.
///
/// # Errors
/// When there is none, or the first document is something else.
pub(crate) fn first_sealed_secret(bytes: &[u8]) -> Outcome<(SealedSecret, usize)> {
    match documents(bytes)?.as_slice() {
        [first, rest @ ..] => SealedSecret::read(first.value())
            .map(|sealed| (sealed, rest.len()))
            .map_err(|error| Failure::from_error(Exit::Input, &error)),
        [] => Err(Failure::input("the input is empty, expected a SealedSecret")),
    }
}

/// The SealedSecret in a controller's answer to a rotation, without what only a server keeps.
///
/// # Errors
/// When the answer is something else.
pub(crate) fn rotated(answer: &[u8]) -> Outcome<SealedSecret> {
    let wrong =
        || Failure::new(Exit::Cluster, "the controller answered with something that is not a SealedSecret");
    let documents = documents(answer).map_err(|_| wrong())?;
    let [document] = documents.as_slice() else { return Err(wrong()) };
    let mut sealed = SealedSecret::read_any(document.value()).ok().flatten().ok_or_else(wrong)?;
    sealed.clear_server_fields();
    Ok(sealed)
}

/// A SealedSecret among the documents of a text.
pub(crate) struct Located {
    /// Index of its document.
    pub(crate) document: usize,
    /// The way from the root of the document to the object: empty, or into the items of a list.
    pub(crate) path: Vec<String>,
    /// The object.
    pub(crate) sealed: SealedSecret,
}

impl Located {
    /// The way from the root of the document to a field of the object.
    pub(crate) fn field<'a>(&'a self, field: &[&'a str]) -> Vec<&'a str> {
        self.path.iter().map(String::as_str).chain(field.iter().copied()).collect()
    }
}

/// The SealedSecrets among documents, also those in lists as `kubectl get -o yaml` prints them. Everything else is
/// left out.
///
/// # Errors
/// When one that calls itself a SealedSecret cannot be read.
pub(crate) fn locate(documents: &[Document]) -> Result<Vec<Located>, KindError> {
    let mut found = Vec::new();
    for (document, content) in documents.iter().enumerate() {
        descend(content.value(), document, &mut Vec::new(), &mut found)?;
    }
    Ok(found)
}

fn descend(
    value: &Value,
    document: usize,
    path: &mut Vec<String>,
    found: &mut Vec<Located>,
) -> Result<(), KindError> {
    if SealedSecret::claims_to_be(value) {
        found.push(Located { document, path: path.clone(), sealed: SealedSecret::read(value)? });
    } else if let Some(items) = value.at(&["items"]).and_then(Value::as_seq) {
        for (at, item) in items.iter().enumerate() {
            path.extend(["items".to_owned(), at.to_string()]);
            descend(item, document, path, found)?;
            path.truncate(path.len() - 2);
        }
    }
    Ok(())
}
