//! `signet set` and `signet unset`: one item of a SealedSecret file, every other byte left alone.

use std::path::Path;

use signet_manifest::Edit;
use signet_sealed::{Label, Scope, SystemRandom, seal_value};
use signet_secret::{KeyName, Plaintext};

use crate::args::{SetArgs, UnsetArgs};
use crate::certificate;
use crate::cluster::ClientSettings;
use crate::error::{Exit, Failure, Outcome};
use crate::input;
use crate::object::{Located, SealedSecret, locate};
use crate::output::{PendingFile, say};
use crate::prompt;
use crate::sealing::ClientNamespace;
use crate::settings::{self, CertificateChoice, InputFile};

/// Seals a value and puts it under a key.
pub(super) fn set(args: SetArgs) -> Outcome {
    let choice = CertificateChoice::new(&args.certificate)?;
    let client = settings::client(&args.cluster, args.namespace.as_deref());
    if !KeyName::from(args.key.as_str()).is_valid() {
        return Err(Failure::usage(format!("{:?} cannot be a key of a Secret", args.key))
            .hint("use letters, digits, `-`, `_` and `.`"));
    }
    let mut file = SealedFile::open(&args.file, args.name.as_deref())?;
    let sealed = &file.target.sealed;
    let label = label(sealed, &client).map_err(|failure| failure.at(args.file.display()))?;
    let certificate = certificate::choose(&choice, &client)?;
    let value = value(args.from_file.as_deref(), &args.key)?;
    let text = seal_value(certificate.public_key(), &label, value.expose(), &mut SystemRandom)
        .map_err(|error| Failure::from_error(Exit::Failure, &error))?;
    let replaces = sealed.encrypted().any(|(key, _)| key == args.key);
    let done = format!(
        "{} `{}` of {}, {} bytes",
        if replaces { "replaced" } else { "added" },
        args.key,
        sealed.place(),
        value.len()
    );
    let path = file.target.field(&["spec", "encryptedData", &args.key]);
    file.edit
        .set_string(file.target.document, &path, &text)
        .map_err(|error| not_edited(&args.file, &error))?;
    file.save()?;
    say(done);
    Ok(())
}

/// Removes a key.
pub(super) fn unset(args: UnsetArgs) -> Outcome {
    let mut file = SealedFile::open(&args.file, args.name.as_deref())?;
    let sealed = &file.target.sealed;
    if !sealed.encrypted().any(|(key, _)| key == args.key) {
        let place = sealed.place();
        return Err(Failure::input(format!("{place} has no item `{}`", args.key))
            .at(args.file.display())
            .hint(format!("signet inspect {}", args.file.display())));
    }
    let done = format!("removed `{}` of {}", args.key, sealed.place());
    let path = file.target.field(&["spec", "encryptedData", &args.key]);
    file.edit.remove(file.target.document, &path).map_err(|error| not_edited(&args.file, &error))?;
    file.save()?;
    say(done);
    Ok(())
}

/// A file and the SealedSecret in it that is to be changed.
struct SealedFile<'a> {
    path: &'a Path,
    edit: Edit,
    target: Located,
}

impl<'a> SealedFile<'a> {
    fn open(path: &'a Path, name: Option<&str>) -> Outcome<Self> {
        let bad = |message: String| Failure::input(message).at(path.display());
        let bytes = input::read_file(path)?;
        let text = std::str::from_utf8(bytes.expose()).map_err(|_| bad("not valid UTF-8".to_owned()))?;
        let edit = Edit::new(text).map_err(|error| bad(error.to_string()))?;
        let mut found = locate(edit.documents()).map_err(|error| bad(error.to_string()))?;
        found.retain(|located| name.is_none_or(|name| located.sealed.name() == name));
        let names: Vec<String> = found.iter().map(|located| located.sealed.place()).collect();
        match (found.pop(), found.is_empty()) {
            (Some(target), true) if target.sealed.is_legacy() => {
                Err(bad("the object uses the deprecated field `spec.data`, which has no items".to_owned()))
            }
            (Some(target), true) => Ok(Self { path, edit, target }),
            (Some(_), false) => Err(bad(format!("several SealedSecrets: {}", names.join(", ")))
                .hint("choose one with --name NAME")),
            (None, _) => Err(bad("no such SealedSecret in the file".to_owned())
                .hint("signet seal makes one out of a Secret")),
        }
    }

    fn save(self) -> Outcome {
        PendingFile::replacing_in_place(self.path)?.replace_with(self.edit.finish().as_bytes())
    }
}

fn not_edited(path: &Path, error: &signet_manifest::EditError) -> Failure {
    Failure::from_error(Exit::Input, error).at(path.display())
}

/// What the new value is bound to: what the object says, with the client's namespace where it says none.
fn label(sealed: &SealedSecret, client: &ClientSettings) -> Outcome<Label> {
    let scope = sealed.scope();
    let namespace = match (scope, sealed.namespace(), client.explicit()) {
        (Scope::ClusterWide, ..) => String::new(),
        (_, "", _) => client.namespace().ok().ok_or_else(|| {
            Failure::input("the SealedSecret names no namespace").hint("give one with --namespace NAMESPACE")
        })?,
        (_, found, Some(wanted)) if found != wanted => {
            return Err(Failure::input(format!(
                "namespace mismatch: the SealedSecret is in namespace {found:?} but {wanted:?} was specified"
            )));
        }
        (_, found, _) => found.to_owned(),
    };
    Label::new(scope, &namespace, sealed.name()).map_err(|error| Failure::from_error(Exit::Input, &error))
}

/// The value: of a file, a prompt, or standard input, byte for byte.
fn value(from_file: Option<&Path>, key: &str) -> Outcome<Plaintext> {
    let value = match from_file.map(InputFile::new) {
        Some(InputFile::Path(path)) => input::read_file(&path)?,
        _ if input::stdin_is_terminal() => return prompt::ask(&format!("Value of `{key}` (not shown): ")),
        _ => input::read_stdin()?,
    };
    if value.expose().ends_with(b"\n") {
        say("note: the value ends with a line break, which is part of it");
    }
    Ok(value)
}
