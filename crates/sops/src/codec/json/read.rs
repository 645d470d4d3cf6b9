use crate::codec::{ReadError, syntax};
use crate::limits;
use crate::text::{Builder, Text};
use crate::tree::{Branch, Element, Value};

/// Reads one object. What follows it does not matter, as in sops.
pub(in crate::codec) fn read(text: &[u8]) -> Result<Branch, ReadError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.skip_space();
    match reader.peek() {
        None => Err(reader.problem("the file is empty")),
        Some(b'{') => reader.object(),
        Some(b'[') => Err(reader.problem(
            "the top level is a list; only objects can be encrypted, so wrap it: {\"data\": [...]}",
        )),
        Some(_) => Err(reader.problem("the top level is not an object")),
    }
}

/// Reads one value of any kind, which nothing follows.
pub(in crate::codec) fn read_value(text: &[u8]) -> Result<Value, ReadError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.value()?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.problem("nothing may follow the value")),
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

type Parsed<T> = Result<T, ReadError>;

impl Reader<'_> {
    fn value(&mut self) -> Parsed<Value> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object().map(Value::Branch),
            Some(b'[') => self.list().map(Value::List),
            Some(b'"') => self.string().map(Value::Str),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Value::Bool(true)),
            Some(b'f') => self.word(b"false", Value::Bool(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            Some(_) => Err(self.problem("a value was expected")),
            None => Err(self.ended()),
        }
    }

    fn object(&mut self) -> Parsed<Branch> {
        let mut branch = Branch::default();
        self.members(b'}', |reader| {
            if reader.peek() != Some(b'"') {
                return Err(reader.problem("a name in quotes was expected"));
            }
            // A string of JSON is UTF-8: what was not is replaced while it is read.
            let name = reader.string()?;
            let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
            reader.skip_space();
            reader.expect(b':', "a colon was expected")?;
            let value = reader.value()?;
            branch.push(name, value);
            Ok(())
        })?;
        Ok(branch)
    }

    fn list(&mut self) -> Parsed<Vec<Element>> {
        let mut list = Vec::new();
        self.members(b']', |reader| {
            list.push(Element::Value(reader.value()?));
            Ok(())
        })?;
        Ok(list)
    }

    /// What stands between brackets, with commas between.
    fn members(&mut self, close: u8, mut member: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        if self.depth == limits::DEPTH {
            return Err(self.problem("lists and objects are nested too deeply"));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        if self.peek() != Some(close) {
            loop {
                self.skip_space();
                member(self)?;
                self.skip_space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(byte) if byte == close => break,
                    Some(_) => return Err(self.problem("a comma or the closing bracket was expected")),
                    None => return Err(self.ended()),
                }
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// Whole numbers of 63 bits are integers, all else are floats.
    fn number(&mut self) -> Parsed<Value> {
        let begin = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits(begin)?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits(begin)?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits(begin)?;
        }
        let text = std::str::from_utf8(&self.text[begin..self.at]).unwrap_or_default();
        if let Ok(number) = text.parse() {
            return Ok(Value::Int(number));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => Err(syntax(self.text, begin, "a number is out of range")),
        }
    }

    fn digits(&mut self, begin: usize) -> Parsed<()> {
        let count = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count > 0 { Ok(()) } else { Err(syntax(self.text, begin, "a number is malformed")) }
    }

    fn word(&mut self, word: &[u8], value: Value) -> Parsed<Value> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.problem("a value was expected"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn string(&mut self) -> Parsed<Text> {
        self.at += 1;
        let mut out = Builder::default();
        loop {
            let rest = &self.text[self.at..];
            let run = rest.iter().take_while(|byte| **byte >= 0x20 && !matches!(byte, b'"' | b'\\')).count();
            push_lossy(&mut out, &rest[..run]);
            self.at += run;
            match rest.get(run) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out.finish());
                }
                Some(b'\\') => {
                    self.at += 1;
                    let c = self.escape()?;
                    out.push_char(c);
                }
                Some(_) => return Err(self.problem("a string holds a control character")),
                None => return Err(self.ended()),
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        const BAD: &str = "a string holds an unknown escape";
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = self.unit(self.at + 1).ok_or_else(|| self.problem(BAD))?;
                self.at += 5;
                return Ok(self.code_point(unit));
            }
            Some(_) => return Err(self.problem(BAD)),
            None => return Err(self.ended()),
        };
        self.at += 1;
        Ok(c)
    }

    /// A character, of which `unit` is the first half if it needs two. A half alone is replaced.
    fn code_point(&mut self, unit: u32) -> char {
        if (0xd800..0xdc00).contains(&unit)
            && self.text[self.at..].starts_with(b"\\u")
            && let Some(low @ 0xdc00..0xe000) = self.unit(self.at + 2)
        {
            self.at += 6;
            let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        }
        char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// Four hexadecimal digits.
    fn unit(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 4)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8, problem: &'static str) -> Parsed<()> {
        match self.peek() {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.problem(problem)),
            None => Err(self.ended()),
        }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn problem(&self, problem: &'static str) -> ReadError {
        syntax(self.text, self.at, problem)
    }

    fn ended(&self) -> ReadError {
        self.problem("the file ends too early")
    }
}

/// Go replaces each byte that is no UTF-8.
fn push_lossy(out: &mut Builder, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for _ in chunk.invalid() {
            out.push_char(char::REPLACEMENT_CHARACTER);
        }
    }
}
