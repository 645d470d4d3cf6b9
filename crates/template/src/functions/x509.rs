//! Certificates read as strictly as Go's `x509.ParseCertificate` reads them (RFC 5280), with its errors.

mod extensions;
mod general_names;
mod names;
mod subject;
mod times;

use super::der::{self, Reader};
use super::failure::Failure;
use super::keys::PublicKey;
use crate::bytes::ByteString;
use crate::context::Context;
use extensions::Extensions;
use names::Attribute;
pub(super) use names::text;

/// What checking a certificate costs, most of it for the point of a key on a curve.
const STEPS: u64 = 100;

/// A certificate.
pub(super) struct Certificate {
    der: ByteString,
    /// The encoding of its subject.
    pub(super) subject: Vec<u8>,
    attributes: Vec<Attribute>,
    /// Its key, unless that is of a kind that is not known.
    pub(super) key: Option<PublicKey>,
    extensions: Extensions,
}

impl Certificate {
    /// One certificate, with nothing behind it.
    pub(super) fn read(cx: &mut Context<'_>, der: &[u8]) -> Result<Self, Failure> {
        let mut reader = Reader::new(der);
        let certificate = Self::next(cx, &mut reader)?;
        if reader.is_empty() { Ok(certificate) } else { Err("x509: trailing data".into()) }
    }

    /// Certificates one after the other.
    pub(super) fn read_all(cx: &mut Context<'_>, der: &[u8]) -> Result<Vec<Self>, Failure> {
        let mut reader = Reader::new(der);
        let mut all = Vec::new();
        while !reader.is_empty() {
            all.push(Self::next(cx, &mut reader)?);
        }
        Ok(all)
    }

    fn next(cx: &mut Context<'_>, reader: &mut Reader<'_>) -> Result<Self, Failure> {
        let whole = reader.element(der::SEQUENCE).ok_or("x509: malformed certificate")?;
        cx.work(STEPS + whole.whole.len() as u64 / 16)?;
        let mut outer = Reader::new(whole.contents);
        let mut inner = outer.enter(der::SEQUENCE).ok_or("x509: malformed tbs certificate")?;
        let version = version(&mut inner)?;
        serial(&mut inner)?;
        signature_algorithm(&mut inner, &mut outer)?;
        names::read(inner.contents(der::SEQUENCE).ok_or("x509: malformed issuer")?)?;
        times::check(inner.enter(der::SEQUENCE).ok_or("x509: malformed validity")?)?;
        let subject = inner.element(der::SEQUENCE).ok_or("x509: malformed issuer")?;
        let attributes = names::read(subject.contents)?;
        let key = public_key(inner.enter(der::SEQUENCE).ok_or("x509: malformed spki")?)?;
        if version > 1 {
            inner.enter_optional(der::plain_context(1)).ok_or("x509: malformed issuerUniqueID")?;
            inner.enter_optional(der::plain_context(2)).ok_or("x509: malformed subjectUniqueID")?;
        }
        let extensions = if version == 3 { Extensions::read(&mut inner)? } else { Extensions::default() };
        outer.bit_string().ok_or("x509: malformed signature")?;
        Ok(Self { der: whole.whole.into(), subject: subject.whole.to_vec(), attributes, key, extensions })
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// The subject as Go writes it.
    pub(super) fn subject_text(&self) -> String {
        subject::text(&self.attributes)
    }

    /// The identifier of its key; empty if it has none.
    pub(super) fn key_identifier(&self) -> &[u8] {
        &self.extensions.key_identifier
    }

    /// The identifier of the key that signed it, if it tells one.
    pub(super) fn issuer_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.issuer_key_identifier.as_deref()
    }

    /// The other names of the subject: of hosts, then addresses, then of mailboxes, then URIs.
    pub(super) fn names(&self) -> Vec<String> {
        self.extensions.names.concat()
    }
}

/// The version as people count, from 1 to 3.
fn version(inner: &mut Reader<'_>) -> Result<i64, Failure> {
    let malformed = "x509: malformed version";
    let Some(mut given) = inner.enter_optional(der::context(0)).ok_or(malformed)? else { return Ok(1) };
    match given.int().filter(|_| given.is_empty()) {
        Some(version @ 0..=2) => Ok(version + 1),
        Some(3..) => Err("x509: invalid version".into()),
        _ => Err(malformed.into()),
    }
}

fn serial(inner: &mut Reader<'_>) -> Result<(), Failure> {
    let serial = inner.integer().ok_or("x509: malformed serial number")?;
    if der::is_negative(serial) { Err("x509: negative serial number".into()) } else { Ok(()) }
}

/// The algorithm, which stands inside and outside what is signed.
fn signature_algorithm(inner: &mut Reader<'_>, outer: &mut Reader<'_>) -> Result<(), Failure> {
    let inside = inner.contents(der::SEQUENCE).ok_or("x509: malformed signature algorithm identifier")?;
    let outside = outer.contents(der::SEQUENCE).ok_or("x509: malformed algorithm identifier")?;
    if inside != outside {
        return Err("x509: inner and outer signature algorithm identifiers don't match".into());
    }
    algorithm(Reader::new(inside)).map(drop)
}

/// An algorithm's object identifier and the encoding of its parameters, which is empty if there are none.
fn algorithm<'a>(mut reader: Reader<'a>) -> Result<(&'a [u8], &'a [u8]), Failure> {
    let identifier = reader.object_identifier().ok_or("x509: malformed OID")?;
    if reader.is_empty() {
        return Ok((identifier, &[]));
    }
    let parameters = reader.any().ok_or("x509: malformed parameters")?;
    Ok((identifier, parameters.whole))
}

fn public_key(mut info: Reader<'_>) -> Result<Option<PublicKey>, Failure> {
    let algorithm_parts =
        info.enter(der::SEQUENCE).ok_or("x509: malformed public key algorithm identifier")?;
    let (identifier, parameters) = algorithm(algorithm_parts)?;
    let (bytes, unused) = info.bit_string().ok_or("x509: malformed subjectPublicKey")?;
    PublicKey::read(identifier, parameters, &right_aligned(bytes, unused))
}

/// The bits moved so that the unused ones come first, as Go takes them.
fn right_aligned(bytes: &[u8], unused: u8) -> Vec<u8> {
    let mut before = 0;
    let shifted = bytes.iter().map(|byte| {
        let both = u16::from_be_bytes([before, *byte]) >> unused;
        before = *byte;
        both.to_be_bytes()[1]
    });
    shifted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_that_are_unused_come_first() {
        assert_eq!(right_aligned(&[0b1000_0001, 0b1000_0000], 4), [0b0000_1000, 0b0001_1000]);
        assert_eq!(right_aligned(&[1, 2], 0), [1, 2]);
    }
}
