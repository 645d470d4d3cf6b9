//! What is sealed and opened: the same in every run and for both sides.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::api::core::v1::Secret;
use signet_crds::bitnami::{SealedSecret, SealedSecretSpec};
use signet_manifest::Documents;
use signet_sealed::{Label, PrivateKey, PublicKey, Scope, SystemRandom, open_value, seal_value};

/// Where the objects live.
pub(crate) const NAMESPACE: &str = "bench";

/// Letters of a password as generators make them.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LETTERS_PER_VALUE: usize = 40;
/// Opening takes milliseconds a value, so of a large output only as many are opened.
const OPENED: usize = 20;

/// A Secret that nobody needs to keep.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) values: BTreeMap<String, Vec<u8>>,
}

/// The first `objects` inputs, with `values` values each.
pub(crate) fn inputs(objects: usize, values: usize) -> Vec<Input> {
    (0..objects).map(|number| Input::new(&format!("input-{number:05}"), number as u64, values)).collect()
}

impl Input {
    pub(crate) fn new(name: &str, seed: u64, values: usize) -> Self {
        let mut random = Random(seed);
        let value = |number| (format!("value-{number}"), random.letters());
        Self { name: name.to_owned(), values: (0..values).map(value).collect() }
    }

    /// As `kubectl create secret --dry-run=client -o yaml` prints it.
    pub(crate) fn to_yaml(&self) -> String {
        let mut text = "apiVersion: v1\ndata:\n".to_owned();
        for (name, value) in &self.values {
            text += &format!("  {name}: {}\n", STANDARD.encode(value));
        }
        text += &format!("kind: Secret\nmetadata:\n  name: {}\n  namespace: {NAMESPACE}\n", self.name);
        text
    }

    /// As kubeseal seals it: strict, without a hint at the key.
    pub(crate) fn seal(&self, key: &PublicKey) -> Result<SealedSecret> {
        let label = Label::new(Scope::Strict, NAMESPACE, &self.name)?;
        let seal = |(name, value): (&String, &Vec<u8>)| {
            Ok((name.clone(), seal_value(key, &label, value, &mut SystemRandom)?))
        };
        let encrypted_data = self.values.iter().map(seal).collect::<Result<_>>()?;
        let mut sealed =
            SealedSecret::new(&self.name, SealedSecretSpec { encrypted_data, ..SealedSecretSpec::default() });
        sealed.metadata.namespace = Some(NAMESPACE.to_owned());
        sealed.spec.template.metadata.name = Some(self.name.clone());
        sealed.spec.template.metadata.namespace = Some(NAMESPACE.to_owned());
        Ok(sealed)
    }
}

/// Fails unless exactly the Secrets that the inputs stand for are there.
pub(crate) fn ensure_secrets(inputs: &[Input], secrets: &[Secret]) -> Result<()> {
    ensure!(secrets.len() == inputs.len(), "{} Secrets instead of {}", secrets.len(), inputs.len());
    let by_name: BTreeMap<_, _> =
        secrets.iter().filter_map(|secret| Some((secret.metadata.name.as_deref()?, secret))).collect();
    for input in inputs {
        let secret = by_name.get(input.name.as_str()).with_context(|| format!("no Secret {}", input.name))?;
        let data = secret.data.iter().flatten().map(|(name, value)| (name, &value.0));
        ensure!(data.eq(&input.values), "the Secret {} does not hold what was sealed", input.name);
    }
    Ok(())
}

/// Fails unless the text holds exactly the inputs, sealed, and a spread of their values opens.
pub(crate) fn ensure_sealed(inputs: &[Input], text: &[u8], key: &PrivateKey) -> Result<()> {
    let mut opened = 0;
    let mut documents = 0;
    let every = (inputs.len() / OPENED).max(1);
    for (number, document) in Documents::parse(text).enumerate() {
        let sealed: SealedSecret = serde_json::from_value(document?.value().to_json())?;
        let input = inputs.get(number).context("more documents than inputs")?;
        let name = sealed.metadata.name.as_deref();
        ensure!(name == Some(&input.name), "document {number} is {name:?} instead of {}", input.name);
        let keys: BTreeSet<_> = sealed.spec.encrypted_data.keys().collect();
        ensure!(keys.iter().copied().eq(input.values.keys()), "{} has other keys", input.name);
        if number % every == 0 {
            ensure_opens(input, &sealed, key)?;
            opened += 1;
        }
        documents += 1;
    }
    ensure!(documents == inputs.len(), "{documents} documents instead of {}", inputs.len());
    ensure!(opened > 0 || inputs.is_empty(), "nothing was opened");
    Ok(())
}

/// One value of the object, not always the same.
fn ensure_opens(input: &Input, sealed: &SealedSecret, key: &PrivateKey) -> Result<()> {
    let label = Label::new(Scope::Strict, NAMESPACE, &input.name)?;
    let choice = input.name.len() % input.values.len().max(1);
    let Some((name, value)) = input.values.iter().nth(choice) else { return Ok(()) };
    let opened = open_value(key, &label, &sealed.spec.encrypted_data[name])?;
    ensure!(opened.expose() == value, "{} {name} opens to something else", input.name);
    Ok(())
}

/// SplitMix64: numbers that are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn letters(&mut self) -> Vec<u8> {
        (0..LETTERS_PER_VALUE).map(|_| LETTERS[self.below(LETTERS.len())]).collect()
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::ByteString;

    use super::*;

    fn secrets(inputs: &[Input]) -> Vec<Secret> {
        let secret = |input: &Input| {
            let data = input.values.iter().map(|(name, value)| (name.clone(), ByteString(value.clone())));
            let mut secret = Secret { data: Some(data.collect()), ..Secret::default() };
            secret.metadata.name = Some(input.name.clone());
            secret
        };
        inputs.iter().map(secret).collect()
    }

    #[test]
    fn inputs_are_the_same_each_time_and_different_from_each_other() {
        let (one, other) = (inputs(3, 2), inputs(3, 2));
        assert!(one.iter().zip(&other).all(|(one, other)| one.values == other.values));
        let distinct: BTreeSet<_> = one.iter().flat_map(|input| input.values.values()).collect();
        assert_eq!(distinct.len(), 6);
    }

    #[test]
    fn only_the_right_secrets_count() {
        let wanted = inputs(2, 2);
        assert!(ensure_secrets(&wanted, &secrets(&wanted)).is_ok());
        assert!(ensure_secrets(&wanted, &secrets(&wanted[..1])).is_err());
        assert!(ensure_secrets(&wanted[..1], &secrets(&wanted)).is_err());
        let mut changed = secrets(&wanted);
        changed[1].data.as_mut().unwrap().insert("value-1".to_owned(), ByteString(b"x".to_vec()));
        assert!(ensure_secrets(&wanted, &changed).is_err());
    }

    #[test]
    fn only_what_opens_counts_as_sealed() {
        let wanted = inputs(2, 2);
        let (key, other) = (PrivateKey::generate(2048).unwrap(), PrivateKey::generate(2048).unwrap());
        let stream = |inputs: &[Input]| -> Vec<u8> {
            let public = key.public_key().unwrap();
            let texts = inputs.iter().map(|input| serde_json::to_vec(&input.seal(&public).unwrap()).unwrap());
            texts.flatten().collect()
        };
        assert!(ensure_sealed(&wanted, &stream(&wanted), &key).is_ok());
        assert!(ensure_sealed(&wanted, &stream(&wanted), &other).is_err());
        assert!(ensure_sealed(&wanted, &stream(&wanted[..1]), &key).is_err());
        assert!(ensure_sealed(&wanted[..1], &stream(&wanted), &key).is_err());
        assert!(ensure_sealed(&inputs(2, 1), &stream(&wanted), &key).is_err());
    }
}
