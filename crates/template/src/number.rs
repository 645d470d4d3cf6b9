//! Numbers as Go's `strconv` reads and writes them.

mod read;
mod write;

pub(crate) use read::{NumberError, parse_float, parse_int, parse_uint};
pub(crate) use write::format_float;
