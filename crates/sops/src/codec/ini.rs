//! Sections of `name = value`, as the Go library that sops uses reads and writes them.
//!
//! A tree has an entry for each section, the first of which is `DEFAULT`: what stands before any header. A comment
//! above a header is the first item of its section; one above or beside a value is the item after that value.

mod read;
mod write;

pub(super) use read::read;
pub(super) use write::write;

/// The section of what stands before any header.
const DEFAULT: &str = "DEFAULT";

#[cfg(test)]
mod tests;
