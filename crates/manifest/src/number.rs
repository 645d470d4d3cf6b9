//! Numbers printed as Go prints them.

/// A float as Go's `strconv.FormatFloat(v, 'g', -1, 32)` prints it: the shortest text that reads
/// back as the same 32-bit float. This is how the YAML library turns floats into strings, so
/// `123456789.0` loses digits on its way into a string field.
pub(crate) fn float_to_string(value: f64) -> String {
    let narrow = value as f32;
    special(value.is_nan(), narrow.is_infinite(), narrow < 0.0)
        .unwrap_or_else(|| general(&format!("{narrow:e}")))
}

/// A float as a field name: the same, but infinities and NaN in their YAML spelling.
pub(crate) fn float_to_key(value: f64) -> String {
    let narrow = value as f32;
    yaml_special(value.is_nan(), narrow.is_infinite(), narrow < 0.0)
        .unwrap_or_else(|| general(&format!("{narrow:e}")))
}

/// A float as the YAML library writes it into YAML, with 64 bits.
pub fn float_to_yaml(value: f64) -> String {
    yaml_special(value.is_nan(), value.is_infinite(), value < 0.0)
        .unwrap_or_else(|| general(&format!("{value:e}")))
}

/// A float as Go's `encoding/json` prints it: plain digits from 1e-6 up to 1e21, else with an
/// exponent. `None` for infinities and NaN, which it refuses.
pub fn float_to_json(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        // Rust writes 1e21, Go 1e+21; small exponents agree.
        return Some(if text.contains("e-") { text } else { text.replace('e', "e+") });
    }
    Some(format!("{value}"))
}

fn special(nan: bool, infinite: bool, negative: bool) -> Option<String> {
    match (nan, infinite, negative) {
        (true, _, _) => Some("NaN".to_owned()),
        (_, true, false) => Some("+Inf".to_owned()),
        (_, true, true) => Some("-Inf".to_owned()),
        _ => None,
    }
}

fn yaml_special(nan: bool, infinite: bool, negative: bool) -> Option<String> {
    match (nan, infinite, negative) {
        (true, _, _) => Some(".nan".to_owned()),
        (_, true, false) => Some(".inf".to_owned()),
        (_, true, true) => Some("-.inf".to_owned()),
        _ => None,
    }
}

/// Turns the shortest scientific notation, `-1.25e-7`, into C's `%g` with Go's limits for shortest
/// digits: exponents below -4 and from 6 up stay, with a sign and at least two digits.
fn general(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        return format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let point = exponent as usize + 1;
    if digits.len() <= point {
        return format!("{sign}{digits:0<point$}");
    }
    let (whole, fraction) = digits.split_at(point);
    format!("{sign}{whole}.{fraction}")
}
