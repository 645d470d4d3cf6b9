//! Comments between tokens, and what they belong to.
//!
//! The Go library tells three kinds: above a node (head), beside it (line), and below it (foot). A foot is followed by
//! an empty line or by less indentation; without either, a comment is the head of what follows.

use std::ops::Range;

/// How a comment stands to what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Head,
    Line,
    Foot,
}

/// Where the lines of a comment are in the text, marks included. An empty line is an empty range.
pub(super) type Lines = Vec<Range<usize>>;

/// Lines of comment that belong together.
#[derive(Debug)]
pub(super) struct Comment {
    pub(super) position: Position,
    /// It belongs to the first token that begins here or later.
    pub(super) owner: usize,
    pub(super) lines: Lines,
    start: Mark,
    /// Where it ends; nothing for comments beside a node.
    end: usize,
    /// Where the space around it begins.
    scanned_from: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mark {
    offset: usize,
    /// Lines from 0.
    line: usize,
    /// Columns from 1, as the library counts here.
    column: usize,
}

/// White space and comments between two tokens.
pub(super) struct Gap {
    /// Where the next token begins.
    pub(super) end: usize,
    /// Where the library began to look for it.
    pub(super) scanned_from: usize,
}

pub(super) struct CommentScanner<'t> {
    text: &'t [u8],
    line_starts: Vec<usize>,
    comments: Vec<Comment>,
    /// Where the last token ends.
    at: usize,
    /// The library has read white space after the last token together with that token.
    space_is_read: bool,
    /// Where reading went on after the last token and the comment beside it.
    after_line_comment: Option<usize>,
}

impl<'t> CommentScanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let text = text.as_bytes();
        let mut line_starts = vec![0];
        for (at, byte) in text.iter().enumerate() {
            let lone_return = *byte == b'\r' && text.get(at + 1) != Some(&b'\n');
            if *byte == b'\n' || lone_return {
                line_starts.push(at + 1);
            }
        }
        Self {
            text,
            line_starts,
            comments: Vec::new(),
            at: 0,
            space_is_read: false,
            after_line_comment: None,
        }
    }

    pub(super) fn finish(self) -> Vec<Comment> {
        self.comments
    }

    /// The column of a byte, from 0.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.line_starts[self.line(at)]
    }

    fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at) - 1
    }

    /// The last token ends here. A comment beside it belongs to the token at `owner`.
    pub(super) fn token(&mut self, end: usize, space_is_read: bool, owner: Option<usize>) {
        self.at = end;
        self.space_is_read = space_is_read;
        self.after_line_comment = None;
        let Some(owner) = owner else { return };
        let begin = self.skip_blanks(end);
        if self.byte(begin) == b'#' {
            let line_end = self.line_end(begin);
            self.add_line_comment(owner, begin, line_end);
            self.at = line_end;
            self.after_line_comment = Some(line_end);
        }
    }

    /// A literal or folded scalar that begins here, and whose text ends there.
    pub(super) fn block_scalar(&mut self, start: usize, end: usize) {
        let mut header = start;
        while matches!(self.byte(header), b'|' | b'>' | b'+' | b'-' | b'0'..=b'9') {
            header += 1;
        }
        let comment = self.skip_blanks(header);
        let line_end = self.line_end(comment);
        if self.byte(comment) == b'#' {
            self.add_line_comment(start, comment, line_end);
        }
        self.at = end.max(line_end);
        self.space_is_read = true;
        self.after_line_comment = None;
    }

    /// A directive, which ends with its line.
    pub(super) fn directive(&mut self, start: usize) {
        self.at = self.line_end(start);
        self.space_is_read = false;
        self.after_line_comment = None;
    }

    fn add_line_comment(&mut self, owner: usize, begin: usize, end: usize) {
        self.comments.push(Comment {
            position: Position::Line,
            owner,
            lines: std::iter::once(begin..end).collect(),
            start: Mark { offset: begin, ..Mark::default() },
            end: 0,
            scanned_from: 0,
        });
    }

    /// Reads up to the next token. `last` is where the last token begins and whether it is a `:`; `before_comma` what
    /// stands before it, if it is a comma.
    pub(super) fn gap(
        &mut self,
        last: (usize, bool),
        before_comma: Option<usize>,
        indent: Option<usize>,
        flow_level: usize,
    ) -> Gap {
        let hash = self.skip_space(self.at);
        let scanned_from = match self.after_line_comment {
            Some(at) => at,
            None if self.space_is_read => hash,
            None => self.at,
        };
        if self.byte(hash) != b'#' {
            return Gap { end: hash, scanned_from };
        }
        let (last_start, last_is_value) = last;
        let mut run = Run {
            scanned_from,
            owner: before_comma.unwrap_or(last_start),
            last_is_value: last_is_value && before_comma.is_none(),
            indent: indent.unwrap_or(0),
            in_flow: flow_level > 0,
            first_empty: false,
            foot_line: None,
            start: Mark::default(),
            lines: Lines::new(),
        };
        let newlines = self.newlines_before(hash);
        run.first_empty = newlines <= 1;
        if self.line(scanned_from) > 0 {
            let beside = newlines == 0 && self.column(hash) > 1;
            run.foot_line = Some(self.line(hash) + 1 + usize::from(beside) - newlines);
        }
        let end = self.run(hash, run);
        Gap { end: self.skip_space(end), scanned_from }
    }

    /// Reads comments on lines of their own, from a `#` on, and splits them. Gives the end of the last one.
    fn run(&mut self, hash: usize, mut run: Run) -> usize {
        let (mut at, mut line, mut column) = (hash, self.line(hash), self.column(hash));
        let mut recent_empty = false;
        let mut last_end = hash;
        loop {
            let byte = self.byte(at);
            column += 1;
            if is_blank(byte) {
                at += 1;
                continue;
            }
            let closes = run.in_flow && matches!(byte, b']' | b'}');
            let here = Mark { offset: at, line, column };
            if closes || is_break(byte) || self.is_end(at) {
                if closes || !recent_empty {
                    if closes || run.ends_here() {
                        self.end_foot(&mut run, here, true);
                    } else if !run.lines.is_empty() && !self.is_end(at) {
                        run.lines.push(at..at);
                    }
                }
                if !is_break(byte) {
                    break;
                }
                run.first_empty = false;
                recent_empty = true;
                column = 0;
                line += 1;
                at += 1;
                continue;
            }
            if column - 1 < run.indent && column != run.start.column {
                self.end_foot(&mut run, here, false);
            }
            if byte != b'#' {
                break;
            }
            if run.lines.is_empty() {
                run.start = here;
            }
            recent_empty = false;
            last_end = self.line_end(at);
            run.lines.push(at..last_end);
            line = self.line(last_end);
            column = 0;
            at = last_end + 1;
        }
        if !run.lines.is_empty() {
            let owner = run.start.offset;
            self.push(Position::Head, &mut run, owner, at.saturating_sub(1));
        }
        last_end
    }

    /// What was read so far is a foot.
    fn end_foot(&mut self, run: &mut Run, here: Mark, at_break: bool) {
        if run.lines.is_empty() {
            return;
        }
        if at_break && run.start.column - 1 < run.indent {
            // With less indentation it does not belong to the last token.
            run.owner = run.start.offset;
        }
        let owner = run.owner;
        self.push(Position::Foot, run, owner, here.offset);
        run.scanned_from = here.offset;
        run.owner = here.offset;
    }

    fn push(&mut self, position: Position, run: &mut Run, owner: usize, end: usize) {
        let lines = std::mem::take(&mut run.lines);
        let (start, scanned_from) = (run.start, run.scanned_from);
        self.comments.push(Comment { position, owner, lines, start, end, scanned_from });
    }

    /// Where a block ends: before comments of its own column that stand right before `mark`, else there.
    pub(super) fn block_end(&self, mark: usize, indent: usize) -> usize {
        let (mut place, mut stop) = (mark, mark);
        for comment in self.comments.iter().rev() {
            if comment.end < stop {
                break;
            }
            if comment.start.column == indent + 1 {
                place = comment.start.offset;
            }
            stop = comment.scanned_from;
        }
        place
    }

    fn newlines_before(&self, at: usize) -> usize {
        let space =
            self.text[..at].iter().rev().take_while(|byte| is_blank(**byte) || is_break(**byte)).count();
        let space = &self.text[at - space..at];
        let returns = space.iter().filter(|byte| **byte == b'\r').count();
        let pairs = space.windows(2).filter(|pair| pair == b"\r\n").count();
        space.iter().filter(|byte| **byte == b'\n').count() + returns - pairs
    }

    fn skip_space(&self, mut at: usize) -> usize {
        while !self.is_end(at) && (is_blank(self.byte(at)) || is_break(self.byte(at))) {
            at += 1;
        }
        at
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while is_blank(self.byte(at)) {
            at += 1;
        }
        at
    }

    fn line_end(&self, mut at: usize) -> usize {
        while !self.is_end(at) && !is_break(self.byte(at)) {
            at += 1;
        }
        at
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn is_end(&self, at: usize) -> bool {
        at >= self.text.len()
    }
}

/// Comments that are being read.
struct Run {
    scanned_from: usize,
    /// Whose foot they would be.
    owner: usize,
    last_is_value: bool,
    indent: usize,
    in_flow: bool,
    /// There was no empty line yet.
    first_empty: bool,
    /// The line on which a foot has to begin.
    foot_line: Option<usize>,
    start: Mark,
    lines: Lines,
}

impl Run {
    /// Whether an empty line, or the end, makes a foot of what was read.
    fn ends_here(&self) -> bool {
        let below = self.foot_line == Some(self.start.line) && !self.last_is_value;
        self.first_empty && (below || self.start.column.saturating_sub(1) < self.indent)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
