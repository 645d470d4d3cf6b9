//! Kubernetes API types of Signet. The Rust types are the source of the definitions in `crds/yaml`.
//!
//! Custom resources never carry plaintext.

pub mod bitnami;
