//! Keys and certificates: what is read, what is refused, what is issued.

#![allow(clippy::disallowed_methods, reason = "the tests read their vectors from files")]

use std::path::Path;

use jiff::Timestamp;
use signet_sealed::{Certificate, CertificateError, CertificateRequest, KeyError, PrivateKey};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)).unwrap()
}

/// Of the key in `key-2048.pem`, as `ssh-keygen -l` prints it.
const FINGERPRINT: &str = "SHA256:XH+/JN0N/D+58WJk0blgCiHGediHvSBLpCTtRSWTtkI";

#[test]
fn both_encodings_of_a_key_have_the_fingerprint_that_ssh_keygen_prints() {
    for name in ["key-2048.pem", "key-2048-pkcs8.pem"] {
        let key = PrivateKey::from_pem(&file(name)).unwrap();
        assert_eq!(key.fingerprint().to_string(), FINGERPRINT, "{name}");
        assert_eq!(key.public_key().unwrap().fingerprint().to_string(), FINGERPRINT, "{name}");
        assert_eq!(key.bits(), 2048);
    }
}

#[test]
fn the_first_private_key_counts_and_other_blocks_are_skipped() {
    let mut pem = b"some words\n".to_vec();
    for part in ["cert-4096.pem", "key-2048.pem", "key-4096.pem"] {
        pem.extend(file(part));
    }
    assert_eq!(PrivateKey::from_pem(&pem).unwrap().fingerprint().to_string(), FINGERPRINT);
}

#[test]
fn what_is_no_usable_key_is_refused_with_its_reason() {
    let truncated = |name: &str| {
        let text = String::from_utf8(file(name)).unwrap();
        let body: Vec<&str> = text.lines().collect();
        let mut kept: Vec<&str> = body[..body.len() / 2].to_vec();
        kept.push(body[body.len() - 1]);
        kept.join("\n").into_bytes()
    };
    let refused = |pem: &[u8]| PrivateKey::from_pem(pem).err();
    assert_eq!(refused(b""), Some(KeyError::NoKey));
    assert_eq!(refused(b"\xff\xfe garbage"), Some(KeyError::NoKey));
    assert_eq!(refused(&file("cert-4096.pem")), Some(KeyError::NoKey));
    assert_eq!(refused(&file("key-ec.pem")), Some(KeyError::NotRsa));
    assert_eq!(refused(&file("key-ed25519.pem")), Some(KeyError::NotRsa));
    assert_eq!(refused(&file("key-1024.pem")), Some(KeyError::Size(1024)));
    assert!(matches!(refused(&truncated("key-2048.pem")), Some(KeyError::Malformed | KeyError::NoKey)));
}

#[test]
fn a_key_written_as_pkcs1_is_the_file_it_was_read_from() {
    for name in ["key-2048.pem", "key-3072.pem", "key-4096.pem"] {
        let key = PrivateKey::from_pem(&file(name)).unwrap();
        assert!(key.to_pkcs1_pem().unwrap().expose() == file(name), "{name}");
    }
}

fn request(common_name: &str) -> CertificateRequest<'_> {
    CertificateRequest {
        common_name,
        not_before: "2026-01-02T03:04:05.678Z".parse().unwrap(),
        not_after: "2036-01-02T03:04:05Z".parse().unwrap(),
    }
}

#[test]
fn an_issued_certificate_reads_back() {
    let key = PrivateKey::from_pem(&file("key-2048.pem")).unwrap();
    for common_name in ["", "sealer"] {
        let issued = Certificate::issue(&key, &request(common_name)).unwrap();
        let read = Certificate::all_from_pem(issued.to_pem().as_bytes()).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].fingerprint(), key.fingerprint());
        assert_eq!(read[0].not_before(), "2026-01-02T03:04:05Z".parse::<Timestamp>().unwrap());
        assert_eq!(read[0].not_after(), request("").not_after);
        assert_eq!(read[0].to_pem(), issued.to_pem());
    }
}

#[test]
fn an_issued_certificate_has_the_extensions_of_the_original() {
    let key = PrivateKey::from_pem(&file("key-2048.pem")).unwrap();
    let issued = Certificate::issue(&key, &request("")).unwrap();
    let block = pem::parse(issued.to_pem()).unwrap();
    let der = block.contents();
    let holds = |bytes: &[u8]| der.windows(bytes.len()).any(|window| window == bytes);
    // Key usage (2.5.29.15), critical, encipherOnly alone.
    assert!(holds(&[0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x00, 0x01]));
    // Basic constraints (2.5.29.19), critical, CA.
    assert!(holds(&[
        0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x05, 0x30, 0x03, 0x01, 0x01, 0xff
    ]));
    // Subject key identifier (2.5.29.14).
    assert!(holds(&[0x06, 0x03, 0x55, 0x1d, 0x0e]));
    // sha256WithRSAEncryption, and an empty name for issuer and subject.
    assert!(holds(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]));
    assert!(holds(&[0x30, 0x00, 0x30, 0x1e, 0x17, 0x0d]));
}

#[test]
fn only_plain_certificate_blocks_count() {
    let certificate = String::from_utf8(file("cert-4096.pem")).unwrap();
    let with_header = certificate.replacen("-----\n", "-----\nProc-Type: 4\n\n", 1);
    let all = |pem: &str| Certificate::all_from_pem(pem.as_bytes()).map(|found| found.len());
    let other = String::from_utf8(file("cert-3072.pem")).unwrap();
    assert_eq!(all(&format!("words\n{certificate}words\n{other}")), Ok(2));
    assert_eq!(all(&with_header), Err(CertificateError::NoCertificate));
    assert_eq!(all(""), Err(CertificateError::NoCertificate));
    assert_eq!(all(&String::from_utf8(file("key-2048.pem")).unwrap()), Err(CertificateError::NoCertificate));
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(all(damaged), Err(CertificateError::Malformed));
}

#[test]
fn key_sizes_that_aws_lc_does_not_make_are_refused() {
    for bits in [0, 1024, 2047, 2560, 16384] {
        assert_eq!(PrivateKey::generate(bits).err(), Some(KeyError::Size(bits)));
    }
}
