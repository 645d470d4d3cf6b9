//! The command line of sops.
//!
//! Where the real program is on this machine, the same inputs go through both, and what one wrote goes through the other.

mod workbench;

mod chains;
mod configuration;
mod editing;
mod executing;
mod formats;
mod interoperation;
mod key_sources;
mod plugins;
mod refusals;
mod rekeying;
mod values;
