//! Secrets that somebody else changed after the controller wrote them.

use std::time::{Duration, Instant};

use anyhow::ensure;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use signet_crds::bitnami::{MANAGED_ANNOTATION, PATCH_ANNOTATION, SyncedReason};
use signet_tests::RecordingProxy;

use super::draft::{Draft, data, texts};
use super::ground::{Running, for_one_namespace, in_yard, on_stage};
use super::keys;
use super::space::{Space, outline, owners};

const VALUES: [(&str, &str); 2] = [("foo", "bar"), ("foo2", "bar2")];

fn two_of_everything(space: &Space) -> Draft {
    let draft = space.draft("db").template_label("team", "a").template_label("tier", "b");
    let draft = draft.template_annotation("note", "c").template_annotation("hint", "d");
    VALUES.iter().fold(draft, |draft, (name, text)| draft.value(name, text))
}

fn is_as_sealed(secret: &Secret) -> bool {
    secret.data == Some(data(&VALUES))
        && secret.metadata.labels == Some(texts(&[("team", "a"), ("tier", "b")]))
        && secret.metadata.annotations == Some(texts(&[("note", "c"), ("hint", "d")]))
        && owners(secret) == ["db"]
}

/// Makes a Secret, has it changed, and waits until it is as before.
async fn is_put_back(change: impl Fn(&mut Secret)) {
    on_stage(async |space, _| {
        space.apply(&two_of_everything(space).seal(&space.certificate().await?)).await?;
        space.synced("db").await?;
        space.secret("db", "what was sealed", is_as_sealed).await?;
        let changed = space.edit_secret("db", change).await?;
        ensure!(!is_as_sealed(&changed), "the test changes nothing: {}", outline(&changed));
        let repaired = space.secret("db", "what was sealed, again", is_as_sealed).await?;
        assert_eq!(repaired.metadata.uid, changed.metadata.uid);
        // The SealedSecret did not change, and what it says is still true.
        assert_eq!(space.synced("db").await?.metadata.generation, Some(1));
        Ok(())
    })
    .await;
}

fn set(secret: &mut Secret, name: &str, bytes: &[u8]) {
    secret.data.get_or_insert_default().insert(name.to_owned(), ByteString(bytes.to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_value_is_put_back() {
    is_put_back(|secret| set(secret, "foo", b"changed")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_entry_is_taken_away() {
    is_put_back(|secret| set(secret, "foo3", b"added")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_entry_is_put_back() {
    is_put_back(|secret| drop(secret.data.get_or_insert_default().remove("foo"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_emptied_is_filled_again() {
    is_put_back(|secret| secret.data = None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_label_of_the_template_is_put_back() {
    is_put_back(|secret| {
        secret.metadata.labels.get_or_insert_default().insert("team".into(), "z".into());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_label_of_the_template_is_put_back() {
    is_put_back(|secret| drop(secret.metadata.labels.get_or_insert_default().remove("team"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_annotation_of_the_template_is_put_back() {
    is_put_back(|secret| {
        secret.metadata.annotations.get_or_insert_default().insert("note".into(), "z".into());
    })
    .await;
}

/// Whoever takes the owner away releases the Secret. Nothing in it is changed any more, and that is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_without_its_owner_reference_is_left_alone_and_reported() {
    on_stage(async |space, _| {
        space.apply(&two_of_everything(space).seal(&space.certificate().await?)).await?;
        space.synced("db").await?;
        let released = space.edit_secret("db", |secret| secret.metadata.owner_references = None).await?;
        let condition = space.refused_as("db", SyncedReason::Unmanaged).await?;
        assert!(
            condition
                .message
                .unwrap_or_default()
                .contains("already exists and is not managed by SealedSecret")
        );
        let after = space.secrets().get("db").await?;
        assert_eq!(after.metadata.resource_version, released.metadata.resource_version);
        // Given back by annotation, it is ours again.
        space
            .edit_secret("db", |secret| {
                secret
                    .metadata
                    .annotations
                    .get_or_insert_default()
                    .insert(MANAGED_ANNOTATION.into(), "true".into());
            })
            .await?;
        space.secret("db", "what was sealed, again", is_as_sealed).await?;
        space.synced("db").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_and_annotations_of_others_are_tolerated() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space.apply(&two_of_everything(space).seal(&certificate)).await?;
        space.synced("db").await?;
        let labelled = space
            .edit_secret("db", |secret| {
                secret.metadata.labels.get_or_insert_default().insert("theirs".into(), "x".into());
                secret.metadata.annotations.get_or_insert_default().insert("theirs".into(), "y".into());
            })
            .await?;
        space.beat("beat", &certificate).await?;
        let after = space.secrets().get("db").await?;
        assert_eq!(after.metadata.resource_version, labelled.metadata.resource_version);
        // They do not hide a change of what is ours.
        space.edit_secret("db", |secret| set(secret, "foo", b"changed")).await?;
        space.secret_with("db", &VALUES).await?;
        Ok(())
    })
    .await;
}

/// Backup tools and `kubectl replace` write what is there already.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_written_by_others_with_the_same_content_is_left_alone() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space.apply(&two_of_everything(space).seal(&certificate)).await?;
        space.synced("db").await?;
        let secret = space.secrets().get("db").await?;
        // Server-side apply makes the other one an owner of every field.
        let mut theirs = secret.clone();
        theirs.metadata.managed_fields = None;
        let apply = kube::api::PatchParams::apply("backup").force();
        space.secrets().patch("db", &apply, &kube::api::Patch::Apply(&theirs)).await?;
        space.beat("beat", &certificate).await?;
        let after = space.secrets().get("db").await?;
        assert!(is_as_sealed(&after), "{}", outline(&after));
        space.edit_secret("db", |secret| set(secret, "foo", b"changed")).await?;
        space.secret("db", "what was sealed, again", is_as_sealed).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patched_secret_is_not_repaired() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space
            .put_secret("db", data(&[("theirs", "1")]), |secret| {
                secret.metadata.annotations = Some(texts(&[(PATCH_ANNOTATION, "true")]));
            })
            .await?;
        space.apply(&space.draft("db").value("foo", "bar").seal(&certificate)).await?;
        space.synced("db").await?;
        let changed = space.edit_secret("db", |secret| set(secret, "theirs", b"2")).await?;
        space.beat("beat", &certificate).await?;
        let after = space.secrets().get("db").await?;
        assert_eq!(after.metadata.resource_version, changed.metadata.resource_version);
        Ok(())
    })
    .await;
}

/// Two controllers that each insist on their own must not keep the API server busy.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_undoing_repairs_is_answered_ever_more_slowly() {
    on_stage(async |space, _| {
        space.apply(&space.draft("db").value("foo", "bar").seal(&space.certificate().await?)).await?;
        space.synced("db").await?;
        let mut repairs = Vec::new();
        for round in 0..7 {
            let start = Instant::now();
            space.edit_secret("db", |secret| set(secret, "foo", format!("{round}").as_bytes())).await?;
            space.secret_with("db", &[("foo", "bar")]).await?;
            repairs.push(start.elapsed());
        }
        assert!(repairs[5] >= Duration::from_millis(700), "{repairs:?}");
        assert!(repairs[6] >= Duration::from_millis(1400), "{repairs:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_drift_repair_only_deleted_secrets_come_back() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.flags(&["--repair-drift=false"]);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        space.apply(&two_of_everything(space).seal(&certificate)).await?;
        space.synced("db").await?;
        let changed = space.edit_secret("db", |secret| set(secret, "foo", b"changed")).await?;
        // The beat deletes a Secret and waits for it.
        space.beat("beat", &certificate).await?;
        let after = space.secrets().get("db").await?;
        assert_eq!(after.metadata.resource_version, changed.metadata.resource_version);
        controller.counts("signet_drift_repairs_total", 1.0).await?;
        // A change of the SealedSecret brings all of it back.
        let spec = two_of_everything(space).template_label("new", "e").seal(&certificate).spec;
        space.edit("db", |sealed| sealed.spec = spec.clone()).await?;
        space.secret_with("db", &VALUES).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_skip_recreate_secrets_are_neither_watched_nor_brought_back() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let proxy = RecordingProxy::start(cluster).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.flags(&["--skip-recreate"]).through(&proxy);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        for name in ["gone", "changed"] {
            space.apply(&space.draft(name).value("foo", "bar").seal(&certificate)).await?;
            space.synced(name).await?;
        }
        space.delete_secret("gone").await?;
        space.edit_secret("changed", |secret| set(secret, "foo", b"other")).await?;
        space.apply(&space.draft("later").value("foo", "bar").seal(&certificate)).await?;
        space.synced("later").await?;
        space.has_no_secret("gone").await?;
        // The key Secrets are watched, by label or by name, and nothing else.
        let unselective = proxy.requests().into_iter().filter(|request| {
            request.resource == "secrets"
                && request.name.is_empty()
                && request.verb == "watch"
                && !request.query.contains("Selector")
        });
        assert_eq!(unselective.count(), 0);
        // Asked for by a change of the SealedSecret, they are written again.
        for name in ["gone", "changed"] {
            let spec = space.draft(name).value("foo", "new").seal(&certificate).spec;
            space.edit(name, |sealed| sealed.spec = spec.clone()).await?;
            space.secret_with(name, &[("foo", "new")]).await?;
        }
        assert_eq!(space.all_synced().await?, 3);
        Ok(())
    })
    .await;
}
