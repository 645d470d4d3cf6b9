//! Reading JSON as Go's `encoding/json` does into an `interface {}`: numbers are `float64`, the last of equal keys
//! wins, what is not UTF-8 becomes U+FFFD.

use crate::context::Context;
use crate::function::Fault;
use crate::number::{NumberError, parse_float};
use crate::quote::quote_rune;
use crate::runes;
use crate::value::Value;

/// How deep Go lets arrays and objects nest.
const DEPTH: usize = 10_000;

/// The value, or Go's error.
pub(in super::super) fn parse(cx: &mut Context<'_>, text: &[u8]) -> Result<Result<Value, String>, Fault> {
    let mut reader = Reader { text, at: 0, out_of_range: None };
    let value = match reader.document(cx) {
        Ok(value) => value,
        Err(Stop::Fault(fault)) => return Err(fault),
        Err(Stop::Error(error)) => return Ok(Err(error)),
    };
    Ok(match reader.out_of_range {
        Some(error) => Err(error),
        None => Ok(value),
    })
}

/// One member of an object.
pub(in super::super) struct Member {
    pub(in super::super) name: Vec<u8>,
    pub(in super::super) value: Value,
    /// Go's error about a number in the value that is no float64.
    pub(in super::super) out_of_range: Option<String>,
}

/// What stands first in a text, as Go's `Decoder` reads it: what follows may be anything. The members of an object in
/// their order, or a value that is no object.
pub(in super::super) fn first(
    cx: &mut Context<'_>,
    text: &[u8],
) -> Result<Result<Result<Vec<Member>, Value>, String>, Fault> {
    let mut reader = Reader { text, at: 0, out_of_range: None };
    reader.space();
    let found = match reader.peek() {
        None => return Ok(Err("EOF".to_owned())),
        Some(b'{') => reader.members(cx, 1).map(Ok),
        Some(_) => reader.value(cx, 1).map(Err),
    };
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(Stop::Fault(fault)) => Err(fault),
        Err(Stop::Error(_)) if reader.peek().is_none() => Ok(Err("unexpected EOF".to_owned())),
        Err(Stop::Error(error)) => Ok(Err(error)),
    }
}

enum Stop {
    Error(String),
    Fault(Fault),
}

impl<T: Into<Fault>> From<T> for Stop {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// The first number that is no float64: Go reads on and reports it at the end.
    out_of_range: Option<String>,
}

impl Reader<'_> {
    fn document(&mut self, cx: &mut Context<'_>) -> Result<Value, Stop> {
        let value = self.value(cx, 1)?;
        self.space();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.unexpected("after top-level value")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The error at the current byte, which Go names as the character of that number.
    fn unexpected(&self, place: &str) -> Stop {
        let Some(byte) = self.peek() else { return Stop::Error("unexpected end of JSON input".to_owned()) };
        let name = match byte {
            b'"' => b"'\"'".to_vec(),
            _ => quote_rune(char::from(byte), false),
        };
        Stop::Error(format!("invalid character {} {place}", String::from_utf8_lossy(&name)))
    }

    fn value(&mut self, cx: &mut Context<'_>, depth: usize) -> Result<Value, Stop> {
        cx.work(1)?;
        self.space();
        match self.peek() {
            Some(b'{') => self.object(cx, depth),
            Some(b'[') => self.array(cx, depth),
            Some(b'"') => Ok(self.string(cx)?.into()),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Nil),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn deeper(cx: &Context<'_>, depth: usize) -> Result<(), Stop> {
        if depth > DEPTH {
            return Err(Stop::Error("exceeded max depth".to_owned()));
        }
        Ok(cx.depth(depth)?)
    }

    fn object(&mut self, cx: &mut Context<'_>, depth: usize) -> Result<Value, Stop> {
        let members = self.members(cx, depth)?;
        Ok(Value::dict(members.into_iter().map(|member| (member.name, member.value))))
    }

    fn members(&mut self, cx: &mut Context<'_>, depth: usize) -> Result<Vec<Member>, Stop> {
        Self::deeper(cx, depth)?;
        self.at += 1;
        let mut members = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(members);
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let name = self.string(cx)?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            cx.allocate(96 + name.len())?;
            let before = self.out_of_range.take();
            let value = self.value(cx, depth + 1)?;
            let out_of_range = std::mem::replace(&mut self.out_of_range, before);
            self.out_of_range = self.out_of_range.take().or_else(|| out_of_range.clone());
            members.push(Member { name, value, out_of_range });
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.unexpected("after object key:value pair")),
            }
        }
        self.at += 1;
        Ok(members)
    }

    fn array(&mut self, cx: &mut Context<'_>, depth: usize) -> Result<Value, Stop> {
        Self::deeper(cx, depth)?;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::list(items));
        }
        loop {
            cx.allocate(size_of::<Value>())?;
            items.push(self.value(cx, depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.unexpected("after array element")),
            }
        }
        self.at += 1;
        Ok(Value::list(items))
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, Stop> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                let expected = String::from_utf8_lossy(&quote_rune(char::from(expected), false)).into_owned();
                return Err(self.unexpected(&format!("in literal {word} (expecting {expected})")));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self, place: &str) -> Result<(), Stop> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected(place));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = &self.text[start..self.at];
        match parse_float(text) {
            Ok(value) => Ok(value.into()),
            Err(NumberError::Range(_) | NumberError::Syntax) => {
                self.out_of_range.get_or_insert_with(|| {
                    format!(
                        "json: cannot unmarshal number {} into Go value of type float64",
                        crate::function::HIDDEN
                    )
                });
                // Still a number, to those who ask what kind of value it is.
                Ok(f64::INFINITY.into())
            }
        }
    }

    fn string(&mut self, cx: &mut Context<'_>) -> Result<Vec<u8>, Stop> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                None | Some(0..0x20) => return Err(self.unexpected("in string literal")),
                Some(_) => {
                    let (letter, size) = runes::decode(&self.text[self.at..]);
                    runes::push(&mut out, letter.unwrap_or(char::REPLACEMENT_CHARACTER));
                    self.at += size;
                }
            }
        }
        self.at += 1;
        cx.allocate(out.len())?;
        Ok(out)
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Stop> {
        self.at += 1;
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.unicode(out),
            _ => return Err(self.unexpected("in string escape code")),
        };
        out.push(plain);
        self.at += 1;
        Ok(())
    }

    /// Two escapes may stand for one character; half of such a pair stands for U+FFFD.
    fn unicode(&mut self, out: &mut Vec<u8>) -> Result<(), Stop> {
        let first = self.hexadecimal()?;
        let mut code = first;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with(b"\\u") {
            let before = self.at;
            self.at += 1;
            let second = self.hexadecimal()?;
            if (0xdc00..0xe000).contains(&second) {
                code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            } else {
                self.at = before;
            }
        }
        runes::push(out, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    fn hexadecimal(&mut self) -> Result<u32, Stop> {
        let mut code = 0;
        for _ in 0..4 {
            self.at += 1;
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("in \\u hexadecimal character escape"));
            };
            code = code * 16 + digit;
        }
        self.at += 1;
        Ok(code)
    }
}
