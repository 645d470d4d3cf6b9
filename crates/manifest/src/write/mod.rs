//! Trees printed as the Go tools print them.

mod escape;
mod json;
mod order;
mod yaml;

pub use escape::{escape, is_printable};
pub(crate) use json::push_json_string;
pub use json::{to_json_compact, to_json_pretty};
pub use yaml::to_yaml;
pub(crate) use yaml::{Quotes, flow_key, flow_scalar};
