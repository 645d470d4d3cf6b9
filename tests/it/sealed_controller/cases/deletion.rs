//! Cases 9 to 12: the Secret is deleted.

use std::time::Duration;

use anyhow::Result;
use signet_crds::bitnami::{MANAGED_ANNOTATION, PATCH_ANNOTATION};
use signet_tests::stays;

use super::super::draft::{data, texts};
use super::super::ground::on_stage;
use super::super::space::{Space, owners};

/// For as long must a Secret stay away that was not the controller's. Upstream's suite looks for 100 ms.
const AWAY: Duration = Duration::from_millis(500);

/// A Secret is there, a SealedSecret comes, and the Secret is deleted at once.
async fn put_seal_delete(space: &Space, annotations: &[(&str, &str)]) -> Result<()> {
    let certificate = space.certificate().await?;
    space
        .put_secret("testsecret", data(&[("foo", "bar"), ("foo2", "bar2")]), |secret| {
            secret.metadata.annotations = Some(texts(annotations));
        })
        .await?;
    space.apply(&space.draft("testsecret").value("foo", "bar").seal(&certificate)).await?;
    space.delete_secret("testsecret").await
}

async fn stays_away(space: &Space) -> Result<()> {
    let secrets = space.secrets();
    stays("there is no Secret", AWAY, async || Ok(secrets.get_opt("testsecret").await?.is_none())).await
}

/// Case 9.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_owned_secret_comes_back() {
    on_stage(async |space, _| {
        space.apply(&space.draft("testsecret").value("foo", "bar").seal(&space.certificate().await?)).await?;
        let first = space.secret_with("testsecret", &[("foo", "bar")]).await?;
        space.delete_secret("testsecret").await?;
        let second = space
            .secret("testsecret", "to be back", |secret| secret.metadata.uid != first.metadata.uid)
            .await?;
        assert_eq!(second.data, Some(data(&[("foo", "bar")])));
        assert_eq!(owners(&second), ["testsecret"]);
        space.event("testsecret", "Unsealed").await?;
        Ok(())
    })
    .await;
}

/// Case 10.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_managed_secret_comes_back_as_ours() {
    on_stage(async |space, _| {
        put_seal_delete(space, &[(MANAGED_ANNOTATION, "true")]).await?;
        space.event("testsecret", "Unsealed").await?;
        let secret = space.secret_with("testsecret", &[("foo", "bar")]).await?;
        assert_eq!(owners(&secret), ["testsecret"]);
        Ok(())
    })
    .await;
}

/// Case 11.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_foreign_secret_is_not_replaced_at_once() {
    on_stage(async |space, _| {
        put_seal_delete(space, &[]).await?;
        stays_away(space).await?;
        // It was in the way, and now nothing is.
        space.secret_with("testsecret", &[("foo", "bar")]).await?;
        space.synced("testsecret").await?;
        Ok(())
    })
    .await;
}

/// Case 12.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_secret_that_was_only_patched_is_not_replaced_at_once() {
    on_stage(async |space, _| {
        put_seal_delete(space, &[(PATCH_ANNOTATION, "true")]).await?;
        stays_away(space).await
    })
    .await;
}

/// The same when the controller was done with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_patched_secret_is_not_ours_to_bring_back() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space
            .put_secret("testsecret", data(&[("foo", "old")]), |secret| {
                secret.metadata.annotations = Some(texts(&[(PATCH_ANNOTATION, "true")]));
            })
            .await?;
        space.apply(&space.draft("testsecret").value("foo", "bar").seal(&certificate)).await?;
        space.synced("testsecret").await?;
        space.delete_secret("testsecret").await?;
        space.beat("beat", &certificate).await?;
        space.has_no_secret("testsecret").await
    })
    .await;
}
