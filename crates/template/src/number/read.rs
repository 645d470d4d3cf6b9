//! Reading numbers.

/// Why a number could not be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NumberError<T> {
    /// It is none: Go's `invalid syntax`.
    Syntax,
    /// It is too large: Go's `value out of range`. Go returns the nearest value as well.
    Range(T),
}

/// An unsigned integer of 64 bits. Base 0 goes by prefix (`0x`, `0b`, `0o`, `0`) and allows underscores.
pub(crate) fn parse_uint(text: &[u8], base: u32) -> Result<u64, NumberError<u64>> {
    let (digits, radix) = if base == 0 { prefix(text) } else { (text, base) };
    if text.is_empty() {
        return Err(NumberError::Syntax);
    }
    let mut number = 0u64;
    let mut underscores = false;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(byte).to_digit(36).filter(|&digit| digit < radix);
        let digit = u64::from(digit.ok_or(NumberError::Syntax)?);
        let next = number.checked_mul(u64::from(radix)).and_then(|number| number.checked_add(digit));
        number = next.ok_or(NumberError::Range(u64::MAX))?;
    }
    if underscores && !underscores_are_well_placed(text) {
        return Err(NumberError::Syntax);
    }
    Ok(number)
}

fn prefix(text: &[u8]) -> (&[u8], u32) {
    match text {
        [b'0', b'b' | b'B', _, ..] => (&text[2..], 2),
        [b'0', b'o' | b'O', _, ..] => (&text[2..], 8),
        [b'0', b'x' | b'X', _, ..] => (&text[2..], 16),
        [b'0', rest @ ..] => (rest, 8),
        _ => (text, 10),
    }
}

/// A signed integer of 64 bits.
pub(crate) fn parse_int(text: &[u8], base: u32) -> Result<i64, NumberError<i64>> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let size = match parse_uint(digits, base) {
        Ok(size) => size,
        Err(NumberError::Range(largest)) => largest,
        Err(NumberError::Syntax) => return Err(NumberError::Syntax),
    };
    if negative {
        0i64.checked_sub_unsigned(size).ok_or(NumberError::Range(i64::MIN))
    } else {
        i64::try_from(size).map_err(|_| NumberError::Range(i64::MAX))
    }
}

/// Underscores stand between digits, or between a prefix and a digit.
fn underscores_are_well_placed(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let (mut after_digit, hex, rest) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (true, true, rest),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (true, false, rest),
        _ => (false, false, text),
    };
    let mut after_underscore = false;
    for &byte in rest {
        let digit = byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
        if byte == b'_' && !after_digit || after_underscore && !digit {
            return false;
        }
        after_underscore = byte == b'_';
        after_digit = digit;
    }
    !after_underscore
}

/// A `float64`: decimal or hexadecimal with exponent, `Inf`, `Infinity` or `NaN` in any case.
pub(crate) fn parse_float(text: &[u8]) -> Result<f64, NumberError<f64>> {
    if let Some(special) = special(text) {
        return Ok(special);
    }
    let mut plain = text.to_vec();
    plain.retain(|&byte| byte != b'_');
    if plain.len() < text.len() && !underscores_are_well_placed(text) {
        return Err(NumberError::Syntax);
    }
    let unsigned = plain.strip_prefix(b"-").or_else(|| plain.strip_prefix(b"+")).unwrap_or(&plain);
    if let [b'0', b'x' | b'X', digits @ ..] = unsigned {
        let size = hexadecimal(digits)?;
        return finite(if plain[0] == b'-' { -size } else { size });
    }
    // Rust reads the same decimal numbers, and infinities under more names, which begin with a letter.
    if !unsigned.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return Err(NumberError::Syntax);
    }
    let text = std::str::from_utf8(&plain).map_err(|_| NumberError::Syntax)?;
    finite(text.parse().map_err(|_| NumberError::Syntax)?)
}

fn finite(number: f64) -> Result<f64, NumberError<f64>> {
    if number.is_infinite() { Err(NumberError::Range(number)) } else { Ok(number) }
}

fn special(text: &[u8]) -> Option<f64> {
    let (sign, name) = match text {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        _ => (1.0, text),
    };
    if name.eq_ignore_ascii_case(b"inf") || name.eq_ignore_ascii_case(b"infinity") {
        return Some(sign * f64::INFINITY);
    }
    text.eq_ignore_ascii_case(b"nan").then_some(f64::NAN)
}

/// What follows `0x`: digits, perhaps a point, and an exponent of two.
fn hexadecimal(text: &[u8]) -> Result<f64, NumberError<f64>> {
    let at = text.iter().position(|byte| matches!(byte, b'p' | b'P')).ok_or(NumberError::Syntax)?;
    let (digits, exponent) = (&text[..at], &text[at + 1..]);
    let bare = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
    if bare.is_empty() || !bare.iter().all(u8::is_ascii_digit) {
        return Err(NumberError::Syntax);
    }
    let exponent = match parse_int(exponent, 10) {
        Ok(exponent) => exponent.clamp(-1_000_000, 1_000_000),
        Err(NumberError::Range(limit)) => limit.clamp(-1_000_000, 1_000_000),
        Err(NumberError::Syntax) => return Err(NumberError::Syntax),
    };
    let (mut mantissa, mut scale, mut seen, mut point) = (0u128, exponent, false, false);
    for &byte in digits {
        if byte == b'.' && !point {
            point = true;
            continue;
        }
        let digit = char::from(byte).to_digit(16).ok_or(NumberError::Syntax)?;
        seen = true;
        if mantissa >> 120 == 0 {
            mantissa = mantissa << 4 | u128::from(digit);
            scale -= if point { 4 } else { 0 };
        } else {
            // What no longer fits only matters in that it is not zero.
            mantissa |= u128::from(digit != 0);
            scale += if point { 0 } else { 4 };
        }
    }
    if seen { Ok(scaled(mantissa, scale)) } else { Err(NumberError::Syntax) }
}

/// `mantissa * 2^scale`, rounded once.
fn scaled(mantissa: u128, scale: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let top = 127 - i64::from(mantissa.leading_zeros()) + scale;
    if top > 1023 {
        return f64::INFINITY;
    }
    // How many bits fit: 53, and fewer below the normal numbers.
    let keep = (top + 1075).min(53);
    if keep < 0 {
        return 0.0;
    }
    let drop = (top + 1 - keep) - scale;
    let kept = if drop <= 0 {
        mantissa << -drop
    } else if drop > 127 {
        0
    } else {
        let (kept, lost) = (mantissa >> drop, mantissa & ((1 << drop) - 1));
        let half = 1u128 << (drop - 1);
        kept + u128::from(lost > half || lost == half && kept & 1 == 1)
    };
    let exponent = (top + 1 - keep).max(-1074);
    // Both factors are exact, and the product is too, in two steps below the normal numbers.
    let step = exponent.max(-1000);
    kept as f64 * 2f64.powi(step as i32) * 2f64.powi((exponent - step) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_by_base_and_prefix() {
        for (text, base, expected) in [
            ("10", 10, Ok(10)),
            ("-9223372036854775808", 10, Ok(i64::MIN)),
            ("9223372036854775808", 10, Err(NumberError::Range(i64::MAX))),
            ("-99999999999999999999", 10, Err(NumberError::Range(i64::MIN))),
            ("0x1F", 0, Ok(31)),
            ("0b101", 0, Ok(5)),
            ("0o17", 0, Ok(15)),
            ("017", 0, Ok(15)),
            ("08", 0, Err(NumberError::Syntax)),
            ("1_000", 0, Ok(1000)),
            ("1__0", 0, Err(NumberError::Syntax)),
            ("1_", 0, Err(NumberError::Syntax)),
            ("0x_1", 0, Ok(1)),
            ("1_000", 10, Err(NumberError::Syntax)),
            ("0x", 0, Err(NumberError::Syntax)),
            ("0", 0, Ok(0)),
            ("", 10, Err(NumberError::Syntax)),
            ("+-1", 10, Err(NumberError::Syntax)),
        ] {
            assert_eq!(parse_int(text.as_bytes(), base), expected, "{text}");
        }
    }

    #[test]
    fn floats_are_read_in_both_bases() {
        for (text, expected) in [
            ("1.5", Ok(1.5)),
            (".5", Ok(0.5)),
            ("5.", Ok(5.0)),
            ("1e3", Ok(1000.0)),
            ("1_0.5", Ok(10.5)),
            ("1e400", Err(NumberError::Range(f64::INFINITY))),
            ("0x1p-2", Ok(0.25)),
            ("0x1.8p1", Ok(3.0)),
            ("-0x.8p0", Ok(-0.5)),
            ("0x1p-1074", Ok(5e-324)),
            ("0x1p-1076", Ok(0.0)),
            ("0x1.fffffffffffff8p0", Ok(2.0)),
            ("0x1p1024", Err(NumberError::Range(f64::INFINITY))),
            ("0x1.8", Err(NumberError::Syntax)),
            ("-Inf", Ok(f64::NEG_INFINITY)),
            ("infinity", Ok(f64::INFINITY)),
            ("infinit", Err(NumberError::Syntax)),
            ("", Err(NumberError::Syntax)),
            (".", Err(NumberError::Syntax)),
            ("1e", Err(NumberError::Syntax)),
            (" 1", Err(NumberError::Syntax)),
        ] {
            assert_eq!(parse_float(text.as_bytes()), expected, "{text}");
        }
        assert!(parse_float(b"NaN").is_ok_and(f64::is_nan));
    }
}
