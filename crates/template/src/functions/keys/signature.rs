//! What Go's `x509.CreateCertificate` takes of a private key: its public one, and signatures.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

use super::{ED25519, PrivateKey, PublicKey, SHA256_WITH_RSA, USE_STEPS};
use crate::context::Context;
use crate::functions::der::{self, Bytes};
use crate::functions::failure::Failure;

impl PrivateKey {
    /// The public key, or Go's error where it certifies none of that kind.
    pub(in crate::functions) fn public(&self) -> Result<PublicKey, Failure> {
        let unsupported = |kind: &str| Err(format!("x509: unsupported public key type: {kind}").into());
        match self {
            Self::Rsa(key) => Ok(key.public()),
            Self::Ec(key) => Ok(PublicKey::on_curve(key.curve, key.point()?)),
            Self::Ed25519(seed) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(&seed[..]).map_err(|_| UNUSABLE)?;
                Ok(PublicKey::ed25519(pair.public_key().as_ref()))
            }
            Self::X25519(_) => unsupported("*ecdh.PublicKey"),
            Self::Dsa => unsupported("*dsa.PublicKey"),
        }
    }

    /// How Go signs certificates with the key: the encoding of the algorithm.
    pub(in crate::functions) fn signature_algorithm(&self) -> Result<Bytes, Failure> {
        Ok(match self {
            Self::Rsa(_) => der::algorithm(SHA256_WITH_RSA, der::NULL),
            Self::Ec(key) => der::algorithm(key.curve.signature(), &[]),
            Self::Ed25519(_) => der::algorithm(ED25519, &[]),
            Self::X25519(_) | Self::Dsa => {
                return Err("x509: certificate private key does not implement crypto.Signer".into());
            }
        })
    }

    /// Signs by that algorithm. What ECDSA needs randomness for, aws-lc takes from its own source.
    pub(in crate::functions) fn sign(
        &self,
        cx: &mut Context<'_>,
        message: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        cx.work(USE_STEPS)?;
        match self {
            Self::Rsa(key) if key.is_short() => {
                Err("RSA keys of fewer than 2048 bits are not supported".into())
            }
            Self::Rsa(key) => {
                let pair = RsaKeyPair::from_der(key.to_pkcs1()).map_err(|_| UNUSABLE)?;
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(|_| UNUSABLE)?;
                Ok(signature)
            }
            Self::Ec(key) => {
                let algorithm = key.curve.algorithms().ok_or(UNUSABLE)?.signing;
                let pair = EcdsaKeyPair::from_private_key_der(algorithm, &key.to_sec1(true)?);
                let signature = pair.map_err(|_| UNUSABLE)?.sign(&SystemRandom::new(), message);
                Ok(signature.map_err(|_| UNUSABLE)?.as_ref().to_vec())
            }
            Self::Ed25519(seed) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(&seed[..]).map_err(|_| UNUSABLE)?;
                Ok(pair.sign(message).as_ref().to_vec())
            }
            Self::X25519(_) | Self::Dsa => Err(UNUSABLE.into()),
        }
    }
}

/// Go has no such error: aws-lc takes fewer keys.
const UNUSABLE: &str = "the private key cannot be used";
