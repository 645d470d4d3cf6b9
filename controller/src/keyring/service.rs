//! Keeps the keyring in step with the key Secrets, and makes new keys.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::DeserializeGuard;
use kube::core::metadata::PartialObjectMeta;
use signet_crds::bitnami::{KEY_LABEL, KEY_LABEL_ACTIVE};
use signet_sealed::{Certificate, CertificateError, CertificateRequest, KeyError, PrivateKey};
use signet_secret::Plaintext;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Keyring;
use super::registry::{Origin, Registry};
use super::schedule::{self, Due, Schedule};
use super::secret::{self, UsableKey};
use crate::api::describe;
use crate::backoff::Backoff;
use crate::clock::Clock;
use crate::config::KeySettings;
use crate::feed::{self, Source};
use crate::metrics::Metrics;

/// Longest sleep before the time of day is looked at again, since the clock may be set meanwhile.
const NAP: Duration = Duration::from_secs(3600);
/// How long the API server may take to store a key.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// What the API server is asked to answer a new key with, so that it does not send the key back.
const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The key pair was not generated.
    #[error("no key was generated")]
    Key(#[from] KeyError),
    /// The certificate was not issued.
    #[error("no certificate was issued for the new key")]
    Certificate(#[from] CertificateError),
    /// The Secret cannot be written as JSON.
    #[error("the key Secret cannot be encoded")]
    Encoding(#[from] serde_json::Error),
    /// The API server did not take the Secret.
    #[error("the key Secret was not written: {}", describe(.0))]
    Write(kube::Error),
    /// The API server did not answer in time; it may have written the Secret.
    #[error("the API server did not answer in {} seconds", WRITE_TIMEOUT.as_secs())]
    Timeout,
    /// The thread that generates ended early.
    #[error("generating the key was interrupted")]
    Interrupted,
}

/// A key pair that exists in this process only.
struct NewKey {
    key: PrivateKey,
    certificate: Certificate,
    pem: Plaintext,
}

/// The one that knows the key Secrets of a process.
pub struct KeyService {
    client: kube::Client,
    namespace: String,
    settings: KeySettings,
    keyring: Arc<Keyring>,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
    registry: Mutex<Registry>,
    /// Held while a key is made, so that a signal and the schedule do not make two at once.
    making: tokio::sync::Mutex<()>,
}

impl KeyService {
    /// Publishes to `keyring` what it will find in `namespace`.
    #[must_use]
    pub fn new(
        client: kube::Client,
        namespace: String,
        settings: KeySettings,
        keyring: Arc<Keyring>,
        metrics: Arc<Metrics>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let registry = Mutex::new(Registry::new(settings.order));
        let making = tokio::sync::Mutex::new(());
        Arc::new(Self { client, namespace, settings, keyring, metrics, clock, registry, making })
    }

    /// Follows the key Secrets until `stop` fires; failures are waited out. For every replica.
    pub async fn watch(&self, stop: CancellationToken) {
        tracing::info!("Searching for existing private keys");
        let [by_label, by_name] = Origin::ALL.map(|origin| self.follow(origin));
        tokio::select! {
            () = by_label => {}
            () = by_name => {}
            () = stop.cancelled() => {}
        }
    }

    async fn follow(&self, origin: Origin) {
        let source = self.source(origin);
        let take = |event| {
            let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
            registry.take(origin, event);
            registry.publish(&self.keyring, &self.metrics);
        };
        feed::follow::<DeserializeGuard<Secret>>(self.client.clone(), source, take, |_| {}).await;
    }

    fn source(&self, origin: Origin) -> Source {
        let (label_selector, field_selector) = match origin {
            Origin::Label => (format!("{KEY_LABEL}={KEY_LABEL_ACTIVE}"), String::new()),
            Origin::Name => (String::new(), format!("metadata.name={}", self.settings.prefix)),
        };
        let path = format!("/api/v1/namespaces/{}/secrets", self.namespace);
        Source { path, resource: "secrets", label_selector, field_selector }
    }

    /// Makes the first key, replaces one from before the cut-off time, and renews from then on, until `stop` fires.
    /// For the leader alone; returns only after `stop`.
    pub async fn manage(&self, stop: CancellationToken) {
        tokio::select! {
            () = self.renew() => {}
            () = stop.cancelled() => {}
        }
    }

    async fn renew(&self) {
        let mut changes = self.keyring.subscribe();
        self.keyring.loaded().await;
        let mut schedule = Schedule::default();
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(300));
        loop {
            changes.mark_unchanged();
            let newest = self.newest();
            let pause = match schedule.next(&self.settings, newest, self.clock.now()) {
                Due::Now(reason) => {
                    tracing::info!(reason = reason.as_str(), "making a new key");
                    match self.generate().await {
                        Ok(_) => {
                            backoff.reset();
                            schedule.made(self.clock.now());
                            continue;
                        }
                        Err(error) => {
                            report(&error);
                            backoff.pause()
                        }
                    }
                }
                Due::At(due) => self.until(due).min(NAP),
                Due::Never => NAP,
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = changes.changed() => {}
            }
        }
    }

    fn newest(&self) -> Option<Timestamp> {
        self.keyring.snapshot().current.as_ref().map(|current| current.since)
    }

    fn until(&self, due: Timestamp) -> Duration {
        let left: SignedDuration = due.duration_since(self.clock.now());
        Duration::try_from(left).unwrap_or(Duration::ZERO)
    }

    /// Makes a key for every SIGUSR1 until `stop` fires, whatever the renewal period. For every replica: who sends
    /// the signal does not know which one leads.
    pub async fn generate_on_signal(&self, stop: CancellationToken) {
        let mut requests = match signal(SignalKind::user_defined1()) {
            Ok(requests) => requests,
            Err(error) => {
                tracing::error!(%error, "SIGUSR1 cannot be caught");
                return stop.cancelled().await;
            }
        };
        loop {
            tokio::select! {
                _ = requests.recv() => {
                    if let Err(error) = self.generate().await {
                        report(&error);
                    }
                }
                () = stop.cancelled() => return,
            }
        }
    }

    /// Makes a key, writes its Secret and puts it into the keyring. Returns the name of the Secret.
    ///
    /// # Errors
    /// The keyring is unchanged then, but after [`KeyringError::Timeout`] the key may turn up.
    pub async fn generate(&self) -> Result<String, KeyringError> {
        let _one_at_a_time = self.making.lock().await;
        let started = Instant::now();
        let new = self.make().await?;
        self.metrics.observe_key_generation(started.elapsed());
        let metadata = self.write(&new).await?;
        let name = metadata.name.clone().unwrap_or_default();
        tracing::info!(namespace = self.namespace, name, "New key written");
        tracing::info!(certificate = new.certificate.to_pem(), "Certificate generated");
        let created = secret::created(&metadata);
        let usable = UsableKey::new(new.key, new.certificate, name.clone(), self.settings.order, created);
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.add(&metadata, usable);
        registry.publish(&self.keyring, &self.metrics);
        Ok(name)
    }

    async fn make(&self) -> Result<NewKey, KeyringError> {
        let (settings, clock, newest) = (self.settings.clone(), Arc::clone(&self.clock), self.newest());
        // A second of computing or more.
        let made = tokio::task::spawn_blocking(move || {
            let key = PrivateKey::generate(settings.size)?;
            let not_before = schedule::not_before(clock.now(), newest);
            let ttl = SignedDuration::try_from(settings.ttl).unwrap_or(SignedDuration::MAX);
            let not_after = not_before.checked_add(ttl).map_err(|_| CertificateError::Issue)?;
            let request = CertificateRequest { common_name: &settings.common_name, not_before, not_after };
            let certificate = Certificate::issue(&key, &request)?;
            let pem = key.to_pkcs1_pem()?;
            Ok(NewKey { key, certificate, pem })
        });
        made.await.unwrap_or(Err(KeyringError::Interrupted))
    }

    async fn write(&self, new: &NewKey) -> Result<ObjectMeta, KeyringError> {
        let body = secret::body(&self.namespace, &self.settings, &new.pem, &new.certificate)?;
        let request = http::Request::post(format!("/api/v1/namespaces/{}/secrets", self.namespace))
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(http::header::ACCEPT, METADATA_ONLY)
            .body(body)
            .map_err(|error| KeyringError::Write(kube::Error::HttpError(error)))?;
        let answer = self.client.request::<PartialObjectMeta<Secret>>(request);
        match tokio::time::timeout(WRITE_TIMEOUT, answer).await {
            Ok(answer) => answer.map(|created| created.metadata).map_err(KeyringError::Write),
            Err(_) => Err(KeyringError::Timeout),
        }
    }
}

fn report(error: &KeyringError) {
    tracing::error!(%error, "Failed to generate new key");
}
