//! The calls that a pass makes. Answers are read no further than metadata, except for a Secret that has to be merged.

use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::metadata::PartialObjectMeta;
use kube::core::params::{DeleteParams, GetParams, PostParams, Preconditions};
use serde::Serialize;
use serde::de::DeserializeOwned;
use signet_crds::bitnami::{SealedSecret, SealedSecretStatus};
use std::sync::Arc;
use zeroize::Zeroizing;

use super::key::ObjectKey;
use super::observe::FIELD_MANAGER;
use super::secret_object::SecretObject;
use crate::api::{Failure, Gate, code, failure};
use crate::metrics::{Metrics, Resource, Verb};

/// Asks for an answer without data.
const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/// The API server, through the gate and with every request counted.
pub(crate) struct Cluster {
    client: kube::Client,
    gate: Gate,
    metrics: Arc<Metrics>,
}

type Request = http::Request<Vec<u8>>;

impl Cluster {
    pub(crate) fn new(client: kube::Client, concurrency: usize, metrics: Arc<Metrics>) -> Self {
        Self { client, gate: Gate::new(concurrency), metrics }
    }

    pub(crate) async fn sealed(&self, key: &ObjectKey) -> Result<SealedSecret, kube::Error> {
        let request = sealed_secrets(key).get(key.name(), &GetParams::default());
        self.ask(Verb::Get, Resource::SealedSecrets, request).await
    }

    /// The current version and generation of a SealedSecret.
    pub(crate) async fn sealed_metadata(&self, key: &ObjectKey) -> Result<ObjectMeta, kube::Error> {
        let request = sealed_secrets(key).get_metadata(key.name(), &GetParams::default());
        let object: PartialObjectMeta<SealedSecret> =
            self.ask(Verb::Get, Resource::SealedSecrets, request).await?;
        Ok(object.metadata)
    }

    /// Reads a whole Secret. The text of the answer is cleared.
    pub(crate) async fn secret(&self, key: &ObjectKey) -> Result<SecretObject, kube::Error> {
        let request =
            secrets(key).get(key.name(), &GetParams::default()).map_err(kube::Error::BuildRequest)?;
        let text = self.counted(Verb::Get, Resource::Secrets, self.client.request_text(request)).await;
        serde_json::from_str(&Zeroizing::new(text?)).map_err(kube::Error::SerdeError)
    }

    pub(crate) async fn create(
        &self,
        key: &ObjectKey,
        secret: &SecretObject,
    ) -> Result<ObjectMeta, kube::Error> {
        let request = secrets(key).create(&parameters(), encode(secret)?);
        self.write(Verb::Create, Resource::Secrets, request).await
    }

    pub(crate) async fn replace(
        &self,
        key: &ObjectKey,
        secret: &SecretObject,
    ) -> Result<ObjectMeta, kube::Error> {
        let request = secrets(key).replace(key.name(), &parameters(), encode(secret)?);
        self.write(Verb::Update, Resource::Secrets, request).await
    }

    /// Deletes the Secret if it is still the one with this metadata.
    pub(crate) async fn delete(&self, key: &ObjectKey, metadata: &ObjectMeta) -> Result<(), kube::Error> {
        let same =
            Preconditions { uid: metadata.uid.clone(), resource_version: metadata.resource_version.clone() };
        let request = secrets(key)
            .delete(key.name(), &DeleteParams { preconditions: Some(same), ..DeleteParams::default() });
        let _: serde::de::IgnoredAny = self.ask(Verb::Delete, Resource::Secrets, request).await?;
        Ok(())
    }

    /// Writes the status of the object at exactly this version. The server takes nothing else from the body.
    pub(crate) async fn replace_status(
        &self,
        key: &ObjectKey,
        version: &str,
        status: &SealedSecretStatus,
    ) -> Result<ObjectMeta, kube::Error> {
        let body = serde_json::json!({
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "metadata": { "name": key.name(), "namespace": key.namespace(), "resourceVersion": version },
            "spec": { "encryptedData": {} },
            "status": status,
        });
        let request =
            sealed_secrets(key).replace_subresource("status", key.name(), &parameters(), encode(&body)?);
        self.write(Verb::Update, Resource::SealedSecretsStatus, request).await
    }

    pub(crate) async fn event(&self, namespace: &str, event: &impl Serialize) -> Result<(), kube::Error> {
        let path = format!("/api/v1/namespaces/{namespace}/events");
        let request = kube::core::Request::new(path).create(&parameters(), encode(event)?);
        let _: serde::de::IgnoredAny = self.ask(Verb::Create, Resource::Events, request).await?;
        Ok(())
    }

    /// Whether the namespace exists; also when that cannot be found out.
    pub(crate) async fn namespace_exists(&self, name: &str) -> bool {
        let request = kube::core::Request::new("/api/v1/namespaces").get(name, &GetParams::default());
        let answer: Result<serde::de::IgnoredAny, _> =
            self.ask(Verb::Get, Resource::Namespaces, request).await;
        !matches!(answer.as_ref().map_err(failure), Err(Failure::NotFound))
    }

    async fn write(
        &self,
        verb: Verb,
        resource: Resource,
        request: Result<Request, kube::core::request::Error>,
    ) -> Result<ObjectMeta, kube::Error> {
        let request = request.map(|mut request| {
            request.headers_mut().insert(http::header::ACCEPT, http::HeaderValue::from_static(METADATA_ONLY));
            request
        });
        let object: PartialObjectMeta<Secret> = self.ask(verb, resource, request).await?;
        Ok(object.metadata)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        verb: Verb,
        resource: Resource,
        request: Result<Request, kube::core::request::Error>,
    ) -> Result<T, kube::Error> {
        let request = request.map_err(kube::Error::BuildRequest)?;
        self.counted(verb, resource, self.client.request(request)).await
    }

    async fn counted<T>(
        &self,
        verb: Verb,
        resource: Resource,
        request: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, kube::Error> {
        let pass = self.gate.enter().await;
        let outcome = request.await;
        self.metrics.api_request(verb, resource, outcome.as_ref().map_or_else(code, |_| 200));
        pass.report(&outcome);
        outcome
    }
}

fn secrets(key: &ObjectKey) -> kube::core::Request {
    kube::core::Request::new(format!("/api/v1/namespaces/{}/secrets", key.namespace()))
}

fn sealed_secrets(key: &ObjectKey) -> kube::core::Request {
    kube::core::Request::new(format!(
        "/apis/bitnami.com/v1alpha1/namespaces/{}/sealedsecrets",
        key.namespace()
    ))
}

fn parameters() -> PostParams {
    PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() }
}

fn encode(body: &impl Serialize) -> Result<Vec<u8>, kube::Error> {
    serde_json::to_vec(body).map_err(kube::Error::SerdeError)
}
