//! From Go's syntax of regular expressions to that of the `regex` crate.
//!
//! The two agree on what expressions mean, but not on what is one: classes such as `\d` are ASCII in Go, `[[a]]` and
//! `[a&&b]` have nothing special, there is `\Q...\E`, and much that the crate accepts is an error.

use crate::Code;

const REPEAT: Code = "invalid repeat count";
const ESCAPE: Code = "invalid escape sequence";
const RANGE: Code = "invalid character class range";

/// How often Go lets a part repeat.
const REPEATS: u32 = 1000;
/// How deep Go lets groups nest.
const DEPTH: usize = 1000;

/// The same expression for the `regex` crate.
pub(crate) fn translate(expression: &[u8]) -> Result<String, Code> {
    let text = std::str::from_utf8(expression).map_err(|_| "invalid UTF-8")?;
    let mut translation =
        Translation { rest: text, out: String::new(), open: 0, last: Last::Nothing, names: Vec::new() };
    while !translation.rest.is_empty() {
        translation.step()?;
    }
    if translation.open > 0 {
        return Err("missing closing )");
    }
    Ok(translation.out)
}

/// What a repetition would repeat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Something,
    Repetition,
}

struct Translation<'a> {
    rest: &'a str,
    out: String,
    open: usize,
    last: Last,
    names: Vec<&'a str>,
}

impl<'a> Translation<'a> {
    fn step(&mut self) -> Result<(), Code> {
        let Some(letter) = self.rest.chars().next() else { return Ok(()) };
        match letter {
            '(' => return self.group(),
            ')' => {
                self.open = self.open.checked_sub(1).ok_or("unexpected )")?;
                self.copy(")", Last::Something);
            }
            '|' => self.copy("|", Last::Nothing),
            '*' | '+' | '?' => {
                let (operator, _) = self.rest.split_at(1);
                self.repeat(operator)?;
            }
            '{' => match repetition(self.rest)? {
                Some(operator) => self.repeat(operator)?,
                None => self.literal('{'),
            },
            '[' => return self.class(),
            '\\' => return self.escape(),
            '.' => self.copy(".", Last::Something),
            '^' => self.copy("^", Last::Something),
            '$' => self.copy("$", Last::Something),
            letter => self.literal(letter),
        }
        Ok(())
    }

    fn copy(&mut self, text: &str, last: Last) {
        self.rest = &self.rest[text.len()..];
        self.out.push_str(text);
        self.last = last;
    }

    fn literal(&mut self, letter: char) {
        self.rest = &self.rest[letter.len_utf8()..];
        push_literal(&mut self.out, letter);
        self.last = Last::Something;
    }

    fn repeat(&mut self, operator: &str) -> Result<(), Code> {
        match self.last {
            Last::Nothing => return Err("missing argument to repetition operator"),
            Last::Repetition => return Err("invalid nested repetition operator"),
            Last::Something => {}
        }
        self.copy(operator, Last::Repetition);
        if self.rest.starts_with('?') {
            self.copy("?", Last::Repetition);
        }
        Ok(())
    }

    fn group(&mut self) -> Result<(), Code> {
        const PERL: Code = "invalid or unsupported Perl syntax";
        const NAME: Code = "invalid named capture";
        if !self.rest.starts_with("(?") {
            self.copy("(", Last::Nothing);
            return self.deeper();
        }
        if let Some(named) = self.rest.strip_prefix("(?P<").or_else(|| self.rest.strip_prefix("(?<")) {
            let (name, after) = named.split_once('>').ok_or(NAME)?;
            let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            if name.is_empty() || !name.chars().all(word) {
                return Err(NAME);
            }
            if self.names.contains(&name) {
                return Err("duplicate capture group name");
            }
            self.names.push(name);
            self.rest = after;
            // A name may begin with a digit in Go; the digits of a reference then are the name.
            self.out.push_str(&format!("(?P<{name}>"));
            self.last = Last::Nothing;
            return self.deeper();
        }
        let end = self.rest.find([':', ')']).ok_or(PERL)?;
        let flags = &self.rest[2..end];
        let (on, off) = flags.split_once('-').map_or((flags, None), |(on, off)| (on, Some(off)));
        let known = |flags: &str| flags.chars().all(|flag| "imsU".contains(flag));
        let opens = self.rest[end..].starts_with(':');
        if !known(on) || off.is_some_and(|off| off.is_empty() || !known(off)) || (flags.is_empty() && !opens)
        {
            return Err(PERL);
        }
        let (head, rest) = self.rest.split_at(end + 1);
        // The crate refuses a flag that is given twice.
        let distinct: String = on
            .chars()
            .enumerate()
            .filter(|(at, flag)| !on[..*at].contains(*flag))
            .map(|(_, flag)| flag)
            .collect();
        let repeated = distinct.len() != on.len();
        self.out.push_str(&if repeated { head.replacen(on, &distinct, 1) } else { head.to_owned() });
        self.rest = rest;
        if opens {
            self.last = Last::Nothing;
            return self.deeper();
        }
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), Code> {
        self.open += 1;
        if self.open > DEPTH { Err("expression nests too deeply") } else { Ok(()) }
    }

    fn escape(&mut self) -> Result<(), Code> {
        if let Some(quoted) = self.rest.strip_prefix("\\Q") {
            let (text, after) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            for letter in text.chars() {
                push_literal(&mut self.out, letter);
                self.last = Last::Something;
            }
            self.rest = after;
            return Ok(());
        }
        let simple = match self.rest.as_bytes().get(1) {
            Some(b'A') => Some("\\A"),
            Some(b'z') => Some("\\z"),
            Some(b'b') => Some("(?-u:\\b)"),
            Some(b'B') => Some("(?-u:\\B)"),
            _ => None,
        };
        if let Some(simple) = simple {
            self.out.push_str(simple);
            self.rest = &self.rest[2..];
        } else if let Some((class, rest)) = class_escape(self.rest)? {
            self.out.push_str(&format!("[{class}]"));
            self.rest = rest;
        } else {
            let (letter, rest) = character_escape(self.rest)?;
            push_literal(&mut self.out, letter);
            self.rest = rest;
        }
        self.last = Last::Something;
        Ok(())
    }

    fn class(&mut self) -> Result<(), Code> {
        const OPEN: Code = "missing closing ]";
        let mut rest = &self.rest[1..];
        let mut out = "[".to_owned();
        if let Some(after) = rest.strip_prefix('^') {
            out.push('^');
            rest = after;
        }
        let mut first = true;
        loop {
            if rest.is_empty() {
                return Err(OPEN);
            }
            if let Some(after) = rest.strip_prefix(']').filter(|_| !first) {
                rest = after;
                break;
            }
            first = false;
            if let Some((class, after)) = named_class(rest)? {
                out.push_str(&class);
                rest = after;
                continue;
            }
            if let Some((class, after)) = class_escape(rest)? {
                out.push_str(&class);
                rest = after;
                continue;
            }
            let (low, after) = class_character(rest)?;
            rest = after;
            push_literal(&mut out, low);
            if let Some(after) = rest.strip_prefix('-').filter(|after| !after.starts_with(']')) {
                if after.is_empty() {
                    return Err(OPEN);
                }
                let (high, after) = class_character(after)?;
                if high < low {
                    return Err(RANGE);
                }
                out.push('-');
                push_literal(&mut out, high);
                rest = after;
            }
        }
        out.push(']');
        self.out.push_str(&out);
        self.rest = rest;
        self.last = Last::Something;
        Ok(())
    }
}

fn push_literal(out: &mut String, letter: char) {
    if letter.is_ascii_alphanumeric() {
        out.push(letter);
    } else {
        out.push_str(&format!("\\x{{{:X}}}", u32::from(letter)));
    }
}

/// `{2}`, `{2,}` or `{2,5}`; anything else is a brace.
fn repetition(text: &str) -> Result<Option<&str>, Code> {
    let Some(end) = text.find('}') else { return Ok(None) };
    let inner = &text[1..end];
    let (low, high) = inner
        .split_once(',')
        .map_or((inner, Some(inner)), |(low, high)| (low, Some(high).filter(|high| !high.is_empty())));
    // A leading zero makes it no number.
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        (digits && (text == "0" || !text.starts_with('0'))).then(|| text.parse::<u32>().unwrap_or(u32::MAX))
    };
    let Some(low) = number(low) else { return Ok(None) };
    let high = match high.map(number) {
        Some(None) => return Ok(None),
        Some(Some(high)) => high,
        None => low,
    };
    if low > REPEATS || high > REPEATS || low > high {
        return Err(REPEAT);
    }
    Ok(Some(&text[..=end]))
}

const DIGITS: &str = "0-9";
const SPACES: &str = "\\t\\n\\x0C\\r\\x20";
const WORD: &str = "0-9A-Za-z_";

/// The inside of a class for `\d` and the like, and what follows it.
fn class_escape(text: &str) -> Result<Option<(String, &str)>, Code> {
    let mut letters = text.chars();
    if letters.next() != Some('\\') {
        return Ok(None);
    }
    let class = match letters.next() {
        Some('d') => DIGITS.to_owned(),
        Some('s') => SPACES.to_owned(),
        Some('w') => WORD.to_owned(),
        Some('D') => format!("[^{DIGITS}]"),
        Some('S') => format!("[^{SPACES}]"),
        Some('W') => format!("[^{WORD}]"),
        Some('p') => return unicode_class(letters.as_str(), false).map(Some),
        Some('P') => return unicode_class(letters.as_str(), true).map(Some),
        _ => return Ok(None),
    };
    Ok(Some((class, letters.as_str())))
}

fn unicode_class(text: &str, negated: bool) -> Result<(String, &str), Code> {
    let (name, rest) = match text.strip_prefix('{') {
        Some(inner) => inner.split_once('}').ok_or(RANGE)?,
        None => text.split_at_checked(1).ok_or(RANGE)?,
    };
    let (name, negated) = name.strip_prefix('^').map_or((name, negated), |name| (name, !negated));
    if !name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_') || name.is_empty() {
        return Err(RANGE);
    }
    if name == "Any" {
        let class = if negated { "[^\\x00-\\x{10FFFF}]" } else { "\\x00-\\x{10FFFF}" };
        return Ok((class.to_owned(), rest));
    }
    let escape = if negated { 'P' } else { 'p' };
    Ok((format!("\\{escape}{{{name}}}"), rest))
}

/// The inside of a class for `[:alpha:]` and the like, and what follows it.
fn named_class(text: &str) -> Result<Option<(String, &str)>, Code> {
    let Some((name, rest)) = text.strip_prefix("[:").and_then(|inner| inner.split_once(":]")) else {
        return Ok(None);
    };
    let (bare, negated) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
    let known = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
        "upper", "word", "xdigit",
    ];
    if !known.contains(&bare) {
        return Err(RANGE);
    }
    Ok(Some((if negated { format!("[:^{bare}:]") } else { format!("[:{bare}:]") }, rest)))
}

fn class_character(text: &str) -> Result<(char, &str), Code> {
    if text.starts_with('\\') {
        return character_escape(text);
    }
    let letter = text.chars().next().ok_or("missing closing ]")?;
    Ok((letter, &text[letter.len_utf8()..]))
}

/// The character that an escape stands for, and what follows it.
fn character_escape(text: &str) -> Result<(char, &str), Code> {
    let mut letters = text.chars();
    letters.next();
    let Some(letter) = letters.next() else { return Err("trailing backslash at end of expression") };
    let rest = letters.as_str();
    let octal = |rest: &str, most: usize| {
        rest.bytes().take(most).take_while(|byte| (b'0'..=b'7').contains(byte)).count()
    };
    let plain = match letter {
        '1'..='7' if octal(rest, 1) == 0 => return Err(ESCAPE),
        '0'..='7' => {
            let digits = octal(rest, 2);
            let code = u32::from_str_radix(&text[1..2 + digits], 8).map_err(|_| ESCAPE)?;
            return Ok((char::from_u32(code).ok_or(ESCAPE)?, &rest[digits..]));
        }
        'x' => {
            let (digits, after) = match rest.strip_prefix('{') {
                Some(inner) => inner.split_once('}').ok_or(ESCAPE)?,
                None => rest.split_at_checked(2).ok_or(ESCAPE)?,
            };
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(ESCAPE);
            }
            let code = u32::from_str_radix(digits, 16).map_err(|_| ESCAPE)?;
            return Ok((char::from_u32(code).ok_or(ESCAPE)?, after));
        }
        'a' => '\x07',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        letter if letter.is_ascii() && !letter.is_ascii_alphanumeric() => letter,
        _ => return Err(ESCAPE),
    };
    Ok((plain, rest))
}
