use jiff::Timestamp;
use signet_secret::Fingerprint;
use x509_cert::der::{Decode, Encode};

use crate::keys::blocks;
use crate::{CertificateError, PrivateKey, PublicKey};

/// A certificate as a container of a public key and two dates. No chain, purpose or signature is validated.
pub struct Certificate {
    public_key: PublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
    pem: String,
}

/// What a sealing certificate is issued for.
#[derive(Clone, Debug)]
pub struct CertificateRequest<'a> {
    /// Common name of issuer and subject; with the empty text both names are empty.
    pub common_name: &'a str,
    /// Start of validity; the fraction of a second is dropped.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
}

impl Certificate {
    /// All certificates of PEM data, in order: the blocks of type CERTIFICATE without headers. Anything else
    /// is skipped. Only the first is ever used for sealing.
    ///
    /// # Errors
    /// [`CertificateError::NoCertificate`] when there is none; else what is wrong with the first bad one.
    pub fn all_from_pem(pem: &[u8]) -> Result<Vec<Self>, CertificateError> {
        let certificates = blocks(pem)
            .filter(|block| block.0.tag() == "CERTIFICATE" && block.0.headers().iter().next().is_none())
            .map(|block| Self::from_der(block.0.contents()))
            .collect::<Result<Vec<_>, _>>()?;
        if certificates.is_empty() { Err(CertificateError::NoCertificate) } else { Ok(certificates) }
    }

    /// The first certificate of PEM data.
    ///
    /// # Errors
    /// As [`Certificate::all_from_pem`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateError> {
        Self::all_from_pem(pem)?.into_iter().next().ok_or(CertificateError::NoCertificate)
    }

    fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let parsed = x509_cert::Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        let body = parsed.tbs_certificate();
        let spki = body.subject_public_key_info();
        if spki.algorithm.oid != x509_cert::der::oid::db::rfc5912::RSA_ENCRYPTION {
            return Err(CertificateError::NotRsa);
        }
        let spki_der = spki.to_der().map_err(|_| CertificateError::Malformed)?;
        let rsa = spki.subject_public_key.as_bytes().ok_or(CertificateError::Malformed)?;
        let instant = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs())
                .ok()
                .and_then(|seconds| Timestamp::from_second(seconds).ok())
                .ok_or(CertificateError::Malformed)
        };
        Ok(Self {
            public_key: PublicKey::from_spki(&spki_der, rsa)?,
            not_before: instant(&body.validity().not_before)?,
            not_after: instant(&body.validity().not_after)?,
            pem: encode_pem(der),
        })
    }

    /// Issues a self-signed certificate for `key` in the form the sealed-secrets controller does: X.509 v3,
    /// SHA-256 with RSA, key usage encipherOnly, CA true, random serial number.
    ///
    /// # Errors
    /// [`CertificateError::Issue`] when a date cannot be expressed or signing fails.
    pub fn issue(key: &PrivateKey, request: &CertificateRequest<'_>) -> Result<Self, CertificateError> {
        let der = self_signed(key, request).ok_or(CertificateError::Issue)?;
        Self::from_der(&der)
    }

    /// The key that seals.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The identity of its key pair.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.public_key.fingerprint()
    }

    /// Start of validity.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// End of validity.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The certificate as one PEM block, with a newline at the end.
    #[must_use]
    pub fn to_pem(&self) -> &str {
        &self.pem
    }
}

fn encode_pem(der: &[u8]) -> String {
    pem::encode_config(
        &pem::Pem::new("CERTIFICATE", der),
        pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF),
    )
}

fn self_signed(key: &PrivateKey, request: &CertificateRequest<'_>) -> Option<Vec<u8>> {
    let pkcs8 = key.to_pkcs8().ok()?;
    let pair =
        rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&rcgen_key(&pkcs8), &rcgen::PKCS_RSA_SHA256).ok()?;
    let mut parameters = rcgen::CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    if !request.common_name.is_empty() {
        parameters.distinguished_name.push(rcgen::DnType::CommonName, request.common_name);
    }
    parameters.not_before = calendar(request.not_before)?;
    parameters.not_after = calendar(request.not_after)?;
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.key_usages = vec![rcgen::KeyUsagePurpose::EncipherOnly];
    let mut serial = [0u8; 16];
    aws_lc_rs::rand::fill(&mut serial).ok()?;
    parameters.serial_number = Some(rcgen::SerialNumber::from_slice(&serial));
    Some(parameters.self_signed(&pair).ok()?.der().to_vec())
}

fn rcgen_key(pkcs8: &[u8]) -> rustls_pki_types::PrivatePkcs8KeyDer<'_> {
    rustls_pki_types::PrivatePkcs8KeyDer::from(pkcs8)
}

fn calendar(instant: Timestamp) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::from_unix_timestamp(instant.as_second()).ok()
}
