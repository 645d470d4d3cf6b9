//! Signals that end a program, while there are temporary files that must not outlive it.

#[cfg(unix)]
pub(super) use unix::{Forwarding, at_end};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::{Arc, Mutex};
    use std::thread;

    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::{Handle, Signals};

    /// Has something done when a signal would end the program, and ends it then.
    pub(in crate::sops) fn at_end(mut clean: impl FnMut() + Send + 'static) -> io::Result<Handle> {
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        let handle = signals.handle();
        thread::spawn(move || {
            if signals.forever().next().is_some() {
                clean();
                #[allow(clippy::exit, reason = "the signal would have ended the program")]
                std::process::exit(1);
            }
        });
        Ok(handle)
    }

    /// Passes signals on to a child, and lets it decide when to end. What a terminal sends, the child has already.
    pub(in crate::sops) struct Forwarding {
        handle: Handle,
        target: Arc<Mutex<Target>>,
    }

    /// Who gets the signals.
    #[derive(Default)]
    struct Target {
        child: Option<Pid>,
        /// What came before there was a child.
        pending: Option<Signal>,
    }

    impl Target {
        fn take(&mut self, signal: Signal) {
            match self.child {
                // It may have ended by now.
                Some(child) => drop(kill_process(child, signal)),
                None => self.pending = Some(signal),
            }
        }
    }

    impl Forwarding {
        /// Begins; signals wait until there is a child.
        pub(in crate::sops) fn start() -> io::Result<Self> {
            let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
            let handle = signals.handle();
            let target = Arc::new(Mutex::new(Target::default()));
            let receiver = Arc::clone(&target);
            thread::spawn(move || {
                for signal in signals.forever() {
                    let signal = match signal {
                        SIGHUP => Signal::HUP,
                        SIGTERM => Signal::TERM,
                        _ => continue,
                    };
                    if let Ok(mut target) = receiver.lock() {
                        target.take(signal);
                    }
                }
            });
            Ok(Self { handle, target })
        }

        pub(in crate::sops) fn to(&self, child: &std::process::Child) {
            if let Ok(mut target) = self.target.lock() {
                target.child = Some(Pid::from_child(child));
                if let Some(signal) = target.pending.take() {
                    target.take(signal);
                }
            }
        }
    }

    impl Drop for Forwarding {
        fn drop(&mut self) {
            self.handle.close();
        }
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{Forwarding, at_end};

#[cfg(not(unix))]
mod elsewhere {
    use std::io;

    pub(in crate::sops) fn at_end(_: impl FnMut() + Send + 'static) -> io::Result<()> {
        Ok(())
    }

    /// There are no such signals here.
    pub(in crate::sops) struct Forwarding;

    impl Forwarding {
        pub(in crate::sops) fn start() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::sops) fn to(&self, _: &std::process::Child) {}
    }
}
