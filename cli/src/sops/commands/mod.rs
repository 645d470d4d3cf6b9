//! The subcommands, one file each, and what they are called.

mod completion;
mod decrypt;
mod edit;
mod encrypt;
mod exec_env;
mod exec_file;
mod filestatus;
mod groups;
mod legacy;
mod rotate;
mod set;
mod unset;
mod unsupported;
mod updatekeys;

use super::context::Context;
use super::failure::Outcome;
use super::flags::Flag;
use super::options;

pub(super) use legacy::run as run_without_command;

/// A subcommand.
pub(super) struct Command {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) arguments: &'static str,
    flags: &'static [&'static [&'static Flag]],
    pub(super) action: Action,
}

/// What a subcommand does.
pub(super) enum Action {
    Run(fn(&Context<'_>) -> Outcome),
    Choose(&'static [Command]),
}

impl Command {
    pub(super) fn flags(&self) -> Vec<&'static Flag> {
        self.flags.concat()
    }
}

macro_rules! command {
    ($name:literal, $about:literal, $arguments:literal, $flags:expr, $action:expr) => {
        Command { name: $name, about: $about, arguments: $arguments, flags: $flags, action: $action }
    };
}

/// In the order of the usage text.
pub(super) static COMMANDS: [Command; 15] = [
    command!(
        "encrypt",
        "encrypt a file, or standard input without one",
        "[FILE]",
        options::OF_ENCRYPT,
        Action::Run(encrypt::run)
    ),
    command!(
        "decrypt",
        "decrypt a file, or standard input without one",
        "[FILE]",
        options::OF_DECRYPT,
        Action::Run(decrypt::run)
    ),
    command!("edit", "edit an encrypted file in an editor", "FILE", options::OF_EDIT, Action::Run(edit::run)),
    command!(
        "set",
        "change one value of an encrypted file",
        "FILE INDEX [VALUE]",
        options::OF_SET,
        Action::Run(set::run)
    ),
    command!(
        "unset",
        "remove one value from an encrypted file",
        "FILE INDEX",
        options::OF_UNSET,
        Action::Run(unset::run)
    ),
    command!(
        "rotate",
        "encrypt a file again with a new data key, and add or remove master keys",
        "FILE",
        options::OF_ROTATE,
        Action::Run(rotate::run)
    ),
    command!(
        "updatekeys",
        "give files the master keys that the configuration file says",
        "FILE...",
        options::OF_UPDATEKEYS,
        Action::Run(updatekeys::run)
    ),
    command!(
        "groups",
        "add or delete groups of master keys",
        "COMMAND",
        options::NONE,
        Action::Choose(&GROUPS)
    ),
    command!(
        "exec-env",
        "run a command with the decrypted values as its variables",
        "FILE COMMAND",
        options::OF_EXEC_ENV,
        Action::Run(exec_env::run)
    ),
    command!(
        "exec-file",
        "run a command with the decrypted file in a temporary place",
        "FILE COMMAND",
        options::OF_EXEC_FILE,
        Action::Run(exec_file::run)
    ),
    command!(
        "filestatus",
        "say whether a file is encrypted",
        "FILE",
        options::OF_FILESTATUS,
        Action::Run(filestatus::run)
    ),
    command!("completion", "print a completion script", "SHELL", options::NONE, Action::Choose(&SHELLS)),
    command!("publish", "not supported", "", options::NONE, Action::Run(unsupported::publish)),
    command!("keyservice", "not supported", "", options::NONE, Action::Run(unsupported::keyservice)),
    command!("help", "show this text, or that of a command", "[COMMAND]", options::NONE, Action::Choose(&[])),
];

static GROUPS: [Command; 2] = [
    command!("add", "add a group", "", options::OF_GROUPS_ADD, Action::Run(groups::add)),
    command!(
        "delete",
        "delete a group by its number, from 0",
        "INDEX",
        options::OF_GROUPS_DELETE,
        Action::Run(groups::delete)
    ),
];

static SHELLS: [Command; 2] = [
    command!(
        "bash",
        "for bash: source <(sops completion bash)",
        "",
        options::NONE,
        Action::Run(completion::bash)
    ),
    command!(
        "zsh",
        "for zsh: source <(sops completion zsh)",
        "",
        options::NONE,
        Action::Run(completion::zsh)
    ),
];
