//! Cases 1 to 4, 15, 16 and 26.

use jiff::Timestamp;
use signet_crds::bitnami::{SealedSecret, SealedSecretCondition};
use signet_tests::{Program, eventually, scenario_without_cluster};

use super::super::draft::{data, texts};
use super::super::ground::{SOON, on_stage};

fn condition(sealed: &SealedSecret) -> SealedSecretCondition {
    let status = sealed.status.as_ref().expect("a synced object has a status");
    status.synced().expect("a synced object has a condition").clone()
}

/// Case 1.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_secret_becomes_a_secret_with_its_data_and_labels() {
    on_stage(async |space, _| {
        let draft = space.draft("testsecret").value("foo", "bar").template_label("mylabel", "myvalue");
        space.apply(&draft.seal(&space.certificate().await?)).await?;
        let secret = space.secret_with("testsecret", &[("foo", "bar")]).await?;
        assert_eq!(secret.metadata.labels, Some(texts(&[("mylabel", "myvalue")])));
        assert_eq!(secret.metadata.annotations, None);
        assert_eq!(secret.type_.as_deref(), Some("Opaque"));
        let owners = secret.metadata.owner_references.unwrap_or_default();
        let [owner] = owners.as_slice() else { panic!("{owners:?}") };
        assert_eq!(
            (owner.api_version.as_str(), owner.kind.as_str()),
            ("bitnami.com/v1alpha1", "SealedSecret")
        );
        assert_eq!((owner.controller, owner.block_owner_deletion), (Some(true), None));

        let sealed = space.synced("testsecret").await?;
        assert_eq!(Some(&owner.uid), sealed.metadata.uid.as_ref());
        assert_eq!(sealed.status.as_ref().and_then(|status| status.observed_generation), Some(1));
        let condition = condition(&sealed);
        assert!(condition.last_update_time.is_some());
        assert_eq!(condition.last_update_time, condition.last_transition_time);
        assert_eq!(condition.message.unwrap_or_default(), "");
        assert_eq!(space.event("testsecret", "Unsealed").await?, "SealedSecret unsealed successfully");
        Ok(())
    })
    .await;
}

/// Case 2.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_value_is_written_and_the_transition_time_stays() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space.apply(&space.draft("testsecret").value("foo", "bar").seal(&certificate)).await?;
        let before = condition(&space.synced("testsecret").await?);
        // The times are whole seconds: the next one has to begin.
        let first = before.last_update_time.clone().expect("a condition has a time").0;
        eventually("the clock to move on", SOON, async || {
            Ok((Timestamp::now().as_second() > first.as_second()).then_some(()))
        })
        .await?;

        let new = space.draft("testsecret").value("foo", "bar1").seal(&certificate).spec;
        space.edit("testsecret", |sealed| sealed.spec = new.clone()).await?;
        space.secret_with("testsecret", &[("foo", "bar1")]).await?;
        let sealed = space.synced("testsecret").await?;
        assert_eq!(sealed.status.as_ref().and_then(|status| status.observed_generation), Some(2));
        let after = condition(&sealed);
        assert_eq!(after.last_transition_time, before.last_transition_time);
        assert_ne!(after.last_update_time, after.last_transition_time);
        Ok(())
    })
    .await;
}

/// Case 3: the name of an entry is not part of what is sealed.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_entry_can_be_renamed() {
    on_stage(async |space, _| {
        let mut sealed = space.draft("testsecret").value("foo", "bar").seal(&space.certificate().await?);
        let value = sealed.spec.encrypted_data.remove("foo").expect("it was just sealed");
        sealed.spec.encrypted_data.insert("xyzzy".to_owned(), value);
        space.apply(&sealed).await?;
        space.secret_with("testsecret", &[("xyzzy", "bar")]).await?;
        space.synced("testsecret").await?;
        Ok(())
    })
    .await;
}

/// Case 4.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_sealed_by_itself_can_be_added() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let mut sealed = space.draft("testsecret").value("foo", "bar").seal(&certificate);
        let more = space.draft("testsecret").value("foo2", "new!").seal(&certificate);
        sealed.spec.encrypted_data.extend(more.spec.encrypted_data);
        space.apply(&sealed).await?;
        space.secret_with("testsecret", &[("foo", "bar"), ("foo2", "new!")]).await?;
        space.synced("testsecret").await?;
        Ok(())
    })
    .await;
}

/// Case 15.
#[tokio::test(flavor = "multi_thread")]
async fn the_type_of_the_template_becomes_that_of_the_secret() {
    on_stage(async |space, _| {
        let kind = "kubernetes.io/dockerconfigjson";
        // The API server looks into such a Secret, so the value has to be what its type says.
        let config = br#"{"auths":{"registry.example":{"auth":"Y2FuYXJ5"}}}"#.to_vec();
        let draft = space.draft("testsecret").bytes(".dockerconfigjson", config.clone()).of_type(kind);
        space.apply(&draft.seal(&space.certificate().await?)).await?;
        space.synced("testsecret").await?;
        let secret =
            space.secret("testsecret", "its type", |secret| secret.type_.as_deref() == Some(kind)).await?;
        assert_eq!(secret.data.unwrap_or_default()[".dockerconfigjson"].0, config);
        space.event("testsecret", "Unsealed").await?;
        Ok(())
    })
    .await;
}

/// Case 16.
#[tokio::test(flavor = "multi_thread")]
async fn an_immutable_template_makes_an_immutable_secret() {
    on_stage(async |space, _| {
        let draft = space.draft("testsecret").value("foo", "bar").immutable();
        space.apply(&draft.seal(&space.certificate().await?)).await?;
        let secret = space.secret_with("testsecret", &[("foo", "bar")]).await?;
        assert_eq!(secret.immutable, Some(true));
        assert_eq!(secret.data.unwrap_or_default(), data(&[("foo", "bar")]));
        space.synced("testsecret").await?;
        space.event("testsecret", "Unsealed").await?;
        Ok(())
    })
    .await;
}

/// Case 26.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_is_printed_in_the_form_that_others_match_on() {
    scenario_without_cluster(async |_| {
        for flag in ["--version", "--version=true"] {
            let output = Program::ours("signet-controller")?.arg(flag).output(SOON).await?.success()?;
            let text = output.text();
            let version = text.strip_prefix("controller version: v").and_then(|rest| rest.strip_suffix('\n'));
            let numbers: Vec<_> = version.unwrap_or_default().split('.').collect();
            assert_eq!(numbers.len(), 3, "{text:?}");
            assert!(numbers.iter().all(|number| number.parse::<u32>().is_ok()), "{text:?}");
            assert_eq!(output.stderr, "");
        }
        Ok(())
    })
    .await;
}
