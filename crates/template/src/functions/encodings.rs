//! Encodings of bytes as text, and back.
//!
//! Decoders give the text of the error as their value when the input is bad: templates rely on it.

use crate::context::Context;
use crate::function::{Fault, Function};
use crate::types::Type;

const ONE: &[Type] = &[Type::String];

pub(super) fn all() -> Vec<Function> {
    vec![
        Function::new("b64enc", ONE, Type::String, |cx, args| {
            Ok(encode(cx, args.string(0)?, &BASE64)?.into())
        })
        .about("Encodes as base64.", "{{ .user | b64enc }}"),
        Function::new("b64dec", ONE, Type::String, |_, args| {
            Ok(decode_or_say(args.string(0)?, &BASE64).into())
        })
        .about("Decodes base64; gives the text of the error if it is none.", r#"{{ "aGVsbG8=" | b64dec }}"#),
        Function::new("b32enc", ONE, Type::String, |cx, args| {
            Ok(encode(cx, args.string(0)?, &BASE32)?.into())
        })
        .about("Encodes as base32.", "{{ .user | b32enc }}"),
        Function::new("b32dec", ONE, Type::String, |_, args| {
            Ok(decode_or_say(args.string(0)?, &BASE32).into())
        })
        .about("Decodes base32; gives the text of the error if it is none.", r#"{{ "NBUQ====" | b32dec }}"#),
    ]
}

/// What sealed-secrets does not have.
pub(super) fn external() -> Vec<Function> {
    vec![
        Function::new("hexdec", ONE, Type::String, |_, args| {
            Ok(unhex(args.string(0)?).unwrap_or_else(String::into_bytes).into())
        })
        .about(
            "Decodes hexadecimal digits; gives the text of the error if it is none.",
            r#"{{ "68690a" | hexdec }}"#,
        ),
    ]
}

/// An encoding of so many bits a character, in groups filled up with `=`.
pub(super) struct Alphabet {
    name: &'static str,
    characters: &'static [u8],
    bits: usize,
    group: usize,
}

pub(super) const BASE64: Alphabet = Alphabet {
    name: "base64",
    characters: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    bits: 6,
    group: 4,
};

const BASE32: Alphabet =
    Alphabet { name: "base32", characters: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8 };

fn encode(cx: &mut Context<'_>, bytes: &[u8], alphabet: &Alphabet) -> Result<Vec<u8>, Fault> {
    cx.allocate(bytes.len().saturating_mul(2))?;
    Ok(encoded(bytes, alphabet))
}

/// The bytes in this encoding.
pub(super) fn encoded(bytes: &[u8], alphabet: &Alphabet) -> Vec<u8> {
    let group_bytes = alphabet.group * alphabet.bits / 8;
    let mut text = Vec::with_capacity(bytes.len().div_ceil(group_bytes) * alphabet.group);
    for chunk in bytes.chunks(group_bytes) {
        let mut bits = 0_u64;
        for at in 0..group_bytes {
            bits = bits << 8 | u64::from(chunk.get(at).copied().unwrap_or_default());
        }
        let used = (chunk.len() * 8).div_ceil(alphabet.bits);
        for at in 0..alphabet.group {
            let shift = (alphabet.group - 1 - at) * alphabet.bits;
            let index = (bits >> shift) as usize & ((1 << alphabet.bits) - 1);
            text.push(if at < used { alphabet.characters[index] } else { b'=' });
        }
    }
    text
}

fn decode_or_say(text: &[u8], alphabet: &Alphabet) -> Vec<u8> {
    decoded(text, alphabet)
        .unwrap_or_else(|at| format!("illegal {} data at input byte {at}", alphabet.name).into_bytes())
}

/// The bytes, or where the input is bad. Line breaks are skipped, and bits that are left over may be anything.
pub(super) fn decoded(text: &[u8], alphabet: &Alphabet) -> Result<Vec<u8>, usize> {
    let newline = |byte: u8| byte == b'\r' || byte == b'\n';
    // Base 32 strips line breaks first, so its places count without them; base 64 counts all.
    let input: Vec<(usize, u8)> = match alphabet.bits {
        5 => text.iter().copied().filter(|byte| !newline(*byte)).enumerate().collect(),
        _ => text.iter().copied().enumerate().filter(|(_, byte)| !newline(*byte)).collect(),
    };
    let length = if alphabet.bits == 5 { input.len() } else { text.len() };
    let mut bytes = Vec::with_capacity(text.len());
    for (number, group) in input.chunks(alphabet.group).enumerate() {
        let rest = &input[number * alphabet.group + group.len()..];
        let used = group_length(group, rest, length, alphabet)?;
        let mut bits = 0_u64;
        let values = group[..used].iter().map(|(_, byte)| value_of(*byte, alphabet).unwrap_or_default());
        for value in values.chain(std::iter::repeat(0)).take(alphabet.group) {
            bits = bits << alphabet.bits | value;
        }
        let group_bytes = alphabet.group * alphabet.bits / 8;
        let whole = used * alphabet.bits / 8;
        for at in 0..whole {
            bytes.push((bits >> ((group_bytes - 1 - at) * 8)) as u8);
        }
    }
    Ok(bytes)
}

fn value_of(byte: u8, alphabet: &Alphabet) -> Option<u64> {
    alphabet.characters.iter().position(|character| *character == byte).map(|at| at as u64)
}

/// How many characters of a group are not padding, or where it is bad.
fn group_length(
    group: &[(usize, u8)],
    rest: &[(usize, u8)],
    length: usize,
    alphabet: &Alphabet,
) -> Result<usize, usize> {
    if alphabet.bits == 5 { base32_group(group, rest, length) } else { base64_group(group, rest, length) }
}

fn base64_group(group: &[(usize, u8)], rest: &[(usize, u8)], length: usize) -> Result<usize, usize> {
    let Some(at) = group.iter().position(|(_, byte)| value_of(*byte, &BASE64).is_none()) else {
        return if group.len() == 4 { Ok(4) } else { Err(length - group.len()) };
    };
    let (place, byte) = group[at];
    if byte != b'=' || at < 2 {
        return Err(place);
    }
    if at == 2 {
        match group.get(3) {
            None => return Err(length),
            Some((place, byte)) if *byte != b'=' => return Err(*place),
            Some(_) => {}
        }
    }
    rest.first().map_or(Ok(at), |(place, _)| Err(*place))
}

fn base32_group(group: &[(usize, u8)], rest: &[(usize, u8)], length: usize) -> Result<usize, usize> {
    let Some(at) = group.iter().position(|(_, byte)| value_of(*byte, &BASE32).is_none()) else {
        return if group.len() == 8 { Ok(8) } else { Err(length - group.len()) };
    };
    let (place, byte) = group[at];
    if byte != b'=' || at < 2 || !rest.is_empty() {
        return Err(place);
    }
    if group.len() < 8 {
        return Err(length);
    }
    if let Some((place, _)) = group[at..].iter().find(|(_, byte)| *byte != b'=') {
        return Err(place - 1);
    }
    if matches!(at, 3 | 6) { Err(place - at + at - 1) } else { Ok(at) }
}

fn unhex(text: &[u8]) -> Result<Vec<u8>, String> {
    let digit = |byte: u8| {
        char::from(byte).to_digit(16).ok_or_else(|| match byte {
            0x20..0x7f => format!("encoding/hex: invalid byte: U+{byte:04X} '{}'", escaped(byte)),
            _ => format!("encoding/hex: invalid byte: U+{byte:04X}{}", quoted(byte)),
        })
    };
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for pair in text.chunks(2) {
        let high = digit(pair[0])?;
        let Some(low) = pair.get(1) else { return Err("encoding/hex: odd length hex string".to_owned()) };
        bytes.push((high * 16 + digit(*low)?) as u8);
    }
    Ok(bytes)
}

fn escaped(byte: u8) -> String {
    match byte {
        b'\'' => "'".to_owned(),
        b'\\' => "\\".to_owned(),
        _ => char::from(byte).to_string(),
    }
}

/// Go adds the character itself only where it can be printed.
fn quoted(byte: u8) -> String {
    let letter = char::from(byte);
    if crate::quote::is_print(letter) { format!(" '{letter}'") } else { String::new() }
}
