//! Functions whose results differ each time. Randomness comes from the caller.

use super::{encodings, fault, letters, lists};
use crate::context::Context;
use crate::function::{Fault, Function};
use crate::types::Type;
use crate::value::Value;

const COUNT: &[Type] = &[Type::INT];

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";

pub(super) fn all() -> Vec<Function> {
    let of = |name, alphabet: Vec<u8>| {
        Function::new(name, COUNT, Type::String, move |cx, args| {
            Ok(random_text(cx, args.int(0)?, &alphabet)?.into())
        })
    };
    vec![
        of("randAlphaNum", [LETTERS, DIGITS].concat())
            .about("Makes so many random letters and digits.", "{{ randAlphaNum 20 }}"),
        of("randAlpha", LETTERS.to_vec()).about("Makes so many random letters.", "{{ randAlpha 20 }}"),
        of("randNumeric", DIGITS.to_vec()).about("Makes so many random digits.", "{{ randNumeric 6 }}"),
        of("randAscii", (b' '..=b'~').collect())
            .about("Makes so many random printable characters.", "{{ randAscii 20 }}"),
        Function::new("randBytes", COUNT, Type::String, |cx, args| {
            let Ok(count) = usize::try_from(args.int(0)?) else {
                return fault("runtime error: makeslice: len out of range");
            };
            cx.allocate(count.saturating_mul(3))?;
            let mut bytes = vec![0; count];
            cx.random(&mut bytes);
            Ok(encodings::encoded(&bytes, &encodings::BASE64).into())
        })
        .about("Makes so many random bytes, as base64.", "{{ randBytes 32 }}"),
        Function::new("randInt", &[Type::INT, Type::INT], Type::INT, |cx, args| {
            let (least, end) = (args.int(0)?, args.int(1)?);
            let Some(span) = end.checked_sub(least).filter(|span| *span > 0) else {
                return fault("invalid argument to Intn");
            };
            Ok(Value::int(least + below(cx, span.unsigned_abs())?.cast_signed()))
        })
        .about("Makes a random integer from one up to, not including, another.", "{{ randInt 1 7 }}"),
        Function::new("shuffle", &[Type::String], Type::String, |cx, args| {
            let mut shuffled: Vec<char> = letters::of(args.string(0)?).collect();
            lists::room(cx, shuffled.len())?;
            for at in (1..shuffled.len()).rev() {
                let other = usize::try_from(below(cx, at as u64 + 1)?).unwrap_or_default();
                shuffled.swap(at, other);
            }
            Ok(shuffled.into_iter().collect::<String>().into())
        })
        .about("Puts the characters of a text in random order.", r#"{{ shuffle "hello" }}"#),
        Function::new("uuidv4", &[], Type::String, |cx, _| Ok(uuid(cx).into()))
            .about("Makes a random UUID.", "{{ uuidv4 }}"),
    ]
}

/// A number below the bound, each as likely as the other.
fn below(cx: &mut Context<'_>, bound: u64) -> Result<u64, Fault> {
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        cx.work(1)?;
        let mut bytes = [0; 8];
        cx.random(&mut bytes);
        let number = u64::from_le_bytes(bytes);
        if number < fair {
            return Ok(number % bound);
        }
    }
}

fn random_text(cx: &mut Context<'_>, count: i64, alphabet: &[u8]) -> Result<Vec<u8>, Fault> {
    let count = usize::try_from(count).unwrap_or_default();
    cx.allocate(count)?;
    let mut text = Vec::with_capacity(count);
    for _ in 0..count {
        text.push(alphabet[usize::try_from(below(cx, alphabet.len() as u64)?).unwrap_or_default()]);
    }
    Ok(text)
}

fn uuid(cx: &mut Context<'_>) -> String {
    let mut bytes = [0; 16];
    cx.random(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}
