//! `signet keys backup`.

use std::io::IsTerminal;

use signet_manifest::{Map, Value, to_yaml};

use super::store::{KeyStore, essence, no_keys};
use crate::args::KeysBackupArgs;
use crate::error::{Failure, Outcome};
use crate::output::{Output, PendingFile, say};

/// Prints all key Secrets as a list, which recovery, `kubectl apply` and `signet keys restore` read.
pub(super) fn run(args: KeysBackupArgs) -> Outcome {
    if args.write.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::usage("private keys are not printed on a terminal")
            .hint("signet keys backup -w keys.yaml"));
    }
    let store = KeyStore::connect(&args.store)?;
    let items: Vec<Value> = store.all()?.iter().map(|secret| essence(secret, None)).collect();
    if items.is_empty() {
        return Err(no_keys(&store));
    }
    let count = items.len();
    let mut list = Map::new();
    list.insert("apiVersion", "v1");
    list.insert("kind", "List");
    list.insert("items", items);
    let text = to_yaml(&list.into());
    match args.write {
        // For its owner alone, also when a file of other permissions is replaced.
        Some(path) => PendingFile::private(&path)?.replace_with(text.as_bytes())?,
        None => {
            let mut output = Output::Stdout;
            output.write(text.as_bytes())?;
            output.finish()?;
        }
    }
    say(format_args!("{count} keys of namespace {}; whoever has them opens everything", store.namespace()));
    Ok(())
}
