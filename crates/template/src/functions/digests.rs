//! Digests of texts.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};

use crate::function::Function;
use crate::types::Type;

const ONE: &[Type] = &[Type::String];

pub(super) fn all() -> Vec<Function> {
    let hexadecimal = |name, algorithm: &'static Algorithm| {
        Function::new(name, ONE, Type::String, move |cx, args| {
            let text = args.string(0)?;
            cx.work(text.len() as u64 / 64)?;
            let digits =
                digest(algorithm, text).as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            Ok(digits.into())
        })
    };
    vec![
        hexadecimal("sha1sum", &SHA1_FOR_LEGACY_USE_ONLY)
            .about("Gives the SHA-1 digest.", "{{ sha1sum .user }}"),
        hexadecimal("sha256sum", &SHA256).about("Gives the SHA-256 digest.", "{{ sha256sum .user }}"),
        hexadecimal("sha512sum", &SHA512).about("Gives the SHA-512 digest.", "{{ sha512sum .user }}"),
        Function::new("adler32sum", ONE, Type::String, |cx, args| {
            let text = args.string(0)?;
            cx.work(text.len() as u64 / 64)?;
            Ok(adler32(text).to_string().into())
        })
        .about("Gives the Adler-32 checksum.", "{{ adler32sum .user }}"),
    ]
}

fn adler32(text: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (low, high) = text.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % MODULUS;
        (low, (high + low) % MODULUS)
    });
    high << 16 | low
}
