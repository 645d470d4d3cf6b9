//! Nothing outlives the process that started it, not even when that one is killed.
//!
//! The kernel's parent-death signal would need unsafe code, and fires when the *thread* that started a
//! child ends. Instead one shell per test process reads lines from a pipe whose other end only this
//! process holds: at its end, however it came, the shell kills what is still listed and removes the
//! listed directories. Children run in process groups of their own, so that an interrupt from the
//! terminal reaches them through here and in order.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

const SCRIPT: &str = r#"
trap '' INT TERM HUP
pids=
while read -r verb what; do
    case $verb in
    process) pids="$pids $what" ;;
    ended)
        left=
        for pid in $pids; do [ "$pid" = "$what" ] || left="$left $pid"; done
        pids=$left ;;
    directory) set -- "$@" "$what" ;;
    esac
done
for pid in $pids; do kill -KILL "-$pid" 2>/dev/null; done
for directory in "$@"; do rm -rf -- "$directory"; done
"#;

static PIPE: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();

/// Keeps a process listed; dropping it takes the process off the list.
#[derive(Debug)]
#[must_use]
pub struct Guard {
    pid: u32,
}

impl Drop for Guard {
    fn drop(&mut self) {
        tell(&format!("ended {}", self.pid));
    }
}

/// Has the process group `pid` killed when this process ends. Drop the guard once the process was
/// waited for: its id may belong to another process from then on.
pub fn guard_process(pid: u32) -> Guard {
    tell(&format!("process {pid}"));
    Guard { pid }
}

/// Has a directory removed when this process ends.
pub fn remove_at_end(directory: &Path) {
    // `read` splits at newlines; temporary directories have none in their names.
    if let Some(path) = directory.to_str().filter(|path| !path.contains('\n')) {
        tell(&format!("directory {path}"));
    }
}

fn tell(line: &str) {
    let Some(pipe) = PIPE.get_or_init(start) else { return };
    let mut pipe = pipe.lock().unwrap_or_else(PoisonError::into_inner);
    // A watchdog that is gone cannot be told; the children still end in their destructors.
    let _ = writeln!(pipe, "{line}");
}

fn start() -> Option<Mutex<ChildStdin>> {
    let mut shell = Command::new("sh")
        .args(["-c", SCRIPT, "signet-watchdog"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()?;
    // The shell ends by itself after this process did, so nobody waits for it.
    shell.stdin.take().map(Mutex::new)
}
