//! Kubernetes manifests, read and written as the Kubernetes tools do, and edited in place.
//!
//! The Go tools read a manifest as YAML 1.1 or JSON, turn it into JSON, and write it back with
//! sorted keys and a line width of their own. This crate does the same for any input, so that a
//! file means here what it means to them:
//!
//! - [`Documents`] splits a stream into documents and resolves their scalars (`yes` is a boolean,
//!   `012` is ten) into a [`Value`] tree.
//! - [`Fields`] reads typed fields out of a tree, leniently as `kubeseal` reads Secrets or
//!   strictly as a typed decoder does.
//! - [`to_yaml`], [`to_json_pretty`] and [`to_json_compact`] print a tree.
//! - [`Edit`] changes single values in a text and leaves every other byte alone.
//!
//! ```
//! use signet_manifest::{Documents, Edit, Fields, Reading};
//!
//! let text = "kind: Secret\nstringData:\n  pin: 012 # the PIN\n";
//! let document = Documents::parse(text.as_bytes()).next().unwrap()?;
//! let secret = Fields::of(document.value(), Reading::Lenient)?;
//! let strings = secret.string_map("stringData")?;
//! assert_eq!((strings[0].0, strings[0].1.as_str()), ("pin", "10"));
//! assert_eq!(document.conversions()[0].path, ["stringData", "pin"]);
//!
//! let mut edit = Edit::new(text)?;
//! edit.set_string(0, &["stringData", "pin"], "012")?;
//! assert_eq!(edit.finish(), "kind: Secret\nstringData:\n  pin: \"012\" # the PIN\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here reads files, the environment or a clock. A [`Value`] may hold the plaintext of a
//! Secret: its strings are wiped when dropped, it cannot be printed by accident, and no error of
//! this crate quotes a value.

mod decode;
mod document;
mod edit;
mod error;
mod fields;
mod json;
mod limits;
mod map;
mod number;
mod resolve;
mod split;
mod text;
mod tree;
mod value;
mod write;
mod yaml;

/// How Go's YAML libraries read and write single numbers and characters, for formats of our own that must agree with them.
pub mod scalar {
    pub use crate::number::float_to_yaml;
    pub use crate::resolve::{integer, is_base60, is_decimal_float};
    pub use crate::write::{escape, is_printable};
}

pub use document::{Conversion, ConversionKind, Document, Documents, Format};
pub use edit::{Edit, EditError};
pub use error::ReadError;
pub use fields::{Fields, Reading, TypeError};
pub use map::Map;
pub use number::float_to_json;
pub use text::{StringValue, Text};
pub use value::Value;
pub use write::{to_json_compact, to_json_pretty, to_yaml};
