//! The controller's namespace as a store of key Secrets.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, StatusCode};
use signet_manifest::{Documents, Map, Value, to_json_compact};
use signet_secret::Plaintext;

use super::KEY_LABEL;
use crate::args::KeyStoreArgs;
use crate::cluster::{ClusterError, Connection, encode_segment, request};
use crate::error::{Exit, Failure, Outcome};
use crate::settings;

/// The key Secrets of one controller.
pub(super) struct KeyStore {
    connection: Connection,
    namespace: String,
    prefix: String,
}

/// What became of a Secret that was to be created.
pub(super) enum Created {
    /// It was; this is its name.
    As(String),
    /// One of that name is there.
    Exists,
}

impl KeyStore {
    /// Connects to the cluster.
    pub(super) fn connect(args: &KeyStoreArgs) -> Outcome<Self> {
        let client = settings::client(&args.cluster, None);
        Ok(Self {
            connection: Connection::to_cluster(&client)?,
            namespace: args.controller_namespace.clone(),
            prefix: args.key_prefix.clone(),
        })
    }

    /// The namespace.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// All key Secrets: those with the label, whatever its value, and the one of the first releases, which has the
    /// prefix as its name and no label.
    pub(super) fn all(&self) -> Outcome<Vec<Value>> {
        let query = format!("{}?labelSelector={}", self.path(""), KEY_LABEL.replace('/', "%2F"));
        let list = self.get(&query)?;
        let mut secrets: Vec<Value> =
            list.at(&["items"]).and_then(Value::as_seq).map(<[Value]>::to_vec).unwrap_or_default();
        let legacy = self.named(&self.prefix)?;
        let name_of =
            |secret: &Value| secret.at(&["metadata", "name"]).and_then(Value::as_str).map(str::to_owned);
        if let Some(legacy) = legacy
            && !secrets.iter().any(|secret| name_of(secret).as_deref() == Some(self.prefix.as_str()))
        {
            secrets.push(legacy);
        }
        Ok(secrets)
    }

    /// The Secret of a name, if there is one.
    pub(super) fn named(&self, name: &str) -> Outcome<Option<Value>> {
        match self.get(&self.path(name)) {
            Ok(secret) => Ok(Some(secret)),
            Err(ClusterError::Refused { status: StatusCode::NOT_FOUND, .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Creates a Secret.
    pub(super) fn create(&self, secret: &Value) -> Outcome<Created> {
        let headers = [(CONTENT_TYPE, "application/json"), (ACCEPT, "application/json")];
        let body = to_json_compact(secret).as_bytes().to_vec();
        let answer = self.connection.send(&request(Method::POST, &self.path(""), &headers, body)?);
        match answer {
            Ok(answer) => {
                let created = self.parse(&answer.body)?;
                let name = created.at(&["metadata", "name"]).and_then(Value::as_str).unwrap_or_default();
                Ok(Created::As(name.to_owned()))
            }
            Err(ClusterError::Refused { status: StatusCode::CONFLICT, .. }) => Ok(Created::Exists),
            Err(error) => Err(error.into()),
        }
    }

    fn path(&self, name: &str) -> String {
        let base = format!("/api/v1/namespaces/{}/secrets", encode_segment(&self.namespace));
        if name.is_empty() { base } else { format!("{base}/{}", encode_segment(name)) }
    }

    fn get(&self, path: &str) -> Result<Value, ClusterError> {
        let get = request(Method::GET, path, &[(ACCEPT, "application/json")], Vec::new())?;
        self.parse(&self.connection.send(&get)?.body)
    }

    fn parse(&self, answer: &Plaintext) -> Result<Value, ClusterError> {
        let wrong = || ClusterError::Answer {
            server: self.connection.server().to_owned(),
            problem: "not a JSON object".to_owned(),
        };
        let document = Documents::parse(answer.expose()).next().ok_or_else(wrong)?.map_err(|_| wrong())?;
        Ok(document.into_value())
    }
}

/// The fields of a key Secret that a backup holds and a restore sends: no server's bookkeeping.
pub(super) fn essence(secret: &Value, namespace: Option<&str>) -> Value {
    let mut metadata = Map::new();
    let old = |field: &str| secret.at(&["metadata", field]).cloned();
    for field in ["name", "namespace", "labels", "annotations", "creationTimestamp"] {
        if let Some(value) = old(field) {
            metadata.insert(field, value);
        }
    }
    if let Some(namespace) = namespace {
        metadata.insert("namespace", namespace);
        metadata.remove("creationTimestamp");
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_map_mut) {
        // It holds the whole object, the private key included, as it once was.
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    let mut essence = Map::new();
    essence.insert("kind", "Secret");
    essence.insert("apiVersion", "v1");
    essence.insert("metadata", metadata);
    for field in ["data", "type"] {
        if let Some(value) = secret.at(&[field]) {
            essence.insert(field, value.clone());
        }
    }
    essence.into()
}

/// The failure of a namespace without keys.
pub(super) fn no_keys(store: &KeyStore) -> Failure {
    Failure::new(Exit::Cluster, format!("no key Secrets in namespace {}", store.namespace()))
        .hint("name the controller's namespace with --controller-namespace")
}
