//! `sops updatekeys`.

use std::fmt::Write as _;
use std::io;

use signet_sops::keys::{KeyGroup, MasterKey};

use crate::sops::config::Config;
use crate::sops::context::{Context, now};
use crate::sops::document;
use crate::sops::failure::{Failure, Outcome, codes};
use crate::sops::files;
use crate::sops::log;
use crate::sops::options::{INPUT_TYPE, YES};
use crate::sops::paths;
use crate::sops::store::Store;

pub(super) fn run(context: &Context<'_>) -> Outcome {
    let Some(config) = context.config_path() else {
        return Err(Failure::generic("config file not found"));
    };
    let config = config.to_owned();
    let files = context.words();
    if files.is_empty() {
        return Err(Failure::new(codes::NO_FILE_SPECIFIED, "Error: no file specified"));
    }
    if let [file] = files {
        return update(context, &config, file);
    }
    let mut failed = 0;
    for file in files {
        if let Err(failure) = update(context, &config, file) {
            log::error(&failure.to_string());
            failed += 1;
        }
    }
    if failed > 0 { Err(Failure::generic(format!("failed updating {failed} key(s)"))) } else { Ok(()) }
}

fn update(context: &Context<'_>, config_path: &str, file: &str) -> Outcome {
    let file = paths::absolute(file);
    check_is_file(&file)?;
    let config = Config::read(config_path)?;
    let store = Store::choose(context.given.text(&INPUT_TYPE), &file, &config.stores);
    log::progress(&format!("Syncing keys for file {file}"));
    let mut tree = store.read_encrypted(files::read(&file)?.expose())?;
    let Some(settings) = config.settings_for(&file, now())? else {
        return Err(Failure::generic(format!(
            "The config file {config_path} does not contain any creation rule"
        )));
    };
    let old_threshold = tree.metadata.shamir_threshold;
    let threshold = old_threshold.min(settings.key_groups.len());
    let changes = changes(&tree.metadata.key_groups, &settings.key_groups);
    if changes.iter().all(GroupChange::is_none) && threshold == old_threshold {
        log::progress(&format!("File {file} already up to date"));
        return Ok(());
    }
    files::print(described(&changes, old_threshold, threshold).as_bytes())?;
    if !context.given.bool(&YES) && !is_agreed()? {
        log::progress(&format!("File {file} left unchanged"));
        return Ok(());
    }
    let mut services = context.services();
    let key = document::unlock(&tree.metadata, &mut services, &[])?;
    tree.metadata.key_groups = settings.key_groups;
    tree.metadata.shamir_threshold = threshold;
    document::wrap(&mut tree.metadata, &key, &mut services)
        .map_err(|reasons| Failure::generic(format!("error updating one or more master keys: {reasons}")))?;
    files::write_in_place(&file, &store.write_encrypted(&tree)?).map_err(Failure::into_generic)?;
    log::progress(&format!("File {file} synced with new keys"));
    Ok(())
}

fn check_is_file(file: &str) -> Outcome {
    let metadata = std::fs::metadata(file)
        .map_err(|error| Failure::generic(format!("stat {file}: {}", crate::error::reason(&error))))?;
    if metadata.is_dir() { Err(Failure::generic("can't operate on a directory")) } else { Ok(()) }
}

/// What becomes of the keys of a group, by their names.
struct GroupChange {
    kept: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
}

impl GroupChange {
    fn is_none(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Groups are compared by their place; the order of their keys does not matter.
fn changes(old: &[KeyGroup], new: &[KeyGroup]) -> Vec<GroupChange> {
    let names = |groups: &[KeyGroup], index: usize| -> Vec<String> {
        let group: &[MasterKey] = groups.get(index).map(Vec::as_slice).unwrap_or_default();
        group.iter().map(|key| key.id.to_string()).collect()
    };
    (0..old.len().max(new.len()))
        .map(|index| {
            let (old, new) = (names(old, index), names(new, index));
            let removed = old.iter().filter(|name| !new.contains(name)).cloned().collect();
            let (kept, added) = new.into_iter().partition(|name| old.contains(name));
            GroupChange { kept, added, removed }
        })
        .collect()
}

fn described(changes: &[GroupChange], old_threshold: usize, threshold: usize) -> String {
    let mut text = "The following changes will be made to the file's groups:\n".to_owned();
    if old_threshold > 0 && old_threshold == threshold {
        let _ = writeln!(text, "shamir_threshold: {threshold}");
    } else {
        for (sign, threshold) in [("+++", threshold), ("---", old_threshold)] {
            if threshold > 0 {
                let _ = writeln!(text, "{sign} shamir_threshold: {threshold}");
            }
        }
    }
    for (index, change) in changes.iter().enumerate() {
        let _ = writeln!(text, "Group {}", index + 1);
        for (sign, names) in [("   ", &change.kept), ("+++", &change.added), ("---", &change.removed)] {
            for name in names {
                let _ = writeln!(text, "{sign} {name}");
            }
        }
    }
    text
}

/// Asks until the answer is yes or no. No answer at all is an error.
fn is_agreed() -> Outcome<bool> {
    loop {
        files::print(b"Is this okay? (y/n):")?;
        let mut answer = String::new();
        match io::stdin().read_line(&mut answer) {
            Ok(0) => return Err(Failure::generic("EOF")),
            Err(error) => return Err(Failure::generic(crate::error::reason(&error))),
            Ok(_) => match answer.trim() {
                "y" => return Ok(true),
                "n" => return Ok(false),
                "" => return Err(Failure::generic("unexpected newline")),
                _ => {}
            },
        }
    }
}
