//! `kubeseal`: the same flags, variables, outputs and exit statuses.
//!
//! The modes are chosen in a fixed order and a later one is silently ignored, because that is what scripts
//! were written against. Where kubeseal loses data or answers wrongly, this does not:
//! `docs/kubeseal.md` lists the differences.

mod flags;
mod merge;
mod options;
mod raw;
mod re_encrypt;
mod recover;
mod seal;
mod validate;

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use signet_secret::Plaintext;

use crate::certificate::{self, Source};
use crate::cluster::{Address, ClientSettings, Controller};
use crate::error::{Exit, Failure, Outcome};
use crate::input;
use crate::object::Notation;
use crate::output::{Output, say};
use flags::FlagError;
use options::Options;

/// What kubeseal calls itself in its version text.
const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// Runs kubeseal with the words after the program's name.
pub(crate) fn run(program: &str, words: &[String]) -> Exit {
    let variable = |name: &str| std::env::var(name).ok();
    let options = match Options::read(words, &variable, &mut |note| say(note)) {
        Ok(options) => options,
        Err(FlagError::Help) => return print(&options::usage(program)),
        Err(error) => {
            say(&error);
            say(options::usage(program).trim_end());
            say(&error);
            return Exit::Usage;
        }
    };
    if options.version {
        return print(&format!("kubeseal version: {VERSION}\n"));
    }
    if options.help {
        return print(&options::usage(program));
    }
    match decide(&options) {
        Ok(()) => Exit::Success,
        Err(failure) => {
            say(&failure);
            Exit::Failure
        }
    }
}

fn print(text: &str) -> Exit {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Exit::Success,
        Err(_) => Exit::Failure,
    }
}

/// Chooses the mode and runs it.
fn decide(options: &Options) -> Outcome {
    if !options.from_file.is_empty() && !options.raw {
        return Err(Failure::usage("--from-file requires --raw"));
    }
    let input = Input::open(options)?;
    let output_file = output_file(options)?;
    let mut output = Output::to(output_file.as_deref().map(Path::new))?;
    let client = ClientSettings::new(options.client.clone());
    let run = Run { options, notation: notation(options, output_file.as_deref()), client };
    run.mode(input, &mut output)?;
    output.finish()
}

/// One invocation: what was typed and what follows from it.
struct Run<'a> {
    options: &'a Options,
    /// Unknown formats fail only when something is printed.
    notation: Result<Notation, String>,
    client: ClientSettings,
}

impl Run<'_> {
    /// The first mode asked for, in kubeseal's order.
    fn mode(&self, input: Input, output: &mut Output) -> Outcome {
        let options = self.options;
        if options.recovery_unseal {
            return recover::run(self, input, output);
        }
        if !options.recovery_private_key.is_empty() && io::stderr().is_terminal() {
            say("warning: --recovery-private-key is ignored without --recovery-unseal");
        }
        if options.validate {
            return validate::run(self, input);
        }
        if options.re_encrypt {
            return re_encrypt::run(self, input, output);
        }
        let pem = self.certificate()?;
        if options.fetch_cert {
            return output.write(pem.expose());
        }
        let certificate = certificate::usable(pem.expose())?;
        let key = certificate.public_key();
        if !options.merge_into.is_empty() {
            merge::run(self, input, key)
        } else if options.raw {
            raw::run(self, key, output)
        } else {
            seal::run(self, input, key, output)
        }
    }

    /// The certificate as it is at its source, fetched anew each time.
    fn certificate(&self) -> Outcome<Plaintext> {
        match self.options.cert.as_str() {
            "" => Ok(Controller::connect(&self.client, &self.controller())?.certificate()?),
            source => Source::parse(source)?.read(),
        }
    }

    fn controller(&self) -> Address {
        Address {
            namespace: self.options.controller_namespace.clone(),
            name: self.options.controller_name.clone(),
        }
    }

    /// The notation to print in.
    fn notation(&self) -> Outcome<Notation> {
        self.notation.clone().map_err(|format| {
            Failure::usage(format!("unsupported output format: {format}")).hint("use -o json or -o yaml")
        })
    }
}

/// The input of `-f` or standard input, opened early so that a missing file is the first thing said.
enum Input {
    Stdin,
    File(Plaintext),
}

impl Input {
    fn open(options: &Options) -> Outcome<Self> {
        if !options.secret_file.is_empty() {
            return input::read_file(Path::new(&options.secret_file))
                .map(Self::File)
                .map_err(|failure| failure.at("could not read file specified with --secret-file"));
        }
        if !options.raw && !options.fetch_cert && input::stdin_is_terminal() {
            say("(tty detected: expecting json/yaml k8s resource in stdin)");
        }
        Ok(Self::Stdin)
    }

    fn read(self) -> Outcome<Plaintext> {
        match self {
            Self::Stdin => input::read_stdin(),
            Self::File(bytes) => Ok(bytes),
        }
    }
}

/// The file to write: `-w`, or the input of a re-encryption, which works in place.
fn output_file(options: &Options) -> Outcome<Option<String>> {
    if !options.sealed_secret_file.is_empty() {
        for (given, flag) in
            [(options.validate, "--validate"), (!options.merge_into.is_empty(), "--merge-into")]
        {
            if given && !options.recovery_unseal {
                return Err(Failure::usage(format!(
                    "--sealed-secret-file cannot be used with {flag}, which writes nothing to it"
                )));
            }
        }
        return Ok(Some(options.sealed_secret_file.clone()));
    }
    let in_place = options.re_encrypt && !options.secret_file.is_empty();
    Ok(in_place.then(|| options.secret_file.clone()))
}

fn notation(options: &Options, output_file: Option<&str>) -> Result<Notation, String> {
    // What follows the last dot of the last part of the path, also when that part begins with it.
    let extension =
        output_file.and_then(|path| path.rsplit('/').next()).and_then(|name| name.rsplit_once('.'));
    if extension.is_some_and(|(_, extension)| matches!(extension, "yaml" | "yml")) {
        return Ok(Notation::Yaml);
    }
    match options.format.to_lowercase().as_str() {
        "json" | "" => Ok(Notation::Json),
        "yaml" => Ok(Notation::Yaml),
        _ => Err(options.format.clone()),
    }
}
