//! How often one caller may ask for private-key operations: the generic cell rate algorithm.
//!
//! # Who is one caller
//! Through the service proxy of the API server, and through an ingress, every connection comes from the proxy, which
//! appends the address it saw to `X-Forwarded-For`; the elements before that, and all of them on a direct connection,
//! are the client's own invention. So a caller is the peer's address together with the *last* element of the header.
//! A direct client can still invent that one, but not its own address: each peer as a whole has a limit as well,
//! [`PEER_FACTOR`] times as high. It leaves room for as many people behind one proxy and no more for who pretends to
//! be many.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use http::header::HeaderName;

/// How many callers' worth of requests one peer may make.
const PEER_FACTOR: u32 = 16;
/// Callers remembered; who has not asked for longest is forgotten first.
const CAPACITY: usize = 65_536;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Caller {
    peer: IpAddr,
    forwarded: Option<IpAddr>,
}

impl Caller {
    pub(super) fn of(peer: IpAddr, headers: &HeaderMap) -> Self {
        let forwarded = headers.get_all(HeaderName::from_static("x-forwarded-for")).iter().next_back();
        let last = forwarded.and_then(|line| line.to_str().ok()).and_then(|line| line.rsplit(',').next());
        // What is no address was put there by nobody we know.
        let forwarded = last.and_then(|text| text.trim().parse::<IpAddr>().ok());
        Self { peer: peer.to_canonical(), forwarded: forwarded.map(|address| address.to_canonical()) }
    }
}

/// What has a bucket of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Bucket {
    Caller(Caller),
    Peer(IpAddr),
}

/// May the request go on, and what to tell the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) allowed: bool,
    /// Requests that an idle caller may make at once.
    pub(super) limit: u32,
    /// How many of them are left.
    pub(super) remaining: u32,
    /// When all of them are back.
    pub(super) reset_after: Duration,
    /// When to try again.
    pub(super) retry_after: Option<Duration>,
}

/// A sustained rate with a burst on top.
#[derive(Clone, Copy, Debug)]
struct Quota {
    /// Time between requests at the sustained rate.
    interval: Duration,
    /// Requests at once.
    limit: u32,
}

impl Quota {
    fn new(rate: u32, burst: u32) -> Self {
        Self { interval: Duration::from_secs(1) / rate.max(1), limit: burst.saturating_add(1) }
    }

    /// Judges one request at `now`, given when the requests so far will have been paid for. Also returns when they
    /// will have been with this one.
    fn judge(&self, paid_at: Duration, now: Duration) -> (Verdict, Duration) {
        let tolerance = self.interval.saturating_mul(self.limit);
        let with_this = paid_at.max(now).saturating_add(self.interval);
        let debt = with_this.saturating_sub(now);
        let allowed = debt <= tolerance;
        let owed = if allowed { debt } else { paid_at.saturating_sub(now) };
        let free = tolerance.saturating_sub(owed).as_nanos() / self.interval.as_nanos().max(1);
        let verdict = Verdict {
            allowed,
            limit: self.limit,
            remaining: u32::try_from(free).unwrap_or(u32::MAX),
            reset_after: owed,
            retry_after: (!allowed).then(|| debt - tolerance),
        };
        (verdict, with_this)
    }
}

/// All buckets.
pub(super) struct Limiter {
    caller: Quota,
    peer: Quota,
    buckets: Mutex<Recent>,
}

impl Limiter {
    /// `rate` requests per second of one caller, and `burst` on top.
    pub(super) fn new(rate: u32, burst: u32) -> Self {
        Self {
            caller: Quota::new(rate, burst),
            peer: Quota::new(
                rate.saturating_mul(PEER_FACTOR),
                burst.saturating_add(1).saturating_mul(PEER_FACTOR).saturating_sub(1),
            ),
            buckets: Mutex::new(Recent::new(CAPACITY)),
        }
    }

    /// Counts a request at `now`, the time since some fixed moment. A refused one costs nothing.
    pub(super) fn check(&self, caller: Caller, now: Duration) -> Verdict {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (own, peer) = (Bucket::Caller(caller), Bucket::Peer(caller.peer));
        let (verdict, paid_at) = self.caller.judge(buckets.get(own), now);
        if !verdict.allowed {
            return verdict;
        }
        let (of_peer, peer_paid_at) = self.peer.judge(buckets.get(peer), now);
        if !of_peer.allowed {
            return Verdict { limit: verdict.limit, remaining: 0, ..of_peer };
        }
        buckets.set(own, paid_at);
        buckets.set(peer, peer_paid_at);
        verdict
    }
}

/// The buckets used last.
struct Recent {
    capacity: usize,
    /// When the requests of a bucket will have been paid for, and when it was used, by a counter.
    paid_at: HashMap<Bucket, (Duration, u64)>,
    by_use: BTreeMap<u64, Bucket>,
    uses: u64,
}

impl Recent {
    fn new(capacity: usize) -> Self {
        Self { capacity, paid_at: HashMap::new(), by_use: BTreeMap::new(), uses: 0 }
    }

    /// A bucket that is not known is as good as one that owes nothing.
    fn get(&self, bucket: Bucket) -> Duration {
        self.paid_at.get(&bucket).map_or(Duration::ZERO, |(paid_at, _)| *paid_at)
    }

    fn set(&mut self, bucket: Bucket, paid_at: Duration) {
        self.uses += 1;
        if let Some((_, last_use)) = self.paid_at.insert(bucket, (paid_at, self.uses)) {
            self.by_use.remove(&last_use);
        }
        self.by_use.insert(self.uses, bucket);
        while self.paid_at.len() > self.capacity {
            let Some((_, oldest)) = self.by_use.pop_first() else { return };
            self.paid_at.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn peer(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    fn caller(address: IpAddr) -> Caller {
        Caller { peer: address, forwarded: None }
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_defaults_allow_three_at_once_and_two_a_second() {
        let limiter = Limiter::new(2, 2);
        let me = caller(peer(1));
        let expected = [(true, 2, 500), (true, 1, 1000), (true, 0, 1500)];
        for (allowed, remaining, reset) in expected {
            let v = limiter.check(me, ms(0));
            assert_eq!((v.allowed, v.limit, v.remaining, v.reset_after), (allowed, 3, remaining, ms(reset)));
            assert_eq!(v.retry_after, None);
        }
        let refused = limiter.check(me, ms(0));
        assert_eq!((refused.allowed, refused.remaining), (false, 0));
        assert_eq!((refused.reset_after, refused.retry_after), (ms(1500), Some(ms(500))));
        // A refused request costs nothing, and half a second earns one.
        assert_eq!(limiter.check(me, ms(499)).retry_after, Some(ms(1)));
        assert!(limiter.check(me, ms(500)).allowed);
        assert!(!limiter.check(me, ms(500)).allowed);
        // After a rest everything is back.
        for _ in 0..3 {
            assert!(limiter.check(me, ms(10_000)).allowed);
        }
        assert!(!limiter.check(me, ms(10_000)).allowed);
    }

    #[test]
    fn without_a_burst_there_is_one_request_an_interval() {
        let limiter = Limiter::new(4, 0);
        let me = caller(peer(1));
        assert!(limiter.check(me, ms(0)).allowed);
        assert!(!limiter.check(me, ms(249)).allowed);
        assert!(limiter.check(me, ms(250)).allowed);
    }

    #[test]
    fn callers_do_not_share_a_limit() {
        let limiter = Limiter::new(1, 0);
        let proxied = |last| Caller { peer: peer(1), forwarded: Some(peer(last)) };
        for who in [caller(peer(1)), caller(peer(2)), proxied(3), proxied(4)] {
            assert!(limiter.check(who, ms(0)).allowed);
            assert!(!limiter.check(who, ms(0)).allowed);
        }
    }

    #[test]
    fn inventing_addresses_does_not_get_beyond_the_limit_of_the_peer() {
        let limiter = Limiter::new(2, 2);
        let invented = |n: u32| Caller { peer: peer(1), forwarded: Some(IpAddr::from(n.to_be_bytes())) };
        let allowed = (0..10_000).filter(|n| limiter.check(invented(*n), ms(0)).allowed).count();
        assert_eq!(allowed, 48, "16 times what one caller may do at once");
        let later = (0..10_000).filter(|n| limiter.check(invented(*n), ms(1000)).allowed).count();
        assert_eq!(later, 32, "16 times the rate");
        assert!(limiter.check(caller(peer(2)), ms(1000)).allowed, "other peers are not held up");
    }

    #[test]
    fn the_last_element_of_the_last_header_names_the_caller() {
        let of = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            Caller::of("::ffff:10.0.0.1".parse().unwrap(), &headers)
        };
        let forwarded = |text: &str| Caller { peer: peer(1), forwarded: Some(text.parse().unwrap()) };
        assert_eq!(of(&[]), caller(peer(1)));
        assert_eq!(of(&["192.0.2.1"]), forwarded("192.0.2.1"));
        assert_eq!(of(&["1.1.1.1, 192.0.2.1"]), forwarded("192.0.2.1"));
        assert_eq!(of(&["9.9.9.9", "1.1.1.1,  2001:DB8::1 "]), forwarded("2001:db8::1"));
        assert_eq!(of(&["192.0.2.1, unknown"]), caller(peer(1)));
        assert_eq!(of(&[""]), caller(peer(1)));
    }

    #[test]
    fn the_longest_silent_caller_is_forgotten_first() {
        let bucket = |n: u8| Bucket::Peer(peer(n));
        let mut recent = Recent::new(2);
        recent.set(bucket(1), ms(1));
        recent.set(bucket(2), ms(2));
        recent.set(bucket(1), ms(3));
        recent.set(bucket(3), ms(4));
        assert_eq!([1, 2, 3].map(|n| recent.get(bucket(n))), [ms(3), ms(0), ms(4)]);
        assert_eq!((recent.paid_at.len(), recent.by_use.len()), (2, 2));
    }

    proptest! {
        /// Over any time, no caller gets more than the burst, one, and what the rate earns.
        #[test]
        fn no_pattern_of_requests_beats_the_rate(
            rate in 1u32..50, burst in 0u32..20, pauses in proptest::collection::vec(0u64..400, 1..200)
        ) {
            let limiter = Limiter::new(rate, burst);
            let (mut now, mut allowed) = (0, 0u64);
            for pause in pauses {
                now += pause;
                allowed += u64::from(limiter.check(caller(peer(1)), ms(now)).allowed);
            }
            prop_assert!(allowed <= u64::from(burst) + 1 + now * u64::from(rate) / 1000 + 1);
        }
    }
}
