//! Key Secrets that come, go, change and are not what they should be.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use rustix::process::Signal;
use signet_crds::bitnami::{KEY_LABEL, KEY_LABEL_ACTIVE, SyncedReason};
use signet_sealed::{Certificate, PrivateKey};
use signet_tests::controller::Setup;
use signet_tests::{Cluster, eventually};

use super::draft::texts;
use super::ground::{Running, SOON, for_one_namespace, in_yard};
use super::keys::{self, Key};
use super::space::Space;

const TESTDATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/sealed/testdata/");

fn testdata(file: &str) -> Result<String> {
    std::fs::read_to_string(format!("{TESTDATA}{file}")).with_context(|| format!("no test data {file}"))
}

async fn put(space: &Space, name: &str, key: &Key) -> Result<()> {
    keys::put(&space.client, &space.namespace, name, key).await
}

async fn start(cluster: &Cluster, space: &Space, flags: &[&str]) -> Result<Running> {
    let setup: Setup<'_> = for_one_namespace(cluster, &space.namespace)?;
    Ok(Running::new(setup.flags(flags).start().await?))
}

async fn serves(controller: &Running, certificate: &Certificate) -> Result<()> {
    eventually("the right certificate to be served", SOON, async || {
        let served = controller.certificate().await?;
        Ok((served.fingerprint() == certificate.fingerprint()).then_some(()))
    })
    .await
}

/// Waits until there are so many key Secrets in use.
async fn key_secrets(space: &Space, count: usize) -> Result<Vec<Secret>> {
    eventually(&format!("{count} key Secrets"), SOON, async || {
        let secrets = keys::in_use(&space.client, &space.namespace).await?;
        Ok((secrets.len() == count).then(|| secrets.into_values().collect()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_key_heals_what_failed_for_want_of_it() {
    in_yard(async |cluster, space| {
        put(space, "key", &keys::nth(0)?).await?;
        let controller = start(cluster, space, &[]).await?;
        let late = keys::nth(1)?;
        for name in ["a", "b", "c"] {
            space.apply(&space.draft(name).value("foo", name).seal(&late.certificate)).await?;
        }
        for name in ["a", "b", "c"] {
            space.refused_as(name, SyncedReason::UnsealFailed).await?;
        }
        let added = Instant::now();
        put(space, "late", &late).await?;
        for name in ["a", "b", "c"] {
            space.secret_with(name, &[("foo", name)]).await?;
            space.synced(name).await?;
            space.event(name, "Unsealed").await?;
        }
        // Well before any of them would have been tried again for the time alone.
        assert!(added.elapsed() < Duration::from_secs(7), "{:?}", added.elapsed());
        assert_eq!(controller.metric("signet_keys").await?, 2.0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_relabelled_or_deleted_is_dropped_at_once() {
    in_yard(async |cluster, space| {
        let (old, new) = (keys::nth(1)?, keys::nth(0)?);
        put(space, "old", &old).await?;
        put(space, "new", &new).await?;
        let controller = start(cluster, space, &[]).await?;
        serves(&controller, &new.certificate).await?;
        let relabel = async |label: &str| {
            let labels = texts(&[(KEY_LABEL, label)]);
            space.edit_secret("new", |secret| secret.metadata.labels = Some(labels.clone())).await
        };
        relabel("compromised").await?;
        serves(&controller, &old.certificate).await?;
        controller.counts("signet_keys", 1.0).await?;
        controller.process.log_line("dropped private key", SOON).await?;
        space.apply(&space.draft("db").value("foo", "bar").seal(&new.certificate)).await?;
        space.refused_as("db", SyncedReason::UnsealFailed).await?;

        relabel(KEY_LABEL_ACTIVE).await?;
        serves(&controller, &new.certificate).await?;
        space.secret_with("db", &[("foo", "bar")]).await?;
        space.delete_secret("new").await?;
        serves(&controller, &old.certificate).await?;
        space.apply(&space.draft("later").value("foo", "bar").seal(&new.certificate)).await?;
        space.refused_as("later", SyncedReason::UnsealFailed).await?;
        Ok(())
    })
    .await;
}

/// Each of these is a crash loop upstream.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_secret_that_cannot_be_used_is_counted_and_skipped() {
    in_yard(async |cluster, space| {
        let good = keys::nth(2)?;
        let certificate = good.certificate.to_pem();
        let other_certificate = keys::nth(3)?.certificate.to_pem().to_owned();
        let key_of = |file: &str| testdata(file);
        let garbage = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        let bad_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let bad = [
            ("no-pem", "no key".to_owned(), certificate),
            ("garbage", garbage.to_owned(), certificate),
            ("elliptic", key_of("key-ec.pem")?, certificate),
            ("edwards", key_of("key-ed25519.pem")?, certificate),
            ("small", key_of("key-1024.pem")?, certificate),
            ("no-key", String::new(), certificate),
            ("no-certificate", good.pem.clone(), ""),
            ("bad-certificate", good.pem.clone(), bad_certificate),
            ("certificate-only", certificate.to_owned(), certificate),
        ];
        let label = Some(KEY_LABEL_ACTIVE);
        for (name, key, certificate) in &bad[..5] {
            keys::put_pems(&space.client, &space.namespace, name, label, key, certificate).await?;
        }
        put(space, "good", &good).await?;
        let controller = start(cluster, space, &[]).await?;
        controller.counts("signet_key_secrets_invalid", 5.0).await?;
        // The rest comes while the controller runs.
        for (name, key, certificate) in &bad[5..] {
            keys::put_pems(&space.client, &space.namespace, name, label, key, certificate).await?;
        }
        controller.counts("signet_key_secrets_invalid", bad.len() as f64).await?;
        for (name, ..) in &bad {
            let line = controller.process.log_line(&format!("secretname={name}"), SOON).await?;
            assert!(line.contains("level=ERROR"), "{line}");
        }
        assert_eq!(controller.metric("signet_keys").await?, 1.0);
        serves(&controller, &good.certificate).await?;
        space.beat("db", &good.certificate).await?;

        // A key whose certificate is another's opens values, but nobody is told to seal with it.
        let strange = keys::nth(1)?;
        keys::put_pems(&space.client, &space.namespace, "strange", label, &strange.pem, &other_certificate)
            .await?;
        controller.counts("signet_keys", 2.0).await?;
        controller.counts("signet_key_secrets_invalid", bad.len() as f64 + 1.0).await?;
        serves(&controller, &good.certificate).await?;
        space.beat("opened", &strange.certificate).await?;

        // What is mended is used.
        space.delete_secret("garbage").await?;
        controller.counts("signet_key_secrets_invalid", bad.len() as f64).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_other_forms_are_read() {
    in_yard(async |cluster, space| {
        let pkcs8 = testdata("key-2048-pkcs8.pem")?;
        let large = testdata("key-3072.pem")?;
        let issue = |pem: &str| {
            let now = Timestamp::now();
            let request = signet_sealed::CertificateRequest {
                common_name: "form",
                not_before: now,
                not_after: now + jiff::SignedDuration::from_hours(1),
            };
            anyhow::Ok(Certificate::issue(&PrivateKey::from_pem(pem.as_bytes())?, &request)?)
        };
        let (from_pkcs8, from_large) = (issue(&pkcs8)?, issue(&large)?);
        let again = keys::nth(0)?;
        let put_pems = async |name, key: &str, certificate: &str| {
            let label = Some(KEY_LABEL_ACTIVE);
            keys::put_pems(&space.client, &space.namespace, name, label, key, certificate).await
        };
        put_pems("pkcs8", &pkcs8, from_pkcs8.to_pem()).await?;
        // Only the first of several certificates counts.
        put_pems("chain", &large, &[from_large.to_pem(), from_pkcs8.to_pem()].concat()).await?;
        // Text around the blocks is skipped; a key that is there twice counts once.
        put_pems(
            "once",
            &format!("a note\n{}", again.pem),
            &format!("a note\n{}", again.certificate.to_pem()),
        )
        .await?;
        put_pems("twice", &again.pem, again.certificate.to_pem()).await?;
        let controller = start(cluster, space, &[]).await?;
        controller.counts("signet_keys", 3.0).await?;
        assert_eq!(controller.metric("signet_key_secrets_invalid").await?, 0.0);
        for (name, certificate) in [("a", &from_pkcs8), ("b", &from_large), ("c", &again.certificate)] {
            space.apply(&space.draft(name).value("foo", name).seal(certificate)).await?;
        }
        for name in ["a", "b", "c"] {
            space.secret_with(name, &[("foo", name)]).await?;
        }
        Ok(())
    })
    .await;
}

/// From the days when there was one key, called as the prefix is now.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_the_legacy_name_needs_no_label_and_obeys_one() {
    in_yard(async |cluster, space| {
        let (legacy, other) = (keys::nth(0)?, keys::nth(4)?);
        let (name, pem) = ("sealed-secrets-key", legacy.certificate.to_pem());
        keys::put_pems(&space.client, &space.namespace, name, None, &legacy.pem, pem).await?;
        let controller = start(cluster, space, &["--key-renew-period=0"]).await?;
        serves(&controller, &legacy.certificate).await?;
        space.beat("db", &legacy.certificate).await?;
        put(space, "other", &other).await?;
        space
            .edit_secret(name, |secret| secret.metadata.labels = Some(texts(&[(KEY_LABEL, "compromised")])))
            .await?;
        serves(&controller, &other.certificate).await?;
        space.apply(&space.draft("later").value("foo", "bar").seal(&legacy.certificate)).await?;
        space.refused_as("later", SyncedReason::UnsealFailed).await?;
        // Only the first key was needed at all: none was made.
        assert_eq!(key_secrets(space, 1).await?.len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_key_is_made_in_the_form_that_others_read() {
    in_yard(async |cluster, space| {
        let flags = [
            "--key-size=2048",
            "--my-cn=example",
            "--key-ttl=48h",
            "--privatekey-labels=team=a,sealedsecrets.bitnami.com/sealed-secrets-key=nonsense",
            "--privatekey-annotations=note=b",
        ];
        let controller = start(cluster, space, &flags).await?;
        let secrets = key_secrets(space, 1).await?;
        let secret = &secrets[0];
        let name = secret.metadata.name.as_deref().unwrap_or_default();
        assert_eq!(name.strip_prefix("sealed-secrets-key").map(str::len), Some(5), "{name}");
        assert_eq!(secret.metadata.generate_name.as_deref(), Some("sealed-secrets-key"));
        assert_eq!(secret.metadata.labels, Some(texts(&[(KEY_LABEL, KEY_LABEL_ACTIVE), ("team", "a")])));
        assert_eq!(secret.metadata.annotations, Some(texts(&[("note", "b")])));
        assert_eq!(secret.type_.as_deref(), Some("kubernetes.io/tls"));
        let data = secret.data.clone().unwrap_or_default();
        assert_eq!(data.keys().collect::<Vec<_>>(), ["tls.crt", "tls.key"]);
        assert!(data["tls.key"].0.starts_with(b"-----BEGIN RSA PRIVATE KEY-----\n"));
        let key = PrivateKey::from_pem(&data["tls.key"].0)?;
        let certificate = keys::certificate_of(&data)?;
        assert_eq!((key.bits(), key.fingerprint()), (2048, certificate.fingerprint()));
        let validity = certificate.not_after().duration_since(certificate.not_before());
        assert_eq!(validity.as_hours(), 48);
        serves(&controller, &certificate).await?;
        // Documentation tells people without access to the API to look for these.
        let written = controller.process.log_line("New key written", SOON).await?;
        assert!(
            written.contains(&format!("namespace={}", space.namespace)) && written.contains(name),
            "{written}"
        );
        let generated = controller.process.log_line("Certificate generated", SOON).await?;
        assert!(generated.contains("-----BEGIN CERTIFICATE-----"), "{generated}");
        assert!(!controller.process.log().contains("PRIVATE KEY"));
        space.beat("db", &certificate).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_renewed_and_old_ones_still_open() {
    in_yard(async |cluster, space| {
        let controller = start(cluster, space, &["--key-size=2048", "--key-renew-period=3s"]).await?;
        let first = controller.certificate().await?;
        space.apply(&space.draft("first").value("foo", "1").seal(&first)).await?;
        space.synced("first").await?;
        let second = eventually("a second key", SOON, async || {
            let now = controller.certificate().await?;
            Ok((now.fingerprint() != first.fingerprint()).then_some(now))
        })
        .await?;
        assert!(second.not_before() > first.not_before());
        // Sealed with the old one although there is a new one.
        space.apply(&space.draft("second").value("foo", "2").seal(&first)).await?;
        space.secret_with("second", &[("foo", "2")]).await?;
        space.secret_with("first", &[("foo", "1")]).await?;
        assert!(keys::in_use(&space.client, &space.namespace).await?.len() >= 2);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_beyond_its_period_is_renewed_at_start_unless_renewal_is_off() {
    in_yard(async |cluster, space| {
        // 31 days; the period is 30.
        let stale = keys::aged(0, 31 * 24)?;
        put(space, "stale", &stale).await?;
        let controller = start(cluster, space, &["--key-size=2048", "--key-renew-period=0"]).await?;
        serves(&controller, &stale.certificate).await?;
        space.beat("db", &stale.certificate).await?;
        assert_eq!(key_secrets(space, 1).await?.len(), 1);
        controller.stop().await?;
        let controller = start(cluster, space, &["--key-size=2048"]).await?;
        key_secrets(space, 2).await?;
        serves(&controller, &keys::newest(&space.client, &space.namespace).await?).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_makes_a_key_even_without_renewal() {
    in_yard(async |cluster, space| {
        put(space, "key", &keys::nth(1)?).await?;
        let controller = start(cluster, space, &["--key-size=2048", "--key-renew-period=0"]).await?;
        controller.process.signal(Signal::USR1)?;
        key_secrets(space, 2).await?;
        serves(&controller, &keys::newest(&space.client, &space.namespace).await?).await
    })
    .await;
}

/// As `date -R` prints it.
fn rfc1123(seconds_ago: i64) -> Result<String> {
    let instant = Timestamp::from_second(Timestamp::now().as_second() - seconds_ago)?;
    Ok(instant.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_from_before_the_cutoff_time_is_replaced_once() {
    in_yard(async |cluster, space| {
        let old = keys::aged(0, 2)?;
        put(space, "old", &old).await?;
        let (before, after) = (rfc1123(3 * 3600)?, rfc1123(3600)?);
        let with_cutoff = async |time: &str| {
            start(cluster, space, &["--key-size=2048", &format!("--key-cutoff-time={time}")]).await
        };
        let controller = with_cutoff(&before).await?;
        space.beat("one", &old.certificate).await?;
        key_secrets(space, 1).await?;
        controller.stop().await?;
        let controller = with_cutoff(&after).await?;
        key_secrets(space, 2).await?;
        let new = keys::newest(&space.client, &space.namespace).await?;
        serves(&controller, &new).await?;
        controller.stop().await?;
        // The new key is from after that time.
        let _controller = with_cutoff(&after).await?;
        space.beat("two", &new).await?;
        space.beat("three", &old.certificate).await?;
        key_secrets(space, 2).await?;
        Ok(())
    })
    .await;
}

/// Two keys whose certificates are older and younger in the other order than their Secrets.
#[tokio::test(flavor = "multi_thread")]
async fn the_newest_key_is_the_one_that_the_chosen_order_says() {
    in_yard(async |cluster, space| {
        let (first, second) = (keys::nth(0)?, keys::aged(1, 20)?);
        put(space, "first", &first).await?;
        let created = space.secrets().get("first").await?.metadata.creation_timestamp.context("no time")?.0;
        eventually("the next second", SOON, async || {
            Ok((Timestamp::now().as_second() > created.as_second()).then_some(()))
        })
        .await?;
        put(space, "second", &second).await?;
        for (order, newest) in [
            ("CertNotBefore", &first),
            ("SecretCreationTimestamp", &second),
            // Upstream warns and goes on.
            ("nonsense", &first),
        ] {
            let controller = start(cluster, space, &[&format!("--key-order-priority={order}")]).await?;
            controller.counts("signet_keys", 2.0).await?;
            serves(&controller, &newest.certificate).await?;
            controller.stop().await?;
        }
        Ok(())
    })
    .await;
}
