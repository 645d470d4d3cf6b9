//! A wrapped key, what is tried on it, and what must happen: see `testdata/README.md`.

use std::fmt::Write as _;
use std::path::Path;

use signet_secret::Plaintext;

pub(crate) struct Vector {
    fields: Vec<(String, String)>,
    pub(crate) enc: String,
}

impl Vector {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (head, enc) = text.split_once("\n\n").expect("an empty line between head and key");
        let fields = head.lines().map(|line| line.split_once(": ").expect("a field has a value"));
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { fields, enc: enc.to_owned() }
    }

    pub(crate) fn all(&self, field: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    pub(crate) fn one(&self, field: &str) -> Option<&str> {
        self.all(field).next()
    }

    fn is_plaintext(&self, key: &Plaintext) -> bool {
        match self.one("plaintext") {
            // The data key of a file of sops is its own.
            Some("32 bytes") => key.len() == 32,
            plaintext => plaintext == Some(&hex(key.expose())),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Opens each vector of a folder; `open` says why not in the word of the vectors, and at length.
#[track_caller]
pub(crate) fn check_all(
    folder: &Path,
    at_least: usize,
    open: impl Fn(&Vector) -> Result<Plaintext, (&'static str, String)>,
) {
    let (mut wrong, mut good, mut bad) = (Vec::new(), 0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let vector = Vector::read(&path);
        match (vector.one("refused"), open(&vector)) {
            (None, Ok(key)) if vector.is_plaintext(&key) => good += 1,
            (Some(refused), Err((outcome, _))) if refused == outcome => bad += 1,
            (_, Ok(_)) => wrong.push(format!("{name}: unwrapped to something else, or at all")),
            (_, Err((outcome, error))) => wrong.push(format!("{name}: {error} ({outcome})")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(good >= at_least && bad >= at_least, "{good} good and {bad} bad vectors");
}
