use crate::codec::{Format, Layout, WriteError, below};
use crate::text::{Builder, Text};
use crate::tree::{Branch, Element, Value};

/// An object over several lines, with a newline at the end.
pub(in crate::codec) fn write(document: &Branch, layout: Layout) -> Result<Text, WriteError> {
    let mut writer = Writer::new(Some(layout));
    writer.branch(document)?;
    writer.out.push(b"\n");
    Ok(writer.out.finish())
}

/// A value over several lines.
pub(in crate::codec) fn write_value(value: &Value, layout: Layout) -> Result<Text, WriteError> {
    let mut writer = Writer::new(Some(layout));
    writer.value(value)?;
    Ok(writer.out.finish())
}

/// A value on one line.
pub(in crate::codec) fn write_compact(value: &Value) -> Result<Text, WriteError> {
    let mut writer = Writer::new(None);
    writer.value(value)?;
    Ok(writer.out.finish())
}

struct Writer {
    out: Builder,
    /// What indents a level; `None` for one line.
    indent: Option<String>,
    level: usize,
    path: String,
}

impl Writer {
    fn new(layout: Option<Layout>) -> Self {
        let indent = layout.map(|layout| layout.indent.map_or("\t".to_owned(), |spaces| " ".repeat(spaces)));
        Self { out: Builder::default(), indent, level: 0, path: String::new() }
    }

    fn value(&mut self, value: &Value) -> Result<(), WriteError> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Int(number) => self.out.push_str(&number.to_string()),
            Value::Uint(number) => self.out.push_str(&number.to_string()),
            Value::Float(number) => {
                let text = float(*number).ok_or_else(|| self.cannot("a number that JSON does not have"))?;
                self.out.push_str(&text);
            }
            Value::Time(time) => self.string(&time.to_string()),
            Value::Str(text) => {
                let text = text.as_str().map_err(|_| self.cannot("a string that is not UTF-8"))?;
                self.string(text);
            }
            Value::List(list) => self.list(list)?,
            Value::Branch(branch) => self.branch(branch)?,
        }
        Ok(())
    }

    fn branch(&mut self, branch: &Branch) -> Result<(), WriteError> {
        let mut empty = true;
        self.out.push(b"{");
        self.level += 1;
        for (key, value) in branch.entries() {
            let name = key
                .name()
                .ok_or_else(|| WriteError::Name { format: Format::Json, path: self.path.clone() })?;
            self.separate(empty);
            empty = false;
            self.string(name);
            self.out.push_str(if self.indent.is_some() { ": " } else { ":" });
            let outer = self.path.clone();
            self.path = below(&outer, name);
            self.value(value)?;
            self.path = outer;
        }
        self.close(b"}", empty);
        Ok(())
    }

    fn list(&mut self, list: &[Element]) -> Result<(), WriteError> {
        let mut empty = true;
        self.out.push(b"[");
        self.level += 1;
        for element in list {
            if let Element::Value(value) = element {
                self.separate(empty);
                empty = false;
                self.value(value)?;
            }
        }
        self.close(b"]", empty);
        Ok(())
    }

    fn separate(&mut self, first: bool) {
        if !first {
            self.out.push(b",");
        }
        self.new_line();
    }

    fn close(&mut self, bracket: &[u8], empty: bool) {
        self.level -= 1;
        if !empty {
            self.new_line();
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self) {
        if let Some(indent) = &self.indent {
            self.out.push(b"\n");
            (0..self.level).for_each(|_| self.out.push_str(indent));
        }
    }

    /// Escapes what Go escapes, so that the text can stand in HTML and in scripts.
    fn string(&mut self, text: &str) {
        self.out.push(b"\"");
        let mut plain = 0;
        for (at, c) in text.char_indices() {
            let escape = match c {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\u{8}' => "\\b",
                '\u{c}' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\0'..'\u{20}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    &*format!("\\u{:04x}", u32::from(c))
                }
                _ => continue,
            };
            self.out.push_str(&text[plain..at]);
            self.out.push_str(escape);
            plain = at + c.len_utf8();
        }
        self.out.push_str(&text[plain..]);
        self.out.push(b"\"");
    }

    fn cannot(&self, what: &'static str) -> WriteError {
        WriteError::Value { format: Format::Json, path: self.path.clone(), what }
    }
}

/// As Go writes it, except for negative zero: sops writes that without a point, reads it as a whole number then, and
/// finds that its MAC does not match.
fn float(number: f64) -> Option<String> {
    if number == 0.0 && number.is_sign_negative() {
        return Some("-0.0".to_owned());
    }
    signet_manifest::float_to_json(number)
}
