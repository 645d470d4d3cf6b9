//! The harness itself: what the other tests rely on.

mod cluster;
mod process;
mod proxy;
mod service_proxy;
