//! Times in certificates (RFC 5280, 4.1.2.5).

use jiff::civil::Date;

use crate::functions::der::{self, Reader};
use crate::functions::failure::Failure;

/// Checks when a certificate begins and ends to be valid.
pub(super) fn check(mut inner: Reader<'_>) -> Result<(), Failure> {
    time(&mut inner)?;
    time(&mut inner)
}

fn time(inner: &mut Reader<'_>) -> Result<(), Failure> {
    let kinds = [(der::UTC_TIME, 2, "UTCTime"), (der::GENERALIZED_TIME, 4, "GeneralizedTime")];
    let kind = kinds.into_iter().find(|(tag, ..)| inner.at(*tag));
    let (tag, year_digits, name) = kind.ok_or("x509: unsupported time format")?;
    let time = inner.contents(tag).filter(|text| is_time(text, year_digits));
    time.map(drop).ok_or_else(|| format!("x509: malformed {name}").into())
}

/// Whether the text is a time whose year has so many digits. Only with a short year may the seconds be missing.
fn is_time(text: &[u8], year_digits: usize) -> bool {
    let Some(end) = text.iter().position(|byte| !byte.is_ascii_digit()) else { return false };
    let (digits, zone) = text.split_at(end);
    let long = digits.len() == year_digits + 10;
    let short = year_digits == 2 && digits.len() == 10;
    if !(long || short) || !is_zone(zone) {
        return false;
    }
    let (year, rest) = digits.split_at(year_digits);
    let mut pairs = rest.as_chunks::<2>().0.iter().map(|pair| number(pair));
    let mut next = || pairs.next().unwrap_or_default();
    let (month, day, hour, minute, second) = (next(), next(), next(), next(), next());
    let year = match (number(year), year_digits) {
        (year, 4) => year,
        (year @ 69.., _) => 1900 + year,
        (year, _) => 2000 + year,
    };
    let small = |number: i16| i8::try_from(number).unwrap_or_default();
    Date::new(year, small(month), small(day)).is_ok() && hour < 24 && minute < 60 && second < 60
}

/// `Z`, or an offset that is not zero.
fn is_zone(zone: &[u8]) -> bool {
    match zone {
        b"Z" => true,
        [b'+' | b'-', offset @ ..] if offset.len() == 4 && offset.iter().all(u8::is_ascii_digit) => {
            let (hours, minutes) = offset.split_at(2);
            offset != b"0000" && number(hours) <= 24 && number(minutes) < 60
        }
        _ => false,
    }
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |number, digit| number * 10 + i16::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_that_go_reads() {
        for (text, digits, good) in [
            ("260102030405Z", 2, true),
            ("2601020304Z", 2, true),
            ("260102030405+0100", 2, true),
            ("260102030405+0000", 2, false),
            ("260102030405", 2, false),
            ("260230030405Z", 2, false),
            ("240229030405Z", 2, true),
            ("260102240405Z", 2, false),
            ("20260102030405Z", 4, true),
            ("202601020304Z", 4, false),
            ("20260102030405.5Z", 4, false),
            ("20261302030405Z", 4, false),
            ("Z", 2, false),
            ("", 4, false),
        ] {
            assert_eq!(is_time(text.as_bytes(), digits), good, "{text}");
        }
    }
}
