//! Private keys on elliptic curves (SEC 1), and points.

use aws_lc_rs::agreement;
use aws_lc_rs::signature::ParsedPublicKey;
use zeroize::Zeroizing;

use super::curve::Curve;
use super::pkcs8::{Info, mistaken};
use super::rsa;
use crate::context::Context;
use crate::functions::der::{self, Bytes, Fields, Kind, without_zeros};
use crate::functions::failure::Failure;

/// Multiplying a point takes as long as about so many small steps.
const POINT_STEPS: u64 = 1_000;

/// A private key, with the point that goes with it.
pub(in crate::functions) struct EcKey {
    pub(super) curve: Curve,
    /// As many bytes as the curve has.
    scalar: Bytes,
    /// Uncompressed; nothing if it cannot be computed, as on P-224.
    point: Option<Vec<u8>>,
}

struct Sec1<'a> {
    version: i64,
    scalar: &'a [u8],
    curve: Option<&'a [u8]>,
}

impl<'a> Sec1<'a> {
    fn read(der: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(der).enter("ecPrivateKey")?;
        let version = fields.int()?;
        let scalar = fields.octets()?;
        let curve = fields.next_if(&Kind::OBJECT.explicit(0).optional())?;
        let curve = curve.map(|curve| der::object_identifier(curve.contents)).transpose()?;
        if let Some(point) = fields.next_if(&Kind::BIT_STRING.explicit(1).optional())? {
            der::bit_string(point.contents)?;
        }
        Ok(Self { version, scalar, curve })
    }
}

pub(super) fn is_sec1(der: &[u8]) -> bool {
    Sec1::read(der).is_ok()
}

impl EcKey {
    /// A new key.
    pub(super) fn generate(cx: &mut Context<'_>, curve: Curve) -> Result<Self, Failure> {
        let mut scalar = Zeroizing::new(vec![0; curve.bytes()]);
        loop {
            cx.work(1)?;
            cx.random(&mut scalar);
            if is_below_order(&scalar, curve) && !is_zero(&scalar) {
                return Self::new(cx, curve, scalar);
            }
        }
    }

    /// A key on the given curve, or else on the one that it names itself.
    pub(super) fn from_sec1(cx: &mut Context<'_>, curve: Option<&[u8]>, der: &[u8]) -> Result<Self, Failure> {
        let key = match Sec1::read(der) {
            Ok(key) => key,
            Err(_) if Info::read(der).is_ok() => return Err(mistaken("PKCS8")),
            Err(_) if rsa::is_pkcs1(der) => return Err(mistaken("PKCS1")),
            Err(error) => return Err(format!("x509: failed to parse EC private key: {error}").into()),
        };
        if key.version != 1 {
            return Err(format!("x509: unknown EC private key version {}", key.version).into());
        }
        let curve = curve.or(key.curve).and_then(Curve::of).ok_or("x509: unknown elliptic curve")?;
        let scalar = widened(key.scalar, curve.bytes()).ok_or("x509: invalid private key length")?;
        if is_zero(&scalar) || scalar[..] == *curve.order() {
            return Err("ecdsa: invalid public key encoding".into());
        }
        check_scalar(&scalar, curve)?;
        Self::new(cx, curve, scalar)
    }

    fn new(cx: &mut Context<'_>, curve: Curve, scalar: Bytes) -> Result<Self, Failure> {
        let Some(algorithms) = curve.algorithms() else { return Ok(Self { curve, scalar, point: None }) };
        cx.work(POINT_STEPS)?;
        let key = agreement::PrivateKey::from_private_key(algorithms.agreement, &scalar);
        let point = key.ok().and_then(|key| key.compute_public_key().ok());
        let point = point.ok_or("ecdsa: the public key cannot be computed")?;
        Ok(Self { curve, scalar, point: Some(point.as_ref().to_vec()) })
    }

    /// A key from its parts. That they belong together is not checked.
    pub(in crate::functions) fn from_parts(
        curve: Curve,
        scalar: &[u8],
        coordinates: (&[u8], &[u8]),
    ) -> Result<Self, Failure> {
        let point = point(curve, coordinates)?;
        let significant = without_zeros(scalar);
        let leading = significant.first().map_or(0, |first| first.leading_zeros() as usize);
        if (significant.len() * 8).saturating_sub(leading) > curve.bits() {
            return Err("ecdsa: private key scalar too large".into());
        }
        if significant.is_empty() {
            return Err("ecdsa: private key scalar is zero or negative".into());
        }
        check_point(curve, &point)?;
        let scalar = widened(significant, curve.bytes()).ok_or("ecdsa: private key scalar too large")?;
        check_scalar(&scalar, curve)?;
        Ok(Self { curve, scalar, point: Some(point) })
    }

    pub(super) fn point(&self) -> Result<&[u8], Failure> {
        self.point.as_deref().ok_or_else(|| "private keys on the curve P-224 are not supported".into())
    }

    /// The key as PKCS#8 holds it, or with the name of the curve as it stands alone.
    pub(super) fn to_sec1(&self, alone: bool) -> Result<Bytes, Failure> {
        let curve = der::element(der::context(0), &[&der::object(self.curve.identifier())]);
        Ok(der::sequence(&[
            &der::int(1),
            &der::octets(&self.scalar),
            if alone { &curve } else { &[] },
            &der::element(der::context(1), &[&der::bits(self.point()?)]),
        ]))
    }
}

/// The number in as many bytes; none if it needs more.
fn widened(bytes: &[u8], length: usize) -> Option<Bytes> {
    let cut = bytes.len().saturating_sub(length);
    is_zero(&bytes[..cut]).then_some(())?;
    let mut wide = Zeroizing::new(vec![0; length]);
    wide[length - (bytes.len() - cut)..].copy_from_slice(&bytes[cut..]);
    Some(wide)
}

fn is_zero(number: &[u8]) -> bool {
    number.iter().all(|byte| *byte == 0)
}

/// The time it takes tells how many first bytes are those of the order, which are some for hardly any key.
fn is_below_order(scalar: &[u8], curve: Curve) -> bool {
    scalar < curve.order()
}

fn check_scalar(scalar: &[u8], curve: Curve) -> Result<(), Failure> {
    if is_below_order(scalar, curve) { Ok(()) } else { Err("input overflows the modulus".into()) }
}

/// A point without having looked whether it is on the curve.
fn point(curve: Curve, (x, y): (&[u8], &[u8])) -> Result<Vec<u8>, Failure> {
    let mut point = vec![4];
    for coordinate in [x, y] {
        let wide = widened(coordinate, curve.bytes()).ok_or("overflowing coordinate")?;
        let unused = curve.bytes() * 8 - curve.bits();
        if usize::try_from(wide[0].leading_zeros()).unwrap_or_default() < unused {
            return Err("overflowing coordinate".into());
        }
        point.extend_from_slice(&wide);
    }
    Ok(point)
}

/// Checks that the encoding of a point is uncompressed and of one on the curve. On P-224, which nothing here knows, any
/// coordinates will do.
pub(super) fn check_point(curve: Curve, point: &[u8]) -> Result<(), Failure> {
    let Some((4, coordinates)) = point.split_first() else {
        return Err("ecdsa: invalid uncompressed public key".into());
    };
    let name = curve.name();
    if coordinates.len() != 2 * curve.bytes() {
        return Err(format!("invalid {name} point encoding").into());
    }
    let prime = curve.prime();
    if coordinates.chunks(curve.bytes()).any(|coordinate| coordinate >= &prime[..]) {
        let space = if curve == Curve::P256 { " e" } else { "E" };
        return Err(format!("invalid {name}{space}lement encoding").into());
    }
    let Some(algorithms) = curve.algorithms() else { return Ok(()) };
    ParsedPublicKey::new(algorithms.verification, point)
        .map(drop)
        .map_err(|_| format!("{name} point not on curve").into())
}

/// The point with these coordinates, uncompressed, if it is on the curve.
pub(in crate::functions) fn checked_point(
    curve: Curve,
    coordinates: (&[u8], &[u8]),
) -> Result<Vec<u8>, Failure> {
    let point = point(curve, coordinates)?;
    check_point(curve, &point)?;
    Ok(point)
}
