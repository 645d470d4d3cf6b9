//! Our command line against a real API server, with our controller and with that of sealed-secrets: the requests
//! it makes must suit both, with the rights that installations grant.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use signet_tests::controller::{SERVICE, Setup};
use signet_tests::process::Output;
use signet_tests::{Access, Controller, Program, Scenario, http, peers, scenario};

/// Long enough on a machine that does much else.
const SOON: Duration = Duration::from_secs(60);

const SECRET: &str = "metadata: {name: db, namespace: shop}\nstringData: {password: hunter2}\n";

/// An installation in a namespace of its own, and a user of it.
struct Installation<'a> {
    scenario: &'a Scenario,
    namespace: String,
    controller: Controller,
    access: Access,
}

impl<'a> Installation<'a> {
    async fn new(scenario: &'a Scenario, real: bool) -> Result<Self> {
        let namespace = scenario.namespace().await?;
        let cluster = scenario.cluster();
        let setup = if real {
            Setup::upstream(cluster, &namespace)
        } else {
            // The limit of requests has tests of its own.
            Setup::ours(cluster, &namespace)?.flags(&["--rate-limit=1000", "--rate-limit-burst=1000"])
        };
        // Other tests use the same cluster.
        let controller = setup.flags(&["--all-namespaces=false", "--key-size=2048"]).start().await?;
        Ok(Self { scenario, namespace, controller, access: cluster.admin().clone() })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scenario.dir().join(name)
    }

    /// Our program, or the real one, as the user of the installation.
    fn program(&self, program: Program, words: &[&str]) -> Result<Program> {
        Ok(program
            .args(words.iter().copied())
            .env("KUBECONFIG", self.access.kubeconfig()?)
            .env("SEALED_SECRETS_CONTROLLER_NAMESPACE", &self.namespace)
            .env("XDG_CACHE_HOME", self.scenario.dir())
            .cwd(self.scenario.dir()))
    }

    async fn signet(&self, words: &[&str], stdin: &str) -> Result<Output> {
        self.program(Program::ours("signet")?, words)?.stdin(stdin).output(SOON).await
    }

    async fn kubeseal(&self, words: &[&str], stdin: &str) -> Result<Output> {
        self.signet(&[&["kubeseal"], words].concat(), stdin).await
    }

    async fn real_kubeseal(&self, words: &[&str], stdin: &str) -> Result<Output> {
        let program = Program::new(self.scenario.peer(&peers::KUBESEAL).await?);
        self.program(program, words)?.stdin(stdin).output(SOON).await
    }

    /// What a SealedSecret opens to with the keys of this installation.
    async fn opened(&self, sealed: &str) -> Result<String> {
        let opened = self.signet(&["unseal", "--key", "keys.yaml"], sealed).await?.success()?;
        Ok(opened.text())
    }
}

fn fails(output: Output, status: i32, text: &str) -> Result<()> {
    ensure!(
        output.status.code() == Some(status) && output.stderr.contains(text),
        "expected status {status} and {text:?}, found {}: {}",
        output.status,
        output.stderr
    );
    Ok(())
}

/// Everything that asks a controller, one after the other.
async fn all_requests(installation: &Installation<'_>) -> Result<()> {
    let served = http::get(&format!("http://{}/v1/cert.pem", installation.controller.http)).await?.text();
    let fetched = installation.kubeseal(&["--fetch-cert"], "").await?.success()?.text();
    ensure!(fetched == served, "the certificate is another");
    ensure!(installation.real_kubeseal(&["--fetch-cert"], "").await?.success()?.text() == fetched);

    installation.signet(&["keys", "backup", "-w", "keys.yaml"], "").await?.success()?;
    is_private(&installation.file("keys.yaml"))?;
    let sealed = installation.kubeseal(&["-o", "yaml"], SECRET).await?.success()?.text();
    // Base64 of "hunter2".
    ensure!(installation.opened(&sealed).await?.contains("password: aHVudGVyMg=="));

    installation.kubeseal(&["--validate"], &sealed).await?.success()?;
    installation.real_kubeseal(&["--validate"], &sealed).await?.success()?;
    let renamed = sealed.replace("name: db", "name: other");
    let refused = installation.kubeseal(&["--validate"], &renamed).await?;
    fails(refused, 1, "error: unable to decrypt sealed secret: other")?;
    installation.signet(&["verify"], &sealed).await?.success()?;
    fails(installation.signet(&["verify"], &renamed).await?, 4, "shop/other: the controller cannot open it")?;

    let again = installation.kubeseal(&["--re-encrypt", "-o", "yaml"], &sealed).await?.success()?.text();
    ensure!(again != sealed, "the values are the same");
    ensure!(installation.opened(&again).await? == installation.opened(&sealed).await?);
    let refused = installation.kubeseal(&["--re-encrypt"], &renamed).await?;
    fails(refused, 1, "error: cannot re-encrypt secret")?;
    reseal(installation, &sealed).await?;
    keys(installation).await
}

/// In place, templates and comments kept, and a second run finds nothing to do.
async fn reseal(installation: &Installation<'_>, sealed: &str) -> Result<()> {
    let kept = "  # kept\n  template:\n    data:\n      url: 'postgres://{{ .password }}'\n";
    let file = installation.file("tree.yaml");
    let before = sealed.replace("  template:\n", kept);
    std::fs::write(&file, &before)?;
    let done = installation.signet(&["reseal", "tree.yaml"], "").await?.success()?;
    ensure!(done.stderr.contains("resealed 1 item of 1 object in 1 file"), "{}", done.stderr);
    let after = std::fs::read_to_string(&file)?;
    ensure!(after.contains(kept) && after.contains("signet.dev/sealed-with: SHA256:"), "{after}");
    ensure!(installation.opened(sealed).await?.contains("aHVudGVyMg=="));
    let again = installation.signet(&["reseal", "tree.yaml"], "").await?.success()?;
    ensure!(again.stderr.contains("1 had the newest key already"), "{}", again.stderr);
    ensure!(std::fs::read_to_string(&file)? == after);
    installation.signet(&["verify", "--key", "keys.yaml", "tree.yaml"], "").await?.success()?;
    Ok(())
}

/// Keys are listed, made, and put back from a backup without touching those that are there.
async fn keys(installation: &Installation<'_>) -> Result<()> {
    let names = async || -> Result<Vec<String>> {
        let list = installation.signet(&["keys", "list", "-o", "json"], "").await?.success()?;
        let list: serde_json::Value = serde_json::from_slice(&list.stdout)?;
        let rows = list.as_array().context("the list is not a list")?;
        Ok(rows.iter().filter_map(|row| row["name"].as_str().map(str::to_owned)).collect())
    };
    ensure!(names().await?.len() == 1);
    let made = installation.signet(&["keys", "generate", "--key-size", "2048"], "").await?.success()?;
    ensure!(made.text().starts_with("-----BEGIN CERTIFICATE-----"));
    installation.signet(&["keys", "backup", "-w", "both.yaml"], "").await?.success()?;
    let both = names().await?;
    ensure!(both.len() == 2, "{both:?}");

    let secrets: kube::Api<k8s_openapi::api::core::v1::Secret> =
        kube::Api::namespaced(installation.scenario.client()?, &installation.namespace);
    secrets.delete(&both[0], &Default::default()).await?;
    let restored = installation.signet(&["keys", "restore", "both.yaml"], "").await?.success()?;
    ensure!(restored.stderr.contains("1 restored, 1 there already"), "{}", restored.stderr);
    ensure!(names().await? == both);
    let foreign = std::fs::read_to_string(installation.file("both.yaml"))?.replace(&both[0], &both[1]);
    let refused = installation.signet(&["keys", "restore", "-"], &foreign).await?;
    fails(refused, 5, "another Secret has the name")
}

fn is_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    ensure!(mode == 0o600, "{} has mode {mode:o}", path.display());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_suits_our_controller() {
    scenario(async |s: &Scenario| all_requests(&Installation::new(s, false).await?).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_suits_the_real_controller() {
    scenario(async |s: &Scenario| all_requests(&Installation::new(s, true).await?).await).await;
}

/// The Role that the chart of sealed-secrets binds for people who seal.
fn proxier(namespace: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: proxier, namespace: {namespace}}}\n\
         rules:\n- {{apiGroups: [''], resources: [services], verbs: [get], resourceNames: [{SERVICE}]}}\n\
         - {{apiGroups: [''], resources: [services/proxy], verbs: [create, get], resourceNames: \
         ['http:{SERVICE}:', 'http:{SERVICE}:http', {SERVICE}]}}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: proxier, namespace: {namespace}}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: proxier}}\n\
         subjects: [{{kind: ServiceAccount, name: sealer, namespace: {namespace}}}]\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_of_the_service_proxier_suffice_and_without_them_the_error_names_them() {
    scenario(async |s: &Scenario| {
        let mut installation = Installation::new(s, false).await?;
        let cluster = s.cluster();
        installation.access = cluster.service_account(&installation.namespace, "stranger").await?;
        let refused = installation.kubeseal(&[], SECRET).await?;
        fails(refused, 1, "forbidden")?;
        let refused = installation.signet(&["seal"], SECRET).await?;
        fails(refused, 5, "hint: ask for the rights of the Role")?;
        fails(installation.signet(&["keys", "list"], "").await?, 5, "forbidden")?;

        cluster.apply(&proxier(&installation.namespace)).await?;
        installation.access = cluster.service_account(&installation.namespace, "sealer").await?;
        let sealed = installation.kubeseal(&["-o", "yaml"], SECRET).await?.success()?.text();
        installation.kubeseal(&["--validate"], &sealed).await?.success()?;
        installation.kubeseal(&["--re-encrypt"], &sealed).await?.success()?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_pod_the_service_account_is_used() {
    scenario(async |s: &Scenario| {
        let installation = Installation::new(s, false).await?;
        let cluster = s.cluster();
        cluster.apply(&proxier(&installation.namespace)).await?;
        let access = cluster.service_account(&installation.namespace, "sealer").await?;
        let pod = |words: &[&str]| -> Result<Program> {
            let program = Program::ours("signet")?.clear_env().env("HOME", "/nonexistent").args(["kubeseal"]);
            program.args(words.iter().copied()).in_cluster(&access)
        };
        let flags = ["--controller-namespace", installation.namespace.as_str()];
        let input = "metadata: {name: db}\nstringData: {password: hunter2}\n";
        let sealed =
            pod(&[&flags[..], &["-o", "yaml"]].concat())?.stdin(input).output(SOON).await?.success()?;
        // The namespace of the pod, as nothing else names one.
        let namespace = format!("  namespace: {}\n", installation.namespace);
        ensure!(sealed.text().contains(&namespace), "{}", sealed.text());
        pod(&[&flags[..], &["--validate"]].concat())?.stdin(sealed.stdout).output(SOON).await?.success()?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_and_flags_give_the_credentials() {
    scenario(async |s: &Scenario| {
        let installation = Installation::new(s, false).await?;
        let (admin, file) = (&installation.access, installation.file("ca.pem"));
        std::fs::write(&file, admin.ca_pem())?;
        let plugin = installation.file("plugin");
        let credential = format!(
            "#!/bin/sh\nprintf '%s' '{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
             \"status\":{{\"token\":\"{}\"}}}}'\n",
            admin.token()
        );
        std::fs::write(&plugin, credential)?;
        std::fs::set_permissions(&plugin, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let kubeconfig = format!(
            "current-context: c\nclusters: [{{name: k, cluster: {{server: '{}', certificate-authority: ca.pem}}}}]\n\
             users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: ./plugin, \
             interactiveMode: Never}}}}}}]\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\n",
            admin.url()
        );
        std::fs::write(installation.file("plugin.yaml"), kubeconfig)?;
        installation.kubeseal(&["--kubeconfig", "plugin.yaml", "--fetch-cert"], "").await?.success()?;

        let token = admin.token();
        let flags = ["--server", admin.url(), "--certificate-authority", "ca.pem", "--token", token, "--fetch-cert"];
        let bare = |words: &[&str]| -> Result<Program> {
            Ok(installation.program(Program::ours("signet")?, words)?.env("KUBECONFIG", ""))
        };
        let words = [&["kubeseal"], &flags[..]].concat();
        bare(&words)?.env("HOME", s.dir()).output(SOON).await?.success()?;
        let someone = [&words[..], &["--as", "someone", "--as-group", "nobodies"]].concat();
        let refused = bare(&someone)?.env("HOME", s.dir()).output(SOON).await?;
        fails(refused, 1, "User \"someone\" cannot get resource")?;
        let unknown = [&["kubeseal"], &flags[..4], &["--token", "wrong", "--fetch-cert"]].concat();
        fails(bare(&unknown)?.env("HOME", s.dir()).output(SOON).await?, 1, "Unauthorized")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_that_is_away_is_an_error_within_the_time_limit() {
    scenario(async |s: &Scenario| {
        let mut installation = Installation::new(s, false).await?;
        let proxy = s.proxy().await?;
        installation.access = installation.access.through(&proxy);
        installation.kubeseal(&["--fetch-cert"], "").await?.success()?;
        proxy.refuse(true);
        fails(installation.kubeseal(&["--fetch-cert"], "").await?, 1, "cannot reach")?;
        fails(installation.signet(&["cert", "--refresh"], "").await?, 5, "hint: ")?;
        proxy.refuse(false);
        installation.kubeseal(&["--fetch-cert", "--request-timeout", "30s"], "").await?.success()?;
        Ok(())
    })
    .await;
}
