//! Writing an archive: byte for byte what go-pkcs12's encoder of 2023 writes, given the same randomness.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::super::der::{self, Bytes};
use super::super::failure::Failure;
use super::super::keys::PrivateKey;
use super::super::pems::Certificate;
use super::encryption::{encrypt, sequence};
use super::identifiers::*;
use super::mac;
use super::password::{Password, bmp_string};
use super::subject;
use crate::context::Context;

/// The context-specific tags around a field, and in place of its own.
const EXPLICIT: u8 = 0xa0;
const IMPLICIT: u8 = 0x80;

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
    let link = attribute(LOCAL_KEY_ID, &der::element(der::OCTETS, &[print.as_ref()]));
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
    let key = sequence(&[&algorithm, &der::element(der::OCTETS, &[&text])]);
    let key_safe = sequence(&[&bag(SHROUDED_KEY_BAG, &key, &[link])]);
    let certificate_safe = encrypted_safe(cx, &password, &bags)?;
    let key_safe = content(DATA, &der::element(der::OCTETS, &[&key_safe]));
    protected(cx, &password, &sequence(&[&certificate_safe, &key_safe]))
}

/// Certificates that Java trusts.
pub(super) fn trust_store(
    cx: &mut Context<'_>,
    certificates: &[Certificate],
    password: &[u8],
) -> Result<Bytes, Failure> {
    let password = Password::new(password)?;
    let usage = der::element(der::OBJECT, &[ANY_EXTENDED_KEY_USAGE]);
    let mut bags = Vec::new();
    for certificate in certificates {
        let name = bmp_string(subject::text(certificate.subject()).as_bytes())?;
        let name = attribute(FRIENDLY_NAME, &der::element(der::BMP_STRING, &[&name]));
        bags.push(certificate_bag(certificate, &[attribute(TRUSTED_KEY_USAGE, &usage), name]));
    }
    let safe = encrypted_safe(cx, &password, &bags)?;
    protected(cx, &password, &sequence(&[&safe]))
}

fn attribute(identifier: &[u8], value: &[u8]) -> Bytes {
    sequence(&[&der::element(der::OBJECT, &[identifier]), &der::element(der::SET, &[value])])
}

fn bag(kind: &[u8], value: &[u8], attributes: &[Bytes]) -> Bytes {
    // The elements of a SET are in the order of their bytes.
    let mut attributes: Vec<&[u8]> = attributes.iter().map(|attribute| &attribute[..]).collect();
    attributes.sort_unstable();
    sequence(&[
        &der::element(der::OBJECT, &[kind]),
        &der::element(EXPLICIT, &[value]),
        &der::element(der::SET, &attributes),
    ])
}

fn certificate_bag(certificate: &Certificate, attributes: &[Bytes]) -> Bytes {
    let contents = der::element(der::OCTETS, &[certificate.der()]);
    let kind = der::element(der::OBJECT, &[X509_CERTIFICATE]);
    bag(CERT_BAG, &sequence(&[&kind, &der::element(EXPLICIT, &[&contents])]), attributes)
}

/// `ContentInfo`.
fn content(kind: &[u8], contents: &[u8]) -> Bytes {
    sequence(&[&der::element(der::OBJECT, &[kind]), &der::element(EXPLICIT, &[contents])])
}

fn encrypted_safe(cx: &mut Context<'_>, password: &Password, bags: &[Bytes]) -> Result<Bytes, Failure> {
    let bags: Vec<&[u8]> = bags.iter().map(|bag| &bag[..]).collect();
    let (algorithm, text) = encrypt(cx, password, &sequence(&bags))?;
    let text = der::element(IMPLICIT, &[&text]);
    let info = sequence(&[&der::element(der::OBJECT, &[DATA]), &algorithm, &text]);
    Ok(content(ENCRYPTED_DATA, &sequence(&[&der::int(0), &info])))
}

/// The archive, with the code that protects it.
fn protected(cx: &mut Context<'_>, password: &Password, safes: &[u8]) -> Result<Bytes, Failure> {
    let mac = mac::written(cx, password, safes)?;
    let safes = content(DATA, &der::element(der::OCTETS, &[safes]));
    Ok(sequence(&[&der::int(3), &safes, &mac]))
}
