//! What must hold for every key, and every text.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use signet_secret::Plaintext;
use signet_sops_keys::age::{Identity, Layout, Recipient, unwrap};
use signet_sops_keys::{Interaction, Nobody};

use crate::files::{identities, read, ssh};

const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";

static IDENTITIES: LazyLock<Vec<Identity>> = LazyLock::new(|| {
    let mut all = identities("x25519.txt", Layout::Lines).unwrap();
    all.extend(identities("hybrid.txt", Layout::Lines).unwrap());
    all.extend(["ssh-ed25519", "ssh-rsa"].map(|name| ssh(name).unwrap()));
    all
});

fn wrap(identity: &Identity, key: &[u8]) -> String {
    let recipient: Recipient = identity.recipient().unwrap().parse().unwrap();
    recipient.wrap(&Plaintext::from(key.to_vec()), &Nobody).unwrap()
}

fn binary(enc: &str) -> Vec<u8> {
    let lines: String = enc.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(lines).unwrap()
}

fn armoured(binary: &[u8]) -> String {
    let base64 = STANDARD.encode(binary);
    let lines = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    let mut text = vec![BEGIN];
    text.extend(lines);
    text.push(END);
    text.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_wrapped_unwraps(
        key in prop_oneof![prop::collection::vec(any::<u8>(), 0..70), prop::collection::vec(any::<u8>(), 65_500..65_600)],
        kind in 0usize..4,
    ) {
        let enc = wrap(&IDENTITIES[kind], &key);
        prop_assert_eq!(&armoured(&binary(&enc)), enc.trim_end());
        let opened = unwrap(&enc, &IDENTITIES, Interaction::NONE).unwrap();
        prop_assert!(opened.expose() == key);
    }

    #[test]
    fn any_changed_bit_is_refused(kind in 0usize..4, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut file = binary(&wrap(&IDENTITIES[kind], b"0123456789abcdef0123456789abcdef"));
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        prop_assert!(unwrap(&armoured(&file), &IDENTITIES, Interaction::NONE).is_err());
    }

    #[test]
    fn any_cut_is_refused(kind in 0usize..4, at in any::<prop::sample::Index>()) {
        let file = binary(&wrap(&IDENTITIES[kind], b"0123456789abcdef0123456789abcdef"));
        let enc = armoured(&file[..at.index(file.len())]);
        prop_assert!(unwrap(&enc, &IDENTITIES, Interaction::NONE).is_err());
    }

    #[test]
    fn any_changed_character_of_the_armour_is_refused(at in any::<prop::sample::Index>(), to in "[!-~]") {
        let enc = wrap(&IDENTITIES[0], b"0123456789abcdef0123456789abcdef");
        let at = at.index(enc.trim_end().len());
        let mut changed = enc.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != enc);
        prop_assert!(unwrap(&changed, &IDENTITIES, Interaction::NONE).is_err());
    }

    #[test]
    fn no_text_makes_anything_panic(text in prop_oneof![
        any::<String>(), "(age1|age1pq1|AGE-PLUGIN-|AGE-SECRET-KEY-1|ssh-rsa )[ -~]{0,80}", "-> [ -~\n]{0,200}",
    ]) {
        let _ = text.parse::<Recipient>();
        let _ = Recipient::parse_list(&text);
        let _ = Identity::parse_all("x", text.as_bytes(), Layout::Words);
        let _ = Identity::from_ssh("x", text.as_bytes(), Some(&text));
        let header = format!("age-encryption.org/v1\n{text}\n--- {}\n0123456789abcdef", "A".repeat(43));
        prop_assert!(unwrap(&armoured(header.as_bytes()), &IDENTITIES, Interaction::NONE).is_err());
        prop_assert!(unwrap(&text, &IDENTITIES, Interaction::NONE).is_err());
    }

    #[test]
    fn no_damaged_ssh_key_makes_anything_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), name in prop::sample::select(
        vec!["ssh-ed25519", "ssh-ed25519-locked", "ssh-rsa", "pkcs1", "pkcs8", "pkcs8-ed25519"],
    )) {
        let block = pem::parse(read(&format!("age/keys/{name}"))).unwrap();
        let mut contents = block.contents().to_vec();
        let at = at.index(contents.len());
        contents[at] = byte;
        let damaged = pem::encode(&pem::Pem::new(block.tag(), contents));
        let _ = Identity::from_ssh("x", damaged.as_bytes(), None);
    }
}
