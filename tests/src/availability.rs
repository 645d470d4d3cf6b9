//! What happens when a program a test needs is not there: fail where it was promised, skip elsewhere.

use std::fmt;
use std::io::Write as _;

/// Set to `1` where every program the tests use is promised to be there, or may be built.
pub const REQUIRE: &str = "SIGNET_TEST_REQUIRE";

/// True when missing programs are to be built, and their absence is a failure.
pub fn required() -> bool {
    std::env::var_os(REQUIRE).is_some_and(|value| value == "1")
}

/// A program that is neither given nor in the cache. Found in an error chain, it turns a test into a
/// skipped one (see [`skipped`]).
#[derive(Debug, Clone)]
pub struct Missing {
    /// The program, with its version.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not available ({})", self.what, self.hint)
    }
}

impl std::error::Error for Missing {}

impl Missing {
    /// A program that `cargo xtask test` would have built.
    pub fn not_in_cache(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: format!("`cargo xtask test` builds it; so does {REQUIRE}=1") }
    }
}

/// The reason to skip that an error stands for, if absence is allowed here.
pub fn skipped(error: &anyhow::Error) -> Option<&Missing> {
    if required() { None } else { error.downcast_ref::<Missing>() }
}

/// Says that a test was skipped. Goes past the capture of the test runner, which would swallow it:
/// silence is not a pass.
pub fn report_skipped(test: &str, reason: &Missing) {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
}
