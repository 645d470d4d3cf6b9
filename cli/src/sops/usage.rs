//! Help, and what may come next for completion.

use std::fmt::Write as _;

use super::commands::{Action, COMMANDS, Command};
use super::flags::{Flag, Kind};
use super::options;

/// For the program as a whole.
pub(super) fn of_program(called: &str) -> String {
    let mut text = format!(
        "NAME:\n   {called} - edits files whose values are encrypted\n\n\
         USAGE:\n   {called} [global options] COMMAND [options] [arguments]\n   \
         {called} [options] FILE\n\n   \
         Keys come from the flags, their variables, or the next .sops.yaml upwards. Options of {called} stand before\n   \
         the command or the file. docs/sops.md has what differs from other implementations.\n\n"
    );
    list(&mut text, &COMMANDS);
    text.push_str("\nOPTIONS:\n");
    options_of(&mut text, &options::GLOBAL.concat());
    text
}

/// For one command.
pub(super) fn of_command(called: &str, command: &Command) -> String {
    let mut text = format!("NAME:\n   {called} {} - {}\n\n", command.name, command.about);
    let _ = writeln!(text, "USAGE:\n   {called} {} [options] {}\n", command.name, command.arguments);
    if let Action::Choose(commands) = &command.action
        && !commands.is_empty()
    {
        list(&mut text, commands);
        text.push('\n');
    }
    text.push_str("OPTIONS:\n");
    options_of(&mut text, &command.flags());
    text
}

fn list(text: &mut String, commands: &[Command]) {
    text.push_str("COMMANDS:\n");
    let width = commands.iter().map(|command| command.name.len()).max().unwrap_or(0);
    for command in commands {
        let _ = writeln!(text, "   {:width$}  {}", command.name, command.about);
    }
}

fn options_of(text: &mut String, flags: &[&Flag]) {
    let names: Vec<String> = flags.iter().map(|flag| shown(flag)).collect();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    for (name, flag) in names.iter().zip(flags) {
        let variable = flag.variable.map(|name| format!(" [${name}]")).unwrap_or_default();
        let _ = writeln!(text, "   {name:width$}  {}{variable}", flag.help);
    }
}

fn shown(flag: &Flag) -> String {
    let value = if matches!(flag.kind, Kind::Bool(_)) { "" } else { " value" };
    let names: Vec<String> = flag.names.iter().map(|name| format!("{}{value}", dashed(name))).collect();
    names.join(", ")
}

fn dashed(name: &str) -> String {
    if name.len() == 1 { format!("-{name}") } else { format!("--{name}") }
}

/// What may come next, a line each: flags if one was begun, else commands. Where it is a file, nothing.
pub(super) fn next_words(commands: &[Command], flags: &[&Flag], begun: &str) -> String {
    let mut text = String::new();
    if begun.starts_with('-') {
        for name in flags.iter().map(|flag| dashed(flag.names[0])).filter(|name| name.starts_with(begun)) {
            let _ = writeln!(text, "{name}");
        }
    } else {
        for command in commands {
            let _ = writeln!(text, "{}", command.name);
        }
    }
    text
}
