//! Bounds on what one template may cost, so that none can exhaust time, memory or the stack.

use std::time::Duration;

/// What parsing and rendering one template may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The size of the template's text, in bytes.
    pub template_bytes: usize,
    /// How deep actions, parentheses, template calls and printed values nest.
    pub depth: usize,
    /// How many actions and operands are evaluated, and how much work functions say they do.
    pub steps: u64,
    /// The size of the output, in bytes.
    pub output_bytes: usize,
    /// How many bytes of values are made in all, including those no longer in use.
    pub value_bytes: usize,
    /// How long rendering may take.
    pub time: Duration,
}

impl Default for Limits {
    /// Far above what real templates need: 1 MiB in and 4 MiB out, ten million steps, ten seconds.
    fn default() -> Self {
        Self {
            template_bytes: 1024 * 1024,
            depth: 100,
            steps: 10_000_000,
            output_bytes: 4 * 1024 * 1024,
            value_bytes: 256 * 1024 * 1024,
            time: Duration::from_secs(10),
        }
    }
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// The template's text is too large.
    #[error("the template has more than {0} bytes")]
    TemplateBytes(usize),
    /// Something nests too deeply.
    #[error("nesting is deeper than {0} levels")]
    Depth(usize),
    /// Too much was evaluated.
    #[error("rendering takes more than {0} steps")]
    Steps(u64),
    /// The output is too large.
    #[error("the output has more than {0} bytes")]
    OutputBytes(usize),
    /// The outputs of a set of templates are too large together.
    #[error("the output has, with that of the other templates, more than {0} bytes")]
    SetBytes(usize),
    /// The values made are too large.
    #[error("the values made have more than {0} bytes")]
    ValueBytes(usize),
    /// Rendering took too long.
    #[error("rendering takes longer than {0:?}")]
    Time(Duration),
}
