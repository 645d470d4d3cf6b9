//! The sealed-secrets controller, reached through the API server's service proxy.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, StatusCode};
use signet_secret::Plaintext;

use super::connection::{ClusterError, Connection, encode_segment, request};
use super::kubeconfig::ClientSettings;
use crate::error::{Exit, Failure};

/// Where the controller is.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// Namespace of its Service.
    pub(crate) namespace: String,
    /// Name of its Service.
    pub(crate) name: String,
}

/// Why the controller did not do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ControllerError {
    /// Its Service cannot be read.
    #[error(
        "cannot get sealed secret service: {0}.\nPlease, use the flag --controller-name and \
         --controller-namespace to set up the name and namespace of the sealed secrets controller"
    )]
    Service(#[source] ClusterError),
    /// Its Service has no port.
    #[error(
        "the Service {namespace}/{name} has no ports; use --controller-name and --controller-namespace to name \
         the one of the sealed secrets controller"
    )]
    NoPort {
        /// Namespace of the Service.
        namespace: String,
        /// Name of the Service.
        name: String,
    },
    /// The request to it failed.
    #[error(transparent)]
    Request(#[from] ClusterError),
}

impl ControllerError {
    /// Whether the controller said that it cannot open a SealedSecret.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Request(ClusterError::Refused { status: StatusCode::CONFLICT, .. }))
    }
}

impl From<ControllerError> for Failure {
    fn from(error: ControllerError) -> Self {
        match error {
            ControllerError::Request(cause) => cause.into(),
            ControllerError::Service(ref cause) => {
                let failure = Self::new(Exit::Cluster, error.to_string());
                cause.hint().into_iter().fold(failure, Self::hint)
            }
            // Its text says what to type next.
            ControllerError::NoPort { .. } => Self::new(Exit::Cluster, error.to_string()),
        }
    }
}

/// A connection to the controller.
pub(crate) struct Controller {
    connection: Connection,
    proxy: String,
}

impl Controller {
    /// Connects and looks up the port of the Service, as kubeseal does.
    ///
    /// # Errors
    /// When the cluster cannot be reached or has no such Service.
    pub(crate) fn connect(settings: &ClientSettings, address: &Address) -> Result<Self, ControllerError> {
        let connection = Connection::to_cluster(settings)?;
        Self::through(connection, address)
    }

    /// The controller in the cluster of an existing connection.
    ///
    /// # Errors
    /// As [`Controller::connect`].
    pub(crate) fn through(connection: Connection, address: &Address) -> Result<Self, ControllerError> {
        let services = format!("/api/v1/namespaces/{}/services", encode_segment(&address.namespace));
        let path = format!("{services}/{}", encode_segment(&address.name));
        let answer = connection
            .send(&request(Method::GET, &path, &[(ACCEPT, "application/json")], Vec::new())?)
            .map_err(ControllerError::Service)?;
        let service: serde_json::Value = serde_json::from_slice(answer.body.expose()).map_err(|_| {
            ControllerError::Service(ClusterError::Answer {
                server: connection.server().to_owned(),
                problem: "not a Service".to_owned(),
            })
        })?;
        let Some(port) = service["spec"]["ports"].get(0) else {
            let Address { namespace, name } = address.clone();
            return Err(ControllerError::NoPort { namespace, name });
        };
        // A port without a name leaves a colon at the end. Roles in the field name exactly these forms.
        let target = format!("http:{}:{}", address.name, port["name"].as_str().unwrap_or_default());
        let proxy = format!("{services}/{}/proxy", encode_segment(&target));
        Ok(Self { connection, proxy })
    }

    /// The newest certificate, as PEM.
    ///
    /// # Errors
    /// When the controller does not answer with it.
    pub(crate) fn certificate(&self) -> Result<Plaintext, ControllerError> {
        let path = format!("{}/v1/cert.pem", self.proxy);
        let headers = [(ACCEPT, "application/x-pem-file, */*")];
        Ok(self.connection.send(&request(Method::GET, &path, &headers, Vec::new())?)?.body)
    }

    /// Asks whether the controller can open a SealedSecret, given as JSON.
    ///
    /// # Errors
    /// When it cannot ([`ControllerError::is_conflict`]) or does not answer.
    pub(crate) fn verify(&self, sealed_secret: &str) -> Result<(), ControllerError> {
        self.post("verify", sealed_secret).map(drop)
    }

    /// Has a SealedSecret, given as JSON, sealed again with the newest key; gives the JSON of the new one.
    ///
    /// # Errors
    /// When it cannot be opened or the controller does not answer.
    pub(crate) fn rotate(&self, sealed_secret: &str) -> Result<Plaintext, ControllerError> {
        self.post("rotate", sealed_secret)
    }

    fn post(&self, what: &str, body: &str) -> Result<Plaintext, ControllerError> {
        let path = format!("{}/v1/{what}", self.proxy);
        let headers = [(CONTENT_TYPE, "application/json"), (ACCEPT, "application/json, */*")];
        Ok(self.connection.send(&request(Method::POST, &path, &headers, body.as_bytes().to_vec())?)?.body)
    }
}
