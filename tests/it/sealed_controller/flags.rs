//! Flags that have no subject of their own.

use anyhow::Result;
use serde_json::Value;
use signet_sealed::{Label, Scope, SystemRandom, seal_value};

use super::canary::assert_no_canary;
use super::ground::{Running, for_one_namespace, in_yard};
use super::keys;

/// What upstream's chart and its users pass. The values are mostly the defaults, written as they write them.
const UPSTREAM: &[&str] = &[
    "--key-prefix=sealed-secrets-key",
    "--key-size=4096",
    "--key-ttl=87600h",
    "--my-cn=",
    "--key-renew-period=720h0m0s",
    "--rotate-period=720h",
    "--key-order-priority=CertNotBefore",
    "--accept-deprecated-v1-data",
    "--additional-namespaces=",
    "--label-selector=",
    "--rate-limit=2",
    "--rate-limit-burst=2",
    "--privatekey-annotations=",
    "--privatekey-labels=",
    "--old-gc-behavior=false",
    "--update-status=true",
    "--skip-recreate=false",
    "--watch-for-secrets",
    "--max-unseal-retries=5",
    "--kubeclient-qps=20",
    "--kubeclient-burst=30",
    "--log-info-stdout",
    "--log-level=INFO",
    "--log-format=text",
    "--read-timeout=2m",
    "--write-timeout=2m",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_with_every_flag_of_upstream_works() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let controller =
            Running::new(for_one_namespace(cluster, &space.namespace)?.flags(UPSTREAM).start().await?);
        space.beat("db", &controller.certificate().await?).await?;
        // What people look for in logs.
        for line in
            ["Starting sealed-secrets controller", "Searching for existing private keys", "msg=Updating"]
        {
            assert!(controller.process.stdout().contains(line), "{line}");
        }
        assert!(controller.process.stdout().contains("registered private key"));
        assert!(controller.process.stdout().contains("secretname=key"));
        controller.stop().await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_status_updates_events_still_tell() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.flags(&["--update-status=false"]);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        space.apply(&space.draft("good").value("foo", "bar").seal(&certificate)).await?;
        space.apply(&space.draft("bad").value("foo", "bar").seal(&keys::nth(5)?.certificate)).await?;
        space.secret_with("good", &[("foo", "bar")]).await?;
        space.event("good", "Unsealed").await?;
        space.event("bad", "ErrUnsealFailed").await?;
        for name in ["good", "bad"] {
            assert_eq!(space.sealed().get(name).await?.status, None, "{name}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deprecated_format_can_be_refused() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup =
            for_one_namespace(cluster, &space.namespace)?.flags(&["--accept-deprecated-v1-data=false"]);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        let label = Label::new(Scope::Strict, &space.namespace, "old")?;
        let blob = seal_value(certificate.public_key(), &label, b"{}", &mut SystemRandom)?;
        space
            .apply(&space.draft("old").with(|sealed| sealed.spec.data = Some(blob)).seal(&certificate))
            .await?;
        let message = space.refused("old").await?.message.unwrap_or_default();
        assert!(message.contains("deprecated"), "{message}");
        space.has_no_secret("old").await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_in_json_are_one_object_a_line_without_a_value_in_them() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let flags = ["--log-format=json", "--log-level=debug", "--log-info-stdout=false"];
        let setup = for_one_namespace(cluster, &space.namespace)?.flags(&flags);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        space.beat("good", &certificate).await?;
        space.apply(&space.draft("bad").value("foo", "bar").seal(&keys::nth(5)?.certificate)).await?;
        space.refused("bad").await?;
        controller.process.terminate()?;
        controller.process.wait(super::ground::SOON).await?;
        let log = controller.process.stderr();
        let lines: Vec<Value> = log.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        assert!(lines.iter().all(|line| line["time"].is_string() && line["msg"].is_string()), "{log}");
        let warned = lines
            .iter()
            .any(|line| line["level"] == "WARN" && line["key"] == format!("{}/bad", space.namespace));
        assert!(warned, "{log}");
        assert_eq!(controller.process.stdout(), "");
        assert_no_canary("the log", &log);
        Ok(())
    })
    .await;
}
