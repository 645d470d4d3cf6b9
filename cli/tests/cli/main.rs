//! Whole runs of the command line: arguments, variables and files in; exit status, both streams and files out.
//!
//! `differential` runs the same inputs through the real kubeseal and compares; `sops` does so with the real sops.

mod support;

mod differential;
mod edits;
mod files;
mod flags;
mod offline;
mod peer_recovery;
mod raw;
mod recovery;
mod remote;
mod sealing;
mod signet;
mod sops;
mod template;
mod template_recovery;
