//! Commands that are run for the user, by the shell.

use std::process::{Command, ExitStatus, Stdio};

use super::failure::{Failure, Outcome};
use super::signals::Forwarding;
use crate::error::reason;

/// The shell with a command for it.
pub(super) fn shell(command: &str) -> Command {
    let (shell, flag) = if cfg!(windows) { ("cmd.exe", "/C") } else { ("/bin/sh", "-c") };
    let mut shell = Command::new(shell);
    shell.args([flag, command]);
    shell
}

/// Starts a command and does not wait for it.
pub(super) fn start(mut command: Command) -> Outcome {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(|_| ()).map_err(|error| Failure::generic(reason(&error)))
}

/// Runs a command to its end. Its failure is ours.
pub(super) fn run(mut command: Command) -> Outcome {
    let failed = |error: std::io::Error| Failure::generic(reason(&error));
    let forwarding = Forwarding::start().map_err(failed)?;
    let mut child = command.spawn().map_err(failed)?;
    forwarding.to(&child);
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(ended(status)) }
}

fn ended(status: ExitStatus) -> Failure {
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Failure::new(code, format!("exit status {code}")),
        // A signal has no status; sops says minus one.
        None => Failure::new(u8::MAX, status.to_string()),
    }
}

/// Becomes a command. Comes back only if that fails.
#[cfg(unix)]
pub(super) fn become_command(mut command: Command) -> Outcome {
    use std::os::unix::process::CommandExt as _;
    Err(Failure::generic(reason(&command.exec())))
}

#[cfg(not(unix))]
pub(super) fn become_command(_: Command) -> Outcome {
    Err(Failure::generic("The --same-process flag is not supported on Windows"))
}

/// Becomes another user, for this process and all that it starts, and says which variables belong to that.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub(super) fn switch_user(name: &str) -> Outcome<Vec<(&'static str, String)>> {
    use std::ffi::CString;

    use nix::unistd::{User, initgroups, setgid, setuid};

    let unknown = || Failure::generic(format!("user: unknown user {name}"));
    let user = User::from_name(name).ok().flatten().ok_or_else(unknown)?;
    let account = CString::new(name).map_err(|_| unknown())?;
    initgroups(&account, user.gid)
        .and_then(|()| setgid(user.gid))
        .and_then(|()| setuid(user.uid))
        .map_err(|error| Failure::generic(format!("cannot become user {name}: {}", error.desc())))?;
    Ok(vec![
        ("HOME", user.dir.to_string_lossy().into_owned()),
        ("USER", user.name.clone()),
        ("LOGNAME", user.name),
    ])
}

/// Groups of a user cannot be taken on there, and to keep those of the administrator would be wrong.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
pub(super) fn switch_user(_: &str) -> Outcome<Vec<(&'static str, String)>> {
    Err(Failure::generic("The --user flag is not supported on this system"))
}
