//! PKCS#8 (RFC 5958), which holds private keys of every kind.

use zeroize::Zeroizing;

use super::ec::{self, EcKey};
use super::rsa::{self, RsaKey};
use super::{ECDSA, ED25519, PrivateKey, RSA, X25519};
use crate::context::Context;
use crate::functions::der::{self, Algorithm, Bytes, Fields};
use crate::functions::failure::Failure;

/// The secret of an Ed25519 or X25519 key.
pub(in crate::functions) type Seed = Zeroizing<[u8; 32]>;

/// `PrivateKeyInfo`.
pub(super) struct Info<'a> {
    algorithm: Algorithm<'a>,
    key: &'a [u8],
}

impl<'a> Info<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(der).enter("pkcs8")?;
        fields.int()?;
        Ok(Self { algorithm: fields.algorithm()?, key: fields.octets()? })
    }

    /// The secret of a key of RFC 8410.
    fn seed(&self, name: &str) -> Result<&'a [u8], Failure> {
        if !self.algorithm.parameters.is_empty() {
            return Err(format!("x509: invalid {name} private key parameters").into());
        }
        let seed = Fields::new(self.key).octets();
        seed.map_err(|error| format!("x509: invalid {name} private key: {error}").into())
    }
}

impl PrivateKey {
    /// A key in PKCS#1, PKCS#8 or SEC 1, tried in this order.
    pub(in crate::functions) fn from_any(cx: &mut Context<'_>, der: &[u8]) -> Result<Self, Failure> {
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

    pub(in crate::functions) fn from_pkcs8(cx: &mut Context<'_>, der: &[u8]) -> Result<Self, Failure> {
        let info = match Info::read(der) {
            Ok(info) => info,
            Err(_) if ec::is_sec1(der) => return Err(mistaken("EC")),
            Err(_) if rsa::is_pkcs1(der) => return Err(mistaken("PKCS1")),
            Err(error) => return Err(error.into()),
        };
        match info.algorithm.identifier {
            RSA => RsaKey::from_pkcs1(cx, info.key).map(Self::Rsa).map_err(|failure| {
                failure.within("x509: failed to parse RSA private key embedded in PKCS#8: ")
            }),
            ECDSA => {
                let curve = Fields::new(info.algorithm.parameters).object();
                EcKey::from_sec1(cx, curve.ok(), info.key).map(Self::Ec).map_err(|failure| {
                    failure.within("x509: failed to parse EC private key embedded in PKCS#8: ")
                })
            }
            ED25519 => {
                let seed = info.seed("Ed25519")?;
                let length = seed.len();
                seed_of(seed)
                    .map(Self::Ed25519)
                    .ok_or_else(|| format!("x509: invalid Ed25519 private key length: {length}").into())
            }
            X25519 => seed_of(info.seed("X25519")?)
                .map(Self::X25519)
                .ok_or_else(|| "crypto/ecdh: invalid private key size".into()),
            other => Err(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                der::dotted(other)
            )
            .into()),
        }
    }

    pub(in crate::functions) fn to_pkcs8(&self) -> Result<Bytes, Failure> {
        Ok(match self {
            Self::Rsa(key) => written(RSA, der::NULL, key.to_pkcs1()),
            Self::Ec(key) => {
                let outer = "x509: failed to marshal EC private key while building PKCS#8: ";
                let sec1 = key.to_sec1(false).map_err(|failure| failure.within(outer))?;
                written(ECDSA, &der::object(key.curve.identifier()), &sec1)
            }
            Self::Ed25519(seed) => written(ED25519, &[], &der::octets(&seed[..])),
            Self::X25519(seed) => written(X25519, &[], &der::octets(&seed[..])),
            Self::Dsa => {
                return Err("x509: unknown key type while marshaling PKCS#8: *dsa.PrivateKey".into());
            }
        })
    }
}

/// What Go says when a key is in another format than the one it was asked to read.
pub(super) fn mistaken(format: &str) -> Failure {
    format!("x509: failed to parse private key (use Parse{format}PrivateKey instead for this key format)")
        .into()
}

pub(in crate::functions) fn seed_of(bytes: &[u8]) -> Option<Seed> {
    let mut seed = Seed::default();
    (bytes.len() == seed.len()).then(|| seed.copy_from_slice(bytes))?;
    Some(seed)
}

fn written(algorithm: &[u8], parameters: &[u8], key: &[u8]) -> Bytes {
    der::sequence(&[&der::int(0), &der::algorithm(algorithm, parameters), &der::octets(key)])
}
