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

pub use document::{Conversion, ConversionKind, Document, Documents, Format};
pub use edit::{Edit, EditError};
pub use error::ReadError;
pub use fields::{Fields, Reading, TypeError};
pub use map::Map;
pub use number::float_to_json;
pub use text::{StringValue, Text};
pub use value::Value;
pub use write::{to_json_compact, to_json_pretty, to_yaml};
