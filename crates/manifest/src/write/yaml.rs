//! YAML as `sigs.k8s.io/yaml` writes it.

use crate::number;
use crate::resolve::{Resolved, is_base60, resolve};
use crate::text::Text;
use crate::value::Value;
use crate::write::escape::{escape, is_printable};
use crate::write::order;

/// The column after which text is folded at its next space.
const WIDTH: usize = 80;

/// Keys longer than this, in bytes, are written as `? key`.
const SIMPLE_KEY_BYTES: usize = 128;

/// YAML as `sigs.k8s.io/yaml` writes it: keys sorted, two spaces of indentation, list dashes not
/// indented, text with spaces folded after column 80, a newline at the end, no `---`.
///
/// Characters that the library cannot write (DEL and other control characters, U+0085) or that
/// YAML 1.1 and 1.2 read differently (U+2028, U+2029) are escaped.
pub fn to_yaml(value: &Value) -> Text {
    // A growing buffer would leave copies of plaintext behind.
    let mut printer = Printer {
        out: String::with_capacity(size(value, 2)),
        column: 0,
        after_space: true,
        only_indicators: true,
    };
    printer.node(value, None, Place::Root);
    printer.line(0);
    Text::from(printer.out)
}

/// The quotes around a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    AsNeeded,
    Single,
    Double,
}

/// A string on one line, never folded, with the quotes asked for unless it needs others.
pub(crate) fn flow_scalar(text: &str, in_flow: bool, quotes: Quotes) -> String {
    let shape = Shape::of(text);
    let plain = shape.plain && !(in_flow && shape.flow_indicator) && reads_as_text(text);
    let single = shape.single_quoted && !shape.line_break;
    let mut printer = Printer { out: String::new(), column: 0, after_space: true, only_indicators: false };
    match quotes {
        Quotes::AsNeeded if plain => printer.plain(text, 0, false),
        Quotes::AsNeeded if single && reads_as_text(text) => printer.single_quoted(text, 0, false),
        Quotes::Single if single => printer.single_quoted(text, 0, false),
        _ => printer.double_quoted(text, 0, false),
    }
    printer.out
}

/// A field name on one line.
pub(crate) fn flow_key(name: &str, in_flow: bool) -> String {
    let quotes = if name == "<<" { Quotes::Double } else { Quotes::AsNeeded };
    flow_scalar(name, in_flow, quotes)
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    Item,
    /// A key on the line of its value.
    Key,
    /// A key after `? `, or a value.
    Field,
}

struct Printer {
    out: String,
    column: usize,
    /// The last thing written was white space, or an indicator that needs none after it.
    after_space: bool,
    /// The line holds nothing but indentation, dashes and question marks.
    only_indicators: bool,
}

impl Printer {
    /// Prints a node; `indent` is that of the collection around it, `None` at the root.
    fn node(&mut self, value: &Value, indent: Option<usize>, place: Place) {
        match value {
            Value::Map(map) if map.is_empty() => self.indicator("{}", true, false),
            Value::Seq(items) if items.is_empty() => self.indicator("[]", true, false),
            Value::Map(map) => {
                let indent = indent.map_or(0, |indent| indent + 2);
                for (name, value) in order::sorted(map) {
                    self.entry(name, value, indent);
                }
            }
            Value::Seq(items) => {
                let beside_key = place == Place::Field && !self.only_indicators;
                let indent = indent.map_or(0, |indent| if beside_key { indent } else { indent + 2 });
                for item in items {
                    self.line(indent);
                    self.indicator("-", true, true);
                    self.node(item, Some(indent), Place::Item);
                }
            }
            Value::String(text) => self.string(text, indent.map_or(2, |indent| indent + 2), place),
            Value::Null => self.word("null"),
            Value::Bool(true) => self.word("true"),
            Value::Bool(false) => self.word("false"),
            Value::Int(value) => self.word(&value.to_string()),
            Value::Float(value) => self.word(&float(*value)),
        }
    }

    fn entry(&mut self, name: &str, value: &Value, indent: usize) {
        self.line(indent);
        if name.len() <= SIMPLE_KEY_BYTES && !Shape::of(name).line_break {
            self.string(name, indent + 2, Place::Key);
            self.indicator(":", false, false);
        } else {
            self.indicator("?", true, true);
            self.string(name, indent + 2, Place::Field);
            self.line(indent);
            self.indicator(":", true, true);
        }
        self.node(value, Some(indent), Place::Field);
    }

    /// Prints a string in the first style that can hold it: literal if it has several lines, then
    /// plain, single-quoted, double-quoted.
    fn string(&mut self, text: &str, indent: usize, place: Place) {
        let shape = Shape::of(text);
        let fold = place != Place::Key;
        if text.contains('\n') {
            if shape.literal && place != Place::Key {
                self.literal(text, indent);
            } else {
                self.double_quoted(text, indent, fold);
            }
        } else if !reads_as_text(text) || (place == Place::Key && text == "<<") {
            self.double_quoted(text, indent, fold);
        } else if shape.plain {
            self.plain(text, indent, fold);
        } else if shape.single_quoted {
            self.single_quoted(text, indent, fold);
        } else {
            self.double_quoted(text, indent, fold);
        }
    }

    fn word(&mut self, word: &str) {
        self.plain(word, 0, false);
    }

    fn plain(&mut self, text: &str, indent: usize, fold: bool) {
        self.space();
        self.folding(text, indent, fold, |_| false, |printer, c| printer.put(c));
        self.after_space = false;
        self.only_indicators = false;
    }

    fn single_quoted(&mut self, text: &str, indent: usize, fold: bool) {
        self.indicator("'", true, false);
        let length = text.len();
        self.folding(
            text,
            indent,
            fold,
            |at| at == 0 || at == length - 1,
            |printer, c| {
                if c == '\'' {
                    printer.put('\'');
                }
                printer.put(c);
            },
        );
        self.indicator("'", false, false);
    }

    /// Prints characters, and a line break instead of a space that stands alone beyond the width,
    /// unless `keep` says so for its byte position.
    fn folding(
        &mut self,
        text: &str,
        indent: usize,
        fold: bool,
        keep: impl Fn(usize) -> bool,
        mut put: impl FnMut(&mut Self, char),
    ) {
        let bytes = text.as_bytes();
        let mut after_space = false;
        for (at, c) in text.char_indices() {
            if c == ' ' {
                let alone = !after_space && bytes.get(at + 1) != Some(&b' ');
                if fold && alone && self.column > WIDTH && !keep(at) {
                    self.break_line(indent);
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                put(self, c);
                after_space = false;
            }
        }
    }

    fn double_quoted(&mut self, text: &str, indent: usize, fold: bool) {
        self.indicator("\"", true, false);
        let bytes = text.as_bytes();
        let mut after_space = false;
        for (at, c) in text.char_indices() {
            if c == ' ' {
                let inside = at > 0 && at < bytes.len() - 1;
                if fold && inside && !after_space && self.column > WIDTH {
                    self.break_line(indent);
                    if bytes.get(at + 1) == Some(&b' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put_escaped(c);
                after_space = false;
            }
        }
        self.indicator("\"", false, false);
    }

    fn put_escaped(&mut self, c: char) {
        match escape(c) {
            Some(escape) => escape.chars().for_each(|c| self.put(c)),
            None => self.put(c),
        }
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", true, false);
        if text.starts_with([' ', '\n']) {
            self.put('2');
        }
        if !text.ends_with('\n') {
            self.put('-');
        } else if text.len() == 1 || text.ends_with("\n\n") {
            self.put('+');
        }
        self.new_line();
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.line(indent);
            }
            line.trim_end_matches('\n').chars().for_each(|c| self.put(c));
            self.only_indicators = false;
            if line.ends_with('\n') {
                self.new_line();
            }
        }
    }

    /// Moves to a line's start at `indent`, on a new line unless this one is still free up to
    /// there.
    fn line(&mut self, indent: usize) {
        let taken = self.column > indent || (self.column == indent && !self.after_space);
        if !self.only_indicators || taken {
            self.new_line();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.after_space = true;
        self.only_indicators = true;
    }

    /// Continues a folded scalar on the next line.
    fn break_line(&mut self, indent: usize) {
        self.only_indicators = false;
        self.line(indent);
        self.only_indicators = false;
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.after_space = true;
        self.only_indicators = true;
    }

    fn indicator(&mut self, text: &str, needs_space: bool, keeps_line_free: bool) {
        if needs_space {
            self.space();
        }
        text.chars().for_each(|c| self.put(c));
        self.after_space = false;
        self.only_indicators &= keeps_line_free;
    }

    fn space(&mut self) {
        if !self.after_space {
            self.put(' ');
        }
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }
}

/// A number on its way through JSON, by which 1.0 becomes 1.
fn float(value: f64) -> String {
    match number::float_to_json(value) {
        Some(json) => match resolve(&json) {
            Resolved::Int(value) => value.to_string(),
            _ => number::float_to_yaml(value),
        },
        None => number::float_to_yaml(value),
    }
}

/// Whether an unquoted `text` would be read as a string.
fn reads_as_text(text: &str) -> bool {
    resolve(text) == Resolved::Text && !is_base60(text)
}

/// Which styles can hold a text.
struct Shape {
    line_break: bool,
    /// Plain outside of flow collections.
    plain: bool,
    /// It holds a character that ends or confuses plain text inside of flow collections.
    flow_indicator: bool,
    single_quoted: bool,
    literal: bool,
}

impl Shape {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        if is_word(bytes) {
            let (line_break, flow_indicator) = (false, false);
            return Shape { line_break, plain: true, flow_indicator, single_quoted: true, literal: true };
        }
        let marker = text.starts_with("---") || text.starts_with("...");
        let (mut block, mut flow) = (marker, marker);
        let (mut line_break, mut special) = (false, false);
        let (mut break_space, mut space_break) = (false, false);
        let mut previous = None;
        for (at, c) in text.char_indices() {
            let blank_follows = matches!(bytes.get(at + c.len_utf8()), None | Some(b' ' | b'\t'));
            let blank_before = previous.is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\0'));
            match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`'
                    if at == 0 =>
                {
                    (block, flow) = (true, true);
                }
                '-' if at == 0 && blank_follows => (block, flow) = (true, true),
                ':' => {
                    flow = true;
                    block |= blank_follows;
                }
                '?' => {
                    flow = true;
                    block |= at == 0 && blank_follows;
                }
                ',' | '[' | ']' | '{' | '}' => flow = true,
                '#' if blank_before => (block, flow) = (true, true),
                _ => {}
            }
            special |= !is_printable(c);
            line_break |= matches!(c, '\n' | '\r');
            break_space |= c == ' ' && previous == Some('\n');
            space_break |= c == '\n' && previous == Some(' ');
            previous = Some(c);
        }
        let edges = text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']);
        Shape {
            line_break,
            plain: !(edges || line_break || block || special),
            flow_indicator: flow,
            single_quoted: !(break_space || space_break || special),
            literal: !(text.is_empty() || text.ends_with(' ') || space_break || special),
        }
    }
}

/// Whether text is of letters, digits and the other characters of base64 alone: names and ciphertexts, which are most
/// of what is printed.
fn is_word(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_' | b'.'))
}

/// An upper bound of the printed size, save for folded text.
fn size(value: &Value, indent: usize) -> usize {
    match value {
        Value::String(text) => string_size(text, indent),
        Value::Seq(items) => items.iter().map(|item| size(item, indent + 2) + indent + 4).sum::<usize>() + 4,
        Value::Map(map) => {
            map.iter()
                .map(|(name, value)| string_size(name, indent) + size(value, indent + 2) + indent + 6)
                .sum::<usize>()
                + 4
        }
        _ => 48,
    }
}

fn string_size(text: &str, indent: usize) -> usize {
    let (lines, escaped) = if is_word(text.as_bytes()) { (0, 0) } else { line_breaks_and_escapes(text) };
    text.len() + lines * (indent + 2) + escaped * 10 + (text.len() / WIDTH + 1) * (indent + 2) + 8
}

fn line_breaks_and_escapes(text: &str) -> (usize, usize) {
    let lines = text.bytes().filter(|b| *b == b'\n').count();
    let escaped = text.chars().filter(|c| !is_printable(*c) || matches!(c, '"' | '\'' | '\\')).count();
    (lines, escaped)
}
