//! Sealing values, by the size of the key and of the value.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use signet_sealed::{Label, PrivateKey, PublicKey, Scope, SystemRandom, seal_value};

fn main() {
    divan::main();
}

fn key(pem: &[u8]) -> PublicKey {
    PrivateKey::from_pem(pem).and_then(|key| key.public_key()).expect("the key of the tests")
}

fn label() -> Label {
    Label::new(Scope::Strict, "shop", "db").expect("a label")
}

#[divan::bench(args = [2048, 4096])]
fn value_of_64_bytes(bencher: Bencher<'_, '_>, bits: usize) {
    let key = key(match bits {
        2048 => include_bytes!("../testdata/key-2048.pem").as_slice(),
        _ => include_bytes!("../testdata/key-4096.pem"),
    });
    let (label, value) = (label(), [b'x'; 64]);
    bencher.counter(ItemsCount::new(1u32)).bench(|| seal_value(&key, &label, &value, &mut SystemRandom));
}

#[divan::bench(args = [1 << 10, 64 << 10, 1 << 20])]
fn value_by_length(bencher: Bencher<'_, '_>, length: usize) {
    let key = key(include_bytes!("../testdata/key-4096.pem"));
    let (label, value) = (label(), vec![b'x'; length]);
    bencher.counter(BytesCount::new(length)).bench(|| seal_value(&key, &label, &value, &mut SystemRandom));
}
