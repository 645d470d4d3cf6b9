//! What a function may ask for while a template renders: time, randomness, keys, and room to work in.

use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jiff::Zoned;
use signet_secret::Plaintext;
use zeroize::Zeroizing;

use crate::function::Fault;
use crate::limits::{Limit, Limits};

/// What templates see of the world. The caller implements it; nothing else is within reach.
pub trait Environment {
    /// The time, in the time zone that dates are printed in when none is named.
    fn now(&mut self) -> Zoned;

    /// Fills `bytes` with randomness fit for keys. All that templates make follows from it, but for RSA keys, see
    /// [`rsa_key`](Self::rsa_key), and signatures by ECDSA, for which aws-lc takes randomness of its own.
    fn random(&mut self, bytes: &mut [u8]);

    /// How long ago rendering began.
    fn elapsed(&mut self) -> Duration;

    /// A new RSA private key as PKCS#8, or nothing if none can be made.
    ///
    /// By default aws-lc makes it, with randomness of its own rather than [`random`](Self::random): it takes no other.
    fn rsa_key(&mut self, size: RsaSize) -> Option<Plaintext> {
        let size = match size {
            RsaSize::Bits2048 => KeySize::Rsa2048,
            RsaSize::Bits4096 => KeySize::Rsa4096,
        };
        let key = KeyPair::generate(size).ok()?.as_der().ok()?;
        Some(Zeroizing::new(key.as_ref().to_vec()).into())
    }
}

/// The lengths of the RSA keys that templates make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum RsaSize {
    Bits2048,
    Bits4096,
}

/// How often the deadline is looked at, in steps.
const STEPS_PER_LOOK: u64 = 1024;

/// Passed to every function: the environment, and the limits of this rendering.
pub struct Context<'a> {
    environment: &'a mut dyn Environment,
    limits: &'a Limits,
    steps: u64,
    next_look: u64,
    value_bytes: usize,
}

impl<'a> Context<'a> {
    pub(crate) fn new(environment: &'a mut dyn Environment, limits: &'a Limits) -> Self {
        Self { environment, limits, steps: 0, next_look: STEPS_PER_LOOK, value_bytes: 0 }
    }

    /// The time, in the time zone of the environment.
    pub fn now(&mut self) -> Zoned {
        self.environment.now()
    }

    /// Fills `bytes` with randomness fit for keys.
    pub fn random(&mut self, bytes: &mut [u8]) {
        self.environment.random(bytes);
    }

    /// A new RSA private key as PKCS#8, or nothing if none can be made.
    pub fn rsa_key(&mut self, size: RsaSize) -> Option<Plaintext> {
        self.environment.rsa_key(size)
    }

    /// The limits of this rendering.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.limits
    }

    /// Says that work of this many steps is about to be done; one step is about one small value or 64 bytes.
    ///
    /// # Errors
    ///
    /// When that is more than the limits allow or when time is up.
    pub fn work(&mut self, steps: u64) -> Result<(), Limit> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > self.limits.steps {
            return Err(Limit::Steps(self.limits.steps));
        }
        if self.steps >= self.next_look {
            self.next_look = self.steps + STEPS_PER_LOOK;
            if self.environment.elapsed() > self.limits.time {
                return Err(Limit::Time(self.limits.time));
            }
        }
        Ok(())
    }

    /// Says that values of this many bytes are about to be made. To be called before memory is taken by
    /// every function whose result can be much larger than its arguments.
    ///
    /// # Errors
    ///
    /// When that is more than the limits allow.
    pub fn allocate(&mut self, bytes: usize) -> Result<(), Limit> {
        self.value_bytes = self.value_bytes.saturating_add(bytes);
        if self.value_bytes > self.limits.value_bytes {
            return Err(Limit::ValueBytes(self.limits.value_bytes));
        }
        self.work(bytes as u64 / 64)
    }

    /// Checks the depth a recursion of a function has reached.
    ///
    /// # Errors
    ///
    /// When that is deeper than the limits allow.
    pub fn depth(&self, depth: usize) -> Result<(), Fault> {
        if depth > self.limits.depth {
            return Err(Limit::Depth(self.limits.depth).into());
        }
        Ok(())
    }
}
