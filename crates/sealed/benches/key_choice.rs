//! Choosing which key to try: it must cost nothing beside the RSA operation that it saves.

use std::hint::black_box;

use divan::Bencher;
use jiff::Timestamp;
use signet_sealed::{KeyAge, KeyHints, key_order};
use signet_secret::Fingerprint;

fn main() {
    divan::main();
}

/// Newest first, a month apart.
fn keys(count: usize) -> Vec<KeyAge> {
    let key = |number: usize| KeyAge { fingerprint: fingerprint(number), since: month(number) };
    (0..count).rev().map(key).collect()
}

fn fingerprint(number: usize) -> Fingerprint {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&number.to_be_bytes());
    Fingerprint::from_digest(digest)
}

fn month(number: usize) -> Timestamp {
    let seconds = i64::try_from(number).expect("few keys") * 30 * 86_400;
    Timestamp::from_second(seconds).expect("in this century")
}

#[divan::bench(args = [1, 24, 240])]
fn nothing_known(bencher: Bencher<'_, '_>, count: usize) {
    let keys = keys(count);
    bencher.bench(|| key_order(black_box(&keys), &KeyHints::default()));
}

/// Every hint leads to another key, the last of them to the oldest.
#[divan::bench(args = [24, 240])]
fn everything_known(bencher: Bencher<'_, '_>, count: usize) {
    let keys = keys(count);
    let named = [fingerprint(count / 2), fingerprint(1)];
    let hints = KeyHints { previous: Some(fingerprint(2)), named: &named, created: Some(month(0)) };
    bencher.bench(|| key_order(black_box(&keys), black_box(&hints)));
}
