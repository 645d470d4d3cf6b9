//! Private keys as Go's `crypto/x509` reads and writes them.

mod curves;
mod ec;
mod rsa;

pub(super) use curves::Curve;
pub(super) use ec::{EcKey, check_point, checked_point};
pub(super) use rsa::{Parts, RsaKey};

use zeroize::Zeroizing;

use super::der::{self, Bytes, Fields, Kind};
use super::failure::Failure;
use crate::context::Context;

pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
pub(super) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
pub(super) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
pub(super) const NULL: &[u8] = &[5, 0];

/// The secret of an Ed25519 or X25519 key.
pub(super) type Seed = Zeroizing<[u8; 32]>;

/// A private key of a kind that Go knows.
pub(super) enum PrivateKey {
    Rsa(RsaKey),
    Ec(EcKey),
    Ed25519(Seed),
    X25519(Seed),
}

/// `PrivateKeyInfo` of PKCS#8.
struct Info<'a> {
    algorithm: &'a [u8],
    /// With identifier and length; empty if there are none.
    parameters: &'a [u8],
    key: &'a [u8],
}

impl<'a> Info<'a> {
    fn read(der: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(Fields::new(der).next(&Kind::structure("pkcs8"))?.contents);
        der::integer(fields.next(&Kind::INTEGER)?.contents)?;
        let (algorithm, parameters) =
            algorithm(fields.next(&Kind::structure("AlgorithmIdentifier"))?.contents)?;
        Ok(Self { algorithm, parameters, key: fields.next(&Kind::OCTETS)?.contents })
    }
}

/// The identifier and the parameters, whole, of an `AlgorithmIdentifier`.
pub(super) fn algorithm(contents: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let mut fields = Fields::new(contents);
    let identifier = der::object_identifier(fields.next(&Kind::OBJECT)?.contents)?;
    let parameters = fields.next_if(&Kind::ANY.optional())?;
    Ok((identifier, parameters.map_or(&[], |parameters| parameters.whole)))
}

impl PrivateKey {
    /// A key in PKCS#1, PKCS#8 or SEC 1, tried in this order.
    pub(super) fn from_any(cx: &mut Context<'_>, der: &[u8]) -> Result<Self, Failure> {
        match RsaKey::from_pkcs1(cx, der) {
            Err(Failure::Error(_)) => {}
            other => return other.map(Self::Rsa),
        }
        match Self::from_pkcs8(cx, der) {
            Err(Failure::Error(_)) => {}
            other => return other,
        }
        match EcKey::from_sec1(cx, None, der) {
            Err(Failure::Error(_)) => Err("unable to parse private key type".into()),
            other => other.map(Self::Ec),
        }
    }

    /// A key in PKCS#8.
    pub(super) fn from_pkcs8(cx: &mut Context<'_>, der: &[u8]) -> Result<Self, Failure> {
        let info = match Info::read(der) {
            Ok(info) => info,
            Err(_) if ec::is_sec1(der) => return Err(mistaken("EC")),
            Err(_) if rsa::is_pkcs1(der) => return Err(mistaken("PKCS1")),
            Err(error) => return Err(error.into()),
        };
        match info.algorithm {
            RSA => RsaKey::from_pkcs1(cx, info.key).map(Self::Rsa).map_err(|failure| {
                failure.within("x509: failed to parse RSA private key embedded in PKCS#8: ")
            }),
            EC => {
                let curve = Fields::new(info.parameters)
                    .next(&Kind::OBJECT)
                    .and_then(|curve| der::object_identifier(curve.contents));
                EcKey::from_sec1(cx, curve.ok(), info.key).map(Self::Ec).map_err(|failure| {
                    failure.within("x509: failed to parse EC private key embedded in PKCS#8: ")
                })
            }
            ED25519 => {
                let seed = seed(&info, "Ed25519")?;
                let length = seed.len();
                seed_of(seed)
                    .map(Self::Ed25519)
                    .ok_or_else(|| format!("x509: invalid Ed25519 private key length: {length}").into())
            }
            X25519 => seed_of(seed(&info, "X25519")?)
                .map(Self::X25519)
                .ok_or_else(|| "crypto/ecdh: invalid private key size".into()),
            other => Err(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                der::dotted(other)
            )
            .into()),
        }
    }

    /// The key in PKCS#8.
    pub(super) fn to_pkcs8(&self) -> Result<Bytes, Failure> {
        Ok(match self {
            Self::Rsa(key) => private_info(RSA, NULL, key.to_pkcs1()),
            Self::Ec(key) => {
                let outer = "x509: failed to marshal EC private key while building PKCS#8: ";
                let written = key.to_sec1().map_err(|failure| failure.within(outer))?;
                private_info(EC, &der::element(der::OBJECT, &[key.curve.object_identifier()]), &written)
            }
            Self::Ed25519(seed) => private_info(ED25519, &[], &der::element(der::OCTETS, &[&seed[..]])),
            Self::X25519(seed) => private_info(X25519, &[], &der::element(der::OCTETS, &[&seed[..]])),
        })
    }
}

/// What Go says when a key is in another format than the one it was asked to read.
fn mistaken(format: &str) -> Failure {
    format!("x509: failed to parse private key (use Parse{format}PrivateKey instead for this key format)")
        .into()
}

fn seed<'a>(info: &Info<'a>, name: &str) -> Result<&'a [u8], Failure> {
    if !info.parameters.is_empty() {
        return Err(format!("x509: invalid {name} private key parameters").into());
    }
    let seed = Fields::new(info.key).next(&Kind::OCTETS);
    Ok(seed.map_err(|error| format!("x509: invalid {name} private key: {error}"))?.contents)
}

pub(super) fn seed_of(bytes: &[u8]) -> Option<Seed> {
    let mut seed = Seed::default();
    (bytes.len() == seed.len()).then(|| seed.copy_from_slice(bytes))?;
    Some(seed)
}

/// A private key in PKCS#8.
pub(super) fn private_info(algorithm: &[u8], parameters: &[u8], key: &[u8]) -> Bytes {
    let algorithm = der::element(der::OBJECT, &[algorithm]);
    der::element(
        der::SEQUENCE,
        &[
            &der::int(0),
            &der::element(der::SEQUENCE, &[&algorithm, parameters]),
            &der::element(der::OCTETS, &[key]),
        ],
    )
}

/// A public key in the `SubjectPublicKeyInfo` of X.509.
pub(super) fn public_info(algorithm: &[u8], parameters: &[u8], key: &[u8]) -> Bytes {
    let algorithm = der::element(der::OBJECT, &[algorithm]);
    der::element(
        der::SEQUENCE,
        &[
            &der::element(der::SEQUENCE, &[&algorithm, parameters]),
            &der::element(der::BIT_STRING, &[&[0], key]),
        ],
    )
}

/// An RSA public key in the same.
pub(super) fn rsa_public_info(modulus: &[u8], exponent: i64) -> Bytes {
    let key = der::element(der::SEQUENCE, &[&der::written_natural(modulus), &der::int(exponent)]);
    public_info(RSA, NULL, &key)
}
