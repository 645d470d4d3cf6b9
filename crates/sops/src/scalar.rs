//! The text of a value: what is encrypted, and what the MAC covers.

use std::borrow::Cow;

use crate::text::Text;
use crate::time::Timestamp;
use crate::tree::Value;

/// The types that a token names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Kind {
    Str,
    Int,
    Float,
    Bool,
    Time,
    Comment,
    /// Byte strings. The format has a word for them, but nothing writes it.
    Bytes,
}

impl Kind {
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "str" => Kind::Str,
            "int" => Kind::Int,
            "float" => Kind::Float,
            "bool" => Kind::Bool,
            "time" => Kind::Time,
            "comment" => Kind::Comment,
            "bytes" => Kind::Bytes,
            _ => return None,
        })
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Str => "str",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::Bool => "bool",
            Kind::Time => "time",
            Kind::Comment => "comment",
            Kind::Bytes => "bytes",
        }
    }
}

/// The type and the text of a value that can be encrypted. `None` for null, containers, whole numbers beyond 63 bits
/// and timestamps that RFC 3339 cannot write.
pub(crate) fn text_of(value: &Value) -> Option<(Kind, Cow<'_, [u8]>)> {
    let owned = |text: String| Cow::Owned(text.into_bytes());
    Some(match value {
        Value::Str(text) => (Kind::Str, Cow::Borrowed(text.as_bytes())),
        Value::Int(number) => (Kind::Int, owned(number.to_string())),
        Value::Float(number) => (Kind::Float, owned(float_text(*number))),
        Value::Bool(value) => (Kind::Bool, Cow::Borrowed(if *value { b"True" } else { b"False" })),
        Value::Time(time) if time.is_strict() => (Kind::Time, owned(time.to_string())),
        _ => return None,
    })
}

/// The value that a decrypted text stands for. Comments are strings here.
pub(crate) fn value_of(kind: Kind, text: Text) -> Option<Value> {
    let as_str = || text.as_str().ok();
    Some(match kind {
        Kind::Str | Kind::Bytes | Kind::Comment => Value::Str(text),
        Kind::Int => Value::Int(parse_int(as_str()?)?),
        Kind::Float => Value::Float(parse_float(as_str()?)?),
        Kind::Bool => Value::Bool(parse_bool(as_str()?)?),
        Kind::Time => Value::Time(Timestamp::parse(as_str()?)?),
    })
}

/// All digits and no exponent.
fn float_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        number.to_string()
    }
}

/// Decimal digits with an optional sign, as Go's `strconv.Atoi`.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// The words of Go's `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Decimal numbers and the words for infinity and NaN, as Go's `strconv.ParseFloat`; numbers beyond the range are an
/// error there. Its hexadecimal form is in no file.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let infinite = ["inf", "infinity"].iter().any(|word| unsigned.eq_ignore_ascii_case(word));
    if unsigned.eq_ignore_ascii_case("nan") {
        // Go takes no sign before it, Rust does.
        return (unsigned.len() == text.len()).then_some(f64::NAN);
    }
    let number: f64 = text.parse().ok()?;
    (number.is_finite() || infinite).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: Value) -> String {
        let (_, text) = text_of(&value).expect("the value has a text");
        String::from_utf8(text.into_owned()).expect("the text is UTF-8")
    }

    #[test]
    fn floats_have_all_digits_and_no_exponent() {
        for (number, expected) in [
            (1e3, "1000"),
            (0.1, "0.1"),
            (1.5e-7, "0.00000015"),
            (1e21, "1000000000000000000000"),
            (-0.0, "-0"),
            (1.0, "1"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(text(Value::Float(number)), expected);
        }
    }

    #[test]
    fn texts_are_read_as_go_reads_them() {
        let read = |kind, text: &str| value_of(kind, Text::from(text));
        assert!(read(Kind::Int, "-42") == Some(Value::Int(-42)));
        assert!(read(Kind::Int, "+7") == Some(Value::Int(7)));
        assert!(read(Kind::Float, "1e3") == Some(Value::Float(1e3)));
        assert!(read(Kind::Float, "-Inf") == Some(Value::Float(f64::NEG_INFINITY)));
        assert!(matches!(read(Kind::Float, "NaN"), Some(Value::Float(number)) if number.is_nan()));
        for yes in ["1", "t", "T", "TRUE", "true", "True"] {
            assert!(read(Kind::Bool, yes) == Some(Value::Bool(true)));
        }
        for (kind, bad) in [
            (Kind::Int, "1.0"),
            (Kind::Int, "9223372036854775808"),
            (Kind::Int, ""),
            (Kind::Float, "1e400"),
            (Kind::Float, "x"),
            (Kind::Bool, "yes"),
            (Kind::Bool, "tRUE"),
            (Kind::Time, "2024-01-02"),
        ] {
            assert!(read(kind, bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_has_no_text_cannot_be_encrypted() {
        for value in [Value::Null, Value::Uint(u64::MAX), Value::List(Vec::new())] {
            assert!(text_of(&value).is_none());
        }
        let beyond = Timestamp::parse_yaml("2024-01-02T03:04:05+24:00").map(Value::Time);
        assert!(beyond.is_some_and(|value| text_of(&value).is_none()));
    }
}
