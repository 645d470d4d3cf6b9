//! Reading keys and certificates, which a controller does at start and at each new key; and making a key.

use divan::Bencher;
use signet_sealed::{Certificate, PrivateKey, envelope_size};

fn main() {
    divan::main();
}

#[divan::bench]
fn private_key_of_2048_bits() -> bool {
    PrivateKey::from_pem(include_bytes!("../testdata/key-2048.pem")).is_ok()
}

#[divan::bench]
fn private_key_of_4096_bits() -> bool {
    PrivateKey::from_pem(include_bytes!("../testdata/key-4096.pem")).is_ok()
}

#[divan::bench]
fn certificate_of_4096_bits() -> bool {
    Certificate::from_pem(include_bytes!("../testdata/cert-4096.pem")).is_ok()
}

#[divan::bench]
fn size_of_a_sealed_value(bencher: Bencher<'_, '_>) {
    let file = include_str!("../testdata/vectors/4096-text.txt");
    let (_, text) = file.split_once("\n\n").expect("a blank line between head and value");
    bencher.bench(|| envelope_size(text.trim_end()));
}

/// The spread is wide by nature: the search for primes is random.
#[divan::bench(args = [2048, 4096], sample_count = 20, sample_size = 1)]
fn new_key(bits: usize) -> bool {
    PrivateKey::generate(bits).is_ok()
}
