//! Decryption with an RSA private key (RFC 8017).

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA512_MGF1SHA512, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use zeroize::Zeroizing;

use super::blocks;
use crate::context::Context;
use crate::functions::failure::Failure;
use crate::functions::keys::{PrivateKey, USE_STEPS};

pub(super) fn decrypt(
    cx: &mut Context<'_>,
    hash: &[u8],
    text: &[u8],
    key: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let (block, _) = blocks::next(key).ok_or("failed to decode PEM block")?;
    let key = PrivateKey::from_any(cx, &block.contents)
        .map_err(|failure| failure.within("could not parse private key: "))?;
    let PrivateKey::Rsa(_) = key else { return Err("could not parse RSA private key".into()) };
    cx.work(USE_STEPS)?;
    // aws-lc takes fewer keys than Go.
    const UNUSABLE: &str = "error decrypting data with RSA: the private key cannot be used";
    let key = PrivateDecryptingKey::from_pkcs8(&key.to_pkcs8()?).map_err(|_| UNUSABLE)?;
    let key = OaepPrivateDecryptingKey::new(key).map_err(|_| UNUSABLE)?;
    let algorithm = match hash {
        b"SHA1" => &OAEP_SHA1_MGF1SHA1,
        b"SHA512" => &OAEP_SHA512_MGF1SHA512,
        _ => &OAEP_SHA256_MGF1SHA256,
    };
    let mut out = Zeroizing::new(vec![0; key.min_output_size()]);
    match key.decrypt(algorithm, text, &mut out, None) {
        Ok(plain) => Ok(Zeroizing::new(plain.to_vec())),
        Err(_) => Err("error decrypting data with RSA: crypto/rsa: decryption error".into()),
    }
}
