//! The cluster: which one, and the requests the command line makes to it.

mod connection;
mod controller;
mod fetch;
mod kubeconfig;
mod overrides;
mod proxy;

pub use connection::{ClusterError, Connection, request};
pub use controller::{Address, Controller, ControllerError};
pub use fetch::fetch;
pub use kubeconfig::{Access, ClientSettings, KubeconfigError, Target};
pub use overrides::{Overrides, namespace_name};

/// Namespace of the controller unless told otherwise.
pub const DEFAULT_CONTROLLER_NAMESPACE: &str = "kube-system";

/// Name of the controller's Service unless told otherwise.
pub const DEFAULT_CONTROLLER_NAME: &str = "sealed-secrets-controller";
