//! What the command line says about the cluster, kubectl's flags for it.

use signet_secret::Redacted;

/// Flags that every Kubernetes client knows. Empty means not given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    /// The kubeconfig to read instead of the usual ones.
    pub(crate) kubeconfig: String,
    /// The context to use instead of the current one.
    pub(crate) context: String,
    /// The cluster entry to use instead of the context's.
    pub(crate) cluster: String,
    /// The user entry to use instead of the context's.
    pub(crate) user: String,
    /// The namespace to use instead of the context's.
    pub(crate) namespace: String,
    /// Address of the API server.
    pub(crate) server: String,
    /// Name in the server's certificate.
    pub(crate) tls_server_name: String,
    /// Whether the server's certificate is not checked.
    pub(crate) insecure: bool,
    /// File with the certificate authority of the server.
    pub(crate) certificate_authority: String,
    /// File with the client certificate.
    pub(crate) client_certificate: String,
    /// File with the key of the client certificate.
    pub(crate) client_key: String,
    /// Bearer token.
    pub(crate) token: Redacted<String>,
    /// User for basic authentication.
    pub(crate) username: String,
    /// Password for basic authentication.
    pub(crate) password: Redacted<String>,
    /// User to act as.
    pub(crate) impersonate: String,
    /// UID of the user to act as.
    pub(crate) impersonate_uid: String,
    /// Groups of the user to act as.
    pub(crate) impersonate_groups: Vec<String>,
    /// Proxy to reach the server through.
    pub(crate) proxy_url: String,
    /// Whether responses are not compressed.
    pub(crate) disable_compression: bool,
    /// How long one request may take: a number of seconds or a Go duration; `0` is no limit.
    pub(crate) request_timeout: String,
}

/// A namespace as kubectl takes it: `ns/x`, `namespace/x` and `namespaces/x` mean `x`.
pub(crate) fn namespace_name(text: &str) -> &str {
    for prefix in ["namespaces/", "namespace/", "ns/"] {
        if let Some((start, rest)) = text.split_at_checked(prefix.len())
            && start.eq_ignore_ascii_case(prefix)
            && !rest.is_empty()
        {
            return rest;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_prefixes_of_a_namespace_are_dropped() {
        for (text, name) in [
            ("a", "a"),
            ("ns/a", "a"),
            ("NS/a", "a"),
            ("namespace/a", "a"),
            ("namespaces/a", "a"),
            ("ns/", "ns/"),
            ("ns/ns/a", "ns/a"),
            ("ä/b", "ä/b"),
        ] {
            assert_eq!(namespace_name(text), name);
        }
    }
}
