//! The order in which the YAML library writes keys.

use std::cmp::Ordering;

use crate::map::Map;
use crate::value::Value;

/// The entries of a map in the library's order: digits compare as numbers (`key2` before
/// `key10`), letters come after everything else.
pub(crate) fn sorted(map: &Map) -> Vec<(&str, &Value)> {
    let entries: Vec<_> = map.iter().collect();
    merge_sort(entries)
}

/// The library's comparison is no total order for every set of keys, which the sorts of the
/// standard library may answer with a panic. This one always ends with some order.
fn merge_sort<'a>(mut entries: Vec<(&'a str, &'a Value)>) -> Vec<(&'a str, &'a Value)> {
    if entries.len() < 2 {
        return entries;
    }
    let right = merge_sort(entries.split_off(entries.len() / 2));
    let left = merge_sort(entries);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let from_right = compare(b.0, a.0) == Ordering::Less;
        merged.extend(if from_right { right.next() } else { left.next() });
    }
    merged.extend(left.chain(right));
    merged
}

fn compare(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else {
        return a.len().cmp(&b.len());
    };
    let (first_a, first_b) = (a[at], b[at]);
    match (first_a.is_alphabetic(), first_b.is_alphabetic()) {
        (true, true) => return first_a.cmp(&first_b),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // A zero that differs within a number counts as a digit of it, not as a leading zero.
    let inside_number = (first_a == '0' || first_b == '0')
        && a[..at].iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != '0');
    let start = i64::from(inside_number);
    let (number_a, digits_a) = number(&a[at..], start);
    let (number_b, digits_b) = number(&b[at..], start);
    number_a.cmp(&number_b).then(digits_a.cmp(&digits_b)).then(first_a.cmp(&first_b))
}

/// The number that `chars` begin with, after digits worth `start`, and its length.
fn number(chars: &[char], start: i64) -> (i64, usize) {
    let digits = chars.iter().map_while(|c| c.to_digit(10));
    digits.fold((start, 0), |(value, count), digit| {
        (value.wrapping_mul(10).wrapping_add(i64::from(digit)), count + 1)
    })
}
