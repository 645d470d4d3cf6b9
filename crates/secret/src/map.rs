use std::collections::BTreeMap;
use std::fmt;

use crate::Plaintext;

/// The name of one entry of a Secret's `data`, such as `db-password`. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an API server accepts the name: 1 to 253 of `a-z A-Z 0-9 - _ .`, and neither `.` nor `..`
    /// nor anything that begins with `..`.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (1..=253).contains(&self.0.len())
            && self.0.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && self.0 != "."
            && !self.0.starts_with("..")
    }
}

impl From<String> for KeyName {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl From<&str> for KeyName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The decrypted entries of one Secret, in key order.
#[derive(Default)]
pub struct SecretMap(BTreeMap<KeyName, Plaintext>);

impl SecretMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores a value; an earlier one under the same name is cleared.
    pub fn insert(&mut self, name: impl Into<KeyName>, value: Plaintext) {
        self.0.insert(name.into(), value);
    }

    /// The value under `name`.
    #[must_use]
    pub fn value(&self, name: &KeyName) -> Option<&Plaintext> {
        self.0.get(name)
    }

    /// Names and values in key order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&KeyName, &Plaintext)> {
        self.0.iter()
    }

    /// Names in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &KeyName> {
        self.0.keys()
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(KeyName, Plaintext)> for SecretMap {
    fn from_iter<I: IntoIterator<Item = (KeyName, Plaintext)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl IntoIterator for SecretMap {
    type Item = (KeyName, Plaintext);
    type IntoIter = std::collections::btree_map::IntoIter<KeyName, Plaintext>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_names_follow_the_api_server_rule() {
        for good in ["a", "tls.crt", ".dockerconfigjson", "A_b-9", &"x".repeat(253)] {
            assert!(KeyName::from(good).is_valid(), "{good} should be valid");
        }
        for bad in ["", ".", "..", "..a", "a b", "a/b", "ä", &"x".repeat(254)] {
            assert!(!KeyName::from(bad).is_valid(), "{bad} should be invalid");
        }
    }

    #[test]
    fn a_later_value_replaces_an_earlier_one() {
        let mut map = SecretMap::new();
        map.insert("a", Plaintext::from(b"1".to_vec()));
        map.insert("a", Plaintext::from(b"2".to_vec()));
        assert_eq!(map.len(), 1);
        assert_eq!(map.value(&"a".into()).map(Plaintext::expose), Some(&b"2"[..]));
    }
}
