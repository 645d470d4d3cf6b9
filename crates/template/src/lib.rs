//! Go's `text/template` with the sprig functions: exact, and able to do nothing but compute.

#![allow(dead_code, unused_imports, reason = "the functions that use it come next")]

mod builtin;
mod bytes;
mod compare;
mod context;
mod engine;
mod equal;
mod error;
mod escape;
mod exec;
mod function;
mod functions;
mod index;
mod lex;
mod limits;
mod number;
mod object;
mod parse;
mod print;
mod quote;
mod runes;
mod slot;
mod syntax;
mod time;
mod types;
mod value;

pub use bytes::ByteString;
pub use context::{Context, Environment};
pub use engine::{Engine, MissingKey, Template};
pub use error::{Error, Position};
pub use function::{Args, Body, Fault, Function, Functions, HIDDEN};
pub use limits::{Limit, Limits};
pub use object::Object;
pub use time::Time;
pub use types::{Signed, Type, Unsigned};
pub use value::{List, Map, Value};
