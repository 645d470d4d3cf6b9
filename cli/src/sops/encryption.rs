//! How a file is to be encrypted: what flags, variables and the configuration file say together.

use signet_sops::keys::{KeyGroup, KeyId, MasterKey};
use signet_sops::{Format, Metadata, SOPS_VERSION, Selection};

use super::config::Settings;
use super::context::{Context, now};
use super::failure::{Failure, Outcome, codes};
use super::flags::Given;
use super::keys::text;
use super::log;
use super::options::{
    AWS_PROFILE, ENCRYPT_WITH, ENCRYPTION_CONTEXT, KeyFlags, MAC_ONLY_ENCRYPTED, SELECTIONS, SHAMIR_THRESHOLD,
};
use super::store::Store;

/// The metadata of a new file at a path.
pub(super) fn metadata(context: &Context<'_>, path: &str, input: &Store) -> Outcome<Metadata> {
    let settings = settings(context, path)?;
    let (selection, mac_only_encrypted) = selection(context, settings.as_ref(), input)?;
    let threshold = match context.given.number(&SHAMIR_THRESHOLD) {
        0 => settings.as_ref().map_or(0, |settings| settings.shamir_threshold),
        threshold => threshold,
    };
    Ok(Metadata {
        key_groups: key_groups(context, settings)?,
        shamir_threshold: usize::try_from(threshold)
            .map_err(|_| Failure::generic("the Shamir threshold is negative"))?,
        selection,
        mac_only_encrypted,
        last_modified: now(),
        mac: String::new(),
        version: SOPS_VERSION.to_owned(),
    })
}

/// What the configuration file says; `None` without one, or without rules in it.
pub(super) fn settings(context: &Context<'_>, path: &str) -> Outcome<Option<Settings>> {
    match context.config()? {
        Some(config) => config.settings_for(path, now()),
        None => Ok(None),
    }
}

/// What is encrypted, and whether the MAC covers that alone.
fn selection(
    context: &Context<'_>,
    settings: Option<&Settings>,
    input: &Store,
) -> Outcome<(Selection, bool)> {
    let rule = |field: &str| {
        let selection = settings.map(|settings| settings.selection.as_slice()).unwrap_or_default();
        selection.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    };
    let mut chosen = Vec::new();
    for (flag, field) in SELECTIONS {
        let text = match context.given.text(flag) {
            "" => rule(field).unwrap_or_default(),
            text => text,
        };
        if !text.is_empty() {
            chosen.push((field, text));
        }
    }
    if input.format == Format::Binary {
        for (field, _) in chosen {
            log::warn(&format!(
                "Using {field} does not make sense with the input store (the binary store produces one key that should \
                 always be encrypted) and will be ignored."
            ));
        }
        return Ok((Selection::Everything, false));
    }
    let only = context.globals.bool(&MAC_ONLY_ENCRYPTED)
        || settings.is_some_and(|settings| settings.mac_only_encrypted);
    match chosen.as_slice() {
        [] => Ok((Selection::default(), only)),
        [(field, text)] => Ok((Selection::from_field(field, text).unwrap_or_default(), only)),
        _ => Err(Failure::new(
            codes::CONFLICTING_PARAMETERS,
            "Error: cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, \
             unencrypted_regex, encrypted_comment_regex, or unencrypted_comment_regex in the same file",
        )),
    }
}

/// The keys of the flags and their variables if there are any, and else those of the rule.
fn key_groups(context: &Context<'_>, settings: Option<Settings>) -> Outcome<Vec<KeyGroup>> {
    let given = context.given;
    let keys = keys(given, &ENCRYPT_WITH)?;
    if ENCRYPT_WITH.all().iter().any(|flag| !given.text(flag).is_empty()) {
        return Ok(vec![keys]);
    }
    settings.map(|settings| settings.key_groups).ok_or_else(|| {
        Failure::generic(
            "config file not found, or has no creation rules, and no keys provided through command line options",
        )
    })
}

/// The keys that flags name, in the order in which sops puts them into a group.
pub(super) fn keys(given: &Given, flags: &KeyFlags) -> Outcome<KeyGroup> {
    let context = kms_context(given)?;
    let mut ids: Vec<KeyId> = text::kms(given.text(flags.kms), &context, given.text(&AWS_PROFILE));
    ids.extend(text::gcp_kms(given.text(flags.gcp_kms)));
    ids.extend(text::hckms(given.text(flags.hckms)).map_err(Failure::generic)?);
    ids.extend(text::azure_kv(given.text(flags.azure_kv)).map_err(Failure::generic)?);
    ids.extend(text::pgp(given.text(flags.pgp)));
    ids.extend(text::hc_vault(given.text(flags.hc_vault)).map_err(Failure::generic)?);
    ids.extend(text::age(given.text(flags.age)).map_err(Failure::generic)?);
    Ok(ids.into_iter().map(|id| MasterKey::new(id, now())).collect())
}

/// The encryption context of KMS keys.
pub(super) fn kms_context(given: &Given) -> Outcome<text::Context> {
    text::kms_context(given.text(&ENCRYPTION_CONTEXT)).ok_or_else(|| {
        Failure::new(codes::INVALID_KMS_ENCRYPTION_CONTEXT_FORMAT, "Invalid KMS encryption context format")
    })
}
