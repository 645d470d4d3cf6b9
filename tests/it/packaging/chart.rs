//! Charts rendered by helm: ours, and the one of sealed-secrets as the oracle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;
use signet_manifest::Documents;
use signet_tests::availability::{Missing, required};
use signet_tests::{Program, Scenario, checkout, peers};

pub(super) const SOON: Duration = Duration::from_secs(30);
/// The download of a module, if it is not there.
const LATER: Duration = Duration::from_secs(120);

/// Kind, namespace (empty for those of the cluster) and name.
pub(super) type Id = (String, String, String);

/// Rendered objects.
#[derive(Debug)]
pub(super) struct Objects(pub(super) BTreeMap<Id, Value>);

/// A chart that can be rendered.
#[derive(Debug)]
pub(super) struct Chart {
    helm: PathBuf,
    pub(super) directory: PathBuf,
}

impl Chart {
    pub(super) async fn ours(scenario: &Scenario) -> Result<Self> {
        Ok(Self {
            helm: scenario.peer(&peers::HELM).await?,
            directory: checkout().join("deploy/helm/signet"),
        })
    }

    /// The chart in the very module that the other peers are built from.
    pub(super) async fn upstream(scenario: &Scenario) -> Result<Self> {
        let helm = scenario.peer(&peers::HELM).await?;
        let module = "github.com/bitnami-labs/sealed-secrets@v0.36.6";
        let arguments = ["mod", "download", "-json", module];
        let output = Program::new("go").args(arguments).cwd(scenario.dir()).output(LATER).await;
        let output = match output.and_then(signet_tests::process::Output::success) {
            Ok(output) => output,
            Err(error) if required() => return Err(error),
            Err(_) => return Err(Missing::not_in_cache(module).into()),
        };
        let found: Value = serde_json::from_slice(&output.stdout)?;
        let root = found["Dir"].as_str().context("go named no directory")?;
        Ok(Self { helm, directory: Path::new(root).join("helm/sealed-secrets") })
    }

    pub(super) fn file(&self, path: &str) -> Result<String> {
        let path = self.directory.join(path);
        std::fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))
    }

    /// The text that helm makes of these values, or its complaint.
    pub(super) async fn text(&self, values: &str) -> Result<String> {
        let command = Program::new(&self.helm).arg("template").arg("release").arg(&self.directory);
        let output = command.args(["--namespace", "own", "--values", "-"]).stdin(values).output(SOON).await?;
        Ok(output.success().with_context(|| format!("with the values\n{values}"))?.text())
    }

    pub(super) async fn render(&self, values: &str) -> Result<Objects> {
        Objects::read(&self.text(values).await?)
    }

    pub(super) async fn lint(&self, values: &str) -> Result<()> {
        let command = Program::new(&self.helm).arg("lint").arg("--strict").arg(&self.directory);
        command.args(["--values", "-"]).stdin(values).output(SOON).await?.success()?;
        Ok(())
    }
}

impl Objects {
    pub(super) fn read(text: &str) -> Result<Self> {
        let mut objects = BTreeMap::new();
        for document in Documents::parse(text.as_bytes()) {
            let object = document?.value().to_json();
            let text =
                |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            let id = (text("/kind"), text("/metadata/namespace"), text("/metadata/name"));
            anyhow::ensure!(!id.0.is_empty() && !id.2.is_empty(), "an object without kind or name: {object}");
            anyhow::ensure!(objects.insert(id.clone(), object).is_none(), "{id:?} is there twice");
        }
        Ok(Self(objects))
    }

    pub(super) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter(move |(id, _)| id.0 == kind).map(|(_, object)| object)
    }

    #[track_caller]
    pub(super) fn get(&self, kind: &str, namespace: &str, name: &str) -> &Value {
        let id = (kind.to_owned(), namespace.to_owned(), name.to_owned());
        self.0.get(&id).unwrap_or_else(|| panic!("no {id:?} among {:?}", self.0.keys()))
    }

    pub(super) fn has(&self, kind: &str, name: &str) -> bool {
        self.0.keys().any(|id| id.0 == kind && id.2 == name)
    }

    /// The one Deployment.
    pub(super) fn deployment(&self) -> Option<&Value> {
        self.of_kind("Deployment").next()
    }

    /// The container of the controller.
    #[track_caller]
    pub(super) fn container(&self) -> &Value {
        let deployment = self.deployment().expect("a Deployment was rendered");
        &deployment["spec"]["template"]["spec"]["containers"][0]
    }

    /// The arguments of the controller.
    #[track_caller]
    pub(super) fn args(&self) -> Vec<&str> {
        let args = self.container()["args"].as_array().expect("arguments are a list");
        args.iter().map(|arg| arg.as_str().expect("an argument is text")).collect()
    }

    /// What an account may do, as (namespace, group, resource, name, verb); an empty namespace stands for
    /// all of them, an empty name for any.
    pub(super) fn permissions(&self) -> Vec<Permission> {
        let mut permissions = Vec::new();
        for binding in self.of_kind("ClusterRoleBinding").chain(self.of_kind("RoleBinding")) {
            let (role, name) = (&binding["roleRef"]["kind"], &binding["roleRef"]["name"]);
            let namespace = binding["metadata"]["namespace"].as_str().unwrap_or_default();
            let found = self.0.values().find(|object| {
                object["kind"] == *role
                    && object["metadata"]["name"] == *name
                    && (role == "ClusterRole" || object["metadata"]["namespace"] == namespace)
            });
            let subjects: Vec<String> = list(&binding["subjects"]).map(|s| text(&s["name"])).collect();
            for rule in found.into_iter().flat_map(|role| list(&role["rules"])) {
                permissions.extend(of_rule(rule, namespace, &subjects));
            }
        }
        permissions.sort();
        permissions
    }
}

/// One thing that one subject may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Permission {
    pub(super) subject: String,
    pub(super) namespace: String,
    pub(super) group: String,
    pub(super) resource: String,
    pub(super) name: String,
    pub(super) verb: String,
}

fn of_rule(rule: &Value, namespace: &str, subjects: &[String]) -> Vec<Permission> {
    let names: Vec<String> = match list(&rule["resourceNames"]).map(text).collect::<Vec<_>>() {
        names if names.is_empty() => vec![String::new()],
        names => names,
    };
    let mut permissions = Vec::new();
    for subject in subjects {
        for group in list(&rule["apiGroups"]).map(text) {
            for resource in list(&rule["resources"]).map(text) {
                for name in &names {
                    for verb in list(&rule["verbs"]).map(text) {
                        permissions.push(Permission {
                            subject: subject.clone(),
                            namespace: namespace.to_owned(),
                            group: group.clone(),
                            resource: resource.clone(),
                            name: name.clone(),
                            verb,
                        });
                    }
                }
            }
        }
    }
    permissions
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
