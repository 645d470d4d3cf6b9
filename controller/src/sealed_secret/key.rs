use std::borrow::Borrow;
use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::{Arc, OnceLock};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// Namespace and name of an object, `namespace/name` in one shared allocation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(Arc<str>);

impl ObjectKey {
    /// The key of `namespace` and `name`. Neither can hold a slash.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self([namespace, "/", name].concat().into())
    }

    /// The key of an object with this metadata.
    #[must_use]
    pub fn of(metadata: &ObjectMeta) -> Self {
        Self::new(
            metadata.namespace.as_deref().unwrap_or_default(),
            metadata.name.as_deref().unwrap_or_default(),
        )
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.0.split_once('/').map_or("", |(namespace, _)| namespace)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }
}

impl Borrow<str> for ObjectKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Eight bytes that stand for a text or a set of texts inside this process. The hash is keyed anew in each process, so
/// nobody can prepare two texts that collide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Digest(u64);

impl Digest {
    /// Of one value.
    pub(crate) fn of(value: impl std::hash::Hash) -> Self {
        static STATE: OnceLock<std::hash::RandomState> = OnceLock::new();
        Self(STATE.get_or_init(std::hash::RandomState::new).hash_one(value))
    }

    /// Of a set: the order of `items` does not matter, and each must occur once.
    pub(crate) fn of_set(items: impl IntoIterator<Item = impl std::hash::Hash>) -> Self {
        Self(items.into_iter().map(|item| Self::of(item).0).fold(0, u64::wrapping_add))
    }
}
