//! RSA private keys (RFC 8017): their format, and whether their parts belong together.
//!
//! Nothing is decrypted or signed here. The checks are Go's, which ask for less than aws-lc's do: keys of 1024 bits are
//! still around in old archives. The arithmetic takes a time that does not depend on the numbers, only on their sizes.

mod check;

use super::PublicKey;
use super::ec;
use super::pkcs8::{Info, mistaken};
use crate::context::Context;
use crate::functions::der::{self, Bytes, Fields, Kind};
use crate::functions::failure::Failure;
use check::Checked;

/// The numbers of a key, each from its most significant byte on. What is empty is computed.
#[derive(Default)]
pub(in crate::functions) struct Parts<'a> {
    pub(in crate::functions) modulus: &'a [u8],
    pub(in crate::functions) public: i64,
    pub(in crate::functions) private: &'a [u8],
    /// The two primes.
    pub(in crate::functions) primes: [&'a [u8]; 2],
    /// The private exponent for each prime.
    pub(in crate::functions) exponents: [Option<&'a [u8]>; 2],
    /// The inverse of the second prime for the first.
    pub(in crate::functions) coefficient: Option<&'a [u8]>,
    /// Primes beyond the second.
    pub(in crate::functions) more: Vec<&'a [u8]>,
}

/// A private key whose parts belong together.
pub(in crate::functions) struct RsaKey {
    pkcs1: Bytes,
    modulus: Vec<u8>,
    exponent: i64,
}

struct Pkcs1<'a> {
    version: i64,
    parts: Parts<'a>,
    /// Whether a number is zero or less, and whether one of the primes beyond the second is.
    bad: bool,
    bad_prime: bool,
}

impl<'a> Pkcs1<'a> {
    fn read(der: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(der).enter("pkcs1PrivateKey")?;
        let version = fields.int()?;
        let mut bad = false;
        let mut sound = |number: Option<&'a [u8]>| {
            bad |= number.is_none();
            number.unwrap_or_default()
        };
        let mut parts = Parts { modulus: sound(fields.natural()?), ..Parts::default() };
        parts.public = fields.int()?;
        parts.private = sound(fields.natural()?);
        parts.primes = [sound(fields.natural()?), sound(fields.natural()?)];
        let mut optional = || -> Result<Option<&'a [u8]>, String> {
            match fields.next_if(&Kind::NATURAL.optional())? {
                Some(number) => Ok(Some(sound(der::natural(number.contents)?))),
                None => Ok(None),
            }
        };
        parts.exponents = [optional()?, optional()?];
        parts.coefficient = optional()?;
        let mut bad_prime = false;
        if let Some(more) = fields.next_if(&Kind::SEQUENCE_OF.optional())? {
            for prime in der::sequence_of(more.contents)? {
                let mut fields = Fields::new(prime);
                let prime = fields.natural()?;
                // Exponent and coefficient are computed anew.
                fields.natural()?;
                fields.natural()?;
                bad_prime |= prime.is_none();
                parts.more.push(prime.unwrap_or_default());
            }
        }
        Ok(Self { version, parts, bad, bad_prime })
    }
}

pub(super) fn is_pkcs1(der: &[u8]) -> bool {
    Pkcs1::read(der).is_ok()
}

impl RsaKey {
    pub(super) fn from_pkcs1(cx: &mut Context<'_>, der: &[u8]) -> Result<Self, Failure> {
        let mut around = Fields::new(der);
        let key = match Pkcs1::read(der) {
            Ok(key) => key,
            Err(_) if ec::is_sec1(der) => return Err(mistaken("EC")),
            Err(_) if Info::read(der).is_ok() => return Err(mistaken("PKCS8")),
            Err(error) => return Err(error.into()),
        };
        around.next(&Kind::ANY)?;
        if !around.rest().is_empty() {
            return Err("asn1: syntax error: trailing data".into());
        }
        if key.version > 1 {
            return Err("x509: unsupported private key version".into());
        }
        if key.bad {
            return Err("x509: private key contains zero or negative value".into());
        }
        if key.bad_prime {
            return Err("x509: private key contains zero or negative prime".into());
        }
        Self::from_parts(cx, &key.parts)
    }

    pub(in crate::functions) fn from_parts(cx: &mut Context<'_>, parts: &Parts<'_>) -> Result<Self, Failure> {
        let pkcs1 = written(parts, &check::check(cx, parts)?);
        Ok(Self { pkcs1, modulus: parts.modulus.to_vec(), exponent: parts.public })
    }

    pub(super) fn to_pkcs1(&self) -> &[u8] {
        &self.pkcs1
    }

    pub(super) fn public(&self) -> PublicKey {
        PublicKey::rsa(&self.modulus, self.exponent)
    }

    /// Whether the key is too short for aws-lc.
    pub(super) fn is_short(&self) -> bool {
        self.modulus.len() < 256 || self.modulus.len() == 256 && self.modulus[0] < 0x80
    }
}

fn written(parts: &Parts<'_>, checked: &Checked) -> Bytes {
    let more: Vec<Bytes> = (parts.more.iter().zip(&checked.more))
        .map(|(prime, numbers)| {
            let [exponent, coefficient] = numbers;
            der::sequence(&[&der::number(prime), &der::number(exponent), &der::number(coefficient)])
        })
        .collect();
    let more = if more.is_empty() { Bytes::default() } else { der::sequence_of_all(&more) };
    der::sequence(&[
        &der::int(i64::from(!parts.more.is_empty())),
        &der::number(parts.modulus),
        &der::int(parts.public),
        &der::number(parts.private),
        &der::number(parts.primes[0]),
        &der::number(parts.primes[1]),
        &der::number(&checked.exponents[0]),
        &der::number(&checked.exponents[1]),
        &der::number(&checked.coefficient),
        &more,
    ])
}
