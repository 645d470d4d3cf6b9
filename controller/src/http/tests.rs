use std::collections::BTreeMap;
use std::net::IpAddr;

use http::Method;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use proptest::prelude::*;
use signet_sealed::{Label, Scope, SystemRandom, open_value, seal_value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::config::ListenAddr;
use crate::keyring::fixtures::{key, keyring};
use crate::logging::Captured;

const CANARY: &str = "canary-3f9a17";

fn settings() -> HttpSettings {
    let listen = ListenAddr { host: "127.0.0.1".to_owned(), port: 0 };
    HttpSettings {
        listen_metrics: listen.clone(),
        listen,
        read_timeout: Some(Duration::from_secs(120)),
        write_timeout: Some(Duration::from_secs(120)),
        rate: 1_000_000,
        burst: 1_000_000,
    }
}

fn api(keyring: Arc<Keyring>) -> Api {
    Api {
        keyring,
        metrics: Arc::new(Metrics::new("v").unwrap()),
        readiness: Arc::new(Readiness::new()),
        rsa: Arc::new(RsaPool::start().unwrap()),
        settings: settings(),
        accept_v1: true,
    }
}

/// Two keys, of which number 1 is the newer.
fn state() -> State {
    State::new(api(keyring(&[(0, 100), (1, 200)])))
}

/// What came back.
#[derive(Debug, PartialEq)]
struct Got {
    status: u16,
    kind: String,
    body: String,
    headers: BTreeMap<String, String>,
}

async fn send(state: &State, request: Request<Full<Bytes>>, peer: [u8; 4]) -> Got {
    let answer = state.answer(request, SocketAddr::from((IpAddr::from(peer), 9))).await;
    let (head, body) = answer.into_parts();
    let headers: BTreeMap<_, _> = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let kind = headers.get("content-type").cloned().unwrap_or_default();
    Got { status: head.status.as_u16(), kind, body, headers }
}

async fn post(state: &State, path: &str, body: impl Into<Bytes>) -> Got {
    let request = Request::builder().method(Method::POST).uri(path).body(Full::new(body.into())).unwrap();
    send(state, request, [10, 0, 0, 1]).await
}

async fn get(state: &State, path: &str) -> Got {
    send(state, Request::get(path).body(Full::default()).unwrap(), [10, 0, 0, 1]).await
}

fn sealed(n: usize, scope: Scope, namespace: &str, name: &str, value: &str) -> String {
    let label = Label::new(scope, namespace, name).unwrap();
    seal_value(&key(n).public_key().unwrap(), &label, value.as_bytes(), &mut SystemRandom).unwrap()
}

/// A SealedSecret `ns/name` with these values sealed by key `n`.
fn object(n: usize, entries: &[(&str, &str)]) -> serde_json::Value {
    let data: BTreeMap<_, _> =
        entries.iter().map(|(k, v)| (*k, sealed(n, Scope::Strict, "ns", "name", v))).collect();
    serde_json::json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": "name", "namespace": "ns"},
        "spec": {"encryptedData": data},
    })
}

// --- the rows of the interface table, for every method --------------------------------------------------------------

#[tokio::test]
async fn health_readiness_and_unknown_paths_answer_any_method() {
    let state = state();
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let ask = async |path: &str| {
            send(
                &state,
                Request::builder().method(method).uri(path).body(Full::default()).unwrap(),
                [10, 0, 0, 1],
            )
            .await
        };
        let health = ask("/healthz").await;
        assert_eq!(
            (health.status, health.kind.as_str(), health.body.as_str()),
            (200, "text/plain; charset=utf-8", "ok\n")
        );
        for path in [
            "/",
            "/metrics",
            "/healthz/",
            "/v1/cert.pem/",
            "/v1",
            "/v1/verify/x",
            "/V1/verify",
            "//v1/verify",
        ] {
            let missing = ask(path).await;
            assert_eq!(
                (missing.status, missing.body.as_str()),
                (404, "404 page not found\n"),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn readiness_waits_for_the_keys_and_health_does_not() {
    let keyring = Arc::new(Keyring::new());
    let state = State::new(api(Arc::clone(&keyring)));
    assert_eq!(get(&state, "/healthz").await.status, 200);
    assert_eq!(get(&state, "/readyz").await.status, 503);
    state.api.readiness.set(true);
    assert_eq!(get(&state, "/readyz").await.status, 503);
    keyring.publish(Vec::new(), None);
    assert_eq!(get(&state, "/readyz").await.status, 200);
    state.api.readiness.set(false);
    assert_eq!(get(&state, "/readyz").await.status, 503);
}

#[tokio::test]
async fn the_certificate_is_the_current_one_and_follows_a_change() {
    let keyring = keyring(&[(0, 100)]);
    let state = State::new(api(Arc::clone(&keyring)));
    for method in ["GET", "HEAD", "POST"] {
        let request =
            Request::builder().method(method).uri("/v1/cert.pem?x=y").body(Full::default()).unwrap();
        let got = send(&state, request, [10, 0, 0, 1]).await;
        let current = keyring.snapshot().current.clone().unwrap();
        assert_eq!(
            (got.status, got.kind.as_str(), got.body.as_str()),
            (200, "application/x-pem-file", current.certificate.to_pem())
        );
    }
    let newer = crate::keyring::fixtures::keyring(&[(1, 200)]).snapshot();
    keyring.publish(Vec::new(), newer.current.clone());
    assert_eq!(get(&state, "/v1/cert.pem").await.body, newer.current.as_ref().unwrap().certificate.to_pem());
    keyring.publish(Vec::new(), None);
    let none = get(&state, "/v1/cert.pem").await;
    assert_eq!(
        (none.status, none.kind.as_str(), none.body.as_str()),
        (500, "text/plain; charset=utf-8", "cannot get certificate\n")
    );
}

#[tokio::test]
async fn verify_accepts_what_opens_with_any_key_in_json_and_yaml() {
    let state = state();
    for n in [0, 1] {
        let json = object(n, &[("a", "1"), ("b", "2")]);
        let yaml = signet_manifest::to_yaml(&signet_manifest::Value::from_json(json.clone())).into_string();
        for body in [json.to_string(), yaml.clone(), format!("---\n{yaml}---\n")] {
            for method in ["POST", "GET", "PUT"] {
                let request = Request::builder()
                    .method(method)
                    .uri("/v1/verify")
                    .body(Full::new(body.clone().into()))
                    .unwrap();
                let got = send(&state, request, [10, 0, 0, 1]).await;
                assert_eq!((got.status, got.body.as_str()), (200, ""), "{method} {body}");
            }
        }
    }
}

/// Objects that are SealedSecrets but cannot be opened: 409 from verify, 500 from rotate, and no word more.
fn objects_that_cannot_be_opened() -> Vec<(&'static str, serde_json::Value)> {
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = object(0, &[("a", "1"), ("b", "2")]);
        change(&mut value);
        value
    };
    let text = |value: &serde_json::Value| value["spec"]["encryptedData"]["a"].as_str().unwrap().to_owned();
    vec![
        ("another name", with(&|o| o["metadata"]["name"] = "other".into())),
        ("another namespace", with(&|o| o["metadata"]["namespace"] = "other".into())),
        ("no name", with(&|o| drop(o["metadata"].as_object_mut().unwrap().remove("name")))),
        ("no metadata", with(&|o| drop(o.as_object_mut().unwrap().remove("metadata")))),
        (
            "another scope",
            with(&|o| {
                o["metadata"]["annotations"] =
                    serde_json::json!({"sealedsecrets.bitnami.com/cluster-wide": "true"})
            }),
        ),
        ("an unknown key", object(2, &[("a", "1")])),
        (
            "one bad entry among good ones",
            with(&|o| o["spec"]["encryptedData"]["b"] = sealed(2, Scope::Strict, "ns", "name", "x").into()),
        ),
        ("no base64", with(&|o| o["spec"]["encryptedData"]["a"] = "*".into())),
        ("an empty text", with(&|o| o["spec"]["encryptedData"]["a"] = "".into())),
        ("no text at all", with(&|o| o["spec"]["encryptedData"]["a"] = 5.into())),
        ("a short text", with(&|o| o["spec"]["encryptedData"]["a"] = "AQ==".into())),
        (
            "a cut text",
            with(&|o| {
                let t = text(o);
                o["spec"]["encryptedData"]["a"] = t[..t.len() - 4].into()
            }),
        ),
        ("both formats", with(&|o| o["spec"]["data"] = text(o).into())),
        ("an empty legacy blob", with(&|o| o["spec"] = serde_json::json!({"data": ""}))),
    ]
}

#[tokio::test]
async fn whatever_cannot_be_opened_is_refused_without_a_difference() {
    let state = state();
    for (case, value) in objects_that_cannot_be_opened() {
        let verified = post(&state, "/v1/verify", value.to_string()).await;
        assert_eq!(
            (verified.status, verified.kind.as_str(), verified.body.as_str()),
            (409, "", ""),
            "verify: {case}"
        );
        let rotated = post(&state, "/v1/rotate", value.to_string()).await;
        assert_eq!(
            (rotated.status, rotated.kind.as_str(), rotated.body.as_str()),
            (500, "", ""),
            "rotate: {case}"
        );
        let names = |got: &Got| got.headers.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&verified), names(&rotated), "{case}");
    }
}

#[tokio::test]
async fn what_is_no_sealed_secret_is_an_error() {
    let state = state();
    let good = object(0, &[("a", "1")]);
    let yaml = signet_manifest::to_yaml(&signet_manifest::Value::from_json(good.clone())).into_string();
    let without = |field: &str| {
        let mut value = good.clone();
        value.as_object_mut().unwrap().remove(field);
        value.to_string()
    };
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".to_vec(),
        b"k8s\0\x0a\x0f\x0a\x02v1\x12\x06Secret".to_vec(),
        b"\xff\xfe".to_vec(),
        b"apiVersion: v1\nkind: Secret\n".to_vec(),
        without("kind").into_bytes(),
        without("apiVersion").into_bytes(),
    ];
    for body in bodies {
        for path in ["/v1/verify", "/v1/rotate"] {
            let got = post(&state, path, body.clone()).await;
            assert_eq!(
                (got.status, got.body.as_str()),
                (500, ""),
                "{path} {:?}",
                String::from_utf8_lossy(&body)
            );
        }
    }
    let two = format!("{yaml}---\n{yaml}");
    assert_eq!(post(&state, "/v1/verify", two.clone()).await.status, 500, "verify takes one document");
    assert_eq!(post(&state, "/v1/rotate", two).await.status, 200, "rotate takes the first");
}

#[tokio::test]
async fn bodies_are_bounded() {
    let state = state();
    for path in ["/v1/verify", "/v1/rotate"] {
        assert_eq!(post(&state, path, vec![b' '; (4 << 20) + 1]).await.status, 413, "{path}");
        assert_eq!(
            post(&state, path, vec![b' '; 4 << 20]).await.status,
            500,
            "{path}: nothing but white space"
        );
        let broken =
            StreamBody::new(futures::stream::iter([Err::<Frame<Bytes>, _>(std::io::Error::other("gone"))]));
        let request = Request::post(path).body(broken).unwrap();
        let answer = state.answer(request, SocketAddr::from(([10, 0, 0, 1], 9))).await;
        assert_eq!(answer.status(), 400, "{path}");
    }
}

#[tokio::test]
async fn an_object_without_values_opens() {
    let state = state();
    for spec in [
        serde_json::json!({}),
        serde_json::json!({"encryptedData": {}}),
        serde_json::json!({"encryptedData": null}),
        serde_json::json!({"encryptedData": [1]}),
    ] {
        let mut value = object(0, &[]);
        value["spec"] = spec.clone();
        assert_eq!(post(&state, "/v1/verify", value.to_string()).await.status, 200, "{spec}");
        let rotated = post(&state, "/v1/rotate", value.to_string()).await;
        let rotated: serde_json::Value = serde_json::from_str(&rotated.body).unwrap();
        assert_eq!(rotated["spec"]["encryptedData"], serde_json::json!({}));
    }
}

#[tokio::test]
async fn templates_are_not_rendered_so_they_can_ask_nothing() {
    let state = state();
    for template in ["{{ fail \"no\" }}", "{{ if eq .a \"1\" }}{{ fail \"x\" }}{{ end }}", "{{ broken"] {
        let mut value = object(0, &[("a", "1")]);
        value["spec"]["template"] = serde_json::json!({"data": {"t": template}});
        assert_eq!(post(&state, "/v1/verify", value.to_string()).await.status, 200, "{template}");
        let rotated = post(&state, "/v1/rotate", value.to_string()).await;
        let rotated: serde_json::Value = serde_json::from_str(&rotated.body).unwrap();
        assert_eq!(rotated["spec"]["template"]["data"]["t"], template);
        assert_eq!(rotated["spec"]["encryptedData"].as_object().unwrap().len(), 1);
    }
}

// --- re-encryption --------------------------------------------------------------------------------------------------

async fn rotate(state: &State, value: &serde_json::Value) -> serde_json::Value {
    let got = post(state, "/v1/rotate", value.to_string()).await;
    assert_eq!((got.status, got.kind.as_str()), (200, "application/json"));
    serde_json::from_str(&got.body).unwrap()
}

fn opened(n: usize, scope: Scope, value: &serde_json::Value) -> String {
    let label = Label::new(scope, "ns", "name").unwrap();
    let plaintext = open_value(&key(n), &label, value.as_str().unwrap()).unwrap();
    String::from_utf8(plaintext.expose().to_vec()).unwrap()
}

#[tokio::test]
async fn rotate_seals_every_value_with_the_current_key_under_the_same_label() {
    let state = state();
    let entries = [("a", "1"), ("empty", ""), ("c", "three")];
    for n in [0, 1] {
        let before = object(n, &entries);
        let after = rotate(&state, &before).await;
        for (name, value) in entries {
            assert_eq!(opened(1, Scope::Strict, &after["spec"]["encryptedData"][name]), value);
            assert_ne!(after["spec"]["encryptedData"][name], before["spec"]["encryptedData"][name]);
        }
        assert_eq!(after["spec"]["encryptedData"].as_object().unwrap().len(), entries.len());
        assert_eq!((&after["kind"], &after["metadata"]), (&before["kind"], &before["metadata"]));
    }
}

#[tokio::test]
async fn rotate_changes_nothing_but_the_values_and_what_a_cluster_adds() {
    let state = state();
    let mut value = object(0, &[("a", "1")]);
    value["metadata"] = serde_json::json!({
        "name": "name", "namespace": "ns", "labels": {"app": "x"}, "finalizers": ["f"],
        "annotations": {"note": "mine", "kubectl.kubernetes.io/last-applied-configuration": "{}", "signet.dev/sealed-with": "SHA256:old"},
        "uid": "u", "resourceVersion": "7", "generation": 3, "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{"manager": "m"}], "selfLink": "/x",
    });
    value["spec"]["template"] = serde_json::json!({
        "metadata": {"labels": {"from": "template"}, "annotations": {"other": "one"}, "creationTimestamp": null},
        "type": "kubernetes.io/basic-auth", "immutable": false, "data": {"t": "{{ .a }}"},
    });
    value["status"] = serde_json::json!({"observedGeneration": 3, "conditions": []});
    let after = rotate(&state, &value).await;
    let current = state.api.keyring.snapshot().current.clone().unwrap();
    assert_eq!(
        after["metadata"],
        serde_json::json!({
            "name": "name", "namespace": "ns", "labels": {"app": "x"}, "finalizers": ["f"],
            "annotations": {"note": "mine", "signet.dev/sealed-with": current.fingerprint.to_string()},
        })
    );
    assert_eq!(
        after["spec"]["template"],
        serde_json::json!({
            "metadata": {"labels": {"from": "template"}, "annotations": {"other": "one"}},
            "type": "kubernetes.io/basic-auth", "immutable": false, "data": {"t": "{{ .a }}"},
        })
    );
    assert_eq!(after.get("status"), None);
    // What rotate gives can be verified and rotated again.
    assert_eq!(post(&state, "/v1/verify", after.to_string()).await.status, 200);
    rotate(&state, &after).await;
}

/// The scope comes from the object's metadata; the template's annotations (CVE-2026-22728) have no say.
#[tokio::test]
async fn rotate_keeps_the_scope_of_the_metadata_whatever_the_template_says() {
    let state = state();
    let annotation = |scope: Scope| {
        scope.annotation().map_or(serde_json::json!({}), |name| serde_json::json!({name: "true"}))
    };
    for scope in Scope::ALL {
        for claimed in Scope::ALL {
            let mut value = object(0, &[]);
            value["metadata"]["annotations"] = annotation(scope);
            value["spec"]["encryptedData"]["a"] = sealed(0, scope, "ns", "name", "1").into();
            value["spec"]["template"]["metadata"] =
                serde_json::json!({"annotations": annotation(claimed), "name": "other", "namespace": "away"});
            let after = rotate(&state, &value).await;
            assert_eq!(opened(1, scope, &after["spec"]["encryptedData"]["a"]), "1", "{scope} {claimed}");
            for place in [&after["metadata"], &after["spec"]["template"]["metadata"]] {
                let found = place.get("annotations").cloned().unwrap_or(serde_json::json!({}));
                assert_eq!(found, annotation(scope), "{scope} {claimed}");
            }
        }
    }
}

#[tokio::test]
async fn without_a_current_key_rotate_fails_and_verify_works() {
    let full = keyring(&[(0, 100)]);
    let keys = full.snapshot().keys.clone();
    full.publish(keys, None);
    let state = State::new(api(full));
    let value = object(0, &[("a", "1")]).to_string();
    assert_eq!(post(&state, "/v1/verify", value.clone()).await.status, 200);
    assert_eq!(post(&state, "/v1/rotate", value).await.status, 500);
}

#[tokio::test]
async fn the_deprecated_format_follows_its_switch_and_keeps_its_form() {
    for accept_v1 in [true, false] {
        let state = State::new(Api { accept_v1, ..api(keyring(&[(0, 100), (1, 200)])) });
        let mut value = object(0, &[]);
        let inner = r#"{"kind":"Secret","apiVersion":"v1","data":{"a":"MQ=="}}"#;
        value["spec"] = serde_json::json!({"data": sealed(0, Scope::Strict, "ns", "name", inner)});
        let expected = if accept_v1 { (200, 200) } else { (409, 500) };
        let verified = post(&state, "/v1/verify", value.to_string()).await.status;
        let rotated = post(&state, "/v1/rotate", value.to_string()).await;
        assert_eq!((verified, rotated.status), expected);
        if accept_v1 {
            let after: serde_json::Value = serde_json::from_str(&rotated.body).unwrap();
            assert_eq!(opened(1, Scope::Strict, &after["spec"]["data"]), inner);
        }
    }
}

#[tokio::test]
async fn operations_are_counted_and_one_is_enough_for_each_value() {
    let state = state();
    let value = object(0, &[("a", "1"), ("b", "2"), ("c", "3")]);
    post(&state, "/v1/verify", value.to_string()).await;
    let text = state.api.metrics.render();
    // One miss with the newest key, then the key of the neighbour.
    assert!(text.contains("signet_rsa_private_ops_total 4\n"), "{text}");
}

// --- limit and metrics ----------------------------------------------------------------------------------------------

fn limited() -> State {
    let mut api = api(keyring(&[(0, 100)]));
    (api.settings.rate, api.settings.burst) = (2, 2);
    State::new(api)
}

#[tokio::test]
async fn verify_and_rotate_share_one_limit_and_say_how_much_is_left() {
    let state = limited();
    let header = |got: &Got, name: &str| got.headers.get(name).cloned();
    for (path, remaining) in [("/v1/verify", "2"), ("/v1/rotate", "1"), ("/v1/verify", "0")] {
        let got = post(&state, path, "").await;
        assert_eq!(got.status, 500, "{path}: a useless request counts");
        assert_eq!(header(&got, "x-ratelimit-limit").as_deref(), Some("3"));
        assert_eq!(header(&got, "x-ratelimit-remaining").as_deref(), Some(remaining));
        assert!(header(&got, "x-ratelimit-reset").is_some() && header(&got, "retry-after").is_none());
    }
    for path in ["/v1/verify", "/v1/rotate"] {
        let got = post(&state, path, "").await;
        assert_eq!((got.status, got.body.as_str()), (429, "limit exceeded\n"), "{path}");
        assert_eq!(header(&got, "retry-after").as_deref(), Some("1"));
        assert_eq!(header(&got, "x-ratelimit-remaining").as_deref(), Some("0"));
    }
    for path in ["/v1/cert.pem", "/healthz"] {
        assert_eq!(get(&state, path).await.status, 200, "{path} has no limit");
    }
    let other = send(&state, Request::post("/v1/verify").body(Full::default()).unwrap(), [10, 0, 0, 2]).await;
    assert_eq!(other.status, 500, "another caller has a limit of its own");
    let text = state.api.metrics.render();
    for line in [
        "http_requests_total{code=\"429\",method=\"post\",path=\"/v1/verify\"} 1",
        "http_requests_total{code=\"429\",method=\"post\",path=\"/v1/rotate\"} 1",
        "http_requests_total{code=\"200\",method=\"get\",path=\"/v1/cert.pem\"} 1",
    ] {
        assert!(text.contains(line), "{line}");
    }
    assert!(!text.contains("healthz"), "health checks are not counted");
}

// --- over sockets ---------------------------------------------------------------------------------------------------

/// A served API and the means to end it.
async fn served(api: Api) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
    let listener = bind(&api.settings.listen).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    (address, stop.clone(), tokio::spawn(serve_api(listener, api, stop)))
}

async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn slow_clients_are_cut_off_and_do_not_hold_up_others() {
    let mut api = api(keyring(&[(0, 100)]));
    api.settings.read_timeout = Some(Duration::from_millis(300));
    let (address, stop, server) = served(api).await;
    let mut without_headers = TcpStream::connect(address).await.unwrap();
    without_headers.write_all(b"GET /heal").await.unwrap();
    let mut without_body = TcpStream::connect(address).await.unwrap();
    without_body
        .write_all(b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        .await
        .unwrap();
    assert!(exchange(address, HEALTH).await.ends_with("\r\n\r\nok\n"));
    let mut answer = String::new();
    without_body.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let mut rest = Vec::new();
    without_headers.read_to_end(&mut rest).await.unwrap();
    stop.cancel();
    server.await.unwrap();
}

#[tokio::test]
async fn a_request_in_progress_is_answered_before_the_end() {
    let (address, stop, server) = served(api(keyring(&[(0, 100)]))).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n").await.unwrap();
    // Another exchange shows that the server has had time to see the first.
    exchange(address, HEALTH).await;
    stop.cancel();
    stream.write_all(b"x").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    server.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn metrics_have_their_own_server() {
    let metrics = Arc::new(Metrics::new("v9").unwrap());
    let listener = bind(&settings().listen_metrics).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let (settings, token) = (settings(), stop.clone());
    let server = tokio::spawn(async move { serve_metrics(listener, metrics, &settings, token).await });
    let text = exchange(address, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(text.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"), "{text}");
    assert!(text.contains("build_info{revision=\"v9\"} 1"), "{text}");
    assert!(exchange(address, HEALTH).await.starts_with("HTTP/1.1 404 "));
    stop.cancel();
    server.await.unwrap();
}

// --- secrets --------------------------------------------------------------------------------------------------------

/// Everything that an answer, a log line and the metrics say while values are opened, sealed and refused.
#[tokio::test]
async fn no_value_and_no_key_leaves_the_process() {
    let (logged, _guard) = Captured::start();
    let state = state();
    let good = object(0, &[("a", CANARY)]);
    let mut renamed = good.clone();
    renamed["metadata"]["name"] = "other".into();
    let mut broken = good.clone();
    broken["spec"]["data"] = serde_json::json!({CANARY: 1});
    let mut said = String::new();
    for path in ["/v1/verify", "/v1/rotate"] {
        for body in [&good, &renamed, &broken] {
            said.push_str(&format!("{:?}\n", post(&state, path, body.to_string()).await));
        }
    }
    said.push_str(&state.api.metrics.render());
    assert_eq!(logged.text().lines().count(), 4, "each refusal is logged");
    said.push_str(&logged.text());
    for (_, key) in &state.api.keyring.snapshot().keys {
        let pem = key.to_pkcs1_pem().unwrap();
        let line = std::str::from_utf8(pem.expose()).unwrap().lines().nth(1).unwrap();
        assert!(!said.contains(line));
    }
    assert!(!said.contains(CANARY), "{said}");
    assert!(!said.contains("PRIVATE"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_body_brings_the_api_down(bytes in proptest::collection::vec(any::<u8>(), 0..400), path in "/[a-z0-9./]{0,12}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let state = State::new(api(Arc::new(Keyring::new())));
            for path in ["/v1/verify", "/v1/rotate", &path] {
                let status = post(&state, path, bytes.clone()).await.status;
                prop_assert!([200, 404, 409, 500, 503].contains(&status), "{path} {status}");
            }
            Ok::<_, TestCaseError>(())
        })?;
    }
}
