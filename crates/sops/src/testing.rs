//! What the tests of this crate share.

use crate::cipher::DataKey;
use crate::keys::KeyGroup;
use crate::metadata::Metadata;
use crate::random::{Randomness, RandomnessError};
use crate::time::Timestamp;

/// Never the same bytes twice, and the same in every run.
#[derive(Default)]
pub(crate) struct Counter {
    next: u64,
    pub(crate) calls: usize,
}

impl Randomness for Counter {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        self.calls += 1;
        for byte in bytes {
            self.next =
                self.next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.next.to_be_bytes()[0];
        }
        Ok(())
    }
}

/// The key of the golden vectors.
pub(crate) fn data_key() -> DataKey {
    DataKey::from_bytes(&[b'f'; 32]).expect("32 bytes are a key")
}

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T02:21:27Z").expect("this is a time")
}

pub(crate) fn metadata(key_groups: Vec<KeyGroup>) -> Metadata {
    Metadata { key_groups, ..Metadata::new(now()) }
}
