//! PEM blocks: picking some out, ordering certificate chains, decrypting with a private key.

pub(super) mod blocks;
pub(super) mod chain;
mod rsa;

use super::failure::Failure;
use super::fault;
use super::x509::Certificate;
use crate::context::Context;
use crate::function::{Fault, Function};
use crate::types::Type;
use crate::value::Value;

const TWO: &[Type] = &[Type::String, Type::String];

pub(super) const CERTIFICATE: &[u8] = b"CERTIFICATE";

/// What sealed-secrets does not have.
pub(super) fn external() -> Vec<Function> {
    vec![
        Function::new("filterPEM", TWO, Type::String, |cx, args| {
            Ok(filter(cx, args.string(0)?, args.string(1)?)?.into())
        })
        .about("Keeps the PEM blocks of one type.", r#"{{ .bundle | filterPEM "CERTIFICATE" }}"#),
        Function::new("filterCertChain", TWO, Type::String, |cx, args| {
            let certificates = chain::read(cx, args.string(1)?)?;
            let chain = chain::order(cx, &certificates)?;
            Ok(chain::part(&chain, args.string(0)?).into())
        })
        .about(
            "Orders a chain of certificates and gives its leaf, intermediate or root part.",
            r#"{{ .bundle | filterCertChain "leaf" }}"#,
        ),
        Function::new("certSANs", &[Type::String], Type::STRINGS, |cx, args| {
            Ok(Value::strings(names(cx, args.string(0)?)?))
        })
        .about("Lists the names a certificate is for.", r#"{{ certSANs .cert | join "," }}"#),
        Function::new("rsaDecrypt", &[Type::String; 4], Type::String, |cx, args| {
            let [scheme, hash, text, key] =
                [args.string(0)?, args.string(1)?, args.string(2)?, args.string(3)?];
            match &scheme[..] {
                b"None" => Ok(text.clone().into()),
                b"RSA-OAEP" => Ok(Value::String(rsa::decrypt(cx, hash, text, key)?.into())),
                _ => fault(format!("decryption scheme {} is not supported", crate::function::HIDDEN)),
            }
        })
        .about(
            "Decrypts with an RSA private key; the scheme is RSA-OAEP or None.",
            r#"{{ .cipher | b64dec | rsaDecrypt "RSA-OAEP" "SHA256" .key }}"#,
        ),
    ]
}

fn filter(cx: &mut Context<'_>, wanted: &[u8], text: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut kept = Vec::new();
    let mut rest = text;
    while let Some((block, after)) = blocks::next(rest) {
        cx.work(1 + (rest.len() - after.len()) as u64 / 8)?;
        rest = after;
        if block.kind.to_text().to_lowercase() == String::from_utf8_lossy(wanted).to_lowercase() {
            kept.extend(block.encoded());
        }
    }
    if kept.is_empty() && !rest.is_empty() {
        return fault("error filtering pem: found junk");
    }
    Ok(kept)
}

/// The names in the certificate of the first block.
fn names(cx: &mut Context<'_>, text: &[u8]) -> Result<Vec<String>, Failure> {
    let (block, _) = blocks::next(text).ok_or("failed to decode PEM block")?;
    Ok(Certificate::read(cx, &block.contents)?.names())
}
