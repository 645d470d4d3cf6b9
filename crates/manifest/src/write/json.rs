//! JSON as Go's `encoding/json` writes it.

use crate::number;
use crate::text::Text;
use crate::value::Value;

/// JSON on one line, as Go's `json.Marshal`: fields in the order of the map, `<`, `>`, `&` and the
/// line separators U+2028 and U+2029 escaped, no newline at the end. Infinities and NaN, which
/// JSON does not have, become null.
pub fn to_json_compact(value: &Value) -> Text {
    print(value, None)
}

/// JSON indented by two spaces, as Go's `json.MarshalIndent`: fields in the order of the map,
/// characters escaped as in [`to_json_compact`], no newline at the end.
pub fn to_json_pretty(value: &Value) -> Text {
    print(value, Some(0))
}

fn print(value: &Value, level: Option<usize>) -> Text {
    // A growing buffer would leave copies of plaintext behind.
    let mut out = String::with_capacity(size(value, 0));
    push_value(&mut out, value, level);
    Text::from(out)
}

fn push_value(out: &mut String, value: &Value, level: Option<usize>) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Float(value) => {
            out.push_str(number::float_to_json(*value).as_deref().unwrap_or("null"));
        }
        Value::String(text) => push_json_string(out, text),
        Value::Seq(items) => push_list(out, '[', ']', level, items.iter(), push_value),
        Value::Map(map) => push_list(out, '{', '}', level, map.iter(), |out, (name, value), level| {
            push_json_string(out, name);
            out.push_str(if level.is_some() { ": " } else { ":" });
            push_value(out, value, level);
        }),
    }
}

/// Prints the items of a list or object; `level` is its depth where lines are broken.
fn push_list<T>(
    out: &mut String,
    open: char,
    close: char,
    level: Option<usize>,
    items: impl ExactSizeIterator<Item = T>,
    push_item: impl Fn(&mut String, T, Option<usize>),
) {
    out.push(open);
    let empty = items.len() == 0;
    let inner = level.map(|level| level + 1);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_line(out, inner);
        push_item(out, item, inner);
    }
    if !empty {
        push_line(out, level);
    }
    out.push(close);
}

fn push_line(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        (0..level).for_each(|_| out.push_str("  "));
    }
}

/// A string in its quotes.
pub(crate) fn push_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..'\u{20}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// An upper bound of the printed size; `depth` is the indentation of the value.
fn size(value: &Value, depth: usize) -> usize {
    let line = 2 * depth + 4;
    match value {
        Value::String(text) => string_size(text),
        Value::Seq(items) => items.iter().map(|item| size(item, depth + 1) + line + 2).sum::<usize>() + line,
        Value::Map(map) => {
            map.iter()
                .map(|(name, value)| string_size(name) + size(value, depth + 1) + line + 6)
                .sum::<usize>()
                + line
        }
        _ => 48,
    }
}

fn string_size(text: &str) -> usize {
    let escaped = text.bytes().filter(|b| *b < 0x20 || matches!(b, b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2));
    text.len() + 5 * escaped.count() + 2
}
