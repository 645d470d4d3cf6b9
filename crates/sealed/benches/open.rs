//! Opening values: the right key first, keys tried in vain, and what is refused before any cryptography.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use signet_sealed::{Label, PrivateKey, Scope, SystemRandom, open_value, seal_value};

const KEYS: [(usize, &[u8]); 3] = [
    (2048, include_bytes!("../testdata/key-2048.pem")),
    (3072, include_bytes!("../testdata/key-3072.pem")),
    (4096, include_bytes!("../testdata/key-4096.pem")),
];

fn main() {
    divan::main();
}

fn key(bits: usize) -> PrivateKey {
    let (_, pem) = KEYS.into_iter().find(|(size, _)| *size == bits).expect("a key of this size");
    PrivateKey::from_pem(pem).expect("the key of the tests")
}

fn label(name: &str) -> Label {
    Label::new(Scope::Strict, "shop", name).expect("a label")
}

fn sealed(key: &PrivateKey, length: usize) -> String {
    let public = key.public_key().expect("a public half");
    seal_value(&public, &label("db"), &vec![b'x'; length], &mut SystemRandom).expect("a sealed value")
}

/// What a value costs when the key is known: one RSA operation.
#[divan::bench(args = [2048, 3072, 4096])]
fn value_of_64_bytes(bencher: Bencher<'_, '_>, bits: usize) {
    let (key, label) = (key(bits), label("db"));
    let text = sealed(&key, 64);
    bencher.counter(ItemsCount::new(1u32)).bench(|| open_value(&key, &label, &text));
}

/// From where on the value itself counts.
#[divan::bench(args = [1 << 10, 64 << 10, 1 << 20])]
fn value_by_length(bencher: Bencher<'_, '_>, length: usize) {
    let (key, label) = (key(2048), label("db"));
    let text = sealed(&key, length);
    bencher.counter(BytesCount::new(length)).bench(|| open_value(&key, &label, &text));
}

/// A value of another object costs as much as one that opens.
#[divan::bench]
fn wrong_label(bencher: Bencher<'_, '_>) {
    let (key, label) = (key(4096), label("other"));
    let text = sealed(&key, 64);
    bencher.counter(ItemsCount::new(1u32)).bench(|| open_value(&key, &label, &text));
}

/// A text that is no envelope costs nothing to speak of.
#[divan::bench]
fn truncated(bencher: Bencher<'_, '_>) {
    let (key, label) = (key(4096), label("db"));
    let text = sealed(&key, 64)[..64].to_owned();
    bencher.counter(ItemsCount::new(1u32)).bench(|| open_value(&key, &label, &text));
}
