//! Private keys as Go's `crypto/x509` reads and writes them, and what is done with them.

mod curve;
mod dsa;
mod ec;
mod pem;
mod pkcs8;
mod public;
mod rsa;
mod signature;

pub(super) use curve::Curve;
pub(super) use ec::{EcKey, checked_point};
pub(super) use pkcs8::{Seed, seed_of};
pub(super) use public::PublicKey;
pub(super) use rsa::{Parts, RsaKey};

use super::failure::Failure;
use super::pems::blocks;
use crate::context::{Context, RsaSize};
use crate::function::Function;
use crate::types::Type;

/// What making an RSA key costs in steps. Primes are found sooner or later: these are means.
const RSA_2048_STEPS: u64 = 200_000;
const RSA_4096_STEPS: u64 = 1_500_000;
/// What making and writing an Ed25519 key costs.
const SEED_STEPS: u64 = 1_000;
/// What using a key costs that aws-lc checks then.
pub(super) const USE_STEPS: u64 = 10_000;

/// Object identifiers by their contents.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];

pub(super) fn all() -> Vec<Function> {
    vec![
        Function::new("genPrivateKey", &[Type::String], Type::String, |cx, args| {
            let key = match &args.string(0)?[..] {
                b"" | b"rsa" => PrivateKey::new_rsa(cx, RsaSize::Bits4096)?,
                b"dsa" => return Ok(blocks::written(b"DSA PRIVATE KEY", &dsa::generate(cx)?).into()),
                b"ecdsa" => PrivateKey::Ec(EcKey::generate(cx, Curve::P256)?),
                b"ed25519" => PrivateKey::new_ed25519(cx)?,
                other => return Ok([b"Unknown type ", other].concat().into()),
            };
            Ok(key.to_pem()?.into())
        })
        .about("Makes a private key: rsa, dsa, ecdsa or ed25519.", r#"{{ genPrivateKey "ed25519" }}"#),
    ]
}

/// A private key of a kind that Go knows.
pub(super) enum PrivateKey {
    Rsa(RsaKey),
    Ec(EcKey),
    Ed25519(Seed),
    X25519(Seed),
    /// It can be read. Go certifies none and signs with none, so that its numbers are not kept.
    Dsa,
}

impl PrivateKey {
    /// A new RSA key, made by the environment.
    pub(super) fn new_rsa(cx: &mut Context<'_>, size: RsaSize) -> Result<Self, Failure> {
        cx.work(match size {
            RsaSize::Bits2048 => RSA_2048_STEPS,
            RsaSize::Bits4096 => RSA_4096_STEPS,
        })?;
        let made = cx.rsa_key(size).ok_or("the RSA key cannot be made")?;
        Self::from_pkcs8(cx, made.expose())
    }

    fn new_ed25519(cx: &mut Context<'_>) -> Result<Self, Failure> {
        cx.work(SEED_STEPS)?;
        let mut seed = Seed::default();
        cx.random(&mut seed[..]);
        Ok(Self::Ed25519(seed))
    }
}
