//! JSON Web Keys (RFC 7517, RFC 7518, RFC 8037) as PEM.

mod members;

use aws_lc_rs::agreement::{self, X25519};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

use super::der::{self, without_zeros};
use super::failure::Failure;
use super::keys::{Curve, EcKey, Parts, PrivateKey, PublicKey, RsaKey, checked_point, seed_of};
use super::pems::blocks;
use crate::context::Context;
use crate::function::{Function, HIDDEN};
use crate::types::Type;
use members::{Form, Jwk};

const ONE: &[Type] = &[Type::String];

/// Computing a public key takes as long as about so many small steps.
const POINT_STEPS: u64 = 1_000;

/// What sealed-secrets does not have.
pub(super) fn external() -> Vec<Function> {
    vec![
        Function::new("jwkPublicKeyPem", ONE, Type::String, |cx, args| {
            let key = Jwk::read(cx, args.string(0)?)?;
            Ok(blocks::written(b"PUBLIC KEY", &public(&key)?).into())
        })
        .about("Writes a JSON Web Key that is a public key as PEM.", "{{ .jwk | jwkPublicKeyPem }}"),
        Function::new("jwkPrivateKeyPem", ONE, Type::String, |cx, args| {
            let key = Jwk::read(cx, args.string(0)?)?;
            Ok(blocks::written(b"PRIVATE KEY", &private(cx, &key)?).into())
        })
        .about("Writes a JSON Web Key that is a private key as PEM.", "{{ .jwk | jwkPrivateKeyPem }}"),
    ]
}

fn public(key: &Jwk) -> Result<der::Bytes, Failure> {
    let refuse = |kind: &str| Err(format!("x509: unsupported public key type: {kind}").into());
    match key.form {
        Form::Symmetric => refuse("[]uint8"),
        Form::RsaPrivate => refuse("*rsa.PrivateKey"),
        Form::EcPrivate => named_curve(key).and_then(|_| refuse("*ecdsa.PrivateKey")),
        Form::OkpPrivate => refuse(match okp_private(key)? {
            Okp::Ed25519 => "ed25519.PrivateKey",
            Okp::X25519 => "x25519.PrivateKey",
        }),
        Form::RsaPublic => Ok(PublicKey::rsa(key.bytes("n"), exponent(key)).info()),
        Form::EcPublic => {
            let curve = named_curve(key)?;
            let point = checked_point(curve, (key.bytes("x"), key.bytes("y")))?;
            Ok(PublicKey::on_curve(curve, &point).info())
        }
        Form::OkpPublic => match okp(key)? {
            Okp::Ed25519 => Ok(PublicKey::ed25519(key.bytes("x")).info()),
            Okp::X25519 => refuse("x25519.PublicKey"),
        },
    }
}

fn private(cx: &mut Context<'_>, key: &Jwk) -> Result<der::Bytes, Failure> {
    let refuse = |kind: &str| Err(format!("x509: unknown key type while marshaling PKCS#8: {kind}").into());
    cx.work(POINT_STEPS)?;
    match key.form {
        Form::Symmetric => refuse("[]uint8"),
        Form::RsaPublic => refuse("*rsa.PublicKey"),
        Form::EcPublic => named_curve(key).and_then(|_| refuse("*ecdsa.PublicKey")),
        Form::OkpPublic => refuse(match okp(key)? {
            Okp::Ed25519 => "ed25519.PublicKey",
            Okp::X25519 => "x25519.PublicKey",
        }),
        Form::RsaPrivate => PrivateKey::Rsa(rsa(cx, key)?).to_pkcs8(),
        Form::EcPrivate => {
            let curve = named_curve(key)?;
            let outer = "x509: failed to marshal EC private key while building PKCS#8: ";
            EcKey::from_parts(curve, key.bytes("d"), (key.bytes("x"), key.bytes("y")))
                .map_err(|failure| failure.within(outer))
                .and_then(|key| PrivateKey::Ec(key).to_pkcs8())
        }
        Form::OkpPrivate => match okp_private(key)? {
            Okp::Ed25519 => {
                let seed = seed_of(key.bytes("d")).ok_or("wrong private key size")?;
                PrivateKey::Ed25519(seed).to_pkcs8()
            }
            Okp::X25519 => refuse("x25519.PrivateKey"),
        },
    }
}

/// The public exponent, of which Go takes the last 64 bits.
fn exponent(key: &Jwk) -> i64 {
    key.bytes("e").iter().fold(0, |value: i64, byte| value << 8 | i64::from(*byte))
}

fn rsa(cx: &mut Context<'_>, key: &Jwk) -> Result<RsaKey, Failure> {
    let optional = |name| Some(key.bytes(name)).filter(|bytes| !bytes.is_empty()).map(without_zeros);
    let number = |name| without_zeros(key.bytes(name));
    RsaKey::from_parts(
        cx,
        &Parts {
            modulus: number("n"),
            public: exponent(key),
            private: number("d"),
            primes: [number("p"), number("q")],
            exponents: [optional("dp"), optional("dq")],
            coefficient: optional("qi"),
            ..Parts::default()
        },
    )
}

fn unknown_curve() -> Failure {
    format!("failed to build public key: invalid curve algorithm {HIDDEN}").into()
}

fn named_curve(key: &Jwk) -> Result<Curve, Failure> {
    Curve::named(key.curve()).ok_or_else(unknown_curve)
}

/// The kinds of octet key pairs.
enum Okp {
    Ed25519,
    X25519,
}

fn okp(key: &Jwk) -> Result<Okp, Failure> {
    match key.curve() {
        b"Ed25519" => Ok(Okp::Ed25519),
        b"X25519" => Ok(Okp::X25519),
        _ => Err(unknown_curve()),
    }
}

/// The kind, once the public key is known to go with the private one.
fn okp_private(key: &Jwk) -> Result<Okp, Failure> {
    let failed = |text: &str| Err(Failure::from(format!("failed to build public key: {text}")));
    let seed = key.bytes("d");
    if seed.is_empty() {
        return failed("cannot use empty seed");
    }
    let kind = okp(key)?;
    let public = match kind {
        Okp::Ed25519 => Ed25519KeyPair::from_seed_unchecked(seed)
            .map(|pair| pair.public_key().as_ref().to_vec())
            .map_err(|_| "wrong private key size".to_owned()),
        Okp::X25519 => {
            let pair = agreement::PrivateKey::from_private_key(&X25519, seed);
            let public = pair.ok().and_then(|pair| pair.compute_public_key().ok());
            public.map(|key| key.as_ref().to_vec()).ok_or_else(|| {
                let length = seed.len();
                format!("unable to construct x25519 private key from seed: unexpected seed size: {length}")
            })
        }
    };
    match public {
        Err(error) => failed(&error),
        Ok(public) if public != key.bytes("x") => failed("invalid x value given d value"),
        Ok(_) => Ok(kind),
    }
}
