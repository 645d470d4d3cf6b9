//! What a scalar means.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signet_manifest::scalar::{integer, is_base60, is_decimal_float};
use zeroize::Zeroizing;

use crate::text::Text;
use crate::time::Timestamp;
use crate::tree::Value;

const PREFIX: &str = "tag:yaml.org,2002:";

/// The value of a scalar; `None` if it does not fit its tag.
pub(super) fn scalar(text: &str, plain: bool, tag: &str) -> Option<Value> {
    let string = || Value::Str(Text::from(text));
    let Some(known) = tag.strip_prefix(PREFIX) else {
        // With a tag of its own a scalar is a string, whatever it looks like.
        return Some(if plain && matches!(tag, "" | "!") { self::plain(text) } else { string() });
    };
    let value = match known {
        "null" | "bool" | "int" | "float" | "timestamp" => self::plain(text),
        "binary" => return binary(text).map(Value::Str),
        _ => return Some(string()),
    };
    match (known, value) {
        ("null", Value::Null)
        | ("bool", Value::Bool(_))
        | ("int", Value::Int(_) | Value::Uint(_))
        | ("float", Value::Float(_))
        | ("timestamp", Value::Time(_)) => Some(self::plain(text)),
        #[expect(clippy::cast_precision_loss, reason = "as the tag asks for")]
        ("float", Value::Int(number)) => Some(Value::Float(number as f64)),
        _ => None,
    }
}

/// The value of a scalar without quotes and without a tag.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let number = match text.as_bytes()[0] {
        b'.' => float(text),
        b'+' | b'-' | b'0'..=b'9' => number(text),
        _ => None,
    };
    number.unwrap_or_else(|| Value::Str(Text::from(text)))
}

fn number(text: &str) -> Option<Value> {
    if let Some(time) = Timestamp::parse_yaml(text) {
        return Some(Value::Time(time));
    }
    let digits = Zeroizing::new(text.replace('_', ""));
    if let Some(number) = integer(&digits) {
        return whole(number);
    }
    if is_decimal_float(&digits) {
        // The library reads a number beyond the range as text.
        return digits.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float);
    }
    // A second look at these prefixes, by which a sign may stand behind them.
    for (prefix, radix) in [("0b", 2), ("0o", 8)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            return i64::from_str_radix(rest, radix).ok().map(Value::Int);
        }
        if let Some(rest) = digits.strip_prefix('-').and_then(|rest| rest.strip_prefix(prefix)) {
            let negative = Zeroizing::new(format!("-{rest}"));
            return i64::from_str_radix(&negative, radix).ok().map(Value::Int);
        }
    }
    None
}

fn whole(number: i128) -> Option<Value> {
    i64::try_from(number).map(Value::Int).or_else(|_| u64::try_from(number).map(Value::Uint)).ok()
}

/// A number that begins with its point. Underscores are none here.
fn float(text: &str) -> Option<Value> {
    let number = if is_decimal_float(text) { text.parse::<f64>().ok()? } else { return None };
    number.is_finite().then_some(Value::Float(number))
}

fn binary(text: &str) -> Option<Text> {
    let text = Zeroizing::new(text.replace(['\r', '\n'], ""));
    STANDARD.decode(text.as_bytes()).ok().map(Text::from)
}

/// Whether an unquoted text is a string, to this library and to those of YAML 1.1.
pub(super) fn reads_as_text(text: &str) -> bool {
    const YAML_1_1: [&str; 17] = [
        "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF",
        "<<",
    ];
    matches!(plain(text), Value::Str(_)) && !YAML_1_1.contains(&text) && !is_base60(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &Value) -> String {
        match value {
            Value::Null => "null".into(),
            Value::Bool(value) => format!("bool {value}"),
            Value::Int(number) => format!("int {number}"),
            Value::Uint(number) => format!("uint {number}"),
            Value::Float(number) => format!("float {number:e}"),
            Value::Time(time) => format!("time {time}"),
            _ => "string".into(),
        }
    }

    #[test]
    fn plain_scalars_mean_what_they_mean_to_the_go_library() {
        for (text, expected) in [
            ("~", "null"),
            ("True", "bool true"),
            ("tRUE", "string"),
            ("yes", "string"),
            ("y", "string"),
            ("0777", "int 511"),
            ("0o17", "int 15"),
            ("0O17", "int 15"),
            ("0x1F", "int 31"),
            ("-0b11", "int -3"),
            ("0b-1", "int -1"),
            ("1_000", "int 1000"),
            ("+5", "int 5"),
            ("9223372036854775808", "uint 9223372036854775808"),
            ("18446744073709551616", "float 1.8446744073709552e19"),
            ("08", "float 8e0"),
            ("0o9", "string"),
            ("1e3", "float 1e3"),
            ("1e400", "string"),
            (".5", "float 5e-1"),
            ("1.", "float 1e0"),
            (".", "string"),
            ("-.inf", "float -inf"),
            (".NaN", "float NaN"),
            ("12:30:45", "string"),
            ("2024-01-02", "time 2024-01-02T00:00:00Z"),
            ("2001-12-14 21:59:43.10 -5", "string"),
            ("<<", "string"),
            ("-", "string"),
            ("0x", "string"),
        ] {
            assert_eq!(shown(&plain(text)), expected, "{text}");
        }
    }

    #[test]
    fn tags_change_the_type_or_are_refused() {
        let tagged = |text, plain, tag: &str| {
            let tag = tag.strip_prefix("!!").map_or(tag.to_owned(), |tag| format!("{PREFIX}{tag}"));
            scalar(text, plain, &tag).as_ref().map_or("refused".into(), shown)
        };
        for (text, plain, tag, expected) in [
            ("5", false, "", "string"),
            ("5", true, "!", "int 5"),
            ("5", false, "!!int", "int 5"),
            ("5", true, "!!float", "float 5e0"),
            ("5", true, "!!str", "string"),
            ("5", true, "!Ref", "string"),
            ("x", true, "!!int", "refused"),
            ("x", true, "!!null", "refused"),
            ("aGk=", true, "!!binary", "string"),
            ("a", true, "!!binary", "refused"),
            ("5", true, "!!unknown", "string"),
        ] {
            assert_eq!(tagged(text, plain, tag), expected, "{tag} {text}");
        }
    }
}
