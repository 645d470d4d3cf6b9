//! Status and events: the same text for the same situation, and nothing written that says nothing new.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use signet_crds::bitnami::{
    ConditionStatus, SYNCED, SealedSecret, SealedSecretCondition, SealedSecretStatus, SyncedReason,
};

use super::key::ObjectKey;

/// Name under which events are reported.
const COMPONENT: &str = "sealed-secrets";
/// The API server refuses longer event messages.
const EVENT_MESSAGE: usize = 1024;
/// Long enough for every item of an object to be named, short enough not to fill the object.
const STATUS_MESSAGE: usize = 32 << 10;

/// What a pass has to say about its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) reason: SyncedReason,
    /// Empty on success.
    pub(crate) message: String,
}

impl Verdict {
    pub(crate) fn status(&self) -> ConditionStatus {
        match self.reason {
            SyncedReason::UnsealedStrict
            | SyncedReason::UnsealedNamespaceWide
            | SyncedReason::UnsealedClusterWide => ConditionStatus::True,
            SyncedReason::UnsealFailed
            | SyncedReason::UpdateFailed
            | SyncedReason::Unmanaged
            | SyncedReason::TemplateFailed => ConditionStatus::False,
        }
    }
}

/// The status to write, or `None` when the stored one already says the same of this generation.
pub(crate) fn status(sealed: &SealedSecret, verdict: &Verdict, now: Timestamp) -> Option<SealedSecretStatus> {
    let stored = sealed.status.clone().unwrap_or_default();
    let before = stored.synced();
    let status = verdict.status();
    let message = Some(cut(&verdict.message, STATUS_MESSAGE)).filter(|message| !message.is_empty());
    let same_status = before.is_some_and(|before| before.status == status);
    let same_cause = before.is_some_and(|before| {
        before.reason.as_deref() == Some(verdict.reason.as_str())
            && before.message.as_deref().unwrap_or_default() == message.as_deref().unwrap_or_default()
    });
    if same_status && same_cause && stored.observed_generation == sealed.metadata.generation {
        return None;
    }
    // Timestamps of objects are whole seconds.
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let transition = before.filter(|_| same_status).and_then(|before| before.last_transition_time.clone());
    let condition = SealedSecretCondition {
        type_: SYNCED.to_owned(),
        status,
        last_update_time: Some(Time(now)),
        last_transition_time: Some(transition.unwrap_or(Time(now))),
        reason: Some(verdict.reason.as_str().to_owned()),
        message,
    };
    let others = stored.conditions.into_iter().filter(|condition| condition.type_ != SYNCED);
    // Printer columns and dashboards read the first condition.
    let conditions = std::iter::once(condition).chain(others).collect();
    Some(SealedSecretStatus { observed_generation: sealed.metadata.generation, conditions })
}

/// Whether success on this object is news: its condition was not true for this generation.
pub(crate) fn is_news(sealed: &SealedSecret) -> bool {
    let status = sealed.status.as_ref();
    let was_true = status
        .and_then(SealedSecretStatus::synced)
        .is_some_and(|before| before.status == ConditionStatus::True);
    !was_true || status.and_then(|status| status.observed_generation) != sealed.metadata.generation
}

/// A core `v1` Event about `sealed`. The newer API group is refused on existing installations.
pub(crate) fn event(
    key: &ObjectKey,
    sealed: &SealedSecret,
    reason: &str,
    message: &str,
    now: Timestamp,
) -> serde_json::Value {
    let second = Timestamp::from_second(now.as_second()).unwrap_or(now).to_string();
    // Names of objects end at 253 characters.
    let name = cut(key.name(), 220);
    serde_json::json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": format!("{}.{:x}", name.trim_end_matches('.'), now.as_nanosecond()),
            "namespace": key.namespace(),
        },
        "involvedObject": {
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "name": key.name(),
            "namespace": key.namespace(),
            "uid": sealed.metadata.uid,
            "resourceVersion": sealed.metadata.resource_version,
        },
        "reason": reason,
        "message": cut(message, EVENT_MESSAGE),
        "source": { "component": COMPONENT },
        "reportingComponent": COMPONENT,
        "firstTimestamp": second,
        "lastTimestamp": second,
        "count": 1,
        "type": if reason == UNSEALED { "Normal" } else { "Warning" },
    })
}

/// Reason of the event of success.
pub(crate) const UNSEALED: &str = "Unsealed";
/// Message of the event of success.
pub(crate) const UNSEALED_MESSAGE: &str = "SealedSecret unsealed successfully";

/// Reason and message of the event for `verdict`.
pub(crate) fn event_text(verdict: &Verdict, immutable: bool) -> (&'static str, String) {
    match verdict.reason {
        SyncedReason::UnsealedStrict | SyncedReason::UnsealedNamespaceWide | SyncedReason::UnsealedClusterWide => {
            (UNSEALED, UNSEALED_MESSAGE.to_owned())
        }
        SyncedReason::UnsealFailed | SyncedReason::TemplateFailed => {
            ("ErrUnsealFailed", format!("Failed to unseal: {}", verdict.message))
        }
        SyncedReason::UpdateFailed if immutable => (
            "ErrUpdateFailed",
            "cannot change the data of a Secret that may not be changed: the target Secret is immutable; delete it, and it is created again from the SealedSecret".to_owned(),
        ),
        SyncedReason::UpdateFailed | SyncedReason::Unmanaged => {
            let message = verdict.message.strip_prefix(UPDATE_PREFIX).unwrap_or(&verdict.message);
            ("ErrUpdateFailed", message.to_owned())
        }
    }
}

/// What a status message about a Secret in the way begins with.
pub(crate) const UPDATE_PREFIX: &str = "failed update: ";

/// At most `most` bytes of `text`, cut between characters.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most - '…'.len_utf8()).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    format!("{}…", &text[..end])
}
