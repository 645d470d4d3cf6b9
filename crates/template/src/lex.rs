//! From text to tokens.

use crate::print;
use crate::quote;
use crate::runes;
use crate::value::Value;

/// What a token is. The order matters: what follows `Keyword` prints without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelimiter,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelimiter,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Keyword,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A token: what it is, where it begins, its text (of an error: what is wrong), and its line.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: usize,
    pub(crate) text: Vec<u8>,
    pub(crate) line: usize,
}

impl Token {
    /// Before anything was read.
    pub(crate) fn none() -> Self {
        Self { kind: Kind::Error, at: 0, text: Vec::new(), line: 0 }
    }

    /// As Go names it in errors.
    pub(crate) fn describe(&self) -> Vec<u8> {
        match self.kind {
            Kind::Eof => b"EOF".to_vec(),
            Kind::Error => self.text.clone(),
            kind if kind > Kind::Keyword => [b"<", &self.text[..], b">"].concat(),
            _ if self.text.len() > 10 => {
                let cut = runes::iter(&self.text).take(10).map(|(_, bytes)| bytes.len()).sum();
                [&quote::quote(&self.text[..cut])[..], b"..."].concat()
            }
            _ => quote::quote(&self.text),
        }
    }
}

fn keyword(word: &[u8]) -> Option<Kind> {
    Some(match word {
        b"." => Kind::Dot,
        b"block" => Kind::Block,
        b"break" => Kind::Break,
        b"continue" => Kind::Continue,
        b"define" => Kind::Define,
        b"else" => Kind::Else,
        b"end" => Kind::End,
        b"if" => Kind::If,
        b"range" => Kind::Range,
        b"nil" => Kind::Nil,
        b"template" => Kind::Template,
        b"with" => Kind::With,
        _ => return None,
    })
}

const SPACES: &[u8] = b" \t\r\n";

fn is_space(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| SPACES.contains(byte))
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// How many spaces a text begins with.
fn spaces_in_front(text: &[u8]) -> usize {
    text.iter().take_while(|&byte| SPACES.contains(byte)).count()
}

fn newlines(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b'\n').count()
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, what)
}

/// `-` and a space after the left delimiter trim the text before it.
fn trims_left(after: &[u8]) -> bool {
    after.first() == Some(&b'-') && is_space(after.get(1))
}

/// What goes wrong in a token, in Go's words.
type Lexed = Result<(), String>;

/// Cuts a text into tokens, one at a time.
pub(crate) struct Lexer<'s> {
    input: &'s [u8],
    left: &'s [u8],
    right: &'s [u8],
    at: usize,
    start: usize,
    line: usize,
    start_line: usize,
    parens: i64,
    inside: bool,
    /// Whether `break` and `continue` are words of the language rather than functions.
    pub(crate) break_is_keyword: bool,
    pub(crate) continue_is_keyword: bool,
    token: Token,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(input: &'s [u8], left: &'s [u8], right: &'s [u8]) -> Self {
        Self {
            input,
            left,
            right,
            at: 0,
            start: 0,
            line: 1,
            start_line: 1,
            parens: 0,
            inside: false,
            break_is_keyword: true,
            continue_is_keyword: true,
            token: Token::none(),
        }
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Token {
        self.token = Token { kind: Kind::Eof, at: self.at, text: b"EOF".to_vec(), line: self.start_line };
        let result = if self.inside { self.inside_action() } else { self.outside_action() };
        if let Err(text) = result {
            self.fail(text);
        }
        std::mem::replace(&mut self.token, Token::none())
    }

    fn fail(&mut self, text: String) {
        self.token =
            Token { kind: Kind::Error, at: self.start, text: text.into_bytes(), line: self.start_line };
        self.input = &[];
        self.start = 0;
        self.at = 0;
    }

    fn rest(&self) -> &'s [u8] {
        &self.input[self.at..]
    }

    fn emit(&mut self, kind: Kind) {
        self.token = Token {
            kind,
            at: self.start,
            text: self.input[self.start..self.at].to_vec(),
            line: self.start_line,
        };
        self.start = self.at;
        self.start_line = self.line;
    }

    /// Leaves out what was skipped without `bump`.
    fn ignore(&mut self) {
        self.line += newlines(&self.input[self.start..self.at]);
        self.start = self.at;
        self.start_line = self.line;
    }

    /// The next character; U+FFFD for what is not UTF-8.
    fn peek(&self) -> Option<char> {
        match runes::decode(self.rest()) {
            (_, 0) => None,
            (character, _) => Some(character.unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += runes::decode(self.rest()).1;
        self.line += usize::from(next == '\n');
        Some(next)
    }

    fn accept(&mut self, any_of: &str) -> bool {
        let taken = self.peek().is_some_and(|next| any_of.contains(next));
        if taken {
            self.bump();
        }
        taken
    }

    fn accept_run(&mut self, any_of: &str) {
        while self.accept(any_of) {}
    }

    /// Text up to the next left delimiter, or that delimiter. A comment is no token.
    fn outside_action(&mut self) -> Lexed {
        while !self.text_or_delimiter()? {}
        Ok(())
    }

    /// Whether there was a token.
    fn text_or_delimiter(&mut self) -> Result<bool, String> {
        let Some(length) = find(self.rest(), self.left) else {
            self.at = self.input.len();
            let text = self.at > self.start;
            self.line += newlines(&self.input[self.start..self.at]);
            self.emit(if text { Kind::Text } else { Kind::Eof });
            return Ok(true);
        };
        if length > 0 {
            self.at += length;
            let mut trimmed = 0;
            if trims_left(&self.input[self.at + self.left.len()..]) {
                let text = &self.input[self.start..self.at];
                trimmed = text.iter().rev().take_while(|&byte| SPACES.contains(byte)).count();
            }
            self.at -= trimmed;
            self.line += newlines(&self.input[self.start..self.at]);
            self.emit(Kind::Text);
            self.at += trimmed;
            self.ignore();
            if !self.token.text.is_empty() {
                return Ok(true);
            }
        }
        self.left_delimiter()
    }

    fn left_delimiter(&mut self) -> Result<bool, String> {
        self.at += self.left.len();
        let marker = if trims_left(self.rest()) { 2 } else { 0 };
        if self.input[self.at + marker..].starts_with(b"/*") {
            self.at += marker;
            self.ignore();
            self.comment()?;
            return Ok(false);
        }
        self.emit(Kind::LeftDelimiter);
        self.inside = true;
        self.at += marker;
        self.ignore();
        self.parens = 0;
        Ok(true)
    }

    fn comment(&mut self) -> Lexed {
        self.at += 2;
        let length = find(self.rest(), b"*/").ok_or("unclosed comment")?;
        self.at += length + 2;
        let trims = self.at_right_delimiter().ok_or("comment ends before closing delimiter")?;
        self.at += self.right.len() + if trims { 2 } else { 0 };
        if trims {
            self.at += spaces_in_front(self.rest());
        }
        self.ignore();
        Ok(())
    }

    /// Whether a right delimiter is here, and if so, whether it trims the text behind it.
    fn at_right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if is_space(rest.first()) && rest.get(1) == Some(&b'-') && rest[2..].starts_with(self.right) {
            return Some(true);
        }
        rest.starts_with(self.right).then_some(false)
    }

    fn right_delimiter(&mut self) {
        let trims = self.at_right_delimiter() == Some(true);
        if trims {
            self.at += 2;
            self.ignore();
        }
        self.at += self.right.len();
        self.emit(Kind::RightDelimiter);
        if trims {
            self.at += spaces_in_front(self.rest());
            self.ignore();
        }
        self.inside = false;
    }

    fn inside_action(&mut self) -> Lexed {
        if self.at_right_delimiter().is_some() {
            if self.parens > 0 {
                return Err("unclosed left paren".to_owned());
            }
            self.right_delimiter();
            return Ok(());
        }
        if is_space(self.rest().first()) {
            self.space();
            return Ok(());
        }
        let digit = |next: Option<&u8>| next.is_some_and(u8::is_ascii_digit);
        match self.peek().ok_or("unclosed action")? {
            '.' if !digit(self.rest().get(1)) && self.rest().len() > 1 => {
                self.bump();
                return self.field_or_variable(Kind::Field);
            }
            '.' | '+' | '-' | '0'..='9' => return self.number(),
            next if is_word(next) => return self.identifier(),
            _ => {}
        }
        match self.bump().unwrap_or_default() {
            '=' => self.emit(Kind::Assign),
            ':' => {
                if self.bump() != Some('=') {
                    return Err("expected :=".to_owned());
                }
                self.emit(Kind::Declare);
            }
            '|' => self.emit(Kind::Pipe),
            '"' => return self.quoted('"', Kind::String, "unterminated quoted string"),
            '\'' => return self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '`' => return self.raw_string(),
            '$' => return self.field_or_variable(Kind::Variable),
            '(' => {
                self.parens += 1;
                self.emit(Kind::LeftParen);
            }
            ')' => {
                self.parens -= 1;
                if self.parens < 0 {
                    return Err("unexpected right paren".to_owned());
                }
                self.emit(Kind::RightParen);
            }
            ' '..='~' => self.emit(Kind::Char),
            other => return Err(with_character("unrecognized character in action:", other)),
        }
        Ok(())
    }

    /// A run of spaces. The last of them may belong to a delimiter that trims.
    fn space(&mut self) {
        let length = spaces_in_front(self.rest());
        self.at += length - 1;
        if self.at_right_delimiter() == Some(true) {
            if length == 1 {
                return self.right_delimiter();
            }
        } else {
            self.at += 1;
        }
        self.line += newlines(&self.input[self.start..self.at]);
        self.emit(Kind::Space);
    }

    fn identifier(&mut self) -> Lexed {
        while self.peek().is_some_and(is_word) {
            self.bump();
        }
        self.terminated()?;
        let word = &self.input[self.start..self.at];
        let kind = match keyword(word) {
            Some(Kind::Break) if !self.break_is_keyword => Kind::Identifier,
            Some(Kind::Continue) if !self.continue_is_keyword => Kind::Identifier,
            Some(kind) => kind,
            None if word == b"true" || word == b"false" => Kind::Bool,
            None => Kind::Identifier,
        };
        self.emit(kind);
        Ok(())
    }

    /// What follows a dot or a dollar sign, which is past.
    fn field_or_variable(&mut self, kind: Kind) -> Lexed {
        if self.at_terminator() {
            self.emit(if kind == Kind::Variable { kind } else { Kind::Dot });
            return Ok(());
        }
        while self.peek().is_some_and(is_word) {
            self.bump();
        }
        self.terminated()?;
        self.emit(kind);
        Ok(())
    }

    fn at_terminator(&self) -> bool {
        matches!(self.peek(), None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | ')' | '('))
            || self.rest().starts_with(self.right)
    }

    fn terminated(&self) -> Lexed {
        match self.peek() {
            Some(next) if !self.at_terminator() => Err(with_character("bad character", next)),
            _ => Ok(()),
        }
    }

    fn quoted(&mut self, mark: char, kind: Kind, unterminated: &str) -> Lexed {
        loop {
            match self.bump() {
                Some('\\') => {
                    if matches!(self.bump(), None | Some('\n')) {
                        return Err(unterminated.to_owned());
                    }
                }
                None | Some('\n') => return Err(unterminated.to_owned()),
                Some(next) if next == mark => break,
                _ => {}
            }
        }
        self.emit(kind);
        Ok(())
    }

    fn raw_string(&mut self) -> Lexed {
        loop {
            match self.bump() {
                None => return Err("unterminated raw quoted string".to_owned()),
                Some('`') => break,
                _ => {}
            }
        }
        self.emit(Kind::RawString);
        Ok(())
    }

    fn number(&mut self) -> Lexed {
        let bad = |lexer: &Self| {
            let text = &lexer.input[lexer.start..lexer.at];
            format!("bad number syntax: {}", print::quoted(text))
        };
        if !self.scan_number() {
            return Err(bad(self));
        }
        if matches!(self.peek(), Some('+' | '-')) {
            if !self.scan_number() || self.input[self.at - 1] != b'i' {
                return Err(bad(self));
            }
            self.emit(Kind::Complex);
            return Ok(());
        }
        self.emit(Kind::Number);
        Ok(())
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent = match digits.len() {
            11 => self.accept("eE"),
            23 => self.accept("pP"),
            _ => false,
        };
        if exponent {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        self.accept("i");
        if self.peek().is_some_and(is_word) {
            self.bump();
            return false;
        }
        true
    }
}

/// Go's `%#U`.
fn with_character(text: &str, character: char) -> String {
    let character = Value::int(i64::from(u32::from(character)));
    format!("{text} {}", print::plain(b"%#U", &[character]))
}
