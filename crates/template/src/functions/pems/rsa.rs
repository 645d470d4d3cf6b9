//! Decryption with an RSA private key (RFC 8017).

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA512_MGF1SHA512, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use zeroize::Zeroizing;

use super::super::der::Bytes;
use super::super::{fault, keys};
use super::blocks;
use crate::function::{Fault, HIDDEN};

pub(super) fn decrypt(hash: &[u8], text: &[u8], key: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let Some((block, _)) = blocks::next(key) else { return fault("failed to decode PEM block") };
    let failed = |_| Fault::text(format!("could not parse private key: {HIDDEN}"));
    let key = PrivateDecryptingKey::from_pkcs8(&block.contents)
        .or_else(|_| PrivateDecryptingKey::from_pkcs8(&pkcs8(&block.contents)))
        .map_err(failed)?;
    let algorithm = match hash {
        b"SHA1" => &OAEP_SHA1_MGF1SHA1,
        b"SHA512" => &OAEP_SHA512_MGF1SHA512,
        _ => &OAEP_SHA256_MGF1SHA256,
    };
    let key =
        OaepPrivateDecryptingKey::new(key).map_err(|_| Fault::text("could not parse RSA private key"))?;
    let mut out = Zeroizing::new(vec![0; key.min_output_size()]);
    match key.decrypt(algorithm, text, &mut out, None) {
        Ok(plain) => Ok(Zeroizing::new(plain.to_vec())),
        Err(_) => fault("error decrypting data with RSA: crypto/rsa: decryption error"),
    }
}

/// A PKCS#1 key in the envelope of PKCS#8.
fn pkcs8(pkcs1: &[u8]) -> Bytes {
    keys::private_info(keys::RSA, keys::NULL, pkcs1)
}
