//! `sops groups add` and `sops groups delete`.

use signet_sops::Tree;
use signet_sops::keys::{KeyGroup, KeyId, MasterKey};

use crate::sops::context::{Context, now};
use crate::sops::document;
use crate::sops::encryption::kms_context;
use crate::sops::failure::{Failure, Outcome};
use crate::sops::files;
use crate::sops::keys::text;
use crate::sops::log;
use crate::sops::options::{
    AWS_PROFILE, GROUP_AGE, GROUP_AZURE_KV, GROUP_FILE, GROUP_GCP_KMS, GROUP_HC_VAULT, GROUP_HCKMS,
    GROUP_KMS, GROUP_PGP, IN_PLACE, SHAMIR_THRESHOLD,
};

pub(super) fn add(context: &Context<'_>) -> Outcome {
    if !context.words().is_empty() {
        return Err(Failure::generic("error: no positional arguments allowed"));
    }
    let group = new_group(context)?;
    change(context, |groups| {
        if group.is_empty() {
            return Err(Failure::generic("the new group has no keys"));
        }
        groups.push(group);
        Ok(())
    })
}

pub(super) fn delete(context: &Context<'_>) -> Outcome {
    let [index] = context.words() else {
        return Err(Failure::generic("error: exactly one positional argument (index) required"));
    };
    let index: u32 = index
        .parse()
        .map_err(|_| Failure::generic(format!("failed to parse [index] argument: {index:?} is no number")))?;
    change(context, |groups| {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if index >= groups.len() {
            return Err(Failure::generic(format!("there is no key group {index}, only {}", groups.len())));
        }
        if groups.len() == 1 {
            // Nobody could decrypt the file any more.
            return Err(Failure::generic("the only key group cannot be deleted"));
        }
        groups.remove(index);
        Ok(())
    })
}

/// Reads the file, changes its groups, wraps the data key for all of them, and writes it.
///
/// The statuses are those of sops, which here has but one for most failures.
fn change(context: &Context<'_>, change: impl FnOnce(&mut Vec<KeyGroup>) -> Outcome) -> Outcome {
    let file = context.given.text(&GROUP_FILE);
    let (input, output) = (context.input_store(file)?, context.output_store(file)?);
    let mut tree = input.read_encrypted(files::read(file)?.expose())?;
    let mut services = context.services();
    let key = document::unlock(&tree.metadata, &mut services, &[]).map_err(Failure::into_generic)?;
    change(&mut tree.metadata.key_groups)?;
    set_threshold(context, &mut tree)?;
    document::wrap(&mut tree.metadata, &key, &mut services)
        .map_err(|reasons| Failure::generic(format!("error updating one or more master keys: {reasons}")))?;
    let text = output.write_encrypted(&tree).map_err(Failure::into_generic)?;
    if context.given.bool(&IN_PLACE) {
        files::write_in_place(file, &text).map_err(Failure::into_generic)
    } else {
        files::print(&text)
    }
}

fn set_threshold(context: &Context<'_>, tree: &mut Tree) -> Outcome {
    let metadata = &mut tree.metadata;
    match context.given.number(&SHAMIR_THRESHOLD) {
        0 => {}
        threshold => {
            metadata.shamir_threshold = usize::try_from(threshold)
                .map_err(|_| Failure::generic("the Shamir threshold is negative"))?;
        }
    }
    let (threshold, groups) = (metadata.shamir_threshold, metadata.key_groups.len());
    if groups < threshold {
        return Err(Failure::generic(format!(
            "the Shamir threshold would be impossible to satisfy: it is {threshold}, but there would be only {groups} \
             key groups"
        )));
    }
    Ok(())
}

/// The keys that were given. One that cannot be read is left out, as sops does, but not in silence.
fn new_group(context: &Context<'_>) -> Outcome<KeyGroup> {
    let given = context.given;
    let kms_context = kms_context(given)?;
    let mut ids: Vec<KeyId> = given.list(&GROUP_PGP).iter().map(|key| text::pgp_key(key)).collect();
    ids.extend(
        given.list(&GROUP_KMS).iter().map(|arn| text::kms_key(arn, &kms_context, given.text(&AWS_PROFILE))),
    );
    ids.extend(given.list(&GROUP_GCP_KMS).iter().map(|id| text::gcp_kms_key(id)));
    let mut take = |keys: Result<Vec<KeyId>, String>| match keys {
        Ok(keys) => ids.extend(keys),
        Err(reason) => log::error(&format!("Failed to add key: {reason}")),
    };
    given.list(&GROUP_HC_VAULT).iter().for_each(|uri| take(text::hc_vault(uri)));
    given.list(&GROUP_AZURE_KV).iter().for_each(|url| take(text::azure_kv(url)));
    given.list(&GROUP_HCKMS).iter().for_each(|id| take(text::hckms(id)));
    given.list(&GROUP_AGE).iter().for_each(|recipients| take(text::age(recipients)));
    Ok(ids.into_iter().map(|id| MasterKey::new(id, now())).collect())
}
