//! `--raw`: one value in, its sealed text out.

use std::path::Path;

use signet_sealed::{Label, PublicKey, Scope, SystemRandom, seal_value};

use super::Run;
use crate::error::{Exit, Failure, Outcome};
use crate::input;
use crate::output::{Output, say};

/// Seals the value of `--from-file` or standard input. Every byte counts: nothing is trimmed, and the sealed
/// text has no newline at its end.
pub(super) fn run(run: &Run<'_>, key: &PublicKey, output: &mut Output) -> Outcome {
    let options = run.options;
    let label = label(run)?;
    let value = match options.from_file.as_slice() {
        [] => {
            if input::stdin_is_terminal() {
                say("(tty detected: expecting a secret to encrypt in stdin)");
            }
            input::read_stdin()?
        }
        [one] => {
            // As in kubectl, `key=path`; the key has no meaning here.
            let path = one.split_once('=').map_or(one.as_str(), |(_, path)| path);
            input::read_file(Path::new(path))?
        }
        _ => {
            return Err(Failure::usage(
                "must provide only one --from-file when encrypting a single item with --raw",
            ));
        }
    };
    let sealed = seal_value(key, &label, value.expose(), &mut SystemRandom)
        .map_err(|error| Failure::from_error(Exit::Failure, &error))?;
    output.write(sealed.as_bytes())
}

fn label(run: &Run<'_>) -> Outcome<Label> {
    let (scope, name) = (run.options.scope, run.options.name.as_str());
    let missing =
        |flag: &str| Failure::usage(format!("must provide the --{flag} flag with --raw and --scope {scope}"));
    let namespace = match scope {
        Scope::ClusterWide => String::new(),
        _ => run.client.namespace().map_err(|error| {
            missing("namespace").hint(format!("no namespace is known otherwise: {error}"))
        })?,
    };
    if scope == Scope::Strict && name.is_empty() {
        return Err(missing("name"));
    }
    Label::new(scope, &namespace, name).map_err(|error| Failure::from_error(Exit::Usage, &error))
}
