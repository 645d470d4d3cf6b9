//! A world in which time passes when somebody looks.

use std::time::Duration;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use signet_template::Environment;

/// A world in which every look at the clock takes a while.
pub(crate) struct Ticking {
    step: Duration,
    elapsed: Duration,
}

impl Ticking {
    pub(crate) fn by(step: Duration) -> Self {
        Self { step, elapsed: Duration::ZERO }
    }
}

impl Environment for Ticking {
    fn now(&mut self) -> Zoned {
        Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn elapsed(&mut self) -> Duration {
        self.elapsed += self.step;
        self.elapsed
    }
}
