//! Cases 5 to 8: the Secret is there before the SealedSecret.

use anyhow::Result;
use k8s_openapi::api::core::v1::Secret;
use signet_crds::bitnami::{MANAGED_ANNOTATION, PATCH_ANNOTATION};

use super::super::draft::{data, texts};
use super::super::ground::on_stage;
use super::super::space::{Space, owners};

/// Puts a Secret with two values and two labels in the way of a SealedSecret with one of each.
async fn sealed_onto(space: &Space, annotations: &[(&str, &str)]) -> Result<Secret> {
    let before = data(&[("foo", "bar1"), ("foo2", "bar2")]);
    space
        .put_secret("testsecret", before, |secret| {
            secret.metadata.annotations = Some(texts(annotations));
            secret.metadata.labels = Some(texts(&[("mylabel", "old"), ("anotherlabel", "anothervalue")]));
        })
        .await?;
    seal_over(space).await
}

async fn seal_over(space: &Space) -> Result<Secret> {
    let draft = space.draft("testsecret").value("foo", "bar").template_label("mylabel", "myvalue");
    space.apply(&draft.seal(&space.certificate().await?)).await?;
    space.event("testsecret", "Unsealed").await?;
    space.synced("testsecret").await?;
    Ok(space.secrets().get("testsecret").await?)
}

/// Case 5.
#[tokio::test(flavor = "multi_thread")]
async fn a_managed_secret_is_taken_over_and_replaced() {
    on_stage(async |space, _| {
        let secret = sealed_onto(space, &[(MANAGED_ANNOTATION, "true")]).await?;
        assert_eq!(owners(&secret), ["testsecret"]);
        assert_eq!(secret.data, Some(data(&[("foo", "bar")])));
        assert_eq!(secret.metadata.annotations, None);
        assert_eq!(secret.metadata.labels, Some(texts(&[("mylabel", "myvalue")])));
        Ok(())
    })
    .await;
}

/// Case 6.
#[tokio::test(flavor = "multi_thread")]
async fn a_managed_secret_to_be_patched_is_taken_over_and_merged() {
    on_stage(async |space, _| {
        let both = [(MANAGED_ANNOTATION, "true"), (PATCH_ANNOTATION, "true")];
        let secret = sealed_onto(space, &both).await?;
        assert_eq!(owners(&secret), ["testsecret"]);
        assert_eq!(secret.data, Some(data(&[("foo", "bar"), ("foo2", "bar2")])));
        assert_eq!(secret.metadata.annotations, Some(texts(&both)));
        let labels = [("mylabel", "myvalue"), ("anotherlabel", "anothervalue")];
        assert_eq!(secret.metadata.labels, Some(texts(&labels)));
        Ok(())
    })
    .await;
}

/// Case 7.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_to_be_patched_is_merged_and_stays_with_its_owner() {
    on_stage(async |space, _| {
        let secret = sealed_onto(space, &[(PATCH_ANNOTATION, "true")]).await?;
        assert!(owners(&secret).is_empty());
        assert_eq!(secret.data, Some(data(&[("foo", "bar"), ("foo2", "bar2")])));
        assert_eq!(secret.metadata.annotations, Some(texts(&[(PATCH_ANNOTATION, "true")])));
        let labels = [("mylabel", "myvalue"), ("anotherlabel", "anothervalue")];
        assert_eq!(secret.metadata.labels, Some(texts(&labels)));
        Ok(())
    })
    .await;
}

/// Case 8.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_secret_can_be_patched() {
    on_stage(async |space, _| {
        space
            .put_secret("testsecret", data(&[]), |secret| {
                secret.metadata.annotations = Some(texts(&[(PATCH_ANNOTATION, "true")]));
            })
            .await?;
        let secret = seal_over(space).await?;
        assert!(owners(&secret).is_empty());
        assert_eq!(secret.data, Some(data(&[("foo", "bar")])));
        assert_eq!(secret.metadata.annotations, Some(texts(&[(PATCH_ANNOTATION, "true")])));
        assert_eq!(secret.metadata.labels, Some(texts(&[("mylabel", "myvalue")])));
        Ok(())
    })
    .await;
}
