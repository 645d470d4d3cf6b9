//! RSA private keys (RFC 8017): their format, and whether their parts belong together.
//!
//! Nothing is decrypted or signed here. The checks are Go's, which take less than aws-lc's do: keys of 1024 bits are
//! still around in old archives. The arithmetic takes a time that does not depend on the numbers, only on their sizes.

mod check;

use super::super::der::{self, Bytes, Fields, Kind};
use super::super::failure::Failure;
use super::{Info, ec, mistaken};
use crate::context::Context;
use check::Checked;

/// The numbers of a key, each from its most significant byte on. What is empty is computed.
#[derive(Default)]
pub(in super::super) struct Parts<'a> {
    pub(in super::super) modulus: &'a [u8],
    pub(in super::super) public: i64,
    pub(in super::super) private: &'a [u8],
    /// The two primes.
    pub(in super::super) primes: [&'a [u8]; 2],
    /// The private exponent for each prime.
    pub(in super::super) exponents: [Option<&'a [u8]>; 2],
    /// The inverse of the second prime for the first.
    pub(in super::super) coefficient: Option<&'a [u8]>,
    /// Primes beyond the second.
    pub(in super::super) more: Vec<&'a [u8]>,
}

/// A private key whose parts belong together.
pub(in super::super) struct RsaKey(Bytes);

struct Pkcs1<'a> {
    version: i64,
    parts: Parts<'a>,
    /// Whether a number is zero or less, and whether one of the primes beyond the second is.
    bad: bool,
    bad_prime: bool,
}

impl<'a> Pkcs1<'a> {
    fn read(der: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(Fields::new(der).next(&Kind::structure("pkcs1PrivateKey"))?.contents);
        let version = der::integer(fields.next(&Kind::INTEGER)?.contents)?;
        let mut bad = false;
        let mut sound = |number: Option<&'a [u8]>| {
            bad |= number.is_none();
            number.unwrap_or_default()
        };
        let mut parts = Parts { modulus: sound(next(&mut fields)?), ..Parts::default() };
        parts.public = der::integer(fields.next(&Kind::INTEGER)?.contents)?;
        parts.private = sound(next(&mut fields)?);
        parts.primes = [sound(next(&mut fields)?), sound(next(&mut fields)?)];
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
                let prime = next(&mut fields)?;
                // Exponent and coefficient are computed anew.
                next(&mut fields)?;
                next(&mut fields)?;
                bad_prime |= prime.is_none();
                parts.more.push(prime.unwrap_or_default());
            }
        }
        Ok(Self { version, parts, bad, bad_prime })
    }
}

fn next<'a>(fields: &mut Fields<'a>) -> Result<Option<&'a [u8]>, String> {
    der::natural(fields.next(&Kind::NATURAL)?.contents)
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

    pub(in super::super) fn from_parts(cx: &mut Context<'_>, parts: &Parts<'_>) -> Result<Self, Failure> {
        let checked = check::check(cx, parts)?;
        Ok(Self(written(parts, &checked)))
    }

    pub(super) fn to_pkcs1(&self) -> &[u8] {
        &self.0
    }
}

fn written(parts: &Parts<'_>, checked: &Checked) -> Bytes {
    let number = |bytes: &[u8]| der::written_natural(bytes);
    let more: Vec<Bytes> = (parts.more.iter().zip(&checked.more))
        .map(|(prime, [exponent, coefficient])| {
            der::element(der::SEQUENCE, &[&number(prime), &number(exponent), &number(coefficient)])
        })
        .collect();
    let more: Vec<&[u8]> = more.iter().map(|prime| &prime[..]).collect();
    let more = if more.is_empty() { Bytes::default() } else { der::element(der::SEQUENCE, &more) };
    der::element(
        der::SEQUENCE,
        &[
            &der::int(i64::from(!parts.more.is_empty())),
            &number(parts.modulus),
            &der::int(parts.public),
            &number(parts.private),
            &number(parts.primes[0]),
            &number(parts.primes[1]),
            &number(&checked.exponents[0]),
            &number(&checked.exponents[1]),
            &number(&checked.coefficient),
            &more,
        ],
    )
}
