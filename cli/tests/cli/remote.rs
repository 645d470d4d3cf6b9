//! The requests to a cluster and to web servers, against a server of canned answers. What a real API server makes
//! of them is for the integration tests.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::support::{KEY, OTHER_KEY, Outcome, Sandbox, mask, real_kubeseal};

const SECRET: &str = "metadata: {name: a, namespace: b}\nstringData: {k: v}\n";

/// A request as it came in.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    line: String,
    accept: String,
    body: String,
}

/// A server that answers by method and path, and remembers what it was asked.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

#[derive(Clone)]
struct Answer {
    status: &'static str,
    headers: &'static str,
    body: String,
}

fn ok(body: impl Into<String>) -> Answer {
    Answer { status: "200 OK", headers: "", body: body.into() }
}

fn status(status: &'static str, message: &str) -> Answer {
    let code = status.split(' ').next().unwrap();
    let body = format!(
        r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{message}","code":{code}}}"#
    );
    Answer { status, headers: "Content-Type: application/json\r\n", body }
}

impl Server {
    fn start(answers: &[(&str, Answer)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let answers: BTreeMap<String, Answer> =
            answers.iter().map(|(line, answer)| ((*line).to_owned(), answer.clone())).collect();
        let record = Arc::clone(&seen);
        // Ends with the test process.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(stream, &answers, &record);
            }
        });
        Self { port, seen }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A kubeconfig that leads here.
    fn kubeconfig(&self) -> String {
        format!(
            "current-context: c\nclusters: [{{name: k, cluster: {{server: '{}'}}}}]\nusers: [{{name: u, user: {{token: \
             t}}}}]\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\n",
            self.url("")
        )
    }

    fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.line.clone()).collect()
    }
}

fn serve(stream: TcpStream, answers: &BTreeMap<String, Answer>, record: &Mutex<Vec<Seen>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() || line.is_empty() {
        return;
    }
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        match header.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let accept = headers.get("accept").cloned().unwrap_or_default();
    record.lock().unwrap().push(Seen { line: line.clone(), accept, body: String::from_utf8(body).unwrap() });
    let answer = answers.get(&line).cloned().unwrap_or_else(|| status("404 Not Found", "not found"));
    let mut stream = stream;
    let _ = write!(
        stream,
        "HTTP/1.1 {}\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        answer.status,
        answer.headers,
        answer.body.len(),
        answer.body
    );
}

const SERVICE: &str = "GET /api/v1/namespaces/kube-system/services/sealed-secrets-controller";
const PROXY: &str = "/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:";

fn service(ports: &str) -> Answer {
    ok(format!(
        r#"{{"kind":"Service","apiVersion":"v1","metadata":{{"name":"x"}},"spec":{{"ports":{ports}}}}}"#
    ))
}

fn cluster(sandbox: &Sandbox, server: &Server) {
    sandbox.file("kube.yaml", server.kubeconfig());
}

#[track_caller]
fn seal(sandbox: &Sandbox, flags: &str) -> Outcome {
    sandbox.kubeseal(&format!("--kubeconfig kube.yaml {flags}")).stdin(SECRET).run()
}

#[test]
fn the_certificate_comes_through_the_service_proxy_at_the_url_that_roles_allow() {
    for (ports, name) in [
        (r#"[{"port":8080}]"#, ""),
        (r#"[{"name":"http","port":8080}]"#, "http"),
        (r#"[{"name":"first","port":1},{"name":"http","port":2}]"#, "first"),
    ] {
        let sandbox = Sandbox::new();
        let path = format!("GET {PROXY}{name}/proxy/v1/cert.pem");
        let server = Server::start(&[(SERVICE, service(ports)), (&path, ok(&*KEY.certificate))]);
        cluster(&sandbox, &server);
        let sealed = seal(&sandbox, "");
        assert_eq!(sealed.code, Some(0), "{sealed:#?}");
        assert!(mask(&sealed.stdout).contains("SEALED"));
        assert_eq!(server.lines(), [SERVICE, &path]);
        assert!(server.seen.lock().unwrap()[1].accept.contains("application/x-pem-file"));
        // Another release of kubeseal asked for exactly the same.
        if let Some(kubeseal) = real_kubeseal("the_certificate_comes_through_the_service_proxy") {
            // It asks for a user name when the kubeconfig gives no credentials over TLS; here it needs none.
            let theirs = sandbox.program(&kubeseal, "kubeseal", "--kubeconfig kube.yaml").stdin(SECRET).run();
            assert_eq!(theirs.code, Some(0), "{theirs:#?}");
            let lines = server.lines();
            assert_eq!(lines[..2], lines[2..]);
        }
    }
}

#[test]
fn the_controller_may_be_elsewhere() {
    let sandbox = Sandbox::new();
    let service_line = "GET /api/v1/namespaces/ops/services/seals";
    let path = "GET /api/v1/namespaces/ops/services/http:seals:http/proxy/v1/cert.pem";
    let answers = [(service_line, service(r#"[{"name":"http"}]"#)), (path, ok(&*KEY.certificate))];
    let server = Server::start(&answers);
    cluster(&sandbox, &server);
    let flags = "--controller-namespace ops --controller-name seals";
    assert_eq!(seal(&sandbox, flags).code, Some(0));
    let fetched = sandbox.kubeseal(&format!("--kubeconfig kube.yaml {flags} --fetch-cert")).succeeds();
    fetched.prints(&KEY.certificate);
    let variables = sandbox
        .kubeseal("--kubeconfig kube.yaml --fetch-cert")
        .env("SEALED_SECRETS_CONTROLLER_NAMESPACE", "ops")
        .env("SEALED_SECRETS_CONTROLLER_NAME", "seals")
        .succeeds();
    variables.prints(&KEY.certificate);
}

#[test]
fn refusals_say_what_the_server_says_and_what_to_do() {
    let port = r#"[{"name":"http"}]"#;
    let path = format!("GET {PROXY}http/proxy/v1/cert.pem");
    for (answers, texts) in [
        (vec![], vec!["cannot get sealed secret service", "--controller-name", "--controller-namespace"]),
        (
            vec![(SERVICE, status("403 Forbidden", "services is forbidden"))],
            vec!["services is forbidden", "--controller-name"],
        ),
        (vec![(SERVICE, service("[]"))], vec!["no ports"]),
        (vec![(SERVICE, service("null"))], vec!["no ports"]),
        (vec![(SERVICE, ok("<html>"))], vec!["not a Service"]),
        (
            vec![(SERVICE, service(port)), (&*path, status("403 Forbidden", "proxy is forbidden"))],
            vec!["proxy is forbidden", "--cert"],
        ),
        (
            vec![(SERVICE, service(port)), (&*path, status("503 Service Unavailable", "no endpoints"))],
            vec!["no endpoints"],
        ),
        (vec![(SERVICE, service(port)), (&*path, ok("text"))], vec!["certificate"]),
    ] {
        let sandbox = Sandbox::new();
        let server = Server::start(&answers);
        cluster(&sandbox, &server);
        let outcome = seal(&sandbox, "");
        assert_eq!((outcome.code, &*outcome.stdout), (Some(1), ""), "{outcome:#?}");
        assert!(outcome.stderr.starts_with("error: "), "{outcome:#?}");
        for text in texts {
            outcome.says(text);
        }
    }
}

#[test]
fn a_server_that_is_away_is_named() {
    let sandbox = Sandbox::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for line in ["--server", "--validate --server", "--re-encrypt --server"] {
        let line = format!("{line} http://{address}");
        sandbox.kubeseal(&line).stdin(SECRET).fails(1).says(&address.to_string()).says("cannot reach");
    }
    sandbox.signet(&format!("seal --server http://{address}")).stdin(SECRET).fails(5).says("hint: ");
}

#[test]
fn validation_sends_each_object_as_compact_json_and_stops_at_the_first_refusal() {
    let sealed = |name: &str| {
        format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: {name}, namespace: b, \
             creationTimestamp: null, unknown: x}}\nspec: {{encryptedData: {{k: AAAA}}, unknown: y}}\n"
        )
    };
    let path = format!("POST {PROXY}http/proxy/v1/verify");
    let port = service(r#"[{"name":"http"}]"#);
    let two = format!("{}---\n{}", sealed("a"), sealed("c"));

    let sandbox = Sandbox::new();
    let server = Server::start(&[(SERVICE, port.clone()), (&path, ok(""))]);
    cluster(&sandbox, &server);
    sandbox.kubeseal("--kubeconfig kube.yaml --validate").stdin(&two).succeeds().says_nothing().prints("");
    let bodies: Vec<String> = server.seen.lock().unwrap()[1..].iter().map(|seen| seen.body.clone()).collect();
    let body = |name: &str| {
        format!(
            r#"{{"kind":"SealedSecret","apiVersion":"bitnami.com/v1alpha1","metadata":{{"name":"{name}","namespace":"b"}},"spec":{{"template":{{"metadata":{{}}}},"encryptedData":{{"k":"AAAA"}}}}}}"#
        )
    };
    assert_eq!(bodies, [body("a"), body("c")]);
    for (answer, text) in [
        (
            Answer { status: "409 Conflict", headers: "", body: String::new() },
            "unable to decrypt sealed secret: a",
        ),
        (
            Answer { status: "500 Internal Server Error", headers: "", body: "canary".to_owned() },
            "cannot validate sealed secret",
        ),
        (Answer { status: "429 Too Many Requests", headers: "", body: "limit exceeded".to_owned() }, "429"),
    ] {
        let server = Server::start(&[(SERVICE, port.clone()), (&path, answer)]);
        cluster(&sandbox, &server);
        let outcome = sandbox.kubeseal("--kubeconfig kube.yaml --validate").stdin(&two).fails(1);
        outcome.says(text);
        assert!(!outcome.stderr.contains("canary"));
        assert_eq!(server.lines().len(), 2);
    }
}

#[test]
fn validating_nothing_succeeds_with_a_warning() {
    let sandbox = Sandbox::new();
    let server = Server::start(&[(SERVICE, service(r#"[{"name":"http"}]"#))]);
    cluster(&sandbox, &server);
    sandbox.kubeseal("--kubeconfig kube.yaml --validate").stdin("# nothing\n").succeeds().says("warning: ");
    sandbox.kubeseal("--kubeconfig kube.yaml --validate").stdin("a: [").fails(1);
}

#[test]
fn re_encryption_prints_what_the_controller_answers_and_works_in_place() {
    let sandbox = Sandbox::new();
    let answer = r#"{"metadata":{"name":"a","namespace":"b","creationTimestamp":null,"generation":3},"spec":{"template":{"metadata":{"name":"a","namespace":"b"}},"encryptedData":{"k":"BBBB"}}}"#;
    let path = format!("POST {PROXY}http/proxy/v1/rotate");
    let server = Server::start(&[(SERVICE, service(r#"[{"name":"http"}]"#)), (&path, ok(answer))]);
    cluster(&sandbox, &server);
    sandbox.kubeseal("--cert cert.pem -w in.yaml").stdin(SECRET).succeeds();
    let original = sandbox.read("in.yaml");
    let expected = "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\n  namespace: b\nspec:\n  \
                    encryptedData:\n    k: BBBB\n  template:\n    metadata:\n      name: a\n      namespace: b\n";
    for flag in ["--re-encrypt", "--rotate"] {
        sandbox
            .kubeseal(&format!("--kubeconfig kube.yaml {flag} -o yaml"))
            .stdin(&original)
            .succeeds()
            .prints(expected);
    }
    sandbox.kubeseal("--kubeconfig kube.yaml --re-encrypt -f in.yaml").succeeds().prints("");
    assert_eq!(sandbox.read("in.yaml"), expected);

    let refused = Answer { status: "500 Internal Server Error", headers: "", body: String::new() };
    let server = Server::start(&[(SERVICE, service(r#"[{"name":"http"}]"#)), (&path, refused)]);
    cluster(&sandbox, &server);
    sandbox
        .kubeseal("--kubeconfig kube.yaml --re-encrypt -f in.yaml")
        .fails(1)
        .says("cannot re-encrypt secret");
    assert_eq!(sandbox.read("in.yaml"), expected);
}

#[test]
fn a_request_is_sent_again_when_the_server_asks_for_patience() {
    let sandbox = Sandbox::new();
    let path = format!("GET {PROXY}http/proxy/v1/cert.pem");
    let busy = Answer { status: "429 Too Many Requests", headers: "Retry-After: 0\r\n", body: String::new() };
    let server = Server::start(&[(SERVICE, service(r#"[{"name":"http"}]"#)), (&path, busy)]);
    cluster(&sandbox, &server);
    let outcome = seal(&sandbox, "");
    assert_eq!(outcome.code, Some(1));
    outcome.says("429");
    // The first and ten more.
    assert_eq!(server.lines().len(), 1 + 11);
}

#[test]
fn certificates_are_fetched_from_web_servers() {
    let sandbox = Sandbox::new();
    let moved = |to: &'static str| Answer { status: "302 Found", headers: to, body: String::new() };
    let server = Server::start(&[
        ("GET /cert.pem", ok(&*KEY.certificate)),
        ("GET /moved", moved("Location: /cert.pem\r\n")),
        ("GET /round", moved("Location: /round\r\n")),
        ("GET /created", Answer { status: "201 Created", headers: "", body: KEY.certificate.clone() }),
    ]);
    for path in ["/cert.pem", "/moved", "/cert.pem#fragment"] {
        let line = format!("--cert {}", server.url(path));
        let sealed = sandbox.kubeseal(&line).env("HTTP_PROXY", "http://127.0.0.1:1").stdin(SECRET).succeeds();
        assert!(mask(&sealed.stdout).contains("SEALED"));
    }
    for (path, text) in [("/missing", "404"), ("/round", "redirects"), ("/created", "201")] {
        sandbox.kubeseal(&format!("--cert {}", server.url(path))).stdin(SECRET).fails(1).says(text);
    }
    sandbox.kubeseal("--cert ftp://127.0.0.1/x").stdin(SECRET).fails(1).says("ftp");
}

// `signet` keeps the certificate.

#[test]
fn signet_fetches_the_certificate_once_and_shows_its_fingerprint() {
    let sandbox = Sandbox::new();
    let path = format!("GET {PROXY}http/proxy/v1/cert.pem");
    let server = Server::start(&[(SERVICE, service(r#"[{"name":"http"}]"#)), (&path, ok(&*KEY.certificate))]);
    cluster(&sandbox, &server);
    let seal = |flags: &str| {
        sandbox.signet(&format!("seal --kubeconfig kube.yaml {flags}")).stdin(SECRET).succeeds()
    };
    seal("").says(&KEY.fingerprint).says("fetched now");
    assert_eq!(server.lines().len(), 2);
    seal("").says(&KEY.fingerprint).says("min ago");
    assert_eq!(server.lines().len(), 2);
    seal("--refresh").says("fetched now");
    assert_eq!(server.lines().len(), 4);
    // Another controller has another certificate.
    sandbox.signet("seal --kubeconfig kube.yaml --controller-name other").stdin(SECRET).fails(5);
    // kubeseal fetches it each time.
    sandbox.kubeseal("--kubeconfig kube.yaml").stdin(SECRET).succeeds().says_nothing();
    assert_eq!(server.lines().len(), 7);
}

#[test]
fn an_old_or_expired_certificate_on_disk_is_fetched_again() {
    let sandbox = Sandbox::new();
    let path = format!("GET {PROXY}http/proxy/v1/cert.pem");
    let server = Server::start(&[(SERVICE, service(r#"[{"name":"http"}]"#)), (&path, ok(&*KEY.certificate))]);
    cluster(&sandbox, &server);
    let seal = || sandbox.signet("seal --kubeconfig kube.yaml").stdin(SECRET).succeeds();
    seal();
    let cache = sandbox.path().join("home/.cache/signet/certificates");
    let file = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    let handle = std::fs::File::options().write(true).open(&file).unwrap();
    let now = std::time::SystemTime::now();
    handle.set_modified(now - std::time::Duration::from_secs(25 * 3600)).unwrap();
    seal().says("fetched now");
    std::fs::write(&file, "damaged").unwrap();
    seal().says("fetched now");
    seal().says("min ago");
}

#[test]
fn verify_reports_every_refusal_of_the_controller() {
    let sandbox = Sandbox::new();
    let path = format!("POST {PROXY}http/proxy/v1/verify");
    let conflict = Answer { status: "409 Conflict", headers: "", body: String::new() };
    let server = Server::start(&[(SERVICE, service(r#"[{"name":"http"}]"#)), (&path, conflict)]);
    cluster(&sandbox, &server);
    let input = format!("{SECRET}---\n{}", SECRET.replace("name: a", "name: c"));
    sandbox.signet("seal --cert cert.pem -w f.yaml").stdin(input).succeeds();
    let outcome = sandbox.signet("verify --kubeconfig kube.yaml f.yaml").fails(4);
    outcome.says("f.yaml: b/a").says("f.yaml: b/c").says("2 of 2 cannot be opened");
}

#[test]
fn resealing_through_the_controller_sends_no_template_and_skips_what_is_noted() {
    let sandbox = Sandbox::new();
    let certificate = format!("GET {PROXY}http/proxy/v1/cert.pem");
    let rotate = format!("POST {PROXY}http/proxy/v1/rotate");
    let answer = r#"{"metadata":{"name":"a","namespace":"b"},"spec":{"encryptedData":{"k":"BBBB"}}}"#;
    let server = Server::start(&[
        (SERVICE, service(r#"[{"name":"http"}]"#)),
        (&certificate, ok(&*OTHER_KEY.certificate)),
        (&rotate, ok(answer)),
    ]);
    cluster(&sandbox, &server);
    let object = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\n  namespace: b\n  labels: {l: m}\n\
                  spec:\n  # kept\n  encryptedData:\n    k: AAAA\n  template:\n    data:\n      x: '{{ .k }}'\n";
    sandbox.file("f.yaml", object);
    sandbox.signet("reseal f.yaml --kubeconfig kube.yaml --dry-run").succeeds().prints("f.yaml: b/a: k\n");
    assert_eq!(sandbox.read("f.yaml"), object);
    sandbox
        .signet("reseal f.yaml --kubeconfig kube.yaml")
        .succeeds()
        .says("resealed 1 item of 1 object in 1 file");
    let expected = object.replace("k: AAAA", "k: BBBB").replace(
        "  labels: {l: m}\n",
        &format!(
            "  labels: {{l: m}}\n  annotations:\n    signet.dev/sealed-with: {}\n",
            OTHER_KEY.fingerprint
        ),
    );
    assert_eq!(sandbox.read("f.yaml"), expected);
    let seen = server.seen.lock().unwrap().clone();
    let body = &seen.iter().find(|seen| seen.line == rotate).unwrap().body;
    assert!(!body.contains("template") && !body.contains("labels"), "{body}");
    let rotations = || server.lines().iter().filter(|line| **line == rotate).count();
    assert_eq!(rotations(), 1);
    sandbox.signet("reseal f.yaml --kubeconfig kube.yaml").succeeds().says("1 had the newest key already");
    assert_eq!(rotations(), 1);
    sandbox.signet("reseal f.yaml --kubeconfig kube.yaml --force").succeeds();
    assert_eq!(rotations(), 2);
}
