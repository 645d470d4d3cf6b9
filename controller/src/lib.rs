//! The operator: watches SealedSecrets, decides, and applies the Secrets they stand for.

pub mod clock;
pub mod config;
pub mod logging;
