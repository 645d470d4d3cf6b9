//! Writing an archive: byte for byte what go-pkcs12's encoder of 2023 writes, given the same randomness.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::super::der::{self, Bytes, object, octets, sequence};
use super::super::failure::Failure;
use super::super::keys::PrivateKey;
use super::super::x509::Certificate;
use super::encryption::encrypt;
use super::identifiers::*;
use super::mac;
use super::password::{Password, bmp_string};
use crate::context::Context;

/// A certificate with its key, and those of authorities.
pub(super) fn archive(
    cx: &mut Context<'_>,
    key: &PrivateKey,
    certificates: &[Certificate],
    password: &[u8],
) -> Result<Bytes, Failure> {
    let password = Password::new(password)?;
    let leaf = certificates.first().map_or(&[][..], Certificate::der);
    let print = digest(&SHA1_FOR_LEGACY_USE_ONLY, leaf);
    let link = attribute(LOCAL_KEY_ID, &octets(print.as_ref()));
    let bags: Vec<Bytes> = (certificates.iter().enumerate())
        .map(|(at, certificate)| {
            let attributes: &[Bytes] = if at == 0 { std::slice::from_ref(&link) } else { &[] };
            certificate_bag(certificate, attributes)
        })
        .collect();
    let outer = "pkcs12: error encoding PKCS#8 private key: ";
    let key = key.to_pkcs8().map_err(|failure| failure.within(outer))?;
    // The randomness for the key comes first, the key last.
    let (algorithm, text) = encrypt(cx, &password, &key)?;
    let key = sequence(&[&algorithm, &octets(&text)]);
    let key_safe = sequence(&[&bag(SHROUDED_KEY_BAG, &key, &[link])]);
    let certificate_safe = encrypted_safe(cx, &password, &bags)?;
    let key_safe = content(DATA, &octets(&key_safe));
    protected(cx, &password, &sequence(&[&certificate_safe, &key_safe]))
}

/// Certificates that Java trusts.
pub(super) fn trust_store(
    cx: &mut Context<'_>,
    certificates: &[Certificate],
    password: &[u8],
) -> Result<Bytes, Failure> {
    let password = Password::new(password)?;
    let usage = object(ANY_EXTENDED_KEY_USAGE);
    let mut bags = Vec::new();
    for certificate in certificates {
        let name = bmp_string(certificate.subject_text().as_bytes())?;
        let name = attribute(FRIENDLY_NAME, &der::element(der::BMP_STRING, &[&name]));
        bags.push(certificate_bag(certificate, &[attribute(TRUSTED_KEY_USAGE, &usage), name]));
    }
    let safe = encrypted_safe(cx, &password, &bags)?;
    protected(cx, &password, &sequence(&[&safe]))
}

fn attribute(identifier: &[u8], value: &[u8]) -> Bytes {
    sequence(&[&object(identifier), &der::element(der::SET, &[value])])
}

fn bag(kind: &[u8], value: &[u8], attributes: &[Bytes]) -> Bytes {
    // The elements of a SET are in the order of their bytes.
    let mut attributes: Vec<&[u8]> = attributes.iter().map(|attribute| &attribute[..]).collect();
    attributes.sort_unstable();
    sequence(&[&object(kind), &der::element(der::context(0), &[value]), &der::element(der::SET, &attributes)])
}

fn certificate_bag(certificate: &Certificate, attributes: &[Bytes]) -> Bytes {
    let contents = octets(certificate.der());
    let kind = object(X509_CERTIFICATE);
    bag(CERT_BAG, &sequence(&[&kind, &der::element(der::context(0), &[&contents])]), attributes)
}

/// `ContentInfo`.
fn content(kind: &[u8], contents: &[u8]) -> Bytes {
    sequence(&[&object(kind), &der::element(der::context(0), &[contents])])
}

fn encrypted_safe(cx: &mut Context<'_>, password: &Password, bags: &[Bytes]) -> Result<Bytes, Failure> {
    let (algorithm, text) = encrypt(cx, password, &der::sequence_of_all(bags))?;
    let text = der::element(der::plain_context(0), &[&text]);
    let info = sequence(&[&object(DATA), &algorithm, &text]);
    Ok(content(ENCRYPTED_DATA, &sequence(&[&der::int(0), &info])))
}

/// The archive, with the code that protects it.
fn protected(cx: &mut Context<'_>, password: &Password, safes: &[u8]) -> Result<Bytes, Failure> {
    let mac = mac::written(cx, password, safes)?;
    let safes = content(DATA, &octets(safes));
    Ok(sequence(&[&der::int(3), &safes, &mac]))
}
