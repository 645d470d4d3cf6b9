//! Public keys, as certificates hold them.

use aws_lc_rs::digest::{SHA256, digest};

use super::curve::Curve;
use super::{DSA, ECDSA, ED25519, RSA};
use crate::functions::certificates::der::{self, Reader};

/// A public key: the encoding of its algorithm, and the bytes that are the key.
#[derive(PartialEq, Eq)]
pub(in crate::functions) struct PublicKey {
    algorithm: Vec<u8>,
    pub(super) bits: Vec<u8>,
}

impl PublicKey {
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let bits = der::sequence(&[&der::number(modulus), &der::number(exponent)]).to_vec();
        Self { algorithm: der::algorithm(RSA, der::NULL), bits }
    }

    pub(super) fn on_curve(curve: Curve, point: &[u8]) -> Self {
        let parameters = der::element(der::OBJECT_IDENTIFIER, &[curve.identifier()]);
        Self { algorithm: der::algorithm(ECDSA, &parameters), bits: point.to_vec() }
    }

    pub(super) fn ed25519(key: &[u8]) -> Self {
        Self { algorithm: der::algorithm(ED25519, &[]), bits: key.to_vec() }
    }

    /// Reads the key of a certificate. A key of an unknown kind is none; one that is malformed is Go's error.
    pub(in crate::functions) fn read(
        algorithm: &[u8],
        parameters: &[u8],
        bits: &[u8],
    ) -> Result<Option<Self>, &'static str> {
        match algorithm {
            RSA => rsa(parameters, bits).map(Some),
            ECDSA => {
                let curve =
                    Reader::new(parameters).object_identifier().ok_or("x509: invalid ECDSA parameters")?;
                let curve = Curve::named(curve).ok_or("x509: unsupported elliptic curve")?;
                if bits.first() != Some(&4) {
                    return Err("ecdsa: invalid uncompressed public key");
                }
                if !curve.has_point(bits) {
                    return Err(curve.not_a_point(bits));
                }
                Ok(Some(Self::on_curve(curve, bits)))
            }
            ED25519 if !parameters.is_empty() => Err("x509: Ed25519 key encoded with illegal parameters"),
            ED25519 if bits.len() != 32 => Err("x509: wrong Ed25519 public key size"),
            ED25519 => Ok(Some(Self::ed25519(bits))),
            DSA => dsa(parameters, bits).map(Some),
            _ => Ok(None),
        }
    }

    /// The key with its algorithm, as a certificate has them.
    pub(in crate::functions) fn info(&self) -> Vec<u8> {
        der::sequence(&[&self.algorithm, &der::bits(&self.bits)]).to_vec()
    }

    /// What the key is told by: the first 160 bits of a hash of it (RFC 7093).
    pub(in crate::functions) fn identifier(&self) -> Vec<u8> {
        digest(&SHA256, &self.bits).as_ref()[..20].to_vec()
    }
}

fn rsa(parameters: &[u8], bits: &[u8]) -> Result<PublicKey, &'static str> {
    if parameters != der::NULL {
        return Err("x509: RSA key missing NULL parameters");
    }
    let mut inner = Reader::new(bits).enter(der::SEQUENCE).ok_or("x509: invalid RSA public key")?;
    let modulus = inner.integer().ok_or("x509: invalid RSA modulus")?;
    let exponent = inner.integer().filter(|digits| digits.len() <= 8);
    let exponent = exponent.ok_or("x509: invalid RSA public exponent")?;
    if !der::is_positive(modulus) {
        return Err("x509: RSA modulus is not a positive number");
    }
    if !der::is_positive(exponent) {
        return Err("x509: RSA public exponent is not a positive number");
    }
    Ok(PublicKey::rsa(modulus, exponent))
}

/// No private key fits one of DSA, so that its encoding does not matter.
fn dsa(parameters: &[u8], bits: &[u8]) -> Result<PublicKey, &'static str> {
    let key = Reader::new(bits).integer().ok_or("x509: invalid DSA public key")?;
    let mut inner = Reader::new(parameters).enter(der::SEQUENCE).ok_or("x509: invalid DSA parameters")?;
    let mut numbers = vec![key];
    for _ in 0..3 {
        numbers.push(inner.integer().ok_or("x509: invalid DSA parameters")?);
    }
    if !numbers.into_iter().all(der::is_positive) {
        return Err("x509: zero or negative DSA parameter");
    }
    Ok(PublicKey { algorithm: der::algorithm(DSA, parameters), bits: bits.to_vec() })
}
