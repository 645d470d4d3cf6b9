//! Objects that people, tools and attackers get wrong. Each is refused with a reason, and none stops another.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use kube::api::PostParams;
use serde_json::json;
use signet_crds::bitnami::{SealedSecret, SyncedReason};
use signet_sealed::{Certificate, Label, Scope, SystemRandom, seal_value};

use super::canary::secret_text;
use super::draft::{data, texts};
use super::ground::on_stage;
use super::keys;
use super::space::Space;

const NO_KEY: &str = "no key could decrypt secret (foo)";

/// The envelope of a good value for this name.
fn envelope(space: &Space, name: &str, certificate: &Certificate) -> Result<Vec<u8>> {
    let label = Label::new(Scope::Strict, &space.namespace, name)?;
    // Long enough that its base64 has all 64 characters, in every run.
    let text = secret_text("bar").repeat(40);
    let sealed = seal_value(certificate.public_key(), &label, text.as_bytes(), &mut SystemRandom)?;
    Ok(STANDARD.decode(sealed)?)
}

/// Applies objects that have one bad entry `foo` each, and a good one after them; expects this message of each.
async fn refused_as(
    space: &Space,
    certificate: &Certificate,
    bad: Vec<SealedSecret>,
    message: impl Fn(&str) -> bool,
) -> Result<()> {
    space.apply_all(&bad).await?;
    space.apply(&space.draft("good").value("foo", "bar").seal(certificate)).await?;
    space.secret_with("good", &[("foo", "bar")]).await?;
    space.synced("good").await?;
    for sealed in &bad {
        let name = sealed.metadata.name.as_deref().unwrap_or_default();
        let condition = space.refused_as(name, SyncedReason::UnsealFailed).await?;
        let text = condition.message.unwrap_or_default();
        assert!(message(&text), "{name}: {text}");
        let event = space.event(name, "ErrUnsealFailed").await?;
        assert_eq!(event, format!("Failed to unseal: {text}"), "{name}");
        space.has_no_secret(name).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_value_is_refused_at_every_length() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        // Nothing; half a length; a length alone; half the session key; all of it; half the tag; all but a byte.
        let mut bad = Vec::new();
        for (number, length) in [0, 1, 2, 100, 258, 266, usize::MAX].into_iter().enumerate() {
            let name = format!("cut-{number}");
            let whole = envelope(space, &name, &certificate)?;
            let cut = &whole[..length.min(whole.len() - 1)];
            bad.push(space.draft(&name).seal_text("foo", &STANDARD.encode(cut)));
        }
        refused_as(space, &certificate, bad, |message| message == NO_KEY).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_with_a_changed_bit_or_more_bytes_is_refused() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let mut bad = Vec::new();
        // In the length, the session key, the value and the tag.
        for (number, position) in [0, 1, 2, 257, 258, 300].into_iter().enumerate() {
            let name = format!("bit-{number}");
            let mut bytes = envelope(space, &name, &certificate)?;
            bytes[position] ^= 1;
            bad.push(space.draft(&name).seal_text("foo", &STANDARD.encode(bytes)));
        }
        let mut last = envelope(space, "last-bit", &certificate)?;
        *last.last_mut().expect("an envelope is not empty") ^= 0x80;
        bad.push(space.draft("last-bit").seal_text("foo", &STANDARD.encode(last)));
        let longer = [envelope(space, "longer", &certificate)?, vec![0; 1000]].concat();
        bad.push(space.draft("longer").seal_text("foo", &STANDARD.encode(longer)));
        let huge = [&[0xff, 0xff][..], &[7; 100_000]].concat();
        bad.push(space.draft("huge-session-key").seal_text("foo", &STANDARD.encode(huge)));
        refused_as(space, &certificate, bad, |message| message == NO_KEY).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_base64_is_refused_by_name() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        // Of a length that needs padding.
        let bytes = |name: &str| {
            let mut bytes = envelope(space, name, &certificate)?;
            bytes.truncate(bytes.len() / 3 * 3 - 1);
            anyhow::Ok(bytes)
        };
        let bad = vec![
            space.draft("url-safe").seal_text("foo", &URL_SAFE.encode(bytes("url-safe")?)),
            space.draft("unpadded").seal_text("foo", &STANDARD_NO_PAD.encode(bytes("unpadded")?)),
            space.draft("blank").seal_text("foo", &format!(" {}", STANDARD.encode(bytes("blank")?))),
            space.draft("words").seal_text("foo", "this is no base64!"),
            space.draft("plain").seal_text("foo", "ünïcödé\u{2028}"),
        ];
        refused_as(space, &certificate, bad, |message| {
            // Upstream's unit test: it names the entry and does not speak of decryption.
            message.contains("foo") && message.contains("base64") && !message.contains("decrypt")
        })
        .await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn line_breaks_inside_base64_are_allowed() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let mut sealed = space.draft("db").value("foo", "bar").seal(&certificate);
        let text = sealed.spec.encrypted_data["foo"].clone();
        let broken: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        sealed.spec.encrypted_data.insert("foo".to_owned(), broken.join("\r\n") + "\n");
        space.apply(&sealed).await?;
        space.secret_with("db", &[("foo", "bar")]).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_sealed_with_an_unknown_key_is_refused() {
    on_stage(async |space, _| {
        let foreign = keys::nth(5)?.certificate;
        let bad =
            (0..3).map(|n| space.draft(&format!("foreign-{n}")).value("foo", "bar").seal(&foreign)).collect();
        refused_as(space, &space.certificate().await?, bad, |message| message == NO_KEY).await
    })
    .await;
}

/// Each of the three scopes opens what was sealed for it and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_sealed_for_another_scope_is_refused() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let mut bad = Vec::new();
        for declared in Scope::ALL {
            for sealed in Scope::ALL {
                let draft = space.draft(&format!("{declared}-as-{sealed}")).value("foo", "bar");
                let object = draft.scope(declared).sealed_in(sealed).seal(&certificate);
                if declared == sealed {
                    let name = space.apply(&object).await?.metadata.name.unwrap_or_default();
                    space.secret_with(&name, &[("foo", "bar")]).await?;
                } else {
                    bad.push(object);
                }
            }
        }
        // What the template says does not count, and neither does another word than `true`.
        let wide = "sealedsecrets.bitnami.com/cluster-wide";
        let cluster_wide = |name: &str| space.draft(name).value("foo", "bar").sealed_in(Scope::ClusterWide);
        bad.push(cluster_wide("template").template_annotation(wide, "true").seal(&certificate));
        for (number, value) in ["True", "TRUE", "1", "yes", ""].into_iter().enumerate() {
            bad.push(cluster_wide(&format!("word-{number}")).annotation(wide, value).seal(&certificate));
        }
        refused_as(space, &certificate, bad, |message| message == NO_KEY).await
    })
    .await;
}

/// The scope is the one thing outside the spec that decides whether values open.
#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_scope_annotation_is_enough() {
    on_stage(async |space, _| {
        let draft = space.draft("db").value("foo", "bar").sealed_in(Scope::ClusterWide);
        space.apply(&draft.seal(&space.certificate().await?)).await?;
        space.refused_as("db", SyncedReason::UnsealFailed).await?;
        let wide = texts(&[("sealedsecrets.bitnami.com/cluster-wide", "true")]);
        space.edit("db", |sealed| sealed.metadata.annotations = Some(wide.clone())).await?;
        space.secret_with("db", &[("foo", "bar")]).await?;
        space.synced("db").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_entry_is_named_and_a_single_one_keeps_the_secret_from_being_made() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let foreign = keys::nth(5)?.certificate;
        let mut sealed = space.draft("db").value("good", "1").seal(&certificate);
        let bad = space.draft("db").value("b", "2").value("a", "3").seal(&foreign);
        sealed.spec.encrypted_data.extend(bad.spec.encrypted_data);
        sealed.spec.encrypted_data.insert("c".to_owned(), "%".to_owned());
        space.apply(&sealed).await?;
        let message = space.refused("db").await?.message.unwrap_or_default();
        assert!(message.contains("no key could decrypt secret (a, b)"), "{message}");
        assert!(message.contains("(c)") && message.contains("base64"), "{message}");
        assert!(!message.contains("good"), "{message}");
        space.has_no_secret("db").await?;
        // A Secret that is there already keeps its content, all of it.
        space.edit("db", |sealed| sealed.spec.encrypted_data.retain(|name, _| name == "good")).await?;
        let before = space.secret_with("db", &[("good", "1")]).await?;
        space
            .edit("db", |sealed| drop(sealed.spec.encrypted_data.insert("c".to_owned(), "%".to_owned())))
            .await?;
        space.refused_as("db", SyncedReason::UnsealFailed).await?;
        assert_eq!(
            space.secrets().get("db").await?.metadata.resource_version,
            before.metadata.resource_version
        );
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_without_values_makes_an_empty_secret() {
    on_stage(async |space, _| {
        let empty = space.draft("empty").template_label("a", "b").seal(&space.certificate().await?);
        space.apply(&empty).await?;
        space.synced("empty").await?;
        let secret = space.secrets().get("empty").await?;
        assert_eq!(secret.data.unwrap_or_default(), data(&[]));
        assert_eq!(secret.metadata.labels, Some(texts(&[("a", "b")])));
        // An empty value is a value.
        let sealed = space.draft("blank").bytes("foo", Vec::new()).seal(&space.certificate().await?);
        space.apply(&sealed).await?;
        let is_blank = |secret: &k8s_openapi::api::core::v1::Secret| {
            secret.data.as_ref().is_some_and(|data| data.len() == 1 && data["foo"].0.is_empty())
        };
        space.secret("blank", "one empty value", is_blank).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_change_nothing() {
    on_stage(async |space, _| {
        let sealed = space.draft("db").value("foo", "bar").template_label("a", "b");
        let mut object = serde_json::to_value(sealed.seal(&space.certificate().await?))?;
        object["unknown"] = json!({"a": 1});
        object["spec"]["unknown"] = json!("x");
        object["spec"]["template"]["unknown"] = json!([1]);
        object["spec"]["template"]["stringData"] = json!({"foo": "other"});
        object["spec"]["template"]["kind"] = json!("Secret");
        object["spec"]["template"]["metadata"]["unknown"] = json!(true);
        // Old files have these from the server.
        object["metadata"]["creationTimestamp"] = json!(null);
        object["spec"]["template"]["metadata"]["creationTimestamp"] = json!(null);
        object["spec"]["template"]["metadata"]["name"] = json!("another");
        object["spec"]["template"]["metadata"]["namespace"] = json!("another");
        object["spec"]["template"]["metadata"]["resourceVersion"] = json!("1");
        object["spec"]["template"]["metadata"]["uid"] = json!("f8a3f7f0-0000-0000-0000-000000000000");
        create_as_it_is(space, &object).await?;
        let secret = space.secret_with("db", &[("foo", "bar")]).await?;
        assert_eq!(secret.metadata.labels, Some(texts(&[("a", "b")])));
        space.synced("db").await?;
        Ok(())
    })
    .await;
}

/// Creates an object that our types would tidy up.
async fn create_as_it_is(space: &Space, object: &serde_json::Value) -> Result<()> {
    let path = format!("/apis/bitnami.com/v1alpha1/namespaces/{}/sealedsecrets", space.namespace);
    let request =
        kube::core::Request::new(path).create(&PostParams::default(), serde_json::to_vec(object)?)?;
    space.client.request_text(request).await?;
    Ok(())
}

/// Names of events are made from names of objects and must not grow too long.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_may_have_253_characters() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let part = "x".repeat(63);
        let name = |last: char| format!("{part}.{part}.{part}.{}{last}", "y".repeat(60));
        let (good, bad) = (name('g'), name('b'));
        assert_eq!(good.len(), 253);
        space.apply(&space.draft(&good).value("foo", "bar").seal(&certificate)).await?;
        space.apply(&space.draft(&bad).value("foo", "bar").seal(&keys::nth(5)?.certificate)).await?;
        space.secret_with(&good, &[("foo", "bar")]).await?;
        space.synced(&good).await?;
        space.event(&good, "Unsealed").await?;
        space.refused_as(&bad, SyncedReason::UnsealFailed).await?;
        space.event(&bad, "ErrUnsealFailed").await?;
        Ok(())
    })
    .await;
}

/// A Secret holds a megabyte of values, which is as much as the API server allows.
#[tokio::test(flavor = "multi_thread")]
async fn values_may_be_as_large_as_a_secret_and_no_larger() {
    on_stage(async |space, _| {
        const MOST: usize = 1 << 20;
        let certificate = space.certificate().await?;
        let bytes = |length: usize| secret_text("").bytes().cycle().take(length).collect::<Vec<_>>();
        space.apply(&space.draft("most").bytes("foo", bytes(MOST)).seal(&certificate)).await?;
        space.apply(&space.draft("more").bytes("foo", bytes(MOST + 1)).seal(&certificate)).await?;
        space.synced("most").await?;
        let secret = space.secrets().get("most").await?;
        assert!(secret.data.unwrap_or_default()["foo"].0 == bytes(MOST), "the value is another");
        space.refused_as("more", SyncedReason::UpdateFailed).await?;
        space.event("more", "ErrUpdateFailed").await?;
        space.has_no_secret("more").await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_an_entry_that_no_secret_may_have_is_refused_by_the_api_server_and_reported() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        space.apply(&space.draft("db").value("not allowed!", "bar").seal(&certificate)).await?;
        let condition = space.refused_as("db", SyncedReason::UpdateFailed).await?;
        assert!(condition.message.unwrap_or_default().contains("not allowed!"));
        space.has_no_secret("db").await
    })
    .await;
}

/// The deprecated format: one blob around a whole Secret.
#[tokio::test(flavor = "multi_thread")]
async fn the_deprecated_format_is_opened_and_never_mixed_with_the_other() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let blob = |name: &str| {
            let inner = json!({
                "apiVersion": "v1", "kind": "Secret", "type": "example.com/old",
                "metadata": {"name": "ignored", "labels": {"a": "b"}},
                "data": {"foo": STANDARD.encode(secret_text("overridden")), "bin": "AAEC"},
                "stringData": {"foo": secret_text("bar")},
            });
            let label = Label::new(Scope::Strict, &space.namespace, name)?;
            let bytes = inner.to_string().into_bytes();
            anyhow::Ok(seal_value(certificate.public_key(), &label, &bytes, &mut SystemRandom)?)
        };
        let (old, mixed) = (blob("old")?, blob("mixed")?);
        space
            .apply(&space.draft("old").with(|sealed| sealed.spec.data = Some(old)).seal(&certificate))
            .await?;
        let both = space.draft("mixed").value("foo", "bar").with(|sealed| sealed.spec.data = Some(mixed));
        space.apply(&both.seal(&certificate)).await?;
        space.synced("old").await?;
        let secret = space.secrets().get("old").await?;
        let found = secret.data.unwrap_or_default();
        assert_eq!(found["foo"].0, secret_text("bar").into_bytes());
        assert_eq!(found["bin"].0, [0, 1, 2]);
        assert_eq!(secret.type_.as_deref(), Some("example.com/old"));
        assert_eq!(secret.metadata.labels, Some(texts(&[("a", "b")])));
        let message = space.refused("mixed").await?.message.unwrap_or_default();
        assert!(message.contains("at the same time"), "{message}");
        space.has_no_secret("mixed").await
    })
    .await;
}
