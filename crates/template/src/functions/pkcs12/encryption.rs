//! Encryption by password: the schemes of PKCS#12 (RFC 7292, appendix C) and PBES2 (RFC 8018).

use zeroize::Zeroizing;

use super::super::der::{self, Algorithm, Bytes, Fields, Kind};
use super::super::failure::Failure;
use super::cipher::{self, Cipher};
use super::derivation::{self, Hash, Purpose};
use super::identifiers::*;
use super::password::Password;
use super::read::whole;
use crate::context::Context;

/// Salt, iterations, and for PBKDF2 the length of the key if it is told, and the function.
pub(super) struct Pbkdf2<'a> {
    pub(super) salt: &'a [u8],
    pub(super) iterations: i64,
    pub(super) length: i64,
    pub(super) hash: Hash,
}

impl<'a> Pbkdf2<'a> {
    /// Reads the derivation that is asked for; `user` is what asks, and `names` is how it names the parts in errors.
    pub(super) fn read(kdf: &Algorithm<'a>, user: &str, names: [&str; 2]) -> Result<Self, Failure> {
        let [function, prf] = names;
        let unsupported = |what: &str, identifier: &[u8]| {
            Failure::from(format!("pkcs12: {user} {what} {} is not supported", der::dotted(identifier)))
        };
        if kdf.identifier != PBKDF2 {
            return Err(unsupported(function, kdf.identifier));
        }
        let parameters = whole(kdf.parameters, "pbkdf2Params", |fields| {
            let salt = fields.next(&Kind::ANY)?;
            let iterations = fields.int()?;
            let length = fields.int_if()?.unwrap_or_default();
            let hash = fields.algorithm_if()?;
            Ok((salt, iterations, length, hash.map(|hash| hash.identifier)))
        })?;
        let (salt, iterations, length, hash) = parameters;
        if salt.tag & 0x1f != der::OCTET_STRING {
            let user = if user == "pbes2" { "pbes2/pbkdf2" } else { "PBMAC1/PBKDF2" };
            return Err(format!("pkcs12: only octet string salts are supported for {user}").into());
        }
        let hash = match hash {
            None => Hash::Sha1,
            Some(identifier) => hmac(identifier).ok_or_else(|| unsupported(prf, identifier))?,
        };
        Ok(Self { salt: salt.contents, iterations, length, hash })
    }

    pub(super) fn key(
        &self,
        cx: &mut Context<'_>,
        password: &Password,
        length: usize,
    ) -> Result<Bytes, Failure> {
        derivation::pbkdf2(cx, self.hash, &password.narrow, (self.salt, self.iterations), length)
    }
}

/// The hash function of an HMAC.
pub(super) fn hmac(identifier: &[u8]) -> Option<Hash> {
    match identifier {
        HMAC_SHA1 => Some(Hash::Sha1),
        HMAC_SHA256 => Some(Hash::Sha256),
        HMAC_SHA512 => Some(Hash::Sha512),
        _ => None,
    }
}

/// Decrypts by the scheme that the algorithm names.
pub(super) fn decrypt(
    cx: &mut Context<'_>,
    algorithm: &Algorithm<'_>,
    password: &Password,
    text: &[u8],
) -> Result<Bytes, Failure> {
    let (cipher, key, vector) = match algorithm.identifier {
        SHA_3DES => pbes1(cx, algorithm, password, Cipher::TripleDes)?,
        SHA_RC2_128 => pbes1(cx, algorithm, password, Cipher::Rc2(16))?,
        SHA_RC2_40 => pbes1(cx, algorithm, password, Cipher::Rc2(5))?,
        PBES2 => pbes2(cx, algorithm, password)?,
        other => {
            return Err(format!("pkcs12: pbe algorithm {} is not supported", der::dotted(other)).into());
        }
    };
    // The original sets up the cipher before it looks at the text.
    cipher.decrypt(&key, &vector, &mut [])?;
    if text.is_empty() {
        return Err("pkcs12: empty encrypted data".into());
    }
    if !text.len().is_multiple_of(cipher.block()) {
        return Err("pkcs12: input is not a multiple of the block size".into());
    }
    cx.allocate(text.len())?;
    cx.work(text.len() as u64 / 8)?;
    let mut plain = Zeroizing::new(text.to_vec());
    cipher.decrypt(&key, &vector, &mut plain)?;
    let padding = plain.last().copied().map_or(0, usize::from);
    let end = plain.len() - padding.min(plain.len());
    let sound = (1..=cipher.block()).contains(&padding)
        && plain[end..].iter().all(|byte| usize::from(*byte) == padding);
    if !sound {
        return Err("pkcs12: decryption error, incorrect padding".into());
    }
    plain.truncate(end);
    Ok(plain)
}

type Keyed = (Cipher, Bytes, Bytes);

fn pbes1(
    cx: &mut Context<'_>,
    algorithm: &Algorithm<'_>,
    password: &Password,
    cipher: Cipher,
) -> Result<Keyed, Failure> {
    let derivation =
        whole(algorithm.parameters, "pbeParams", |fields| Ok((fields.octets()?, fields.int()?)))?;
    let mut derive =
        |purpose, length| derivation::pkcs12(cx, Hash::Sha1, &password.wide, derivation, (purpose, length));
    let key = derive(Purpose::Encryption, cipher.key_bytes())?;
    Ok((cipher, key, derive(Purpose::InitializationVector, cipher.block())?))
}

fn pbes2(cx: &mut Context<'_>, algorithm: &Algorithm<'_>, password: &Password) -> Result<Keyed, Failure> {
    let (kdf, scheme) =
        whole(algorithm.parameters, "pbes2Params", |fields| Ok((fields.algorithm()?, fields.algorithm()?)))?;
    let derivation = Pbkdf2::read(&kdf, "pbes2", ["kdf algorithm", "prf"])?;
    let cipher = match scheme.identifier {
        AES256_CBC => Cipher::Aes(32),
        AES192_CBC => Cipher::Aes(24),
        AES128_CBC => Cipher::Aes(16),
        other => {
            return Err(format!("pkcs12: pbes2 algorithm {} is not supported", der::dotted(other)).into());
        }
    };
    let key = derivation.key(cx, password, cipher.key_bytes())?;
    let vector = Fields::new(scheme.parameters).next(&Kind::ANY).map(|vector| vector.contents.to_vec());
    Ok((cipher, key, Zeroizing::new(vector.unwrap_or_default())))
}

/// How often what is written is hashed, and how long its salts are.
pub(super) const ITERATIONS: i64 = 2048;
pub(super) const SALT: usize = 16;

/// Encrypts by PBES2 with AES-256 and a key by PBKDF2 with SHA-256. Gives the algorithm and the text.
pub(super) fn encrypt(
    cx: &mut Context<'_>,
    password: &Password,
    plain: &[u8],
) -> Result<(Bytes, Bytes), Failure> {
    let (mut salt, mut vector) = ([0; SALT], [0; 16]);
    cx.random(&mut salt);
    cx.random(&mut vector);
    let key = derivation::pbkdf2(cx, Hash::Sha256, &password.narrow, (&salt, ITERATIONS), 32)?;
    cx.allocate(plain.len().saturating_mul(4))?;
    let padding = 16 - plain.len() % 16;
    let mut text = Zeroizing::new(Vec::with_capacity(plain.len() + padding));
    text.extend_from_slice(plain);
    text.extend(std::iter::repeat_n(padding as u8, padding));
    cipher::encrypt_aes(&key, &vector, &mut text)?;
    let kdf = der::sequence(&[&der::octets(&salt), &der::int(ITERATIONS), &der::algorithm(HMAC_SHA256, &[])]);
    let scheme = der::algorithm(AES256_CBC, &der::octets(&vector));
    let parameters = der::sequence(&[&der::algorithm(PBKDF2, &kdf), &scheme]);
    Ok((der::algorithm(PBES2, &parameters), text))
}
