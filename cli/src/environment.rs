//! What templates see of this machine: its time, its time zone, its randomness.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use signet_sealed::{Randomness as _, SystemRandom};
use signet_template::Environment;

/// This machine, from now on.
pub(crate) struct System {
    since: Instant,
    /// Read when a template asks for the time, which few do.
    zone: Option<TimeZone>,
}

impl System {
    /// Begins to measure the time that rendering takes.
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), zone: None }
    }
}

impl Environment for System {
    fn now(&mut self) -> Zoned {
        let zone = self.zone.get_or_insert_with(|| local_zone(std::env::var("TZ").ok().as_deref()));
        Timestamp::now().to_zoned(zone.clone())
    }

    fn random(&mut self, bytes: &mut [u8]) {
        SystemRandom.fill(bytes).expect("aws-lc ends the process when the system has no randomness to give");
    }

    fn elapsed(&mut self) -> Duration {
        self.since.elapsed()
    }
}

/// The zone that Go takes for the local one: what `TZ` names, UTC when it is empty or names nothing, and the
/// machine's own without it.
fn local_zone(variable: Option<&str>) -> TimeZone {
    let Some(name) = variable else {
        let zone = TimeZone::system();
        return if zone.is_unknown() { TimeZone::UTC } else { zone };
    };
    let name = name.strip_prefix(':').unwrap_or(name);
    let read = |path: &str| TimeZone::tzif("Local", &std::fs::read(path).ok()?).ok();
    let zone = if name.starts_with('/') { read(name) } else { TimeZone::get(name).ok() };
    zone.filter(|zone| !zone.is_unknown()).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn abbreviation(variable: &str) -> String {
        Timestamp::UNIX_EPOCH.to_zoned(local_zone(Some(variable))).strftime("%Z").to_string()
    }

    #[test]
    fn the_variable_names_the_zone_as_for_go() {
        for (variable, expected) in [
            ("", "UTC"),
            ("UTC", "UTC"),
            ("Europe/Berlin", "CET"),
            (":Europe/Berlin", "CET"),
            ("America/New_York", "EST"),
            ("Nowhere/At_All", "UTC"),
            ("/no/such/file", "UTC"),
        ] {
            assert_eq!(abbreviation(variable), expected, "{variable:?}");
        }
    }

    #[test]
    fn a_path_names_a_file_with_the_zone() {
        let path = "/usr/share/zoneinfo/Europe/Berlin";
        if std::fs::exists(path).unwrap_or(false) {
            assert_eq!(abbreviation(path), "CET");
        }
    }

    #[test]
    fn randomness_is_there_and_differs() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        System::new().random(&mut one);
        System::new().random(&mut other);
        assert!(one != other && one != [0; 32]);
    }
}
