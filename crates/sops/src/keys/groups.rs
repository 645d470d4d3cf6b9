//! The data key and its groups: with one group each key wraps the whole of it, with several each wraps a share.

use std::fmt;

use zeroize::Zeroizing;

use super::{KeyGroup, KeyKind, MasterKey};
use crate::cipher::DataKey;
use crate::metadata::Metadata;
use crate::random::Randomness;
use crate::shamir::{self, SplitError};

/// Wraps data keys.
pub trait Wrapper {
    /// Why a key could not wrap.
    type Error;

    /// The wrapped form of a data key or a share of one, as it goes into the file.
    ///
    /// # Errors
    /// When this key cannot wrap it.
    fn wrap(&mut self, key: &MasterKey, secret: &[u8]) -> Result<String, Self::Error>;
}

/// Unwraps data keys.
pub trait Unwrapper {
    /// Why a key could not unwrap.
    type Error;

    /// The data key, or the share of one, that `key.wrapped` holds.
    ///
    /// # Errors
    /// When this key cannot unwrap it.
    fn unwrap(&mut self, key: &MasterKey) -> Result<Zeroizing<Vec<u8>>, Self::Error>;
}

/// Why a data key was not wrapped.
#[derive(Debug, thiserror::Error)]
pub enum WrapError<E> {
    /// There is no group, or one without keys: nobody could decrypt.
    #[error("empty key group provided")]
    EmptyGroup,
    /// The key could not be shared between the groups.
    #[error("cannot share the data key between the key groups")]
    Split(#[from] SplitError),
    /// Keys that failed, each with its reason.
    #[error("{} master keys could not wrap the data key", .0.len())]
    Keys(Vec<KeyFailure<E>>),
}

/// Why no data key was recovered.
#[derive(Debug)]
pub struct UnwrapError<E> {
    /// How many groups are needed.
    pub needed: usize,
    /// For each group of the file, its failures, or nothing if it succeeded.
    pub groups: Vec<Option<GroupFailure<E>>>,
}

/// The failures of the keys of one group, in the order in which they were tried.
pub type GroupFailure<E> = Vec<KeyFailure<E>>;

/// A key that failed.
#[derive(Debug)]
pub struct KeyFailure<E> {
    /// The name of the key.
    pub key: String,
    /// What went wrong.
    pub error: E,
}

impl<E> fmt::Display for UnwrapError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recovered = self.groups.iter().filter(|group| group.is_none()).count();
        write!(
            f,
            "the data key was recovered from {recovered} key groups of the {} that are needed",
            self.needed
        )
    }
}

impl<E: fmt::Debug> std::error::Error for UnwrapError<E> {}

impl Metadata {
    /// Has every master key wrap the data key. A threshold of none becomes the number of groups.
    ///
    /// # Errors
    /// [`WrapError`]; the metadata is unchanged then.
    pub fn wrap_data_key<W: Wrapper>(
        &mut self,
        data_key: &DataKey,
        wrapper: &mut W,
        randomness: &mut dyn Randomness,
    ) -> Result<(), WrapError<W::Error>> {
        if self.key_groups.is_empty() || self.key_groups.iter().any(Vec::is_empty) {
            return Err(WrapError::EmptyGroup);
        }
        let mut threshold = self.shamir_threshold;
        let secrets = if let [_] = self.key_groups.as_slice() {
            vec![Zeroizing::new(data_key.expose().to_vec())]
        } else {
            if threshold == 0 {
                threshold = self.key_groups.len();
            }
            shamir::split(data_key.expose(), self.key_groups.len(), threshold, randomness)?
        };
        let mut failures = Vec::new();
        let mut groups = self.key_groups.clone();
        for (group, secret) in groups.iter_mut().zip(&secrets) {
            for key in group {
                match wrapper.wrap(key, secret) {
                    Ok(wrapped) => key.wrapped = wrapped,
                    Err(error) => failures.push(KeyFailure { key: key.id.to_string(), error }),
                }
            }
        }
        if !failures.is_empty() {
            return Err(WrapError::Keys(failures));
        }
        self.shamir_threshold = threshold;
        self.key_groups = groups;
        Ok(())
    }

    /// Recovers the data key. Every group is tried, in the order of the file; in a group the kinds in `order` first,
    /// until one key succeeds.
    ///
    /// # Errors
    /// [`UnwrapError`] when too few groups give their share, or when the shares give no key.
    pub fn unwrap_data_key<U: Unwrapper>(
        &self,
        unwrapper: &mut U,
        order: &[KeyKind],
    ) -> Result<DataKey, UnwrapError<U::Error>> {
        let mut secrets = Vec::new();
        let mut groups = Vec::new();
        for group in &self.key_groups {
            let unwrapped = unwrap_group(group, unwrapper, order);
            groups.push(unwrapped.map(|secret| secrets.push(secret)).err());
        }
        let needed = if self.key_groups.len() == 1 { 1 } else { self.shamir_threshold.max(2) };
        let secret = match secrets.as_mut_slice() {
            shares if shares.len() < needed => None,
            [secret] => Some(std::mem::take(secret)),
            shares => shamir::combine(shares),
        };
        secret.and_then(|secret| DataKey::from_bytes(&secret)).ok_or(UnwrapError { needed, groups })
    }
}

fn unwrap_group<U: Unwrapper>(
    group: &KeyGroup,
    unwrapper: &mut U,
    order: &[KeyKind],
) -> Result<Zeroizing<Vec<u8>>, GroupFailure<U::Error>> {
    let mut keys: Vec<&MasterKey> = group.iter().collect();
    keys.sort_by_key(|key| order.iter().position(|kind| *kind == key.id.kind()).unwrap_or(order.len()));
    let mut failures = Vec::new();
    for key in keys {
        match unwrapper.unwrap(key) {
            Ok(secret) => return Ok(secret),
            Err(error) => failures.push(KeyFailure { key: key.id.to_string(), error }),
        }
    }
    Err(failures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeyId;
    use crate::testing::{Counter, data_key, metadata, now};

    /// Wraps by writing hexadecimal digits, and fails for the keys that it is told.
    #[derive(Default)]
    struct Hex {
        broken: Vec<&'static str>,
        asked: Vec<String>,
    }

    impl Hex {
        fn ask(&mut self, key: &MasterKey) -> Result<(), &'static str> {
            let name = key.id.to_string();
            let broken = self.broken.contains(&name.as_str());
            self.asked.push(name);
            if broken { Err("broken") } else { Ok(()) }
        }
    }

    impl Wrapper for Hex {
        type Error = &'static str;

        fn wrap(&mut self, key: &MasterKey, secret: &[u8]) -> Result<String, &'static str> {
            self.ask(key)?;
            Ok(secret.iter().map(|byte| format!("{byte:02x}")).collect())
        }
    }

    impl Unwrapper for Hex {
        type Error = &'static str;

        fn unwrap(&mut self, key: &MasterKey) -> Result<Zeroizing<Vec<u8>>, &'static str> {
            self.ask(key)?;
            let byte = |at| u8::from_str_radix(&key.wrapped[at..at + 2], 16).expect("these are digits");
            Ok(Zeroizing::new((0..key.wrapped.len()).step_by(2).map(byte).collect()))
        }
    }

    fn age(name: &str) -> MasterKey {
        MasterKey::new(KeyId::Age { recipient: name.into() }, now())
    }

    fn pgp(name: &str) -> MasterKey {
        MasterKey::new(KeyId::Pgp { fingerprint: name.into() }, now())
    }

    fn wrapped(groups: Vec<KeyGroup>, threshold: usize) -> Metadata {
        let mut metadata = metadata(groups);
        metadata.shamir_threshold = threshold;
        metadata
            .wrap_data_key(&data_key(), &mut Hex::default(), &mut Counter::default())
            .expect("the groups are good");
        metadata
    }

    fn unwrapped(metadata: &Metadata, broken: &[&'static str]) -> bool {
        let mut hex = Hex { broken: broken.to_vec(), asked: Vec::new() };
        let key = metadata.unwrap_data_key(&mut hex, &[]);
        key.is_ok_and(|key| key.expose() == data_key().expose())
    }

    #[test]
    fn one_key_of_one_group_is_enough() {
        let metadata = wrapped(vec![vec![pgp("a"), age("b")]], 0);
        assert_eq!(metadata.shamir_threshold, 0);
        assert!(unwrapped(&metadata, &[]));
        assert!(unwrapped(&metadata, &["a"]));
        assert!(unwrapped(&metadata, &["b"]));
        assert!(!unwrapped(&metadata, &["a", "b"]));
    }

    #[test]
    fn as_many_groups_as_the_threshold_are_enough() {
        let groups = || vec![vec![age("a"), age("b")], vec![age("c")], vec![age("d")]];
        let two = wrapped(groups(), 2);
        assert!(unwrapped(&two, &["a", "c"]));
        assert!(!unwrapped(&two, &["a", "b", "c"]));
        let all = wrapped(groups(), 0);
        assert_eq!(all.shamir_threshold, 3);
        assert!(unwrapped(&all, &["a"]));
        assert!(!unwrapped(&all, &["d"]));
    }

    #[test]
    fn kinds_that_are_listed_come_first_and_the_rest_in_the_order_of_the_file() {
        let metadata = wrapped(vec![vec![pgp("p"), age("x"), age("y")]], 0);
        let mut hex = Hex { broken: vec!["p", "x", "y"], asked: Vec::new() };
        let error = metadata.unwrap_data_key(&mut hex, &[KeyKind::Age, KeyKind::Pgp]).err();
        assert_eq!(hex.asked, ["x", "y", "p"]);
        let error = error.expect("no key works");
        assert_eq!(error.needed, 1);
        assert_eq!(error.groups[0].as_ref().map(Vec::len), Some(3));
        assert_eq!(
            error.to_string(),
            "the data key was recovered from 0 key groups of the 1 that are needed"
        );
    }

    #[test]
    fn every_key_must_wrap() {
        let mut metadata = metadata(vec![vec![age("a"), age("b")]]);
        let before = metadata.clone();
        let mut hex = Hex { broken: vec!["b"], asked: Vec::new() };
        let result = metadata.wrap_data_key(&data_key(), &mut hex, &mut Counter::default());
        assert!(
            matches!(result, Err(WrapError::Keys(failures)) if failures.len() == 1 && failures[0].key == "b")
        );
        assert!(metadata == before);
        for groups in [vec![], vec![vec![]], vec![vec![age("a")], vec![]]] {
            metadata.key_groups = groups;
            let result = metadata.wrap_data_key(&data_key(), &mut Hex::default(), &mut Counter::default());
            assert!(matches!(result, Err(WrapError::EmptyGroup)));
        }
    }

    #[test]
    fn a_key_of_another_length_is_none() {
        let mut metadata = wrapped(vec![vec![age("a")]], 0);
        metadata.key_groups[0][0].wrapped.push_str("00");
        assert!(metadata.unwrap_data_key(&mut Hex::default(), &[]).is_err());
    }
}
