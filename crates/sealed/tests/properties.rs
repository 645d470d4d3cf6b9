//! What must hold for every value, key size, name and scope.

#![allow(clippy::disallowed_methods, reason = "the tests read their vectors from files")]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use signet_sealed::{
    ItemFault, KeyAge, KeyHints, Label, PrivateKey, Randomness, RandomnessError, Scope, SealError,
    SystemRandom, Unsealer, open_value, seal_value,
};

fn read(name: &str) -> PrivateKey {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    PrivateKey::from_pem(&std::fs::read(path).unwrap()).unwrap()
}

static KEYS: LazyLock<Vec<Arc<PrivateKey>>> = LazyLock::new(|| {
    ["key-2048.pem", "key-3072.pem", "key-4096.pem"].map(|name| Arc::new(read(name))).into()
});

fn seal(key: &PrivateKey, label: &Label, plaintext: &[u8]) -> String {
    seal_value(&key.public_key().unwrap(), label, plaintext, &mut SystemRandom).unwrap()
}

fn scopes() -> impl Strategy<Value = Scope> {
    prop::sample::select(Scope::ALL.to_vec())
}

const NAME: &str = "[a-z]([a-z0-9.-]{0,20}[a-z0-9])?";

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens(
        scope in scopes(), namespace in NAME, name in NAME, size in 0usize..3,
        plaintext in prop_oneof![prop::collection::vec(any::<u8>(), 0..200), prop::collection::vec(any::<u8>(), 60_000..70_000)],
    ) {
        let label = Label::new(scope, &namespace, &name).unwrap();
        let key = &KEYS[size];
        let text = seal(key, &label, &plaintext);
        prop_assert!(text.starts_with(["AQ", "AY", "Ag"][size]));
        let opened = open_value(key, &label, &text).unwrap();
        prop_assert!(opened.expose() == plaintext);
    }

    #[test]
    fn any_changed_bit_is_refused(plaintext in prop::collection::vec(any::<u8>(), 0..40), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::STANDARD;
        let label = Label::new(Scope::Strict, "ns", "name").unwrap();
        let mut bytes = engine.decode(seal(&KEYS[0], &label, &plaintext)).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert_eq!(open_value(&KEYS[0], &label, &engine.encode(bytes)).err(), Some(ItemFault::NoKey));
    }

    #[test]
    fn a_changed_name_namespace_or_scope_is_refused_as_far_as_the_scope_binds_it(
        scope in scopes(), namespace in NAME, name in NAME, other_scope in scopes(), other_namespace in NAME, other_name in NAME,
    ) {
        let sealed_for = Label::new(scope, &namespace, &name).unwrap();
        let read_as = Label::new(other_scope, &other_namespace, &other_name).unwrap();
        let text = seal(&KEYS[0], &sealed_for, b"v");
        prop_assert_eq!(open_value(&KEYS[0], &read_as, &text).is_ok(), sealed_for == read_as);
        let moved = Label::new(scope, &other_namespace, &name).unwrap();
        let opens = open_value(&KEYS[0], &moved, &text).is_ok();
        prop_assert_eq!(opens, scope == Scope::ClusterWide || namespace == other_namespace);
        let renamed = Label::new(scope, &namespace, &other_name).unwrap();
        let opens = open_value(&KEYS[0], &renamed, &text).is_ok();
        prop_assert_eq!(opens, scope != Scope::Strict || name == other_name);
    }

    #[test]
    fn opening_never_panics(text in prop_oneof!["[A-Za-z0-9+/=\r\n]{0,900}", any::<String>()]) {
        let label = Label::new(Scope::ClusterWide, "", "").unwrap();
        prop_assert!(open_value(&KEYS[0], &label, &text).is_err());
    }

    #[test]
    fn parsing_keys_and_certificates_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), tag in 0usize..4) {
        let tag = ["RSA PRIVATE KEY", "PRIVATE KEY", "CERTIFICATE", "EC PRIVATE KEY"][tag];
        let pem = pem::encode(&pem::Pem::new(tag, bytes));
        prop_assert!(PrivateKey::from_pem(pem.as_bytes()).is_err());
        prop_assert!(signet_sealed::Certificate::all_from_pem(pem.as_bytes()).is_err());
    }
}

/// Newest first, all of the same size so that each wrong one costs an operation.
fn ring(count: usize) -> Vec<(KeyAge, Arc<PrivateKey>)> {
    (0..count)
        .map(|n| {
            let key = if n == count - 1 { read("key-2048.pem") } else { PrivateKey::generate(2048).unwrap() };
            let since = jiff::Timestamp::from_second(1000 - n as i64).unwrap();
            (KeyAge { fingerprint: key.fingerprint(), since }, Arc::new(key))
        })
        .collect()
}

#[test]
fn a_value_costs_one_operation_once_the_key_of_its_neighbour_is_known() {
    let ring = ring(5);
    let label = Label::new(Scope::Strict, "ns", "name").unwrap();
    let texts: Vec<(String, String)> =
        (0..10).map(|n| (format!("k{n}"), seal(&ring[4].1, &label, format!("v{n}").as_bytes()))).collect();
    let items = || texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let cold = Unsealer::new(&ring, KeyHints::default()).open_all(items(), &label).ok().unwrap();
    assert_eq!(cold.operations, 5 + 9, "the oldest of five keys is found once");
    let hints = KeyHints { previous: cold.key, ..KeyHints::default() };
    let warm = Unsealer::new(&ring, hints).open_all(items(), &label).ok().unwrap();
    assert_eq!(warm.operations, 10);
    assert_eq!(warm.value.len(), 10);
}

#[test]
fn one_bad_item_releases_nothing_and_all_faults_are_told_together() {
    let ring = ring(1);
    let label = Label::new(Scope::Strict, "ns", "name").unwrap();
    let good = seal(&ring[0].1, &label, b"v");
    let items = [("z", "!"), ("good", &good), ("b", "AAAA"), ("a", "AAAA")];
    let Err((error, _)) = Unsealer::new(&ring, KeyHints::default()).open_all(items, &label) else {
        panic!("opened")
    };
    assert_eq!(error.to_string(), "value is not valid base64 (z)\nno key could decrypt secret (b, a)");
    assert!(error.waits_for_key());
}

#[test]
fn without_randomness_nothing_is_sealed() {
    struct Broken;
    impl Randomness for Broken {
        fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomnessError> {
            Err(RandomnessError)
        }
    }
    let label = Label::new(Scope::ClusterWide, "", "").unwrap();
    let sealed = seal_value(&KEYS[0].public_key().unwrap(), &label, b"v", &mut Broken);
    assert_eq!(sealed.err(), Some(SealError::Randomness));
}

#[test]
fn sizes_are_bounded_before_anything_is_read() {
    let label = Label::new(Scope::ClusterWide, "", "").unwrap();
    let text = "A".repeat(signet_sealed::MAX_TEXT + 1);
    assert_eq!(open_value(&KEYS[0], &label, &text).err(), Some(ItemFault::TooLarge));
    let plaintext = vec![0; signet_sealed::MAX_ENVELOPE];
    let sealed = seal_value(&KEYS[0].public_key().unwrap(), &label, &plaintext, &mut SystemRandom);
    assert_eq!(sealed.err(), Some(SealError::TooLarge(plaintext.len())));
    let mebibyte = vec![7; 1 << 20];
    let sealed = seal(&KEYS[0], &label, &mebibyte);
    assert!(open_value(&KEYS[0], &label, &sealed).unwrap().expose() == mebibyte);
}
