//! What becomes of a Secret that stands where one is to be made, for every combination of what decides it.

use std::collections::BTreeMap;

use anyhow::Result;
use k8s_openapi::api::core::v1::Secret;
use signet_crds::bitnami::{
    ConditionStatus, MANAGED_ANNOTATION, PATCH_ANNOTATION, SKIP_OWNER_ANNOTATION, SyncedReason,
};
use signet_sealed::Certificate;
use signet_tests::controller::Setup;

use super::draft::{Draft, data, texts};
use super::ground::{Running, for_one_namespace, in_yard, on_stage};
use super::keys;
use super::space::{Space, outline, owners};

const TYPE: &str = "example.com/a";

/// The type that the template asks for, compared with that of the Secret.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Type {
    Same,
    Different,
    Empty,
}

impl Type {
    fn text(self) -> &'static str {
        match self {
            Self::Same => TYPE,
            Self::Different => "example.com/b",
            Self::Empty => "",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Case {
    owned: bool,
    managed: bool,
    patch: bool,
    wanted: Type,
}

impl Case {
    fn all() -> impl Iterator<Item = Self> {
        let of = |bits: u8, wanted| Self {
            owned: bits & 1 > 0,
            managed: bits & 2 > 0,
            patch: bits & 4 > 0,
            wanted,
        };
        let types = [Type::Same, Type::Different, Type::Empty];
        (0..8).flat_map(move |bits| types.into_iter().map(move |wanted| of(bits, wanted)))
    }

    fn name(self) -> String {
        let word = |yes: bool, word: &str| if yes { format!("{word}-") } else { String::new() };
        let words = [word(self.owned, "owned"), word(self.managed, "managed"), word(self.patch, "patch")];
        format!("{}{:?}", words.concat(), self.wanted).to_lowercase()
    }

    fn annotations(self) -> Vec<(&'static str, &'static str)> {
        let managed = self.managed.then_some((MANAGED_ANNOTATION, "true"));
        let patch = self.patch.then_some((PATCH_ANNOTATION, "true"));
        [managed, patch, Some(("theirs", "x"))].into_iter().flatten().collect()
    }

    fn sealed_over(self, space: &Space) -> Draft {
        let draft = space.draft(&self.name()).value("foo", "new").template_label("ours", "new");
        draft.template_annotation("ours", "new").of_type(self.wanted.text())
    }

    /// Brings about the Secret, and then what is to change it.
    async fn arrange(self, space: &Space, certificate: &Certificate) -> Result<()> {
        let name = self.name();
        let annotate = |secret: &mut Secret| {
            secret.metadata.annotations.get_or_insert_default().extend(texts(&self.annotations()));
            secret.metadata.labels.get_or_insert_default().extend(texts(&[("theirs", "x")]));
        };
        if self.owned {
            let old = space.draft(&name).value("foo", "old").value("foo2", "old").of_type(TYPE);
            space.apply(&old.seal(certificate)).await?;
            space.synced(&name).await?;
            space.edit_secret(&name, annotate).await?;
            let new = self.sealed_over(space).seal(certificate).spec;
            space.edit(&name, |sealed| sealed.spec = new.clone()).await?;
        } else {
            let old = data(&[("foo", "old"), ("foo2", "old")]);
            space
                .put_secret(&name, old, |secret| {
                    secret.type_ = Some(TYPE.to_owned());
                    annotate(secret);
                })
                .await?;
            space.apply(&self.sealed_over(space).seal(certificate)).await?;
        }
        Ok(())
    }

    /// Whether it is refused, by what the reference specification says in 3.5, steps 6 and 8.
    fn refusal(self) -> Option<SyncedReason> {
        if !self.owned && !self.managed && !self.patch {
            Some(SyncedReason::Unmanaged)
        } else if self.wanted != Type::Same {
            // The API server changes the type of no Secret, and no type means Opaque to it.
            Some(SyncedReason::UpdateFailed)
        } else {
            None
        }
    }

    /// Checks against what the reference specification says in 3.5, step 7.
    async fn check(self, space: &Space) -> Result<()> {
        let name = self.name();
        let refusal = self.refusal();
        match refusal {
            Some(reason) => drop(space.refused_as(&name, reason).await?),
            None => drop(space.synced(&name).await?),
        }
        let secret = space.secrets().get(&name).await?;
        let shown = outline(&secret);
        let found_data = secret.data.clone().unwrap_or_default();
        let found_annotations = secret.metadata.annotations.clone().unwrap_or_default();
        let found_labels = secret.metadata.labels.clone().unwrap_or_default();
        let before = texts(&self.annotations());
        let both =
            |before: BTreeMap<String, String>| before.into_iter().chain(texts(&[("ours", "new")])).collect();
        let (data_wanted, annotations, labels, owned) = if refusal.is_some() {
            (data(&[("foo", "old"), ("foo2", "old")]), before, texts(&[("theirs", "x")]), self.owned)
        } else if self.patch {
            let merged = data(&[("foo", "new"), ("foo2", "old")]);
            (merged, both(before), both(texts(&[("theirs", "x")])), self.owned || self.managed)
        } else {
            (data(&[("foo", "new")]), texts(&[("ours", "new")]), texts(&[("ours", "new")]), true)
        };
        assert_eq!(found_data, data_wanted, "{name}: {shown}");
        assert_eq!(found_annotations, annotations, "{name}: {shown}");
        assert_eq!(found_labels, labels, "{name}: {shown}");
        assert_eq!(!owners(&secret).is_empty(), owned, "{name}: {shown}");
        assert_eq!(secret.type_.as_deref(), Some(TYPE), "{name}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owner_annotations_and_type_decide_what_becomes_of_an_existing_secret() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let arranged = Case::all().map(|case| case.arrange(space, &certificate));
        futures::future::try_join_all(arranged).await?;
        for case in Case::all() {
            case.check(space).await?;
        }
        Ok(())
    })
    .await;
}

/// Does it with a controller that runs already, and returns what each Secret looks like in the end.
async fn outcomes(space: &Space, controller: &Running) -> Result<BTreeMap<String, String>> {
    let certificate = controller.certificate().await?;
    let arranged = Case::all().map(|case| case.arrange(space, &certificate));
    futures::future::try_join_all(arranged).await?;
    let mut outcomes = BTreeMap::new();
    for case in Case::all() {
        let name = case.name();
        let wanted = match case.refusal() {
            None => ConditionStatus::True,
            Some(_) => ConditionStatus::False,
        };
        space.reported(&name, wanted).await?;
        let secret = space.secrets().get(&name).await?;
        outcomes.insert(name, format!("{} {:?}", outline(&secret), secret.data));
    }
    Ok(outcomes)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_controller_does_the_same_with_an_existing_secret() {
    in_yard(async |cluster, space| {
        let theirs = Space::fresh(cluster, "the-real-controller").await?;
        for space in [space, &theirs] {
            keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        }
        let ours = Running::new(for_one_namespace(cluster, &space.namespace)?.start().await?);
        let real = Setup::upstream(cluster, &theirs.namespace);
        let real = real.flags(&["--all-namespaces=false", "--kubeclient-qps=-1"]).start().await?;
        let (ours, theirs) = (outcomes(space, &ours).await?, outcomes(&theirs, &Running::new(real)).await?);
        assert_eq!(ours, theirs);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_secret_is_taken_over_as_soon_as_it_is_offered() {
    on_stage(async |space, _| {
        space.put_secret("db", data(&[("foo", "old")]), |_| {}).await?;
        space.apply(&space.draft("db").value("foo", "new").seal(&space.certificate().await?)).await?;
        let condition = space.refused_as("db", SyncedReason::Unmanaged).await?;
        let message = condition.message.unwrap_or_default();
        assert_eq!(
            message,
            "failed update: resource \"db\" already exists and is not managed by SealedSecret"
        );
        let event = space.event("db", "ErrUpdateFailed").await?;
        assert!(event.contains("already exists and is not managed by SealedSecret"), "{event}");
        space.secret_with("db", &[("foo", "old")]).await?;
        space
            .edit_secret("db", |secret| {
                secret.metadata.annotations = Some(texts(&[(MANAGED_ANNOTATION, "true")]));
            })
            .await?;
        let secret = space.secret_with("db", &[("foo", "new")]).await?;
        assert_eq!(owners(&secret), ["db"]);
        space.synced("db").await?;
        Ok(())
    })
    .await;
}

/// Annotation values other than `true` mean nothing.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_exact_word_true_offers_a_secret() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let values = ["True", "TRUE", "1", "yes", "", "false", " true"];
        for (number, value) in values.into_iter().enumerate() {
            for (kind, annotation) in [("managed", MANAGED_ANNOTATION), ("patch", PATCH_ANNOTATION)] {
                let name = format!("{kind}-{number}");
                let annotate = |secret: &mut Secret| {
                    secret.metadata.annotations = Some(texts(&[(annotation, value)]));
                };
                space.put_secret(&name, data(&[("foo", "old")]), annotate).await?;
                space.apply(&space.draft(&name).value("foo", "new").seal(&certificate)).await?;
            }
        }
        for number in 0..values.len() {
            for kind in ["managed", "patch"] {
                let name = format!("{kind}-{number}");
                space.refused_as(&name, SyncedReason::Unmanaged).await?;
                space.secret_with(&name, &[("foo", "old")]).await?;
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_taken_from_the_sealed_secret_leaves_an_owned_secret_and_stays_in_a_patched_one() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let two = |name: &str| space.draft(name).value("foo", "1").value("foo2", "2").seal(&certificate);
        space.apply(&two("owned")).await?;
        space
            .put_secret("patched", data(&[]), |secret| {
                secret.metadata.annotations = Some(texts(&[(PATCH_ANNOTATION, "true")]));
            })
            .await?;
        space.apply(&two("patched")).await?;
        for name in ["owned", "patched"] {
            space.secret_with(name, &[("foo", "1"), ("foo2", "2")]).await?;
            space.edit(name, |sealed| drop(sealed.spec.encrypted_data.remove("foo2"))).await?;
        }
        space.secret_with("owned", &[("foo", "1")]).await?;
        space.synced("patched").await?;
        space.secret_with("patched", &[("foo", "1"), ("foo2", "2")]).await?;
        Ok(())
    })
    .await;
}

/// The annotation in the template, alone and with each of the others.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_without_owner_reference_is_made_updated_and_reported_well() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let draft = |name: &str, text: &str| {
            let draft =
                space.draft(name).value("foo", text).template_annotation(SKIP_OWNER_ANNOTATION, "true");
            match name {
                "managed" => draft.template_annotation(MANAGED_ANNOTATION, "true"),
                "patch" => draft.template_annotation(PATCH_ANNOTATION, "true"),
                _ => draft,
            }
        };
        let names = ["alone", "managed", "patch"];
        for name in names {
            space.apply(&draft(name, "old").seal(&certificate)).await?;
        }
        for name in names {
            space.synced(name).await?;
            let secret = space.secret_with(name, &[("foo", "old")]).await?;
            assert!(owners(&secret).is_empty(), "{name}");
            let spec = draft(name, "new").seal(&certificate).spec;
            space.edit(name, |sealed| sealed.spec = spec.clone()).await?;
        }
        for name in names {
            let secret = space.secret_with(name, &[("foo", "new")]).await?;
            assert!(owners(&secret).is_empty(), "{name}");
            let annotations = secret.metadata.annotations.unwrap_or_default();
            assert_eq!(annotations.get(SKIP_OWNER_ANNOTATION).map(String::as_str), Some("true"), "{name}");
            space.synced(name).await?;
        }
        Ok(())
    })
    .await;
}
