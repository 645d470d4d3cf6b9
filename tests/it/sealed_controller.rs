//! `signet-controller` on a real API server, as installations of sealed-secrets use it.
//!
//! Most tests share the controller of the [`ground::stage`], which runs as released charts run it: one
//! replica that follows all namespaces. Tests that restart it, count its requests or need other flags
//! start their own in the [`ground::yard`], each following its own namespace alone.
//!
//! Every value sealed here carries a canary. When a test ends, logs, events, statuses and metrics are
//! searched for it: see [`canary`].

mod adoption;
mod bad_input;
mod budgets;
mod canary;
mod cases;
mod deletion;
mod draft;
mod drift;
mod existing;
mod failover;
mod faults;
mod flags;
mod ground;
mod http_api;
mod immutable;
mod key_secrets;
mod keys;
mod malformed;
mod memory;
mod outage;
mod restart;
mod rights;
mod space;
mod templates;
