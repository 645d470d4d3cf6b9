//! What passes and HTTP endpoints both read from metadata, or take out of it.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use signet_sealed::Scope;

/// The scope that the object's own annotations declare. Those of its template have no say.
pub(crate) fn scope(metadata: &ObjectMeta) -> Scope {
    Scope::from_annotations(|name| metadata.annotations.as_ref()?.get(name).map(String::as_str))
}

/// Removes what only a server sets. Objects read from a cluster and old files carry it.
pub(crate) fn clear_server_fields(metadata: &mut ObjectMeta) {
    metadata.self_link = None;
    metadata.uid = None;
    metadata.resource_version = None;
    metadata.generation = None;
    metadata.creation_timestamp = None;
    metadata.deletion_timestamp = None;
    metadata.deletion_grace_period_seconds = None;
    metadata.managed_fields = None;
}
