//! The subcommands of `signet`, one file each.

mod cert;
mod completion;
mod inspect;
mod item;
mod keys;
mod reference;
mod reseal;
mod seal;
mod template;
mod unseal;
mod verify;
mod version;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser};

use crate::args::{Cli, Command};
use crate::error::{Exit, Failure, Outcome};
use crate::input;
use crate::object::{SealedSecret, documents, locate};
use crate::output::say;
use crate::settings::InputFile;
use signet_secret::Plaintext;

/// Runs a subcommand. The first word names it.
pub(crate) fn run(words: &[String]) -> ExitCode {
    // It has statuses of its own.
    match words.split_first() {
        Some((first, rest)) if first == "sops" => crate::sops::run("signet sops", rest).into(),
        _ => run_own(words).into(),
    }
}

fn run_own(words: &[String]) -> Exit {
    let rest = words.get(1..).unwrap_or_default();
    // Building the whole command line costs more than sealing a value, so the common verbs build their own.
    match words.first().map(String::as_str) {
        Some("version" | "--version" | "-V") if rest.is_empty() => finish(version::run()),
        Some("kubeseal") => crate::kubeseal::run("signet kubeseal", rest),
        Some("seal") => alone("seal", rest, seal::run),
        Some("unseal") => alone("unseal", rest, unseal::run),
        Some("verify") => alone("verify", rest, verify::run),
        Some("inspect") => alone("inspect", rest, inspect::run),
        Some("set") => alone("set", rest, item::set),
        Some("unset") => alone("unset", rest, item::unset),
        Some("reseal") => alone("reseal", rest, reseal::run),
        Some("template") => alone("template", rest, template::run),
        Some("cert") => alone("cert", rest, cert::run),
        _ => whole(words),
    }
}

/// Parses the words of one verb and runs it.
fn alone<A: Args>(verb: &'static str, words: &[String], run: fn(A) -> Outcome) -> Exit {
    let command = A::augment_args(clap::Command::new(verb).bin_name(format!("signet {verb}")));
    let words = std::iter::once(verb).chain(words.iter().map(String::as_str)).map(OsString::from);
    match command.try_get_matches_from(words).and_then(|matches| A::from_arg_matches(&matches)) {
        Ok(args) => finish(run(args)),
        Err(error) => not_run(&error),
    }
}

/// Parses with the whole command line: for help, rare verbs and mistakes.
fn whole(words: &[String]) -> Exit {
    let words = std::iter::once("signet").chain(words.iter().map(String::as_str));
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => return not_run(&error),
    };
    match cli.command {
        Command::Seal(args) => finish(seal::run(args)),
        Command::Unseal(args) => finish(unseal::run(args)),
        Command::Verify(args) => finish(verify::run(args)),
        Command::Inspect(args) => finish(inspect::run(args)),
        Command::Set(args) => finish(item::set(args)),
        Command::Unset(args) => finish(item::unset(args)),
        Command::Reseal(args) => finish(reseal::run(args)),
        Command::Cert(args) => finish(cert::run(args)),
        Command::Keys(command) => finish(keys::run(command)),
        Command::Template(args) => finish(template::run(args)),
        Command::Completion(args) => finish(completion::run(args.shell, &mut Cli::command())),
        Command::Version => finish(version::run()),
        Command::Reference(args) => finish(reference::run(args.page, Cli::command())),
        // Reached only when flags of signet itself stand before it, and it has none.
        Command::Sops(_) => {
            not_run(&Cli::command().error(ErrorKind::UnknownArgument, "flags of sops come after `sops`"))
        }
        Command::Kubeseal(args) => crate::kubeseal::run("signet kubeseal", &args.words),
    }
}

fn finish(outcome: Outcome) -> Exit {
    match outcome {
        Ok(()) => Exit::Success,
        Err(failure) => {
            say(&failure);
            failure.exit()
        }
    }
}

/// Help, or a mistake; the parser has the words for both.
fn not_run(error: &clap::Error) -> Exit {
    match error.print() {
        Ok(()) if !error.use_stderr() => Exit::Success,
        _ => Exit::Usage,
    }
}

/// The bytes of an input.
fn read(input: &InputFile) -> Outcome<Plaintext> {
    match input {
        InputFile::Path(path) => input::read_file(path),
        InputFile::Stdin => {
            if input::stdin_is_terminal() {
                say("(reading standard input; end it with Ctrl-D)");
            }
            input::read_stdin()
        }
    }
}

/// The name of an input for messages.
fn name_of(input: &InputFile) -> &Path {
    match input {
        InputFile::Path(path) => path,
        InputFile::Stdin => Path::new("standard input"),
    }
}

/// The SealedSecrets among the documents of an input; others are left out.
fn sealed_secrets(input: &InputFile) -> Outcome<Vec<SealedSecret>> {
    let at = |failure: Failure| failure.at(name_of(input).display());
    let bytes = read(input)?;
    let documents = documents(bytes.expose()).map_err(at)?;
    let found = locate(&documents).map_err(|error| at(Failure::from_error(Exit::Input, &error)))?;
    if found.is_empty() {
        return Err(at(Failure::input("no SealedSecret found")));
    }
    Ok(found.into_iter().map(|located| located.sealed).collect())
}
