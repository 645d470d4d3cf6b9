//! The contents of numbers, bit strings and object identifiers.

use super::element::{structure_error, syntax_error};

/// A number in groups of seven bits, and what follows it.
pub(super) fn base128(bytes: &[u8], at: usize) -> Result<(u32, usize), String> {
    let too_large = || structure_error("base 128 integer too large");
    let mut value = 0_u64;
    for (count, byte) in bytes.get(at..).unwrap_or_default().iter().enumerate() {
        if count == 5 {
            return Err(too_large());
        }
        if count == 0 && *byte == 0x80 {
            return Err(syntax_error("integer is not minimally encoded"));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            let value = i32::try_from(value).map_err(|_| too_large())?;
            return Ok((value.unsigned_abs(), at + count + 1));
        }
    }
    Err(syntax_error("truncated base 128 integer"))
}

/// The digits of an INTEGER, as few as it takes; negative if the first is 0x80 or more.
pub(super) fn digits(contents: &[u8]) -> Result<&[u8], String> {
    match contents {
        [] => Err(structure_error("empty integer")),
        [0, 0..0x80, ..] | [0xff, 0x80..=0xff, ..] => Err(structure_error("integer not minimally-encoded")),
        digits => Ok(digits),
    }
}

/// Whether the digits of an INTEGER stand for a negative one.
pub(in crate::functions) fn is_negative(digits: &[u8]) -> bool {
    digits.first().is_some_and(|first| *first >= 0x80)
}

/// The value of an INTEGER in 64 bits.
pub(in crate::functions) fn integer(contents: &[u8]) -> Result<i64, String> {
    let digits = digits(contents)?;
    if digits.len() > 8 {
        return Err(structure_error("integer too large"));
    }
    let sign = if is_negative(digits) { -1 } else { 0 };
    Ok(digits.iter().fold(sign, |value, byte| value << 8 | i64::from(*byte)))
}

/// The digits of an INTEGER of any size without leading zeros; none if it is not above zero.
pub(in crate::functions) fn natural(contents: &[u8]) -> Result<Option<&[u8]>, String> {
    let digits = digits(contents)?;
    Ok(Some(without_zeros(digits)).filter(|natural| !natural.is_empty() && !is_negative(digits)))
}

/// The bytes from the first that is not zero on.
pub(in crate::functions) fn without_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// The bytes of a BIT STRING, and how many bits of the last are unused; those are zero.
pub(in crate::functions) fn bit_string(contents: &[u8]) -> Result<(&[u8], u8), String> {
    let Some((unused, bytes)) = contents.split_first() else {
        return Err(syntax_error("zero length BIT STRING"));
    };
    let last = bytes.last().copied();
    let clean = last.map_or(*unused == 0, |last| *unused < 8 && last & ((1 << *unused) - 1) == 0);
    if clean { Ok((bytes, *unused)) } else { Err(syntax_error("invalid padding bits in BIT STRING")) }
}

/// Checks the contents of an OBJECT IDENTIFIER, and gives them: no two stand for the same one.
pub(in crate::functions) fn object_identifier(contents: &[u8]) -> Result<&[u8], String> {
    if contents.is_empty() {
        return Err(syntax_error("zero length OBJECT IDENTIFIER"));
    }
    let mut at = 0;
    while at < contents.len() {
        (_, at) = base128(contents, at)?;
    }
    Ok(contents)
}

/// An object identifier in digits and dots.
pub(in crate::functions) fn dotted(contents: &[u8]) -> String {
    let mut parts: Vec<u32> = Vec::new();
    let mut at = 0;
    while let Ok((part, next)) = base128(contents, at) {
        at = next;
        match parts.len() {
            0 if part < 80 => parts.extend([part / 40, part % 40]),
            0 => parts.extend([2, part - 80]),
            _ => parts.push(part),
        }
    }
    parts.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}
