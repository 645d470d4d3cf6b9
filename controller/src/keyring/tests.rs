use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::Secret;
use kube::core::DeserializeGuard;
use tokio_util::sync::CancellationToken;

use super::fixtures::*;
use super::registry::{Origin, Registry};
use super::*;
use crate::clock::{Clock, SystemClock};
use crate::config::{KeyOrder, KeySettings};
use crate::feed::FeedEvent;
use crate::metrics::Metrics;

// --- which keys follow from the key Secrets -------------------------------------------------------------------------

/// A registry with the keyring it publishes to.
struct Kept {
    registry: Registry,
    keyring: Keyring,
    metrics: Metrics,
}

impl Kept {
    fn new(order: KeyOrder) -> Self {
        Self { registry: Registry::new(order), keyring: Keyring::new(), metrics: Metrics::new("v").unwrap() }
    }

    /// One list found these, the other nothing.
    fn with(order: KeyOrder, secrets: &[KeySecret]) -> Self {
        let mut kept = Self::new(order);
        kept.list(Origin::Name, &[]);
        kept.list(Origin::Label, secrets);
        kept
    }

    fn tell(&mut self, origin: Origin, event: FeedEvent<DeserializeGuard<Secret>>) {
        self.registry.take(origin, event);
        self.registry.publish(&self.keyring, &self.metrics);
    }

    fn list(&mut self, origin: Origin, secrets: &[KeySecret]) {
        self.tell(origin, FeedEvent::Listing);
        for secret in secrets {
            self.tell(origin, FeedEvent::Page(vec![secret.guarded()]));
        }
        self.tell(origin, FeedEvent::Listed);
    }

    /// The numbers of the keys newest first, and the Secret of the current one.
    #[track_caller]
    fn holds(&self, numbers: &[usize], current: Option<&str>) {
        let set = self.keyring.snapshot();
        let number = |wanted| (0..4).find(|n| key(*n).fingerprint() == wanted).unwrap();
        let found: Vec<_> = set.keys.iter().map(|(age, _)| number(age.fingerprint)).collect();
        assert_eq!(found, numbers);
        assert_eq!(set.current.as_ref().map(|key| key.secret_name.as_str()), current);
    }

    fn invalid(&self) -> String {
        let text = self.metrics.render();
        text.lines().find_map(|line| line.strip_prefix("signet_key_secrets_invalid ")).unwrap().to_owned()
    }
}

#[test]
fn nothing_is_loaded_before_both_lists_are_complete() {
    let mut kept = Kept::new(KeyOrder::CertNotBefore);
    kept.tell(Origin::Label, FeedEvent::Listing);
    kept.tell(Origin::Label, FeedEvent::Page(vec![KeySecret::new("a", 0, 100).guarded()]));
    kept.tell(Origin::Label, FeedEvent::Listed);
    assert!(!kept.keyring.is_loaded());
    kept.list(Origin::Name, &[]);
    assert_eq!(kept.keyring.snapshot().generation, 1);
    kept.holds(&[0], Some("a"));
}

#[test]
fn a_namespace_without_keys_is_loaded_too() {
    let kept = Kept::with(KeyOrder::CertNotBefore, &[]);
    assert!(kept.keyring.is_loaded());
    kept.holds(&[], None);
}

#[test]
fn the_newest_certificate_is_current_in_whatever_order_keys_are_registered() {
    let secrets =
        || [("old", 0, 100), ("new", 1, 300), ("middle", 2, 200)].map(|(s, n, t)| KeySecret::new(s, n, t));
    let mut reversed = secrets();
    reversed.reverse();
    for secrets in [secrets(), reversed] {
        Kept::with(KeyOrder::CertNotBefore, &secrets).holds(&[1, 2, 0], Some("new"));
    }
}

#[test]
fn the_order_of_creation_counts_when_it_is_asked_for() {
    let secrets = || [KeySecret::new("a", 0, 300).created(1), KeySecret::new("b", 1, 100).created(2)];
    Kept::with(KeyOrder::CertNotBefore, &secrets()).holds(&[0, 1], Some("a"));
    Kept::with(KeyOrder::SecretCreationTimestamp, &secrets()).holds(&[1, 0], Some("b"));
}

#[test]
fn of_equal_times_the_secret_created_first_stays_current() {
    let secrets = [KeySecret::new("a", 0, 100).created(9), KeySecret::new("b", 1, 100).created(8)];
    Kept::with(KeyOrder::CertNotBefore, &secrets).holds(&[1, 0], Some("b"));
}

#[test]
fn the_same_key_in_two_secrets_counts_once_by_its_newest_time() {
    let secrets = [KeySecret::new("a", 0, 100), KeySecret::new("b", 0, 300), KeySecret::new("c", 1, 200)];
    let mut kept = Kept::with(KeyOrder::CertNotBefore, &secrets);
    kept.holds(&[0, 1], Some("b"));
    kept.tell(Origin::Label, FeedEvent::Deleted(KeySecret::new("b", 0, 300).guarded()));
    kept.holds(&[1, 0], Some("c"));
}

#[test]
fn every_kind_of_bad_key_secret_is_counted_and_does_not_stop_the_others() {
    let ec_key = include_bytes!("../../testdata/ec-key.pem");
    let ec_certificate = include_bytes!("../../testdata/ec-certificate.pem");
    let small = include_bytes!("../../testdata/rsa-1024-key.pem");
    let base = || KeySecret::new("bad", 1, 500);
    let cut = key_pem(1).as_bytes();
    let bad: Vec<(KeySecret, KeyFault)> = vec![
        (base().entry("tls.key", None), KeyFault::NoPrivateKey),
        (base().entry("tls.key", Some(b"")), KeyFault::PrivateKey(signet_sealed::KeyError::NoKey)),
        (
            base().entry("tls.key", Some(b"\xff\0garbage")),
            KeyFault::PrivateKey(signet_sealed::KeyError::NoKey),
        ),
        (base().entry("tls.key", Some(ec_key)), KeyFault::PrivateKey(signet_sealed::KeyError::NotRsa)),
        (base().entry("tls.key", Some(small)), KeyFault::PrivateKey(signet_sealed::KeyError::Size(1024))),
        (
            base().entry("tls.key", Some(&cut[..cut.len() / 2])),
            KeyFault::PrivateKey(signet_sealed::KeyError::NoKey),
        ),
        (base().entry("tls.crt", None), KeyFault::NoCertificate),
        (
            base().entry("tls.crt", Some(b"x")),
            KeyFault::Certificate(signet_sealed::CertificateError::NoCertificate),
        ),
        (
            base().entry("tls.crt", Some(ec_certificate)),
            KeyFault::Certificate(signet_sealed::CertificateError::NotRsa),
        ),
    ];
    for (secret, fault) in bad {
        let found = secret::read(secret.secret(), KeyOrder::CertNotBefore).err();
        assert_eq!(found.as_ref(), Some(&fault));
        let kept = Kept::with(KeyOrder::CertNotBefore, &[secret, KeySecret::new("good", 0, 100)]);
        kept.holds(&[0], Some("good"));
        assert_eq!(kept.invalid(), "1", "{fault}");
    }
}

#[test]
fn a_secret_that_does_not_decode_is_counted_by_its_name() {
    let json = serde_json::json!([
        {"metadata": {"name": "odd", "resourceVersion": "1"}, "data": {"tls.key": 5}},
    ]);
    let mut page: Vec<DeserializeGuard<Secret>> = serde_json::from_value(json).unwrap();
    page.push(KeySecret::new("good", 0, 100).guarded());
    let mut kept = Kept::with(KeyOrder::CertNotBefore, &[]);
    kept.tell(Origin::Label, FeedEvent::Listing);
    kept.tell(Origin::Label, FeedEvent::Page(page));
    kept.tell(Origin::Label, FeedEvent::Listed);
    kept.holds(&[0], Some("good"));
    assert_eq!(kept.invalid(), "1");
}

#[test]
fn a_key_whose_certificate_is_of_another_key_opens_but_does_not_seal() {
    let mismatched =
        KeySecret::new("b", 1, 200).entry("tls.crt", Some(certificate(2, 500).to_pem().as_bytes()));
    let kept = Kept::with(KeyOrder::CertNotBefore, &[KeySecret::new("a", 0, 100), mismatched]);
    kept.holds(&[1, 0], Some("a"));
    assert_eq!(kept.invalid(), "1");
}

#[test]
fn only_the_first_of_several_certificates_counts() {
    let chain = format!("{}{}", certificate(0, 100).to_pem(), certificate(1, 900).to_pem());
    let secret = KeySecret::new("a", 0, 100).entry("tls.crt", Some(chain.as_bytes()));
    let kept = Kept::with(KeyOrder::CertNotBefore, &[secret]);
    kept.holds(&[0], Some("a"));
    let current = kept.keyring.snapshot().current.clone().unwrap();
    assert_eq!(current.certificate.to_pem().matches("BEGIN").count(), 1);
    assert_eq!(current.since, at(100));
}

#[test]
fn an_expired_certificate_is_used_all_the_same() {
    Kept::with(KeyOrder::CertNotBefore, &[KeySecret::new("a", 0, 1)]).holds(&[0], Some("a"));
}

#[test]
fn deleted_and_relabelled_keys_are_dropped_at_once() {
    let secrets = || [KeySecret::new("a", 0, 100), KeySecret::new("b", 1, 200)];
    let mut kept = Kept::with(KeyOrder::CertNotBefore, &secrets());
    // The feed selects active keys, so relabelling arrives as a deletion.
    kept.tell(Origin::Label, FeedEvent::Deleted(secrets()[1].guarded()));
    kept.holds(&[0], Some("a"));
    // A change that was missed shows in the next list.
    let mut kept = Kept::with(KeyOrder::CertNotBefore, &secrets());
    kept.list(Origin::Label, &secrets()[..1]);
    kept.holds(&[0], Some("a"));
}

#[test]
fn a_changed_secret_replaces_its_key_and_the_same_version_changes_nothing() {
    let secret = KeySecret::new("a", 0, 100);
    let mut kept = Kept::with(KeyOrder::CertNotBefore, std::slice::from_ref(&secret));
    let before = kept.keyring.snapshot().generation;
    kept.tell(Origin::Label, FeedEvent::Applied(secret.guarded()));
    kept.list(Origin::Label, std::slice::from_ref(&secret));
    kept.tell(Origin::Label, FeedEvent::Applied(secret.version(2).guarded()));
    assert_eq!(kept.keyring.snapshot().generation, before, "an annotation is no change of keys");
    kept.tell(Origin::Label, FeedEvent::Applied(KeySecret::new("a", 1, 100).version(3).guarded()));
    kept.holds(&[1], Some("a"));
    assert_eq!(kept.keyring.snapshot().generation, before + 1);
}

#[test]
fn a_certificate_that_is_replaced_is_served() {
    let mut kept = Kept::with(KeyOrder::CertNotBefore, &[KeySecret::new("a", 0, 100)]);
    let other = certificate(0, 100);
    let changed = KeySecret::new("a", 0, 100).version(2).entry("tls.crt", Some(other.to_pem().as_bytes()));
    kept.tell(Origin::Label, FeedEvent::Applied(changed.guarded()));
    let current = kept.keyring.snapshot().current.clone().unwrap();
    assert_eq!(current.certificate.to_pem(), other.to_pem());
}

#[test]
fn the_legacy_key_is_used_without_a_label_and_not_with_another_value() {
    let legacy = |label| KeySecret::new("sealed-secrets-key", 0, 100).label(label);
    let list = |secret: KeySecret| {
        let mut kept = Kept::with(KeyOrder::CertNotBefore, &[]);
        kept.list(Origin::Name, &[secret]);
        kept
    };
    list(legacy(None)).holds(&[0], Some("sealed-secrets-key"));
    list(legacy(Some("compromised"))).holds(&[], None);
    let mut kept = list(legacy(None));
    kept.tell(Origin::Name, FeedEvent::Applied(legacy(Some("compromised")).version(2).guarded()));
    kept.holds(&[], None);
}

#[test]
fn a_key_of_this_process_survives_a_list_that_was_begun_before_it() {
    let mut kept = Kept::with(KeyOrder::CertNotBefore, &[]);
    kept.tell(Origin::Label, FeedEvent::Listing);
    let secret = KeySecret::new("mine", 0, 100).secret();
    let usable =
        secret::UsableKey::new(key(0), certificate(0, 100), "mine".into(), KeyOrder::CertNotBefore, at(100));
    kept.registry.add(&secret.metadata, usable);
    kept.tell(Origin::Label, FeedEvent::Listed);
    kept.holds(&[0], Some("mine"));
}

#[tokio::test]
async fn subscribers_hear_of_every_change() {
    let mut kept = Kept::new(KeyOrder::CertNotBefore);
    let mut changes = kept.keyring.subscribe();
    assert_eq!(*changes.borrow_and_update(), 0);
    kept.list(Origin::Name, &[]);
    kept.list(Origin::Label, &[]);
    kept.keyring.loaded().await;
    assert_eq!(*changes.borrow_and_update(), 1);
    kept.list(Origin::Label, &[KeySecret::new("a", 0, 100)]);
    assert_eq!(*changes.borrow_and_update(), 2);
}

// --- making keys ----------------------------------------------------------------------------------------------------

/// What the controller asked the API server for.
#[derive(Clone, Debug)]
struct Asked {
    method: Method,
    target: String,
    accept: String,
    body: serde_json::Value,
}

/// What the API server of a scenario has and does.
struct Script {
    /// Codes with which creations are answered, the last one first; after that they succeed.
    failures: Mutex<Vec<u16>>,
    existing: Vec<(Origin, KeySecret)>,
}

/// The keys of a controller whose API server follows a script.
struct Scenario {
    asked: Arc<Mutex<Vec<Asked>>>,
    service: Arc<KeyService>,
    keyring: Arc<Keyring>,
}

impl Scenario {
    async fn new(settings: KeySettings, failures: &[u16]) -> Self {
        Self::with(settings, failures, Vec::new()).await
    }

    /// With key Secrets that exist, each found by its label or by the legacy name.
    async fn with(settings: KeySettings, failures: &[u16], existing: Vec<(Origin, KeySecret)>) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let script = Arc::new(Script { failures: Mutex::new(failures.to_vec()), existing });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (log, script) = (Arc::clone(&log), Arc::clone(&script));
                let service = hyper::service::service_fn(move |request| {
                    respond(request, Arc::clone(&log), Arc::clone(&script))
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        let config = kube::Config::new(format!("http://{address}").parse().unwrap());
        let client = kube::Client::try_from(config).unwrap();
        let keyring = Arc::new(Keyring::new());
        let metrics = Arc::new(Metrics::new("v").unwrap());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let service =
            KeyService::new(client, "ns".to_owned(), settings, Arc::clone(&keyring), metrics, clock);
        Self { asked, service, keyring }
    }

    fn created(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.method == Method::POST).cloned().collect()
    }

    /// Runs the feed and the management of keys until there are as many keys as wanted.
    async fn run_until(&self, keys: usize) {
        let stop = CancellationToken::new();
        let tasks = [
            tokio::spawn({
                let (service, stop) = (Arc::clone(&self.service), stop.clone());
                async move { service.watch(stop).await }
            }),
            tokio::spawn({
                let (service, stop) = (Arc::clone(&self.service), stop.clone());
                async move { service.manage(stop).await }
            }),
        ];
        let mut changes = self.keyring.subscribe();
        let enough = async {
            while self.keyring.snapshot().keys.len() < keys {
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(60), enough).await.expect("the keys appear");
        stop.cancel();
        for task in tasks {
            task.await.unwrap();
        }
    }
}

async fn respond(
    request: http::Request<Incoming>,
    log: Arc<Mutex<Vec<Asked>>>,
    script: Arc<Script>,
) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
    let (head, body) = request.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let target = head.uri.to_string();
    let accept = head.headers.get("accept").map_or("", |value| value.to_str().unwrap()).to_owned();
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    log.lock().unwrap().push(Asked { method: head.method.clone(), target: target.clone(), accept, body });
    let (code, json) = if head.method == Method::POST {
        let failure = { script.failures.lock().unwrap().pop() };
        let count = log.lock().unwrap().iter().filter(|asked| asked.method == Method::POST).count();
        match failure {
            Some(code) => (
                code,
                serde_json::json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "no", "reason": "InternalError", "code": code}),
            ),
            None => (
                201,
                serde_json::json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": {"name": format!("k{count}"), "uid": "u", "resourceVersion": "5", "creationTimestamp": "2026-01-01T00:00:00Z"}}),
            ),
        }
    } else if target.contains("watch=true") {
        // A watch in which nothing happens.
        std::future::pending().await
    } else {
        let origin = if target.contains("labelSelector") { Origin::Label } else { Origin::Name };
        let found = script.existing.iter().filter(|(found, _)| *found == origin);
        let items: Vec<_> = found.map(|(_, secret)| secret.secret()).collect();
        let metadata = serde_json::json!({"resourceVersion": "1"});
        (
            200,
            serde_json::json!({"kind": "SecretList", "apiVersion": "v1", "metadata": metadata, "items": items}),
        )
    };
    let mut response = Response::new(Full::new(Bytes::from(json.to_string())));
    *response.status_mut() = StatusCode::from_u16(code).unwrap();
    Ok(response)
}

fn settings() -> KeySettings {
    KeySettings {
        prefix: "sealed-secrets-key".to_owned(),
        size: 2048,
        ttl: Duration::from_secs(3600),
        common_name: "my-cn".to_owned(),
        renew_period: None,
        order: KeyOrder::CertNotBefore,
        cutoff: None,
        annotations: BTreeMap::from([("note".to_owned(), "mine".to_owned())]),
        labels: BTreeMap::from([("team".to_owned(), "a".to_owned())]),
    }
}

fn decoded(asked: &Asked, entry: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(asked.body["data"][entry].as_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_key_is_written_as_upstream_writes_it() {
    let scenario = Scenario::new(settings(), &[]).await;
    scenario.run_until(1).await;
    let created = scenario.created();
    assert_eq!(created.len(), 1);
    let asked = &created[0];
    assert_eq!(asked.target, "/api/v1/namespaces/ns/secrets");
    assert!(asked.accept.contains("PartialObjectMetadata"), "the server is not asked to send the key back");
    assert_eq!(asked.body["kind"], "Secret");
    assert_eq!(asked.body["type"], "kubernetes.io/tls");
    assert_eq!(
        asked.body["metadata"],
        serde_json::json!({
            "namespace": "ns",
            "generateName": "sealed-secrets-key",
            "labels": {"sealedsecrets.bitnami.com/sealed-secrets-key": "active", "team": "a"},
            "annotations": {"note": "mine"},
        })
    );
    assert_eq!(asked.body["data"].as_object().unwrap().len(), 2);
    let pem = decoded(asked, "tls.key");
    assert!(pem.starts_with(b"-----BEGIN RSA PRIVATE KEY-----\n"));
    let key = PrivateKey::from_pem(&pem).unwrap();
    let certificate = Certificate::from_pem(&decoded(asked, "tls.crt")).unwrap();
    assert_eq!(certificate.fingerprint(), key.fingerprint());
    assert_eq!(certificate.not_after().duration_since(certificate.not_before()).as_secs(), 3600);

    let set = scenario.keyring.snapshot();
    let current = set.current.as_ref().unwrap();
    assert_eq!((current.secret_name.as_str(), current.fingerprint), ("k1", key.fingerprint()));
    assert_eq!(current.certificate.to_pem().as_bytes(), decoded(asked, "tls.crt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_searched_by_label_and_by_the_legacy_name() {
    let scenario = Scenario::new(settings(), &[]).await;
    scenario.run_until(1).await;
    let asked = scenario.asked.lock().unwrap();
    let lists: Vec<_> =
        asked.iter().filter(|a| a.method == Method::GET && !a.target.contains("watch=true")).collect();
    let has = |part: &str| lists.iter().filter(|a| a.target.contains(part)).count();
    assert_eq!(has("labelSelector=sealedsecrets.bitnami.com%2Fsealed-secrets-key%3Dactive"), 1);
    assert_eq!(has("fieldSelector=metadata.name%3Dsealed-secrets-key"), 1);
    assert_eq!(lists.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_stored_is_not_used_and_the_next_one_is_tried() {
    let scenario = Scenario::new(settings(), &[500]).await;
    scenario.run_until(1).await;
    let created = scenario.created();
    assert_eq!(created.len(), 2);
    let stored = Certificate::from_pem(&decoded(&created[1], "tls.crt")).unwrap();
    let set = scenario.keyring.snapshot();
    assert_eq!(set.keys.iter().map(|(age, _)| age.fingerprint).collect::<Vec<_>>(), [stored.fingerprint()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_renewed_period_after_period_and_the_newest_is_current() {
    let settings = KeySettings { renew_period: Some(Duration::from_millis(100)), ..settings() };
    let scenario = Scenario::new(settings, &[]).await;
    scenario.run_until(3).await;
    let set = scenario.keyring.snapshot();
    let newest = set.keys.iter().map(|(age, _)| age.since).max();
    assert_eq!(set.current.as_ref().map(|current| current.since), newest);
    assert_eq!(set.current.as_ref().map(|current| current.fingerprint), Some(set.keys[0].0.fingerprint));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_makes_one_key_even_without_a_renewal_period() {
    let scenario = Scenario::new(settings(), &[]).await;
    scenario.run_until(1).await;
    let stop = CancellationToken::new();
    let task = tokio::spawn({
        let (service, stop) = (Arc::clone(&scenario.service), stop.clone());
        async move { service.generate_on_signal(stop).await }
    });
    let mut changes = scenario.keyring.subscribe();
    let raised = async {
        while scenario.keyring.snapshot().keys.len() < 2 {
            // The handler may not be there yet; only this test listens for the signal, and then it is caught.
            tokio::select! {
                changed = changes.changed() => changed.unwrap(),
                () = tokio::time::sleep(Duration::from_millis(50)) => raise_when_caught(),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), raised).await.expect("the key appears");
    stop.cancel();
    task.await.unwrap();
}

/// Sends SIGUSR1 to this process once it is caught; without a handler it would end the process.
fn raise_when_caught() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim();
    let caught = u64::from_str_radix(mask, 16).unwrap() & (1 << (10 - 1)) != 0;
    if caught {
        let this = std::process::id().to_string();
        assert!(std::process::Command::new("kill").args(["-USR1", &this]).status().unwrap().success());
    }
}

/// Seconds since the epoch, some time ago.
fn ago(seconds: i64) -> i64 {
    Timestamp::now().as_second() - seconds
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_exists_is_used_and_none_is_made() {
    for (origin, name, label) in
        [(Origin::Label, "mine", Some("active")), (Origin::Name, "sealed-secrets-key", None)]
    {
        let existing = vec![(origin, KeySecret::new(name, 0, ago(1000)).label(label))];
        let scenario = Scenario::with(settings(), &[], existing).await;
        scenario.run_until(1).await;
        let current = scenario.keyring.snapshot().current.as_ref().map(|key| key.fingerprint);
        assert_eq!(current, Some(key(0).fingerprint()));
        // One that is asked for is the first that is made.
        assert_eq!(scenario.service.generate().await.unwrap(), "k1");
        assert_eq!(scenario.created().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_almost_stale_is_renewed_in_time() {
    let settings = KeySettings { renew_period: Some(Duration::from_secs(20)), ..settings() };
    let old = vec![(Origin::Label, KeySecret::new("old", 0, ago(19)))];
    let scenario = Scenario::with(settings, &[], old).await;
    scenario.run_until(2).await;
    let current = scenario.keyring.snapshot().current.as_ref().map(|key| key.secret_name.clone());
    assert_eq!(current.as_deref(), Some("k1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cutoff_of_now_forces_a_key() {
    let settings = KeySettings { cutoff: Some(Timestamp::now()), ..settings() };
    let old = vec![(Origin::Label, KeySecret::new("old", 0, ago(3600)))];
    let scenario = Scenario::with(settings, &[], old).await;
    scenario.run_until(2).await;
    assert_eq!(scenario.created().len(), 1);
}

// --- secrets --------------------------------------------------------------------------------------------------------

#[test]
fn nothing_that_is_said_of_a_key_secret_shows_what_is_in_it() {
    const CANARY: &str = "canary-91c2e0";
    let (logged, _guard) = crate::logging::Captured::start();
    let block = format!("-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----\n");
    let base = || KeySecret::new("bad", 1, 500);
    let secrets = [
        base().entry("tls.key", Some(block.as_bytes())),
        base().entry("tls.key", Some(CANARY.as_bytes())),
        base().entry("tls.crt", Some(CANARY.as_bytes())),
        base().entry(CANARY, Some(CANARY.as_bytes())).entry("tls.crt", None),
        KeySecret::new("good", 0, 100),
    ];
    let mut said = String::new();
    for secret in &secrets {
        said.push_str(&Kept::with(KeyOrder::CertNotBefore, std::slice::from_ref(secret)).metrics.render());
        if let Err(fault) = secret::read(secret.secret(), KeyOrder::CertNotBefore) {
            said.push_str(&format!("{fault} {fault:?}"));
        }
    }
    assert_eq!(logged.text().lines().count(), secrets.len());
    said.push_str(&logged.text());
    assert!(!said.contains(CANARY) && !said.contains("PRIVATE"), "{said}");
    assert!(!said.contains(key_pem(0).lines().nth(1).unwrap()));
}
