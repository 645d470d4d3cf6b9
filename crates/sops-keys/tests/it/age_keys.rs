//! Recipients and identities as texts.

use signet_secret::Plaintext;
use signet_sops_keys::age::{
    Bech32Error, FileKey, Identity, IdentityError, Layout, NativeKeyError, Recipient, RecipientKind,
    SshKeyError, Stanza, UnwrapError, WrapError, unwrap,
};
use signet_sops_keys::{Interaction, NoAnswer, Nobody, Plugins};

use crate::files::{PASSPHRASE, Teller, chain, identities, read_text, ssh};

/// `recipient` and `identity` in Bech32, for a plugin called `test`.
const PLUGIN_RECIPIENT: &str = "age1test1wfjkx6tsd9jkuaqra6j3p";
const PLUGIN_IDENTITY: &str = "AGE-PLUGIN-TEST-1D9JX2MN5D968JAGUYQJ";

fn recipient(identity: &Identity) -> Recipient {
    identity.recipient().expect("it is known").parse().expect("a recipient of ours parses")
}

fn only(name: &str) -> Identity {
    let mut identities = identities(name, Layout::Lines).unwrap();
    assert_eq!(identities.len(), 1, "{name}");
    identities.remove(0)
}

fn wrapped_for(identity: &Identity) -> String {
    recipient(identity).wrap(&Plaintext::from(vec![1]), &Nobody).unwrap()
}

#[track_caller]
fn refused(text: &str) -> String {
    chain(&text.parse::<Recipient>().expect_err(text))
}

#[test]
fn recipients_of_each_kind_are_those_of_their_identities() {
    for (name, kind) in [("x25519.txt", RecipientKind::X25519), ("hybrid.txt", RecipientKind::Hybrid)] {
        let text = read_text(&format!("age/keys/{name}"));
        let public = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
        let recipient = recipient(&only(name));
        assert_eq!((recipient.as_str(), recipient.kind()), (public, kind));
    }
    for (name, kind) in [
        ("ssh-ed25519", RecipientKind::SshEd25519),
        ("ssh-ed25519-locked", RecipientKind::SshEd25519),
        ("ssh-rsa", RecipientKind::SshRsa),
        ("ssh-rsa-4096", RecipientKind::SshRsa),
        ("pkcs1-locked-aes256", RecipientKind::SshRsa),
    ] {
        let text = read_text(&format!("age/keys/{name}.pub"));
        assert_eq!(text.parse::<Recipient>().unwrap().as_str(), text.trim(), "the comment stays");
        let recipient = recipient(&ssh(name).unwrap());
        assert!(text.starts_with(recipient.as_str()), "{name}");
        assert_eq!(recipient.kind(), kind, "{name}");
    }
}

#[test]
fn what_a_recipient_wraps_its_identity_alone_unwraps() {
    let teller = Teller::knowing(PASSPHRASE);
    let all: Vec<Identity> = ["x25519.txt", "x25519-other.txt", "hybrid.txt", "hybrid-other.txt"]
        .map(only)
        .into_iter()
        .chain(
            [
                "ssh-ed25519",
                "ssh-ed25519-locked",
                "ssh-rsa",
                "ssh-rsa-4096",
                "ssh-rsa-locked",
                "pkcs8-ed25519",
            ]
            .map(|name| ssh(name).unwrap()),
        )
        .collect();
    for (mine, identity) in all.iter().enumerate() {
        for key in [&b"0123456789abcdef0123456789abcdef"[..], b"0123456789abcdef0123456789abcdef!", b""] {
            let enc = recipient(identity).wrap(&Plaintext::from(key.to_vec()), &Nobody).unwrap();
            assert!(enc.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n") && enc.ends_with("FILE-----\n"));
            assert!(enc.lines().all(|line| line.len() <= 64));
            let opened = unwrap(&enc, std::slice::from_ref(identity), teller.interaction()).unwrap();
            assert!(opened.expose() == key);
            assert!(unwrap(&enc, &all, teller.interaction()).is_ok());
            for (other, identity) in all.iter().enumerate().filter(|(other, _)| *other != mine) {
                let opened = unwrap(&enc, std::slice::from_ref(identity), teller.interaction());
                assert!(matches!(opened, Err(UnwrapError::NoMatch { .. })), "{mine} {other}");
            }
        }
    }
    assert_eq!(teller.asked.borrow().len(), 2, "each locked key asks once");
}

#[test]
fn lists_are_separated_by_commas_and_trimmed() {
    let x25519 = recipient(&only("x25519.txt"));
    let ssh = read_text("age/keys/ssh-ed25519.pub");
    let list = Recipient::parse_list(&format!(" {x25519} ,\n\t{x25519},{ssh}")).unwrap();
    let texts: Vec<_> = list.iter().map(Recipient::as_str).collect();
    assert_eq!(texts, [x25519.as_str(), x25519.as_str(), ssh.trim()]);
    assert!(Recipient::parse_list("").unwrap().is_empty());
    let error = Recipient::parse_list(&format!("{x25519},")).unwrap_err();
    assert_eq!(error.to_string(), "failed to parse input, unknown recipient type: \"\"");
}

#[test]
fn what_is_no_recipient_is_refused_in_the_words_of_sops() {
    assert_eq!(refused(" AGE1x "), "failed to parse input, unknown recipient type: \"AGE1x\"");
    assert_eq!(refused("-----BEGIN"), "failed to parse input, unknown recipient type: \"-----BEGIN\"");
    let good = recipient(&only("x25519.txt"));
    let bad = good.as_str().replace("age1", "age1q");
    assert_eq!(
        refused(&bad),
        format!(
            "failed to parse input as Bech32-encoded age public key: malformed recipient {bad:?}: invalid checksum"
        )
    );
    let short = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqar9jk6";
    assert!(refused(short).ends_with(": invalid key"));
    let hybrid = recipient(&only("hybrid.txt")).as_str()[..1000].to_owned();
    assert!(refused(&hybrid).ends_with("invalid checksum"));
    assert!(refused("age1q1x").starts_with("failed to parse input as age key from age plugin: invalid enc"));
    for (text, why) in [
        ("ssh-ed25519", "the key is malformed"),
        ("ssh-ed25519 AAAA", "the key is malformed"),
        ("ssh-ed25519 !", "the key is malformed"),
        (&read_text("age/keys/ssh-ed25519.pub").replace("ssh-ed25519", "ssh-rsa"), "the key is malformed"),
        (&format!("ssh-dss {}", "AAAAB3NzaC1kc3M="), "unknown SSH recipient type: \"ssh-dss\""),
        (
            include_str!("../../testdata/age/keys/ssh-rsa-1024.pub"),
            "RSA keys of 1024 bits are not supported: use 2048 to 8192",
        ),
    ] {
        let text = text.trim();
        let expected =
            format!("failed to parse input as age-ssh public key: malformed SSH recipient: {text:?}: {why}");
        assert_eq!(refused(text), expected);
    }
}

/// A plugin that wraps nothing, and is honest about it.
struct Clear;

impl Plugins for Clear {
    fn wrap(&self, name: &str, recipient: &str, file_key: &FileKey) -> Result<Vec<Stanza>, NoAnswer> {
        assert_eq!((name, recipient), ("test", PLUGIN_RECIPIENT));
        Ok(vec![Stanza { tag: "clear".into(), args: Vec::new(), body: file_key.expose().to_vec() }])
    }

    fn unwrap(&self, name: &str, identity: &str, stanzas: &[Stanza]) -> Result<Option<FileKey>, NoAnswer> {
        assert_eq!((name, identity), ("test", PLUGIN_IDENTITY));
        let stanza = stanzas.iter().find(|stanza| stanza.tag == "clear");
        let key = stanza.and_then(|stanza| stanza.body.as_slice().try_into().ok());
        Ok(key.map(|key: [u8; 16]| FileKey::new(key.into())))
    }
}

#[test]
fn plugins_are_recognised_and_left_to_the_caller() {
    let key = || Plaintext::from(b"0123".to_vec());
    let recipient: Recipient = PLUGIN_RECIPIENT.parse().unwrap();
    assert_eq!(recipient.kind(), RecipientKind::Plugin);
    let identities = Identity::parse_all("x", PLUGIN_IDENTITY.as_bytes(), Layout::Lines).unwrap();
    let with_plugin = Interaction { plugins: &Clear, ..Interaction::NONE };
    let enc = recipient.wrap(&key(), &Clear).unwrap();
    assert!(unwrap(&enc, &identities, with_plugin).unwrap().expose() == b"0123");

    let error = recipient.wrap(&key(), &Nobody).unwrap_err();
    let expected = "age-plugin-test did not wrap the key: age-plugin-test cannot be run here";
    assert_eq!(chain(&error), expected);
    let error = unwrap(&enc, &identities, Interaction::NONE).err().unwrap();
    let expected = "no identity matched any of the recipients (tried age-plugin-test): could not use \
                    age-plugin-test: the plugin gave no answer: age-plugin-test cannot be run here";
    assert_eq!(chain(&error), expected);
    let x25519 = self::recipient(&only("x25519.txt")).wrap(&key(), &Nobody).unwrap();
    assert!(unwrap(&x25519, &identities, with_plugin).is_err());
}

#[test]
fn a_plugin_whose_name_leads_elsewhere_is_refused() {
    let recipient = refused("age1../x1wfjkx6tsd9jkuaqk0c6mp");
    assert_eq!(recipient, "failed to parse input as age key from age plugin: invalid plugin name: \"../x\"");
    let identity = Identity::parse_all("x", b"AGE-PLUGIN-../X-1D9JX2MN5D968J3AS3M2", Layout::Lines);
    let text = chain(&identity.unwrap_err());
    assert_eq!(text, "malformed plugin identity at line 1: invalid plugin name: \"../x\"");
}

#[test]
fn stanzas_of_a_plugin_that_cannot_be_written_are_refused() {
    struct Odd(Vec<Stanza>);
    impl Plugins for Odd {
        fn wrap(&self, _: &str, _: &str, _: &FileKey) -> Result<Vec<Stanza>, NoAnswer> {
            Ok(self.0.clone())
        }
        fn unwrap(&self, _: &str, _: &str, _: &[Stanza]) -> Result<Option<FileKey>, NoAnswer> {
            Ok(None)
        }
    }
    let recipient: Recipient = PLUGIN_RECIPIENT.parse().unwrap();
    let stanza = |tag: &str, args: &[&str]| {
        vec![Stanza {
            tag: tag.into(),
            args: args.iter().map(|&arg| arg.into()).collect(),
            body: vec![0; 48],
        }]
    };
    let bad = [
        vec![],
        stanza("", &[]),
        stanza("a", &[""]),
        stanza("a\n-> b", &[]),
        stanza("a", &["b c"]),
        stanza("ä", &[]),
    ];
    for stanzas in bad {
        let wrapped = recipient.wrap(&Plaintext::from(vec![1]), &Odd(stanzas.clone()));
        assert_eq!(wrapped.unwrap_err(), WrapError::Stanzas, "{stanzas:?}");
    }
    assert!(recipient.wrap(&Plaintext::from(vec![1]), &Odd(stanza("a", &["b", "~"]))).is_ok());
}

#[test]
fn identities_keep_their_order_and_comments_are_skipped() {
    let names = |name, layout| -> Vec<String> {
        identities(name, layout).unwrap().iter().map(|identity| identity.recipient().unwrap()).collect()
    };
    let of = |name| recipient(&only(name)).as_str().to_owned();
    let several = [of("x25519-other.txt"), of("hybrid.txt"), of("x25519.txt")];
    assert_eq!(names("several.txt", Layout::Lines), several);
    assert_eq!(names("words.txt", Layout::Words), several[1..]);
    for nothing in ["", "\n\n", "# only a comment", "#\r\n\r\n"] {
        for layout in [Layout::Lines, Layout::Words] {
            assert!(Identity::parse_all("x", nothing.as_bytes(), layout).unwrap().is_empty());
        }
    }
}

#[test]
fn what_is_no_identity_is_refused_by_line_and_never_repeated() {
    let good = read_text("age/keys/x25519.txt");
    let key = good.lines().last().unwrap();
    let parse = |text: &str, layout| Identity::parse_all("x", text.as_bytes(), layout).unwrap_err();
    let native = |line, source| IdentityError::Native { line, source };
    let checksum = NativeKeyError::Bech32(Bech32Error::Checksum);
    for (text, error) in [
        (format!("{key} "), native(1, NativeKeyError::Bech32(Bech32Error::Data(58)))),
        (format!("{key} {key}"), native(1, NativeKeyError::Bech32(Bech32Error::Prefix(74)))),
        (format!("#\n\n {key}"), IdentityError::Unknown(3)),
        (key.to_lowercase(), IdentityError::Unknown(1)),
        (format!("{key}\n{}", key.replace("KEY-1", "KEY-1Q")), native(2, checksum.clone())),
        (key.replace("KEY-1", "KEY-PQ-1"), native(1, checksum)),
        (
            "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ6J6TAE".to_owned(),
            native(1, NativeKeyError::Key),
        ),
        ("age1x".to_owned(), IdentityError::Unknown(1)),
        ("-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), IdentityError::Unknown(1)),
    ] {
        let refused = parse(&text, Layout::Lines);
        assert_eq!(refused, error);
        assert!(!chain(&refused).contains(&key[20..40]), "the text is secret");
    }
    assert_eq!(parse(&format!("{key} x"), Layout::Words), IdentityError::Unknown(1));
    assert!(
        Identity::parse_all("x", b"AGE-\xff", Layout::Lines).is_err_and(|e| e == IdentityError::Encoding)
    );
}

#[test]
fn ssh_keys_that_cannot_be_identities_say_why() {
    let unsupported = |name: &str| SshKeyError::Unsupported(name.to_owned());
    for (name, error) in [
        ("ssh-ecdsa", unsupported("ecdsa-sha2-nistp256")),
        ("pkcs8-locked", unsupported("ENCRYPTED PRIVATE KEY")),
        ("pkcs1-locked-des3", unsupported("DES-EDE3-CBC")),
        ("ssh-rsa-1024", SshKeyError::Malformed),
        ("ssh-rsa.pub", SshKeyError::NoKey),
        ("x25519.txt", SshKeyError::NoKey),
    ] {
        assert_eq!(ssh(name).unwrap_err(), error, "{name}");
    }
    let locked = read_text("age/keys/pkcs1-locked-aes128");
    assert_eq!(Identity::from_ssh("x", locked.as_bytes(), None).unwrap_err(), SshKeyError::NoPublicKey);
    // A cipher that is refused only once it is needed.
    let gcm = ssh("ssh-ed25519-locked-gcm").unwrap();
    let enc = wrapped_for(&gcm);
    let error = unwrap(&enc, &[gcm], Teller::knowing(PASSPHRASE).interaction()).err().unwrap();
    assert!(chain(&error).ends_with("unsupported SSH identity type: \"aes256-gcm@openssh.com\""));
}

#[test]
fn a_locked_key_with_the_public_key_of_another_is_refused() {
    let private = read_text("age/keys/pkcs1-locked-aes128");
    let public = read_text("age/keys/ssh-rsa-other.pub");
    let identity = Identity::from_ssh("x", private.as_bytes(), Some(&public)).unwrap();
    let enc = wrapped_for(&identity);
    let error = unwrap(&enc, &[identity], Teller::knowing(PASSPHRASE).interaction()).err().unwrap();
    assert!(chain(&error).ends_with("mismatched private and public SSH key"), "{}", chain(&error));
}

#[test]
fn a_failure_names_what_was_tried_and_nothing_secret() {
    let enc = wrapped_for(&only("x25519.txt"));
    let others = || {
        let mut others = vec![ssh("ssh-rsa").unwrap(), ssh("ssh-ed25519-locked").unwrap()];
        others.extend(identities("locked-binary.txt", Layout::Lines).unwrap());
        others.extend(["hybrid.txt", "x25519-other.txt"].map(only));
        others
    };
    let error = unwrap(&enc, &others(), Interaction::NONE).err().unwrap();
    let other = recipient(&only("x25519-other.txt"));
    let text = chain(&error);
    for part in [
        "no identity matched any of the recipients (tried age1pq1",
        &format!("..., {other}, ssh-rsa SHA256:"),
        ", identity file locked-binary.txt): could not use identity file locked-binary.txt: could not obtain",
        "there is nobody to ask for a passphrase",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    for secret in ["x25519-other.txt", "hybrid.txt"] {
        let secret = read_text(&format!("age/keys/{secret}"));
        let secret = &secret.lines().last().unwrap()[20..];
        assert!(!format!("{text}{error:?}{:?}", others()).contains(secret));
    }
}

#[test]
fn a_locked_file_is_asked_for_once_by_the_name_that_agents_know() {
    let locked = identities("locked-armoured.txt", Layout::Lines).unwrap();
    let enc = wrapped_for(&only("x25519.txt"));
    let teller = Teller::knowing(PASSPHRASE);
    for _ in 0..3 {
        assert!(unwrap(&enc, &locked, teller.interaction()).is_ok());
    }
    assert!(locked[0].is_locked() && !only("x25519.txt").is_locked());
    let asked = teller.asked.borrow();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].name, "locked-armoured.txt");
    let id = asked[0].cache_id.as_deref().unwrap();
    assert!(id.starts_with("SopsAge") && id.len() == 47);
    // Keys that answer at once come first, and then nobody is asked.
    let both: Vec<Identity> = locked_and("x25519.txt");
    let silent = Teller::default();
    assert!(unwrap(&enc, &both, silent.interaction()).is_ok());
    assert!(silent.asked.borrow().is_empty());
}

fn locked_and(name: &str) -> Vec<Identity> {
    let mut all = identities("locked-armoured.txt", Layout::Lines).unwrap();
    all.push(only(name));
    all
}

#[test]
fn an_identity_file_that_no_passphrase_opens_is_not_asked_for() {
    let file = |text: Vec<u8>| {
        let enc = recipient(&only("x25519.txt")).wrap(&Plaintext::from(text), &Nobody).unwrap();
        Identity::parse_all("keys.txt", enc.as_bytes(), Layout::Lines).unwrap()
    };
    let enc = wrapped_for(&only("x25519.txt"));
    let teller = Teller::knowing(PASSPHRASE);
    let error = unwrap(&enc, &file(b"AGE-SECRET-KEY-1".to_vec()), teller.interaction()).err().unwrap();
    assert!(chain(&error).ends_with("keys.txt: the identity file is not locked with a passphrase"));
    assert!(teller.asked.borrow().is_empty() && teller.refused.borrow().is_empty());
}
