//! Bounds on what a reader accepts, so that no input can exhaust memory or the stack.

/// The deepest nesting of lists and mappings.
pub(crate) const DEPTH: usize = 128;

/// The largest input, in bytes.
pub(crate) const INPUT_BYTES: usize = 256 * 1024 * 1024;

/// How many values aliases may add to one document.
pub(crate) const ALIAS_VALUES: usize = 100_000;

/// How many bytes of text aliases may add to one document.
pub(crate) const ALIAS_BYTES: usize = 16 * 1024 * 1024;

/// How many bytes may be read again because of badly indented quoted text.
pub(crate) const REPAIR_BYTES: usize = 4 * 1024 * 1024;
