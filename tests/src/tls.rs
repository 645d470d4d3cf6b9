//! Certificates for the servers of a test run.

use std::net::IpAddr;
use std::sync::{Arc, Once};

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Makes aws-lc-rs the cryptography of every TLS connection of this process.
pub fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails when something installed one already, which is then the one.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// A certificate authority that lives as long as a cluster.
///
/// The server certificate of kube-apiserver's own making is a CA and a server certificate in one, which
/// rustls refuses; so there are two of ours.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

/// A server certificate and its key, as PEM.
pub struct ServerCertificate {
    /// The certificate.
    pub certificate_pem: String,
    /// Its private key, PKCS#8.
    pub key_pem: String,
}

impl Authority {
    /// Makes one.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, "signet test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Self { issuer })
    }

    /// The certificate to trust.
    pub fn certificate_pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for a server on this machine, under the names by which clients reach it; `more`
    /// are further addresses.
    pub fn server(&self, more: &[IpAddr]) -> Result<ServerCertificate> {
        // 10.0.0.1 is the first address of the service range, the API server's own.
        let names = ["localhost", "kubernetes.default.svc", "127.0.0.1", "10.0.0.1"];
        let names = names.into_iter().map(str::to_owned).chain(more.iter().map(IpAddr::to_string));
        let mut params = CertificateParams::new(names.collect::<Vec<_>>())?;
        params.distinguished_name.push(DnType::CommonName, "signet test server");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(ServerCertificate { certificate_pem: certificate.pem(), key_pem: key.serialize_pem() })
    }

    /// What a TLS server of ours needs.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>> {
        install_provider();
        let server = self.server(&[])?;
        let chain = vec![CertificateDer::from_pem_slice(server.certificate_pem.as_bytes())?];
        let key = PrivateKeyDer::from_pem_slice(server.key_pem.as_bytes())?;
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key);
        let mut config = config.context("failed to set up TLS")?;
        // Go clients use one HTTP/2 connection where it is offered, and are measured as they are used.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// The certificates in a PEM text.
pub fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    found.context("failed to read certificates")
}

/// What signs and checks the tokens of service accounts, as PEM.
pub struct SigningKey {
    /// PKCS#8.
    pub private_pem: String,
    /// SubjectPublicKeyInfo.
    pub public_pem: String,
}

impl SigningKey {
    /// Makes one.
    pub fn new() -> Result<Self> {
        let key = KeyPair::generate()?;
        Ok(Self { private_pem: key.serialize_pem(), public_pem: key.public_key_pem() })
    }
}
