//! Master keys as people write them: on the command line, in variables, in the configuration file.
//!
//! A function in the plural takes a list with commas between.

use std::collections::BTreeMap;

use signet_sops::keys::KeyId;
use signet_sops_keys::age::Recipient;

use crate::error::chain;

/// The encryption context of KMS keys.
pub(in crate::sops) type Context = BTreeMap<String, Option<String>>;

pub(in crate::sops) fn age(list: &str) -> Result<Vec<KeyId>, String> {
    let recipients = Recipient::parse_list(list).map_err(|error| chain(&error))?;
    Ok(recipients.iter().map(|recipient| KeyId::Age { recipient: recipient.as_str().to_owned() }).collect())
}

pub(in crate::sops) fn pgp(list: &str) -> Vec<KeyId> {
    parts(list).map(pgp_key).collect()
}

pub(in crate::sops) fn pgp_key(fingerprint: &str) -> KeyId {
    KeyId::Pgp { fingerprint: fingerprint.replace(' ', "") }
}

pub(in crate::sops) fn kms(list: &str, context: &Context, aws_profile: &str) -> Vec<KeyId> {
    parts(list).map(|arn| kms_key(arn, context, aws_profile)).collect()
}

/// An ARN, and after a plus sign that of the role to assume.
pub(in crate::sops) fn kms_key(arn: &str, context: &Context, aws_profile: &str) -> KeyId {
    let arn = arn.replace(' ', "");
    let (arn, role) = match arn.find("+arn:") {
        Some(at) if at > 0 => (arn[..at].to_owned(), arn[at + 1..].to_owned()),
        _ => (arn, String::new()),
    };
    KeyId::Kms { arn, role, context: context.clone(), aws_profile: aws_profile.to_owned() }
}

/// `name:value` with commas between; `None` if it is something else.
pub(in crate::sops) fn kms_context(text: &str) -> Option<Context> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once(':').filter(|(_, value)| !value.contains(':'))?;
        Some((name.to_owned(), Some(value.to_owned())))
    };
    parts(text).map(pair).collect()
}

pub(in crate::sops) fn gcp_kms(list: &str) -> Vec<KeyId> {
    parts(list).map(gcp_kms_key).collect()
}

pub(in crate::sops) fn gcp_kms_key(resource_id: &str) -> KeyId {
    KeyId::GcpKms { resource_id: resource_id.replace(' ', "") }
}

pub(in crate::sops) fn hckms(list: &str) -> Result<Vec<KeyId>, String> {
    list.split(',').map(str::trim).filter(|id| !id.is_empty()).map(hckms_key).collect()
}

pub(in crate::sops) fn hckms_key(id: &str) -> Result<KeyId, String> {
    match id.trim().split_once(':') {
        Some((region, uuid)) if !region.trim().is_empty() && !uuid.trim().is_empty() => {
            Ok(KeyId::Hckms { key_id: id.to_owned() })
        }
        _ => Err(format!("invalid key ID format: expected 'region:key-uuid', got {id:?}")),
    }
}

pub(in crate::sops) fn azure_kv(list: &str) -> Result<Vec<KeyId>, String> {
    parts(list).map(azure_kv_url).collect()
}

/// `https://HOST/keys/NAME/VERSION`
pub(in crate::sops) fn azure_kv_url(url: &str) -> Result<KeyId, String> {
    let malformed = || format!("could not parse {url:?} into a valid Azure Key Vault MasterKey");
    let rest = url.trim().strip_prefix("https://").ok_or_else(malformed)?;
    let parts: Vec<&str> = rest.split('/').collect();
    match parts.as_slice() {
        [host, "keys", name] if !host.is_empty() && !name.is_empty() => {
            azure_kv_key(&format!("https://{host}"), name, "")
        }
        [host, "keys", name, version] if !host.is_empty() && !name.is_empty() => {
            azure_kv_key(&format!("https://{host}"), name, version)
        }
        _ => Err(malformed()),
    }
}

pub(in crate::sops) fn azure_kv_key(vault_url: &str, name: &str, version: &str) -> Result<KeyId, String> {
    if version.is_empty() {
        return Err(format!(
            "the Azure Key Vault key {vault_url}/keys/{name} has no version, and the vault cannot be asked for it: \
             Azure Key Vault is not supported"
        ));
    }
    Ok(KeyId::AzureKv { vault_url: vault_url.to_owned(), name: name.to_owned(), version: version.to_owned() })
}

pub(in crate::sops) fn hc_vault(list: &str) -> Result<Vec<KeyId>, String> {
    parts(list).map(hc_vault_key).collect()
}

/// `https://HOST/v1/ENGINE/keys/NAME`
pub(in crate::sops) fn hc_vault_key(uri: &str) -> Result<KeyId, String> {
    const FORMAT: &str = "https://vault.example.com:8200/v1/transit/keys/keyName";
    let (scheme, rest) = uri
        .split_once("://")
        .filter(|(scheme, _)| !scheme.is_empty())
        .ok_or_else(|| format!("missing scheme in Vault URL (should be like this: {FORMAT}), got: {uri}"))?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let is_version = |part: &str| {
        part.strip_prefix('v')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
    };
    match parts.as_slice() {
        [version, engine @ .., _, name] if is_version(version) && !engine.is_empty() && !name.is_empty() => {
            Ok(KeyId::HcVault {
                vault_address: format!("{scheme}://{host}"),
                engine_path: engine.join("/"),
                key_name: (*name).to_owned(),
            })
        }
        [_, version, _, _, ..] if is_version(version) => Err(format!(
            "running Vault with a prefixed URL is not supported! (Format has to be like {FORMAT})"
        )),
        _ => Err(format!("vault path does not seem to be formatted correctly: (eg. {FORMAT})")),
    }
}

/// What commas separate; nothing in the empty text.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(move |_| !list.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn named(ids: &[KeyId]) -> Vec<String> {
        ids.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lists_have_commas_and_the_empty_text_has_no_keys() {
        assert_eq!(named(&pgp("A B, C")), ["AB", "C"]);
        assert_eq!(named(&gcp_kms("a,b")), ["a", "b"]);
        assert!(pgp("").is_empty() && kms("", &Context::new(), "").is_empty() && age("").unwrap().is_empty());
        assert!(
            azure_kv("").unwrap().is_empty()
                && hc_vault("").unwrap().is_empty()
                && hckms(" ,").unwrap().is_empty()
        );
        assert!(age("nope").unwrap_err().contains("unknown recipient type: \"nope\""));
    }

    #[test]
    fn roles_and_contexts_of_kms_keys_are_found() {
        let context = kms_context("a:b,c:d").unwrap();
        assert_eq!(named(&kms("k+arn:r", &context, "p")), ["k+arn:r|a:b,c:d|p"]);
        assert_eq!(named(&kms("k+x", &Context::new(), "")), ["k+x"]);
        for bad in ["a", "a:b:c", "a:b,"] {
            assert!(kms_context(bad).is_none(), "{bad}");
        }
        assert!(kms_context("").unwrap().is_empty());
    }

    #[test]
    fn urls_of_vaults_are_taken_apart() {
        assert_eq!(
            named(&[hc_vault_key("http://h:8200/v1/a/b/keys/k").unwrap()]),
            ["http://h:8200/v1/a/b/keys/k"]
        );
        for bad in
            ["h/v1/t/keys/k", "https://h/x/v1/t/keys/k", "https://h/v1/keys/k", "https://h/vx/t/keys/k"]
        {
            assert!(hc_vault_key(bad).is_err(), "{bad}");
        }
        assert_eq!(named(&[azure_kv_url(" https://h/keys/n/v ").unwrap()]), ["https://h/keys/n/v"]);
        for bad in [
            "https://h/keys/n",
            "https://h/keys/n/",
            "http://h/keys/n/v",
            "https://h/n/v",
            "https://h/keys/n/v/w",
        ] {
            assert!(azure_kv_url(bad).is_err(), "{bad}");
        }
        assert!(hckms("r:u, x").is_err() && hckms("r:u,").is_ok());
    }
}
