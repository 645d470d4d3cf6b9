//! The code that tells whether a password is right, and an archive whole.

use aws_lc_rs::hmac;

use super::super::der::{self, Algorithm, Bytes, Fields};
use super::super::failure::Failure;
use super::derivation::{self, Hash, Purpose};
use super::encryption::{ITERATIONS, Pbkdf2, SALT, hmac as hash_of};
use super::identifiers::*;
use super::password::Password;
use super::read::whole;
use crate::context::Context;

/// What an archive tells about its code.
pub(super) struct Mac<'a> {
    algorithm: Algorithm<'a>,
    digest: &'a [u8],
    salt: &'a [u8],
    iterations: i64,
}

impl<'a> Mac<'a> {
    pub(super) fn read(contents: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(contents);
        let mut info = fields.enter("digestInfo")?;
        let (algorithm, digest) = (info.algorithm()?, info.octets()?);
        let (salt, iterations) = (fields.octets()?, fields.int_if()?.unwrap_or(1));
        Ok(Self { algorithm, digest, salt, iterations })
    }

    /// Whether the message is what the code was made of, with this password.
    pub(super) fn is_right(
        &self,
        cx: &mut Context<'_>,
        password: &Password,
        message: &[u8],
    ) -> Result<bool, Failure> {
        let hash = match self.algorithm.identifier {
            PBMAC1 => return self.is_right_by_pbmac1(cx, password, message),
            SHA1 => Hash::Sha1,
            SHA256 => Hash::Sha256,
            SHA512 => Hash::Sha512,
            other => {
                let other = der::dotted(other);
                return Err(format!("pkcs12: MAC digest algorithm not supported: {other}").into());
            }
        };
        let key = derive(cx, hash, password, self.salt, self.iterations)?;
        Ok(hmac::verify(&key, message, self.digest).is_ok())
    }

    /// RFC 9579: everything is in the parameters, and the other fields are ignored.
    fn is_right_by_pbmac1(
        &self,
        cx: &mut Context<'_>,
        password: &Password,
        message: &[u8],
    ) -> Result<bool, Failure> {
        let (kdf, mac) = whole(self.algorithm.parameters, "pbmac1Params", |fields| {
            Ok((fields.algorithm()?, fields.algorithm()?))
        })?;
        let derivation = Pbkdf2::read(&kdf, "PBMAC1", ["KDF algorithm", "PRF"])?;
        let hash = hash_of(mac.identifier).ok_or_else(|| {
            let mac = der::dotted(mac.identifier);
            format!("pkcs12: PBMAC1 MAC algorithm {mac} is not supported")
        })?;
        let length = usize::try_from(derivation.length).unwrap_or_default();
        if length == 0 {
            return Err("pkcs12: PBMAC1 requires explicit KeyLength parameter in PBKDF2 parameters".into());
        }
        let key = derivation.key(cx, password, length)?;
        Ok(hmac::verify(&hmac::Key::new(hash.hmac(), &key), message, self.digest).is_ok())
    }
}

fn derive(
    cx: &mut Context<'_>,
    hash: Hash,
    password: &Password,
    salt: &[u8],
    iterations: i64,
) -> Result<hmac::Key, Failure> {
    let wanted = (Purpose::Authentication, hash.bytes());
    let key = derivation::pkcs12(cx, hash, &password.wide, (salt, iterations), wanted)?;
    Ok(hmac::Key::new(hash.hmac(), &key))
}

/// The code of a message, with SHA-256, as an archive tells it.
pub(super) fn written(cx: &mut Context<'_>, password: &Password, message: &[u8]) -> Result<Bytes, Failure> {
    let mut salt = [0; SALT];
    cx.random(&mut salt);
    let key = derive(cx, Hash::Sha256, password, &salt, ITERATIONS)?;
    let digest = hmac::sign(&key, message);
    let info = der::sequence(&[&der::algorithm(SHA256, &[]), &der::octets(digest.as_ref())]);
    Ok(der::sequence(&[&info, &der::octets(&salt), &der::int(ITERATIONS)]))
}
