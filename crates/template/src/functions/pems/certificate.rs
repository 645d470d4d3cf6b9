//! Certificates (RFC 5280), read as far as Go's errors tell apart what is wrong with one.

use super::super::der::{self, Fields, Kind};
use super::super::failure::Failure;
use super::super::keys::{self, Curve, check_point};
use super::names::{self, Attribute};
use crate::bytes::ByteString;

/// A certificate.
pub(in super::super) struct Certificate {
    der: ByteString,
    subject: Vec<Attribute>,
}

const SEQUENCE: Kind = Kind::SEQUENCE_OF;

impl Certificate {
    /// One certificate, with nothing behind it.
    pub(in super::super) fn read(der: &[u8]) -> Result<Self, Failure> {
        let (certificate, rest) = Self::first(der)?;
        if rest.is_empty() { Ok(certificate) } else { Err("x509: trailing data".into()) }
    }

    /// Certificates one after the other.
    pub(in super::super) fn read_all(der: &[u8]) -> Result<Vec<Self>, Failure> {
        let mut all = Vec::new();
        let mut rest = der;
        while !rest.is_empty() {
            let (certificate, after) = Self::first(rest)?;
            rest = after;
            all.push(certificate);
        }
        Ok(all)
    }

    fn first(der: &[u8]) -> Result<(Self, &[u8]), Failure> {
        let mut around = Fields::new(der);
        let whole = around.next(&SEQUENCE).map_err(|_| "x509: malformed certificate")?;
        let mut outer = Fields::new(whole.contents);
        let inner = outer.next(&SEQUENCE).map_err(|_| "x509: malformed tbs certificate")?;
        let mut fields = Fields::new(inner.contents);
        version(&mut fields)?;
        serial_number(&mut fields)?;
        let inner = part(&mut fields, "signature algorithm identifier")?;
        let outer = part(&mut outer, "algorithm identifier")?;
        if inner != outer {
            return Err("x509: inner and outer signature algorithm identifiers don't match".into());
        }
        names::read(part(&mut fields, "issuer")?)?;
        part(&mut fields, "validity")?;
        let subject = names::read(part(&mut fields, "issuer")?)?;
        public_key(part(&mut fields, "spki")?)?;
        Ok((Self { der: whole.whole.into(), subject }, around.rest()))
    }

    pub(in super::super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// The attributes of the subject, those of one relative name after the other.
    pub(in super::super) fn subject(&self) -> &[Attribute] {
        &self.subject
    }
}

fn malformed(part: &str) -> Failure {
    format!("x509: malformed {part}").into()
}

/// The contents of the SEQUENCE that comes next.
fn part<'a>(fields: &mut Fields<'a>, name: &str) -> Result<&'a [u8], Failure> {
    fields.next(&SEQUENCE).map(|part| part.contents).map_err(|_| malformed(name))
}

fn version(fields: &mut Fields<'_>) -> Result<(), Failure> {
    let version = fields.next_if(&Kind::INTEGER.explicit(0).optional());
    let version = version.and_then(|version| version.map_or(Ok(0), |version| der::integer(version.contents)));
    match version {
        Ok(0..=2) => Ok(()),
        Ok(3..) => Err("x509: invalid version".into()),
        _ => Err(malformed("version")),
    }
}

fn serial_number(fields: &mut Fields<'_>) -> Result<(), Failure> {
    let number = fields.next(&Kind::NATURAL).map_err(|_| malformed("serial number"))?.contents;
    der::natural(number).map_err(|_| malformed("serial number"))?;
    if number[0] & 0x80 != 0 { Err("x509: negative serial number".into()) } else { Ok(()) }
}

/// Checks a key of the kinds that Go knows.
fn public_key(info: &[u8]) -> Result<(), Failure> {
    let mut fields = Fields::new(info);
    let algorithm = part(&mut fields, "public key algorithm identifier")?;
    let (algorithm, parameters) =
        keys::algorithm(algorithm).map_err(|_| malformed("public key algorithm identifier"))?;
    let key = fields.next(&Kind::BIT_STRING).map_err(|_| malformed("subjectPublicKey"))?.contents;
    der::bit_string(key).map_err(|_| malformed("subjectPublicKey"))?;
    match algorithm {
        keys::RSA => rsa(&key[1..], parameters),
        keys::EC => ec(&key[1..], parameters),
        keys::ED25519 if !parameters.is_empty() => {
            Err("x509: Ed25519 key encoded with illegal parameters".into())
        }
        keys::ED25519 if key.len() != 33 => Err("x509: wrong Ed25519 public key size".into()),
        _ => Ok(()),
    }
}

fn rsa(key: &[u8], parameters: &[u8]) -> Result<(), Failure> {
    if parameters != keys::NULL {
        return Err("x509: RSA key missing NULL parameters".into());
    }
    let key = Fields::new(key).next(&SEQUENCE).map_err(|_| "x509: invalid RSA public key")?;
    let mut fields = Fields::new(key.contents);
    let modulus = fields.next(&Kind::NATURAL).and_then(|modulus| der::natural(modulus.contents));
    let modulus = modulus.map_err(|_| "x509: invalid RSA modulus")?;
    let exponent = fields.next(&Kind::INTEGER).and_then(|exponent| der::integer(exponent.contents));
    let exponent = exponent.map_err(|_| "x509: invalid RSA public exponent")?;
    if modulus.is_none() {
        return Err("x509: RSA modulus is not a positive number".into());
    }
    if exponent <= 0 {
        return Err("x509: RSA public exponent is not a positive number".into());
    }
    Ok(())
}

fn ec(key: &[u8], parameters: &[u8]) -> Result<(), Failure> {
    const P224: &[u8] = &[0x2b, 0x81, 4, 0, 33];
    let curve = Fields::new(parameters).next(&Kind::OBJECT);
    let curve = curve.and_then(|curve| der::object_identifier(curve.contents));
    let curve = curve.map_err(|_| "x509: invalid ECDSA parameters")?;
    if curve == P224 {
        return Ok(());
    }
    let curve = Curve::of(curve).ok_or("x509: unsupported elliptic curve")?;
    if key.first() != Some(&4) {
        return Err("ecdsa: invalid uncompressed public key".into());
    }
    if key.len() != 1 + 2 * curve.bytes() {
        return Err(format!("invalid {} point encoding", curve.name()).into());
    }
    check_point(curve, key)
}
