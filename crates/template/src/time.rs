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

    /// As Go's `%#v` prints it.
    pub(crate) fn go_syntax(&self) -> String {
        const MONTHS: [&str; 12] = [
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
        let at = &self.0;
        let month = usize::try_from(at.month() - 1).ok().and_then(|month| MONTHS.get(month));
        let zone = match at.time_zone().iana_name() {
            Some("UTC") => "time.UTC".to_owned(),
            Some(name) => format!("time.Location({name:?})"),
            None => "time.Local".to_owned(),
        };
        format!(
            "time.Date({}, time.{}, {}, {}, {}, {}, {}, {zone})",
            at.year(),
            month.unwrap_or(&"January"),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.subsec_nanosecond(),
        )
    }

    /// Seconds since the beginning of the year 1 and nanoseconds since then, which is what Go keeps.
    pub(crate) fn since_year_one(&self) -> (i64, u64) {
        const UNIX_EPOCH: i64 = 62_135_596_800;
        let nanoseconds = self.0.timestamp().as_nanosecond();
        let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        let rest = u64::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or(0);
        (seconds.saturating_add(UNIX_EPOCH), rest)
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
