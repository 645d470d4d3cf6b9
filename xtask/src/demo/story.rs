//! The steps of the demo. Each waits on a condition and says what it saw.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client};
use signet_tests::controller::{NAMESPACE, Setup};
use signet_tests::progress::say;
use signet_tests::scratch::Scratch;
use signet_tests::{Cluster, Controller, Program, eventually, peers};

use super::table::Table;

/// Where the example application lives.
const SHOP: &str = "shop";
/// For what should take a second or two.
const SOON: Duration = Duration::from_secs(30);
/// For what includes the generation of a 4096-bit key, on a busy machine.
const LATER: Duration = Duration::from_secs(120);

/// Everything the demo runs.
pub(super) struct Story {
    table: Table,
    cluster: Cluster,
    client: Client,
    kubeconfig: PathBuf,
    kubeseal: PathBuf,
    files: Scratch,
    replicas: Vec<Controller>,
    /// What each Secret is to hold under `password`.
    passwords: BTreeMap<&'static str, String>,
}

impl Story {
    /// Starts the API server.
    pub(super) async fn begin(kubeseal: PathBuf) -> Result<Self> {
        let mut table = Table::default();
        let mut started = None;
        table
            .step("start etcd and kube-apiserver", async {
                let cluster = Cluster::start().await?;
                cluster.create_namespace(SHOP).await?;
                let seen = format!("ready at {} ({})", cluster.admin().url(), cluster.source());
                started = Some(cluster);
                Ok(seen)
            })
            .await?;
        let cluster = started.context("the cluster is started")?;
        Ok(Self {
            table,
            client: cluster.admin().client()?,
            kubeconfig: cluster.admin().in_namespace(SHOP).kubeconfig()?,
            kubeseal,
            files: Scratch::new("demo")?,
            replicas: Vec::new(),
            passwords: ["by-signet", "by-kubeseal", "after-failover"]
                .map(|name| (name, some_password()))
                .into(),
            cluster,
        })
    }

    /// All of it, in order.
    pub(super) async fn tell(&mut self) -> Result<()> {
        let mut table = std::mem::take(&mut self.table);
        let mut replicas = Vec::new();
        table
            .step("start two replicas of our controller", async {
                replicas = self.start_replicas().await?;
                Ok("both serve the certificate of one key, one of them leads".into())
            })
            .await?;
        self.replicas = replicas;
        table.step("seal with signet, apply", self.seal_with_signet("by-signet")).await?;
        table.step("seal with the real kubeseal, apply", self.seal_with_kubeseal("by-kubeseal")).await?;
        table.step("change a Secret by hand", self.change_by_hand("by-signet")).await?;
        table.step("delete a Secret by hand", self.delete_by_hand("by-kubeseal")).await?;
        table.step("make a new key", self.make_a_key()).await?;
        table.step("reseal with the new key, apply", self.reseal("by-signet")).await?;
        let leader = self.leader().await?;
        let killed = self.replicas.remove(leader);
        table.step("kill -9 the leader, seal, apply", self.after_failover(killed, "after-failover")).await?;
        table.step("compare every Secret", self.compare()).await?;
        self.table = table;
        Ok(())
    }

    pub(super) fn print_table(&self) -> Result<()> {
        self.table.print()
    }

    pub(super) fn print_how_to_look(&self) -> Result<()> {
        let kubectl = self.cluster.kubectl().display();
        let (kubeconfig, namespace) = (self.kubeconfig.display(), SHOP);
        say(&format!("kubeconfig: {kubeconfig}"));
        say(&format!(
            "try: {kubectl} --kubeconfig {kubeconfig} -n {namespace} get sealedsecrets,secrets,events"
        ));
        let signet = Program::ours("signet")?;
        say(&format!("and: KUBECONFIG={kubeconfig} {} keys list", signet.path().display()));
        Ok(())
    }

    async fn start_replicas(&self) -> Result<Vec<Controller>> {
        let mut replicas = Vec::new();
        for name in ["first replica", "second replica"] {
            replicas.push(Setup::ours(&self.cluster, NAMESPACE)?.named(name).start().await?);
        }
        leader_among(&replicas).await?;
        let served = certificates(&replicas).await?;
        ensure!(served[0] == served[1], "the replicas serve different certificates");
        Ok(replicas)
    }

    async fn seal_with_signet(&self, name: &str) -> Result<String> {
        let sealed = self.signet(&["seal"])?.stdin(self.secret(name)?).output(SOON).await?.success()?;
        std::fs::write(self.file(name), &sealed.stdout)?;
        self.cluster.apply(&sealed.text()).await?;
        self.right_secret(name).await?;
        Ok(format!("Secret {SHOP}/{name} is right"))
    }

    async fn seal_with_kubeseal(&self, name: &str) -> Result<String> {
        let kubeseal = Program::new(&self.kubeseal).args(["--format", "yaml", "--kubeconfig"]);
        let kubeseal = kubeseal.arg(&self.kubeconfig).stdin(self.secret(name)?);
        let sealed = kubeseal.output(SOON).await?.success()?;
        self.cluster.apply(&sealed.text()).await?;
        self.right_secret(name).await?;
        Ok(format!("Secret {SHOP}/{name} is right (kubeseal {})", peers::KUBESEAL.version))
    }

    async fn change_by_hand(&self, name: &str) -> Result<String> {
        // Base64 of "wrong".
        let change = serde_json::json!({"data": {"password": "d3Jvbmc="}});
        self.secrets().patch(name, &PatchParams::default(), &Patch::Merge(&change)).await?;
        self.right_secret(name).await?;
        Ok("repaired".into())
    }

    async fn delete_by_hand(&self, name: &str) -> Result<String> {
        self.secrets().delete(name, &DeleteParams::default()).await?;
        self.right_secret(name).await?;
        Ok("there again".into())
    }

    async fn make_a_key(&self) -> Result<String> {
        let before = certificates(&self.replicas).await?;
        self.signet(&["keys", "generate"])?.output(LATER).await?.success()?;
        eventually("both replicas to serve the new certificate", SOON, async || {
            let now = certificates(&self.replicas).await?;
            Ok((now[0] != before[0] && now[0] == now[1]).then_some(()))
        })
        .await?;
        Ok("both replicas serve the new certificate".into())
    }

    async fn reseal(&self, name: &str) -> Result<String> {
        let file = self.file(name);
        let before = (std::fs::read(&file)?, self.version_of(name).await?);
        self.signet(&["reseal"])?.arg(&file).output(SOON).await?.success()?;
        let sealed = std::fs::read_to_string(&file)?;
        ensure!(before.0 != sealed.as_bytes(), "the file did not change");
        self.cluster.apply(&sealed).await?;
        self.synced(name).await?;
        self.right_secret(name).await?;
        let kept = before.1 == self.version_of(name).await?;
        Ok(format!("new ciphertext, Secret {}", if kept { "not even written" } else { "still right" }))
    }

    async fn after_failover(&self, leader: Controller, name: &str) -> Result<String> {
        leader.process.kill()?;
        drop(leader);
        // The Service led to one of the two; now to the one that is left, as in a cluster.
        self.lead_service_to(&self.replicas[0]).await?;
        self.seal_with_signet(name).await?;
        Ok(format!("the other replica took over; Secret {SHOP}/{name} is right"))
    }

    async fn compare(&self) -> Result<String> {
        for name in self.passwords.keys() {
            ensure!(self.is_right(name).await?, "Secret {SHOP}/{name} is wrong");
        }
        Ok(format!("{} of {} hold what was sealed", self.passwords.len(), self.passwords.len()))
    }

    async fn lead_service_to(&self, replica: &Controller) -> Result<()> {
        let port = [("http", 8080, replica.http)];
        signet_tests::service_proxy::expose(
            &self.cluster,
            NAMESPACE,
            signet_tests::controller::SERVICE,
            &port,
        )
        .await
    }

    async fn leader(&self) -> Result<usize> {
        leader_among(&self.replicas).await
    }

    /// Our CLI, with its certificate cache apart from the user's.
    fn signet(&self, args: &[&str]) -> Result<Program> {
        let program = Program::ours("signet")?.args(args.iter().copied());
        Ok(program.env("KUBECONFIG", &self.kubeconfig).env("XDG_CACHE_HOME", self.files.path()))
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new(self.files.path()).join(name).with_extension("yaml")
    }

    fn secret(&self, name: &str) -> Result<String> {
        let password = self.passwords.get(name).context("every Secret has a password")?;
        Ok(format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {SHOP}}}\n\
             stringData: {{password: {password}}}\n"
        ))
    }

    fn secrets(&self) -> Api<Secret> {
        Api::namespaced(self.client.clone(), SHOP)
    }

    async fn is_right(&self, name: &str) -> Result<bool> {
        let Some(secret) = self.secrets().get_opt(name).await? else { return Ok(false) };
        let found = secret.data.as_ref().and_then(|data| data.get("password"));
        Ok(found.map(|value| value.0.as_slice()) == self.passwords.get(name).map(String::as_bytes))
    }

    async fn right_secret(&self, name: &str) -> Result<()> {
        let waited = eventually(&format!("Secret {SHOP}/{name} to be right"), SOON, async || {
            Ok(self.is_right(name).await?.then_some(()))
        })
        .await;
        waited.map_err(|error| {
            let logs: Vec<_> = self.replicas.iter().map(|replica| replica.process.log()).collect();
            error.context(format!("logs of the controllers:\n{}", logs.join("\n----\n")))
        })
    }

    async fn version_of(&self, name: &str) -> Result<Option<String>> {
        Ok(self.secrets().get(name).await?.metadata.resource_version)
    }

    /// Waits until the status speaks about the newest content.
    async fn synced(&self, name: &str) -> Result<()> {
        let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("bitnami.com", "v1alpha1", "SealedSecret"));
        let sealed = Api::<DynamicObject>::namespaced_with(self.client.clone(), SHOP, &kind);
        eventually(&format!("SealedSecret {SHOP}/{name} to be synced"), SOON, async || {
            let object = sealed.get(name).await?;
            let observed = object.data["status"]["observedGeneration"].as_i64();
            Ok((observed.is_some() && observed == object.metadata.generation).then_some(()))
        })
        .await
    }
}

/// The index of the replica that leads.
async fn leader_among(replicas: &[Controller]) -> Result<usize> {
    eventually("one replica to lead", SOON, async || {
        let mut leaders = Vec::new();
        for (index, replica) in replicas.iter().enumerate() {
            if replica.metric("signet_leader").await? > 0.0 {
                leaders.push(index);
            }
        }
        Ok(match leaders.as_slice() {
            [leader] => Some(*leader),
            _ => None,
        })
    })
    .await
}

async fn certificates(replicas: &[Controller]) -> Result<Vec<String>> {
    let mut served = Vec::new();
    for replica in replicas {
        served.push(signet_tests::http::get(&format!("http://{}/v1/cert.pem", replica.http)).await?.text());
    }
    Ok(served)
}

fn some_password() -> String {
    format!("p{:016x}", RandomState::new().hash_one("password"))
}
