//! JSON objects. Names may repeat and keep their order; there are no comments.

mod read;
mod write;

pub(super) use read::{read, read_value};
pub(super) use write::{write, write_compact, write_value};

#[cfg(test)]
mod tests;
