//! Keys and certificates made by templates, looked at by other libraries.

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ED25519, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use num_bigint::BigUint;
use proptest::prelude::*;
use signet_secret::Plaintext;
use signet_template::{Engine, Environment, Error, Limit, Limits, RsaSize, Value};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, DecodePem as _, Encode as _, SliceReader};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName,
    SubjectKeyIdentifier,
};

/// A fixed time, bytes that follow from the ones before, and one RSA key for all sizes.
struct World(u64);

static RSA: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key is made");
    key.as_der().expect("a key can be written").as_ref().to_vec()
});

const NOW: i64 = 1_795_000_000;

impl Environment for World {
    fn now(&mut self) -> Zoned {
        Timestamp::from_second(NOW).expect("the time is within range").to_zoned(TimeZone::UTC)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.0.to_be_bytes()[0];
        }
    }

    fn elapsed(&mut self) -> Duration {
        Duration::ZERO
    }

    fn rsa_key(&mut self, _: RsaSize) -> Option<Plaintext> {
        Some(RSA.clone().into())
    }
}

/// Makes RSA keys as every environment does that says nothing about it.
struct Unassuming(World);

impl Environment for Unassuming {
    fn now(&mut self) -> Zoned {
        self.0.now()
    }

    fn random(&mut self, bytes: &mut [u8]) {
        self.0.random(bytes);
    }

    fn elapsed(&mut self) -> Duration {
        Duration::ZERO
    }
}

fn rendered(engine: &Engine, template: &str, world: &mut dyn Environment) -> Result<String, Error> {
    let data = Value::string_map::<&str, &str>([]);
    let output = engine.parse("t", template.as_bytes())?.render(&data, world)?;
    Ok(String::from_utf8(output.expose().to_vec()).expect("the output is text"))
}

fn render(template: &str, seed: u64) -> String {
    rendered(&Engine::sealed(), template, &mut World(seed)).expect("the template renders")
}

/// What the template writes between bars.
fn parts<const N: usize>(template: &str, seed: u64) -> [String; N] {
    let output = render(template, seed);
    let parts: Vec<String> = output.split('|').map(str::to_owned).collect();
    parts.try_into().expect("the template writes so many parts")
}

/// A key or certificate of the goldens.
fn fixture(name: &str) -> &'static str {
    static SETS: LazyLock<serde_json::Value> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../testdata/data.json")).expect("data.json is JSON")
    });
    SETS["certs"][name].as_str().expect("the set has it")
}

fn certificate(pem: &str) -> Certificate {
    Certificate::from_pem(pem).expect("the text is a certificate")
}

fn public_bytes(certificate: &Certificate) -> &[u8] {
    certificate.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes()
}

fn contents(pem: &str) -> Vec<u8> {
    let (_, contents) = x509_cert::der::pem::decode_vec(pem.as_bytes()).expect("the text is PEM");
    contents
}

#[track_caller]
fn assert_signed(certificate: &Certificate, by: &Certificate, algorithm: &'static dyn VerificationAlgorithm) {
    let signed = certificate.tbs_certificate().to_der().expect("a certificate can be written");
    let key = UnparsedPublicKey::new(algorithm, public_bytes(by));
    key.verify(&signed, certificate.signature().raw_bytes()).expect("the signature is right");
}

#[test]
fn a_certificate_leads_to_its_authority() {
    let [ca, ca_key, leaf, leaf_key] = parts(
        r#"{{ $ca := genCA "my-ca" 365 }}{{ $ca.Cert }}|{{ $ca.Key -}}
        |{{ with genSignedCert "app" (list "10.0.0.1" "fe80::1") (list "app" "*.app") 30 $ca }}{{ .Cert }}|{{ .Key }}{{ end }}"#,
        1,
    );
    let (ca, leaf) = (certificate(&ca), certificate(&leaf));
    let (authority, bearer) = (ca.tbs_certificate(), leaf.tbs_certificate());
    assert_eq!(authority.subject().to_string(), "CN=my-ca");
    assert_eq!(authority.issuer(), authority.subject());
    assert_eq!(bearer.issuer(), authority.subject());
    assert_eq!(bearer.subject().to_string(), "CN=app");
    assert_signed(&ca, &ca, &RSA_PKCS1_2048_8192_SHA256);
    assert_signed(&leaf, &ca, &RSA_PKCS1_2048_8192_SHA256);
    let own = authority.get_extension::<SubjectKeyIdentifier>().expect("an identifier").expect("one");
    let issuer = bearer.get_extension::<AuthorityKeyIdentifier>().expect("an identifier").expect("one");
    assert_eq!(issuer.1.key_identifier, Some(own.1.0));
    assert!(bearer.get_extension::<SubjectKeyIdentifier>().expect("no bad identifier").is_none());
    for (key, certificate) in [(&ca_key, &ca), (&leaf_key, &leaf)] {
        let pair = RsaKeyPair::from_der(&contents(key)).expect("the key is one of PKCS#1");
        assert_eq!(pair.public_key().as_ref(), public_bytes(certificate));
    }
}

#[test]
fn a_certificate_says_what_it_may_be_used_for() {
    let [ca, leaf] = parts(
        r#"{{ $ca := genPrivateKey "ed25519" | genCAWithKey "ca" 1 }}{{ $ca.Cert }}|{{ (genPrivateKey "ecdsa" | genSignedCertWithKey "" (list "::ffff:1.2.3.4" "::1") (list "a") 1 $ca).Cert }}"#,
        2,
    );
    for (text, is_authority, usage) in [(&ca, true, 0b10_0101), (&leaf, false, 0b101)] {
        let certificate = certificate(text);
        let certificate = certificate.tbs_certificate();
        let (critical, constraints) =
            certificate.get_extension::<BasicConstraints>().expect("constraints").expect("some");
        assert!(critical && constraints.ca == is_authority && constraints.path_len_constraint.is_none());
        let (critical, found) = certificate.get_extension::<KeyUsage>().expect("a usage").expect("one");
        assert!(critical && found.0.bits() == usage);
        let (critical, uses) = certificate.get_extension::<ExtendedKeyUsage>().expect("uses").expect("some");
        let uses: Vec<String> = uses.0.iter().map(ToString::to_string).collect();
        assert!(!critical && uses == ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    }
    let leaf = certificate(&leaf);
    let (critical, names) =
        leaf.tbs_certificate().get_extension::<SubjectAltName>().expect("names").expect("some");
    assert!(critical, "without a subject the names must be understood");
    let names: Vec<Vec<u8>> = (names.0.iter())
        .map(|name| match name {
            GeneralName::DnsName(name) => name.as_bytes().to_vec(),
            GeneralName::IpAddress(address) => address.as_bytes().to_vec(),
            _ => panic!("another kind of name"),
        })
        .collect();
    assert_eq!(names, [&b"a"[..], &[1, 2, 3, 4], &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]);
}

#[test]
fn time_and_serial_number_are_those_of_the_caller() {
    let mut serials = Vec::new();
    for (seed, days) in [(1, 365), (2, 0), (3, -1), (4, 20_000)] {
        let certificate =
            certificate(&render(&format!(r#"{{{{ (genSelfSignedCert "x" nil nil {days}).Cert }}}}"#), seed));
        let certificate = certificate.tbs_certificate();
        let validity = certificate.validity();
        let start = i64::try_from(validity.not_before.to_unix_duration().as_secs()).expect("a time");
        let end = i64::try_from(validity.not_after.to_unix_duration().as_secs()).expect("a time");
        assert_eq!((start, end), (NOW, NOW + days * 86_400));
        let mut serial = [0; 16];
        World(seed).random(&mut serial);
        assert_eq!(
            BigUint::from_bytes_be(certificate.serial_number().as_bytes()),
            BigUint::from_bytes_be(&serial)
        );
        serials.push(serial);
    }
    serials.sort_unstable();
    serials.dedup();
    assert_eq!(serials.len(), 4);
}

#[test]
fn every_kind_of_key_signs() {
    let kinds: [(&str, &'static dyn VerificationAlgorithm); 5] = [
        ("rsa8", &RSA_PKCS1_2048_8192_SHA256),
        ("ec256", &ECDSA_P256_SHA256_ASN1),
        ("ec384p8", &ECDSA_P384_SHA384_ASN1),
        ("ec521", &ECDSA_P521_SHA512_ASN1),
        ("ed25519", &ED25519),
    ];
    for (name, algorithm) in kinds {
        let data = Value::string_map([("key", fixture(name))]);
        let template = Engine::sealed().parse("t", br#"{{ (genCAWithKey "x" 1 .key).Cert }}"#).expect("one");
        let output = template.render(&data, &mut World(5)).expect(name);
        let certificate = certificate(std::str::from_utf8(output.expose()).expect("PEM is text"));
        assert_signed(&certificate, &certificate, algorithm);
        assert_eq!(certificate.signature_algorithm(), certificate.tbs_certificate().signature(), "{name}");
    }
}

#[test]
fn a_dsa_key_has_the_properties_of_one() {
    let key = contents(&render(r#"{{ genPrivateKey "dsa" }}"#, 6));
    let mut reader = SliceReader::new(&key).expect("the key is short");
    let numbers: Vec<Vec<u8>> = x509_cert::der::Reader::sequence(&mut reader, |inner| {
        (0..6)
            .map(|_| Ok(x509_cert::der::asn1::AnyRef::decode(inner)?.value().to_vec()))
            .collect::<Result<_, x509_cert::der::Error>>()
    })
    .expect("the key is a sequence of six");
    let [version, p, q, g, y, x] =
        &numbers.iter().map(|digits| BigUint::from_bytes_be(digits)).collect::<Vec<_>>()[..]
    else {
        panic!("six numbers")
    };
    let one = BigUint::from(1u8);
    assert_eq!(*version, BigUint::ZERO);
    assert_eq!((p.bits(), q.bits()), (2048, 256));
    assert_eq!((p - &one) % q, BigUint::ZERO);
    assert!(*g > one && g.modpow(q, p) == one);
    assert!(*x > BigUint::ZERO && x < q);
    assert_eq!(*y, g.modpow(x, p));
    for prime in [p, q] {
        assert_eq!(BigUint::from(3u8).modpow(&(prime - &one), prime), one);
    }
}

#[test]
fn keys_follow_from_the_randomness_of_the_caller() {
    for kind in ["ecdsa", "ed25519"] {
        let template = format!(r#"{{{{ genPrivateKey "{kind}" }}}}"#);
        assert_eq!(render(&template, 7), render(&template, 7));
        assert_ne!(render(&template, 7), render(&template, 8));
    }
    let template = r#"{{ (genPrivateKey "ed25519" | genCAWithKey "x" 1).Cert }}"#;
    assert_eq!(render(template, 7), render(template, 7));
    assert_ne!(render(template, 7), render(template, 8));
}

#[test]
fn names_are_listed_as_they_were_given_hosts_first() {
    let template = r#"{{ $addresses := list "10.0.0.1" "fd00::1" "::ffff:10.0.0.2" }}
        {{- $certificate := genSelfSignedCert "x" $addresses (list "b.example" "*.a.example") 1 }}
        {{- certSANs $certificate.Cert | join "," }}"#;
    assert_eq!(
        rendered(&Engine::external(), template, &mut World(1)).expect("renders"),
        "b.example,*.a.example,10.0.0.1,fd00::1,10.0.0.2"
    );
}

#[test]
fn rsa_keys_are_new_each_time_unless_the_caller_gives_them() {
    let template = r#"{{ (genSelfSignedCert "x" nil nil 1).Key }}"#;
    let mut keys = (0..2).map(|_| {
        let key = rendered(&Engine::sealed(), template, &mut Unassuming(World(1))).expect("renders");
        RsaKeyPair::from_der(&contents(&key)).expect("the key is one of PKCS#1")
    });
    let (one, other) = (keys.next().expect("a key"), keys.next().expect("a key"));
    assert_eq!(one.public_modulus_len(), 256);
    assert_ne!(one.public_key().as_ref(), other.public_key().as_ref());
}

proptest! {
    #[test]
    fn no_bytes_that_are_read_cause_a_panic(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte: u8,
        cut in any::<prop::sample::Index>(),
        cuts: bool,
    ) {
        let names = ["rsaCA", "ecCert", "edCert", "rsa", "rsa8", "ec256", "ec521p8", "ed25519", "x25519", "dsa"];
        let name = names[which.index(names.len())];
        let (label, mut bytes) = x509_cert::der::pem::decode_vec(fixture(name).as_bytes()).expect(name);
        let place = at.index(bytes.len());
        bytes[place] = byte;
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        let changed = x509_cert::der::pem::encode_string(label, Default::default(), &bytes).expect("PEM");
        let data = Value::string_map([("changed", changed.as_str()), ("good", fixture("ecCert"))]);
        for template in [
            "{{ buildCustomCert (b64enc .changed) (b64enc .changed) }}",
            "{{ buildCustomCert (b64enc .good) (b64enc .changed) }}",
            r#"{{ genCAWithKey "x" 1 .changed }}"#,
        ] {
            let template = Engine::sealed().parse("t", template.as_bytes()).expect("the template is one");
            let _ = template.render(&data, &mut World(1));
        }
    }
}

#[test]
fn a_template_cannot_make_keys_for_ever() {
    let limits = Limits { steps: 2_000_000, ..Limits::default() };
    let engine = Engine::sealed().limits(limits);
    for call in [
        r#"genPrivateKey "rsa""#,
        r#"genPrivateKey "dsa""#,
        r#"genPrivateKey "ecdsa""#,
        r#"genPrivateKey "ed25519""#,
        r#"genCA "x" 1"#,
        r#"genSelfSignedCert "x" nil nil 1"#,
        r#"genPrivateKey "ecdsa" | genCAWithKey "x" 1"#,
    ] {
        let template = format!("{{{{ range 100000 }}}}{{{{ $x := {call} }}}}{{{{ end }}}}");
        match rendered(&engine, &template, &mut World(9)) {
            Err(Error::Limit { limit: Limit::Steps(2_000_000), .. }) => {}
            Err(other) => panic!("{call}: {other}"),
            Ok(_) => panic!("{call}: rendered"),
        }
    }
}
