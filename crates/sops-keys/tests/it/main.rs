//! Master keys beside the programs whose files they read and write.

#![allow(clippy::disallowed_methods, reason = "keys and vectors are files")]

mod age_keys;
mod age_properties;
mod age_vectors;
mod files;
#[cfg(feature = "openpgp")]
mod openpgp_keys;
#[cfg(feature = "openpgp")]
mod openpgp_properties;
#[cfg(feature = "openpgp")]
mod openpgp_vectors;
mod vector;
