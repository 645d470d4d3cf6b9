//! A namespace with what a test does in it and waits for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, anyhow, bail};
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{Event, Namespace, Secret};
use kube::api::{DeleteParams, ListParams, ObjectMeta, PostParams};
use kube::{Api, Client, Resource, ResourceExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use signet_crds::bitnami::{ConditionStatus, SealedSecret, SealedSecretCondition, SyncedReason};
use signet_sealed::Certificate;
use signet_tests::controller::NAMESPACE;
use signet_tests::scenario::LABEL;
use signet_tests::{Cluster, eventually};

use super::canary::assert_no_canary;
use super::draft::{Draft, data};
use super::ground::SOON;
use super::keys;

/// A namespace of a test. It is deleted with the test, which nobody waits for.
pub(super) struct Space {
    pub(super) client: Client,
    pub(super) namespace: String,
}

impl Space {
    /// A new namespace that carries the name of the test.
    pub(super) async fn fresh(cluster: &Cluster, test: &str) -> Result<Self> {
        let client = cluster.admin().client()?;
        let name: String = test.rsplit("::").next().unwrap_or_default().replace('_', "-");
        let short = |length: usize| name.chars().take(length).collect::<String>();
        let namespace = Namespace {
            metadata: ObjectMeta {
                generate_name: Some(format!("{}-", short(50).trim_end_matches('-'))),
                labels: Some([(LABEL.to_owned(), short(63).trim_end_matches('-').to_owned())].into()),
                ..ObjectMeta::default()
            },
            ..Namespace::default()
        };
        let created = Api::all(client.clone()).create(&PostParams::default(), &namespace).await?;
        Ok(Self { client, namespace: created.name_any() })
    }

    pub(super) fn secrets(&self) -> Api<Secret> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub(super) fn sealed(&self) -> Api<SealedSecret> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// A draft in this namespace.
    pub(super) fn draft(&self, name: &str) -> Draft {
        Draft::new(&self.namespace, name)
    }

    /// The certificate that people seal with for the controller of the stage.
    pub(super) async fn certificate(&self) -> Result<Certificate> {
        keys::newest(&self.client, NAMESPACE).await
    }

    /// Creates a SealedSecret.
    pub(super) async fn apply(&self, sealed: &SealedSecret) -> Result<SealedSecret> {
        Ok(self.sealed().create(&PostParams::default(), sealed).await?)
    }

    /// Creates many SealedSecrets, some at a time.
    pub(super) async fn apply_all(&self, sealed: &[SealedSecret]) -> Result<()> {
        let created = sealed.iter().map(|one| self.apply(one));
        futures::stream::iter(created).buffer_unordered(16).try_for_each(async |_| Ok(())).await
    }

    /// Changes a SealedSecret as a person with an editor does.
    pub(super) async fn edit(&self, name: &str, change: impl Fn(&mut SealedSecret)) -> Result<SealedSecret> {
        edit(&self.sealed(), name, change).await
    }

    /// The same for a Secret.
    pub(super) async fn edit_secret(&self, name: &str, change: impl Fn(&mut Secret)) -> Result<Secret> {
        edit(&self.secrets(), name, change).await
    }

    /// Creates a Secret that nobody sealed.
    pub(super) async fn put_secret(
        &self,
        name: &str,
        data: BTreeMap<String, ByteString>,
        change: impl FnOnce(&mut Secret),
    ) -> Result<Secret> {
        let mut secret = Secret { data: Some(data), ..Secret::default() };
        secret.metadata.name = Some(name.to_owned());
        change(&mut secret);
        Ok(self.secrets().create(&PostParams::default(), &secret).await?)
    }

    /// Deletes a Secret.
    pub(super) async fn delete_secret(&self, name: &str) -> Result<()> {
        self.secrets().delete(name, &DeleteParams::default()).await?;
        Ok(())
    }

    /// Deletes a SealedSecret.
    pub(super) async fn delete_sealed(&self, name: &str) -> Result<()> {
        self.sealed().delete(name, &DeleteParams::default()).await?;
        Ok(())
    }

    /// Waits for a Secret as described.
    pub(super) async fn secret(
        &self,
        name: &str,
        what: &str,
        is_right: impl Fn(&Secret) -> bool,
    ) -> Result<Secret> {
        let secrets = self.secrets();
        eventually(&format!("Secret {name}: {what}"), SOON, async || {
            let secret = secrets.get(name).await?;
            match is_right(&secret) {
                true => Ok(Some(secret)),
                false => Err(anyhow!("it has {}", outline(&secret))),
            }
        })
        .await
    }

    /// Waits for a Secret that holds exactly these values.
    pub(super) async fn secret_with(&self, name: &str, values: &[(&str, &str)]) -> Result<Secret> {
        let wanted = data(values);
        self.secret(name, "the right values", |secret| secret.data.clone().unwrap_or_default() == wanted)
            .await
    }

    /// Waits until the status says of the current generation that all is well.
    pub(super) async fn synced(&self, name: &str) -> Result<SealedSecret> {
        self.reported(name, ConditionStatus::True).await.map(|(sealed, _)| sealed)
    }

    /// Waits until the status says of the current generation why there is no Secret.
    pub(super) async fn refused(&self, name: &str) -> Result<SealedSecretCondition> {
        self.reported(name, ConditionStatus::False).await.map(|(_, condition)| condition)
    }

    /// Waits until the status gives this reason for the current generation.
    pub(super) async fn refused_as(&self, name: &str, reason: SyncedReason) -> Result<SealedSecretCondition> {
        let condition = self.refused(name).await?;
        if condition.reason.as_deref() != Some(reason.as_str()) {
            bail!("{name}: refused as {condition:?} and not as {reason}");
        }
        Ok(condition)
    }

    /// Waits for a status of the condition for the current generation.
    pub(super) async fn reported(
        &self,
        name: &str,
        wanted: ConditionStatus,
    ) -> Result<(SealedSecret, SealedSecretCondition)> {
        let api = self.sealed();
        eventually(&format!("{name} to be reported as {wanted:?}"), SOON, async || {
            let sealed = api.get(name).await?;
            let status = sealed.status.clone().context("there is no status")?;
            let condition = status.synced().context("there is no condition")?.clone();
            if status.observed_generation != sealed.metadata.generation || condition.status != wanted {
                bail!("it is reported as {condition:?} for {:?}", status.observed_generation);
            }
            Ok(Some((sealed, condition)))
        })
        .await
    }

    /// Waits until every SealedSecret here is reported as synced, and returns how many there are.
    pub(super) async fn all_synced(&self) -> Result<usize> {
        let api = self.sealed();
        eventually("everything to be synced", SOON * 2, async || {
            let all = api.list(&ListParams::default()).await?;
            let is_synced = |sealed: &&SealedSecret| {
                sealed.status.as_ref().is_some_and(|status| {
                    status.observed_generation == sealed.metadata.generation
                        && status.synced().is_some_and(|condition| condition.status == ConditionStatus::True)
                })
            };
            let synced = all.iter().filter(is_synced).count();
            if synced < all.items.len() {
                bail!("{synced} of {} are", all.items.len());
            }
            Ok(Some(synced))
        })
        .await
    }

    /// Waits for an event about a SealedSecret, and returns its message.
    pub(super) async fn event(&self, name: &str, reason: &str) -> Result<String> {
        self.event_that(name, reason, |_| true).await
    }

    /// Waits for an event about a SealedSecret with such a message.
    pub(super) async fn event_that(
        &self,
        name: &str,
        reason: &str,
        is_right: impl Fn(&str) -> bool,
    ) -> Result<String> {
        eventually(&format!("an event {reason} on {name}"), SOON, async || {
            let mut messages = self.events(name, reason).await?;
            Ok(messages.find(|message| is_right(message)))
        })
        .await
    }

    /// The messages of the events about a SealedSecret. They are looked for as kubectl does, by the object.
    pub(super) async fn events(&self, name: &str, reason: &str) -> Result<impl Iterator<Item = String>> {
        let uid = self.sealed().get(name).await?.metadata.uid.unwrap_or_default();
        let fields = format!(
            "involvedObject.kind=SealedSecret,involvedObject.name={name},involvedObject.uid={uid},reason={reason}"
        );
        let events = Api::<Event>::namespaced(self.client.clone(), &self.namespace);
        let found = events.list(&ListParams::default().fields(&fields)).await?;
        Ok(found.into_iter().map(|event| event.message.unwrap_or_default()))
    }

    /// Fails if there is a Secret.
    pub(super) async fn has_no_secret(&self, name: &str) -> Result<()> {
        match self.secrets().get_opt(name).await? {
            None => Ok(()),
            Some(secret) => bail!("there is a Secret {name}: {}", outline(&secret)),
        }
    }

    /// Waits until a Secret is gone.
    pub(super) async fn gone(&self, name: &str) -> Result<()> {
        let secrets = self.secrets();
        eventually(&format!("Secret {name} to go"), SOON, async || {
            Ok(secrets.get_opt(name).await?.is_none().then_some(()))
        })
        .await
    }

    /// Lets the controller do something else, so that all that happened before has been seen by then: the
    /// changes of SealedSecrets, since a new one is synced, and those of Secrets, since a deleted one is back.
    pub(super) async fn beat(&self, name: &str, certificate: &Certificate) -> Result<()> {
        self.apply(&self.draft(name).value("beat", name).seal(certificate)).await?;
        self.synced(name).await?;
        let first = self.secret_with(name, &[("beat", name)]).await?;
        self.delete_secret(name).await?;
        self.secret(name, "to be back", |secret| secret.metadata.uid != first.metadata.uid).await?;
        Ok(())
    }

    /// Fails if an event or a SealedSecret holds a secret value.
    pub(super) async fn keeps_secrets(&self) -> Result<()> {
        let everything = ListParams::default();
        let events = Api::<Event>::namespaced(self.client.clone(), &self.namespace).list(&everything).await?;
        assert_no_canary("events", &serde_json::to_string(&events.items)?);
        // Also what the definition would not let a typed client see.
        let path = format!("/apis/bitnami.com/v1alpha1/namespaces/{}/sealedsecrets", self.namespace);
        let sealed = self.client.request_text(http::Request::get(path).body(Vec::new())?).await?;
        assert_no_canary("SealedSecrets", &sealed);
        Ok(())
    }

    /// The state of the namespace for people, without values.
    pub(super) async fn describe(&self) -> String {
        let mut text = format!("---- namespace {} ----\n", self.namespace);
        // A cluster that does not answer must not hide why the test failed.
        for sealed in self.sealed().list(&ListParams::default()).await.into_iter().flatten().take(40) {
            let _ = writeln!(text, "SealedSecret {}: {:?}", sealed.name_any(), sealed.status);
        }
        for secret in self.secrets().list(&ListParams::default()).await.into_iter().flatten().take(40) {
            let _ = writeln!(text, "Secret {}: {}", secret.name_any(), outline(&secret));
        }
        let events = Api::<Event>::namespaced(self.client.clone(), &self.namespace);
        for event in events.list(&ListParams::default()).await.into_iter().flatten().take(60) {
            let about = event.involved_object.name.unwrap_or_default();
            let _ = writeln!(
                text,
                "event on {about}: {} {}",
                event.reason.unwrap_or_default(),
                event.message.unwrap_or_default()
            );
        }
        text
    }
}

/// A Secret without its values.
pub(super) fn outline(secret: &Secret) -> String {
    let sizes: Vec<_> =
        secret.data.iter().flatten().map(|(key, v)| format!("{key}={} B", v.0.len())).collect();
    format!(
        "type {:?}, [{}], labels {:?}, annotations {:?}, owners {:?}",
        secret.type_.as_deref().unwrap_or_default(),
        sizes.join(" "),
        secret.metadata.labels,
        secret.metadata.annotations,
        owners(secret),
    )
}

/// The names of the owners of a Secret.
pub(super) fn owners(secret: &Secret) -> Vec<&str> {
    secret.metadata.owner_references.iter().flatten().map(|owner| owner.name.as_str()).collect()
}

async fn edit<K>(api: &Api<K>, name: &str, change: impl Fn(&mut K)) -> Result<K>
where
    K: Clone + DeserializeOwned + Serialize + std::fmt::Debug + Resource,
{
    eventually(&format!("{name} to be changed"), SOON, async || {
        let mut object = api.get(name).await?;
        change(&mut object);
        match api.replace(name, &PostParams::default(), &object).await {
            Ok(object) => Ok(Some(Ok(object))),
            // Somebody else was faster: again.
            Err(kube::Error::Api(status)) if status.code == 409 => Err(anyhow!(status.message)),
            Err(error) => Ok(Some(Err(error.into()))),
        }
    })
    .await?
}
