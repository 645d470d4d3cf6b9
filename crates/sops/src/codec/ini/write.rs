use std::collections::BTreeMap;

use super::DEFAULT;
use super::read::unquoted;
use crate::codec::{Format, WriteError, below, scalar_text};
use crate::text::{Builder, Text};
use crate::tree::{Branch, Comment, Item, Value};

pub(in crate::codec) fn write(documents: &[Branch]) -> Result<Text, WriteError> {
    let mut sections = Vec::new();
    for (key, value) in documents.iter().flat_map(Branch::entries) {
        let name = key.name().unwrap_or_default();
        let Value::Branch(branch) = value else {
            let what = value.kind();
            return Err(WriteError::Value { format: Format::Ini, path: name.to_owned(), what });
        };
        if name.is_empty() || name.contains('\n') {
            return Err(WriteError::Name { format: Format::Ini, path: name.to_owned() });
        }
        sections.push(Section::of(name, branch)?);
    }
    let mut out = Builder::default();
    let last = sections.len().saturating_sub(1);
    for (at, section) in sections.iter().enumerate() {
        section.write(at == 0, &mut out);
        let nothing = at == 0 && section.is_default() && section.entries.is_empty();
        if at < last && !nothing {
            out.push(b"\n");
        }
    }
    Ok(out.finish())
}

struct Section<'a> {
    name: &'a str,
    comment: Option<&'a Comment>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    name: &'a str,
    /// With the quotes it needs.
    written_name: String,
    value: Text,
    comment: Option<&'a Comment>,
}

impl<'a> Section<'a> {
    fn of(name: &'a str, branch: &'a Branch) -> Result<Self, WriteError> {
        let mut items = branch.items.as_slice();
        let mut comment = None;
        if let [Item::Comment(first), rest @ ..] = items {
            comment = Some(first);
            items = rest;
        }
        let mut section = Self { name, comment, entries: Vec::new() };
        let mut places = BTreeMap::new();
        let mut current = None;
        for item in items {
            match item {
                Item::Comment(comment) => {
                    if let Some(entry) = current.and_then(|at: usize| section.entries.get_mut(at)) {
                        entry.comment = Some(comment);
                    }
                }
                Item::Entry(key, value) => {
                    let entry = Entry::of(key.name().unwrap_or_default(), value, name)?;
                    let at = *places.entry(entry.name).or_insert(section.entries.len());
                    match section.entries.get_mut(at) {
                        Some(known) => known.value = entry.value,
                        None => section.entries.push(entry),
                    }
                    current = Some(at);
                }
            }
        }
        Ok(section)
    }

    fn is_default(&self) -> bool {
        self.name.eq_ignore_ascii_case(DEFAULT)
    }

    fn write(&self, first: bool, out: &mut Builder) {
        if let Some(comment) = self.comment {
            write_comment(comment, |line| line, out);
        }
        if !first || !self.is_default() {
            out.push(b"[");
            out.push_str(self.name);
            out.push(b"]\n");
        }
        let width = self.entries.iter().map(|entry| entry.written_name.len()).max().unwrap_or(0);
        for entry in &self.entries {
            if let Some(comment) = entry.comment {
                write_comment(comment, <[u8]>::trim_ascii, out);
            }
            out.push_str(&format!("{:width$}", entry.written_name, width = pad(&entry.written_name, width)));
            out.push(b" = ");
            out.push(entry.value.as_bytes());
            out.push(b"\n");
        }
    }
}

/// The width in characters of a name that is to take `bytes` bytes.
fn pad(name: &str, bytes: usize) -> usize {
    bytes - name.len() + name.chars().count()
}

impl<'a> Entry<'a> {
    fn of(name: &'a str, value: &Value, section: &str) -> Result<Self, WriteError> {
        let format = Format::Ini;
        let path = || below(section, name);
        let text = scalar_text::of(value).ok_or_else(|| WriteError::Value {
            format,
            path: path(),
            what: value.kind(),
        })?;
        let text = std::str::from_utf8(&text).map_err(|_| WriteError::Value {
            format,
            path: path(),
            what: "a string that is not UTF-8",
        })?;
        let written_name = quoted_name(name).ok_or_else(|| WriteError::Name { format, path: path() })?;
        Ok(Self { name, written_name, value: quoted_value(text), comment: None })
    }
}

/// The name in the quotes that it needs; `None` if it would not be read again.
fn quoted_name(name: &str) -> Option<String> {
    let quoted = if name.contains(['"', '=', ':']) {
        format!("`{name}`")
    } else if name.contains('`') {
        format!("\"\"\"{name}\"\"\"")
    } else {
        name.to_owned()
    };
    let ambiguous = name.starts_with(['#', ';', '[']) || name == "-" || name.trim() != name;
    let unreadable =
        name.is_empty() || name.contains('\n') || (quoted.starts_with('`') && name.contains('`'));
    (!(ambiguous || unreadable)).then_some(quoted)
}

/// The value in the quotes that it needs: those of the Go library, and back quotes where that would write something
/// that it reads differently.
fn quoted_value(value: &str) -> Text {
    let surround = |quote: &str| {
        let mut out = Builder::with_capacity(value.len() + 2 * quote.len());
        out.push_str(quote);
        out.push_str(value);
        out.push_str(quote);
        out.finish()
    };
    if value.contains(['\n', '`']) {
        surround("\"\"\"")
    } else if value.contains(['#', ';']) {
        surround("`")
    } else if value.trim() != value {
        surround(if value.contains('"') { "`" } else { "\"" })
    } else if !reads_back(value) {
        surround("`")
    } else {
        value.into()
    }
}

/// Whether the reader takes a value on one line for what it is.
fn reads_back(value: &str) -> bool {
    let opens = value.starts_with("\"\"\"") && value.len() > 3;
    !opens && !value.ends_with('\\') && unquoted(value) == value
}

fn write_comment(comment: &Comment, trim: impl Fn(&[u8]) -> &[u8], out: &mut Builder) {
    if comment.text.is_empty() {
        return;
    }
    for line in comment.text.as_bytes().split(|byte| *byte == b'\n') {
        match line.split_first() {
            Some((mark @ (b'#' | b';'), rest)) => {
                out.push(&[*mark, b' ']);
                out.push(rest.trim_ascii());
            }
            _ => {
                out.push(b"; ");
                out.push(trim(line));
            }
        }
        out.push(b"\n");
    }
}
