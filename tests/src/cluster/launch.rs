//! Starts etcd, kube-apiserver and kube-controller-manager as processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleRef, Subject};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Identity, TOKEN_SECONDS, post_params, token_request};
use crate::access::Access;
use crate::control_plane::Programs;
use crate::ports::free_port;
use crate::process::{Process, Program};
use crate::tls::{Authority, SigningKey};

/// One line per request. Probes are left out: they would only drown the rest.
const AUDIT_POLICY: &str = r#"apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: ["/readyz*", "/livez*", "/healthz*"]
- level: Metadata
"#;

/// The three processes and what it takes to start the API server again.
#[derive(Debug)]
pub(super) struct Launched {
    port: u16,
    api_server_program: Program,
    audit_log: PathBuf,
    signing_key: PathBuf,
    etcd: Process,
    api_server: Mutex<Option<Process>>,
    controller_manager: Mutex<Option<Process>>,
}

impl Launched {
    /// Starts etcd and the API server; neither is ready yet.
    pub(super) fn start(
        programs: &Programs,
        directory: &Path,
        authority: &Authority,
        identities: &[Identity],
    ) -> Result<Self> {
        let (client_port, peer_port, port) = (free_port()?, free_port()?, free_port()?);
        let etcd = etcd(programs, directory, client_port, peer_port).start()?;
        let files = Files::write(directory, authority, identities)?;
        let api_server_program = api_server(programs, &files, client_port, port);
        let api_server = api_server_program.clone().start()?;
        Ok(Self {
            port,
            api_server_program,
            audit_log: files.audit_log,
            signing_key: files.signing_key,
            etcd,
            api_server: Mutex::new(Some(api_server)),
            controller_manager: Mutex::new(None),
        })
    }

    pub(super) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub(super) fn audit_log(&self) -> PathBuf {
        self.audit_log.clone()
    }

    pub(super) fn start_controller_manager(&self, programs: &Programs, admin: &Access) -> Result<()> {
        let program = Program::new(&programs.controller_manager)
            .named("kube-controller-manager")
            .arg("--kubeconfig")
            .arg(admin.kubeconfig()?)
            .arg("--service-account-private-key-file")
            .arg(&self.signing_key)
            .args([
                "--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller",
                "--leader-elect=false",
                "--secure-port=0",
            ]);
        *self.controller_manager.lock().unwrap_or_else(PoisonError::into_inner) = Some(program.start()?);
        Ok(())
    }

    pub(super) fn stop_api_server(&self) -> Result<()> {
        let Some(process) = self.api_server.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            bail!("the API server is stopped already");
        };
        // Its end is awaited in the destructor, so the port is free from here on.
        process.kill()
    }

    pub(super) fn start_api_server(&self) -> Result<()> {
        let mut slot = self.api_server.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_some() {
            bail!("the API server runs already");
        }
        *slot = Some(self.api_server_program.clone().start()?);
        Ok(())
    }

    /// Fails when a process that should run does not.
    pub(super) fn check(&self) -> Result<()> {
        let api_server = self.api_server.lock().unwrap_or_else(PoisonError::into_inner);
        let controller_manager = self.controller_manager.lock().unwrap_or_else(PoisonError::into_inner);
        let started = api_server.as_ref().into_iter().chain(controller_manager.as_ref());
        for process in std::iter::once(&self.etcd).chain(started) {
            if let Some(status) = process.status()? {
                return Err(process.failure(&format!("ended ({status})")));
            }
        }
        Ok(())
    }

    pub(super) fn processes(&self) -> Vec<(&'static str, u32)> {
        let pid = |slot: &Mutex<Option<Process>>| {
            slot.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Process::pid)
        };
        let mut found = vec![("etcd", self.etcd.pid())];
        found.extend(pid(&self.api_server).map(|pid| ("kube-apiserver", pid)));
        found.extend(pid(&self.controller_manager).map(|pid| ("kube-controller-manager", pid)));
        found
    }
}

/// What the API server reads and writes.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    signing_key: PathBuf,
    checking_key: PathBuf,
    tokens: PathBuf,
    audit_policy: PathBuf,
    audit_log: PathBuf,
    certificates: PathBuf,
}

impl Files {
    fn write(directory: &Path, authority: &Authority, identities: &[Identity]) -> Result<Self> {
        let file = |name: &str, text: &str| {
            let path = directory.join(name);
            fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
            anyhow::Ok(path)
        };
        let server = authority.server(&[])?;
        let service_accounts = SigningKey::new()?;
        let tokens: String = identities.iter().map(token_line).collect();
        Ok(Self {
            certificate: file("server.crt", &server.certificate_pem)?,
            key: file("server.key", &server.key_pem)?,
            signing_key: file("service-accounts.key", &service_accounts.private_pem)?,
            checking_key: file("service-accounts.pub", &service_accounts.public_pem)?,
            tokens: file("tokens.csv", &tokens)?,
            audit_policy: file("audit-policy.yaml", AUDIT_POLICY)?,
            audit_log: directory.join("audit.log"),
            certificates: directory.join("certificates"),
        })
    }
}

fn token_line(identity: &Identity) -> String {
    let Identity { user, groups, token } = identity;
    format!("{token},{user},{user},\"{}\"\n", groups.join(","))
}

fn etcd(programs: &Programs, directory: &Path, client_port: u16, peer_port: u16) -> Program {
    let (client, peer) = (format!("http://127.0.0.1:{client_port}"), format!("http://127.0.0.1:{peer_port}"));
    Program::new(&programs.etcd)
        .named("etcd")
        .arg("--data-dir")
        .arg(directory.join("etcd"))
        .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
        .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
        .arg(format!("--initial-cluster=default={peer}"))
        // The data need not survive a crash of the machine.
        .args(["--unsafe-no-fsync", "--log-level=warn"])
}

fn api_server(programs: &Programs, files: &Files, etcd_port: u16, port: u16) -> Program {
    Program::new(&programs.api_server)
        .named("kube-apiserver")
        .arg(format!("--etcd-servers=http://127.0.0.1:{etcd_port}"))
        .arg(format!("--secure-port={port}"))
        .args(["--bind-address=127.0.0.1", "--service-cluster-ip-range=10.0.0.0/24"])
        // A loopback address cannot be advertised, and nobody asks for it.
        .arg("--endpoint-reconciler-type=none")
        .arg("--cert-dir")
        .arg(&files.certificates)
        .arg("--tls-cert-file")
        .arg(&files.certificate)
        .arg("--tls-private-key-file")
        .arg(&files.key)
        .arg("--service-account-key-file")
        .arg(&files.checking_key)
        .arg("--service-account-signing-key-file")
        .arg(&files.signing_key)
        .arg("--service-account-issuer=https://kubernetes.default.svc")
        .args(["--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount"])
        .arg("--token-auth-file")
        .arg(&files.tokens)
        .arg("--audit-policy-file")
        .arg(&files.audit_policy)
        .arg("--audit-log-path")
        .arg(&files.audit_log)
        // In megabytes; a rotated log would lose requests that a test counts.
        .arg("--audit-log-maxsize=100000")
}

pub(super) fn is_established(definition: &CustomResourceDefinition) -> bool {
    let conditions = definition.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions.into_iter().any(|condition| condition.type_ == "Established" && condition.status == "True")
}

pub(super) async fn create_if_absent<K>(api: &Api<K>, object: &K) -> Result<()>
where
    K: kube::Resource + Clone + Serialize + DeserializeOwned + std::fmt::Debug,
{
    match api.create(&post_params(), object).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn token_of(accounts: &Api<ServiceAccount>, name: &str, seconds: i64) -> Result<String> {
    let request = token_request(seconds);
    let answer = accounts.create_token_request(name, &PostParams::default(), &request).await?;
    let token = answer.status.and_then(|status| status.token);
    token.context("the API server answered without a token")
}

/// A token that works wherever the harness needs one, of a service account with all rights.
pub(super) async fn administrator_token(client: &kube::Client) -> Result<String> {
    let name = "signet-test-administrator";
    let metadata = ObjectMeta { name: Some(name.into()), ..ObjectMeta::default() };
    let accounts = Api::<ServiceAccount>::namespaced(client.clone(), "kube-system");
    let account = ServiceAccount { metadata: metadata.clone(), ..ServiceAccount::default() };
    create_if_absent(&accounts, &account).await?;
    let binding = ClusterRoleBinding {
        metadata,
        role_ref: RoleRef {
            api_group: Some("rbac.authorization.k8s.io".into()),
            kind: "ClusterRole".into(),
            name: "cluster-admin".into(),
        },
        subjects: Some(vec![Subject {
            kind: "ServiceAccount".into(),
            name: name.into(),
            namespace: Some("kube-system".into()),
            ..Subject::default()
        }]),
    };
    create_if_absent(&Api::all(client.clone()), &binding).await?;
    token_of(&accounts, name, TOKEN_SECONDS).await
}

pub(super) fn certificate_pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
