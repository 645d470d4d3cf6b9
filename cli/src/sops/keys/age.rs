//! age keys: where their private halves are, and their use.

use std::path::{Path, PathBuf};

use signet_secret::Plaintext;
use signet_sops_keys::Interaction;
use signet_sops_keys::age::{self, Identity, Layout, Recipient};
use zeroize::Zeroizing;

use super::passphrases::Terminal;
use super::plugin::Programs;
use crate::error::chain;
use crate::sops::shell;

const SSH_FILE: &str = "SOPS_AGE_SSH_PRIVATE_KEY_FILE";
const SSH_COMMAND: &str = "SOPS_AGE_SSH_PRIVATE_KEY_CMD";
const KEY: &str = "SOPS_AGE_KEY";
const FILE: &str = "SOPS_AGE_KEY_FILE";
const COMMAND: &str = "SOPS_AGE_KEY_CMD";
/// What commands are told of the key that is wanted.
const RECIPIENT: &str = "SOPS_AGE_RECIPIENT";
/// Below the directory for settings of the user.
const USER_FILE: &str = "sops/age/keys.txt";
/// Largest answer of a command and largest file, in bytes.
const LIMIT: usize = 16 << 20;

/// Wraps a data key for a recipient.
pub(super) fn wrap(recipient: &str, data_key: &Plaintext) -> Result<String, String> {
    let recipient: Recipient = recipient.parse().map_err(|error| chain(&error))?;
    recipient
        .wrap(data_key, &Programs)
        .map_err(|error| format!("failed to encrypt sops data key with age: {}", chain(&error)))
}

/// The private keys of the user, read when they are first needed.
#[derive(Default)]
pub(super) struct Identities {
    read: Option<Found>,
}

impl Identities {
    /// Unwraps a data key.
    pub(super) fn unwrap(&mut self, recipient: &str, wrapped: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        // A command is asked for the one recipient, so its answer is good for no other.
        let asks = [SSH_COMMAND, COMMAND].iter().any(|name| variable(name).is_some());
        if asks || self.read.is_none() {
            self.read = Some(Found::look(recipient));
        }
        let found = self.read.get_or_insert_default();
        if found.identities.is_empty() {
            return Err(found.explain("failed to load age identities".to_owned()));
        }
        let ask = Interaction { passphrases: &Terminal, plugins: &Programs };
        match age::unwrap(wrapped, &found.identities, ask) {
            Ok(secret) => Ok(Zeroizing::new(secret.expose().to_vec())),
            Err(error) => Err(found.explain(format!(
                "failed to create reader for decrypting sops data key with age: {}",
                chain(&error)
            ))),
        }
    }
}

/// What was found where.
#[derive(Default)]
struct Found {
    identities: Vec<Identity>,
    /// Places that should have had keys and could not be read.
    errors: Vec<String>,
    /// Places without keys.
    empty: Vec<String>,
    /// Whether any place had text for keys.
    has_text: bool,
}

impl Found {
    /// Looks everywhere that sops looks, in its order.
    fn look(recipient: &str) -> Self {
        let mut found = Self::default();
        found.at_variable(SSH_FILE, |found, path| found.ssh_file(Path::new(&path)));
        found.at_variable(SSH_COMMAND, |found, line| found.ssh_command(&line, recipient));
        found.home();
        found.at_variable(KEY, |found, text| {
            let text = Plaintext::from(text.into_bytes());
            found.text(KEY, &text, Layout::Words);
        });
        found.at_variable(FILE, |found, path| match read(Path::new(&path)) {
            Ok(text) => found.text(FILE, &text, Layout::Lines),
            Err(error) => found.errors.push(format!("failed to open {FILE} file: {error}")),
        });
        found.at_variable(COMMAND, |found, line| match output_of(&line, recipient) {
            Ok(text) => found.text(COMMAND, &text, Layout::Lines),
            Err(error) => found.errors.push(error),
        });
        found.user_file();
        found
    }

    /// Uses a variable, or notes that it is not there.
    fn at_variable(&mut self, name: &str, take: impl FnOnce(&mut Self, String)) {
        match variable(name) {
            Some(value) => take(self, value),
            None => self.empty.push(name.to_owned()),
        }
    }

    fn ssh_file(&mut self, path: &Path) {
        let name = path.display().to_string();
        let identity = read(path).map_err(|error| format!("failed to open file: {error}")).and_then(|text| {
            let public = PathBuf::from(format!("{name}.pub"));
            let public = std::fs::read_to_string(public).ok();
            Identity::from_ssh(&name, text.expose(), public.as_deref())
                .map_err(|error| format!("malformed SSH identity in {name:?}: {}", chain(&error)))
        });
        self.take_ssh(identity);
    }

    fn ssh_command(&mut self, line: &str, recipient: &str) {
        let identity = output_of(line, recipient).and_then(|text| {
            let identity = Identity::from_ssh(SSH_COMMAND, text.expose(), None);
            identity.map_err(|error| {
                format!("malformed SSH identity returned by running {SSH_COMMAND}: {}", chain(&error))
            })
        });
        self.take_ssh(identity);
    }

    fn take_ssh(&mut self, identity: Result<Identity, String>) {
        match identity {
            Ok(identity) => self.identities.push(identity),
            Err(error) => self.errors.push(error),
        }
    }

    /// The usual SSH keys.
    fn home(&mut self) {
        let Some(home) = home() else {
            self.errors.push("$HOME is not defined".to_owned());
            return;
        };
        for name in ["id_ed25519", "id_rsa"] {
            let path = home.join(".ssh").join(name);
            if path.exists() {
                self.ssh_file(&path);
            } else {
                self.empty.push(path.display().to_string());
            }
        }
    }

    fn user_file(&mut self) {
        let nothing_else = !self.has_text && self.identities.is_empty();
        let directory = match settings_directory() {
            Ok(directory) => directory,
            Err(problem) => {
                if nothing_else {
                    self.errors.push(format!("user config directory could not be determined: {problem}"));
                }
                return;
            }
        };
        let path = directory.join(USER_FILE);
        let name = path.display().to_string();
        match path.try_exists() {
            Ok(false) if nothing_else => self.empty.push(name),
            Ok(false) => {}
            _ => match read(&path) {
                Ok(text) => self.text(&name, &text, Layout::Lines),
                Err(error) => self.errors.push(format!("failed to open file: {error}")),
            },
        }
    }

    fn text(&mut self, place: &str, text: &Plaintext, layout: Layout) {
        self.has_text = true;
        match Identity::parse_all(place, text.expose(), layout) {
            Ok(identities) if identities.is_empty() => self.empty.push(place.to_owned()),
            Ok(identities) => self.identities.extend(identities),
            Err(error) => {
                self.errors.push(format!("failed to parse '{place}' age identities: {}", chain(&error)));
            }
        }
    }

    /// A message with all that was odd while looking.
    fn explain(&self, mut message: String) -> String {
        if !self.errors.is_empty() {
            message += &format!(". Errors while loading age identities: {}", self.errors.join("; "));
        }
        match self.empty.as_slice() {
            [] => {}
            [one] => message += &format!(". Did not find keys in location '{one}'."),
            [one, other] => message += &format!(". Did not find keys in locations '{one}' and '{other}'."),
            [others @ .., last] => {
                message +=
                    &format!(". Did not find keys in locations '{}', and '{last}'.", others.join("', '"));
            }
        }
        message
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// Where programs keep the settings of the user.
fn settings_directory() -> Result<PathBuf, &'static str> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return named("AppData").ok_or("%AppData% is not defined");
    }
    match named("XDG_CONFIG_HOME") {
        Some(directory) if directory.is_absolute() || cfg!(target_os = "macos") => Ok(directory),
        Some(_) => Err("path in $XDG_CONFIG_HOME is relative"),
        None => {
            let usual = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
            Ok(home().ok_or("neither $XDG_CONFIG_HOME nor $HOME are defined")?.join(usual))
        }
    }
}

fn read(path: &Path) -> Result<Plaintext, String> {
    crate::input::read_file_up_to(LIMIT, path).map_err(|failure| failure.message().to_owned())
}

/// What a command prints.
fn output_of(line: &str, recipient: &str) -> Result<Plaintext, String> {
    let words = shell::split(line).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| "failed to parse command".to_owned())?;
    let failed = |reason: String| format!("failed to execute command {}: {reason}", words[0]);
    let mut command = std::process::Command::new(&words[0]);
    command.args(&words[1..]).env(RECIPIENT, recipient).stderr(std::process::Stdio::inherit());
    crate::sops::process::output(&mut command, None)
        .map_err(|error| failed(crate::error::reason(&error)))
        .and_then(|ended| match ended.success() {
            true => Ok(ended.stdout),
            false => Err(failed(ended.status.to_string())),
        })
}
