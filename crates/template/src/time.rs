//! Points in time.

use jiff::Zoned;
use jiff::civil::date;
use jiff::tz::TimeZone;

/// A Go `time.Time`: a point in time and the zone it is told in.
#[derive(Clone, PartialEq, Eq)]
pub struct Time(Zoned);

impl Time {
    /// Go's zero time, the first moment of the year 1.
    #[must_use]
    pub fn zero() -> Self {
        let zoned = date(1, 1, 1).at(0, 0, 0, 0).to_zoned(TimeZone::UTC);
        Self(zoned.expect("the year 1 is within range"))
    }

    /// The time as the library for dates has it.
    #[must_use]
    pub fn zoned(&self) -> &Zoned {
        &self.0
    }
}

impl std::fmt::Display for Time {
    /// As Go's `String` method writes it: `2026-11-21 09:30:00.5 +0100 CET`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = &self.0;
        write!(f, "{:04}-{:02}-{:02} ", at.year(), at.month(), at.day())?;
        write!(f, "{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())?;
        let nanoseconds = at.subsec_nanosecond();
        if nanoseconds > 0 {
            write!(f, ".{}", format!("{nanoseconds:09}").trim_end_matches('0'))?;
        }
        let info = at.time_zone().to_offset_info(at.timestamp());
        let minutes = info.offset().seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let offset = format!("{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60);
        // A zone without a name is told by its offset twice.
        match info.abbreviation() {
            name if name.starts_with(['+', '-']) => write!(f, " {offset} {offset}"),
            name => write!(f, " {offset} {name}"),
        }
    }
}

impl From<Zoned> for Time {
    fn from(zoned: Zoned) -> Self {
        Self(zoned)
    }
}
