//! SealedSecrets as people seal them.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use signet_crds::bitnami::{SEALED_WITH_ANNOTATION, SealedSecret, SealedSecretSpec};
use signet_sealed::{Certificate, Label, Scope, SystemRandom, seal_value};

use super::canary::secret_text;

/// A Secret on its way to become a SealedSecret.
#[derive(Clone, Debug)]
#[must_use]
pub(super) struct Draft {
    object: SealedSecret,
    values: Vec<(String, Vec<u8>)>,
    /// Namespace, name and scope that the values are bound to.
    bound: (String, String, Scope),
}

impl Draft {
    /// Without values, in the strict scope.
    pub(super) fn new(namespace: &str, name: &str) -> Self {
        let mut object = SealedSecret::new(name, SealedSecretSpec::default());
        object.metadata.namespace = Some(namespace.to_owned());
        let bound = (namespace.to_owned(), name.to_owned(), Scope::Strict);
        Self { object, values: Vec::new(), bound }
    }

    /// Adds a value: the text, made recognisable by the canary.
    pub(super) fn value(self, name: &str, text: &str) -> Self {
        self.bytes(name, secret_text(text).into_bytes())
    }

    /// Adds a value as it is.
    pub(super) fn bytes(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.values.push((name.to_owned(), bytes));
        self
    }

    /// Declares a scope, and seals for it.
    pub(super) fn scope(self, scope: Scope) -> Self {
        let declared = match scope.annotation() {
            Some(annotation) => self.annotation(annotation, "true"),
            None => self,
        };
        declared.sealed_in(scope)
    }

    /// Seals for this scope, whatever the object declares.
    pub(super) fn sealed_in(mut self, scope: Scope) -> Self {
        self.bound.2 = scope;
        self
    }

    /// Seals for this namespace and name instead of the object's own.
    pub(super) fn sealed_for(mut self, namespace: &str, name: &str) -> Self {
        (self.bound.0, self.bound.1) = (namespace.to_owned(), name.to_owned());
        self
    }

    /// Adds an annotation of the SealedSecret itself.
    pub(super) fn annotation(mut self, name: &str, value: &str) -> Self {
        insert(&mut self.object.metadata.annotations, name, value);
        self
    }

    /// Adds a label of the SealedSecret itself.
    pub(super) fn label(mut self, name: &str, value: &str) -> Self {
        insert(&mut self.object.metadata.labels, name, value);
        self
    }

    /// Adds an annotation of the Secret to be.
    pub(super) fn template_annotation(mut self, name: &str, value: &str) -> Self {
        insert(&mut self.template().annotations, name, value);
        self
    }

    /// Adds a label of the Secret to be.
    pub(super) fn template_label(mut self, name: &str, value: &str) -> Self {
        insert(&mut self.template().labels, name, value);
        self
    }

    /// The type of the Secret to be.
    pub(super) fn of_type(mut self, type_: &str) -> Self {
        self.object.spec.template.type_ = type_.to_owned();
        self
    }

    /// Makes the Secret immutable.
    pub(super) fn immutable(mut self) -> Self {
        self.object.spec.template.immutable = Some(true);
        self
    }

    /// Adds what the builder has no word for.
    pub(super) fn with(mut self, change: impl FnOnce(&mut SealedSecret)) -> Self {
        change(&mut self.object);
        self
    }

    /// Says on the object which key it is sealed with, as our CLI does.
    pub(super) fn hinting(self, certificate: &Certificate) -> Self {
        self.annotation(SEALED_WITH_ANNOTATION, &certificate.fingerprint().to_string())
    }

    /// Seals the values.
    ///
    /// # Panics
    /// When that is not possible, which no test wants.
    pub(super) fn seal(&self, certificate: &Certificate) -> SealedSecret {
        let (namespace, name, scope) = &self.bound;
        let label = Label::new(*scope, namespace, name).expect("a test names what it seals for");
        let mut object = self.object.clone();
        for (name, bytes) in &self.values {
            let text = seal_value(certificate.public_key(), &label, bytes, &mut SystemRandom)
                .expect("a value can be sealed");
            object.spec.encrypted_data.insert(name.clone(), text);
        }
        object
    }

    /// An object with one entry that stands there as given.
    pub(super) fn seal_text(mut self, name: &str, text: &str) -> SealedSecret {
        self.object.spec.encrypted_data.insert(name.to_owned(), text.to_owned());
        self.object
    }

    fn template(&mut self) -> &mut ObjectMeta {
        &mut self.object.spec.template.metadata
    }
}

fn insert(map: &mut Option<BTreeMap<String, String>>, name: &str, value: &str) {
    map.get_or_insert_default().insert(name.to_owned(), value.to_owned());
}

/// What the Secret of these values holds.
pub(super) fn data(values: &[(&str, &str)]) -> BTreeMap<String, ByteString> {
    let entry =
        |(name, text): &(&str, &str)| ((*name).to_owned(), ByteString(secret_text(text).into_bytes()));
    values.iter().map(entry).collect()
}

/// Labels or annotations.
pub(super) fn texts(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
