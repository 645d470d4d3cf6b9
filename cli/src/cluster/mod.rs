//! The cluster: which one, and the requests the command line makes to it.

mod connection;
mod controller;
mod fetch;
mod kubeconfig;
mod overrides;
mod proxy;

pub(crate) use connection::{ClusterError, Connection, encode_segment, request};
pub(crate) use controller::{Address, Controller};
pub(crate) use fetch::fetch;
pub(crate) use kubeconfig::{Access, ClientSettings};
pub(crate) use overrides::{Overrides, namespace_name};

/// Namespace of the controller unless told otherwise.
pub(crate) const DEFAULT_CONTROLLER_NAMESPACE: &str = "kube-system";

/// Name of the controller's Service unless told otherwise.
pub(crate) const DEFAULT_CONTROLLER_NAME: &str = "sealed-secrets-controller";
