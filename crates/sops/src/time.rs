//! Points in time as SOPS files write them: RFC 3339 with the offset kept.

use std::fmt;

/// A date and time of day with its offset from UTC.
///
/// It keeps what was written rather than the instant, because the text is what the MAC covers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Timestamp {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    nanosecond: u32,
    /// Minutes east of UTC.
    offset: i16,
}

impl Timestamp {
    /// Reads RFC 3339 as Go does when it is strict: `2024-01-02T03:04:05.6+07:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = date(text, Digits::Two)?;
        let (time, zone) = time_of_day(rest.strip_prefix('T')?, Digits::Two, &['.'])?;
        let offset = offset(zone, 23, 59)?;
        Some(Self { offset, ..date }.at(time))
    }

    /// Reads the forms that the YAML library takes for timestamps: a date alone, RFC 3339 with short fields, and a
    /// date and a time with spaces between them.
    #[must_use]
    pub(crate) fn parse_yaml(text: &str) -> Option<Self> {
        let (date, rest) = date(text, Digits::OneOrTwo)?;
        if rest.is_empty() {
            return Some(date);
        }
        if let Some(time) = rest.strip_prefix(['T', 't']) {
            let (time, zone) = time_of_day(time, Digits::OneOrTwo, &['.', ','])?;
            return Some(Self { offset: offset(zone, 24, 60)?, ..date }.at(time));
        }
        let time = rest.strip_prefix(' ')?.trim_start_matches(' ');
        let (time, rest) = time_of_day(time, Digits::OneOrTwo, &['.', ','])?;
        rest.is_empty().then(|| date.at(time))
    }

    /// The moment in UTC, to the second.
    ///
    /// `None` outside of the years 0 to 9999, which RFC 3339 cannot write.
    #[must_use]
    pub fn from_jiff(moment: jiff::Timestamp) -> Option<Self> {
        let time = jiff::tz::Offset::UTC.to_datetime(moment);
        Some(Self {
            year: u16::try_from(time.year()).ok()?,
            month: u8::try_from(time.month()).ok()?,
            day: u8::try_from(time.day()).ok()?,
            hour: u8::try_from(time.hour()).ok()?,
            minute: u8::try_from(time.minute()).ok()?,
            second: u8::try_from(time.second()).ok()?,
            nanosecond: 0,
            offset: 0,
        })
    }

    /// The text without a fraction, as metadata has it.
    #[must_use]
    pub fn without_fraction(self) -> String {
        Self { nanosecond: 0, ..self }.to_string()
    }

    /// Whether the strict reader takes the text back. Offsets of a day or more, which YAML has, it does not.
    pub(crate) fn is_strict(self) -> bool {
        self.offset.unsigned_abs() < 24 * 60
    }

    fn at(self, time: Time) -> Self {
        let Time { hour, minute, second, nanosecond } = time;
        Self { hour, minute, second, nanosecond, ..self }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, .. } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.nanosecond != 0 {
            let digits = format!("{:09}", self.nanosecond);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let (sign, minutes) = (if self.offset < 0 { '-' } else { '+' }, self.offset.unsigned_abs());
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

struct Time {
    hour: u8,
    minute: u8,
    second: u8,
    nanosecond: u32,
}

/// How many digits the fields after the year have.
#[derive(Clone, Copy, PartialEq)]
enum Digits {
    Two,
    OneOrTwo,
}

/// A day that exists, at midnight UTC, and what follows.
fn date(text: &str, digits: Digits) -> Option<(Timestamp, &str)> {
    let (year, rest) = split_digits(text);
    let year: u16 = if year.len() == 4 { year.parse().ok()? } else { return None };
    let (month, rest) = field(rest.strip_prefix('-')?, digits)?;
    let (day, rest) = field(rest.strip_prefix('-')?, digits)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let date = Timestamp { year, month, day, hour: 0, minute: 0, second: 0, nanosecond: 0, offset: 0 };
    (1..=days).contains(&day).then_some((date, rest))
}

fn time_of_day<'a>(text: &'a str, digits: Digits, points: &[char]) -> Option<(Time, &'a str)> {
    // Go takes one digit for the hour here even where the other fields need two; its strict reader does not.
    let (hour, rest) = field(text, digits)?;
    let (minute, rest) = field(rest.strip_prefix(':')?, digits)?;
    let (second, rest) = field(rest.strip_prefix(':')?, digits)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanosecond, rest) = match rest.strip_prefix(points).map(split_digits) {
        Some((fraction, after)) if !fraction.is_empty() => {
            let nine = format!("{:0<9}", &fraction[..fraction.len().min(9)]);
            (nine.parse().ok()?, after)
        }
        _ => (0, rest),
    };
    Some((Time { hour, minute, second, nanosecond }, rest))
}

/// `Z` or `+07:00`, in minutes.
fn offset(zone: &str, hours_at_most: i16, minutes_at_most: i16) -> Option<i16> {
    if zone == "Z" {
        return Some(0);
    }
    let negative = zone.starts_with('-');
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let two = |text: &str| -> Option<i16> {
        (text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    if hours > hours_at_most || minutes > minutes_at_most {
        return None;
    }
    let offset = hours * 60 + minutes;
    Some(if negative { -offset } else { offset })
}

fn field(text: &str, digits: Digits) -> Option<(u8, &str)> {
    let count = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if digits == Digits::Two && count != 2 {
        return None;
    }
    let (number, rest) = text.split_at(count);
    Some((number.parse().ok()?, rest))
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(text: &str) -> Option<String> {
        Timestamp::parse(text).map(|time| time.to_string())
    }

    fn yaml(text: &str) -> Option<String> {
        Timestamp::parse_yaml(text).map(|time| time.to_string())
    }

    #[test]
    fn rfc_3339_keeps_offset_and_fraction() {
        for text in
            ["2024-01-02T03:04:05Z", "2024-02-29T23:59:59.000000001-11:30", "0000-01-01T00:00:00+07:00"]
        {
            assert_eq!(strict(text).as_deref(), Some(text));
        }
        assert_eq!(strict("2024-01-02T03:04:05.500+00:00").as_deref(), Some("2024-01-02T03:04:05.5Z"));
        assert_eq!(
            strict("2024-01-02T03:04:05.1234567899Z").as_deref(),
            Some("2024-01-02T03:04:05.123456789Z")
        );
    }

    #[test]
    fn strict_reading_refuses_what_only_yaml_takes() {
        for text in [
            "2024-1-2T03:04:05Z",
            "2024-01-02T3:04:05Z",
            "2024-01-02t03:04:05Z",
            "2024-01-02 03:04:05",
            "2024-01-02",
            "2024-01-02T03:04:05",
            "2024-01-02T03:04:05,5Z",
            "2024-01-02T24:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-02T03:04:60Z",
            "2024-01-02T03:04:05+24:00",
            "2024-01-02T03:04:05+07",
            "2024-01-02T03:04:05Zx",
            "",
        ] {
            assert_eq!(strict(text), None, "{text}");
        }
    }

    #[test]
    fn yaml_takes_dates_and_short_fields() {
        for (text, expected) in [
            ("2024-01-02", "2024-01-02T00:00:00Z"),
            ("2024-1-2", "2024-01-02T00:00:00Z"),
            ("2024-1-2 3:4:5", "2024-01-02T03:04:05Z"),
            ("2024-1-2   3:4:5.25", "2024-01-02T03:04:05.25Z"),
            ("2024-1-2t3:4:5-5:00", ""),
            ("2024-1-2t3:4:5-05:00", "2024-01-02T03:04:05-05:00"),
            ("2024-01-02T03:04:05+24:00", "2024-01-02T03:04:05+24:00"),
            ("2001-12-14 21:59:43.10 -5", ""),
            ("02024-01-02", ""),
        ] {
            assert_eq!(yaml(text).unwrap_or_default(), expected, "{text}");
        }
    }
}
