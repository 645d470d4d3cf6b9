//! Writing JSON as Go's `encoding/json` does.

use crate::context::Context;
use crate::function::Fault;
use crate::number::format_float;
use crate::runes;
use crate::types::Type;
use crate::value::Value;

use super::super::dates;
use super::super::encodings::{BASE64, encoded};

/// How values are laid out.
#[derive(Clone, Copy)]
pub(in super::super) struct Style {
    indented: bool,
    escapes_html: bool,
}

impl Style {
    pub(in super::super) const ESCAPED: Self = Self { indented: false, escapes_html: true };
    pub(super) const PRETTY: Self = Self { indented: true, escapes_html: true };
    pub(super) const RAW: Self = Self { indented: false, escapes_html: false };
}

/// The text, or Go's error.
pub(in super::super) fn write(
    cx: &mut Context<'_>,
    value: &Value,
    style: Style,
) -> Result<Result<Vec<u8>, String>, Fault> {
    let mut writer = Writer { out: Vec::new(), charged: 0, style, error: None };
    writer.value(cx, value, 1)?;
    Ok(match writer.error {
        Some(error) => Err(error),
        None => Ok(writer.out),
    })
}

/// A number as JSON has it: no exponent between a millionth and 10^21.
pub(in super::super) fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        // A one-digit exponent is written as such.
        let text = format_float(value, b'e', None);
        return match text.split_once("e-0") {
            Some((mantissa, digit)) => format!("{mantissa}e-{digit}"),
            None => text,
        };
    }
    format_float(value, b'f', None)
}

/// How many bytes one byte becomes at most.
const GROWTH: usize = 6;

struct Writer {
    out: Vec<u8>,
    charged: usize,
    style: Style,
    error: Option<String>,
}

impl Writer {
    fn value(&mut self, cx: &mut Context<'_>, value: &Value, depth: usize) -> Result<(), Fault> {
        cx.depth(depth)?;
        cx.work(1)?;
        cx.allocate(self.out.len() - self.charged)?;
        self.charged = self.out.len();
        match value {
            Value::Nil => self.text("null"),
            Value::Bool(value) => self.text(if *value { "true" } else { "false" }),
            Value::Int(_, value) => self.text(&value.to_string()),
            Value::Uint(_, value) => self.text(&value.to_string()),
            Value::Float(value) if value.is_finite() => self.text(&number(*value)),
            Value::Float(value) => {
                self.error = Some(format!("json: unsupported value: {}", format_float(*value, b'g', None)));
            }
            Value::String(text) => {
                cx.allocate(text.len().saturating_mul(GROWTH))?;
                self.string(text);
            }
            Value::List(list) if list.is_nil() => self.text("null"),
            Value::Map(map) if map.is_nil() => self.text("null"),
            Value::List(list) if *list.element() == Type::UINT8 => {
                let bytes: Vec<u8> = list.items().iter().filter_map(byte).collect();
                self.string(&encoded(&bytes, &BASE64));
            }
            Value::List(list) => {
                self.enclosed(cx, (b'[', b']'), list.items(), depth, |writer, cx, item| {
                    writer.value(cx, item, depth + 1)
                })?;
            }
            Value::Map(map) => {
                self.enclosed(cx, (b'{', b'}'), &map.entries(), depth, |writer, cx, (key, value)| {
                    writer.member(cx, key, value, depth)
                })?;
            }
            Value::Time(time) => self.string(dates::rfc3339_nano(time).as_bytes()),
            Value::Object(object) => match object.text() {
                Some(text) => self.string(&text),
                None => {
                    self.enclosed(cx, (b'{', b'}'), &object.fields(), depth, |writer, cx, (key, value)| {
                        writer.member(cx, key.as_bytes(), value, depth)
                    })?;
                }
            },
        }
        Ok(())
    }

    fn member(&mut self, cx: &mut Context<'_>, key: &[u8], value: &Value, depth: usize) -> Result<(), Fault> {
        self.string(key);
        self.text(if self.style.indented { ": " } else { ":" });
        self.value(cx, value, depth + 1)
    }

    fn enclosed<T>(
        &mut self,
        cx: &mut Context<'_>,
        (open, close): (u8, u8),
        items: &[T],
        depth: usize,
        mut write: impl FnMut(&mut Self, &mut Context<'_>, &T) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.out.push(open);
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.out.push(b',');
            }
            self.line(depth);
            write(self, cx, item)?;
        }
        if !items.is_empty() {
            self.line(depth - 1);
        }
        self.out.push(close);
        Ok(())
    }

    fn line(&mut self, depth: usize) {
        if self.style.indented {
            self.out.push(b'\n');
            self.out.extend(std::iter::repeat_n(b' ', 2 * depth));
        }
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn string(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for (character, bytes) in runes::iter(text) {
            match character {
                None => self.text("\\ufffd"),
                Some('"') => self.text("\\\""),
                Some('\\') => self.text("\\\\"),
                Some('\n') => self.text("\\n"),
                Some('\r') => self.text("\\r"),
                Some('\t') => self.text("\\t"),
                Some('\x08') => self.text("\\b"),
                Some('\x0c') => self.text("\\f"),
                Some(letter @ ('\0'..' ' | '\u{2028}' | '\u{2029}')) => self.escape(letter),
                Some(letter @ ('<' | '>' | '&')) if self.style.escapes_html => self.escape(letter),
                Some(_) => self.out.extend_from_slice(bytes),
            }
        }
        self.out.push(b'"');
    }

    fn escape(&mut self, letter: char) {
        self.text(&format!("\\u{:04x}", u32::from(letter)));
    }
}

fn byte(item: &Value) -> Option<u8> {
    match item {
        Value::Uint(_, byte) => u8::try_from(*byte).ok(),
        _ => None,
    }
}
