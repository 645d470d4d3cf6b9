//! What the controller remembers of every SealedSecret: a few hundred bytes, whatever its size, and no value.
//!
//! Of the Secrets of the cluster that no SealedSecret names it keeps eight bytes each, to know that a name is taken.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use signet_crds::bitnami::{ConditionStatus, INSTANCE_LABEL, SealedSecret};
use signet_sealed::Scope;

use super::key::{Digest, ObjectKey};
use super::observe::{self, Expected, SecretFacts};
use super::plan::belongs;
use crate::backoff::delay;
use crate::metadata::scope;
use crate::rsa_pool::Lane;

/// A Secret that went away may have been a foreign one in the way. Its name is left alone this long, so that whoever
/// deletes and creates it again is not raced.
pub(crate) const GRACE: Duration = Duration::from_secs(1);
/// Repairs of one object that run at once; more in a row are slowed down, since somebody keeps undoing them.
const FREE_REPAIRS: u32 = 5;
/// Quiet time after which repairs count from zero again.
const REPAIR_MEMORY: Duration = Duration::from_secs(600);

/// How the last pass over an object ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No pass yet, or one is queued.
    Pending,
    /// All as it should be.
    Synced,
    /// It failed and nobody but a retry can help.
    Failed,
    /// It failed for want of a key.
    WaitsForKey,
    /// A foreign Secret is in the way.
    Unmanaged,
}

/// What is kept of one SealedSecret.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) uid: Digest,
    generation: i64,
    scope: Scope,
    pub(crate) state: State,
    /// The status that was written last, for the metric.
    condition: Option<ConditionStatus>,
    pub(crate) expected: Expected,
    /// The Secret of the same name, as last seen.
    pub(crate) secret: Option<SecretFacts>,
    /// The version at which that Secret was last deleted.
    gone: u64,
    /// Text of the last event, so that each cause is told once.
    pub(crate) told: Digest,
    instance: Option<Box<str>>,
    repairs: u32,
    repaired: Option<Instant>,
}

/// What is to be done about something that was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Nothing.
    None,
    /// A pass over the SealedSecret.
    Pass(Lane),
    /// A pass because its Secret changed or went away, not before this long.
    Repair(Duration),
}

/// The Secrets that one feed follows.
#[derive(Debug, Default)]
struct Presence {
    names: HashSet<Digest>,
    /// The names that the list in progress has shown.
    listing: Option<HashSet<Digest>>,
}

/// The whole memory.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: HashMap<ObjectKey, Entry>,
    /// By feed: the namespace it follows, or the empty text for all.
    secrets: HashMap<String, Presence>,
    /// Secrets that were listed before the SealedSecret they belong to.
    early: HashMap<ObjectKey, SecretFacts>,
    /// The SealedSecrets that the list in progress has shown, by feed.
    listing: HashMap<String, HashSet<ObjectKey>>,
    /// Names whose foreign Secret was deleted a moment ago.
    vacated: HashMap<Digest, Instant>,
}

impl Index {
    pub(crate) fn entry(&self, key: &ObjectKey) -> Option<&Entry> {
        self.entries.get(key)
    }

    pub(crate) fn entry_mut(&mut self, key: &ObjectKey) -> Option<&mut Entry> {
        self.entries.get_mut(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The objects in `state`.
    pub(crate) fn in_state(&self, state: State) -> Vec<ObjectKey> {
        self.entries.iter().filter(|(_, entry)| entry.state == state).map(|(key, _)| key.clone()).collect()
    }

    /// A SealedSecret was listed or changed.
    pub(crate) fn sealed_seen(&mut self, key: &ObjectKey, sealed: &SealedSecret, lane: Lane) -> Reaction {
        let uid = observe::uid(&sealed.metadata);
        let generation = sealed.metadata.generation.unwrap_or_default();
        let scope = scope(&sealed.metadata);
        let condition =
            sealed.status.as_ref().and_then(|status| status.synced()).map(|condition| condition.status);
        let instance = sealed.metadata.labels.as_ref().and_then(|labels| labels.get(INSTANCE_LABEL));
        let instance = instance.map(|text| text.as_str().into());

        if let Some(entry) = self.entries.get_mut(key)
            && (entry.uid, entry.generation, entry.scope) == (uid, generation, scope)
        {
            entry.instance = instance;
            entry.condition = condition.or(entry.condition);
            return Reaction::None;
        }
        let secret = self.early.remove(key).or_else(|| self.entries.get(key).and_then(|entry| entry.secret));
        let settled = observe::settled(sealed, secret.as_ref());
        let state = if settled { State::Synced } else { State::Pending };
        let told = Digest::default();
        let expected = Expected::of(sealed);
        let entry = Entry {
            uid,
            gone: 0,
            generation,
            scope,
            state,
            condition,
            expected,
            secret,
            told,
            instance,
            repairs: 0,
            repaired: None,
        };
        self.entries.insert(key.clone(), entry);
        if settled { Reaction::None } else { Reaction::Pass(lane) }
    }

    /// A SealedSecret is gone.
    pub(crate) fn sealed_gone(&mut self, key: &ObjectKey) -> Option<Entry> {
        self.entries.remove(key)
    }

    /// A list of SealedSecrets of `feed` begins.
    pub(crate) fn sealed_listing(&mut self, feed: &str) {
        self.listing.insert(feed.to_owned(), HashSet::new());
    }

    /// The list in progress shows `key`.
    pub(crate) fn sealed_listed(&mut self, feed: &str, key: &ObjectKey) {
        if let Some(seen) = self.listing.get_mut(feed) {
            seen.insert(key.clone());
        }
    }

    /// The list is complete: returns the objects that it did not show.
    pub(crate) fn sealed_list_done(&mut self, feed: &str) -> Vec<ObjectKey> {
        // Only Secrets listed before the first list of SealedSecrets had to wait for it.
        self.early.retain(|key, _| !covers(feed, key));
        let Some(seen) = self.listing.remove(feed) else { return Vec::new() };
        self.entries.keys().filter(|key| covers(feed, key) && !seen.contains(*key)).cloned().collect()
    }

    /// A list of Secrets of `feed` begins.
    pub(crate) fn secrets_listing(&mut self, feed: &str) {
        self.secrets.entry(feed.to_owned()).or_default().listing = Some(HashSet::new());
    }

    /// The list is complete: returns the SealedSecrets whose Secret went away unseen.
    pub(crate) fn secrets_list_done(&mut self, feed: &str) -> Vec<ObjectKey> {
        let Some(presence) = self.secrets.get_mut(feed) else { return Vec::new() };
        if let Some(names) = presence.listing.take() {
            presence.names = names;
        }
        presence.names.shrink_to_fit();
        let gone = |key: &ObjectKey, entry: &Entry| {
            covers(feed, key) && entry.secret.is_some() && !presence.names.contains(&Digest::of(key))
        };
        self.entries.iter().filter(|(key, entry)| gone(key, entry)).map(|(key, _)| key.clone()).collect()
    }

    /// A Secret was listed or changed.
    pub(crate) fn secret_seen(&mut self, feed: &str, metadata: &ObjectMeta) -> Option<(ObjectKey, Reaction)> {
        let key = ObjectKey::of(metadata);
        let presence = self.secrets.entry(feed.to_owned()).or_default();
        let name = Digest::of(&key);
        presence.names.insert(name);
        if let Some(listing) = &mut presence.listing {
            listing.insert(name);
        }
        let Some(entry) = self.entries.get_mut(&key) else {
            let sealed = metadata.owner_references.iter().flatten().any(|owner| owner.kind == "SealedSecret");
            let facts = SecretFacts::of(metadata);
            if sealed || facts.managed || facts.patch || facts.marked_by_us {
                self.early.insert(key, facts);
            }
            return None;
        };
        let now = SecretFacts::of(metadata);
        let before = entry.secret.replace(now);
        // Our own write may be known from its answer before the watch tells of it, and of older versions.
        if before.is_some_and(|before| before.version > now.version && now.version != 0) {
            entry.secret = before;
            return None;
        }
        let reaction = entry.react(before, &now);
        Some((key, reaction))
    }

    /// A Secret was deleted.
    pub(crate) fn secret_gone(&mut self, feed: &str, metadata: &ObjectMeta) -> Option<(ObjectKey, Reaction)> {
        let key = ObjectKey::of(metadata);
        let name = Digest::of(&key);
        if let Some(presence) = self.secrets.get_mut(feed) {
            presence.names.remove(&name);
        }
        self.early.remove(&key);
        let reaction = self.entries.get_mut(&key).map_or(Reaction::None, |entry| {
            let facts = SecretFacts::of(metadata);
            entry.secret = None;
            entry.gone = facts.version;
            let ours = belongs(entry.uid, &facts) || entry.expected.skip_owner && facts.marked_by_us;
            if ours { Reaction::Repair(entry.repair_delay()) } else { Reaction::None }
        });
        if reaction == Reaction::None {
            let now = Instant::now();
            self.vacated.retain(|_, since| now - *since < GRACE);
            self.vacated.insert(name, now);
        }
        Some((key, reaction))
    }

    /// A pass over `key` reached its end and left the Secret as `facts` and `expected` say. What the feed told of the
    /// Secret while the pass ran may be newer.
    pub(crate) fn applied(
        &mut self,
        key: &ObjectKey,
        uid: Digest,
        facts: SecretFacts,
        expected: Expected,
    ) -> Reaction {
        let Some(entry) = self.entries.get_mut(key).filter(|entry| entry.uid == uid) else {
            return Reaction::None;
        };
        entry.finished(State::Synced, ConditionStatus::True);
        entry.expected = expected;
        if entry.gone > facts.version {
            return Reaction::Repair(Duration::ZERO);
        }
        match entry.secret.filter(|seen| seen.version > facts.version) {
            Some(newer) => entry.react(Some(facts), &newer),
            None => {
                entry.secret = Some(facts);
                Reaction::None
            }
        }
    }

    /// A pass read the Secret, `None` when there is none, and leaves it as it is. What the feed told of it while the
    /// pass ran may be newer.
    pub(crate) fn left_alone(&mut self, key: &ObjectKey, facts: Option<SecretFacts>) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.secret = facts.filter(|facts| facts.version > entry.gone);
        }
    }

    /// Whether a Secret of this name exists, as far as is known. `None` when no feed follows Secrets there.
    pub(crate) fn secret_present(&self, key: &ObjectKey) -> Option<bool> {
        let known = self.entries.get(key).is_some_and(|entry| entry.secret.is_some());
        if known { Some(true) } else { self.secret_followed(key) }
    }

    /// The same, but counting only what a feed shows: that goes when the Secret goes.
    pub(crate) fn secret_followed(&self, key: &ObjectKey) -> Option<bool> {
        let mut feeds = self.secrets.iter().filter(|(feed, _)| covers(feed, key)).peekable();
        feeds.peek()?;
        let name = Digest::of(key);
        Some(feeds.any(|(_, presence)| presence.names.contains(&name)))
    }

    /// How long to leave a name alone from which a foreign Secret went away.
    pub(crate) fn grace(&self, key: &ObjectKey) -> Option<Duration> {
        let since = self.vacated.get(&Digest::of(key))?;
        GRACE.checked_sub(since.elapsed()).filter(|left| !left.is_zero())
    }

    /// Calls `visit` for every object that has a status.
    pub(crate) fn conditions(&self, mut visit: impl FnMut(&ObjectKey, ConditionStatus, &str)) {
        for (key, entry) in &self.entries {
            if let Some(condition) = entry.condition {
                visit(key, condition, entry.instance.as_deref().unwrap_or_default());
            }
        }
    }
}

impl Entry {
    /// Records how a pass ended.
    pub(crate) fn finished(&mut self, state: State, condition: ConditionStatus) {
        self.state = state;
        self.condition = Some(condition);
    }

    fn react(&mut self, before: Option<SecretFacts>, now: &SecretFacts) -> Reaction {
        match self.state {
            // Somebody may just have allowed what was refused.
            State::Unmanaged if now.managed || now.patch || now.owner == Some(self.uid) => {
                Reaction::Pass(Lane::Change)
            }
            State::Synced => {
                let owned = |facts: &SecretFacts| facts.owner == Some(self.uid) && !facts.patch;
                let drifted = match &before {
                    Some(before) => owned(before) && before.drifted(now, &self.expected),
                    // Our own Secret may be seen before the answer to its creation is.
                    None => owned(now) && !now.is_wholly_ours(&self.expected),
                };
                if drifted { Reaction::Repair(self.repair_delay()) } else { Reaction::None }
            }
            _ => Reaction::None,
        }
    }

    /// The pause before the next repair: none at first, growing when somebody keeps undoing our work.
    fn repair_delay(&mut self) -> Duration {
        let now = Instant::now();
        if self.repaired.is_none_or(|last| now - last > REPAIR_MEMORY) {
            self.repairs = 0;
        }
        self.repaired = Some(now);
        self.repairs = self.repairs.saturating_add(1);
        match self.repairs.checked_sub(FREE_REPAIRS + 1) {
            None => Duration::ZERO,
            Some(step) => delay(Duration::from_secs(1), Duration::from_secs(300), step),
        }
    }
}

/// Whether the feed of `namespace` (empty: all) follows `key`.
fn covers(namespace: &str, key: &ObjectKey) -> bool {
    namespace.is_empty() || namespace == key.namespace()
}
