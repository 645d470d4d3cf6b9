//! Private keys on elliptic curves (SEC 1), and points.

use aws_lc_rs::agreement::PrivateKey as Agreement;
use aws_lc_rs::signature::ParsedPublicKey;
use zeroize::Zeroizing;

use super::super::der::{self, Bytes, Fields, Kind};
use super::super::failure::Failure;
use super::curves::Curve;
use super::{Info, mistaken, rsa};
use crate::context::Context;

/// Multiplying a point takes as long as about so many small steps.
const POINT_STEPS: u64 = 1_000;

/// A private key, with the point that goes with it.
pub(in super::super) struct EcKey {
    pub(in super::super) curve: Curve,
    /// As many bytes as the curve has.
    scalar: Bytes,
    /// Uncompressed.
    point: Vec<u8>,
}

struct Sec1<'a> {
    version: i64,
    scalar: &'a [u8],
    curve: Option<&'a [u8]>,
}

impl<'a> Sec1<'a> {
    fn read(der: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(Fields::new(der).next(&Kind::structure("ecPrivateKey"))?.contents);
        let version = der::integer(fields.next(&Kind::INTEGER)?.contents)?;
        let scalar = fields.next(&Kind::OCTETS)?.contents;
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
        if scalar.iter().all(|byte| *byte == 0) || scalar[..] == *curve.order() {
            return Err("ecdsa: invalid public key encoding".into());
        }
        check_scalar(&scalar, curve)?;
        cx.work(POINT_STEPS)?;
        let key = Agreement::from_private_key(curve.agreement(), &scalar);
        let point = key.ok().and_then(|key| key.compute_public_key().ok());
        let point = point.ok_or("ecdsa: the public key cannot be computed")?;
        Ok(Self { curve, scalar, point: point.as_ref().to_vec() })
    }

    /// A key from its parts. That they belong together is not checked.
    pub(in super::super) fn from_parts(
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
        Ok(Self { curve, scalar, point })
    }

    pub(super) fn to_sec1(&self) -> Result<Bytes, Failure> {
        Ok(der::element(
            der::SEQUENCE,
            &[
                &der::int(1),
                &der::element(der::OCTETS, &[&self.scalar]),
                &der::element(0xa1, &[&der::element(der::BIT_STRING, &[&[0], &self.point])]),
            ],
        ))
    }
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// The number in as many bytes; none if it needs more.
fn widened(bytes: &[u8], length: usize) -> Option<Bytes> {
    let cut = bytes.len().saturating_sub(length);
    bytes[..cut].iter().all(|byte| *byte == 0).then_some(())?;
    let mut wide = Zeroizing::new(vec![0; length]);
    wide[length - (bytes.len() - cut)..].copy_from_slice(&bytes[cut..]);
    Some(wide)
}

fn check_scalar(scalar: &[u8], curve: Curve) -> Result<(), Failure> {
    if scalar >= curve.order() {
        return Err("input overflows the modulus".into());
    }
    Ok(())
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

/// Checks that an uncompressed point is on the curve.
pub(in super::super) fn check_point(curve: Curve, point: &[u8]) -> Result<(), Failure> {
    let prime = curve.prime();
    if point[1..].chunks(curve.bytes()).any(|coordinate| coordinate >= &prime[..]) {
        let space = if curve == Curve::P256 { " e" } else { "E" };
        return Err(format!("invalid {}{space}lement encoding", curve.name()).into());
    }
    ParsedPublicKey::new(curve.verification(), point)
        .map(drop)
        .map_err(|_| format!("{} point not on curve", curve.name()).into())
}

/// The point with these coordinates, uncompressed, if it is on the curve.
pub(in super::super) fn checked_point(curve: Curve, coordinates: (&[u8], &[u8])) -> Result<Vec<u8>, Failure> {
    let point = point(curve, coordinates)?;
    check_point(curve, &point)?;
    Ok(point)
}
