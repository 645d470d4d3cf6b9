//! The cluster: which one, and the requests the command line makes to it.

mod kubeconfig;
mod overrides;

pub use kubeconfig::{Access, ClientSettings, KubeconfigError, Target};
pub use overrides::{Overrides, namespace_name};

/// Namespace of the controller unless told otherwise.
pub const DEFAULT_CONTROLLER_NAMESPACE: &str = "kube-system";

/// Name of the controller's Service unless told otherwise.
pub const DEFAULT_CONTROLLER_NAME: &str = "sealed-secrets-controller";
