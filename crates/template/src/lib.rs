//! Go's `text/template` with the sprig functions: exact, and able to do nothing but compute.

#![allow(dead_code, reason = "the parser and the interpreter that use it come next")]

mod bytes;
mod context;
mod error;
mod function;
mod functions;
mod limits;
mod object;
mod time;
mod types;
mod value;

pub use bytes::ByteString;
pub use context::{Context, Environment};
pub use error::{Error, Position};
pub use function::{Args, Body, Fault, Function, Functions, HIDDEN};
pub use limits::{Limit, Limits};
pub use object::Object;
pub use time::Time;
pub use types::{Signed, Type, Unsigned};
pub use value::{List, Map, Value};
