//! Passwords hashed and derived, and texts encrypted with one.

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::encodings::{BASE64, decoded, encoded};
use super::fault;
use crate::context::Context;
use crate::function::{Fault, Function};
use crate::types::Type;

const TWO: &[Type] = &[Type::String, Type::String];

/// bcrypt's default cost in Go.
const COST: u32 = 10;
/// A hash takes as long as about so many small steps.
const HASH_STEPS: u64 = 200_000;

pub(super) fn all() -> Vec<Function> {
    vec![
        Function::new("bcrypt", &[Type::String], Type::String, |cx, args| {
            Ok(bcrypt_text(cx, args.string(0)?)?.into())
        })
        .about("Hashes a password with bcrypt.", "{{ bcrypt .password }}"),
        Function::new("htpasswd", TWO, Type::String, |cx, args| {
            htpasswd(cx, args.string(0)?, args.string(1)?, b"").map(Into::into)
        })
        .about("Makes a line of an htpasswd file.", "{{ htpasswd .user .password }}"),
        Function::new("encryptAES", TWO, Type::String, |cx, args| {
            Ok(encrypt(cx, args.string(0)?, args.string(1)?)?.into())
        })
        .about(
            "Encrypts a text with a password by AES-256-CBC, as base64.",
            r#"{{ encryptAES "secretkey" "plaintext" }}"#,
        ),
        Function::new("decryptAES", TWO, Type::String, |cx, args| {
            Ok(decrypt(cx, args.string(0)?, args.string(1)?)?.into())
        })
        .about(
            "Decrypts what encryptAES made.",
            r#"{{ encryptAES "secretkey" "plaintext" | decryptAES "secretkey" }}"#,
        ),
        Function::new(
            "derivePassword",
            &[Type::UINT32, Type::String, Type::String, Type::String, Type::String],
            Type::String,
            |cx, args| {
                let texts = (args.string(1)?, args.string(2)?, args.string(3)?, args.string(4)?);
                derive(
                    cx,
                    u32::try_from(args.uint(0)?).unwrap_or_default(),
                    texts.0,
                    texts.1,
                    [texts.2, texts.3],
                )
            },
        )
        .about(
            "Derives a password for a site from a master password.",
            r#"{{ derivePassword 1 "long" "password" "user" "example.com" }}"#,
        ),
    ]
}

/// What the External Secrets Operator has in place of sprig's.
pub(super) fn external() -> Vec<Function> {
    vec![
        Function::new("htpasswd", &[Type::String; 3], Type::String, |cx, args| {
            htpasswd(cx, args.string(0)?, args.string(1)?, args.string(2)?).map(Into::into)
        })
        .about(
            "Makes a line of an htpasswd file, with bcrypt or sha.",
            r#"{{ htpasswd .user .password "bcrypt" }}"#,
        ),
    ]
}

fn bcrypt_text(cx: &mut Context<'_>, password: &[u8]) -> Result<String, Fault> {
    if password.len() > 72 {
        return Ok(
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".to_owned()
        );
    }
    cx.work(HASH_STEPS)?;
    let mut salt = [0; 16];
    cx.random(&mut salt);
    match bcrypt::hash_with_salt(password, COST, salt) {
        Ok(hash) => Ok(hash.format_for_version(bcrypt::Version::TwoA)),
        Err(_) => fault("the password cannot be hashed with bcrypt"),
    }
}

fn htpasswd(cx: &mut Context<'_>, user: &[u8], password: &[u8], algorithm: &[u8]) -> Result<Vec<u8>, Fault> {
    if user.contains(&b':') {
        return Ok([b"invalid username: ", user].concat());
    }
    let hash = match algorithm {
        b"sha" => {
            let digest = encoded(digest(&SHA1_FOR_LEGACY_USE_ONLY, password).as_ref(), &BASE64);
            [b"{SHA}", &digest[..]].concat()
        }
        _ => bcrypt_text(cx, password)?.into_bytes(),
    };
    Ok([user, b":", &hash].concat())
}

const BLOCK: usize = 16;

/// The first 32 bytes of the password, filled up with zeros: so the original does.
fn cipher_key(password: &[u8]) -> Result<UnboundCipherKey, Fault> {
    let mut key = Zeroizing::new([0; 32]);
    let length = password.len().min(32);
    key[..length].copy_from_slice(&password[..length]);
    UnboundCipherKey::new(&AES_256, &key[..]).map_err(|_| Fault::text("the key cannot be used"))
}

fn encrypt(cx: &mut Context<'_>, password: &[u8], text: &[u8]) -> Result<Vec<u8>, Fault> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    cx.allocate(text.len().saturating_mul(3))?;
    let key = EncryptingKey::ecb(cipher_key(password)?).map_err(|_| Fault::text("the key cannot be used"))?;
    let padding = BLOCK - text.len() % BLOCK;
    let mut padded = Zeroizing::new(text.to_vec());
    padded.extend(std::iter::repeat_n(u8::try_from(padding).unwrap_or_default(), padding));
    let mut before = [0; BLOCK];
    cx.random(&mut before);
    let mut out = before.to_vec();
    for block in padded.chunks(BLOCK) {
        before.iter_mut().zip(block).for_each(|(chained, byte)| *chained ^= byte);
        key.encrypt(&mut before).map_err(|_| Fault::text("the text cannot be encrypted"))?;
        out.extend_from_slice(&before);
    }
    Ok(encoded(&out, &BASE64))
}

fn decrypt(cx: &mut Context<'_>, password: &[u8], text: &[u8]) -> Result<Vec<u8>, Fault> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    cx.allocate(text.len())?;
    let bytes = decoded(text, &BASE64)
        .map_err(|at| Fault::text(format!("illegal base64 data at input byte {at}")))?;
    let capacity = text.len() / 4 * 3;
    if capacity < BLOCK {
        return fault(format!(
            "runtime error: slice bounds out of range [:{BLOCK}] with capacity {capacity}"
        ));
    }
    let Some((vector, blocks)) = bytes.split_at_checked(BLOCK) else {
        return fault(format!("runtime error: slice bounds out of range [{BLOCK}:{}]", bytes.len()));
    };
    if blocks.len() % BLOCK != 0 {
        return fault("crypto/cipher: input not full blocks");
    }
    let key = DecryptingKey::ecb(cipher_key(password)?).map_err(|_| Fault::text("the key cannot be used"))?;
    let mut out = Zeroizing::new(blocks.to_vec());
    if !out.is_empty() {
        key.decrypt(&mut out, DecryptionContext::None)
            .map_err(|_| Fault::text("the text cannot be decrypted"))?;
    }
    let chained = vector.iter().chain(blocks);
    out.iter_mut().zip(chained).for_each(|(byte, before)| *byte ^= before);
    // The padding is not checked, only cut off, as in the original.
    let Some(padding) = out.last().copied().map(usize::from) else {
        return fault("runtime error: index out of range [-1]");
    };
    match out.len().checked_sub(padding) {
        Some(length) => Ok(out[..length].to_vec()),
        None => fault(format!("runtime error: slice bounds out of range [:-{}]", padding - out.len())),
    }
}

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// The forms of passwords: each character stands for one of a set.
fn forms(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn set(class: char) -> &'static [u8] {
    match class {
        'V' => b"AEIOU",
        'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        'v' => b"aeiou",
        'c' => b"bcdfghjklmnpqrstvwxyz",
        'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        'n' => b"0123456789",
        'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

fn derive(
    cx: &mut Context<'_>,
    counter: u32,
    kind: &[u8],
    password: &[u8],
    [user, site]: [&[u8]; 2],
) -> Result<crate::value::Value, Fault> {
    let Some(forms) = forms(kind) else {
        return Ok([b"cannot find password template ", kind].concat().into());
    };
    cx.work(HASH_STEPS * 2)?;
    let length = |text: &[u8]| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    let salt = [SEED, &length(user), user].concat();
    let parameters = scrypt::Params::new(15, 8, 2).map_err(|_| Fault::text("scrypt: bad parameters"))?;
    let mut key = Zeroizing::new([0; 64]);
    scrypt::scrypt(password, &salt, &parameters, &mut key[..])
        .map_err(|_| Fault::text("scrypt: bad length"))?;
    let message = [SEED, &length(site), site, &counter.to_be_bytes()].concat();
    let seed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key[..]), &message);
    let seed = seed.as_ref();
    let form = forms[usize::from(seed[0]) % forms.len()];
    let characters = form.chars().zip(&seed[1..]).map(|(class, byte)| {
        let set = set(class);
        set[usize::from(*byte) % set.len()]
    });
    Ok(characters.collect::<Vec<u8>>().into())
}
