/// Where nonces and keys come from. The caller passes it in, so that tests can repeat a run.
pub trait Randomness {
    /// Fills `bytes` with unpredictable data.
    ///
    /// # Errors
    /// When the source gives none; nothing may be encrypted then.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError>;
}

/// The source of randomness failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source of randomness failed")]
pub struct RandomnessError;

/// The operating system's generator, through aws-lc.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Randomness for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| RandomnessError)
    }
}
