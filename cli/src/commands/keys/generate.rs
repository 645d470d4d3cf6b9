//! `signet keys generate`.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use signet_manifest::to_yaml;
use signet_sealed::{Certificate, CertificateRequest, PrivateKey, Randomness, SystemRandom};

use super::key_secret;
use super::list::newest;
use super::store::{Created, KeyStore};
use crate::args::KeysGenerateArgs;
use crate::duration;
use crate::error::{Exit, Failure, Outcome};
use crate::output::{Output, PendingFile, say};

/// What an API server makes name suffixes of.
const SUFFIX_LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// Makes a key, stores it, and prints its certificate.
pub(super) fn run(args: KeysGenerateArgs) -> Outcome {
    let ttl =
        duration::parse(&args.ttl).and_then(|ttl| SignedDuration::try_from(ttl).ok()).ok_or_else(|| {
            Failure::usage(format!("--ttl {:?} is not a duration; use hours, such as 87600h", args.ttl))
        })?;
    // The store first: making a key takes a second, and a refusal should not.
    let destination = match args.to.as_deref() {
        Some(path) if path.exists() => {
            return Err(Failure::file(
                Exit::Failure,
                "create",
                path,
                &std::io::ErrorKind::AlreadyExists.into(),
            )
            .hint("choose another file: a key is never overwritten"));
        }
        Some(path) => Destination::File(PendingFile::replacing(path)?, path),
        None => Destination::Cluster(Box::new(KeyStore::connect(&args.store)?)),
    };
    let newest = match &destination {
        // Without the right to list keys there is nothing to compare with, and a tie is unlikely.
        Destination::Cluster(store) => newest(store).unwrap_or_default(),
        Destination::File(..) => None,
    };
    let not_before = after(newest, Timestamp::now());
    let not_after = not_before
        .checked_add(ttl)
        .map_err(|_| Failure::usage(format!("--ttl {:?} is too long", args.ttl)))?;
    let key =
        PrivateKey::generate(args.key_size).map_err(|error| Failure::from_error(Exit::Usage, &error))?;
    let request = CertificateRequest { common_name: &args.common_name, not_before, not_after };
    let certificate =
        Certificate::issue(&key, &request).map_err(|error| Failure::from_error(Exit::Failure, &error))?;
    destination.keep(&args, &key, &certificate)?;
    let mut output = Output::Stdout;
    output.write(certificate.to_pem().as_bytes())?;
    output.finish()
}

/// The start of validity of a new key. Certificates know whole seconds, and of two keys of the same second the older
/// stays in use.
fn after(newest: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let second = now.as_second();
    let taken = newest.is_some_and(|newest| newest.as_second() == second);
    Timestamp::from_second(second + i64::from(taken)).unwrap_or(now)
}

enum Destination<'a> {
    File(PendingFile, &'a Path),
    Cluster(Box<KeyStore>),
}

impl Destination<'_> {
    fn keep(self, args: &KeysGenerateArgs, key: &PrivateKey, certificate: &Certificate) -> Outcome {
        let pem = key.to_pkcs1_pem().map_err(|error| Failure::from_error(Exit::Failure, &error))?;
        let namespace = args.store.controller_namespace.as_str();
        let prefix = args.store.key_prefix.as_str();
        match self {
            Self::File(file, path) => {
                // `kubectl apply` takes no generated names.
                let name = format!("{prefix}{}", suffix()?);
                let secret = key_secret(("name", &name), namespace, certificate.to_pem(), &pem);
                file.replace_with(to_yaml(&secret).as_bytes())?;
                say(format_args!(
                    "key {} as Secret {namespace}/{name} in {}",
                    certificate.fingerprint(),
                    path.display()
                ));
            }
            Self::Cluster(store) => {
                let secret = key_secret(("generateName", prefix), namespace, certificate.to_pem(), &pem);
                match store.create(&secret)? {
                    Created::As(name) => {
                        say(format_args!("key {} as Secret {namespace}/{name}", certificate.fingerprint()));
                    }
                    Created::Exists => {
                        return Err(
                            Failure::new(Exit::Cluster, "the generated name is taken").hint("run it again")
                        );
                    }
                }
            }
        }
        Ok(())
    }
}

/// Five letters and digits, as an API server puts after a generated name.
fn suffix() -> Outcome<String> {
    let mut random = [0u8; 5];
    SystemRandom
        .fill(&mut random)
        .map_err(|_| Failure::new(Exit::Failure, "the operating system gives no random numbers"))?;
    // The few values that a remainder prefers do not matter in a name.
    Ok(random
        .iter()
        .map(|byte| char::from(SUFFIX_LETTERS[usize::from(*byte) % SUFFIX_LETTERS.len()]))
        .collect())
}
