//! Two sides, run in turns.

use anyhow::Result;
use serde::Serialize;
use signet_tests::progress::say;

use crate::sample::{Metric, Sample, Side};
use crate::statistics::Spread;

/// A ratio whose interquartile range is a larger part of it than this is no result.
const NOISY: f64 = 0.25;
/// What took less than this is measured again when it came out noisy.
const REPEATED_IF_SHORTER: std::time::Duration = std::time::Duration::from_secs(45);

/// Something that both sides can do.
pub(crate) trait Contest {
    /// Does it once, checks what came out, and says what it took.
    async fn run(&mut self, side: Side) -> Result<Sample>;

    /// Brings the files of a side into the page cache.
    async fn warm_up(&mut self, side: Side) -> Result<()> {
        self.run(side).await.map(drop)
    }
}

/// Whether there is somebody to compete with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opponent {
    Present,
    /// Absolute figures are still worth having.
    Absent,
}

/// One run of each side, in the same minute.
#[derive(Debug, Serialize)]
pub(crate) struct Pair {
    pub(crate) ours: Sample,
    pub(crate) peer: Option<Sample>,
}

/// What came of a contest.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) pairs: Vec<Pair>,
    /// It came out noisy once already and this is the second attempt.
    pub(crate) repeated: bool,
    /// Why our own side did not get to the end.
    pub(crate) our_failure: Option<String>,
    /// Why the peer did not: it failed, which is something else than being slow.
    pub(crate) peer_failure: Option<String>,
    pub(crate) peer_absent: bool,
}

impl Outcome {
    /// One that could not be prepared.
    pub(crate) fn failed(error: anyhow::Error) -> Self {
        Self { our_failure: Some(format!("{error:#}")), ..Self::default() }
    }

    /// A metric of one side.
    pub(crate) fn spread(&self, side: Side, metric: Metric) -> Option<Spread> {
        let sample = |pair: &'_ Pair| match side {
            Side::Ours => pair.ours.value(metric),
            Side::Peer => pair.peer.as_ref()?.value(metric),
        };
        Spread::of(self.pairs.iter().filter_map(sample))
    }

    /// Ours by theirs, formed within each pair.
    pub(crate) fn ratio(&self, metric: Metric) -> Option<Spread> {
        Spread::of(self.pairs.iter().filter_map(|pair| pair.ours.ratio(pair.peer.as_ref()?, metric)))
    }

    /// Whether the ratio varies too much to be quoted.
    pub(crate) fn noisy(&self, metric: Metric) -> bool {
        self.ratio(metric).is_some_and(|ratio| ratio.relative_range() > NOISY)
    }
}

/// Runs `pairs` pairs. A noisy result of a short contest is thrown away once.
pub(crate) async fn hold(contest: &mut impl Contest, pairs: usize, opponent: Opponent) -> Result<Outcome> {
    let start = std::time::Instant::now();
    let outcome = hold_once(contest, pairs, opponent).await;
    if !outcome.noisy(Metric::Wall) || start.elapsed() > REPEATED_IF_SHORTER {
        return Ok(outcome);
    }
    say("  noisy, once more");
    Ok(Outcome { repeated: true, ..hold_once(contest, pairs, opponent).await })
}

async fn hold_once(contest: &mut impl Contest, pairs: usize, opponent: Opponent) -> Outcome {
    let mut outcome = Outcome { peer_absent: opponent == Opponent::Absent, ..Outcome::default() };
    if let Err(error) = contest.warm_up(Side::Ours).await {
        return Outcome { our_failure: Some(format!("{error:#}")), ..outcome };
    }
    if opponent == Opponent::Present
        && let Err(error) = contest.warm_up(Side::Peer).await
    {
        outcome.peer_failure = Some(format!("{error:#}"));
    }
    for number in 0..pairs {
        // A B B A: neither side is always the one that finds a warm or a tired machine.
        let order = if number % 2 == 0 { Side::ALL } else { [Side::Peer, Side::Ours] };
        let (mut ours, mut peer) = (None, None);
        for side in order {
            let competes = side == Side::Ours || (!outcome.peer_absent && outcome.peer_failure.is_none());
            if !competes {
                continue;
            }
            match (contest.run(side).await, side) {
                (Ok(sample), Side::Ours) => ours = Some(sample),
                (Ok(sample), Side::Peer) => peer = Some(sample),
                (Err(error), Side::Peer) => outcome.peer_failure = Some(format!("{error:#}")),
                (Err(error), Side::Ours) => {
                    return Outcome { our_failure: Some(format!("{error:#}")), ..outcome };
                }
            }
        }
        outcome.pairs.extend(ours.map(|ours| Pair { ours, peer }));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes the order of runs; each takes as long as its script says.
    struct Scripted {
        order: Vec<Side>,
        peer_fails: bool,
        peer_times: Vec<f64>,
    }

    impl Contest for Scripted {
        async fn run(&mut self, side: Side) -> Result<Sample> {
            anyhow::ensure!(side == Side::Ours || !self.peer_fails, "no such flag");
            let wall = match side {
                Side::Ours => 1.0,
                Side::Peer => self.peer_times[self.order.len() % self.peer_times.len()],
            };
            self.order.push(side);
            Ok(Sample { wall, objects: 1, ..Sample::default() })
        }

        async fn warm_up(&mut self, _: Side) -> Result<()> {
            Ok(())
        }
    }

    fn scripted(peer_fails: bool, peer_times: &[f64]) -> Scripted {
        Scripted { order: Vec::new(), peer_fails, peer_times: peer_times.to_vec() }
    }

    #[tokio::test]
    async fn sides_alternate_and_the_ratio_is_formed_in_each_pair() {
        let mut contest = scripted(false, &[4.0]);
        let outcome = hold(&mut contest, 3, Opponent::Present).await.unwrap();
        use Side::{Ours, Peer};
        assert_eq!(contest.order, [Ours, Peer, Peer, Ours, Ours, Peer]);
        assert_eq!(outcome.ratio(Metric::Wall).unwrap().median, 0.25);
        assert!(!outcome.noisy(Metric::Wall) && !outcome.repeated);
    }

    #[tokio::test]
    async fn a_noisy_result_is_thrown_away_once_and_then_called_noisy() {
        let mut contest = scripted(false, &[1.0, 9.0, 3.0, 2.0, 7.0]);
        let outcome = hold(&mut contest, 4, Opponent::Present).await.unwrap();
        assert!(outcome.repeated && outcome.noisy(Metric::Wall));
        assert_eq!(outcome.pairs.len(), 4);
        assert_eq!(contest.order.len(), 16);
    }

    #[tokio::test]
    async fn a_peer_that_fails_or_is_absent_leaves_our_figures() {
        let outcome = hold(&mut scripted(true, &[1.0]), 2, Opponent::Present).await.unwrap();
        assert!(outcome.peer_failure.is_some() && outcome.ratio(Metric::Wall).is_none());
        assert_eq!(outcome.spread(Side::Ours, Metric::Wall).unwrap().median, 1.0);
        let mut alone = scripted(false, &[1.0]);
        let outcome = hold(&mut alone, 2, Opponent::Absent).await.unwrap();
        assert!(outcome.peer_absent && outcome.peer_failure.is_none());
        assert_eq!(alone.order, [Side::Ours; 2]);
    }
}
