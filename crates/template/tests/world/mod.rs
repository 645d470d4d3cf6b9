//! The world that templates are tested in: the same each time.

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use signet_secret::Plaintext;
use signet_template::{Environment, RsaSize};

/// A time that stands still, bytes that follow from the ones before, and RSA keys that are made once.
pub(crate) struct World(pub(crate) u64);

static RSA_2048: LazyLock<Vec<u8>> = LazyLock::new(|| new_key(KeySize::Rsa2048));
static RSA_4096: LazyLock<Vec<u8>> = LazyLock::new(|| new_key(KeySize::Rsa4096));

fn new_key(size: KeySize) -> Vec<u8> {
    let key = KeyPair::generate(size).expect("a key is made");
    key.as_der().expect("a key can be written").as_ref().to_vec()
}

impl Environment for World {
    fn now(&mut self) -> Zoned {
        Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.0.to_be_bytes()[0];
        }
    }

    fn rsa_key(&mut self, size: RsaSize) -> Option<Plaintext> {
        let key = match size {
            RsaSize::Bits2048 => &*RSA_2048,
            RsaSize::Bits4096 => &*RSA_4096,
        };
        Some(key.clone().into())
    }

    fn elapsed(&mut self) -> Duration {
        Duration::ZERO
    }
}
