//! Which private key to try first.
//!
//! An envelope does not say which key sealed it, and each wrong guess costs a whole RSA operation. The
//! order below makes the first guess right for nearly every value. It only ever reorders: every key is
//! tried in the end, so a wrong or forged hint costs time and nothing else.

use jiff::Timestamp;
use signet_secret::Fingerprint;

/// What is known of one key for ordering.
#[derive(Clone, Copy, Debug)]
pub struct KeyAge {
    /// Identity of the key.
    pub fingerprint: Fingerprint,
    /// The time by which keys are ordered: the certificate's start or the key Secret's creation.
    pub since: Timestamp,
}

/// What is known of the object whose values are to be opened. Nothing here is authenticated.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHints<'a> {
    /// The key that opened a value last.
    pub previous: Option<Fingerprint>,
    /// Keys that the object itself names.
    pub named: &'a [Fingerprint],
    /// When the object was created: its values were probably sealed with the newest key of that time.
    pub created: Option<Timestamp>,
}

/// Indices into `keys` in the order in which to try them: what the object names, the key that opened the previous
/// value, the key that was newest when the object was created, then the rest newest first.
///
/// `keys` must be sorted newest first.
#[must_use]
pub fn key_order(keys: &[KeyAge], hints: &KeyHints<'_>) -> Vec<usize> {
    let position = |wanted: &Fingerprint| keys.iter().position(|key| key.fingerprint == *wanted);
    let contemporary = hints.created.and_then(|created| keys.iter().position(|key| key.since <= created));
    let mut order = Vec::with_capacity(keys.len());
    let first_guesses = hints
        .named
        .iter()
        .filter_map(position)
        .chain(hints.previous.as_ref().and_then(position))
        .chain(contemporary);
    for index in first_guesses.chain(0..keys.len()) {
        if !order.contains(&index) {
            order.push(index);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(n: u8) -> Fingerprint {
        Fingerprint::from_digest([n; 32])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Four keys, newest first: 4 since 400, 3 since 300, ...
    fn keys() -> Vec<KeyAge> {
        (1..=4u8).rev().map(|n| KeyAge { fingerprint: print(n), since: at(i64::from(n) * 100) }).collect()
    }

    #[test]
    fn newest_first_when_nothing_is_known() {
        assert_eq!(key_order(&keys(), &KeyHints::default()), [0, 1, 2, 3]);
    }

    #[test]
    fn hints_come_first_then_previous_then_the_contemporary_key() {
        let hints = KeyHints { previous: Some(print(1)), named: &[print(3)], created: Some(at(250)) };
        assert_eq!(key_order(&keys(), &hints), [1, 3, 2, 0]);
    }

    #[test]
    fn unknown_hints_exclude_nothing() {
        let hints = KeyHints { previous: Some(print(9)), named: &[print(8)], created: Some(at(1)) };
        assert_eq!(key_order(&keys(), &hints), [0, 1, 2, 3]);
    }
}
