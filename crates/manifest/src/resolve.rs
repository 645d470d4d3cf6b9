//! What an unquoted YAML scalar means to the Kubernetes YAML library: YAML 1.1, with that
//! library's own reading of numbers.

/// The type and value of a scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    /// A whole number of 64 bits, signed or not.
    Int(i128),
    Float(f64),
    /// Text that looks like a date; it is kept as text but must be quoted on output.
    Timestamp,
    Text,
}

/// Resolves an unquoted scalar without a tag.
pub(crate) fn resolve(text: &str) -> Resolved {
    if let Some(word) = word(text) {
        return word;
    }
    match text.as_bytes()[0] {
        b'.' => leading_dot_float(text).map_or(Resolved::Text, Resolved::Float),
        b'+' | b'-' | b'0'..=b'9' => number(text),
        _ => Resolved::Text,
    }
}

/// The fixed words; the empty scalar is one of them.
fn word(text: &str) -> Option<Resolved> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn number(text: &str) -> Resolved {
    if is_timestamp(text) {
        return Resolved::Timestamp;
    }
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    if let Some(value) = integer(&plain) {
        return Resolved::Int(value);
    }
    if is_decimal_float(&plain)
        && let Ok(value) = plain.parse::<f64>()
        && value.is_finite()
    {
        return Resolved::Float(value);
    }
    // A second look at binary numbers, by which `0b-1` is minus one.
    if let Some(digits) = plain.strip_prefix("0b")
        && let Some(value) = signed(digits, |digits| magnitude(digits, 2))
    {
        return Resolved::Int(value);
    }
    Resolved::Text
}

/// An integer of 64 bits, signed or not, with the prefixes of Go: `0x`, `0o`, `0b`, and `0` for octal.
pub fn integer(plain: &str) -> Option<i128> {
    let value = signed(plain, |digits| {
        let bytes = digits.as_bytes();
        match (bytes.first()?, bytes.get(1).map(u8::to_ascii_lowercase)) {
            (b'0', Some(b'x')) if bytes.len() > 2 => magnitude(&digits[2..], 16),
            (b'0', Some(b'o')) if bytes.len() > 2 => magnitude(&digits[2..], 8),
            (b'0', Some(b'b')) if bytes.len() > 2 => magnitude(&digits[2..], 2),
            (b'0', Some(_)) => magnitude(&digits[1..], 8),
            _ => magnitude(digits, 10),
        }
    })?;
    // Beyond the signed range only unsigned text is taken, and a sign is not unsigned text.
    (i64::try_from(value).is_ok() || !plain.starts_with('+')).then_some(value)
}

/// Applies an optional sign and keeps the result within 64 bits, signed or unsigned.
fn signed(text: &str, magnitude: impl Fn(&str) -> Option<u64>) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let value = i128::from(magnitude(digits)?);
    let value = if negative { -value } else { value };
    (value >= i128::from(i64::MIN)).then_some(value)
}

/// Digits without a sign.
fn magnitude(digits: &str, radix: u32) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// Whether a text is a number of `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
pub fn is_decimal_float(plain: &str) -> bool {
    let rest = plain.strip_prefix(['-', '+']).unwrap_or(plain);
    let (whole, rest) = split_digits(rest);
    let rest = match rest.strip_prefix('.') {
        Some(rest) => {
            let (fraction, rest) = split_digits(rest);
            if whole.is_empty() && fraction.is_empty() {
                return false;
            }
            rest
        }
        None if whole.is_empty() => return false,
        None => rest,
    };
    if rest.is_empty() {
        return true;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return false };
    let (digits, rest) = split_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    !digits.is_empty() && rest.is_empty()
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// A float that begins with its point. Underscores may stand between digits only, unlike in the
/// other numbers, where they are dropped wherever they are.
fn leading_dot_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('_') {
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        if at == 0 || !digit(at - 1) || !digit(at + 1) {
            return None;
        }
    }
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let value = if is_decimal_float(&plain) { plain.parse::<f64>().ok()? } else { return None };
    value.is_finite().then_some(value)
}

/// Whether the text is one of the date forms that the library takes for a timestamp:
/// `2006-1-2`, the same with ` 15:4:5`, and the RFC 3339 form with short fields.
pub(crate) fn is_timestamp(text: &str) -> bool {
    date(text).is_some_and(|rest| match rest.as_bytes().first() {
        None => true,
        Some(b'T' | b't') => time_of_day(&rest[1..]).is_some_and(|zone| zone == "Z" || is_zone_offset(zone)),
        Some(b' ') => time_of_day(rest.trim_start_matches(' ')).is_some_and(str::is_empty),
        _ => false,
    })
}

/// Reads `2006-1-2` with a day that exists and returns what follows.
fn date(text: &str) -> Option<&str> {
    let (year, rest) = split_digits(text);
    if year.len() != 4 {
        return None;
    }
    let (month, rest) = one_or_two_digits(rest.strip_prefix('-')?)?;
    let (day, rest) = one_or_two_digits(rest.strip_prefix('-')?)?;
    let year: u32 = year.parse().ok()?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

/// Reads `15:4:5` with an optional fraction and returns what follows.
fn time_of_day(text: &str) -> Option<&str> {
    let (hour, rest) = one_or_two_digits(text)?;
    let (minute, rest) = one_or_two_digits(rest.strip_prefix(':')?)?;
    let (second, rest) = one_or_two_digits(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(match rest.strip_prefix(['.', ',']).map(split_digits) {
        Some((fraction, after)) if !fraction.is_empty() => after,
        _ => rest,
    })
}

/// `+07:00`, up to the bounds Go's parser checks.
fn is_zone_offset(zone: &str) -> bool {
    let Some(digits) = zone.strip_prefix(['+', '-']) else { return false };
    let Some((hours, minutes)) = digits.split_once(':') else { return false };
    let two = |text: &str| {
        (text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit()))
            .then(|| text.parse::<u32>().unwrap_or(u32::MAX))
    };
    two(hours).is_some_and(|hours| hours <= 24) && two(minutes).is_some_and(|minutes| minutes <= 60)
}

fn one_or_two_digits(text: &str) -> Option<(u32, &str)> {
    let count = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(count);
    Some((digits.parse().ok()?, rest))
}

/// Whether other YAML 1.1 readers take the text for a number in base 60, such as `1:30`.
pub fn is_base60(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut groups = rest.split(':');
    let first = groups.next().unwrap_or_default();
    if !first.starts_with(|c: char| c.is_ascii_digit())
        || !first.bytes().all(|c| c.is_ascii_digit() || c == b'_')
    {
        return false;
    }
    let mut groups = groups.peekable();
    let mut any = false;
    while let Some(mut group) = groups.next() {
        any = true;
        if groups.peek().is_none()
            && let Some((number, fraction)) = group.split_once('.')
        {
            if !fraction.bytes().all(|c| c.is_ascii_digit() || c == b'_') {
                return false;
            }
            group = number;
        }
        let valid = match group.as_bytes() {
            [digit] => digit.is_ascii_digit(),
            [tens, digit] => (b'0'..=b'5').contains(tens) && digit.is_ascii_digit(),
            _ => false,
        };
        if !valid {
            return false;
        }
    }
    any
}
