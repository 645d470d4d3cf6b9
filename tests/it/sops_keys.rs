//! Data keys that we wrap, unwrapped by the programs that SOPS itself uses. The other way round is a matter of
//! recorded vectors: `crates/sops-keys/testdata`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use signet_secret::Plaintext;
use signet_sops_keys::Nobody;
use signet_sops_keys::age::{Identity, Layout};
use signet_sops_keys::openpgp::Certificates;
use signet_tests::{Program, Scenario, checkout, peers, scenario_without_cluster};

const SOON: Duration = Duration::from_secs(30);
/// Some time after the keys were made.
const NOW: u64 = 1_900_000_000;

fn testdata(name: &str) -> PathBuf {
    checkout().join("crates/sops-keys/testdata").join(name)
}

/// A data key and a share.
fn keys() -> [Vec<u8>; 2] {
    [vec![0x66; 32], (0..33).collect()]
}

#[tokio::test]
async fn age_opens_what_we_wrap_for_every_kind_of_recipient() {
    scenario_without_cluster(async |scenario: &Scenario| {
        let age = scenario.peer(&peers::AGE).await?;
        for name in ["x25519.txt", "hybrid.txt", "ssh-ed25519", "ssh-rsa", "ssh-rsa-4096", "pkcs1"] {
            let path = testdata("age/keys").join(name);
            let text = std::fs::read(&path)?;
            let identity = match Identity::parse_all(name, &text, Layout::Lines) {
                Ok(mut identities) => identities.remove(0),
                Err(_) => Identity::from_ssh(name, &text, None)?,
            };
            let recipient = identity.recipient().context("the key is not locked")?;
            let recipient: signet_sops_keys::age::Recipient = recipient.parse()?;
            for key in keys() {
                let enc = recipient.wrap(&Plaintext::from(key.clone()), &Nobody)?;
                let program = Program::new(&age).arg("-d").arg("-i").arg(&path).stdin(enc);
                ensure!(program.output(SOON).await?.success()?.stdout == key, "{name}: another key");
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn gpg_opens_what_we_wrap_for_every_kind_of_key() {
    scenario_without_cluster(async |scenario: &Scenario| {
        let Some(gpg) = gpg(scenario)? else {
            signet_tests::progress::say("SKIPPED: there is no gpg, which is part of GnuPG");
            return Ok(());
        };
        for name in ["rsa2048", "rsa3072", "cv25519", "nistp384", "several"] {
            let keyring = testdata("openpgp/keys").join(format!("{name}.sec.asc"));
            gpg.clone().arg("--import").arg(&keyring).output(SOON).await?.success()?;
            let certificates = Certificates::parse(&std::fs::read(&keyring)?)?;
            let fingerprint = certificates.fingerprints().next().context("a certificate")?;
            for key in keys() {
                let enc = certificates.wrap(&fingerprint.parse()?, &Plaintext::from(key.clone()), NOW)?;
                let program = gpg.clone().arg("--decrypt").stdin(enc);
                ensure!(program.output(SOON).await?.success()?.stdout == key, "{name}: another key");
            }
        }
        stop_agent(scenario).await
    })
    .await;
}

/// GnuPG with a home of its own, if it is on this machine: it is no module that set-up could build.
fn gpg(scenario: &Scenario) -> Result<Option<Program>> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("gpg")).find(|gpg| gpg.is_file());
    let Some(gpg) = found else { return Ok(None) };
    std::fs::set_permissions(scenario.dir(), std::fs::Permissions::from_mode(0o700))?;
    let quiet = ["--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""];
    Ok(Some(Program::new(gpg).env("GNUPGHOME", scenario.dir()).args(quiet)))
}

/// It outlives its clients, and holds on to the directory.
async fn stop_agent(scenario: &Scenario) -> Result<()> {
    let stop = Program::new("gpgconf").env("GNUPGHOME", scenario.dir()).args(["--kill", "gpg-agent"]);
    stop.output(SOON).await?.success()?;
    Ok(())
}
