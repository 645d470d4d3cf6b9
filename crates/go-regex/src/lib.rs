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

/// What is wrong with an expression whose compiled form is larger than allowed.
pub const TOO_LARGE: Code = "expression too large";

/// Of a compiled expression, in bytes, when nobody says how large it may be.
const SIZE: usize = 4 * 1024 * 1024;

/// Compiles an expression.
///
/// # Errors
/// What Go says is wrong; it does not quote the expression. Compiled expressions above 4 MiB are refused as well.
pub fn compile(expression: &[u8]) -> Result<Regex, Code> {
    Expression::parse(expression)?.compile(SIZE)
}

/// An expression that was understood, in the syntax of the engine.
pub struct Expression(String);

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What Go says is wrong.
    pub fn parse(expression: &[u8]) -> Result<Self, Code> {
        syntax::translate(expression).map(Self)
    }

    /// Compiles it to at most so many bytes.
    ///
    /// # Errors
    /// [`TOO_LARGE`] when it takes more, or what Go says is wrong.
    pub fn compile(&self, size: usize) -> Result<Regex, Code> {
        RegexBuilder::new(&self.0).size_limit(size).build().map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => TOO_LARGE,
            _ => "invalid character class range",
        })
    }
}
