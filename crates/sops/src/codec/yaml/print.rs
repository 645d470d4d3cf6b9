//! From nodes to text.
//!
//! Comments that a node has are set aside (`Pending`) until the text comes to where they are written. As in the Go
//! library, that may be after the comments of another node were set aside, which then replace them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signet_manifest::scalar::escape;
use zeroize::Zeroizing;

use super::arrange::{self, Comments, Entry, Kind, Lines, Node};
use super::style::Style;
use crate::codec::WriteError;
use crate::text::{Builder, Text};
use crate::tree::{Branch, Value};

/// Keys longer than this, in bytes, are written as `? key`.
const SIMPLE_KEY_BYTES: usize = 128;

/// How long the lines of binary data are.
const BINARY_LINE: usize = 70;

pub(super) fn documents(documents: &[Branch], step: usize, way: Comments) -> Result<Text, WriteError> {
    let mut printer = Printer::new(step);
    for (at, document) in documents.iter().enumerate() {
        let root = arrange::branch(document, way, "")?;
        if at > 0 {
            printer.indent();
            printer.indicator("---", true, false, false);
            printer.indent();
        }
        printer.document(&root);
    }
    Ok(printer.finish())
}

pub(super) fn value(value: &Value, step: usize) -> Result<Text, WriteError> {
    let node = arrange::value(value, Comments::WithNodes, "")?;
    let mut printer = Printer::new(step);
    printer.document(&node);
    Ok(printer.finish())
}

/// A text that does not begin with white space as a literal block, its lines indented by `level`.
pub(super) fn literal(text: &str, level: usize) -> Text {
    let mut printer = Printer::new(level);
    printer.level = Some(level);
    printer.literal(text, None);
    let text = printer.finish();
    text.as_bytes().strip_suffix(b"\n").unwrap_or(text.as_bytes()).into()
}

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> Text {
    let mut printer = Printer::new(2);
    printer.double_quoted(text);
    printer.finish()
}

/// Comments that were set aside.
#[derive(Default)]
struct Pending {
    /// Below the entry before.
    tail: Lines,
    head: Lines,
    beside: Lines,
    foot: Lines,
    /// Beside a key whose value is on other lines.
    beside_key: Lines,
}

impl Pending {
    fn set(&mut self, head: &Lines, beside: &Lines, foot: &Lines) {
        for (slot, lines) in [(&mut self.head, head), (&mut self.beside, beside), (&mut self.foot, foot)] {
            if !lines.is_empty() {
                slot.clone_from(lines);
            }
        }
    }

    fn set_tail(&mut self, tail: &Lines) {
        if !tail.is_empty() {
            self.tail.clone_from(tail);
        }
    }
}

struct Printer {
    out: Builder,
    /// How much a level is indented.
    step: usize,
    /// The indentation of the open collection.
    level: Option<usize>,
    column: usize,
    /// The last thing written was white space, or an indicator that needs none after it.
    after_space: bool,
    /// The line holds nothing but indentation, dashes and question marks.
    only_indicators: bool,
    /// Comments below an entry were written with this indentation: an empty line keeps what follows apart from them.
    foot_level: Option<usize>,
    pending: Pending,
}

impl Printer {
    fn new(step: usize) -> Self {
        Self {
            out: Builder::default(),
            step,
            level: None,
            column: 0,
            after_space: true,
            only_indicators: true,
            foot_level: None,
            pending: Pending::default(),
        }
    }

    fn finish(self) -> Text {
        self.out.finish()
    }

    fn document(&mut self, root: &Node<'_>) {
        self.set_aside(root);
        self.head();
        self.begin(root, false);
        self.beside();
        self.foot();
        self.contents(root, false);
        self.foot_level = Some(0);
        self.foot();
        self.foot_level = None;
        self.indent();
    }

    /// The comments with which a node begins. Those beside and below a container belong to its end.
    fn set_aside(&mut self, node: &Node<'_>) {
        let none = Lines::default();
        let (beside, foot) = if node.is_scalar() { (&node.beside, &node.foot) } else { (&none, &none) };
        self.pending.set(&node.head, beside, foot);
    }

    /// Writes a scalar. Of a container nothing is written yet.
    fn begin(&mut self, node: &Node<'_>, in_sequence: bool) {
        let outer = self.level;
        match &node.kind {
            Kind::Null => {
                self.deeper(true, in_sequence);
                self.plain("null");
            }
            Kind::Scalar(value) => {
                let binary = binary(value);
                if binary.is_some() {
                    self.plain("!!binary");
                }
                self.deeper(true, in_sequence);
                match binary {
                    Some(text) => self.binary(&text, outer),
                    None => self.scalar(value, outer),
                }
            }
            Kind::Sequence(_) | Kind::Mapping(_) => {}
        }
        self.level = outer;
    }

    /// Writes what is in a container.
    fn contents(&mut self, node: &Node<'_>, in_sequence: bool) {
        let outer = self.level;
        match &node.kind {
            Kind::Null | Kind::Scalar(_) => return,
            Kind::Sequence(elements) if elements.is_empty() => self.empty_sequence(node),
            Kind::Mapping(entries) if entries.is_empty() => self.empty_mapping(node, in_sequence),
            Kind::Sequence(elements) => {
                self.deeper(false, in_sequence);
                elements.iter().for_each(|element| self.element(element));
                self.pending.set(&Lines::default(), &node.beside, &node.foot);
                self.trailing(&node.trailing);
            }
            Kind::Mapping(entries) => {
                self.deeper(false, in_sequence);
                let none = Lines::default();
                let mut tail = &none;
                for entry in entries {
                    self.entry(entry, tail);
                    tail = &entry.foot;
                }
                self.pending.set_tail(tail);
                self.pending.set(&none, &node.beside, &node.foot);
                self.head();
                self.trailing(&node.trailing);
            }
        }
        self.level = outer;
    }

    fn empty_sequence(&mut self, node: &Node<'_>) {
        self.indicator("[", true, true, false);
        self.pending.set(&Lines::default(), &node.beside, &node.foot);
        if self.column == 0 {
            self.indent();
        }
        self.indicator("]", false, false, false);
        self.beside();
        self.foot();
    }

    fn empty_mapping(&mut self, node: &Node<'_>, in_sequence: bool) {
        let outer = self.level;
        self.indicator("{", true, true, false);
        self.deeper(true, in_sequence);
        self.pending.set(&Lines::default(), &node.beside, &node.foot);
        self.head();
        self.level = outer;
        self.indicator("}", false, false, false);
        self.beside();
        self.foot();
    }

    fn element(&mut self, element: &Node<'_>) {
        self.set_aside(element);
        self.head();
        self.indent();
        self.indicator("-", true, false, true);
        self.begin(element, true);
        self.beside();
        self.foot();
        self.contents(element, true);
    }

    fn entry(&mut self, entry: &Entry<'_>, tail: &Lines) {
        self.pending.set_tail(tail);
        self.pending.set(&entry.head, &Lines::default(), &Lines::default());
        self.head();
        self.indent();
        if !self.pending.beside.is_empty() {
            self.pending.beside_key = std::mem::take(&mut self.pending.beside);
        }
        let outer = self.level;
        let name = entry.name;
        let simple =
            name.len() <= SIMPLE_KEY_BYTES && !name.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        if simple {
            self.string(name, true, outer);
            self.set_aside(&entry.value);
            self.indicator(":", false, false, false);
        } else {
            self.indicator("?", true, false, true);
            self.deeper(true, false);
            self.string(name, false, outer);
            self.level = outer;
            self.set_aside(&entry.value);
            self.indent();
            self.indicator(":", true, false, true);
        }
        self.comment_beside_key(&entry.value);
        self.begin(&entry.value, false);
        self.beside();
        self.foot();
        self.contents(&entry.value, false);
    }

    fn comment_beside_key(&mut self, value: &Node<'_>) {
        if self.pending.beside_key.is_empty() {
            return;
        }
        if !value.is_scalar() {
            std::mem::swap(&mut self.pending.beside, &mut self.pending.beside_key);
            self.beside();
            std::mem::swap(&mut self.pending.beside, &mut self.pending.beside_key);
        } else if self.pending.beside.is_empty() {
            self.pending.beside = std::mem::take(&mut self.pending.beside_key);
        }
    }

    fn scalar(&mut self, value: &Value, outer: Option<usize>) {
        match value {
            Value::Str(text) => {
                if let Ok(text) = text.as_str() {
                    self.string(text, false, outer);
                }
            }
            Value::Bool(value) => self.plain(if *value { "true" } else { "false" }),
            Value::Int(number) => self.plain(&number.to_string()),
            Value::Uint(number) => self.plain(&number.to_string()),
            // Sops writes it without a point, reads it as a whole number then, and finds that its MAC does not match.
            Value::Float(number) if *number == 0.0 && number.is_sign_negative() => self.plain("-0.0"),
            Value::Float(number) => self.plain(&signet_manifest::scalar::float_to_yaml(*number)),
            Value::Time(time) => self.plain(&time.to_string()),
            Value::Null | Value::List(_) | Value::Branch(_) => self.plain("null"),
        }
    }

    fn string(&mut self, text: &str, on_one_line: bool, outer: Option<usize>) {
        match Style::of(text, on_one_line) {
            // Programs that merge still do so.
            _ if text == "<<" => {
                self.plain("!!merge");
                self.plain("<<");
            }
            Style::Plain => self.plain(text),
            Style::SingleQuoted => self.single_quoted(text),
            Style::DoubleQuoted => self.double_quoted(text),
            Style::Literal => self.literal(text, outer),
        }
    }

    fn plain(&mut self, text: &str) {
        self.space();
        self.put_str(text);
        self.after_space = false;
        self.only_indicators = false;
    }

    fn single_quoted(&mut self, text: &str) {
        self.indicator("'", true, false, false);
        for (at, part) in text.split('\'').enumerate() {
            if at > 0 {
                self.put_str("''");
            }
            self.put_str(part);
        }
        self.indicator("'", false, false, false);
    }

    fn double_quoted(&mut self, text: &str) {
        self.indicator("\"", true, false, false);
        for c in text.chars() {
            match escape(c) {
                Some(escape) => self.put_str(&escape),
                None => self.put(c),
            }
        }
        self.indicator("\"", false, false, false);
    }

    fn literal(&mut self, text: &str, outer: Option<usize>) {
        self.indicator("|", true, false, false);
        if text.starts_with([' ', '\n']) {
            // The library always writes the step, which is wrong where a text is indented by less, as in lists.
            let lines = text.bytes().any(|byte| byte != b'\n');
            let hint = if lines { self.level.unwrap_or(0) - outer.unwrap_or(0) } else { self.step };
            self.put_str(&hint.to_string());
        }
        if !text.ends_with('\n') {
            self.put('-');
        } else if text.len() == 1 || text.ends_with("\n\n") {
            self.put('+');
        }
        if self.pending.beside.is_empty() {
            self.new_line();
        } else {
            self.after_space = false;
            self.beside();
        }
        self.after_space = true;
        for line in text.split_inclusive('\n') {
            let content = line.strip_suffix('\n');
            if line != "\n" {
                self.indent();
                self.put_str(content.unwrap_or(line));
                self.only_indicators = false;
            }
            if content.is_some() {
                self.new_line();
            }
        }
    }

    fn binary(&mut self, text: &str, outer: Option<usize>) {
        if text.contains('\n') { self.literal(text, outer) } else { self.plain(text) }
    }

    /// Writes the comments above what comes next.
    fn head(&mut self) {
        let tail = std::mem::take(&mut self.pending.tail);
        if !tail.is_empty() {
            self.indent();
            self.comment(&tail);
            self.foot_level = Some(self.level.unwrap_or(0));
        }
        let head = std::mem::take(&mut self.pending.head);
        if !head.is_empty() {
            self.indent();
            self.comment(&head);
        }
    }

    fn beside(&mut self) {
        let comment = std::mem::take(&mut self.pending.beside);
        if !comment.is_empty() {
            self.space();
            self.comment(&comment);
        }
    }

    fn foot(&mut self) {
        let foot = std::mem::take(&mut self.pending.foot);
        if !foot.is_empty() {
            self.indent();
            self.comment(&foot);
            self.foot_level = Some(self.level.unwrap_or(0));
        }
    }

    fn trailing(&mut self, lines: &Lines) {
        if !lines.is_empty() {
            self.indent();
            self.comment(lines);
        }
    }

    fn comment(&mut self, lines: &Lines) {
        for (at, line) in lines.split('\n').enumerate() {
            if at > 0 && !line.is_empty() {
                self.indent();
            }
            if !line.is_empty() && !line.starts_with('#') {
                self.put_str("# ");
            }
            self.put_str(line);
            self.only_indicators = false;
            self.new_line();
        }
    }

    /// Opens a level. In a sequence the dash takes its place.
    fn deeper(&mut self, in_brackets: bool, in_sequence: bool) {
        self.level = Some(match self.level {
            None => {
                if in_brackets {
                    self.step
                } else {
                    0
                }
            }
            Some(level) if in_sequence => level + 2,
            Some(level) => self.step * (level / self.step + 1),
        });
    }

    /// Moves to the indentation of the level, on a new line unless this one is still free up to there.
    fn indent(&mut self) {
        let indent = self.level.unwrap_or(0);
        let taken = self.column > indent || (self.column == indent && !self.after_space);
        if !self.only_indicators || taken {
            self.new_line();
        }
        if self.foot_level == Some(indent) {
            self.new_line();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.after_space = true;
        self.foot_level = None;
    }

    fn indicator(&mut self, text: &str, needs_space: bool, is_space: bool, keeps_line_free: bool) {
        if needs_space {
            self.space();
        }
        self.put_str(text);
        self.after_space = is_space;
        self.only_indicators &= keeps_line_free;
    }

    fn new_line(&mut self) {
        self.out.push(b"\n");
        self.column = 0;
        self.after_space = true;
        self.only_indicators = true;
    }

    fn space(&mut self) {
        if !self.after_space {
            self.put(' ');
        }
    }

    fn put(&mut self, c: char) {
        self.out.push_char(c);
        self.column += 1;
    }

    fn put_str(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }
}

/// The base64 text of a string that is not UTF-8, in lines if it is long.
fn binary(value: &Value) -> Option<Zeroizing<String>> {
    let Value::Str(text) = value else { return None };
    if text.as_str().is_ok() {
        return None;
    }
    let encoded = Zeroizing::new(STANDARD.encode(text.as_bytes()));
    if encoded.len() < BINARY_LINE {
        return Some(encoded);
    }
    let mut lines = Zeroizing::new(String::with_capacity(encoded.len() / BINARY_LINE * 71 + 72));
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(BINARY_LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    Some(lines)
}
