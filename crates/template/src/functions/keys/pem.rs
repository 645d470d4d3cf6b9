//! Private keys in PEM, as sprig takes and gives them.

use super::ec::EcKey;
use super::rsa::RsaKey;
use super::{PrivateKey, dsa};
use crate::bytes::ByteString;
use crate::context::Context;
use crate::function::HIDDEN;
use crate::functions::failure::Failure;
use crate::functions::pems::blocks;

impl PrivateKey {
    /// The key of the first block.
    pub(in crate::functions) fn from_pem(cx: &mut Context<'_>, text: &[u8]) -> Result<Self, Failure> {
        cx.work(text.len() as u64 / 16)?;
        let (block, _) = blocks::next(text).ok_or("no PEM data in input")?;
        let contents = &block.contents;
        let (key, outer) = match &block.kind[..] {
            b"PRIVATE KEY" => (Self::from_pkcs8(cx, contents), "decoding PEM as PKCS#8: "),
            b"RSA PRIVATE KEY" => {
                (RsaKey::from_pkcs1(cx, contents).map(Self::Rsa), "parsing RSA private key from PEM: ")
            }
            b"EC PRIVATE KEY" => {
                (EcKey::from_sec1(cx, None, contents).map(Self::Ec), "parsing EC private key from PEM: ")
            }
            b"DSA PRIVATE KEY" => {
                (dsa::check(contents).map(|()| Self::Dsa), "parsing DSA private key from PEM: ")
            }
            kind if kind.ends_with(b" PRIVATE KEY") => {
                return Err(format!("invalid private key type {HIDDEN}").into());
            }
            _ => return Err(format!("no private key data in PEM block of type {HIDDEN}").into()),
        };
        key.map_err(|failure| failure.within(outer))
    }

    /// The key in the form that is usual for its kind.
    pub(in crate::functions) fn to_pem(&self) -> Result<ByteString, Failure> {
        Ok(match self {
            Self::Rsa(key) => blocks::written(b"RSA PRIVATE KEY", key.to_pkcs1()),
            Self::Ec(key) => blocks::written(b"EC PRIVATE KEY", &key.to_sec1(true)?),
            Self::Ed25519(_) | Self::X25519(_) | Self::Dsa => {
                blocks::written(b"PRIVATE KEY", &self.to_pkcs8()?)
            }
        })
    }
}
