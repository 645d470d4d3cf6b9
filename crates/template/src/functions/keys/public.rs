//! Public keys, as certificates hold them (RFC 5280, RFC 3279, RFC 8410).

use aws_lc_rs::digest::{SHA256, digest};

use super::curve::Curve;
use super::ec::check_point;
use super::{DSA, ECDSA, ED25519, RSA};
use crate::functions::der::{self, Bytes, Reader};
use crate::functions::failure::Failure;

/// A public key: the encoding of its algorithm, and the bytes that are the key.
#[derive(PartialEq, Eq)]
pub(in crate::functions) struct PublicKey {
    algorithm: Bytes,
    bits: Vec<u8>,
}

impl PublicKey {
    /// A key whose exponent is any number: not every one that Go writes can be used.
    pub(in crate::functions) fn rsa(modulus: &[u8], exponent: i64) -> Self {
        let bits = der::sequence(&[&der::number(modulus), &der::int(exponent)]).to_vec();
        Self { algorithm: der::algorithm(RSA, der::NULL), bits }
    }

    pub(in crate::functions) fn on_curve(curve: Curve, point: &[u8]) -> Self {
        let parameters = der::object(curve.identifier());
        Self { algorithm: der::algorithm(ECDSA, &parameters), bits: point.to_vec() }
    }

    pub(in crate::functions) fn ed25519(key: &[u8]) -> Self {
        Self { algorithm: der::algorithm(ED25519, &[]), bits: key.to_vec() }
    }

    /// Reads the key of a certificate. A key of an unknown kind is none; one that is malformed is Go's error.
    pub(in crate::functions) fn read(
        algorithm: &[u8],
        parameters: &[u8],
        bits: &[u8],
    ) -> Result<Option<Self>, Failure> {
        match algorithm {
            RSA => rsa(parameters, bits).map(Some),
            ECDSA => {
                let curve =
                    Reader::new(parameters).object_identifier().ok_or("x509: invalid ECDSA parameters")?;
                let curve = Curve::of(curve).ok_or("x509: unsupported elliptic curve")?;
                check_point(curve, bits)?;
                Ok(Some(Self::on_curve(curve, bits)))
            }
            ED25519 if !parameters.is_empty() => {
                Err("x509: Ed25519 key encoded with illegal parameters".into())
            }
            ED25519 if bits.len() != 32 => Err("x509: wrong Ed25519 public key size".into()),
            ED25519 => Ok(Some(Self::ed25519(bits))),
            DSA => dsa(parameters, bits).map(Some),
            _ => Ok(None),
        }
    }

    /// The key with its algorithm: `SubjectPublicKeyInfo`.
    pub(in crate::functions) fn info(&self) -> Bytes {
        der::sequence(&[&self.algorithm, &der::bits(&self.bits)])
    }

    /// What the key is told by: the first 160 bits of a hash of it (RFC 7093).
    pub(in crate::functions) fn identifier(&self) -> Vec<u8> {
        digest(&SHA256, &self.bits).as_ref()[..20].to_vec()
    }
}

fn rsa(parameters: &[u8], bits: &[u8]) -> Result<PublicKey, Failure> {
    if parameters != der::NULL {
        return Err("x509: RSA key missing NULL parameters".into());
    }
    let mut inner = Reader::new(bits).enter(der::SEQUENCE).ok_or("x509: invalid RSA public key")?;
    let modulus = inner.natural().ok_or("x509: invalid RSA modulus")?;
    let exponent = inner.int().ok_or("x509: invalid RSA public exponent")?;
    let modulus = modulus.ok_or("x509: RSA modulus is not a positive number")?;
    if exponent <= 0 {
        return Err("x509: RSA public exponent is not a positive number".into());
    }
    Ok(PublicKey::rsa(modulus, exponent))
}

/// No private key fits one of DSA, so that its encoding does not matter.
fn dsa(parameters: &[u8], bits: &[u8]) -> Result<PublicKey, Failure> {
    let key = Reader::new(bits).natural().ok_or("x509: invalid DSA public key")?;
    let mut inner = Reader::new(parameters).enter(der::SEQUENCE).ok_or("x509: invalid DSA parameters")?;
    let mut numbers = vec![key];
    for _ in 0..3 {
        numbers.push(inner.natural().ok_or("x509: invalid DSA parameters")?);
    }
    if numbers.contains(&None) {
        return Err("x509: zero or negative DSA parameter".into());
    }
    Ok(PublicKey { algorithm: der::algorithm(DSA, parameters), bits: bits.to_vec() })
}
