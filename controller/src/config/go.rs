//! Flag values as the Go programs spell them.
//!
//! Manifests and Helm values in the field carry these spellings, so they are read exactly.

use std::time::Duration;

use jiff::civil;
use jiff::{Timestamp, tz};

/// A boolean: `1 t T TRUE true True` or `0 f F FALSE false False`.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

/// A whole number in Go's notation: a sign, then decimal, `0x`, `0o`, `0b` or `0` for octal, with
/// single underscores between digits.
pub(super) fn integer(text: &str) -> Result<i64, String> {
    let refused = || "write a whole number".to_owned();
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, body) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    let magnitude = number(body, radix, body.len() < lower.len()).ok_or_else(refused)?;
    let signed = if negative { -magnitude } else { magnitude };
    i64::try_from(signed).map_err(|_| "the number does not fit 64 bits".to_owned())
}

/// `prefixed`: an underscore may also stand right after the prefix.
fn number(body: &str, radix: u32, prefixed: bool) -> Option<i128> {
    let body = match body.strip_prefix('_') {
        Some(rest) if prefixed => rest,
        _ => body,
    };
    if body.starts_with('_') || body.ends_with('_') || body.contains("__") {
        return None;
    }
    let digits: String = body.chars().filter(|c| *c != '_').collect();
    // Longer ones do not fit 64 bits anyway, and a second sign is not a digit.
    if digits.is_empty() || digits.len() > 70 || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    i128::from_str_radix(&digits, radix).ok()
}

/// A length of time in nanoseconds, which may be negative: Go durations are 64-bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nanoseconds(pub(super) i64);

impl Nanoseconds {
    /// The length, `None` when negative.
    pub(super) fn positive_or_zero(self) -> Option<Duration> {
        u64::try_from(self.0).ok().map(Duration::from_nanos)
    }
}

/// A duration: an optional sign, then numbers with a unit each (`720h30m`, `1.5s`), or a bare `0`.
/// There are no days.
pub(super) fn duration(text: &str) -> Result<Nanoseconds, String> {
    let refused = || "write a duration such as 720h, 90m or 1h30m; days have no unit".to_owned();
    let (negative, mut rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Ok(Nanoseconds(0));
    }
    if rest.is_empty() {
        return Err(refused());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (amount, after) = component(rest).ok_or_else(refused)?;
        total += amount;
        if total > i128::from(i64::MAX) + i128::from(negative) {
            return Err("the duration is longer than 290 years".to_owned());
        }
        rest = after;
    }
    let signed = if negative { -total } else { total };
    i64::try_from(signed).map(Nanoseconds).map_err(|_| refused())
}

/// One number with its unit at the front of `text`, in nanoseconds, and what follows.
fn component(text: &str) -> Option<(i128, &str)> {
    const UNITS: [(&str, i128); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("\u{b5}s", 1_000),
        ("\u{3bc}s", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    let (whole, rest) = digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let unit_length = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(unit_length);
    let scale = UNITS.iter().find(|(name, _)| *name == unit)?.1;
    // 19 digits of an hour still fit 128 bits; more digits cannot be a 64-bit duration.
    let significant = whole.trim_start_matches('0');
    if significant.len() > 19 {
        return None;
    }
    let whole: i128 = if significant.is_empty() { 0 } else { significant.parse().ok()? };
    // Digits of a fraction beyond the 18th are below a nanosecond in every unit.
    let kept = &fraction[..fraction.len().min(18)];
    let part: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    let denominator = 10_i128.pow(u32::try_from(kept.len()).ok()?);
    Some((whole * scale + part * scale / denominator, rest))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// An instant in RFC 1123 form with a numeric zone, as `date -R` prints it:
/// `Mon, 02 Jan 2006 15:04:05 -0700`.
pub(super) fn rfc1123z(text: &str) -> Option<Timestamp> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.to_ascii_lowercase();
    let (weekday, rest) = lower.split_once(", ")?;
    // As in Go, the day of the week must be one but need not fit the date.
    DAYS.contains(&weekday).then_some(())?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let [day, month, year, time, zone] = fields[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let clock: Vec<&str> = time.split(':').collect();
    let [hour, minute, second] = clock[..] else { return None };
    let (sign, zone) = match zone.split_at_checked(1)? {
        ("+", zone) => (1, zone),
        ("-", zone) => (-1, zone),
        _ => return None,
    };
    let offset = sign * (fixed(zone.get(..2)?, 2)? * 3600 + fixed(zone.get(2..)?, 2)? * 60);
    let local = civil::DateTime::new(
        i16::try_from(fixed(year, 4)?).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(fixed(day, 2)?).ok()?,
        i8::try_from(fixed(hour, 2)?).ok()?,
        i8::try_from(fixed(minute, 2)?).ok()?,
        i8::try_from(fixed(second, 2)?).ok()?,
        0,
    )
    .ok()?;
    tz::Offset::from_seconds(offset).ok()?.to_timestamp(local).ok()
}

fn fixed(text: &str, width: usize) -> Option<i32> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn booleans_take_gos_twelve_spellings_and_no_other() {
        for text in ["1", "t", "T", "TRUE", "true", "True"] {
            assert_eq!(boolean(text), Ok(true), "{text}");
        }
        for text in ["0", "f", "F", "FALSE", "false", "False"] {
            assert_eq!(boolean(text), Ok(false), "{text}");
        }
        for text in ["", "yes", "no", "on", "tRUE", " true", "2"] {
            assert!(boolean(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn integers_follow_gos_notation() {
        let good = [
            ("0", 0),
            ("42", 42),
            ("-7", -7),
            ("+7", 7),
            ("0x10", 16),
            ("0X1f", 31),
            ("012", 10),
            ("0o17", 15),
            ("0b101", 5),
            ("0x_1_0", 16),
            ("0_7", 7),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("00", 0),
            ("1_000", 1000),
        ];
        for (text, value) in good {
            assert_eq!(integer(text), Ok(value), "{text}");
        }
        for text in [
            "",
            "-",
            "+",
            "1.0",
            "1e3",
            "1__0",
            "_1",
            "1_",
            "0x",
            "08",
            "0b2",
            "--1",
            "+-1",
            " 1",
            "0x__1",
            "9223372036854775808",
            "abc",
        ] {
            assert!(integer(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn durations_follow_gos_notation() {
        let second = 1_000_000_000_i64;
        let good = [
            ("0", 0),
            ("-0", 0),
            ("5s", 5 * second),
            ("720h", 720 * 3600 * second),
            ("1h30m", 5400 * second),
            ("1.5s", 1_500_000_000),
            (".5s", 500_000_000),
            ("1.s", second),
            ("-2m", -120 * second),
            ("+2m", 120 * second),
            ("100ms", 100_000_000),
            ("1us", 1000),
            ("1\u{b5}s", 1000),
            ("1\u{3bc}s", 1000),
            ("3ns", 3),
            ("1m1m", 120 * second),
            ("9223372036854775807ns", i64::MAX),
            ("-9223372036854775808ns", i64::MIN),
            ("0.100000000000000000000h", 360 * second),
        ];
        for (text, nanoseconds) in good {
            assert_eq!(duration(text), Ok(Nanoseconds(nanoseconds)), "{text}");
        }
        for text in [
            "",
            "-",
            "+",
            "30d",
            "5",
            "s",
            ".s",
            "1h ",
            " 1h",
            "1h-5m",
            "1.2.3s",
            "1x",
            "9223372036854775808ns",
            "3000000h",
            "1e3s",
        ] {
            assert!(duration(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn cutoff_times_are_read_as_date_r_prints_them() {
        let at = |text: &str| rfc1123z(text).map(|t| t.to_string());
        assert_eq!(at("Mon, 02 Jan 2006 15:04:05 -0700").as_deref(), Some("2006-01-02T22:04:05Z"));
        assert_eq!(at("Tue, 02 Jan 2006 15:04:05 +0000").as_deref(), Some("2006-01-02T15:04:05Z"));
        assert_eq!(at("thu, 29 FEB 2024 00:00:00 +0530").as_deref(), Some("2024-02-28T18:30:00Z"));
        for text in [
            "",
            "now",
            "2006-01-02T15:04:05Z",
            "Mon, 2 Jan 2006 15:04:05 -0700",
            "Mon, 02 Jan 2006 15:04:05 MST",
            "02 Jan 2006 15:04:05 -0700",
            "Mon, 30 Feb 2006 15:04:05 -0700",
            "Mon, 02 Jan 2006 25:04:05 -0700",
            "Mon, 02 Jan 2006 15:04:05 -0700 ",
            "Mon,  02 Jan 2006 15:04:05 -0700",
            "Mon, 02 Jan 2006 15:04:05 -07\u{e4}",
        ] {
            assert_eq!(at(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reader_panic(text in "\\PC{0,40}", numeric in "[-+0-9a-fxob_.hmnsu\u{b5}]{0,30}", date in "[A-Za-z]{3}, [0-9]{1,2} [A-Za-z]{3} [0-9]{1,4} [0-9:]{5,9} [-+][0-9]{2,5}") {
            for input in [&text, &numeric, &date] {
                let _ = boolean(input);
                let _ = integer(input);
                let _ = duration(input);
                let _ = rfc1123z(input);
            }
        }

        #[test]
        fn printed_numbers_read_back(value: i64) {
            prop_assert_eq!(integer(&value.to_string()), Ok(value));
            let nanoseconds = duration(&format!("{value}ns"));
            prop_assert_eq!(nanoseconds, Ok(Nanoseconds(value)));
        }
    }
}
