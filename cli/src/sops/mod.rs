//! `sops`: the same flags, variables, files, outputs and exit statuses.
//!
//! Where sops loses data, leaks it, or ends in a panic, this does not, and some kinds of master keys are missing:
//! `docs/sops.md` lists the differences.

mod child;
mod commands;
mod config;
mod context;
mod document;
mod encryption;
mod failure;
mod files;
mod flags;
mod keys;
mod log;
mod options;
mod paths;
mod process;
mod shell;
mod signals;
mod store;
mod usage;
mod version;

use std::path::Path;

use commands::{Action, COMMANDS, Command};
use context::Context;
use failure::{Failure, Outcome, codes};
use flags::Given;

use crate::output::say;

/// The last word when a shell asks what may come next.
const COMPLETE: &str = "--generate-bash-completion";

/// With this file sops records who decrypts what in a database.
const AUDIT: &str = "/etc/sops/audit.yaml";

/// Runs sops with the words after the program's name, and gives the exit status.
pub(crate) fn run(called: &str, words: &[String]) -> u8 {
    let variable = |name: &str| std::env::var(name).ok();
    if let Some((last, words)) = words.split_last()
        && last == COMPLETE
    {
        return print(&complete(words));
    }
    let flags = options::GLOBAL.concat();
    let globals = match Given::read(&flags, words, &variable) {
        Ok(globals) => globals,
        Err(error) => {
            return misused(&format!("Incorrect Usage. {error}"), &usage::of_program(called), &error);
        }
    };
    if globals.bool(&options::HELP) {
        return print(&usage::of_program(called));
    }
    if globals.bool(&options::VERSION) {
        return print(&format!("sops {}\n", signet_sops::SOPS_VERSION));
    }
    match globals.words.first().and_then(|name| find(&COMMANDS, name)) {
        Some(command) => run_command(called, command, &globals, &globals.words[1..]),
        None => act(commands::run_without_command, &Context::new(&globals, &globals)),
    }
}

fn find<'a>(commands: &'a [Command], name: &str) -> Option<&'a Command> {
    let name = if name == "h" { "help" } else { name };
    commands.iter().find(|command| command.name == name)
}

/// Reads the flags of a command and runs it.
fn run_command(called: &str, command: &Command, globals: &Given, words: &[String]) -> u8 {
    let flags = command.flags();
    let words = match command.action {
        Action::Run(_) => flags::reorder(&flags, words),
        Action::Choose(_) => words.to_vec(),
    };
    let given = match Given::read(&flags, &words, &|name| std::env::var(name).ok()) {
        Ok(given) => given,
        Err(error) => {
            return misused(
                &format!("Incorrect Usage: {error}"),
                &usage::of_command(called, command),
                &error,
            );
        }
    };
    if given.bool(&options::HELP) {
        return print(&usage::of_command(called, command));
    }
    match command.action {
        Action::Run(action) => act(action, &Context::new(globals, &given)),
        Action::Choose([]) => help(called, given.words.first().map(String::as_str)),
        Action::Choose(choices) => match given.words.split_first() {
            None => print(&usage::of_command(called, command)),
            Some((name, rest)) => match find(choices, name) {
                Some(choice) => run_command(&format!("{called} {}", command.name), choice, globals, rest),
                None => no_topic(name),
            },
        },
    }
}

fn help(called: &str, topic: Option<&str>) -> u8 {
    match topic.map(|topic| (topic, find(&COMMANDS, topic))) {
        None => print(&usage::of_program(called)),
        Some((_, Some(command))) => print(&usage::of_command(called, command)),
        Some((topic, None)) => no_topic(topic),
    }
}

fn no_topic(name: &str) -> u8 {
    say(format_args!("No help topic for '{name}'"));
    codes::COULD_NOT_WRITE_OUTPUT_FILE
}

/// What may come after these words.
fn complete(words: &[String]) -> String {
    let begun = words.last().map(String::as_str).unwrap_or_default();
    let named =
        words.iter().enumerate().find_map(|(at, word)| find(&COMMANDS, word).map(|command| (at, command)));
    let Some((at, mut command)) = named else {
        return usage::next_words(&COMMANDS, &options::GLOBAL.concat(), begun);
    };
    let mut choices: &[Command] = &[];
    if let Action::Choose(below) = &command.action {
        match words.get(at + 1).and_then(|word| find(below, word)) {
            Some(choice) => command = choice,
            None => choices = below,
        }
    }
    usage::next_words(choices, &command.flags(), if begun.starts_with('-') { begun } else { "" })
}

/// A command line that cannot be read: the help goes to standard output, as in sops.
fn misused(headline: &str, usage: &str, error: &flags::FlagError) -> u8 {
    print(&format!("{headline}\n\n{usage}"));
    log::fatal(&error.to_string());
    codes::GENERIC
}

fn print(text: &str) -> u8 {
    finish(files::print(text.as_bytes()))
}

fn act(action: fn(&Context<'_>) -> Outcome, context: &Context<'_>) -> u8 {
    finish(check_audit().and_then(|()| action(context)))
}

fn finish(outcome: Outcome) -> u8 {
    match outcome {
        Ok(()) => 0,
        Err(failure) => {
            say(&failure);
            failure.code()
        }
    }
}

/// Whoever asks for records must not be given access without them.
fn check_audit() -> Outcome {
    if Path::new(AUDIT).exists() {
        return Err(Failure::generic(format!(
            "{AUDIT} asks for audit records, which are not supported by this program"
        )));
    }
    Ok(())
}
