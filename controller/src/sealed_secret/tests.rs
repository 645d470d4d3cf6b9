//! The decisions of the controller, without a server. A small stand-in for the one rule of the API server that they rest
//! on, who owns which field after a write, is [`Server`]; the rule itself is tested on the real server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use proptest::prelude::*;
use serde_json::{Value, json};
use signet_crds::bitnami::{ConditionStatus, SealedSecret, SealedSecretStatus, SyncedReason};
use signet_sealed::{KeyAge, Label, PrivateKey, Scope, SystemRandom, seal_value};

use super::index::{Index, Reaction, State};
use super::key::{Digest, ObjectKey};
use super::observe::{self, FIELD_MANAGER, SecretFacts};
use super::open::{Desired, open};
use super::plan::{Plan, plan, replaceable};
use super::report::{self, Verdict};
use super::secret_object::SecretObject;
use super::templates::Templates;
use crate::clock::SystemClock;
use crate::metadata::scope;
use crate::rsa_pool::Lane;

fn keys() -> Vec<(KeyAge, Arc<PrivateKey>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/sealed/testdata/key-2048.pem");
    let key = PrivateKey::from_pem(&std::fs::read(path).unwrap()).unwrap();
    vec![(KeyAge { fingerprint: key.fingerprint(), since: Timestamp::UNIX_EPOCH }, Arc::new(key))]
}

fn seal(text: &str) -> String {
    let label = Label::new(Scope::Strict, "ns", "name").unwrap();
    seal_value(&keys()[0].1.public_key().unwrap(), &label, text.as_bytes(), &mut SystemRandom).unwrap()
}

/// A SealedSecret `ns/name` with these values, of generation 1.
fn sealed(values: &[(&str, &str)], template: Value) -> SealedSecret {
    let items: BTreeMap<&str, String> = values.iter().map(|(name, text)| (*name, seal(text))).collect();
    serde_json::from_value(json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": { "name": "name", "namespace": "ns", "uid": "u-1", "generation": 1, "resourceVersion": "5" },
        "spec": { "encryptedData": items, "template": template },
    }))
    .unwrap()
}

fn templates() -> Templates {
    Templates::new(Arc::new(SystemClock))
}

fn opened(sealed: &SealedSecret) -> Desired {
    open(sealed, &keys(), None, true, &templates()).0.unwrap_or_else(|failure| panic!("{}", failure.message))
}

fn owner() -> Digest {
    Digest::of("u-1")
}

/// One Secret as an API server would keep it.
#[derive(Clone, Default)]
struct Server {
    secret: Option<Value>,
    version: u64,
    clock: i64,
}

impl Server {
    /// Stores what `manager` sends, and gives it the fields that it changed.
    fn put(&mut self, manager: &str, mut object: Value) {
        self.version += 1;
        self.clock += 1;
        let before = self.secret.take().unwrap_or_default();
        if object["type"].is_null() {
            object["type"] = json!("Opaque");
        }
        let mut owners: BTreeMap<String, BTreeSet<Vec<String>>> = BTreeMap::new();
        for entry in before["metadata"]["managedFields"].as_array().into_iter().flatten() {
            let fields = leaves(&entry["fieldsV1"], &mut Vec::new());
            owners.insert(entry["manager"].as_str().unwrap().to_owned(), fields);
        }
        let changed: BTreeSet<Vec<String>> =
            fields(&object).into_iter().filter(|path| at(&before, path) != at(&object, path)).collect();
        let present = fields(&object);
        for (other, owned) in &mut owners {
            owned.retain(|path| present.contains(path) && (other == manager || !changed.contains(path)));
        }
        owners.entry(manager.to_owned()).or_default().extend(changed);
        let times: BTreeMap<String, Value> = before["metadata"]["managedFields"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|entry| (entry["manager"].as_str().unwrap().to_owned(), entry["time"].clone()))
            .collect();
        let now = json!(Timestamp::from_second(self.clock).unwrap().to_string());
        let entries: Vec<Value> = owners
            .into_iter()
            .filter(|(_, owned)| !owned.is_empty())
            .map(|(name, owned)| {
                let time = if name == manager { now.clone() } else { times[&name].clone() };
                json!({ "manager": name, "operation": "Update", "time": time, "fieldsV1": tree(&owned) })
            })
            .collect();
        object["metadata"]["managedFields"] = json!(entries);
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.secret = Some(object);
    }

    fn ours(&mut self, secret: &SecretObject) {
        self.put(FIELD_MANAGER, serde_json::to_value(secret).unwrap());
    }

    /// Somebody edits the object as it is.
    fn edit(&mut self, manager: &str, change: impl FnOnce(&mut Value)) {
        let mut object = self.secret.clone().unwrap();
        change(&mut object);
        self.put(manager, object);
    }

    fn read(&self) -> Option<SecretObject> {
        self.secret.clone().map(|secret| serde_json::from_value(secret).unwrap())
    }

    fn metadata(&self) -> ObjectMeta {
        self.read().unwrap().metadata
    }

    fn facts(&self) -> SecretFacts {
        SecretFacts::of(&self.metadata())
    }
}

/// The paths that a manager can own.
fn fields(object: &Value) -> BTreeSet<Vec<String>> {
    let mut paths = BTreeSet::new();
    for (parent, map) in [
        ("data", &object["data"]),
        ("labels", &object["metadata"]["labels"]),
        ("annotations", &object["metadata"]["annotations"]),
    ] {
        for name in map.as_object().into_iter().flatten().map(|(name, _)| name) {
            let mut path = if parent == "data" { vec![] } else { vec!["metadata".to_owned()] };
            path.extend([parent.to_owned(), name.clone()]);
            paths.insert(path);
        }
    }
    for field in ["type", "immutable"] {
        if !object[field].is_null() {
            paths.insert(vec![field.to_owned()]);
        }
    }
    paths
}

fn at<'a>(object: &'a Value, path: &[String]) -> &'a Value {
    path.iter().fold(object, |value, name| &value[name.as_str()])
}

fn tree(paths: &BTreeSet<Vec<String>>) -> Value {
    let mut root = json!({});
    for path in paths {
        let mut place = &mut root;
        for name in path {
            place = &mut place[format!("f:{name}")];
        }
        *place = json!({});
    }
    root
}

fn leaves(tree: &Value, path: &mut Vec<String>) -> BTreeSet<Vec<String>> {
    let Some(map) = tree.as_object().filter(|map| !map.is_empty()) else {
        return BTreeSet::from([path.clone()]);
    };
    let mut found = BTreeSet::new();
    for (name, below) in map {
        path.push(name.trim_start_matches("f:").to_owned());
        found.extend(leaves(below, path));
        path.pop();
    }
    found
}

/// `sealed` as it stands after a success was reported when the server's clock said `written`.
fn reported(mut sealed: SealedSecret, written: i64) -> SealedSecret {
    let reason = observe::success_reason(scope(&sealed.metadata));
    let verdict = Verdict { reason, message: String::new() };
    sealed.status = report::status(&sealed, &verdict, Timestamp::UNIX_EPOCH);
    let time = Timestamp::from_second(written).unwrap().to_string();
    let entry =
        json!({ "manager": FIELD_MANAGER, "operation": "Update", "subresource": "status", "time": time });
    sealed.metadata.managed_fields = Some(vec![serde_json::from_value(entry).unwrap()]);
    sealed
}

fn step(server: &mut Server, sealed: &SealedSecret) -> &'static str {
    match plan(opened(sealed), server.read(), owner()) {
        Plan::Leave => "leave",
        Plan::Create(secret) => {
            server.ours(&secret);
            "create"
        }
        Plan::Replace(secret) => {
            server.ours(&secret);
            "replace"
        }
        Plan::Refuse => "refuse",
    }
}

/// A Secret that `kubectl` created.
fn foreign(annotations: Value, data: Value) -> Server {
    let mut server = Server::default();
    let object = json!({ "metadata": { "name": "name", "namespace": "ns", "annotations": annotations }, "data": data });
    server.put("kubectl", object);
    server
}

#[test]
fn a_secret_that_was_just_created_is_settled() {
    let sealed = sealed(&[("a", "1"), ("b", "2")], json!({ "metadata": { "labels": { "l": "1" } } }));
    let mut server = Server::default();
    assert_eq!(step(&mut server, &sealed), "create");
    assert!(observe::settled(&reported(sealed.clone(), 2), Some(&server.facts())));
    assert!(!observe::settled(&sealed, Some(&server.facts())), "without a status nothing is proved");
    assert!(!observe::settled(&reported(sealed, 2), None));
}

#[test]
fn every_change_of_an_owned_secret_is_drift_and_a_pass_mends_it() {
    let object =
        sealed(&[("a", "1")], json!({ "metadata": { "labels": { "l": "1" }, "annotations": { "n": "1" } } }));
    type Change = fn(&mut Value);
    let drifts: [(&str, Change); 8] = [
        ("a value changed", |s| s["data"]["a"] = json!("eA==")),
        ("an entry added", |s| s["data"]["b"] = json!("eA==")),
        ("an entry removed", |s| s["data"] = json!({})),
        ("a label changed", |s| s["metadata"]["labels"]["l"] = json!("2")),
        ("a label removed", |s| s["metadata"]["labels"] = json!({})),
        ("an annotation changed", |s| s["metadata"]["annotations"]["n"] = json!("2")),
        ("an annotation removed", |s| s["metadata"]["annotations"] = json!({})),
        ("the owner removed", |s| s["metadata"]["ownerReferences"] = json!([])),
    ];
    for (what, change) in drifts {
        let mut server = Server::default();
        step(&mut server, &object);
        let before = server.facts();
        let expected = observe::Expected::of(&object);
        server.edit("kubectl", change);
        assert!(before.drifted(&server.facts(), &expected), "{what}: not seen while running");
        assert!(
            !observe::settled(&reported(object.clone(), 1), Some(&server.facts())),
            "{what}: not seen after a restart"
        );
        if what != "the owner removed" {
            assert_eq!(step(&mut server, &object), "replace", "{what}");
            assert!(
                observe::settled(&reported(object.clone(), 9), Some(&server.facts())),
                "{what}: not mended"
            );
        }
    }
}

#[test]
fn what_others_add_to_the_metadata_is_no_drift() {
    let object = sealed(&[("a", "1")], json!({ "metadata": { "labels": { "l": "1" } } }));
    let mut server = Server::default();
    step(&mut server, &object);
    let before = server.facts();
    server.edit("other", |s| s["metadata"]["labels"]["theirs"] = json!("1"));
    server.edit("other", |s| s["metadata"]["annotations"] = json!({ "theirs": "1" }));
    assert!(!before.drifted(&server.facts(), &observe::Expected::of(&object)));
    assert!(observe::settled(&reported(object, 1), Some(&server.facts())));
}

#[test]
fn a_secret_of_the_previous_controller_is_settled_once_it_was_compared() {
    let object = sealed(&[("a", "1")], json!({}));
    let Plan::Create(secret) = plan(opened(&object), None, owner()) else { panic!("not created") };
    let mut server = Server::default();
    server.put("controller", serde_json::to_value(&secret).unwrap());
    assert_eq!(step(&mut server, &object), "leave");
    assert!(observe::settled(&reported(object.clone(), 2), Some(&server.facts())));
    server.clock = 10;
    server.edit("controller", |s| s["data"]["a"] = json!("eA=="));
    assert!(!observe::settled(&reported(object.clone(), 2), Some(&server.facts())));
    assert!(
        !observe::settled(&reported(object, 11), Some(&server.facts())),
        "a write in the same second is not trusted"
    );
}

#[test]
fn another_scope_annotation_is_never_settled() {
    let object = sealed(&[("a", "1")], json!({}));
    let mut server = Server::default();
    step(&mut server, &object);
    let mut object = reported(object, 5);
    let annotations =
        BTreeMap::from([("sealedsecrets.bitnami.com/cluster-wide".to_owned(), "true".to_owned())]);
    object.metadata.annotations = Some(annotations);
    assert!(!observe::settled(&object, Some(&server.facts())));
}

#[test]
fn a_foreign_secret_is_refused_and_left_alone() {
    let object = sealed(&[("a", "1")], json!({}));
    for annotations in [
        json!({}),
        json!({ "sealedsecrets.bitnami.com/managed": "True" }),
        json!({ "sealedsecrets.bitnami.com/patch": "yes" }),
    ] {
        let mut server = foreign(annotations, json!({ "x": "eA==" }));
        let before = server.secret.clone();
        assert_eq!(step(&mut server, &object), "refuse");
        assert_eq!(server.secret, before);
    }
}

#[test]
fn managed_is_taken_over_and_patch_is_merged() {
    let template = json!({ "metadata": { "labels": { "l": "1" } } });
    let object = sealed(&[("a", "1")], template);
    let managed = json!({ "sealedsecrets.bitnami.com/managed": "true" });
    let patch = json!({ "sealedsecrets.bitnami.com/patch": "true" });
    let both =
        json!({ "sealedsecrets.bitnami.com/managed": "true", "sealedsecrets.bitnami.com/patch": "true" });
    let run = |annotations: Value| {
        let mut server = foreign(annotations, json!({ "a": "b2xk", "x": "eA==" }));
        server.edit("kubectl", |s| s["metadata"]["labels"] = json!({ "theirs": "1" }));
        assert_eq!(step(&mut server, &object), "replace");
        assert_eq!(step(&mut server, &object), "leave");
        let secret = server.secret.unwrap();
        let names = |map: &Value| {
            map.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        (
            names(&secret["data"]),
            names(&secret["metadata"]["labels"]),
            names(&secret["metadata"]["annotations"]).len(),
            !secret["metadata"]["ownerReferences"].is_null(),
        )
    };
    let all = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(run(managed), (all(&["a"]), all(&["l"]), 0, true));
    assert_eq!(run(patch), (all(&["a", "x"]), all(&["l", "theirs"]), 1, false));
    assert_eq!(run(both), (all(&["a", "x"]), all(&["l", "theirs"]), 2, true));
}

#[test]
fn immutable_and_finalizers_of_an_existing_secret_are_left_alone() {
    let template = json!({ "immutable": true, "metadata": { "finalizers": ["template/one"] } });
    let object = sealed(&[("a", "1")], template);
    let mut server = Server::default();
    step(&mut server, &object);
    assert_eq!(server.secret.as_ref().unwrap()["immutable"], json!(true));
    assert_eq!(server.secret.as_ref().unwrap()["metadata"]["finalizers"], json!(["template/one"]));
    server.edit("kubectl", |s| {
        s["metadata"]["finalizers"] = json!(["theirs/two"]);
        s["metadata"]["labels"] = json!({ "l": "1" });
    });
    assert!(
        !replaceable(&opened(&object), &server.facts(), owner()),
        "it must be read before it is replaced"
    );
    assert_eq!(step(&mut server, &object), "replace");
    assert_eq!(server.secret.unwrap()["metadata"]["finalizers"], json!(["theirs/two"]));
}

#[test]
fn no_type_and_the_default_type_are_the_same() {
    let object = sealed(&[("a", "1")], json!({}));
    let mut server = Server::default();
    step(&mut server, &object);
    assert_eq!(server.secret.as_ref().unwrap()["type"], json!("Opaque"));
    assert_eq!(step(&mut server, &object), "leave");
}

#[test]
fn without_an_owner_reference_the_creator_is_remembered_by_the_server() {
    let template = json!({ "metadata": { "annotations": { "sealedsecrets.bitnami.com/skip-set-owner-references": "true" } } });
    let object = sealed(&[("a", "1")], template);
    let mut server = Server::default();
    assert_eq!(step(&mut server, &object), "create");
    assert!(server.secret.as_ref().unwrap()["metadata"]["ownerReferences"].is_null());
    assert_eq!(step(&mut server, &object), "leave");
    assert!(observe::settled(&reported(object.clone(), 2), Some(&server.facts())));
    let mut theirs = foreign(json!({}), json!({}));
    assert_eq!(step(&mut theirs, &object), "refuse");
}

/// The entries of the Secret, as text.
fn entries(desired: &Desired) -> BTreeMap<&str, &str> {
    let entries = desired.secret.data.iter();
    entries.map(|(name, value)| (name.as_str(), std::str::from_utf8(value.0.expose()).unwrap())).collect()
}

#[test]
fn templates_become_entries_beside_the_values_they_are_made_of() {
    let data = json!({ "t": "<{{ .a }}>", "b": "{{ .a }}{{ .b }}", "missing": "{{ .c }}", "none": "" });
    let object = sealed(&[("a", "1"), ("b", "2")], json!({ "data": data }));
    let desired = opened(&object);
    // One takes the place of a value, which the templates have seen as it was.
    let expected = [("a", "1"), ("b", "12"), ("missing", "<no value>"), ("none", ""), ("t", "<1>")];
    assert_eq!(entries(&desired), BTreeMap::from(expected));
    assert_eq!(desired.expected, observe::Expected::of(&object));
}

#[test]
fn a_secret_can_be_made_of_templates_alone() {
    let object = sealed(&[], json!({ "data": { "t": "{{ len . }}" } }));
    assert_eq!(entries(&opened(&object)), BTreeMap::from([("t", "0")]));
}

#[test]
fn every_template_that_fails_is_reported_and_nothing_of_the_values() {
    let data = json!({
        "bad": "{{ .a | nope }}", "good": "{{ .a }}", "long": "{{ range 1000000000 }}{{ end }}",
        "loud": "{{ fail .a }}", "plain": "{{ fail \"no user\" }}",
    });
    let object = sealed(&[("a", "canary")], json!({ "data": data }));
    let failure = open(&object, &keys(), None, true, &templates()).0.err().unwrap();
    assert_eq!(failure.reason, SyncedReason::TemplateFailed);
    assert!(!failure.waits_for_key);
    let expected = [
        "template: bad:1: function \"nope\" not defined (bad)",
        "template: long:1:9: rendering takes more than 10000000 steps (long)",
        "template: loud:1:3: executing \"loud\" at <fail .a>: error calling fail: [hidden] (loud)",
        "template: plain:1:3: executing \"plain\" at <fail \"no user\">: error calling fail: no user (plain)",
    ];
    assert_eq!(failure.message.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn templates_see_nothing_when_a_value_does_not_open() {
    let mut object = sealed(&[("a", "1")], json!({ "data": { "t": "{{ fail .a }}" } }));
    object.spec.encrypted_data.insert("b".to_owned(), "AAAA".to_owned());
    let failure = open(&object, &keys(), None, true, &templates()).0.err().unwrap();
    assert_eq!(failure.reason, SyncedReason::UnsealFailed);
    assert_eq!(failure.message, "no key could decrypt secret (b)");
}

#[test]
fn a_random_template_is_not_rendered_again_while_the_secret_stands() {
    let object = sealed(&[("a", "1")], json!({ "data": { "t": "{{ randAlphaNum 20 }}{{ .a }}" } }));
    let mut server = Server::default();
    assert_eq!(step(&mut server, &object), "create");
    let first = server.secret.clone();
    assert!(observe::settled(&reported(object.clone(), 2), Some(&server.facts())));
    // Whoever changes it gets a new value in return.
    server.edit("kubectl", |secret| secret["data"]["t"] = json!("AAAA"));
    assert!(!observe::settled(&reported(object.clone(), 2), Some(&server.facts())));
    assert_eq!(step(&mut server, &object), "replace");
    assert_ne!(server.secret.as_ref().unwrap()["data"]["t"], first.unwrap()["data"]["t"]);
}

#[test]
fn the_deprecated_format_opens_where_it_is_accepted() {
    let inner = json!({ "kind": "Secret", "apiVersion": "v1", "type": "x/y", "metadata": { "labels": { "l": "1" } }, "data": { "a": "MQ==" }, "stringData": { "b": "2" } });
    let mut object = sealed(&[], json!({}));
    object.spec.data = Some(seal(&inner.to_string()));
    let secret = opened(&object).secret;
    assert_eq!(secret.type_, "x/y");
    assert_eq!(secret.data.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(secret.metadata.name.as_deref(), Some("name"));
    let message = |object: &SealedSecret, accept| {
        open(object, &keys(), None, accept, &templates()).0.err().unwrap().message
    };
    assert!(message(&object, false).contains("deprecated"));
    object.spec.encrypted_data.insert("a".to_owned(), seal("1"));
    assert!(message(&object, true).contains("at the same time"));
    assert!(message(&object, false).contains("deprecated"));
}

#[test]
fn the_status_is_written_when_it_says_something_new() {
    let good = Verdict { reason: SyncedReason::UnsealedStrict, message: String::new() };
    let bad = |message: &str| Verdict { reason: SyncedReason::UnsealFailed, message: message.to_owned() };
    let at = |second| Timestamp::from_second(second).unwrap();
    let write = |object: &mut SealedSecret, verdict: &Verdict, second| {
        let status = report::status(object, verdict, at(second));
        let written = status.is_some();
        if written {
            object.status = status;
        }
        written
    };
    let condition =
        |object: &SealedSecret| object.status.as_ref().and_then(SealedSecretStatus::synced).unwrap().clone();
    let times = |object: &SealedSecret| {
        let condition = condition(object);
        (
            condition.last_update_time.unwrap().0.as_second(),
            condition.last_transition_time.unwrap().0.as_second(),
        )
    };
    let mut object = sealed(&[], json!({}));
    assert!(write(&mut object, &bad("x"), 10));
    assert_eq!((condition(&object).status, times(&object)), (ConditionStatus::False, (10, 10)));
    assert!(!write(&mut object, &bad("x"), 20), "the same cause");
    assert!(write(&mut object, &bad("y"), 20), "another cause");
    assert_eq!(times(&object), (20, 10));
    assert!(write(&mut object, &good, 30));
    assert_eq!((condition(&object).status, times(&object)), (ConditionStatus::True, (30, 30)));
    assert_eq!(condition(&object).message, None);
    assert!(!write(&mut object, &good, 40));
    object.metadata.generation = Some(2);
    assert!(write(&mut object, &good, 50), "another generation");
    assert_eq!((object.status.as_ref().unwrap().observed_generation, times(&object)), (Some(2), (50, 30)));
}

/// An index that knows `sealed` and its Secret, settled.
fn index(sealed: &SealedSecret, server: &Server) -> (Index, ObjectKey) {
    let mut index = Index::default();
    let key = ObjectKey::of(&sealed.metadata);
    index.secrets_listing("");
    index.secret_seen("", &server.metadata());
    index.secrets_list_done("");
    let settled = reported(sealed.clone(), server.clock + 1);
    assert_eq!(index.sealed_seen(&key, &settled, Lane::Resync), Reaction::None);
    (index, key)
}

#[test]
fn the_index_asks_for_a_pass_when_spec_or_scope_change_and_not_otherwise() {
    let mut object = sealed(&[("a", "1")], json!({}));
    let mut server = Server::default();
    step(&mut server, &object);
    let (mut index, key) = index(&object, &server);
    object.metadata.labels = Some(BTreeMap::from([("touched".to_owned(), "1".to_owned())]));
    object.metadata.resource_version = Some("99".to_owned());
    assert_eq!(index.sealed_seen(&key, &object, Lane::Change), Reaction::None);
    object.metadata.annotations =
        Some(BTreeMap::from([(signet_sealed::NAMESPACE_WIDE_ANNOTATION.to_owned(), "true".to_owned())]));
    assert_eq!(index.sealed_seen(&key, &object, Lane::Change), Reaction::Pass(Lane::Change));
    object.metadata.generation = Some(2);
    assert_eq!(index.sealed_seen(&key, &object, Lane::Change), Reaction::Pass(Lane::Change));
    object.metadata.uid = Some("u-2".to_owned());
    assert_eq!(index.sealed_seen(&key, &object, Lane::Change), Reaction::Pass(Lane::Change));
}

#[test]
fn a_deleted_secret_is_brought_back_if_it_was_ours() {
    let object = sealed(&[("a", "1")], json!({}));
    let mut server = Server::default();
    step(&mut server, &object);
    let (mut index, key) = index(&object, &server);
    assert_eq!(index.secret_present(&key), Some(true));
    assert!(
        matches!(index.secret_gone("", &server.metadata()), Some((_, Reaction::Repair(pause))) if pause.is_zero())
    );
    assert_eq!((index.secret_present(&key), index.grace(&key)), (Some(false), None));
}

#[test]
fn the_name_of_a_deleted_foreign_secret_is_left_alone_for_a_moment() {
    let object = sealed(&[("a", "1")], json!({}));
    let mut index = Index::default();
    let key = ObjectKey::of(&object.metadata);
    let server = foreign(json!({}), json!({}));
    index.secret_seen("", &server.metadata());
    index.sealed_seen(&key, &object, Lane::Change);
    assert!(matches!(index.secret_gone("", &server.metadata()), Some((_, Reaction::None))));
    assert!(index.grace(&key).is_some());
}

#[test]
fn a_refused_object_is_tried_again_when_its_secret_is_offered() {
    let object = sealed(&[("a", "1")], json!({}));
    let mut server = foreign(json!({}), json!({}));
    let mut index = Index::default();
    let key = ObjectKey::of(&object.metadata);
    index.sealed_seen(&key, &object, Lane::Change);
    index.entry_mut(&key).unwrap().finished(State::Unmanaged, ConditionStatus::False);
    assert!(matches!(index.secret_seen("", &server.metadata()), Some((_, Reaction::None))));
    server.edit("kubectl", |s| {
        s["metadata"]["annotations"] = json!({ "sealedsecrets.bitnami.com/managed": "true" })
    });
    assert!(matches!(index.secret_seen("", &server.metadata()), Some((_, Reaction::Pass(Lane::Change)))));
}

#[test]
fn repairs_that_somebody_keeps_undoing_slow_down() {
    let object = sealed(&[("a", "1")], json!({}));
    let mut server = Server::default();
    step(&mut server, &object);
    let (mut index, _) = index(&object, &server);
    let mut pauses = Vec::new();
    for n in 0..9 {
        server.edit("other", |s| s["data"]["a"] = json!(format!("eHh{n}")));
        match index.secret_seen("", &server.metadata()) {
            Some((_, Reaction::Repair(pause))) => pauses.push(pause.as_secs()),
            other => panic!("{other:?}"),
        }
        let secret = opened(&object).secret;
        server.ours(&secret);
        assert!(
            matches!(index.secret_seen("", &server.metadata()), Some((_, Reaction::None))),
            "our own write is no drift"
        );
    }
    assert_eq!(pauses, [0, 0, 0, 0, 0, 1, 2, 4, 8]);
}

#[test]
fn an_entry_is_small_whatever_the_object() {
    // The key is shared with the map: its text, two counters, and the slots of a map that is half full.
    let text = "namespace-of-a-team/name-of-a-sealed-secret".len() + 16;
    let slots = 2 * (size_of::<ObjectKey>() + size_of::<super::index::Entry>() + 1);
    assert!(text + slots <= 512, "{} bytes", text + slots);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever stands there, a second pass after the first finds nothing to do.
    #[test]
    fn planning_again_after_applying_says_leave(
        values in prop::collection::btree_map("[a-c]", "[a-z]{0,4}", 0..3),
        labels in prop::collection::btree_map("[l-n]", "[a-z]{0,2}", 0..3),
        annotations in prop::collection::btree_map("[p-r]", "[a-z]{0,2}", 0..2),
        existing in prop::option::of((prop::collection::btree_map("[b-e]", Just("eA=="), 0..3), any::<bool>(), any::<bool>(), any::<bool>())),
        type_ in prop::sample::select(vec!["", "Opaque"]),
        skip_owner in any::<bool>(), keep_managed in any::<bool>(), keep_patch in any::<bool>(),
    ) {
        let mut annotations: BTreeMap<String, String> = annotations;
        for (wanted, name) in [(skip_owner, "skip-set-owner-references"), (keep_managed, "managed"), (keep_patch, "patch")] {
            if wanted {
                annotations.insert(format!("sealedsecrets.bitnami.com/{name}"), "true".to_owned());
            }
        }
        let values: Vec<(&str, &str)> = values.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let object = sealed(&values, json!({ "type": type_, "metadata": { "labels": labels, "annotations": annotations } }));
        let mut server = match existing {
            None => Server::default(),
            Some((data, managed, patch, owned)) => {
                let mut offered = serde_json::Map::new();
                for (wanted, name) in [(managed, "managed"), (patch, "patch")] {
                    if wanted {
                        offered.insert(format!("sealedsecrets.bitnami.com/{name}"), json!("true"));
                    }
                }
                let mut server = foreign(Value::Object(offered), json!(data));
                if owned {
                    let reference = json!({ "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "name": "name", "uid": "u-1", "controller": true });
                    server.edit("kubectl", |s| s["metadata"]["ownerReferences"] = json!([reference]));
                }
                server
            }
        };
        let first = step(&mut server, &object);
        let second = step(&mut server, &object);
        if first == "refuse" {
            prop_assert_eq!(second, "refuse");
        } else {
            // Taking over a managed Secret drops the annotation that allowed merging, so that a second pass may replace what
            // the first one merged.
            let third = step(&mut server, &object);
            prop_assert_eq!(third, "leave", "after {} and {}", first, second);
            prop_assert_eq!(second, "leave", "after {}", first);
        }
    }

    /// Metadata of any shape is read without a panic.
    #[test]
    fn facts_of_any_managed_fields_are_read(fields in "\\PC{0,60}", manager in "[a-z-]{0,20}") {
        let fields = serde_json::from_str(&fields).unwrap_or_else(|_| json!({ "f:data": fields, "f:metadata": [1], "f:type": null }));
        let metadata: ObjectMeta = serde_json::from_value(json!({
            "managedFields": [{ "manager": manager, "operation": "Update", "fieldsV1": fields }, {}],
        })).unwrap();
        let facts = SecretFacts::of(&metadata);
        prop_assert!(facts.needs_reading, "a Secret without a version is read before it is replaced");
    }
}
