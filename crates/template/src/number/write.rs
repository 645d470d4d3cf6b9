//! Writing numbers.

/// More digits than any `float64` has, before or after the point: further ones are zeros.
const ALL_DIGITS: usize = 1100;

/// A float in one of Go's forms: `e` `E` `f` `F` `g` `G` `b` `x` `X`. Without a precision, the fewest digits that
/// read back as the same number.
pub(crate) fn format_float(number: f64, verb: u8, precision: Option<usize>) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let size = number.abs();
    let text = match verb {
        b'e' | b'E' => exponential(size, precision),
        b'g' | b'G' => general(size, precision),
        b'b' => binary(size),
        b'x' | b'X' => hexadecimal(size, precision),
        _ => fixed(size, precision),
    };
    let text = if verb.is_ascii_uppercase() && verb != b'F' { text.to_ascii_uppercase() } else { text };
    format!("{sign}{text}")
}

fn fixed(size: f64, precision: Option<usize>) -> String {
    let Some(precision) = precision else { return format!("{size}") };
    let digits = precision.min(ALL_DIGITS);
    let mut text = format!("{size:.digits$}");
    text.extend(std::iter::repeat_n('0', precision - digits));
    text
}

fn exponential(size: f64, precision: Option<usize>) -> String {
    let (digits, exponent) = match precision {
        None => significant(size, None),
        Some(precision) => significant(size, Some(precision.min(ALL_DIGITS) + 1)),
    };
    let fraction = precision.unwrap_or(digits.len() - 1);
    with_exponent(&digits, exponent, fraction)
}

/// One digit, `fraction` more after a point, and the exponent.
fn with_exponent(digits: &str, exponent: i32, fraction: usize) -> String {
    let mut text = digits[..1].to_owned();
    if fraction > 0 {
        let known = &digits[1..digits.len().min(fraction + 1)];
        text.push('.');
        text.push_str(known);
        text.extend(std::iter::repeat_n('0', fraction - known.len()));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{text}e{sign}{:02}", exponent.abs())
}

/// The decimal digits, the point being after the first, and the exponent.
fn significant(size: f64, count: Option<usize>) -> (String, i32) {
    let text = match count {
        None => format!("{size:e}"),
        Some(count) => format!("{size:.*e}", count.max(1) - 1),
    };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// The shorter of the two forms, without trailing zeros.
fn general(size: f64, precision: Option<usize>) -> String {
    let count = precision.map(|precision| precision.clamp(1, ALL_DIGITS));
    let (digits, exponent) = significant(size, count);
    let trimmed = digits.trim_end_matches('0');
    let digits = if trimmed.is_empty() { "0" } else { trimmed };
    let length = if trimmed.is_empty() { 0 } else { digits.len() as i32 };
    let point = if trimmed.is_empty() { 0 } else { exponent + 1 };
    let threshold = match precision {
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision.max(1)).unwrap_or(i32::MAX);
            if precision > length && length >= point { length } else { precision }
        }
    };
    let exponent = point - 1;
    if exponent < -4 || exponent >= threshold {
        return with_exponent(digits, exponent, digits.len() - 1);
    }
    positional(digits, point)
}

/// Digits with the point where it belongs.
fn positional(digits: &str, point: i32) -> String {
    let Ok(point) = usize::try_from(point) else {
        return format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    };
    if point >= digits.len() {
        return format!("{digits}{}", "0".repeat(point - digits.len()));
    }
    let (whole, fraction) = digits.split_at(point);
    if digits == "0" {
        return "0".to_owned();
    }
    format!("{}.{fraction}", if whole.is_empty() { "0" } else { whole })
}

/// The mantissa as an integer, and the power of two it is multiplied with.
fn parts(size: f64) -> (u64, i32) {
    let bits = size.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7FF) as i32, bits & ((1 << 52) - 1));
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) }
}

fn binary(size: f64) -> String {
    let (mantissa, exponent) = parts(size);
    format!("{mantissa}p{}{}", if exponent < 0 { "-" } else { "+" }, exponent.abs())
}

fn hexadecimal(size: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = parts(size);
    exponent = if mantissa == 0 { 0 } else { exponent + 52 };
    // The leading one, if there is any, goes to bit 60: fifteen digits follow.
    mantissa <<= 8;
    while mantissa != 0 && mantissa >> 60 == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision @ 0..15) = precision {
        let shift = 60 - precision * 4;
        let (kept, lost, half) = (mantissa >> shift, mantissa & ((1 << shift) - 1), 1u64 << (shift - 1));
        mantissa = kept + u64::from(lost > half || lost == half && kept & 1 == 1);
        mantissa <<= shift;
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(precision) => {
            let known = precision.min(fraction.len());
            fraction[..known].to_owned() + &"0".repeat(precision - known)
        }
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{fraction}p{sign}{:02}", mantissa >> 60, exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_go_writes_them() {
        for (number, verb, precision, expected) in [
            (0.0, b'g', None, "0"),
            (-0.0, b'g', None, "-0"),
            (1.0, b'g', None, "1"),
            (100_000.0, b'g', None, "100000"),
            (1_000_000.0, b'g', None, "1e+06"),
            (1_234_567.0, b'g', None, "1.234567e+06"),
            (0.0001, b'g', None, "0.0001"),
            (0.000_01, b'g', None, "1e-05"),
            (123_456.7, b'g', None, "123456.7"),
            (1e21, b'f', None, "1000000000000000000000"),
            (1.0, b'f', Some(3), "1.000"),
            (2.5, b'f', Some(0), "2"),
            (1234.0, b'g', Some(3), "1.23e+03"),
            (100.0, b'g', Some(3), "100"),
            (100_000.0, b'g', Some(10), "100000"),
            (0.5, b'G', Some(10), "0.5"),
            (1e-7, b'G', Some(3), "1E-07"),
            (0.0, b'e', Some(2), "0.00e+00"),
            (1.5, b'e', None, "1.5e+00"),
            (1e100, b'e', Some(1), "1.0e+100"),
            (1.0, b'b', None, "4503599627370496p-52"),
            (1.0, b'x', None, "0x1p+00"),
            (3.0, b'x', None, "0x1.8p+01"),
            (3.0, b'X', Some(3), "0X1.800P+01"),
            (1.999, b'x', Some(0), "0x1p+01"),
            (0.0, b'x', None, "0x0p+00"),
            (5e-324, b'x', None, "0x1p-1074"),
            (0.1, b'f', Some(20), "0.10000000000000000555"),
            (0.1, b'x', Some(20), "0x1.999999999999a0000000p-04"),
        ] {
            let verb_name = char::from(verb);
            assert_eq!(
                format_float(number, verb, precision),
                expected,
                "%.{precision:?}{verb_name} {number}"
            );
        }
        assert_eq!(format_float(1.0, b'f', Some(2000)).len(), 2002);
        assert_eq!(format_float(f64::NEG_INFINITY, b'g', None), "-Inf");
    }
}
