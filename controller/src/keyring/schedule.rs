//! When a new key is due. Nothing here reads a clock.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::config::KeySettings;

/// How long a controller that had a key puts up with having none, before it makes one: whoever replaces the key
/// Secrets deletes and creates them within seconds.
const GRACE: SignedDuration = SignedDuration::from_secs(10);

/// Why a key is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// There is none to seal with.
    NoKey,
    /// The newest is from before the cut-off time.
    Cutoff,
    /// The newest has reached its age.
    Renewal,
}

impl Reason {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "no key",
            Self::Cutoff => "cut-off time",
            Self::Renewal => "renewal period",
        }
    }
}

/// When the next key is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Now(Reason),
    At(Timestamp),
    /// Only a change of the keys can make one due.
    Never,
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Schedule {
    /// A key was seen at least once.
    had_key: bool,
    /// Since when there has been none after that.
    missing: Option<Timestamp>,
    cutoff_done: bool,
    last_made: Option<Timestamp>,
}

impl Schedule {
    /// The next due time, where `newest` is the time of the current key.
    pub(super) fn next(&mut self, settings: &KeySettings, newest: Option<Timestamp>, now: Timestamp) -> Due {
        let Some(newest) = newest else { return self.without_key(now) };
        self.had_key = true;
        self.missing = None;
        if !self.cutoff_done && settings.cutoff.is_some_and(|cutoff| newest < cutoff) {
            return Due::Now(Reason::Cutoff);
        }
        self.cutoff_done = true;
        let Some(period) = settings.renew_period else { return Due::Never };
        // Counting from the last key made as well keeps a newer one with an older time, which another order or a
        // clock that was set back brings about, from being followed at once by the next.
        let since = self.last_made.map_or(newest, |made| made.max(newest));
        match after(since, period) {
            Some(due) if due > now => Due::At(due),
            Some(_) => Due::Now(Reason::Renewal),
            None => Due::Never,
        }
    }

    fn without_key(&mut self, now: Timestamp) -> Due {
        if !self.had_key {
            return Due::Now(Reason::NoKey);
        }
        let missing = *self.missing.get_or_insert(now);
        match missing.checked_add(GRACE) {
            Ok(due) if due > now => Due::At(due),
            _ => Due::Now(Reason::NoKey),
        }
    }

    /// A key was made.
    pub(super) fn made(&mut self, now: Timestamp) {
        self.last_made = Some(now);
        self.cutoff_done = true;
    }
}

/// `since` plus `period`, `None` when that is beyond the calendar.
fn after(since: Timestamp, period: Duration) -> Option<Timestamp> {
    since.checked_add(SignedDuration::try_from(period).ok()?).ok()
}

/// The start of a new certificate: now, in whole seconds. When the current key is from the same second, the next
/// one, because of equal times the older key would stay current.
pub(super) fn not_before(now: Timestamp, newest: Option<Timestamp>) -> Timestamp {
    let second = now.as_second();
    let taken = newest.is_some_and(|newest| newest.as_second() == second);
    Timestamp::from_second(second + i64::from(taken)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::KeyOrder;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn settings(period: Option<u64>, cutoff: Option<i64>) -> KeySettings {
        KeySettings {
            prefix: "k".to_owned(),
            size: 2048,
            ttl: Duration::from_secs(1),
            common_name: String::new(),
            renew_period: period.map(Duration::from_secs),
            order: KeyOrder::CertNotBefore,
            cutoff: cutoff.map(at),
            annotations: BTreeMap::new(),
            labels: BTreeMap::new(),
        }
    }

    #[test]
    fn the_first_key_is_due_at_once_with_any_period() {
        for period in [None, Some(100)] {
            let due = Schedule::default().next(&settings(period, None), None, at(0));
            assert_eq!(due, Due::Now(Reason::NoKey));
        }
    }

    #[test]
    fn a_key_is_due_one_period_after_the_newest() {
        let mut schedule = Schedule::default();
        let s = settings(Some(100), None);
        assert_eq!(schedule.next(&s, Some(at(1000)), at(1000)), Due::At(at(1100)));
        assert_eq!(schedule.next(&s, Some(at(1000)), at(1099)), Due::At(at(1100)));
        assert_eq!(schedule.next(&s, Some(at(1000)), at(1100)), Due::Now(Reason::Renewal));
        // A stale key at start is replaced at once.
        assert_eq!(Schedule::default().next(&s, Some(at(1)), at(5000)), Due::Now(Reason::Renewal));
    }

    #[test]
    fn period_zero_never_renews() {
        assert_eq!(Schedule::default().next(&settings(None, None), Some(at(1)), at(1 << 30)), Due::Never);
    }

    #[test]
    fn a_cutoff_replaces_an_older_key_once_even_when_it_lies_in_the_future() {
        let mut schedule = Schedule::default();
        let s = settings(None, Some(9000));
        assert_eq!(schedule.next(&s, Some(at(1000)), at(2000)), Due::Now(Reason::Cutoff));
        schedule.made(at(2000));
        assert_eq!(schedule.next(&s, Some(at(2000)), at(2001)), Due::Never);
        // A restart makes one more.
        assert_eq!(Schedule::default().next(&s, Some(at(2000)), at(2002)), Due::Now(Reason::Cutoff));
        // In the past, or at the very time of the key, there is nothing to do.
        assert_eq!(
            Schedule::default().next(&settings(None, Some(1000)), Some(at(1000)), at(2000)),
            Due::Never
        );
    }

    #[test]
    fn the_cutoff_is_looked_at_once_only() {
        let mut schedule = Schedule::default();
        let s = settings(None, Some(1500));
        assert_eq!(schedule.next(&s, Some(at(2000)), at(2000)), Due::Never);
        assert_eq!(schedule.next(&s, Some(at(1000)), at(2001)), Due::Never, "the newer key was deleted");
    }

    #[test]
    fn keys_that_vanish_get_a_moment_to_come_back() {
        let mut schedule = Schedule::default();
        let s = settings(None, None);
        schedule.next(&s, Some(at(1)), at(100));
        assert_eq!(schedule.next(&s, None, at(200)), Due::At(at(210)));
        assert_eq!(schedule.next(&s, Some(at(1)), at(205)), Due::Never);
        assert_eq!(schedule.next(&s, None, at(300)), Due::At(at(310)));
        assert_eq!(schedule.next(&s, None, at(310)), Due::Now(Reason::NoKey));
    }

    #[test]
    fn one_key_a_period_even_if_the_new_one_is_not_the_newest() {
        let mut schedule = Schedule::default();
        let s = settings(Some(100), None);
        assert_eq!(schedule.next(&s, Some(at(0)), at(500)), Due::Now(Reason::Renewal));
        schedule.made(at(500));
        assert_eq!(schedule.next(&s, Some(at(0)), at(501)), Due::At(at(600)));
    }

    #[test]
    fn a_clock_set_back_makes_no_key() {
        let mut schedule = Schedule::default();
        assert_eq!(schedule.next(&settings(Some(100), None), Some(at(1000)), at(10)), Due::At(at(1100)));
    }

    #[test]
    fn a_period_beyond_the_calendar_never_ends() {
        let due = Schedule::default().next(&settings(Some(u64::MAX), None), Some(at(1)), at(2));
        assert_eq!(due, Due::Never);
    }

    #[test]
    fn a_second_key_of_the_same_second_is_dated_one_later() {
        let now: Timestamp = "2026-01-01T00:00:00.9Z".parse().unwrap();
        let whole: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(not_before(now, None), whole);
        assert_eq!(not_before(now, Some(at(1))), whole);
        assert_eq!(not_before(now, Some(whole)), at(whole.as_second() + 1));
        // A key from the future stays current, as upstream has it.
        assert_eq!(not_before(now, Some(at(whole.as_second() + 1000))), whole);
    }
}
