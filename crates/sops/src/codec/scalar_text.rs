//! Scalars as text, in the formats that have nothing else.

use std::borrow::Cow;

use crate::tree::Value;

/// The text of a scalar as dotenv and INI files have it; `None` for containers.
pub(crate) fn of(value: &Value) -> Option<Cow<'_, [u8]>> {
    let owned = |text: String| Some(Cow::Owned(text.into_bytes()));
    match value {
        Value::Null => Some(Cow::Borrowed(b"<nil>")),
        Value::Bool(value) => Some(Cow::Borrowed(if *value { b"true" } else { b"false" })),
        Value::Int(number) => owned(number.to_string()),
        Value::Uint(number) => owned(number.to_string()),
        Value::Float(number) => owned(float(*number)),
        Value::Time(time) => owned(time.without_fraction()),
        Value::Str(text) => Some(Cow::Borrowed(text.as_bytes())),
        Value::List(_) | Value::Branch(_) => None,
    }
}

/// As YAML has it, but never to be confused with a whole number.
fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = signet_manifest::scalar::float_to_yaml(number).to_uppercase();
    if text.contains(['.', 'E']) { text } else { format!("{number:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_never_look_like_whole_numbers() {
        for (number, expected) in [
            (1.0, "1.0"),
            (1.1, "1.1"),
            (1.23, "1.23"),
            (1.234_567_890_123_456_7, "1.2345678901234567"),
            (200_000.0, "200000.0"),
            (-2e10, "-2E+10"),
            (2e-10, "2E-10"),
            (1.2345e100, "1.2345E+100"),
            (1.2345e-100, "1.2345E-100"),
            (-0.0, "-0.0"),
            (1.5e-7, "1.5E-07"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(float(number), expected);
        }
    }
}
