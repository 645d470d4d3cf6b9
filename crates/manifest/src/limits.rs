//! Bounds on what a reader accepts, so that no input can exhaust memory or the stack.

/// The largest input, in bytes: some two hundred Secrets of the largest size the API server takes. What is held
/// in memory is a small multiple of it.
pub(crate) const INPUT_BYTES: usize = 256 * 1024 * 1024;

/// The deepest nesting of lists and objects.
pub(crate) const DEPTH: usize = 128;

/// How many nodes aliases may add to one document.
pub(crate) const ALIAS_NODES: usize = 100_000;

/// How many bytes of text aliases may add to one document.
pub(crate) const ALIAS_BYTES: usize = 16 * 1024 * 1024;

/// How many conversions of scalars are reported for one document, and how many bytes of paths.
pub(crate) const CONVERSIONS: usize = 1_000;
pub(crate) const CONVERSION_BYTES: usize = 1024 * 1024;

/// How many bytes may be read again because of badly indented quoted text.
pub(crate) const REPAIR_BYTES: usize = 4 * 1024 * 1024;
