//! Private keys: made, read from PEM, written as PEM, and used to sign.

mod curve;
mod dsa;
mod public;
mod read;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use zeroize::Zeroizing;

use super::super::fault;
use super::super::pems::blocks;
use super::der::{self, Reader};
use crate::context::{Context, RsaSize};
use crate::function::{Fault, Function};
use crate::types::Type;
use curve::Curve;
pub(super) use public::PublicKey;

/// What making a key costs in steps. Primes are found sooner or later: these are means.
const RSA_2048_STEPS: u64 = 200_000;
const RSA_4096_STEPS: u64 = 1_500_000;
const CURVE_STEPS: u64 = 1_000;
/// What reading a key, which is checked then, or signing with one costs.
pub(super) const USE_STEPS: u64 = 10_000;

pub(in crate::functions) fn all() -> Vec<Function> {
    vec![
        Function::new("genPrivateKey", &[Type::String], Type::String, |cx, args| {
            let key = match &args.string(0)?[..] {
                b"" | b"rsa" => PrivateKey::new_rsa(cx, RsaSize::Bits4096)?,
                b"dsa" => return Ok(blocks::written(b"DSA PRIVATE KEY", &dsa::generate(cx)?).into()),
                b"ecdsa" => PrivateKey::new_ecdsa(cx)?,
                b"ed25519" => PrivateKey::new_ed25519(cx)?,
                other => return Ok([b"Unknown type ", other].concat().into()),
            };
            Ok(key.to_pem()?.into())
        })
        .about("Makes a private key: rsa, dsa, ecdsa or ed25519.", r#"{{ genPrivateKey "ed25519" }}"#),
    ]
}

/// A private key of one of the kinds Go reads, by the secret part of its encoding.
pub(super) enum PrivateKey {
    /// An RSA key as PKCS#1 has it, which was checked.
    Rsa(Zeroizing<Vec<u8>>),
    /// A number that is a private key on the curve.
    Ecdsa(Curve, Zeroizing<Vec<u8>>),
    Ed25519(Zeroizing<Vec<u8>>),
    /// It can be read; Go certifies none and signs with none.
    X25519,
    /// The same.
    Dsa,
}

/// The object identifier of RSA keys.
pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];

impl PrivateKey {
    /// A new RSA key, made by the environment.
    pub(super) fn new_rsa(cx: &mut Context<'_>, size: RsaSize) -> Result<Self, Fault> {
        cx.work(match size {
            RsaSize::Bits2048 => RSA_2048_STEPS,
            RsaSize::Bits4096 => RSA_4096_STEPS,
        })?;
        let made = cx.rsa_key(size).ok_or_else(|| Fault::text("the RSA key cannot be made"))?;
        read::pkcs8(made.expose()).map_err(|_| Fault::text("the RSA key that was made is none"))
    }

    fn new_ecdsa(cx: &mut Context<'_>) -> Result<Self, Fault> {
        let curve = Curve::P256;
        let mut private = Zeroizing::new(vec![0; curve.size()]);
        loop {
            cx.work(CURVE_STEPS)?;
            cx.random(&mut private);
            if curve.has(&private) {
                return Ok(Self::Ecdsa(curve, private));
            }
        }
    }

    fn new_ed25519(cx: &mut Context<'_>) -> Result<Self, Fault> {
        cx.work(CURVE_STEPS)?;
        let mut seed = Zeroizing::new(vec![0; 32]);
        cx.random(&mut seed);
        Ok(Self::Ed25519(seed))
    }

    /// Reads the first PEM block, or gives Go's error.
    pub(super) fn from_pem(text: &[u8]) -> Result<Self, String> {
        read::pem(text)
    }

    /// The key in the form that is usual for its kind.
    pub(super) fn to_pem(&self) -> Result<crate::bytes::ByteString, Fault> {
        Ok(match self {
            Self::Rsa(pkcs1) => blocks::written(b"RSA PRIVATE KEY", pkcs1),
            Self::Ecdsa(..) => blocks::written(b"EC PRIVATE KEY", &self.sec1()?),
            Self::Ed25519(seed) => blocks::written(b"PRIVATE KEY", &pkcs8(seed)),
            Self::X25519 | Self::Dsa => return fault("a key of this kind is not written"),
        })
    }

    /// A key on a curve as SEC1 has it (RFC 5915).
    fn sec1(&self) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let Self::Ecdsa(curve, private) = self else { return fault("the key is not on a curve") };
        Ok(der::sequence(&[
            &der::number(&[1]),
            &der::element(der::OCTET_STRING, &[private]),
            &der::element(der::context(0), &[&der::element(der::OBJECT_IDENTIFIER, &[curve.identifier()])]),
            &der::element(der::context(1), &[&der::bits(&self.public()?.bits)]),
        ]))
    }

    /// The public key, or Go's error where it certifies none of that kind.
    pub(super) fn public(&self) -> Result<PublicKey, Fault> {
        let broken = |_| Fault::text("the private key cannot be used");
        Ok(match self {
            Self::Rsa(pkcs1) => {
                let mut inner = Reader::new(pkcs1).enter(der::SEQUENCE);
                let mut next = || inner.as_mut().and_then(Reader::integer).unwrap_or_default();
                let (_version, modulus, exponent) = (next(), next(), next());
                PublicKey::rsa(modulus, exponent)
            }
            Self::Ecdsa(curve, private) => match curve.point(private) {
                Some(point) => PublicKey::on_curve(*curve, &point),
                None => return fault("keys on the curve P-224 are not supported"),
            },
            Self::Ed25519(seed) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(broken)?;
                PublicKey::ed25519(pair.public_key().as_ref())
            }
            Self::X25519 => return fault("x509: unsupported public key type: *ecdh.PublicKey"),
            Self::Dsa => return fault("x509: unsupported public key type: *dsa.PublicKey"),
        })
    }

    /// How Go signs certificates with the key: the encoding of the algorithm.
    pub(super) fn signature_algorithm(&self) -> Result<Vec<u8>, Fault> {
        Ok(match self {
            Self::Rsa(_) => der::algorithm(SHA256_WITH_RSA, der::NULL),
            Self::Ecdsa(curve, _) => der::algorithm(curve.signing().0, &[]),
            Self::Ed25519(_) => der::algorithm(ED25519, &[]),
            Self::X25519 | Self::Dsa => {
                return fault("x509: certificate private key does not implement crypto.Signer");
            }
        })
    }

    /// Signs by that algorithm. What ECDSA needs randomness for, aws-lc takes from its own source.
    pub(super) fn sign(&self, cx: &mut Context<'_>, message: &[u8]) -> Result<Vec<u8>, Fault> {
        cx.work(USE_STEPS)?;
        let failed = || Fault::text("the certificate cannot be signed");
        match self {
            Self::Rsa(pkcs1) => {
                let pair = RsaKeyPair::from_der(pkcs1).map_err(|_| failed())?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| failed())?;
                Ok(signature)
            }
            Self::Ecdsa(curve, _) => {
                let algorithm = curve.signing().1.ok_or_else(failed)?;
                let pair =
                    EcdsaKeyPair::from_private_key_der(algorithm, &self.sec1()?).map_err(|_| failed())?;
                let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| failed())?;
                Ok(signature.as_ref().to_vec())
            }
            Self::Ed25519(seed) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| failed())?;
                Ok(pair.sign(message).as_ref().to_vec())
            }
            Self::X25519 | Self::Dsa => Err(failed()),
        }
    }
}

/// An Ed25519 key as PKCS#8 has it (RFC 8410).
fn pkcs8(seed: &[u8]) -> Zeroizing<Vec<u8>> {
    let private = der::element(der::OCTET_STRING, &[&der::element(der::OCTET_STRING, &[seed])]);
    der::sequence(&[&der::number(&[]), &der::algorithm(ED25519, &[]), &private])
}
