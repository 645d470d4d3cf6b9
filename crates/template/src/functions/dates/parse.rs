//! Reading a date by a layout.

use jiff::Zoned;
use jiff::civil::{self, Date};
use jiff::tz::{Offset, TimeZone};

use super::layout::{self, MONTHS, Part, WEEKDAYS, Zone};
use crate::function::HIDDEN;

/// Go's error, with the date hidden.
pub(super) type Error = String;

/// Reads a date. One without a zone is in the zone given.
pub(super) fn parse(layout: &[u8], text: &[u8], local: &TimeZone) -> Result<Zoned, Error> {
    let mut fields = Fields::default();
    let (mut rest_layout, mut rest) = (layout, text);
    loop {
        let step = layout::next(rest_layout);
        rest = skip(rest, step.before).ok_or_else(|| cannot_parse(HIDDEN.as_bytes()))?;
        let Some(part) = step.part else {
            if rest.is_empty() {
                break;
            }
            return Err(format!("parsing time \"{HIDDEN}\": extra text: \"{HIDDEN}\""));
        };
        rest = fields.read(part, rest, step.after).map_err(|problem| match problem {
            Problem::Form => cannot_parse(step.written),
            Problem::Range(what) => out_of_range(what),
        })?;
        rest_layout = step.after;
    }
    fields.date(local)
}

fn cannot_parse(part: &[u8]) -> Error {
    let part = String::from_utf8_lossy(part);
    format!("parsing time \"{HIDDEN}\" as \"{HIDDEN}\": cannot parse \"{HIDDEN}\" as \"{part}\"")
}

fn out_of_range(what: &str) -> Error {
    format!("parsing time \"{HIDDEN}\": {what} out of range")
}

enum Problem {
    Form,
    Range(&'static str),
}

/// What follows a fixed text; a space stands for any number of them.
fn skip<'a>(mut text: &'a [u8], mut fixed: &[u8]) -> Option<&'a [u8]> {
    let spaces = |text: &[u8]| text.iter().take_while(|byte| **byte == b' ').count();
    while let Some(expected) = fixed.first() {
        if *expected == b' ' {
            if text.first().is_some_and(|byte| *byte != b' ') {
                return None;
            }
            fixed = &fixed[spaces(fixed)..];
            text = &text[spaces(text)..];
        } else {
            text = text.strip_prefix(&[*expected])?;
            fixed = &fixed[1..];
        }
    }
    Some(text)
}

#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    afternoon: Option<bool>,
    offset: Option<i64>,
    utc: bool,
    zone: String,
}

type Read<'a> = Result<(i64, &'a [u8]), Problem>;

fn fixed(text: &[u8], count: usize) -> Read<'_> {
    let (digits, rest) = text.split_at_checked(count).ok_or(Problem::Form)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Problem::Form);
    }
    Ok((digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')), rest))
}

/// One or two digits, or two always.
fn short(text: &[u8], always_two: bool) -> Read<'_> {
    match text {
        [b'0'..=b'9', b'0'..=b'9', ..] => fixed(text, 2),
        _ if always_two => Err(Problem::Form),
        _ => fixed(text, 1),
    }
}

fn name<'a>(names: &[&str], text: &'a [u8], length: usize) -> Read<'a> {
    for (at, name) in names.iter().enumerate() {
        let name = &name.as_bytes()[..name.len().min(length)];
        if let Some((start, rest)) = text.split_at_checked(name.len())
            && start.eq_ignore_ascii_case(name)
        {
            return Ok((at as i64, rest));
        }
    }
    Err(Problem::Form)
}

fn within(value: i64, range: std::ops::RangeInclusive<i64>, what: &'static str) -> Result<i64, Problem> {
    if range.contains(&value) { Ok(value) } else { Err(Problem::Range(what)) }
}

fn fraction(text: &[u8], digits: usize) -> Read<'_> {
    let (point, digits_and_rest) = text.split_first().ok_or(Problem::Form)?;
    if !matches!(point, b'.' | b',') || digits_and_rest.len() < digits {
        return Err(Problem::Form);
    }
    let (written, rest) = digits_and_rest.split_at(digits);
    let kept = digits.min(9);
    let (value, _) = fixed(&written[..kept], kept)?;
    let scale = 10_i64.pow(9 - u32::try_from(kept).unwrap_or_default());
    Ok((value * scale, rest))
}

impl Fields {
    /// Reads one part and gives what follows it.
    fn read<'a>(&mut self, part: Part, text: &'a [u8], layout: &[u8]) -> Result<&'a [u8], Problem> {
        let rest = match part {
            Part::Year => {
                let (year, rest) = fixed(text, 2)?;
                self.year = if year >= 69 { 1900 + year } else { 2000 + year };
                rest
            }
            Part::LongYear => assign(&mut self.year, fixed(text, 4)?),
            Part::LongMonth | Part::Month => {
                let (month, rest) = name(&MONTHS, text, if part == Part::Month { 3 } else { 9 })?;
                self.month = Some(month + 1);
                rest
            }
            Part::NumberMonth | Part::ZeroMonth => {
                let (month, rest) = short(text, part == Part::ZeroMonth)?;
                self.month = Some(within(month, 1..=12, "month")?);
                rest
            }
            Part::LongWeekday => name(&WEEKDAYS, text, 9)?.1,
            Part::Weekday => name(&WEEKDAYS, text, 3)?.1,
            Part::Day | Part::SpaceDay | Part::ZeroDay => {
                let text =
                    if part == Part::SpaceDay { text.strip_prefix(b" ").unwrap_or(text) } else { text };
                let (day, rest) = short(text, part == Part::ZeroDay)?;
                self.day = Some(day);
                rest
            }
            Part::SpaceYearDay | Part::ZeroYearDay => {
                let spaces = if part == Part::SpaceYearDay {
                    text.iter().take(2).take_while(|byte| **byte == b' ').count()
                } else {
                    0
                };
                let (day, rest) = fixed(&text[spaces..], 3 - spaces)?;
                self.year_day = Some(day);
                rest
            }
            Part::Hour => {
                let (hour, rest) = short(text, false)?;
                self.hour = within(hour, 0..=23, "hour")?;
                rest
            }
            Part::Hour12 | Part::ZeroHour12 => {
                let (hour, rest) = short(text, part == Part::ZeroHour12)?;
                self.hour = within(hour, 0..=12, "hour")?;
                rest
            }
            Part::Minute | Part::ZeroMinute => {
                let (minute, rest) = short(text, part == Part::ZeroMinute)?;
                self.minute = within(minute, 0..=59, "minute")?;
                rest
            }
            Part::Second | Part::ZeroSecond => return self.read_second(part, text, layout),
            Part::UpperHalf | Part::LowerHalf => {
                let (half, rest) = text.split_at_checked(2).ok_or(Problem::Form)?;
                self.afternoon = Some(match (part, half) {
                    (Part::UpperHalf, b"PM") | (Part::LowerHalf, b"pm") => true,
                    (Part::UpperHalf, b"AM") | (Part::LowerHalf, b"am") => false,
                    _ => return Err(Problem::Form),
                });
                rest
            }
            Part::ZoneName => self.read_zone_name(text)?,
            Part::Zone(zone) => self.read_zone(zone, text)?,
            Part::Fraction(digits) => assign(&mut self.nanosecond, fraction(text, digits)?),
            Part::ShortFraction(_) => self.read_optional_fraction(text)?,
        };
        Ok(rest)
    }

    /// A fraction may follow the second even where the layout has none.
    fn read_second<'a>(&mut self, part: Part, text: &'a [u8], layout: &[u8]) -> Result<&'a [u8], Problem> {
        let (second, rest) = short(text, part == Part::ZeroSecond)?;
        self.second = within(second, 0..=59, "second")?;
        let next = layout::next(layout);
        if next.before.is_empty() && matches!(next.part, Some(Part::Fraction(_) | Part::ShortFraction(_))) {
            return Ok(rest);
        }
        self.read_optional_fraction(rest)
    }

    fn read_optional_fraction<'a>(&mut self, text: &'a [u8]) -> Result<&'a [u8], Problem> {
        match text {
            [b'.' | b',', digit, ..] if digit.is_ascii_digit() => {
                let digits = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                Ok(assign(&mut self.nanosecond, fraction(text, digits)?))
            }
            _ => Ok(text),
        }
    }

    fn read_zone<'a>(&mut self, zone: Zone, text: &'a [u8]) -> Result<&'a [u8], Problem> {
        if zone.letter
            && let Some(rest) = text.strip_prefix(b"Z")
        {
            self.utc = true;
            return Ok(rest);
        }
        let sign = match text.first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(Problem::Form),
        };
        let (hours, mut rest) = fixed(&text[1..], 2)?;
        let mut offset = within(hours, 0..=24, "time zone offset hour")? * 3600;
        for (present, unit, what) in
            [(zone.minutes, 60, "time zone offset minute"), (zone.seconds, 1, "time zone offset second")]
        {
            if !present {
                continue;
            }
            if zone.colons {
                rest = rest.strip_prefix(b":").ok_or(Problem::Form)?;
            }
            let value;
            (value, rest) = fixed(rest, 2)?;
            offset += within(value, 0..=60, what)? * unit;
        }
        self.offset = Some(sign * offset);
        Ok(rest)
    }

    /// Three to five capital letters, or `GMT` and a number.
    fn read_zone_name<'a>(&mut self, text: &'a [u8]) -> Result<&'a [u8], Problem> {
        if let Some(rest) = text.strip_prefix(b"UTC") {
            self.utc = true;
            return Ok(rest);
        }
        let capitals = text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
        let mut length = match capitals {
            3 => 3,
            4 if text[3] == b'T' || text.starts_with(b"WITA") => 4,
            5 if text[4] == b'T' => 5,
            _ => return Err(Problem::Form),
        };
        if text.starts_with(b"GMT") && matches!(text.get(3), Some(b'+' | b'-')) {
            length += 1 + text[4..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        let (name, rest) = text.split_at(length);
        self.zone = String::from_utf8_lossy(name).into_owned();
        Ok(rest)
    }

    fn date(self, local: &TimeZone) -> Result<Zoned, Error> {
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let small = |value: i64| i8::try_from(value).unwrap_or_default();
        let time = civil::time(
            small(hour),
            small(self.minute),
            small(self.second),
            i32::try_from(self.nanosecond).unwrap_or_default(),
        );
        let at = self.day()?.to_datetime(time);
        let failed = |_| out_of_range("year");
        if self.utc {
            return at.to_zoned(TimeZone::UTC).map_err(failed);
        }
        let Some(offset) = self.offset else { return self.in_named_zone(local, at).map_err(failed) };
        let offset = distance(offset).map_err(|_| out_of_range("time zone offset"))?;
        let instant = at.to_zoned(TimeZone::fixed(offset)).map_err(failed)?;
        let here = local.to_offset_info(instant.timestamp());
        if here.offset() == offset && (self.zone.is_empty() || here.abbreviation() == self.zone) {
            return Ok(instant.with_time_zone(local.clone()));
        }
        Ok(instant)
    }

    /// The time in the zone given if it has the name that was read, or none was. Else the time is taken for UTC, and
    /// told in the zone that the name has a number for.
    fn in_named_zone(&self, local: &TimeZone, at: civil::DateTime) -> Result<Zoned, jiff::Error> {
        let here = at.to_zoned(local.clone())?;
        if self.zone.is_empty() || local.to_offset_info(here.timestamp()).abbreviation() == self.zone {
            return Ok(here);
        }
        let hours = self.zone.strip_prefix("GMT").and_then(|hours| hours.parse::<i64>().ok());
        let offset = distance(hours.unwrap_or_default().saturating_mul(3600))?;
        Ok(at.to_zoned(TimeZone::UTC)?.with_time_zone(TimeZone::fixed(offset)))
    }

    fn day(&self) -> Result<Date, Error> {
        let year = i16::try_from(self.year).map_err(|_| out_of_range("year"))?;
        if let Some(number) = self.year_day {
            let first = Date::new(year, 1, 1).map_err(|_| out_of_range("year"))?;
            let days = i64::from(first.days_in_year());
            if !(1..=days).contains(&number) {
                return Err(out_of_range("day-of-year"));
            }
            return first
                .checked_add(jiff::Span::new().days(number - 1))
                .map_err(|_| out_of_range("day-of-year"));
        }
        let month = i8::try_from(self.month.unwrap_or(1)).unwrap_or_default();
        let day = i8::try_from(self.day.unwrap_or(1)).unwrap_or_default();
        Date::new(year, month, day).map_err(|_| out_of_range("day"))
    }
}

fn distance(seconds: i64) -> Result<Offset, jiff::Error> {
    Offset::from_seconds(i32::try_from(seconds).unwrap_or(i32::MAX))
}

fn assign<'a>(field: &mut i64, (value, rest): (i64, &'a [u8])) -> &'a [u8] {
    *field = value;
    rest
}
