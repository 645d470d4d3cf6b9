//! What one run took.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Ours or theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    Ours,
    Peer,
}

impl Side {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Ours, Self::Peer];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Peer => "peer",
        }
    }
}

/// What a goal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Metric {
    /// From the start to the result.
    Wall,
    /// User and system time of the program.
    Cpu,
    /// User and system time of the API server and etcd.
    ServerCpu,
    /// Largest resident memory.
    Rss,
}

impl Metric {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Cpu => "CPU",
            Self::ServerCpu => "server CPU",
            Self::Rss => "peak RSS",
        }
    }

    /// A value as people read it.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Rss => format!("{:.1} MiB", value / f64::from(1 << 20)),
            _ if value < 0.1 => format!("{:.1} ms", value * 1e3),
            _ if value < 1.0 => format!("{:.0} ms", value * 1e3),
            _ => format!("{value:.2} s"),
        }
    }
}

/// One run.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Sample {
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds.
    pub(crate) cpu: f64,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) server_cpu: Option<f64>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rss: Option<u64>,
    /// Objects that were handled: times of runs of different sizes are compared per object.
    pub(crate) objects: usize,
    /// Requests to the API server by what they did.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) requests: BTreeMap<String, usize>,
    /// RSA private operations, where the program counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rsa_operations: Option<f64>,
}

impl Sample {
    pub(crate) fn timed(wall: Duration, cpu: Duration, objects: usize) -> Self {
        Self { wall: wall.as_secs_f64(), cpu: cpu.as_secs_f64(), objects, ..Self::default() }
    }

    /// Seconds or bytes; `None` where it was not measured.
    pub(crate) fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Wall => Some(self.wall),
            Metric::Cpu => Some(self.cpu),
            Metric::ServerCpu => self.server_cpu,
            Metric::Rss => self.rss.map(|bytes| bytes as f64),
        }
    }

    /// Requests that asked for a change; those for leases come with the time that passes, not with the work.
    pub(crate) fn writes(&self) -> usize {
        let changes = |summary: &str| {
            let reads = ["get ", "list ", "watch "].iter().any(|verb| summary.starts_with(verb));
            !reads && !summary.ends_with(" leases")
        };
        self.requests.iter().filter(|(summary, _)| changes(summary)).map(|(_, count)| count).sum()
    }

    /// This by that, per object where it is about time.
    pub(crate) fn ratio(&self, peer: &Self, metric: Metric) -> Option<f64> {
        let scale = match metric {
            Metric::Rss => 1.0,
            _ => peer.objects as f64 / self.objects as f64,
        };
        Some(self.value(metric)? / peer.value(metric)? * scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_different_sizes_are_compared_per_object_and_memory_is_not() {
        let ours = Sample { wall: 2.0, rss: Some(10), objects: 100, ..Sample::default() };
        let peer = Sample { wall: 1.0, rss: Some(40), objects: 10, ..Sample::default() };
        assert_eq!(ours.ratio(&peer, Metric::Wall), Some(0.2));
        assert_eq!(ours.ratio(&peer, Metric::Rss), Some(0.25));
        assert_eq!(ours.ratio(&peer, Metric::ServerCpu), None);
    }

    #[test]
    fn writes_are_requests_that_change_objects() {
        let counted = [("get secrets", 1), ("update secrets", 2), ("create events", 4), ("update leases", 8)];
        let requests = counted.map(|(summary, count)| (summary.to_owned(), count)).into();
        assert_eq!(Sample { requests, ..Sample::default() }.writes(), 6);
    }

    #[test]
    fn values_are_shown_in_the_unit_that_fits() {
        assert_eq!(Metric::Wall.show(0.0042), "4.2 ms");
        assert_eq!(Metric::Cpu.show(0.3111), "311 ms");
        assert_eq!(Metric::Wall.show(8.4), "8.40 s");
        assert_eq!(Metric::Rss.show(1_572_864.0), "1.5 MiB");
    }
}
