//! The configuration file, `.sops.yaml`: where it is, and what it says about a file.

mod fields;
mod rule;

use std::path::Path;

use signet_sops::keys::KeyGroup;
use signet_sops::{Branch, Format, Timestamp};

use super::failure::{Failure, Outcome};
use super::log;
use super::paths;
use fields::Fields;
use rule::Rule;

const NAME: &str = ".sops.yaml";
/// A name that people try, and that is not looked at.
const ALTERNATE: &str = ".sops.yml";
/// How many directories upwards are searched.
const DEPTH: usize = 100;

/// Indentation of the formats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stores {
    pub(super) yaml: i64,
    pub(super) json: i64,
    pub(super) json_binary: i64,
}

impl Default for Stores {
    fn default() -> Self {
        Self { yaml: 0, json: -1, json_binary: -1 }
    }
}

/// What a rule says about a file.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) key_groups: Vec<KeyGroup>,
    pub(super) shamir_threshold: i64,
    /// The rules for what is encrypted, by their names in a file. There is at most one.
    pub(super) selection: Vec<(&'static str, String)>,
    pub(super) mac_only_encrypted: bool,
}

/// A configuration file.
#[derive(Debug)]
pub(super) struct Config {
    /// `None` without the entry, which is another thing than no rules in it.
    rules: Option<Vec<Rule>>,
    pub(super) stores: Stores,
    /// The directory it is in.
    directory: String,
}

/// The path of the next configuration file from the working directory upwards.
pub(super) fn find() -> Option<String> {
    let mut directory = String::new();
    let mut ignored: Option<String> = None;
    for _ in 0..DEPTH {
        let path = format!("{directory}{NAME}");
        if Path::new(&path).exists() {
            if let Some(ignored) = ignored {
                log::warn(&format!("{}; using {path:?} instead", is_ignored(&ignored)));
            }
            return Some(path);
        }
        let alternate = format!("{directory}{ALTERNATE}");
        if ignored.is_none() && Path::new(&alternate).exists() {
            ignored = Some(alternate);
        }
        directory.insert_str(0, "../");
    }
    if let Some(ignored) = ignored {
        log::warn(&is_ignored(&ignored));
    }
    None
}

fn is_ignored(path: &str) -> String {
    format!("ignoring {path:?} when searching for config file; the config file must be called {NAME:?}")
}

impl Config {
    /// Reads a configuration file.
    pub(super) fn read(path: &str) -> Outcome<Self> {
        let text = crate::input::read_file(Path::new(path))
            .map_err(|error| Failure::generic(format!("could not read config file: {}", error.message())))?;
        let directory = paths::directory_of(&paths::absolute(path)).to_owned();
        Self::parse(text.expose(), directory).map_err(|reason| {
            Failure::generic(format!("error loading config: Could not unmarshal config file: {reason}"))
        })
    }

    fn parse(text: &[u8], directory: String) -> Result<Self, String> {
        let document = first_document(text)?;
        let fields = Fields::of(&document, "");
        let stores = fields.branch("stores")?;
        let indent = |name: &str, default: i64| -> Result<i64, String> {
            match stores.as_ref().map(|stores| stores.branch(name)).transpose()?.flatten() {
                Some(store) => Ok(store.number("indent")?.unwrap_or(default)),
                None => Ok(default),
            }
        };
        let default = Stores::default();
        let stores = Stores {
            yaml: indent("yaml", default.yaml)?,
            json: indent("json", default.json)?,
            json_binary: indent("json_binary", default.json_binary)?,
        };
        let rules = fields.branches("creation_rules")?;
        let rules = rules.map(|rules| rules.iter().map(Rule::read).collect::<Result<_, _>>()).transpose()?;
        Ok(Self { rules, stores, directory })
    }

    /// What the first rule for a file says, given its absolute path. `None` if there are no rules at all.
    pub(super) fn settings_for(&self, path: &str, now: Timestamp) -> Outcome<Option<Settings>> {
        let Some(rules) = &self.rules else { return Ok(None) };
        let prefix = format!("{}/", self.directory);
        let path = path.strip_prefix(&prefix).unwrap_or(path);
        for rule in rules {
            if rule.matches(path)? {
                return rule.settings(now).map(Some);
            }
        }
        Err(Failure::generic("error loading config: no matching creation rules found"))
    }
}

/// The mapping that a file holds; an empty one if it holds nothing.
fn first_document(text: &[u8]) -> Result<Branch, String> {
    let holds_nothing = text.split(|byte| *byte == b'\n').all(|line| {
        let line = line.trim_ascii();
        line.is_empty() || line.starts_with(b"#")
    });
    if holds_nothing {
        return Ok(Branch::default());
    }
    let documents = Format::Yaml.read_plain(text).map_err(|error| error.to_string())?;
    Ok(documents.into_iter().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2024-01-02T03:04:05Z";
    const ALICE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const BOB: &str = "age1yt3tfqlfrwdwx0z0ynwplcr6qxcxfaqycuprpmy89nr83ltx74tqdpszlw";

    fn now() -> Timestamp {
        Timestamp::parse(NOW).unwrap()
    }

    fn config(text: &str) -> Config {
        Config::parse(text.replace("ALICE", ALICE).replace("BOB", BOB).as_bytes(), "/repo".to_owned())
            .unwrap()
    }

    /// The names of the keys, with `/` between groups.
    fn keys(config: &Config, path: &str) -> Result<String, String> {
        let settings = config.settings_for(path, now()).map_err(|failure| failure.to_string())?;
        let groups = settings.expect("there are rules").key_groups;
        let names = |group: &KeyGroup| {
            let names: Vec<String> = group.iter().map(|key| key.id.to_string()).collect();
            names.join(" ").replace(ALICE, "ALICE").replace(BOB, "BOB")
        };
        Ok(groups.iter().map(names).collect::<Vec<_>>().join(" / "))
    }

    #[test]
    fn the_first_rule_whose_expression_matches_the_relative_path_wins() {
        let config = config(
            "creation_rules:\n- {path_regex: '^prod/', pgp: A}\n- {path_regex: '\\.yaml$', pgp: B}\n- pgp: C\n",
        );
        assert_eq!(keys(&config, "/repo/prod/x.yaml").as_deref(), Ok("A"));
        assert_eq!(keys(&config, "/repo/x/prod/x.yaml").as_deref(), Ok("B"));
        assert_eq!(keys(&config, "/elsewhere/prod/x.json").as_deref(), Ok("C"));
    }

    #[test]
    fn rules_that_do_not_match_are_an_error_and_none_are_not() {
        let error = Ok::<_, ()>("error loading config: no matching creation rules found");
        for text in ["creation_rules: []\n", "creation_rules: [{path_regex: x, pgp: A}]\n"] {
            let found = keys(&config(text), "/repo/a.yaml");
            assert_eq!(found.as_ref().err().map(String::as_str), error.ok(), "{text}");
        }
        for text in ["", "# nothing\n", "{}", "creation_rules:\n", "destination_rules: []\n"] {
            assert!(config(text).settings_for("/repo/a.yaml", now()).unwrap().is_none(), "{text}");
        }
        let broken = config("creation_rules: [{path_regex: '(', pgp: A}]\n");
        assert!(keys(&broken, "/repo/a").unwrap_err().starts_with("can not compile regexp"));
    }

    #[test]
    fn keys_are_text_with_commas_or_lists() {
        let flat = "creation_rules:\n- pgp: 'A A, B,'\n  age: ALICE, BOB\n  kms: [\"arn:aws:kms:eu:1:key/2+arn:aws:iam::1:role/r\"]\n  aws_profile: p\n  hckms: [\"r:u\"]\n  gcp_kms: g\n  azure_keyvault: https://v/keys/n/1\n  hc_vault_transit_uri: https://v:8200/v1/a/b/keys/k\n";
        assert_eq!(
            keys(&config(flat), "/repo/a").as_deref(),
            Ok("ALICE BOB AA B arn:aws:kms:eu:1:key/2+arn:aws:iam::1:role/r||p g r:u https://v/keys/n/1 \
                https://v:8200/v1/a/b/keys/k")
        );
        for bad in [
            "{age: 5}",
            "{age: [5]}",
            "{age: {a: b}}",
            "{age: [age1x]}",
            "{hckms: [x]}",
            "{hc_vault_transit_uri: v}",
        ] {
            assert!(keys(&config(&format!("creation_rules: [{bad}]\n")), "/repo/a").is_err(), "{bad}");
        }
        assert!(Config::parse(b"creation_rules: [{hckms: x}]", String::new()).is_err());
    }

    #[test]
    fn groups_are_merged_and_freed_of_doubles() {
        let text = "keys: [&a ALICE]\ncreation_rules:\n- key_groups:\n  - merge:\n    - pgp: [P, Q]\n    - merge: [{age: [BOB]}]\n    age: [*a, BOB]\n    pgp: [P]\n  - kms: [{arn: x, role: r, context: {a: b}, aws_profile: p}]\n    hc_vault: [\"https://v/v1/t/keys/k\"]\n    azure_keyvault: [{vaultUrl: u, key: k, version: v}]\n  pgp: ignored\n";
        assert_eq!(
            keys(&config(text), "/repo/a").as_deref(),
            Ok("P Q BOB ALICE / x+r|a:b|p u/keys/k/v https://v/v1/t/keys/k")
        );
        assert_eq!(
            keys(&config("creation_rules: [{key_groups: [], age: ALICE}]"), "/repo/a").as_deref(),
            Ok("ALICE")
        );
        assert_eq!(keys(&config("creation_rules: [{key_groups: [{}]}]"), "/repo/a").as_deref(), Ok(""));
        assert_eq!(keys(&config("creation_rules: [{}]"), "/repo/a").as_deref(), Ok(""));
    }

    #[test]
    fn anchors_and_merge_keys_work_as_in_any_yaml() {
        let text = "x: &base {age: ALICE, mac_only_encrypted: true}\ncreation_rules:\n- <<: *base\n  encrypted_regex: ^data$\n";
        let settings = config(text).settings_for("/repo/a", now()).unwrap().unwrap();
        assert!(settings.mac_only_encrypted);
        assert_eq!(settings.selection, [("encrypted_regex", "^data$".to_owned())]);
        assert_eq!(settings.key_groups[0].len(), 1);
    }

    #[test]
    fn a_rule_has_one_way_to_select() {
        let text = "creation_rules: [{pgp: A, encrypted_regex: a, unencrypted_suffix: b}]\n";
        assert!(keys(&config(text), "/repo/a").unwrap_err().contains("cannot use more than one of"));
    }

    #[test]
    fn indentation_is_read_and_has_defaults() {
        let stores = config("stores: {yaml: {indent: 2}, json: {indent: 0}}\n").stores;
        assert_eq!((stores.yaml, stores.json, stores.json_binary), (2, 0, -1));
        assert!(Config::parse(b"stores: {yaml: {indent: x}}", String::new()).is_err());
        assert!(Config::parse(b"[a]", String::new()).is_err());
        assert!(Config::parse(b"a: [", String::new()).is_err());
    }
}
