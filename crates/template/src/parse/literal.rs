//! Numbers and characters.

use super::{Parsed, Parser};
use crate::lex::Kind;
use crate::number::{parse_float, parse_int, parse_uint};
use crate::quote;
use crate::syntax::Number;

impl Parser<'_> {
    /// A number in every type that can hold it, as Go's untyped constants are.
    pub(super) fn number(&self, kind: Kind, text: Vec<u8>) -> Parsed<Number> {
        if kind == Kind::CharConstant {
            return self.character(text);
        }
        if kind == Kind::Complex || text.ends_with(b"i") {
            return Err(self.error("complex numbers are not supported: %q", &[&text]));
        }
        let mut uint = parse_uint(&text, 0).ok();
        let mut int = parse_int(&text, 0).ok();
        if int == Some(0) {
            // Also when it is written -0.
            uint = uint.or(Some(0));
        }
        #[allow(clippy::cast_precision_loss, reason = "as Go converts constants")]
        let mut float = int.map(|int| int as f64).or(uint.map(|uint| uint as f64));
        if float.is_none()
            && let Ok(number) = parse_float(&text)
        {
            if !text.iter().any(|byte| b".eEpP".contains(byte)) {
                return Err(self.error("integer overflow: %q", &[&text]));
            }
            float = Some(number);
            int = whole(number, -(2f64.powi(63)), 2f64.powi(63)).map(|number| number as i64);
            uint = whole(number, 0.0, 2f64.powi(64)).map(|number| number as u64);
        }
        if float.is_none() {
            return Err(self.error("illegal number syntax: %q", &[&text]));
        }
        Ok(Number { text, int, uint, float })
    }

    fn character(&self, text: Vec<u8>) -> Parsed<Number> {
        match quote::unquote_rune(&text) {
            Ok(character) => Ok(Number {
                text,
                int: Some(i64::from(character)),
                uint: Some(u64::from(character)),
                float: Some(f64::from(character)),
            }),
            Err("invalid syntax") => Err(self.error("invalid syntax", &[])),
            Err(other) => Err(self.error(&format!("{other}: %s"), &[&text])),
        }
    }
}

/// A whole number within a range, the end not included.
fn whole(number: f64, from: f64, to: f64) -> Option<f64> {
    (number.fract() == 0.0 && (from..to).contains(&number)).then_some(number)
}
