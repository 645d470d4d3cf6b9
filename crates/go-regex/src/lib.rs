//! Regular expressions in Go's syntax, RE2: what the programs that we replace take from their users.
//!
//! Expressions match in time linear in the text, as in Go, and their compiled size is bounded.
//!
//! ```
//! let expression = signet_go_regex::compile(br"^(data|\Qstring.Data\E)$")?;
//! assert!(expression.is_match(b"string.Data"));
//! assert!(signet_go_regex::compile(b"a**").is_err());
//! # Ok::<(), &str>(())
//! ```

mod syntax;

use regex::bytes::{Regex, RegexBuilder};

/// What Go says is wrong with an expression.
pub type Code = &'static str;

/// Of a compiled expression, in bytes.
const SIZE: usize = 4 * 1024 * 1024;

/// Compiles an expression.
///
/// # Errors
/// What Go says is wrong; it does not quote the expression. Compiled expressions above 4 MiB are refused as well.
pub fn compile(expression: &[u8]) -> Result<Regex, Code> {
    let expression = syntax::translate(expression)?;
    RegexBuilder::new(&expression).size_limit(SIZE).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "expression too large",
        _ => "invalid character class range",
    })
}
