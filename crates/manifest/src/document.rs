//! Streams of documents.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::decode::decode;
use crate::error::ReadError;
use crate::tree::{Position, Problem, Tree};
use crate::value::Value;
use crate::{json, limits, split, yaml};

/// The notation a document was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML, which includes JSON-like text that is not JSON.
    Yaml,
}

/// Where a scalar does not mean what was written, because YAML 1.1 took it for another type or
/// because a number is printed in another form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conversion {
    /// Field names and list positions from the root of the document to the scalar.
    pub path: Vec<String>,
    /// Line in the stream, from 1.
    pub line: usize,
    /// What the scalar was taken for.
    pub kind: ConversionKind,
}

/// What a scalar was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversionKind {
    /// A field name that reads as a boolean or number; `path` has the converted name.
    Key,
    /// A word such as `yes` or `off`.
    Bool,
    /// A number in another base or with underscores.
    Integer,
    /// A number with a fraction or an exponent.
    Float,
    /// A word that means null, such as `~`.
    Null,
    /// `!!binary` whose bytes are not UTF-8; they were replaced.
    Binary,
}

/// One document of a stream that is not empty.
pub struct Document {
    index: usize,
    line: usize,
    format: Format,
    value: Value,
    conversions: Vec<Conversion>,
}

impl Document {
    /// Position among the documents that are not empty, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Line in the stream where the document's text starts, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The notation it was read as.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The content: usually an object, but lists and scalars are documents too.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The content.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// Scalars and names that the Go tools convert to something else than was written, in order.
    /// The first thousand are listed.
    pub fn conversions(&self) -> &[Conversion] {
        &self.conversions
    }
}

/// The syntax of a document, for editing its text.
pub(crate) struct Seen<'t> {
    pub(crate) index: usize,
    pub(crate) format: Format,
    pub(crate) tree: &'t Tree<'t>,
    /// Whether the places in the tree are places in the stream.
    pub(crate) as_written: bool,
}

/// The documents of a stream, read lazily.
///
/// A stream whose first 4096 bytes begin with `{`, white space aside, is read as JSON values one
/// after the other; if the first or second cannot be read, the rest is read as YAML. Anything
/// else is YAML, split at lines that begin with `---`.
///
/// Documents without content (blank, comments only, directives only) are left out. A broken
/// document is an error, after which the next YAML document can still be read; the iterator
/// always ends.
pub struct Documents<'a> {
    source: &'a [u8],
    at: Position,
    state: State,
    ready: VecDeque<Result<Document, ReadError>>,
    /// Documents found so far, broken ones included.
    count: usize,
}

enum State {
    Start,
    /// Reading JSON values, of which so many were found.
    Json(usize),
    /// Reading YAML; the problem that ended the JSON before, until the first document is through.
    Yaml(Option<Problem>),
    Done,
}

impl<'a> Documents<'a> {
    /// The next document, like `next`, after showing the syntax of those read on the way.
    pub(crate) fn advance(&mut self, visit: &mut dyn FnMut(Seen<'_>)) -> Option<Result<Document, ReadError>> {
        loop {
            if let Some(document) = self.ready.pop_front() {
                return Some(document);
            }
            match std::mem::replace(&mut self.state, State::Done) {
                State::Start => self.start(),
                State::Json(found) => self.read_json(found, visit),
                State::Yaml(json_problem) => self.read_yaml(json_problem, visit),
                State::Done => return None,
            }
        }
    }

    /// Starts reading a stream. Nothing is checked before the first document is asked for.
    pub fn parse(source: &'a [u8]) -> Self {
        let at = Position { offset: 0, line: 1 };
        Documents { source, at, state: State::Start, ready: VecDeque::new(), count: 0 }
    }

    fn start(&mut self) {
        if self.source.len() > limits::INPUT_BYTES {
            self.ready.push_back(Err(ReadError::TooLarge { bytes: self.source.len() }));
            self.state = State::Done;
            return;
        }
        let head = &self.source[..self.source.len().min(4096)];
        let json = String::from_utf8_lossy(head).trim_start().starts_with('{');
        self.state = if json { State::Json(0) } else { State::Yaml(None) };
    }

    fn read_json(&mut self, found: usize, visit: &mut dyn FnMut(Seen<'_>)) {
        match json::read(self.source, self.at) {
            Ok(Some((tree, end))) => {
                let line = tree.root().map_or(self.at.line, |root| tree.node(root).line);
                self.push(&tree, line, Format::Json, true, visit);
                self.at = end;
                self.state = State::Json(found + 1);
            }
            Ok(None) => self.state = State::Done,
            Err(problem) if found > 1 => {
                self.push_problem(problem);
                self.state = State::Done;
            }
            Err(problem) => {
                self.skip_rest_of_line();
                self.state = State::Yaml(Some(problem));
            }
        }
    }

    /// Skips white space up to the end of the line, so that YAML can begin after JSON.
    fn skip_rest_of_line(&mut self) {
        let rest = self.source[self.at.offset..].utf8_chunks().next().map_or("", |chunk| chunk.valid());
        for c in rest.chars().take_while(|c| c.is_whitespace()) {
            self.at.offset += c.len_utf8();
            if c == '\n' {
                self.at.line += 1;
                return;
            }
        }
    }

    fn read_yaml(&mut self, json_problem: Option<Problem>, visit: &mut dyn FnMut(Seen<'_>)) {
        self.state = State::Yaml(None);
        let begin = self.at;
        let Some((part, end)) = split::next_part(self.source, self.at) else {
            match json_problem {
                Some(problem) => self.push_problem(problem),
                None => self.state = State::Done,
            }
            return;
        };
        self.at = end;
        let text = match part {
            Ok(range) => std::str::from_utf8(&self.source[range.clone()]).map_err(|error| {
                let valid = &self.source[range.start..range.start + error.valid_up_to()];
                ReadError::NotUtf8 { line: begin.line + split::count_lines(valid) }
            }),
            Err(problem) => {
                self.push_problem(json_problem.unwrap_or(problem));
                return;
            }
        };
        match text {
            Ok(text) => self.read_yaml_text(text, begin, json_problem, visit),
            Err(error) => {
                self.count += 1;
                self.ready.push_back(Err(error));
            }
        }
    }

    fn read_yaml_text(
        &mut self,
        text: &str,
        mut begin: Position,
        json_problem: Option<Problem>,
        visit: &mut dyn FnMut(Seen<'_>),
    ) {
        let text = match text.strip_prefix('\u{feff}') {
            Some(text) => {
                begin.offset += '\u{feff}'.len_utf8();
                text
            }
            None => text,
        };
        let text = split::without_trailing_directives(text);
        if split::has_no_content(text) {
            return;
        }
        // The library never sees a last line without its end.
        let mut text =
            if text.ends_with('\n') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) };
        let (mut work, mut indented_line) = (text.len(), None);
        loop {
            let (trees, stop) = yaml::read(&text, begin);
            let line = stop.as_ref().map(|stop| stop.problem.line);
            // Lines are mended from the top down; one that stays broken has another problem.
            let indented =
                stop.as_ref().filter(|_| line > indented_line).and_then(|stop| stop.indented(&text));
            if let Some(indented) = indented
                && work <= limits::REPAIR_BYTES
            {
                work += indented.len();
                indented_line = line;
                drop(trees);
                text = Cow::Owned(indented);
                continue;
            }
            let as_written = indented_line.is_none();
            for tree in trees.iter().filter(|tree| !tree.is_empty()) {
                let line = tree.root().map_or(begin.line, |root| tree.node(root).line);
                self.push(tree, line, Format::Yaml, as_written, visit);
            }
            if let Some(stop) = stop {
                let first = trees.is_empty();
                self.push_problem(json_problem.filter(|_| first).unwrap_or(stop.problem));
            }
            return;
        }
    }

    fn push(
        &mut self,
        tree: &Tree<'_>,
        line: usize,
        format: Format,
        as_written: bool,
        visit: &mut dyn FnMut(Seen<'_>),
    ) {
        match decode(tree, format) {
            Ok((value, conversions)) => {
                let index = self.count;
                visit(Seen { index, format, tree, as_written });
                self.count += 1;
                self.ready.push_back(Ok(Document { index, line, format, value, conversions }));
            }
            Err(problem) => self.push_problem(problem),
        }
    }

    fn push_problem(&mut self, problem: Problem) {
        self.count += 1;
        let Problem { line, text } = problem;
        let problem = text.into_owned();
        self.ready.push_back(Err(ReadError::Syntax { document: self.count, line, problem }));
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Document, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance(&mut |_| {})
    }
}
