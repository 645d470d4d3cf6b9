//! Go's layouts: a date is written as the date of reference would be.

/// One part of a layout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    LongYear,
    Year,
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    SpaceDay,
    ZeroDay,
    SpaceYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    UpperHalf,
    LowerHalf,
    ZoneName,
    Zone(Zone),
    /// So many digits, always.
    Fraction(usize),
    /// So many digits, without zeros at the end.
    ShortFraction(usize),
}

/// How a zone's distance to UTC is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone {
    /// `Z` for no distance.
    pub(super) letter: bool,
    pub(super) colons: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// In this order: a longer form comes before the one it starts with.
const FORMS: &[(&str, Part)] = &[
    ("January", Part::LongMonth),
    ("Jan", Part::Month),
    ("Monday", Part::LongWeekday),
    ("Mon", Part::Weekday),
    ("MST", Part::ZoneName),
    ("01", Part::ZeroMonth),
    ("002", Part::ZeroYearDay),
    ("02", Part::ZeroDay),
    ("03", Part::ZeroHour12),
    ("04", Part::ZeroMinute),
    ("05", Part::ZeroSecond),
    ("06", Part::Year),
    ("15", Part::Hour),
    ("1", Part::NumberMonth),
    ("2006", Part::LongYear),
    ("2", Part::Day),
    ("__2", Part::SpaceYearDay),
    ("_2", Part::SpaceDay),
    ("3", Part::Hour12),
    ("4", Part::Minute),
    ("5", Part::Second),
    ("PM", Part::UpperHalf),
    ("pm", Part::LowerHalf),
    ("-070000", Part::Zone(Zone { letter: false, colons: false, minutes: true, seconds: true })),
    ("-07:00:00", Part::Zone(Zone { letter: false, colons: true, minutes: true, seconds: true })),
    ("-0700", Part::Zone(Zone { letter: false, colons: false, minutes: true, seconds: false })),
    ("-07:00", Part::Zone(Zone { letter: false, colons: true, minutes: true, seconds: false })),
    ("-07", Part::Zone(Zone { letter: false, colons: false, minutes: false, seconds: false })),
    ("Z070000", Part::Zone(Zone { letter: true, colons: false, minutes: true, seconds: true })),
    ("Z07:00:00", Part::Zone(Zone { letter: true, colons: true, minutes: true, seconds: true })),
    ("Z0700", Part::Zone(Zone { letter: true, colons: false, minutes: true, seconds: false })),
    ("Z07:00", Part::Zone(Zone { letter: true, colons: true, minutes: true, seconds: false })),
    ("Z07", Part::Zone(Zone { letter: true, colons: false, minutes: false, seconds: false })),
];

/// What comes before the next part, the part as written, and what comes after it. No part at the end.
pub(super) struct Step<'a> {
    pub(super) before: &'a [u8],
    pub(super) part: Option<Part>,
    pub(super) written: &'a [u8],
    pub(super) after: &'a [u8],
}

/// Splits a layout at its next part.
pub(super) fn next(layout: &[u8]) -> Step<'_> {
    for at in 0..layout.len() {
        if let Some((part, size)) = part_at(&layout[at..]) {
            let (before, rest) = layout.split_at(at);
            let (written, after) = rest.split_at(size);
            return Step { before, part: Some(part), written, after };
        }
    }
    Step { before: layout, part: None, written: b"", after: b"" }
}

fn part_at(layout: &[u8]) -> Option<(Part, usize)> {
    if let Some(found) = fraction_at(layout) {
        return Some(found);
    }
    // An underscore before a year is one, not a place for a day.
    if layout.starts_with(b"_2006") {
        return None;
    }
    let (form, part) = FORMS.iter().find(|(form, part)| {
        let word = matches!(part, Part::Month | Part::Weekday);
        let lower_follows = layout.get(form.len()).is_some_and(u8::is_ascii_lowercase);
        layout.starts_with(form.as_bytes()) && !(word && lower_follows)
    })?;
    Some((*part, form.len()))
}

fn fraction_at(layout: &[u8]) -> Option<(Part, usize)> {
    let [b'.' | b',', digit @ (b'0' | b'9'), ..] = layout else { return None };
    let digits = layout[1..].iter().take_while(|byte| *byte == digit).count();
    if layout.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let part = if *digit == b'0' { Part::Fraction(digits) } else { Part::ShortFraction(digits) };
    Some((part, 1 + digits))
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
