//! A directory of its own for each test, the program in it, and what it left there.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use signet_sealed::{Certificate, CertificateRequest, PrivateKey};
use tempfile::TempDir;

/// The real kubeseal loops for ever on some inputs.
const DEADLINE: Duration = Duration::from_secs(20);

/// A private key and a certificate for it.
pub(crate) struct KeyPair {
    pub(crate) key: String,
    pub(crate) certificate: String,
    pub(crate) fingerprint: String,
}

impl KeyPair {
    /// The key in a file of the sealed format's test data.
    fn from_testdata(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/sealed/testdata").join(name);
        let pem = fs::read(path).unwrap();
        Self::new(&PrivateKey::from_pem(&pem).unwrap(), 3650)
    }

    /// A certificate that starts yesterday and ends after `days`.
    pub(crate) fn new(key: &PrivateKey, days: i64) -> Self {
        let day = SignedDuration::from_hours(24);
        let not_before = Timestamp::now() - day;
        let not_after = Timestamp::now() + day * i32::try_from(days).unwrap();
        let request = CertificateRequest { common_name: "", not_before, not_after };
        let certificate = Certificate::issue(key, &request).unwrap();
        Self {
            key: String::from_utf8(key.to_pkcs1_pem().unwrap().expose().to_vec()).unwrap(),
            certificate: certificate.to_pem().to_owned(),
            fingerprint: key.fingerprint().to_string(),
        }
    }

    /// The key Secret that a controller would store.
    pub(crate) fn secret(&self, name: &str) -> String {
        let base64 = |text: &str| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(text)
        };
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: kube-system\n  labels:\n    \
             sealedsecrets.bitnami.com/sealed-secrets-key: active\ntype: kubernetes.io/tls\ndata:\n  \
             tls.crt: {}\n  tls.key: {}\n",
            base64(&self.certificate),
            base64(&self.key)
        )
    }
}

/// The key that tests seal with.
pub(crate) static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::from_testdata("key-2048.pem"));

/// Another key.
pub(crate) static OTHER_KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::from_testdata("key-3072.pem"));

/// A directory with the key's files in it.
pub(crate) struct Sandbox {
    directory: TempDir,
    /// The real kubeseal leaves files in it when it fails.
    temporary: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let sandbox =
            Self { directory: tempfile::tempdir().unwrap(), temporary: tempfile::tempdir().unwrap() };
        sandbox.file("cert.pem", &KEY.certificate).file("key.pem", &KEY.key);
        sandbox
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path().join(name), contents).unwrap();
        self
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of all files, so that a test can say that nothing else is there.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Our program called as kubeseal.
    pub(crate) fn kubeseal(&self, line: &str) -> Run {
        Run::new(self, Path::new(env!("CARGO_BIN_EXE_signet")), "kubeseal", line)
    }

    /// Our program.
    pub(crate) fn signet(&self, line: &str) -> Run {
        Run::new(self, Path::new(env!("CARGO_BIN_EXE_signet")), "signet", line)
    }

    /// Our program called as sops.
    pub(crate) fn sops(&self, line: &str) -> Run {
        Run::new(self, Path::new(env!("CARGO_BIN_EXE_signet")), "sops", line)
    }

    /// Any program.
    pub(crate) fn program(&self, program: &Path, called: &str, line: &str) -> Run {
        Run::new(self, program, called, line)
    }
}

/// A run that is being put together.
pub(crate) struct Run {
    command: Command,
    stdin: Vec<u8>,
    shown: String,
}

impl Run {
    /// Words of `line` are separated by spaces; `~` in a word stands for one.
    fn new(sandbox: &Sandbox, program: &Path, called: &str, line: &str) -> Self {
        let mut command = Command::new(program);
        command
            .arg0(called)
            .args(line.split(' ').filter(|word| !word.is_empty()).map(|word| word.replace('~', " ")))
            .current_dir(sandbox.path())
            .env_clear()
            .env("HOME", sandbox.path().join("home"))
            .env("TMPDIR", sandbox.temporary.path());
        Self { command, stdin: Vec::new(), shown: format!("{called} {line}") }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// A word as it is, after those of the line.
    pub(crate) fn word(mut self, word: &str) -> Self {
        self.command.arg(word);
        self
    }

    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().to_vec();
        self
    }

    #[track_caller]
    pub(crate) fn run(mut self) -> Outcome {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.shown));
        let mut stdin = child.stdin.take().unwrap();
        let input = std::mem::take(&mut self.stdin);
        // A program may end without reading its input, and may print before it has read all of it.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        let code = wait(&mut child);
        writer.join().unwrap();
        Outcome { shown: self.shown, code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
    }

    #[track_caller]
    pub(crate) fn succeeds(self) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        outcome
    }

    /// Ends with the status, says why on stderr and prints nothing on stdout.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        assert_eq!(outcome.stdout, "", "{outcome:#?}");
        let says_error = outcome.stderr.lines().any(|line| line.starts_with("error: "));
        // Flag errors of the kubeseal mode and of the parser have texts of their own.
        assert!(says_error || code == 2, "{outcome:#?}");
        outcome
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

/// The exit status; `None` when the program had to be killed.
fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            return child.wait().unwrap().code();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Outcome {
    #[allow(dead_code, reason = "for the text of a failed assertion")]
    pub(crate) shown: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "stderr lacks {text:?}\n{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn says_nothing(&self) -> &Self {
        assert_eq!(self.stderr, "", "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn prints(&self, text: &str) -> &Self {
        assert_eq!(mask(&self.stdout), text, "{self:#?}");
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self:#?}"))
    }
}

/// Puts `SEALED` in the place of every sealed value: of every run of at least 300 base64 characters that begins
/// as an envelope of a common key size does.
pub(crate) fn mask(text: &str) -> String {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let mut masked = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_base64) {
        let end = rest[start..].find(|c| !is_base64(c)).map_or(rest.len(), |length| start + length);
        let run = &rest[start..end];
        masked.push_str(&rest[..start]);
        let sealed = run.len() >= 300 && ["AQ", "AY", "Ag"].iter().any(|prefix| run.starts_with(prefix));
        masked.push_str(if sealed { "SEALED" } else { run });
        rest = &rest[end..];
    }
    masked + rest
}

/// The values in a Secret that a recovery printed as JSON, decoded.
#[track_caller]
pub(crate) fn values(secret: &serde_json::Value) -> BTreeMap<String, Vec<u8>> {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let data = secret["data"].as_object().cloned().unwrap_or_default();
    data.into_iter().map(|(key, value)| (key, engine.decode(value.as_str().unwrap_or("")).unwrap())).collect()
}

/// The real kubeseal, if it is on this machine.
pub(crate) fn real_kubeseal(test: &str) -> Option<PathBuf> {
    peer("kubeseal", "0.36.6", test)
}

/// A program that ours stands in for, if it is on this machine. Where it is promised its absence is a failure, elsewhere
/// the test says that it was skipped.
pub(crate) fn peer(name: &str, version: &str, test: &str) -> Option<PathBuf> {
    let given = std::env::var_os(format!("SIGNET_PEER_{}", name.to_uppercase())).map(PathBuf::from);
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("SIGNET_CACHE")
        .or_else(|| Some(set("XDG_CACHE_HOME")?.join("signet")))
        .or_else(|| Some(set("HOME")?.join(".cache").join("signet")));
    let found =
        given.or_else(|| Some(cache?.join(name).join(version).join(name))).filter(|path| path.is_file());
    if found.is_none() {
        let required = std::env::var_os("SIGNET_TEST_REQUIRE").is_some_and(|value| value == "1");
        assert!(!required, "{test} needs the real {name} {version}; `cargo xtask test` builds it");
        // Past the capture of the test runner, which would swallow it.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {name} {version} is not in the cache");
    }
    found
}
