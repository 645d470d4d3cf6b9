//! The operator: watches SealedSecrets, decides, and applies the Secrets they stand for.

pub mod api;
pub mod backoff;
pub mod clock;
pub mod config;
pub mod feed;
pub mod http;
pub mod keyring;
pub mod leader;
pub mod logging;
mod metadata;
pub mod metrics;
pub mod rsa_pool;
pub mod sealed_secret;
pub mod wiring;
