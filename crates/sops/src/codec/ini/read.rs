use std::collections::HashMap;

use super::DEFAULT;
use crate::codec::{ReadError, syntax};
use crate::text::Text;
use crate::tree::{Branch, Comment, Item, Key, Value};
use zeroize::Zeroizing;

pub(in crate::codec) fn read(text: &[u8]) -> Result<Branch, ReadError> {
    // The library drops these marks and reads on as if it were UTF-8.
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe"];
    let begin = marks.iter().find(|mark| text.starts_with(mark)).map_or(0, |mark| mark.len());
    let decoded = std::str::from_utf8(&text[begin..])
        .map_err(|error| syntax(text, begin + error.valid_up_to(), "the text is not UTF-8"))?;
    let mut reader = Reader { text: decoded, at: 0, comment: Zeroizing::default(), auto_names: 0 };
    let mut sections = vec![Section::new(DEFAULT, None)];
    while let Some(line) = reader.next_line() {
        reader.line(line, &mut sections)?;
    }
    let mut branch = Branch::default();
    for section in sections {
        branch.push(section.name.clone(), section.branch());
    }
    Ok(branch)
}

struct Section {
    name: String,
    comment: Option<Comment>,
    entries: Vec<(String, Text, Option<Comment>)>,
    places: HashMap<String, usize>,
}

impl Section {
    fn new(name: &str, comment: Option<Comment>) -> Self {
        Self { name: name.to_owned(), comment, entries: Vec::new(), places: HashMap::new() }
    }

    /// Sets a value. The last one of a name wins and stands where the first one stood; so does its comment.
    fn set(&mut self, name: String, value: Text, comment: Option<Comment>) {
        match self.places.get(&name) {
            Some(at) => self.entries[*at] = (name, value, comment),
            None => {
                self.places.insert(name.clone(), self.entries.len());
                self.entries.push((name, value, comment));
            }
        }
    }

    fn branch(self) -> Branch {
        let mut items: Vec<Item> = self.comment.into_iter().map(Item::Comment).collect();
        for (name, value, comment) in self.entries {
            items.push(Item::Entry(Key::Name(name), Value::Str(value)));
            items.extend(comment.map(Item::Comment));
        }
        Branch { items }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Comments that wait for what they stand above.
    comment: Zeroizing<String>,
    /// How many names of this section were `-`, which stands for a number.
    auto_names: usize,
}

impl<'a> Reader<'a> {
    /// The next line with its newline, and where it begins.
    fn next_line(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        self.at += end;
        (end > 0).then_some(&rest[..end])
    }

    fn line(&mut self, line: &'a str, sections: &mut Vec<Section>) -> Result<(), ReadError> {
        let begin = self.at - line.len();
        let line = line.trim_start();
        match line.as_bytes().first() {
            None => Ok(()),
            Some(b'#' | b';') => {
                self.comment.push_str(line);
                Ok(())
            }
            Some(b'[') => {
                sections.push(self.header(line).map_err(|problem| self.problem(begin, problem))?);
                Ok(())
            }
            Some(_) => {
                let (name, value) = self.entry(line).map_err(|problem| self.problem(begin, problem))?;
                let comment = self.take_comment();
                if let Some(section) = sections.last_mut() {
                    section.set(name, value, comment);
                }
                Ok(())
            }
        }
    }

    fn header(&mut self, line: &str) -> Result<Section, &'static str> {
        let close = line.rfind(']').ok_or("a section has no closing bracket")?;
        let name = &line[1..close];
        if name.is_empty() {
            return Err("a section has no name");
        }
        self.add_comment(&line[close + 1..], str::len);
        let comment = self.take_comment();
        self.auto_names = 0;
        Ok(Section::new(name, comment))
    }

    fn entry(&mut self, line: &'a str) -> Result<(String, Text), &'static str> {
        let (name, rest) = name(line)?;
        let name = if name == "-" {
            self.auto_names += 1;
            format!("#{}", self.auto_names)
        } else {
            name.to_owned()
        };
        let value = self.value(rest)?;
        if name.is_empty() {
            return Err("a value has no name");
        }
        Ok((name, value))
    }

    fn value(&mut self, text: &'a str) -> Result<Text, &'static str> {
        let text = text.trim_start();
        if text.is_empty() {
            return Ok(Text::default());
        }
        for quote in ["\"\"\"", "`"] {
            // Three quotes alone are no beginning of anything.
            if text.starts_with(quote) && (quote.len() == 1 || text.len() > 3) {
                let inner = &text[quote.len()..];
                return match inner.rfind(quote) {
                    Some(end) => Ok(inner[..end].into()),
                    None => self.lines_until(inner, quote),
                };
            }
        }
        let mut text = text.trim_end();
        if let Some(begin) = text.strip_suffix('\\') {
            return Ok(self.continued(begin));
        }
        if let Some(at) = text.find(['#', ';']) {
            self.comment.push_str(&text[at..]);
            text = text[..at].trim();
        }
        Ok(unquoted(text).into())
    }

    /// A value in quotes over several lines.
    fn lines_until(&mut self, first: &str, quote: &str) -> Result<Text, &'static str> {
        let mut value = Zeroizing::new(first.to_owned());
        while let Some(line) = self.next_line() {
            let Some(end) = line.rfind(quote) else {
                value.push_str(line);
                continue;
            };
            let after = line[end + quote.len()..].trim_end_matches(['\r', '\n']);
            if after.trim().ends_with('\\') {
                value.push_str(line);
                continue;
            }
            value.push_str(&line[..end]);
            self.add_comment(&line[end..], |comment| comment.trim().len());
            return Ok(value.as_str().into());
        }
        Err("a quoted value does not end")
    }

    /// A value whose lines end in backslashes.
    fn continued(&mut self, first: &str) -> Text {
        let mut value = Zeroizing::new(first.to_owned());
        while let Some(line) = self.next_line() {
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            value.push_str(line);
            if !value.ends_with('\\') {
                break;
            }
            value.pop();
        }
        value.as_str().into()
    }

    fn add_comment(&mut self, after: &str, length: impl Fn(&str) -> usize) {
        if let Some(at) = after.find(['#', ';']) {
            let comment = &after[at..];
            self.comment.push_str(&comment[..length(comment)]);
        }
    }

    /// Several lines of comment are one. Only the first loses its mark.
    fn take_comment(&mut self) -> Option<Comment> {
        let comment = std::mem::take(&mut self.comment);
        let text = comment.trim();
        let mark = text.chars().next()?;
        let text = if matches!(mark, ';' | '#') { text.trim_start_matches([mark, ' ']) } else { text };
        Some(Comment { text: text.into(), inline: false })
    }

    fn problem(&self, at: usize, problem: &'static str) -> ReadError {
        syntax(self.text.as_bytes(), at, problem)
    }
}

/// The name of an entry, which may be quoted, and what follows the delimiter.
fn name(line: &str) -> Result<(&str, &str), &'static str> {
    const NO_DELIMITER: &str = "there is no `=` or `:`";
    let quote = match line.as_bytes() {
        [b'"', b'"', b'"', _, _, _, _, ..] => "\"\"\"",
        [b'"', ..] => "\"",
        [b'`', ..] => "`",
        _ => {
            let end = line.find(['=', ':']).ok_or(NO_DELIMITER)?;
            let name = line[..end].trim();
            return if end == 0 { Err("a value has no name") } else { Ok((name, &line[end + 1..])) };
        }
    };
    let inner = &line[quote.len()..];
    let close = inner.find(quote).ok_or("a quoted name does not end")?;
    let after = &inner[close + quote.len()..];
    let delimiter = after.find(['=', ':']).ok_or(NO_DELIMITER)?;
    Ok((inner[..close].trim(), &after[delimiter + 1..]))
}

/// The text without quotes around it, if there are no others of the kind in it.
pub(super) fn unquoted(text: &str) -> &str {
    for quote in ['\'', '"'] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return inner;
        }
    }
    text
}
