//! PKCS#12 archives (RFC 7292): keys and certificates out of them and into them.

mod cipher;
mod derivation;
mod encryption;
mod identifiers;
mod mac;
mod password;
mod read;
mod subject;
mod write;

use super::NIL_DEREFERENCE;
use super::encodings::{BASE64, encoded};
use super::failure::Failure;
use super::keys::PrivateKey;
use super::pems::{CERTIFICATE, Certificate, blocks, chain};
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
            archive(cx, &first(args.string(0)?)?, args.string(1)?, NO_PASSWORD)
        })
        .about(
            "Puts the first certificate and a private key into a PKCS#12 archive without a password, as base64.",
            "{{ pemToPkcs12 .cert .key }}",
        ),
        text("pemToPkcs12Pass", 3, |cx, args| {
            archive(cx, &first(args.string(0)?)?, args.string(1)?, args.string(2)?)
        })
        .about(
            "Puts the first certificate and a private key into a PKCS#12 archive with this password, as base64.",
            "{{ pemToPkcs12Pass .cert .key .password }}",
        ),
        text("fullPemToPkcs12", 2, |cx, args| {
            archive(cx, &all(args.string(0)?)?, args.string(1)?, NO_PASSWORD)
        })
        .about(
            "Puts certificates, the leaf first, and a private key into a PKCS#12 archive without a password, as base64.",
            "{{ fullPemToPkcs12 .chain .key }}",
        ),
        text("fullPemToPkcs12Pass", 3, |cx, args| {
            archive(cx, &all(args.string(0)?)?, args.string(1)?, args.string(2)?)
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
    let pem: Vec<u8> = (contents.certificates.iter())
        .flat_map(|certificate| blocks::written(CERTIFICATE, certificate.der()).to_vec())
        .collect();
    // In another order only if they are one chain.
    Ok(chain::ordered(&pem).map_or_else(|_| pem.into(), |chain| chain::written(&chain).into()))
}

/// The first certificate.
fn first(pem: &[u8]) -> Result<Vec<Certificate>, Failure> {
    let (block, _) = blocks::next(pem).ok_or(Failure::Panic(NIL_DEREFERENCE))?;
    Ok(vec![Certificate::read(&block.contents)?])
}

/// All certificates, of which there is at least one.
fn all(pem: &[u8]) -> Result<Vec<Certificate>, Failure> {
    let (block, rest) = blocks::next(pem).ok_or(Failure::Panic(NIL_DEREFERENCE))?;
    let mut all = vec![Certificate::read(&block.contents)?];
    all.extend(bundle(rest)?);
    Ok(all)
}

/// The certificates of a text in which nothing else may be.
fn bundle(pem: &[u8]) -> Result<Vec<Certificate>, Failure> {
    let mut all = Vec::new();
    let mut rest = pem;
    while !rest.is_empty() {
        let (block, after) = blocks::next(rest).ok_or(Failure::Panic(NIL_DEREFERENCE))?;
        rest = after;
        all.push(Certificate::read(&block.contents)?);
    }
    Ok(all)
}

fn archive(
    cx: &mut Context<'_>,
    certificates: &[Certificate],
    key: &[u8],
    password: &[u8],
) -> Result<ByteString, Fault> {
    let (block, _) = blocks::next(key).ok_or(Failure::Panic(NIL_DEREFERENCE))?;
    let key = PrivateKey::from_any(cx, &block.contents)?;
    let archive = write::archive(cx, &key, certificates, password)?;
    Ok(encoded(&archive, &BASE64).into())
}

fn trust_store(cx: &mut Context<'_>, pem: &[u8], password: &[u8]) -> Result<ByteString, Fault> {
    let store = write::trust_store(cx, &bundle(pem)?, password)?;
    Ok(encoded(&store, &BASE64).into())
}
