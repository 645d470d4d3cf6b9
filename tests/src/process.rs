//! Programs under test as processes: logs captured, signals sent, ends awaited.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use rustix::process::{Pid, Signal};

use crate::access::Access;
use crate::availability::Missing;
use crate::scratch::Scratch;
use crate::watchdog;

/// Overrides where our own binaries are looked for.
pub const BINARIES: &str = "SIGNET_BIN_DIR";

const POLL: Duration = Duration::from_millis(10);

/// Puts the service-account directory where in-cluster configuration looks for it, visible to the
/// program alone. `/run` is replaced and not only a folder in it, since without root nothing could be
/// created there.
const IN_CLUSTER: &str = r#"
set -e
mount -t tmpfs -o mode=755 signet "$(readlink -f /var/run)"
mkdir -p /var/run/secrets/kubernetes.io/serviceaccount
mount --bind "$1" /var/run/secrets/kubernetes.io/serviceaccount
shift
exec "$@"
"#;

/// A program to run, with all it gets.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    name: String,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    clear_env: bool,
    directory: Option<PathBuf>,
    stdin: Option<Vec<u8>>,
    service_account: Option<PathBuf>,
}

/// What a program left that was run to its end.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: String,
}

impl Output {
    /// Standard output as text; invalid UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Fails, with both streams in the message, unless the program succeeded.
    pub fn success(self) -> Result<Self> {
        if self.status.success() {
            return Ok(self);
        }
        bail!("the program ended with {}:\n{}\n{}", self.status, self.text(), self.stderr)
    }
}

impl Program {
    /// A program by its path, or by its name on `PATH`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map_or_else(|| "program".into(), |name| name.to_string_lossy().into());
        Self {
            path,
            name,
            args: Vec::new(),
            env: Vec::new(),
            clear_env: false,
            directory: None,
            stdin: None,
            service_account: None,
        }
    }

    /// One of our own binaries, as built by cargo into the target directory this process runs from.
    /// [`Missing`] when it was not built: `cargo test -p signet-tests` alone does not build it.
    pub fn ours(name: &str) -> Result<Self> {
        let given = std::env::var_os(BINARIES).map(PathBuf::from);
        let here = std::env::current_exe().context("failed to find this executable")?;
        let beside = here.ancestors().skip(1).take(2).map(Path::to_path_buf);
        let found = given.into_iter().chain(beside).map(|directory| directory.join(name));
        let path = found.into_iter().find(|path| path.is_file()).ok_or_else(|| Missing {
            what: format!("our binary `{name}`"),
            hint: "`cargo build --package signet-cli --package signet-controller` builds it".into(),
        })?;
        Ok(Self::new(path))
    }

    /// Where it lies, or its name on `PATH`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Starts from an empty environment, but for `PATH`.
    #[must_use]
    pub fn clear_env(mut self) -> Self {
        self.clear_env = true;
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn cwd(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Gives standard input (a file, so that its size is no matter); without this it is empty.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Names the log; by default the file name of the program.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Makes the program find itself in a cluster: the usual service-account directory, in a mount
    /// namespace of its own (Linux with `unshare`), and the address in the environment.
    pub fn in_cluster(mut self, access: &Access) -> Result<Self> {
        self.service_account = Some(access.service_account_dir()?);
        let (host, port) = access.host_and_port()?;
        Ok(self.env("KUBERNETES_SERVICE_HOST", host).env("KUBERNETES_SERVICE_PORT", port.to_string()))
    }

    /// Starts it.
    pub fn start(self) -> Result<Process> {
        Process::start(self)
    }

    /// Runs it to its end; past the deadline it is killed and that is an error.
    pub async fn output(self, within: Duration) -> Result<Output> {
        let process = self.start()?;
        let status = process.wait(within).await?;
        Ok(Output { status, stdout: fs::read(process.stdout_path())?, stderr: process.stderr() })
    }

    fn command(&self) -> Command {
        let mut command = match &self.service_account {
            None => Command::new(&self.path),
            Some(directory) => {
                let mut command = Command::new("unshare");
                if !rustix::process::geteuid().is_root() {
                    command.args(["--user", "--map-root-user"]);
                }
                command.args(["--mount", "sh", "-c", IN_CLUSTER, "sh"]).arg(directory).arg(&self.path);
                command
            }
        };
        if self.clear_env {
            command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        }
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A running process. It is killed when this is dropped, and when the test process ends.
#[derive(Debug)]
pub struct Process {
    name: String,
    pid: u32,
    files: Scratch,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Running { child: Child, _guard: watchdog::Guard },
    Ended(ExitStatus),
}

impl Process {
    fn start(program: Program) -> Result<Self> {
        let files = Scratch::new("process")?;
        let stdin = match &program.stdin {
            None => Stdio::null(),
            Some(bytes) => {
                let path = files.path().join("stdin");
                fs::write(&path, bytes)?;
                File::open(path)?.into()
            }
        };
        let child = program
            .command()
            .stdin(stdin)
            .stdout(File::create(files.path().join("stdout"))?)
            .stderr(File::create(files.path().join("stderr"))?)
            .process_group(0)
            .spawn()
            .with_context(|| format!("failed to run {}", program.path.display()))?;
        let pid = child.id();
        let guard = watchdog::guard_process(pid);
        Ok(Self {
            name: program.name,
            pid,
            files,
            state: Mutex::new(State::Running { child, _guard: guard }),
        })
    }

    /// The name of its log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// How it ended, if it did.
    pub fn status(&self) -> Result<Option<ExitStatus>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Running { child, .. } = &mut *state {
            let Some(status) = child.try_wait()? else { return Ok(None) };
            *state = State::Ended(status);
        }
        match *state {
            State::Ended(status) => Ok(Some(status)),
            State::Running { .. } => Ok(None),
        }
    }

    /// Whether it still runs.
    pub fn running(&self) -> bool {
        matches!(self.status(), Ok(None))
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    /// Sends SIGKILL, to its whole process group.
    pub fn kill(&self) -> Result<()> {
        self.signal(Signal::KILL)
    }

    /// Sends a signal to the process and what it started; nothing happens if it ended already.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        // The lock keeps the id from being reused: only under it is an ended process waited for.
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Running { child, .. } = &*state {
            rustix::process::kill_process_group(Pid::from_child(child), signal)
                .with_context(|| format!("failed to signal {}", self.name))?;
        }
        Ok(())
    }

    /// Waits for its end; past the deadline it is killed and that is an error.
    pub async fn wait(&self, within: Duration) -> Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.status()? {
                return Ok(status);
            }
            if start.elapsed() > within {
                self.kill()?;
                bail!("{} did not end within {within:?}; its log:\n{}", self.name, self.log());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The file with its standard output.
    pub fn stdout_path(&self) -> PathBuf {
        self.files.path().join("stdout")
    }

    /// The file with its standard error.
    pub fn stderr_path(&self) -> PathBuf {
        self.files.path().join("stderr")
    }

    /// What it wrote to standard output so far; invalid UTF-8 is replaced.
    pub fn stdout(&self) -> String {
        read(&self.stdout_path())
    }

    /// What it wrote to standard error so far.
    pub fn stderr(&self) -> String {
        read(&self.stderr_path())
    }

    /// Both streams, one after the other.
    pub fn log(&self) -> String {
        self.stdout() + &self.stderr()
    }

    /// Waits for a line that contains `text` on either stream; fails at once when the process ends
    /// without it.
    pub async fn log_line(&self, text: &str, within: Duration) -> Result<String> {
        let start = Instant::now();
        loop {
            // Asked before the log is read, so that the last lines of an ended process count.
            let ended = self.status()?;
            if let Some(line) = self.log().lines().find(|line| line.contains(text)) {
                return Ok(line.to_owned());
            }
            if let Some(status) = ended {
                return Err(self.failure(&format!("ended ({status}) before it logged {text:?}")));
            }
            if start.elapsed() > within {
                return Err(self.failure(&format!("did not log {text:?} within {within:?}")));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until a URL of this process answers with success; fails at once when the process ends.
    pub async fn responds(&self, url: &str, within: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.status()? {
                return Err(self.failure(&format!("ended ({status}) before {url} answered")));
            }
            if crate::http::get(url).await.is_ok_and(|reply| reply.status.is_success()) {
                return Ok(());
            }
            if start.elapsed() > within {
                return Err(self.failure(&format!("{url} did not answer within {within:?}")));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// An error about this process, with the end of its log.
    pub fn failure(&self, what: &str) -> anyhow::Error {
        anyhow!("{} {what}; its log:\n{}", self.name, crate::progress::tail(&self.log()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let State::Running { child, .. } = state {
            // Either fails only when the process is gone, which is what is wanted.
            let _ = rustix::process::kill_process_group(Pid::from_child(child), Signal::KILL);
            let _ = child.wait();
        }
    }
}

fn read(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Finds a program on `PATH`.
pub fn on_path(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name.as_ref())).find(|file| file.is_file())
}
