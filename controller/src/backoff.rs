//! Growing pauses with jitter.

use std::time::Duration;

/// Pauses that double from `first` to `longest`, each shortened at random by up to a quarter, so that many
/// clients of one server do not come back at the same moment.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    step: u32,
}

impl Backoff {
    /// Starts at `first`.
    #[must_use]
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, step: 0 }
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        let full = delay(self.first, self.longest, self.step);
        self.step = self.step.saturating_add(1);
        full - jitter(full / 4)
    }

    /// Back to the first pause, after a success.
    pub fn reset(&mut self) {
        self.step = 0;
    }
}

/// `first` doubled `step` times, at most `longest`.
#[must_use]
pub fn delay(first: Duration, longest: Duration, step: u32) -> Duration {
    first.saturating_mul(2u32.saturating_pow(step)).min(longest)
}

/// A random part of `range`. Without randomness there is no jitter, which is harmless.
#[must_use]
pub fn jitter(range: Duration) -> Duration {
    let mut byte = [0u8; 2];
    let _ = aws_lc_rs::rand::fill(&mut byte);
    range.mul_f64(f64::from(u16::from_be_bytes(byte)) / 65536.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_start_again_after_a_success() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(8));
        for expected in [1, 2, 4, 8, 8] {
            let full = Duration::from_secs(expected);
            let pause = backoff.pause();
            assert!(pause <= full && pause >= full * 3 / 4, "{pause:?} for {full:?}");
        }
        backoff.reset();
        assert!(backoff.pause() <= Duration::from_secs(1));
    }

    #[test]
    fn a_high_step_does_not_overflow() {
        assert_eq!(
            delay(Duration::from_secs(1), Duration::from_secs(300), u32::MAX),
            Duration::from_secs(300)
        );
    }
}
