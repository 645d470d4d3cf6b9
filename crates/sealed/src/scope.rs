use std::fmt;
use std::str::FromStr;

use crate::LabelError;

/// Annotation that makes a SealedSecret openable under any name in its namespace.
pub const NAMESPACE_WIDE_ANNOTATION: &str = "sealedsecrets.bitnami.com/namespace-wide";
/// Annotation that makes a SealedSecret openable under any name in any namespace.
pub const CLUSTER_WIDE_ANNOTATION: &str = "sealedsecrets.bitnami.com/cluster-wide";

/// How far a sealed value may travel from the name and namespace it was sealed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Only under this name in this namespace.
    #[default]
    Strict,
    /// Under any name in this namespace.
    NamespaceWide,
    /// Anywhere in the cluster.
    ClusterWide,
}

impl Scope {
    /// All scopes, narrowest first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::NamespaceWide, Self::ClusterWide];

    /// The scope that the annotations of an object declare. `annotation` looks one up by name.
    ///
    /// Only the exact value `true` counts, and cluster-wide wins over namespace-wide.
    #[must_use]
    pub fn from_annotations<'a>(annotation: impl Fn(&str) -> Option<&'a str>) -> Self {
        if annotation(CLUSTER_WIDE_ANNOTATION) == Some("true") {
            Self::ClusterWide
        } else if annotation(NAMESPACE_WIDE_ANNOTATION) == Some("true") {
            Self::NamespaceWide
        } else {
            Self::Strict
        }
    }

    /// The annotation that declares the scope; strict has none.
    #[must_use]
    pub const fn annotation(self) -> Option<&'static str> {
        match self {
            Self::Strict => None,
            Self::NamespaceWide => Some(NAMESPACE_WIDE_ANNOTATION),
            Self::ClusterWide => Some(CLUSTER_WIDE_ANNOTATION),
        }
    }

    /// The name on the command line: `strict`, `namespace-wide`, `cluster-wide`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::NamespaceWide => "namespace-wide",
            Self::ClusterWide => "cluster-wide",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    /// Reads the name on the command line; the empty text means strict.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::Strict);
        }
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("unknown scope {text:?}: use strict, namespace-wide or cluster-wide"))
    }
}

/// The bytes that OAEP authenticates: `NAMESPACE/NAME`, `NAMESPACE` or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label(Vec<u8>);

impl Label {
    /// The label of `scope` for an object. The parts that the scope does not bind are ignored.
    ///
    /// # Errors
    /// When a part that the scope binds is empty: such a value could never be opened in a cluster.
    pub fn new(scope: Scope, namespace: &str, name: &str) -> Result<Self, LabelError> {
        if scope != Scope::ClusterWide && namespace.is_empty() {
            return Err(LabelError::NoNamespace(scope));
        }
        if scope == Scope::Strict && name.is_empty() {
            return Err(LabelError::NoName);
        }
        Ok(match scope {
            Scope::Strict => Self([namespace, "/", name].concat().into_bytes()),
            Scope::NamespaceWide => Self(namespace.as_bytes().to_vec()),
            Scope::ClusterWide => Self(Vec::new()),
        })
    }

    /// The authenticated bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope_of(annotations: &[(&'static str, &'static str)]) -> Scope {
        Scope::from_annotations(|name| annotations.iter().find(|(n, _)| *n == name).map(|(_, v)| *v))
    }

    #[test]
    fn only_the_exact_value_true_widens_the_scope() {
        for value in ["True", "TRUE", "1", "yes", "", " true"] {
            assert_eq!(scope_of(&[(CLUSTER_WIDE_ANNOTATION, value)]), Scope::Strict, "{value:?}");
            assert_eq!(scope_of(&[(NAMESPACE_WIDE_ANNOTATION, value)]), Scope::Strict, "{value:?}");
        }
        assert_eq!(scope_of(&[(NAMESPACE_WIDE_ANNOTATION, "true")]), Scope::NamespaceWide);
        assert_eq!(scope_of(&[(CLUSTER_WIDE_ANNOTATION, "true")]), Scope::ClusterWide);
    }

    #[test]
    fn cluster_wide_wins_when_both_are_set() {
        let both = [(NAMESPACE_WIDE_ANNOTATION, "true"), (CLUSTER_WIDE_ANNOTATION, "true")];
        assert_eq!(scope_of(&both), Scope::ClusterWide);
    }

    #[test]
    fn labels_bind_what_the_scope_says() {
        let label = |scope| Label::new(scope, "ns", "n").map(|l| l.as_bytes().to_vec());
        assert_eq!(label(Scope::Strict), Ok(b"ns/n".to_vec()));
        assert_eq!(label(Scope::NamespaceWide), Ok(b"ns".to_vec()));
        assert_eq!(label(Scope::ClusterWide), Ok(Vec::new()));
    }

    #[test]
    fn a_bound_part_must_not_be_empty() {
        assert_eq!(Label::new(Scope::Strict, "", "n"), Err(LabelError::NoNamespace(Scope::Strict)));
        assert_eq!(Label::new(Scope::Strict, "ns", ""), Err(LabelError::NoName));
        assert!(Label::new(Scope::NamespaceWide, "ns", "").is_ok());
        assert!(Label::new(Scope::NamespaceWide, "", "n").is_err());
        assert!(Label::new(Scope::ClusterWide, "", "").is_ok());
    }

    #[test]
    fn scope_names_parse_and_print() {
        for scope in Scope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        assert_eq!("".parse(), Ok(Scope::Strict));
        assert!("Strict".parse::<Scope>().is_err());
    }
}
