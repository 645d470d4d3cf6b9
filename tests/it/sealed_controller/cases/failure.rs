//! Cases 13, 14, 17 to 25: what must not be opened, and what may although it looks as if it must not.

use anyhow::Result;
use signet_crds::bitnami::{SealedSecret, SyncedReason};
use signet_sealed::Scope;

use super::super::ground::on_stage;
use super::super::space::Space;

const NO_KEY: &str = "no key could decrypt secret (foo)";

/// An envelope whose session key openssl encrypted for a key of 1024 bits that no controller has.
const FOREIGN: &str = include_str!("../testdata/foreign-1024.txt");

fn sealed_with_a_foreign_1024_bit_key(space: &Space) -> SealedSecret {
    space.draft("testsecret").seal_text("foo", FOREIGN.trim_end())
}

async fn is_refused(space: &Space, sealed: &SealedSecret) -> Result<()> {
    space.apply(sealed).await?;
    let condition = space.refused_as("testsecret", SyncedReason::UnsealFailed).await?;
    assert_eq!(condition.message.as_deref(), Some(NO_KEY));
    space.has_no_secret("testsecret").await
}

async fn has_the_event(space: &Space, sealed: &SealedSecret) -> Result<()> {
    space.apply(sealed).await?;
    let message = space.event("testsecret", "ErrUnsealFailed").await?;
    assert_eq!(message, format!("Failed to unseal: {NO_KEY}"));
    Ok(())
}

/// Seals for another place than the object is in.
async fn misplaced(space: &Space, namespace: &str, name: &str, scope: Scope) -> Result<SealedSecret> {
    let draft = space.draft("testsecret").value("foo", "bar").scope(scope).sealed_for(namespace, name);
    Ok(draft.seal(&space.certificate().await?))
}

async fn works(space: &Space, sealed: &SealedSecret) -> Result<()> {
    space.apply(sealed).await?;
    space.secret_with("testsecret", &[("foo", "bar")]).await?;
    space.synced("testsecret").await?;
    Ok(())
}

/// Case 13.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_a_foreign_key_gives_no_secret() {
    on_stage(async |space, _| is_refused(space, &sealed_with_a_foreign_1024_bit_key(space)).await).await;
}

/// Case 14.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_a_foreign_key_gives_an_event() {
    on_stage(async |space, _| has_the_event(space, &sealed_with_a_foreign_1024_bit_key(space)).await).await;
}

/// Case 17.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_value_of_an_immutable_secret_is_refused_with_an_explanation() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space.apply(&space.draft("testsecret").value("foo", "bar").immutable().seal(&certificate)).await?;
        space.synced("testsecret").await?;
        let new = space.draft("testsecret").value("foo", "bar1").immutable().seal(&certificate).spec;
        space.edit("testsecret", |sealed| sealed.spec = new.clone()).await?;
        let message = space.event("testsecret", "ErrUpdateFailed").await?;
        assert!(message.contains("the target Secret is immutable"), "{message}");
        // This waits for the status of the second generation.
        let condition = space.refused_as("testsecret", SyncedReason::UpdateFailed).await?;
        assert!(condition.message.unwrap_or_default().contains("field is immutable when `immutable` is set"));
        space.secret_with("testsecret", &[("foo", "bar")]).await?;
        Ok(())
    })
    .await;
}

/// Case 18.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_sealed_for_another_name_gives_no_secret() {
    on_stage(async |space, _| {
        let sealed = misplaced(space, &space.namespace, "another", Scope::Strict).await?;
        is_refused(space, &sealed).await
    })
    .await;
}

/// Case 19.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_sealed_for_another_name_gives_an_event() {
    on_stage(async |space, _| {
        let sealed = misplaced(space, &space.namespace, "another", Scope::Strict).await?;
        has_the_event(space, &sealed).await
    })
    .await;
}

/// Case 20.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_sealed_for_another_namespace_gives_no_secret() {
    on_stage(async |space, _| {
        let sealed = misplaced(space, "another", "testsecret", Scope::Strict).await?;
        is_refused(space, &sealed).await
    })
    .await;
}

/// Case 21.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_sealed_for_another_namespace_gives_an_event() {
    on_stage(async |space, _| {
        let sealed = misplaced(space, "another", "testsecret", Scope::Strict).await?;
        has_the_event(space, &sealed).await
    })
    .await;
}

/// Case 22.
#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_wide_value_opens_under_another_name() {
    on_stage(async |space, _| {
        let sealed = misplaced(space, &space.namespace, "another", Scope::ClusterWide).await?;
        works(space, &sealed).await
    })
    .await;
}

/// Case 23.
#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_wide_value_opens_in_another_namespace() {
    on_stage(async |space, _| {
        let sealed = misplaced(space, "another", "testsecret", Scope::ClusterWide).await?;
        works(space, &sealed).await
    })
    .await;
}

/// Case 24.
#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_wide_value_opens_under_another_name() {
    on_stage(async |space, _| {
        let sealed = misplaced(space, &space.namespace, "another", Scope::NamespaceWide).await?;
        works(space, &sealed).await
    })
    .await;
}

/// Case 25.
#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_wide_value_does_not_open_in_another_namespace() {
    on_stage(async |space, _| {
        let sealed = misplaced(space, "another", "testsecret", Scope::NamespaceWide).await?;
        is_refused(space, &sealed).await
    })
    .await;
}
