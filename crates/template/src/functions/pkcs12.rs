//! PKCS#12 archives (RFC 7292): keys and certificates out of them and into them.

mod cipher;
mod derivation;
mod encryption;
mod identifiers;
mod mac;
mod password;
mod read;
mod write;

use super::NIL_DEREFERENCE;
use super::encodings::{BASE64, encoded};
use super::failure::Failure;
use super::keys::PrivateKey;
use super::pems::{blocks, chain};
use super::x509::Certificate;
use crate::bytes::ByteString;
use crate::context::Context;
use crate::function::{Args, Fault, Function};
use crate::types::Type;

const NO_PASSWORD: &[u8] = b"";

/// What sealed-secrets does not have.
pub(super) fn external() -> Vec<Function> {
    [reading(), writing()].concat()
}

fn reading() -> Vec<Function> {
    vec![
        text("pkcs12key", 1, |cx, args| key(cx, NO_PASSWORD, args.string(0)?)).about(
            "Takes the private key out of a PKCS#12 archive without a password, as PEM.",
            "{{ .archive | b64dec | pkcs12key }}",
        ),
        text("pkcs12keyPass", 2, |cx, args| key(cx, args.string(0)?, args.string(1)?)).about(
            "Takes the private key out of a PKCS#12 archive with this password, as PEM.",
            "{{ .archive | b64dec | pkcs12keyPass .password }}",
        ),
        text("pkcs12cert", 1, |cx, args| certificates(cx, NO_PASSWORD, args.string(0)?)).about(
            "Takes the certificates out of a PKCS#12 archive without a password, as PEM, from leaf to root.",
            "{{ .archive | b64dec | pkcs12cert }}",
        ),
        text("pkcs12certPass", 2, |cx, args| certificates(cx, args.string(0)?, args.string(1)?)).about(
            "Takes the certificates out of a PKCS#12 archive with this password, as PEM, from leaf to root.",
            "{{ .archive | b64dec | pkcs12certPass .password }}",
        ),
    ]
}

fn writing() -> Vec<Function> {
    vec![
        text("pemToPkcs12", 2, |cx, args| {
            archive(cx, first, args.string(0)?, args.string(1)?, NO_PASSWORD)
        })
        .about(
            "Puts the first certificate and a private key into a PKCS#12 archive without a password, as base64.",
            "{{ pemToPkcs12 .cert .key }}",
        ),
        text("pemToPkcs12Pass", 3, |cx, args| {
            archive(cx, first, args.string(0)?, args.string(1)?, args.string(2)?)
        })
        .about(
            "Puts the first certificate and a private key into a PKCS#12 archive with this password, as base64.",
            "{{ pemToPkcs12Pass .cert .key .password }}",
        ),
        text("fullPemToPkcs12", 2, |cx, args| {
            archive(cx, all, args.string(0)?, args.string(1)?, NO_PASSWORD)
        })
        .about(
            "Puts certificates, the leaf first, and a private key into a PKCS#12 archive without a password, as base64.",
            "{{ fullPemToPkcs12 .chain .key }}",
        ),
        text("fullPemToPkcs12Pass", 3, |cx, args| {
            archive(cx, all, args.string(0)?, args.string(1)?, args.string(2)?)
        })
        .about(
            "Puts certificates, the leaf first, and a private key into a PKCS#12 archive with this password, as base64.",
            "{{ fullPemToPkcs12Pass .chain .key .password }}",
        ),
        text("pemTruststoreToPKCS12", 1, |cx, args| trust_store(cx, args.string(0)?, NO_PASSWORD)).about(
            "Puts certificates into a Java trust store without a password, a PKCS#12 archive, as base64.",
            "{{ pemTruststoreToPKCS12 .bundle }}",
        ),
        text("pemTruststoreToPKCS12Pass", 2, |cx, args| trust_store(cx, args.string(0)?, args.string(1)?)).about(
            "Puts certificates into a Java trust store with this password, a PKCS#12 archive, as base64.",
            "{{ pemTruststoreToPKCS12Pass .bundle .password }}",
        ),
    ]
}

/// A function of so many texts that gives a text.
fn text(
    name: &'static str,
    count: usize,
    body: impl Fn(&mut Context<'_>, &Args<'_>) -> Result<ByteString, Fault> + Send + Sync + 'static,
) -> Function {
    const TEXTS: &[Type] = &[Type::String; 3];
    Function::new(name, &TEXTS[..count], Type::String, move |cx, args| Ok(body(cx, args)?.into()))
}

fn key(cx: &mut Context<'_>, password: &[u8], archive: &[u8]) -> Result<ByteString, Fault> {
    let contents = read::contents(cx, archive, password);
    let contents = contents.map_err(|failure| failure.within("unable to decode pkcs12 with password: "))?;
    Ok(blocks::written(b"PRIVATE KEY", &contents.key.to_pkcs8()?))
}

fn certificates(cx: &mut Context<'_>, password: &[u8], archive: &[u8]) -> Result<ByteString, Fault> {
    let contents = read::contents(cx, archive, password)
        .map_err(|failure| failure.within("unable to decode pkcs12 certificate with password: "))?;
    // In another order only if they are one chain.
    match chain::order(cx, &contents.certificates) {
        Ok(chain) => Ok(chain::written(chain).into()),
        Err(Failure::Limit(limit)) => Err(limit.into()),
        Err(_) => Ok(chain::written(&contents.certificates).into()),
    }
}

/// The certificate in the next block, of which there is one, and what follows it.
fn next<'a>(cx: &mut Context<'_>, pem: &'a [u8]) -> Result<(Certificate, &'a [u8]), Failure> {
    let (block, rest) = blocks::next(pem).ok_or(Failure::Panic(NIL_DEREFERENCE))?;
    Ok((Certificate::read(cx, &block.contents)?, rest))
}

/// The first certificate.
fn first(cx: &mut Context<'_>, pem: &[u8]) -> Result<Vec<Certificate>, Failure> {
    Ok(vec![next(cx, pem)?.0])
}

/// All certificates, of which there is at least one.
fn all(cx: &mut Context<'_>, pem: &[u8]) -> Result<Vec<Certificate>, Failure> {
    let (first, rest) = next(cx, pem)?;
    let mut all = vec![first];
    all.extend(bundle(cx, rest)?);
    Ok(all)
}

/// The certificates of a text in which nothing else may be.
fn bundle(cx: &mut Context<'_>, pem: &[u8]) -> Result<Vec<Certificate>, Failure> {
    let mut all = Vec::new();
    let mut rest = pem;
    while !rest.is_empty() {
        let (certificate, after) = next(cx, rest)?;
        rest = after;
        all.push(certificate);
    }
    Ok(all)
}

fn archive(
    cx: &mut Context<'_>,
    read: fn(&mut Context<'_>, &[u8]) -> Result<Vec<Certificate>, Failure>,
    certificates: &[u8],
    key: &[u8],
    password: &[u8],
) -> Result<ByteString, Fault> {
    let certificates = read(cx, certificates)?;
    let (block, _) = blocks::next(key).ok_or(Failure::Panic(NIL_DEREFERENCE))?;
    let key = PrivateKey::from_any(cx, &block.contents)?;
    let archive = write::archive(cx, &key, &certificates, password)?;
    Ok(encoded(&archive, &BASE64).into())
}

fn trust_store(cx: &mut Context<'_>, pem: &[u8], password: &[u8]) -> Result<ByteString, Fault> {
    let certificates = bundle(cx, pem)?;
    let store = write::trust_store(cx, &certificates, password)?;
    Ok(encoded(&store, &BASE64).into())
}
