//! What one data key costs. Only a passphrase may be slow.
#![allow(clippy::disallowed_methods, reason = "the keys are files")]

use divan::Bencher;
use signet_secret::Plaintext;
use signet_sops_keys::age::{Identity, Layout, Recipient, unwrap};
use signet_sops_keys::{Interaction, Nobody};

fn main() {
    divan::main();
}

const KEYS: &[&str] = &["x25519.txt", "hybrid.txt", "ssh-ed25519", "ssh-rsa", "ssh-rsa-4096"];

fn identity(name: &str) -> Identity {
    let path = format!("{}/testdata/age/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(path).expect("the key is there");
    if name.starts_with("ssh-") {
        return Identity::from_ssh(name, &text, None).expect("the key parses");
    }
    Identity::parse_all(name, &text, Layout::Lines).expect("the keys parse").remove(0)
}

fn recipient(identity: &Identity) -> Recipient {
    identity.recipient().expect("the key is not locked").parse().expect("the recipient parses")
}

#[divan::bench(args = KEYS)]
fn wrapping(bencher: Bencher<'_, '_>, name: &str) {
    let recipient = recipient(&identity(name));
    let key = Plaintext::from(vec![0x66; 32]);
    bencher.bench_local(|| recipient.wrap(&key, &Nobody));
}

#[divan::bench(args = KEYS)]
fn unwrapping(bencher: Bencher<'_, '_>, name: &str) {
    let identities = [identity(name)];
    let enc = recipient(&identities[0]).wrap(&Plaintext::from(vec![0x66; 32]), &Nobody).expect("it wraps");
    bencher.bench_local(|| unwrap(&enc, &identities, Interaction::NONE).is_ok());
}

#[divan::bench(args = KEYS)]
fn parsing(bencher: Bencher<'_, '_>, name: &str) {
    bencher.bench_local(|| identity(name));
}
