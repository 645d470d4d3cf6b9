//! As whom, and by which way, a client reaches the API server.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use kube::config::AuthInfo;

use crate::proxy::RecordingProxy;
use crate::scratch::Scratch;
use crate::tls;

/// An identity and an address, in each of the forms that clients want.
#[derive(Clone)]
pub struct Access {
    url: String,
    ca_pem: String,
    token: String,
    namespace: String,
    files: Arc<Scratch>,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access")
            .field("url", &self.url)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl Access {
    /// Reaches `url` (https) with a bearer token; files made for it lie in `files`.
    pub fn new(url: &str, ca_pem: &str, token: &str, files: Arc<Scratch>) -> Self {
        Self {
            url: url.to_owned(),
            ca_pem: ca_pem.to_owned(),
            token: token.to_owned(),
            namespace: "default".to_owned(),
            files,
        }
    }

    /// The same with another bearer token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The same with another default namespace.
    #[must_use]
    pub fn in_namespace(&self, namespace: &str) -> Self {
        Self { namespace: namespace.to_owned(), ..self.clone() }
    }

    /// The same identity by way of a proxy.
    #[must_use]
    pub fn through(&self, proxy: &RecordingProxy) -> Self {
        Self { url: proxy.url(), ca_pem: proxy.ca_pem().to_owned(), ..self.clone() }
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificates to trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The bearer token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The default namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The address in two parts.
    pub fn host_and_port(&self) -> Result<(String, u16)> {
        let uri: Uri = self.url.parse().context("the API server has no valid address")?;
        let host = uri.host().context("the API server's address has no host")?;
        Ok((host.trim_matches(['[', ']']).to_owned(), uri.port_u16().unwrap_or(443)))
    }

    /// A client. Make one per test: it belongs to the runtime it was made in.
    pub fn client(&self) -> Result<kube::Client> {
        tls::install_provider();
        let mut config = kube::Config::new(self.url.parse()?);
        config.default_namespace = self.namespace.clone();
        config.root_cert =
            Some(tls::certificates(&self.ca_pem)?.into_iter().map(|der| der.to_vec()).collect());
        config.auth_info = AuthInfo { token: Some(self.token.clone().into()), ..AuthInfo::default() };
        kube::Client::try_from(config).context("failed to make a client")
    }

    /// A new kubeconfig file.
    pub fn kubeconfig(&self) -> Result<PathBuf> {
        let path = self.file("kubeconfig");
        write_private(&path, &self.kubeconfig_text())?;
        Ok(path)
    }

    /// A new directory with what a pod finds under its service-account path.
    pub fn service_account_dir(&self) -> Result<PathBuf> {
        let directory = self.file("serviceaccount");
        fs::create_dir(&directory)?;
        for (name, text) in [("token", &self.token), ("ca.crt", &self.ca_pem), ("namespace", &self.namespace)]
        {
            write_private(&directory.join(name), text)?;
        }
        Ok(directory)
    }

    fn kubeconfig_text(&self) -> String {
        let Self { url, ca_pem, token, namespace, .. } = self;
        let ca = STANDARD.encode(ca_pem);
        format!(
            "apiVersion: v1\n\
             kind: Config\n\
             current-context: signet\n\
             contexts:\n\
             - name: signet\n\
             \x20 context: {{cluster: signet, user: signet, namespace: {namespace}}}\n\
             clusters:\n\
             - name: signet\n\
             \x20 cluster: {{server: \"{url}\", certificate-authority-data: {ca}}}\n\
             users:\n\
             - name: signet\n\
             \x20 user: {{token: \"{token}\"}}\n"
        )
    }

    fn file(&self, kind: &str) -> PathBuf {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        self.files.path().join(format!("{kind}-{}", COUNT.fetch_add(1, Ordering::Relaxed)))
    }
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).with_context(|| format!("failed to write {}", path.display()))
}
