//! Immutable Secrets beyond the cases of upstream's suite.

use signet_crds::bitnami::SyncedReason;

use super::draft::texts;
use super::ground::on_stage;

#[tokio::test(flavor = "multi_thread")]
async fn labels_of_an_immutable_secret_can_still_change() {
    on_stage(async |space, _| {
        let sealed = space.draft("db").value("foo", "bar").immutable().seal(&space.certificate().await?);
        space.apply(&sealed).await?;
        space.synced("db").await?;
        space.edit("db", |sealed| sealed.spec.template.metadata.labels = Some(texts(&[("a", "b")]))).await?;
        let labels = Some(texts(&[("a", "b")]));
        let secret = space.secret("db", "the new label", |secret| secret.metadata.labels == labels).await?;
        assert_eq!(secret.immutable, Some(true));
        space.synced("db").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_is_no_longer_immutable_changes_nothing_until_the_secret_is_deleted() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space.apply(&space.draft("db").value("foo", "old").immutable().seal(&certificate)).await?;
        space.synced("db").await?;
        space.edit("db", |sealed| sealed.spec.template.immutable = None).await?;
        space.synced("db").await?;
        assert_eq!(space.secrets().get("db").await?.immutable, Some(true));

        let spec = space.draft("db").value("foo", "new").seal(&certificate).spec;
        space.edit("db", |sealed| sealed.spec = spec.clone()).await?;
        space.refused_as("db", SyncedReason::UpdateFailed).await?;
        space.secret_with("db", &[("foo", "old")]).await?;
        space.delete_secret("db").await?;
        let secret = space.secret_with("db", &[("foo", "new")]).await?;
        assert_eq!(secret.immutable, None);
        space.synced("db").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_becomes_immutable_does_not_freeze_a_secret_that_exists() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space.apply(&space.draft("db").value("foo", "old").seal(&certificate)).await?;
        space.synced("db").await?;
        let spec = space.draft("db").value("foo", "new").immutable().seal(&certificate).spec;
        space.edit("db", |sealed| sealed.spec = spec.clone()).await?;
        let secret = space.secret_with("db", &[("foo", "new")]).await?;
        assert_eq!(secret.immutable, None);
        space.synced("db").await?;
        Ok(())
    })
    .await;
}
