//! Keys, runs of both programs on the same input, and what must be equal of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use masks::masked;
use tempfile::TempDir;

use crate::support::{Outcome, Sandbox, peer};

/// An age key pair.
pub(super) struct AgeKey {
    pub(super) recipient: &'static str,
    pub(super) identity: &'static str,
}

/// The key of most tests; made by age-keygen 1.3.1, as is the other.
pub(super) const ALICE: AgeKey = AgeKey {
    recipient: "age1l3x4hrlq8s0a0vy9s3mr9ny849cgsxh079rcpuqln8arkvqcl9zq7lz95s",
    identity: "AGE-SECRET-KEY-138MFTJD60EHS0M0EJDZ9SUMGA7U9N4F56KTZKGPPN7H4VYF0G6WQMLCH09",
};

/// Another key.
pub(super) const BOB: AgeKey = AgeKey {
    recipient: "age1gqh9vz6c7edqard7ve6xp9zrlkyv7e2quhw4du3090uge0h4nyhqkdlvhl",
    identity: "AGE-SECRET-KEY-1C78WHJY90ELS7PSNNEWS2A4PX6KRGH2DGU2F39200LGRFHUHXKPSFJ2DVP",
};

/// A document with every type. The comments of lists have tests of their own.
pub(super) const YAML: &str = "# top\na: hello\nb: 5\nc: 1.5\nd: true\nl:\n    - x\n    - y: z\n      n: null\nt: 2024-01-02\nempty: \"\"\nm_unencrypted: clear\n";

/// The real sops, if it is on this machine.
pub(super) fn real_sops(test: &str) -> Option<PathBuf> {
    peer("sops", "3.13.3", test)
}

/// Our program.
pub(super) fn ours() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_signet"))
}

/// One input for a program.
#[derive(Clone, Default)]
pub(super) struct Case {
    line: String,
    words: Vec<String>,
    env: Vec<(String, String)>,
    stdin: Vec<u8>,
    files: Vec<(String, String)>,
}

impl Case {
    /// `@ALICE` and `@BOB` in the line stand for their recipients.
    pub(super) fn new(line: &str) -> Self {
        Self { line: recipients(line), ..Self::default() }
    }

    pub(super) fn word(mut self, word: &str) -> Self {
        self.words.push(word.to_owned());
        self
    }

    pub(super) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// With the private key of Alice.
    pub(super) fn alice(self) -> Self {
        self.env("SOPS_AGE_KEY", ALICE.identity)
    }

    pub(super) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// `@ALICE` and `@BOB` stand for their recipients.
    pub(super) fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.to_owned(), recipients(text)));
        self
    }

    pub(super) fn run(&self, program: &Path) -> Trace {
        let sandbox = Sandbox::new();
        for (name, text) in &self.files {
            if let Some((directory, _)) = name.rsplit_once('/') {
                std::fs::create_dir_all(sandbox.path().join(directory)).unwrap();
            }
            sandbox.file(name, text);
        }
        let mut run = sandbox.program(program, "sops", &self.line).stdin(&self.stdin);
        for word in &self.words {
            run = run.word(word);
        }
        run = run.env("PATH", &std::env::var("PATH").unwrap_or_default());
        for (name, value) in &self.env {
            run = run.env(name, value);
        }
        let outcome = run.run();
        Trace::of(&sandbox, outcome)
    }

    /// Both programs do the same.
    #[track_caller]
    pub(super) fn is_the_same_as(&self, theirs: &Path) -> Trace {
        let (ours, theirs) = (self.run(&ours()), self.run(theirs));
        let shown = format!("{} {:?}", self.line, self.words);
        assert_eq!(ours.masked(), theirs.masked(), "{shown}\nours: {ours:#?}\ntheirs: {theirs:#?}");
        ours
    }

    /// Both do the same and say the same.
    #[track_caller]
    pub(super) fn sounds_the_same_as(&self, theirs: &Path) -> Trace {
        let ours = self.is_the_same_as(theirs);
        let theirs = self.run(theirs);
        assert_eq!(masked(&ours.stderr), masked(&theirs.stderr), "{}", self.line);
        ours
    }
}

fn recipients(text: &str) -> String {
    text.replace("@ALICE", ALICE.recipient).replace("@BOB", BOB.recipient)
}

/// What a run left.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) files: Vec<(String, String)>,
}

impl Trace {
    fn of(sandbox: &Sandbox, outcome: Outcome) -> Self {
        let is_file = |name: &String| !name.ends_with(".pem") && sandbox.path().join(name).is_file();
        let files = sandbox.names().into_iter().filter(is_file);
        // The directory is another one for each run.
        let place = sandbox.path().to_string_lossy().into_owned();
        Self {
            code: outcome.code,
            stdout: outcome.stdout.replace(&place, "PLACE"),
            stderr: outcome.stderr.replace(&place, "PLACE"),
            files: files.map(|name| (name.clone(), sandbox.read(&name))).collect(),
        }
    }

    /// Without what is different each time.
    fn masked(&self) -> (Option<i32>, String, Vec<(String, String)>) {
        let files = self.files.iter().map(|(name, text)| (name.clone(), masked(text))).collect();
        (self.code, masked(&self.stdout), files)
    }

    #[track_caller]
    pub(super) fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    pub(super) fn says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "stderr lacks {text:?}\n{self:#?}");
        self
    }

    #[track_caller]
    pub(super) fn prints(&self, text: &str) -> &Self {
        assert_eq!(self.stdout, text, "{self:#?}");
        self
    }

    #[track_caller]
    pub(super) fn file(&self, name: &str) -> &str {
        let found = self.files.iter().find(|(file, _)| file == name);
        found.map(|(_, text)| text.as_str()).unwrap_or_else(|| panic!("no {name} in {self:#?}"))
    }
}

/// The text encrypted for Alice, by our program.
#[track_caller]
pub(super) fn encrypted(name: &str, text: &str) -> String {
    encrypted_by(&ours(), "--age @ALICE", name, text)
}

/// The text encrypted by a program.
#[track_caller]
pub(super) fn encrypted_by(program: &Path, flags: &str, name: &str, text: &str) -> String {
    let trace = Case::new(&format!("encrypt {flags} {name}")).file(name, text).run(program);
    trace.ends_with(0);
    trace.stdout
}

/// The text decrypted by a program with the key of Alice.
#[track_caller]
pub(super) fn decrypted_by(program: &Path, name: &str, text: &str) -> String {
    let trace = Case::new(&format!("decrypt {name}")).file(name, text).alice().run(program);
    trace.ends_with(0);
    trace.stdout
}

/// A home of GnuPG with one key in it.
pub(super) struct GnuPg {
    home: TempDir,
    pub(super) fingerprint: String,
}

impl GnuPg {
    /// `None`, and a note, without GnuPG on this machine.
    pub(super) fn new(test: &str) -> Option<Self> {
        static PRESENT: LazyLock<bool> =
            LazyLock::new(|| Command::new("gpg").arg("--version").output().is_ok());
        if !*PRESENT {
            use std::io::Write as _;
            // Set-up promises to build what the tests need, and GnuPG is no module that could be built.
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}: there is no gpg");
            return None;
        }
        // Sockets have short paths.
        let home = tempfile::Builder::new().prefix("gpg").tempdir_in("/tmp").unwrap();
        let mut gnupg = Self { home, fingerprint: String::new() };
        gnupg.gpg(&["--quick-generate-key", "signet@example.org", "future-default", "default", "never"]);
        let listed = gnupg.gpg(&["--list-keys", "--with-colons"]);
        let line = listed.lines().find(|line| line.starts_with("fpr:")).expect("there is a key");
        gnupg.fingerprint = line.split(':').nth(9).expect("it has a fingerprint").to_owned();
        Some(gnupg)
    }

    pub(super) fn home(&self) -> String {
        self.home.path().to_string_lossy().into_owned()
    }

    fn gpg(&self, arguments: &[&str]) -> String {
        let output = Command::new("gpg")
            .args(["--batch", "--passphrase", "", "--homedir"])
            .arg(self.home.path())
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for GnuPg {
    fn drop(&mut self) {
        // It keeps a program running for each home.
        let _ =
            Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output();
    }
}

/// Texts without what is different in each run.
mod masks {
    /// Puts words in the place of ciphertexts, times, and random names.
    pub(super) fn masked(text: &str) -> String {
        let text =
            between(text, "-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----", "AGE");
        let text = between(&text, "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----", "PGP");
        let text = between(&text, "ENC[AES256_GCM,data:", ",type:", "ENC:");
        // Ours writes the comments of a list as comments; sops, as elements of the list.
        let text = text.replace("- ENC:comment]", "#ENC:comment]");
        times(&text)
    }

    /// Replaces everything from one text to the next other one, both included.
    fn between(text: &str, begin: &str, end: &str, with: &str) -> String {
        let mut masked = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(begin) {
            let Some(length) = rest[at..].find(end) else { break };
            masked.push_str(&rest[..at]);
            masked.push_str(with);
            rest = &rest[at + length + end.len()..];
        }
        masked + rest
    }

    /// Digits of times become zeros: `2026-01-02T03:04:05Z` and `2026/01/02 03:04:05`.
    fn times(text: &str) -> String {
        let shape = |window: &[u8]| {
            window.iter().zip(b"0000-00-00T00:00:00").all(|(byte, shape)| match shape {
                b'0' => byte.is_ascii_digit(),
                b'-' => matches!(byte, b'-' | b'/'),
                b'T' => matches!(byte, b'T' | b' '),
                shape => byte == shape,
            })
        };
        let mut bytes = text.as_bytes().to_vec();
        for at in 0..bytes.len().saturating_sub(18) {
            // Only those of now: those in documents must be equal.
            if shape(&bytes[at..at + 19]) && bytes[at..at + 4] >= b"2026"[..] {
                for byte in &mut bytes[at..at + 19] {
                    if byte.is_ascii_digit() {
                        *byte = b'0';
                    }
                }
            }
        }
        String::from_utf8(bytes).expect("digits became digits")
    }
}
