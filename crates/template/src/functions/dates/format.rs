//! Writing a date by a layout.

use jiff::Zoned;

use super::layout::{self, MONTHS, Part, WEEKDAYS, Zone};

/// The date as the layout says.
pub(super) fn format(date: &Zoned, layout: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = layout;
    loop {
        let step = layout::next(rest);
        out.extend_from_slice(step.before);
        let Some(part) = step.part else { return out };
        out.extend_from_slice(&written(date, part, step.written));
        rest = step.after;
    }
}

fn written(date: &Zoned, part: Part, form: &[u8]) -> Vec<u8> {
    let hour12 = match date.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let month = MONTHS[usize::try_from(date.month() - 1).unwrap_or_default() % 12];
    let weekday = WEEKDAYS[usize::try_from(date.weekday().to_sunday_zero_offset()).unwrap_or_default() % 7];
    let text = match part {
        Part::LongYear => format!("{:04}", date.year()),
        Part::Year => format!("{:02}", date.year().max(0) % 100),
        Part::LongMonth => month.to_owned(),
        Part::Month => month[..3].to_owned(),
        Part::NumberMonth => date.month().to_string(),
        Part::ZeroMonth => format!("{:02}", date.month()),
        Part::LongWeekday => weekday.to_owned(),
        Part::Weekday => weekday[..3].to_owned(),
        Part::Day => date.day().to_string(),
        Part::SpaceDay => format!("{:2}", date.day()),
        Part::ZeroDay => format!("{:02}", date.day()),
        Part::SpaceYearDay => format!("{:3}", date.day_of_year()),
        Part::ZeroYearDay => format!("{:03}", date.day_of_year()),
        Part::Hour => format!("{:02}", date.hour()),
        Part::Hour12 => hour12.to_string(),
        Part::ZeroHour12 => format!("{hour12:02}"),
        Part::Minute => date.minute().to_string(),
        Part::ZeroMinute => format!("{:02}", date.minute()),
        Part::Second => date.second().to_string(),
        Part::ZeroSecond => format!("{:02}", date.second()),
        Part::UpperHalf => if date.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        Part::LowerHalf => if date.hour() < 12 { "am" } else { "pm" }.to_owned(),
        Part::ZoneName => zone_name(date),
        Part::Zone(zone) => offset(date.offset().seconds(), zone),
        Part::Fraction(digits) => fraction(date, char::from(form[0]), digits),
        Part::ShortFraction(digits) => {
            let text = fraction(date, char::from(form[0]), digits);
            text.trim_end_matches('0').trim_end_matches(['.', ',']).to_owned()
        }
    };
    text.into_bytes()
}

fn fraction(date: &Zoned, point: char, digits: usize) -> String {
    let nanoseconds = format!("{:09}", date.subsec_nanosecond());
    format!("{point}{:0<digits$}", &nanoseconds[..digits.min(9)])
}

fn offset(seconds: i32, zone: Zone) -> String {
    if zone.letter && seconds == 0 {
        return "Z".to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.unsigned_abs();
    let colon = if zone.colons { ":" } else { "" };
    let mut text = format!("{sign}{:02}", size / 3600);
    if zone.minutes {
        text += &format!("{colon}{:02}", size / 60 % 60);
    }
    if zone.seconds {
        text += &format!("{colon}{:02}", size % 60);
    }
    text
}

/// The zone's abbreviation; a fixed distance to UTC has none, and Go writes it as a number.
fn zone_name(date: &Zoned) -> String {
    let zone = date.time_zone();
    if date.offset().seconds() != 0 && zone.to_fixed_offset().is_ok() {
        return offset(
            date.offset().seconds(),
            Zone { letter: false, colons: false, minutes: true, seconds: false },
        );
    }
    zone.to_offset_info(date.timestamp()).abbreviation().to_owned()
}
