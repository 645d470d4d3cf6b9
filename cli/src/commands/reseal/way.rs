//! The two ways to seal again: here with private keys, or by the controller.

use std::sync::Arc;

use serde_json::json;
use signet_manifest::to_json_compact;
use signet_sealed::{Certificate, KeyHints, PublicKey, SystemRandom, Unsealer, seal_value};
use signet_secret::Fingerprint;

use crate::args::ResealArgs;
use crate::certificate::{self, Source};
use crate::cluster::Controller;
use crate::error::{Exit, Failure, Outcome};
use crate::object::{SealedSecret, rotated};
use crate::private_keys::{self, Keys};
use crate::settings;
use crate::unsealing::UnsealingError;

/// Who opens and seals.
pub(super) enum Way {
    /// This process.
    Keys(WithKeys),
    /// The controller of a cluster.
    Controller(Box<ThroughController>),
}

/// What became of one object.
pub(super) enum Resealed {
    /// The newest key had sealed it.
    Newest,
    /// New texts for its items.
    Changed {
        /// Keys and sealed texts; in a dry run the texts are empty.
        items: Vec<(String, String)>,
        /// The fingerprint to note in the object, if it is to have one.
        note: Option<String>,
    },
}

impl Way {
    pub(super) fn choose(args: &ResealArgs) -> Outcome<Self> {
        Ok(if args.keys.is_empty() {
            Self::Controller(Box::new(ThroughController::connect(args)?))
        } else {
            Self::Keys(WithKeys::load(args)?)
        })
    }

    pub(super) fn reseal(&self, sealed: &SealedSecret, args: &ResealArgs) -> Outcome<Resealed> {
        if sealed.is_legacy() {
            return Err(UnsealingError::Deprecated.into());
        }
        match self {
            Self::Keys(way) => way.reseal(sealed, args),
            Self::Controller(way) => way.reseal(sealed, args),
        }
    }

    /// The controller may have made a newer key while it was asked: then the notes in the files are not
    /// about the newest one, and a second run is needed.
    pub(super) fn check_still_newest(&self) -> Outcome {
        let Self::Controller(way) = self else { return Ok(()) };
        let now = certificate::usable(way.controller.certificate()?.expose())?.fingerprint();
        if now == way.newest {
            return Ok(());
        }
        Err(Failure::new(Exit::Partial, "the controller made a newer key in the meantime")
            .hint("run the same command again"))
    }
}

/// Private keys to open with and a public key to seal with.
pub(super) struct WithKeys {
    keys: Keys,
    newest: Newest,
}

/// The key that everything is sealed with.
enum Newest {
    Certificate(Certificate),
    Key(PublicKey),
}

impl Newest {
    fn key(&self) -> &PublicKey {
        match self {
            Self::Certificate(certificate) => certificate.public_key(),
            Self::Key(key) => key,
        }
    }
}

impl WithKeys {
    fn load(args: &ResealArgs) -> Outcome<Self> {
        let keys = private_keys::read_files(&args.keys)?;
        let newest = match &args.cert {
            Some(cert) => Newest::Certificate(certificate::usable(Source::parse(cert)?.read()?.expose())?),
            None => Newest::Key(newest_of(&keys)?),
        };
        Ok(Self { keys, newest })
    }

    fn reseal(&self, sealed: &SealedSecret, args: &ResealArgs) -> Outcome<Resealed> {
        let newest = self.newest.key().fingerprint();
        let label = sealed.label().map_err(|error| Failure::from_error(Exit::Input, &error))?;
        // The newest first: an object that it sealed then costs one operation an item.
        let named: Vec<Fingerprint> = [newest].into_iter().chain(sealed.sealed_with()).collect();
        let unsealer = Unsealer::new(&self.keys, KeyHints { named: &named, ..KeyHints::default() });
        let mut neighbour = None;
        let mut items = Vec::new();
        let mut unopened = Vec::new();
        for (key, text) in sealed.encrypted() {
            match unsealer.open(text, &label, neighbour) {
                Ok(opened) => {
                    neighbour = opened.key;
                    if opened.key != Some(newest) || args.force {
                        let text = if args.dry_run {
                            String::new()
                        } else {
                            seal_value(self.newest.key(), &label, opened.value.expose(), &mut SystemRandom)
                                .map_err(|error| Failure::from_error(Exit::Failure, &error))?
                        };
                        items.push((key.to_owned(), text));
                    }
                }
                Err(_) => unopened.push(key),
            }
        }
        if !unopened.is_empty() {
            return Err(Failure::new(
                Exit::Locked,
                format!("no key could decrypt secret ({})", unopened.join(", ")),
            ));
        }
        if items.is_empty() {
            return Ok(Resealed::Newest);
        }
        // Only where there is a note already: a tree that has none keeps none.
        let note = sealed.sealed_with().filter(|key| *key != newest).map(|_| newest.to_string());
        Ok(Resealed::Changed { items, note })
    }
}

/// The newest of the keys at hand, if it is known which one that is.
fn newest_of(keys: &Keys) -> Outcome<PublicKey> {
    let unknown = || {
        Failure::usage("the files do not say which of the keys is the newest")
            .hint("name its certificate with --cert, or give key Secrets as `signet keys backup` writes them")
    };
    let (first, rest) = keys.split_first().ok_or_else(|| Failure::input("no private key given"))?;
    // Keys come newest first; without certificates all are of the same age.
    if rest.first().is_some_and(|(age, _)| age.since == first.0.since) {
        return Err(unknown());
    }
    let key: &Arc<_> = &first.1;
    key.public_key().map_err(|error| Failure::from_error(Exit::Input, &error))
}

/// The controller and the key it seals with.
pub(super) struct ThroughController {
    controller: Controller,
    newest: Fingerprint,
}

impl ThroughController {
    fn connect(args: &ResealArgs) -> Outcome<Self> {
        let client = settings::client(&args.cluster, None);
        let controller = Controller::connect(&client, &settings::address(&args.controller))?;
        let newest = certificate::usable(controller.certificate()?.expose())?.fingerprint();
        Ok(Self { controller, newest })
    }

    fn reseal(&self, sealed: &SealedSecret, args: &ResealArgs) -> Outcome<Resealed> {
        if sealed.sealed_with() == Some(self.newest) && !args.force {
            return Ok(Resealed::Newest);
        }
        let note = Some(self.newest.to_string());
        let keys: Vec<&str> = sealed.encrypted().map(|(key, _)| key).collect();
        if keys.is_empty() {
            return Ok(Resealed::Newest);
        }
        if args.dry_run {
            let items = keys.into_iter().map(|key| (key.to_owned(), String::new())).collect();
            return Ok(Resealed::Changed { items, note });
        }
        let answer = self.controller.rotate(&bare(sealed)).map_err(|error| {
            if error.is_conflict() {
                Failure::new(Exit::Locked, "the controller cannot open it")
            } else {
                Failure::from(error).at("cannot re-encrypt")
            }
        })?;
        let new = rotated(answer.expose())?;
        let items: Vec<(String, String)> =
            new.encrypted().map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
        let same_items = items.iter().map(|(key, _)| key.as_str()).eq(keys);
        if !same_items || new.scope() != sealed.scope() {
            return Err(Failure::new(Exit::Cluster, "the controller answered with another object"));
        }
        Ok(Resealed::Changed { items, note })
    }
}

/// The object with nothing but what its values are bound to and the values. The sealed-secrets controller renders
/// templates into values and moves metadata about when it seals again: it gets neither.
fn bare(sealed: &SealedSecret) -> String {
    let mut metadata = json!({ "name": sealed.name(), "namespace": sealed.namespace() });
    if let Some(annotation) = sealed.scope().annotation() {
        metadata["annotations"] = json!({ annotation: "true" });
    }
    let items: serde_json::Map<String, serde_json::Value> =
        sealed.encrypted().map(|(key, text)| (key.to_owned(), text.into())).collect();
    let object = json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": metadata,
        "spec": { "encryptedData": items },
    });
    to_json_compact(&signet_manifest::Value::from_json(object)).as_str().to_owned()
}
