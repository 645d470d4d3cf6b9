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

impl From<Zoned> for Time {
    fn from(zoned: Zoned) -> Self {
        Self(zoned)
    }
}
