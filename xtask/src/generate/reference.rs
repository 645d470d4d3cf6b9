//! The reference of both command lines and the completions of shells, from the programs themselves.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::Generated;
use crate::cargo::{build_shipped, output};

const PAGES: &str = "docs/reference";
const COMPLETIONS: &str = "deploy/completions";

pub(super) const FOLDERS: [&str; 2] = [PAGES, COMPLETIONS];

const SHELLS: [(&str, &str); 3] = [("bash", "signet.bash"), ("zsh", "_signet"), ("fish", "signet.fish")];

pub(super) fn files() -> Result<Vec<Generated>> {
    let binaries = build_shipped("dev")?;
    let cli = binaries.join("signet");
    let mut files = Vec::new();
    for name in ["signet", "signet-controller"] {
        files.push(Generated::new(PAGES, format!("{name}.md"), page(&binaries.join(name), name)?));
    }
    for (shell, name) in SHELLS {
        files.push(Generated::new(COMPLETIONS, name, ask(&cli, &["completion", shell])?));
    }
    Ok(files)
}

/// The help of a program and of each of its subcommands.
fn page(program: &Path, name: &str) -> Result<String> {
    let mut page = format!("# {name}\n\nMade by `cargo xtask generate` from the help of the program.\n");
    let mut left = vec![Vec::<String>::new()];
    while let Some(path) = left.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let help = ask(program, &words)?;
        ensure!(!help.trim().is_empty(), "`{name} {}` prints nothing", words.join(" "));
        if !path.is_empty() {
            page.push_str(&format!("\n## {name} {}\n", path.join(" ")));
        }
        page.push_str(&format!("\n```text\n{}\n```\n", help.trim_end()));
        // The last one is read next.
        for child in subcommands(&help).into_iter().rev() {
            left.push(path.iter().cloned().chain([child]).collect());
        }
    }
    Ok(page)
}

fn ask(program: &Path, words: &[&str]) -> Result<String> {
    Ok(String::from_utf8(output(Command::new(program).args(words))?)?)
}

/// The names in the list of commands of a help text.
fn subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // Names are indented by two; what is indented deeper continues a description.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subcommands_are_read_from_the_help_without_help_itself() {
        let help = "About\n\nUsage: x\n\nCommands:\n  seal    Seal a\n          Secret\n  keys    Keys\n  help    Help\n\nOptions:\n  -h\n";
        assert_eq!(subcommands(help), ["seal", "keys"]);
    }

    #[test]
    fn a_help_without_commands_has_none() {
        assert_eq!(subcommands("Usage: x\n\nOptions:\n  -h\n"), [""; 0]);
    }
}
