//! Tokens with the places that the Go library gives them.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Options, ScalarStyle, ScanError, Scanner, StrInput, TokenType};
use zeroize::Zeroizing;

use super::comments::{Comment, CommentScanner};
use crate::codec::{ReadError, syntax};
use crate::limits;

/// The text of a stream: UTF-8, or UTF-16 with a mark. The mark is dropped.
pub(super) fn decode(bytes: &[u8]) -> Result<Zeroizing<String>, ReadError> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|pair| unit([pair[0], *pair.get(1).unwrap_or(&0)]));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.map_err(|_| syntax(b"", 0, "the text is not UTF-16, as its mark says"))
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let text = std::str::from_utf8(bytes);
            text.map_err(|error| syntax(bytes, error.valid_up_to(), "the text is not UTF-8"))?.to_owned()
        }
    };
    let text = Zeroizing::new(text);
    let allowed = |c: char| match c {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    };
    match text.find(|c| !allowed(c)) {
        Some(at) => Err(syntax(text.as_bytes(), at, "control characters are not allowed")),
        None => Ok(text),
    }
}

/// What a token is, without its text. The Go library knows the same, except for [`Mark::PairStart`] and [`Mark::PairEnd`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    StreamStart,
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    SequenceStart,
    MappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    /// A mapping of one entry in a flow sequence, which has no brackets.
    PairStart,
    PairEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    /// An alias, an anchor, a tag or a scalar.
    Content,
}

/// What a token is, with its text.
#[derive(Debug, PartialEq)]
pub(super) enum Kind<'t> {
    Mark(Mark),
    /// A `%TAG`: handle and prefix.
    TagDirective(Cow<'t, str>, Cow<'t, str>),
    Alias(Cow<'t, str>),
    Anchor(Cow<'t, str>),
    Tag(Cow<'t, str>, Cow<'t, str>),
    Scalar(ScalarStyle, Cow<'t, str>),
}

impl Kind<'_> {
    pub(super) fn mark(&self) -> Mark {
        match self {
            Kind::Mark(mark) => *mark,
            Kind::TagDirective(..) => Mark::Directive,
            Kind::Alias(_) | Kind::Anchor(_) | Kind::Tag(..) | Kind::Scalar(..) => Mark::Content,
        }
    }
}

/// A token and where it begins. Those without text of their own begin where the next one does, and ends of blocks
/// before the comments that no longer belong to them.
#[derive(Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Why scanning stopped.
pub(super) enum Stop {
    Problem(ReadError),
    /// A quoted scalar has a line, the one of this byte, that the scanner wants to be indented further. The Go library
    /// does not care.
    QuotedLine(usize, ReadError),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Stop::Problem(error)
    }
}

/// All tokens of a text, and the comments between them.
pub(super) fn scan(text: &str) -> Result<(Vec<Token<'_>>, Vec<Comment>), Stop> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = limits::DEPTH;
    options.block_nesting_limit = limits::DEPTH;
    let mut places = Places {
        text,
        tokens: Vec::new(),
        comments: CommentScanner::new(text),
        waiting: Vec::new(),
        indents: Vec::new(),
        flow_level: 0,
        pairs: 0,
    };
    let mut last_line = 1;
    for token in Scanner::with_options(StrInput::new(text), options) {
        let token = token.map_err(|error| stop(&error))?;
        let (span, kind) = token.into_parts();
        last_line = span.start.line();
        let begin = span.start.byte_offset().unwrap_or(0);
        let end = span.end.byte_offset().unwrap_or(begin);
        places.add(kind, begin, end)?;
    }
    if !matches!(places.tokens.last(), Some(Token { kind: Kind::Mark(Mark::StreamEnd), .. })) {
        return Err(ReadError::Syntax { line: last_line, problem: "the text ends too early".into() }.into());
    }
    Ok((places.tokens, places.comments.finish()))
}

fn stop(error: &ScanError) -> Stop {
    let problem = ReadError::Syntax {
        line: error.marker().line().max(1),
        problem: Cow::Owned(error.info().to_owned()),
    };
    let in_quotes =
        matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent | ErrorKind::TabInIndentation);
    match error.marker().byte_offset().filter(|_| in_quotes) {
        Some(at) => Stop::QuotedLine(at, problem),
        None => Stop::Problem(problem),
    }
}

/// Finds where tokens begin.
struct Places<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    comments: CommentScanner<'t>,
    /// Tokens without text that stand before the next one with text.
    waiting: Vec<Kind<'t>>,
    /// The columns of the open block collections.
    indents: Vec<usize>,
    flow_level: usize,
    /// How many mappings without brackets are open, innermost first.
    pairs: usize,
}

impl<'t> Places<'t> {
    fn add(&mut self, token: TokenType<'t>, begin: usize, end: usize) -> Result<(), ReadError> {
        let empty = begin == end;
        let kind = match token {
            TokenType::StreamStart => {
                self.tokens.push(Token { kind: Kind::Mark(Mark::StreamStart), start: 0, end: 0 });
                return Ok(());
            }
            TokenType::BlockSequenceStart => return self.wait(Kind::Mark(Mark::SequenceStart)),
            TokenType::BlockMappingStart => return self.wait(Kind::Mark(Mark::MappingStart)),
            TokenType::BlockEnd => return self.wait(Kind::Mark(Mark::BlockEnd)),
            TokenType::Key if empty => return self.wait(Kind::Mark(Mark::Key)),
            TokenType::FlowMappingStart if empty => {
                self.pairs += 1;
                return self.wait(Kind::Mark(Mark::PairStart));
            }
            TokenType::FlowMappingEnd if empty && self.pairs > 0 => {
                self.pairs -= 1;
                return self.wait(Kind::Mark(Mark::PairEnd));
            }
            TokenType::Comment(_) => return Ok(()),
            TokenType::StreamEnd => Kind::Mark(Mark::StreamEnd),
            TokenType::VersionDirective(..) | TokenType::ReservedDirective(..) => Kind::Mark(Mark::Directive),
            TokenType::TagDirective(handle, prefix) => Kind::TagDirective(handle, prefix),
            TokenType::DocumentStart => Kind::Mark(Mark::DocumentStart),
            TokenType::DocumentEnd => Kind::Mark(Mark::DocumentEnd),
            TokenType::FlowSequenceStart => Kind::Mark(Mark::FlowSequenceStart),
            TokenType::FlowSequenceEnd => Kind::Mark(Mark::FlowSequenceEnd),
            TokenType::FlowMappingStart => Kind::Mark(Mark::FlowMappingStart),
            TokenType::FlowMappingEnd => Kind::Mark(Mark::FlowMappingEnd),
            TokenType::BlockEntry => Kind::Mark(Mark::BlockEntry),
            TokenType::FlowEntry => Kind::Mark(Mark::FlowEntry),
            TokenType::Key => Kind::Mark(Mark::Key),
            TokenType::Value => Kind::Mark(Mark::Value),
            TokenType::Alias(name) => Kind::Alias(name),
            TokenType::Anchor(name) => Kind::Anchor(name),
            TokenType::Tag(handle, suffix) => Kind::Tag(handle, suffix),
            TokenType::Scalar(style @ (ScalarStyle::Literal | ScalarStyle::Folded), text) => {
                Kind::Scalar(style, self.without_added_break(text, end))
            }
            TokenType::Scalar(style, text) => Kind::Scalar(style, text),
            _ => return Err(syntax(self.text.as_bytes(), begin, "the text has a part that is not known")),
        };
        self.with_text(kind, begin, end)
    }

    /// The scanner ends a block with a line break even if the file ends without one.
    fn without_added_break(&self, block: Cow<'t, str>, end: usize) -> Cow<'t, str> {
        let last_line = self.text.rsplit(['\n', '\r']).next().unwrap_or_default();
        let added = end == self.text.len() && !last_line.trim_matches([' ', '\t']).is_empty();
        match block.strip_suffix('\n').filter(|_| added) {
            Some(kept) => Cow::Owned(kept.to_owned()),
            None => block,
        }
    }

    fn wait(&mut self, kind: Kind<'t>) -> Result<(), ReadError> {
        self.waiting.push(kind);
        Ok(())
    }

    fn with_text(&mut self, kind: Kind<'t>, begin: usize, end: usize) -> Result<(), ReadError> {
        let last = self.tokens.last().map(|token| (token.start, token.kind == Kind::Mark(Mark::Value)));
        let indent = self.indents.last().copied();
        let gap =
            self.comments.gap(last.unwrap_or_default(), self.before_flow_entry(), indent, self.flow_level);
        let start = gap.end;
        if start > begin.max(end) {
            return Err(syntax(self.text.as_bytes(), begin, "comments and values cannot be told apart here"));
        }
        self.check_tab(start)?;
        self.place_waiting(start, gap.scanned_from, &kind);
        match kind {
            Kind::Mark(Mark::FlowSequenceStart) | Kind::Mark(Mark::FlowMappingStart) => self.flow_level += 1,
            Kind::Mark(Mark::FlowSequenceEnd) | Kind::Mark(Mark::FlowMappingEnd) => {
                self.flow_level = self.flow_level.saturating_sub(1)
            }
            _ => {}
        }
        self.end_token(&kind, start, end);
        self.tokens.push(Token { kind, start, end });
        Ok(())
    }

    /// Reads the comment beside a token.
    fn end_token(&mut self, kind: &Kind<'_>, start: usize, end: usize) {
        let before = self.tokens.last().map_or(0, |token| token.start);
        let first = self.text.as_bytes().get(start).copied().unwrap_or(0);
        let separates = (self.flow_level == 0 && first == b':') || (self.flow_level > 0 && first == b',');
        let comment_for = if separates { before } else { start };
        let one = (start + 1).min(self.text.len());
        match kind {
            Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded, _) => {
                self.comments.block_scalar(start, end)
            }
            Kind::Scalar(style, _) => {
                self.comments.token(end, *style == ScalarStyle::Plain, Some(comment_for));
            }
            Kind::Mark(Mark::BlockEntry) => self.comments.token(one, false, None),
            Kind::Mark(Mark::DocumentStart) | Kind::Mark(Mark::DocumentEnd) => {
                self.comments.token(start + 3, false, None)
            }
            Kind::Mark(Mark::Directive) | Kind::TagDirective(..) => self.comments.directive(start),
            Kind::Mark(Mark::Value) | Kind::Mark(Mark::FlowEntry) | Kind::Mark(Mark::Key) => {
                self.comments.token(one, false, Some(comment_for))
            }
            Kind::Mark(Mark::StreamEnd) => {}
            _ => self.comments.token(end.max(start), false, Some(comment_for)),
        }
    }

    /// The scanner lets a document begin behind a tab.
    fn check_tab(&self, start: usize) -> Result<(), ReadError> {
        let Some(last) = self.tokens.last() else { return Ok(()) };
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let begins_line = last.kind == Kind::Mark(Mark::StreamStart)
            || (last.kind == Kind::Mark(Mark::DocumentStart) && last.start < line);
        if begins_line && start < self.text.len() && self.text[line..start].contains('\t') {
            return Err(syntax(self.text.as_bytes(), start, "a tab cannot be used as indentation"));
        }
        Ok(())
    }

    /// After a comma in a flow collection, comments belong to what stands before the comma.
    fn before_flow_entry(&self) -> Option<usize> {
        match self.tokens.as_slice() {
            [.., before, Token { kind: Kind::Mark(Mark::FlowEntry), .. }] => Some(before.start),
            _ => None,
        }
    }

    /// Places tokens that have no text, before one at `start`.
    fn place_waiting(&mut self, start: usize, scanned_from: usize, next: &Kind<'_>) {
        let column = self.comments.column(start);
        let ends_document = matches!(
            next,
            Kind::Mark(Mark::StreamEnd)
                | Kind::Mark(Mark::DocumentStart)
                | Kind::Mark(Mark::DocumentEnd)
                | Kind::Mark(Mark::Directive)
                | Kind::TagDirective(..)
        );
        let mut phase_end = None;
        let mut mark = scanned_from.saturating_sub(1);
        for kind in std::mem::take(&mut self.waiting) {
            let place = match kind {
                Kind::Mark(Mark::BlockEnd) => {
                    let indent = self.indents.pop().unwrap_or(0);
                    // The last block of a document ends in a second step, at the token that ends it.
                    if indent <= column && ends_document && phase_end.is_none() {
                        phase_end = Some(());
                        mark = start.saturating_sub(1);
                    }
                    mark = self.comments.block_end(mark, indent);
                    mark
                }
                Kind::Mark(Mark::SequenceStart) | Kind::Mark(Mark::MappingStart) => {
                    self.indents.push(column);
                    start
                }
                _ => start,
            };
            self.tokens.push(Token { kind, start: place, end: place });
        }
    }
}
