//! Private keys read from PEM, with Go's errors. Where Go tells what the bytes hold, ours does not.

use aws_lc_rs::signature::RsaKeyPair;
use zeroize::Zeroizing;

use super::curve::Curve;
use super::{ECDSA, ED25519, PrivateKey, RSA, X25519};
use crate::function::HIDDEN;
use crate::functions::certificates::der::{self, Reader};
use crate::functions::pems::blocks;

/// The key of the first block.
pub(super) fn pem(text: &[u8]) -> Result<PrivateKey, String> {
    let (block, _) = blocks::next(text).ok_or("no PEM data in input")?;
    let contents = &block.contents;
    match &block.kind[..] {
        b"PRIVATE KEY" => pkcs8(contents).map_err(|why| format!("decoding PEM as PKCS#8: {why}")),
        b"RSA PRIVATE KEY" => {
            pkcs1(contents).map_err(|why| format!("parsing RSA private key from PEM: {why}"))
        }
        b"EC PRIVATE KEY" => {
            sec1(None, contents).map_err(|why| format!("parsing EC private key from PEM: {why}"))
        }
        b"DSA PRIVATE KEY" if is_dsa(contents) => Ok(PrivateKey::Dsa),
        b"DSA PRIVATE KEY" => Err(format!("parsing DSA private key from PEM: asn1: {HIDDEN}")),
        kind if kind.ends_with(b" PRIVATE KEY") => Err(format!("invalid private key type {HIDDEN}")),
        _ => Err(format!("no private key data in PEM block of type {HIDDEN}")),
    }
}

/// The parts of a PKCS#8 key: the algorithm, its parameters, and the key.
struct Envelope<'a> {
    algorithm: &'a [u8],
    parameters: &'a [u8],
    key: &'a [u8],
}

impl<'a> Envelope<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut inner = Reader::new(bytes).enter(der::SEQUENCE)?;
        inner.integer()?;
        let mut algorithm = inner.enter(der::SEQUENCE)?;
        let identifier = algorithm.object_identifier()?;
        let parameters = if algorithm.is_empty() { &[][..] } else { algorithm.any()?.whole };
        Some(Self { algorithm: identifier, parameters, key: inner.contents(der::OCTET_STRING)? })
    }
}

/// The parts of a SEC1 key: its version, the number, and the curve if it is named.
struct Sec1<'a> {
    version: &'a [u8],
    private: &'a [u8],
    curve: Option<&'a [u8]>,
}

impl<'a> Sec1<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut inner = Reader::new(bytes).enter(der::SEQUENCE)?;
        let version = inner.integer()?;
        let private = inner.contents(der::OCTET_STRING)?;
        // What holds something else than it should is taken for something that is not known yet.
        let curve = match inner.enter_optional(der::context(0))? {
            Some(mut named) if named.at(der::OBJECT_IDENTIFIER) => Some(named.object_identifier()?),
            _ => None,
        };
        match inner.enter_optional(der::context(1))? {
            Some(mut public) if public.at(der::BIT_STRING) => drop(public.bit_string()?),
            _ => {}
        }
        Some(Self { version, private, curve })
    }
}

/// The numbers of a PKCS#1 key after its version: modulus, exponents, primes, and what is derived of them.
fn rsa_numbers(bytes: &[u8]) -> Option<(&[u8], [&[u8]; 8])> {
    let mut inner = Reader::new(bytes).enter(der::SEQUENCE)?;
    let version = inner.integer()?;
    let mut numbers = [&[][..]; 8];
    for number in &mut numbers {
        *number = inner.integer()?;
    }
    Some((version, numbers))
}

/// Five numbers after a version: those of a DSA key.
fn is_dsa(bytes: &[u8]) -> bool {
    let inner = Reader::new(bytes).enter(der::SEQUENCE);
    inner.is_some_and(|mut inner| (0..6).all(|_| inner.integer().is_some()))
}

const USE_PKCS1: &str =
    "x509: failed to parse private key (use ParsePKCS1PrivateKey instead for this key format)";
const USE_PKCS8: &str =
    "x509: failed to parse private key (use ParsePKCS8PrivateKey instead for this key format)";
const USE_SEC1: &str =
    "x509: failed to parse private key (use ParseECPrivateKey instead for this key format)";

pub(super) fn pkcs8(bytes: &[u8]) -> Result<PrivateKey, String> {
    let Some(envelope) = Envelope::read(bytes) else {
        return Err(if Sec1::read(bytes).is_some() {
            USE_SEC1.to_owned()
        } else if rsa_numbers(bytes).is_some() {
            USE_PKCS1.to_owned()
        } else {
            format!("asn1: {HIDDEN}")
        });
    };
    match envelope.algorithm {
        RSA => pkcs1(envelope.key)
            .map_err(|why| format!("x509: failed to parse RSA private key embedded in PKCS#8: {why}")),
        ECDSA => {
            let curve = Reader::new(envelope.parameters).object_identifier();
            sec1(curve, envelope.key)
                .map_err(|why| format!("x509: failed to parse EC private key embedded in PKCS#8: {why}"))
        }
        ED25519 => Ok(PrivateKey::Ed25519(plain(&envelope, "Ed25519")?)),
        X25519 => plain(&envelope, "X25519").map(|_| PrivateKey::X25519),
        _ => Err(format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {HIDDEN}")),
    }
}

/// The 32 bytes of a key of RFC 8410.
fn plain(envelope: &Envelope<'_>, kind: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    if !envelope.parameters.is_empty() {
        return Err(format!("x509: invalid {kind} private key parameters"));
    }
    let key = Reader::new(envelope.key).contents(der::OCTET_STRING);
    let key = key.ok_or_else(|| format!("x509: invalid {kind} private key: asn1: {HIDDEN}"))?;
    match key.len() {
        32 => Ok(Zeroizing::new(key.to_vec())),
        length if kind == "Ed25519" => Err(format!("x509: invalid Ed25519 private key length: {length}")),
        _ => Err("crypto/ecdh: invalid private key size".to_owned()),
    }
}

fn pkcs1(bytes: &[u8]) -> Result<PrivateKey, String> {
    let mut reader = Reader::new(bytes);
    if reader.any().is_some() && !reader.is_empty() && rsa_numbers(bytes).is_some() {
        return Err("asn1: syntax error: trailing data".to_owned());
    }
    let Some((version, numbers)) = rsa_numbers(bytes) else {
        return Err(if Sec1::read(bytes).is_some() {
            USE_SEC1.to_owned()
        } else if Envelope::read(bytes).is_some() {
            USE_PKCS8.to_owned()
        } else {
            format!("asn1: {HIDDEN}")
        });
    };
    if der::is_positive(version) && version != [1] {
        return Err("x509: unsupported private key version".to_owned());
    }
    let [modulus, exponent, others @ ..] = numbers;
    if ![&[modulus][..], &others].concat().into_iter().all(der::is_positive) {
        return Err("x509: private key contains zero or negative value".to_owned());
    }
    if modulus.last().is_some_and(|last| last % 2 == 0) {
        return Err("crypto/rsa: public modulus is even".to_owned());
    }
    if !der::is_positive(exponent) || exponent == [1] {
        return Err("crypto/rsa: public exponent too small or negative".to_owned());
    }
    // Too short for today; the first digit may be a zero in front of a large one.
    if modulus.len() < 256 || modulus.len() == 256 && modulus[0] < 0x80 {
        return Err("RSA keys of fewer than 2048 bits are not supported".to_owned());
    }
    let numbers = numbers.map(der::number);
    let numbers: Vec<&[u8]> = numbers.iter().map(|number| &number[..]).collect();
    let written = der::sequence(&[&[&der::number(&[])[..]], &numbers[..]].concat());
    match RsaKeyPair::from_der(&written) {
        Ok(_) => Ok(PrivateKey::Rsa(written)),
        Err(_) => Err(format!("crypto/rsa: {HIDDEN}")),
    }
}

/// A key on a curve. The name outside goes before the one inside, and zeros in front may be too many or too few.
fn sec1(curve: Option<&[u8]>, bytes: &[u8]) -> Result<PrivateKey, String> {
    let Some(key) = Sec1::read(bytes) else {
        return Err(if Envelope::read(bytes).is_some() {
            USE_PKCS8.to_owned()
        } else if rsa_numbers(bytes).is_some() {
            USE_PKCS1.to_owned()
        } else {
            format!("x509: failed to parse EC private key: asn1: {HIDDEN}")
        });
    };
    if key.version != [1] {
        return Err(format!("x509: unknown EC private key version {HIDDEN}"));
    }
    let curve = curve.or(key.curve).and_then(Curve::named).ok_or("x509: unknown elliptic curve")?;
    let surplus = key.private.len().saturating_sub(curve.size());
    let (zeros, digits) = key.private.split_at(surplus);
    if zeros.iter().any(|byte| *byte != 0) {
        return Err("x509: invalid private key length".to_owned());
    }
    let mut private = Zeroizing::new(vec![0; curve.size()]);
    private[curve.size() - digits.len()..].copy_from_slice(digits);
    if !curve.has(&private) {
        return Err(curve.not_a_key(&private).to_owned());
    }
    Ok(PrivateKey::Ecdsa(curve, private))
}
