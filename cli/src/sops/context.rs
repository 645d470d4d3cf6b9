//! One invocation: what was typed, and what follows from it and from the configuration file.

use std::cell::OnceCell;

use signet_sops::Timestamp;
use signet_sops::keys::KeyKind;

use super::config::{self, Config};
use super::failure::{Failure, Outcome, codes};
use super::flags::Given;
use super::keys::Services;
use super::log;
use super::options::{
    CONFIG, DECRYPTION_ORDER, FILENAME_OVERRIDE, INDENT, INPUT_TYPE, KEYSERVICE, LOCAL_SERVICE, OUTPUT_TYPE,
};
use super::paths;
use super::store::Store;

/// What a command is given.
pub(super) struct Context<'a> {
    /// The flags before the command.
    pub(super) globals: &'a Given,
    /// The flags of the command; the same for the form without one.
    pub(super) given: &'a Given,
    config_path: OnceCell<Option<String>>,
    config: OnceCell<Option<Config>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(globals: &'a Given, given: &'a Given) -> Self {
        Self { globals, given, config_path: OnceCell::new(), config: OnceCell::new() }
    }

    pub(super) fn words(&self) -> &'a [String] {
        &self.given.words
    }

    /// The configuration file that was named, or the next one upwards.
    pub(super) fn config_path(&self) -> Option<&str> {
        let look = || match self.globals.text(&CONFIG) {
            "" => config::find(),
            path => Some(path.to_owned()),
        };
        self.config_path.get_or_init(look).as_deref()
    }

    /// What the configuration file says; `None` without one.
    pub(super) fn config(&self) -> Outcome<Option<&Config>> {
        if self.config.get().is_none() {
            let config = self.config_path().map(Config::read).transpose()?;
            let _ = self.config.set(config);
        }
        Ok(self.config.get().and_then(Option::as_ref))
    }

    /// How the file at a path is read.
    pub(super) fn input_store(&self, path: &str) -> Outcome<Store> {
        let stores = self.config()?.map(|config| config.stores).unwrap_or_default();
        Ok(Store::choose(self.given.text(&INPUT_TYPE), path, &stores))
    }

    /// How it is written.
    pub(super) fn output_store(&self, path: &str) -> Outcome<Store> {
        let mut stores = self.config()?.map(|config| config.stores).unwrap_or_default();
        if self.globals.is_set(&INDENT) {
            let indent = self.globals.number(&INDENT);
            stores = config::Stores { yaml: indent, json: indent, json_binary: indent };
        }
        Ok(Store::choose(self.given.text(&OUTPUT_TYPE), path, &stores))
    }

    /// The name that decides about formats and rules: the one that was given for that, or that of the file.
    pub(super) fn rule_name(&self, file: &str) -> String {
        match self.given.text(&FILENAME_OVERRIDE) {
            "" => file.to_owned(),
            name => paths::absolute(name),
        }
    }

    pub(super) fn services(&self) -> Services {
        Services::new(self.given.bool(&LOCAL_SERVICE), self.given.list(&KEYSERVICE).to_vec())
    }

    /// Which kinds of keys are tried first.
    pub(super) fn order(&self) -> Outcome<Vec<KeyKind>> {
        let text = match self.given.text(&DECRYPTION_ORDER) {
            "" => "age,pgp",
            text => text,
        };
        let mut seen = std::collections::HashSet::new();
        for word in text.split(',') {
            if !seen.insert(word) {
                return Err(Failure::new(
                    codes::DUPLICATE_DECRYPTION_KEY_TYPE,
                    format!("Duplicate decryption key type: {word}"),
                ));
            }
        }
        Ok(text.split(',').filter_map(KeyKind::from_word).collect())
    }

    /// The file, which must be the only word.
    pub(super) fn file(&self) -> Outcome<String> {
        let Some(file) = self.words().first() else {
            return Err(Failure::new(codes::NO_FILE_SPECIFIED, "Error: no file specified"));
        };
        self.warn_of_more_words();
        Ok(paths::absolute(file))
    }

    pub(super) fn warn_of_more_words(&self) {
        let Some(rest) = self.words().get(1..).filter(|rest| !rest.is_empty()) else { return };
        log::warn("More than one positional argument provided. Only the first one will be used!");
        if let Some(flag) = rest.iter().rfind(|word| word.starts_with('-')) {
            log::warn(&format!(
                "Note that one of the ignored positional argument is {flag:?}, which looks like a flag. Flags must \
                 always be provided before the first positional argument!"
            ));
        }
    }
}

/// Now, to the second.
pub(super) fn now() -> Timestamp {
    Timestamp::from_jiff(jiff::Timestamp::now()).expect("the clock is between the years 0 and 9999")
}
