//! Go's quoted strings and characters, written and read.

use crate::runes;

/// Whether Go prints the character as it is: letters, marks, numbers, punctuation, symbols and the space.
pub(crate) fn is_print(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' '..='~');
    }
    // The standard library keeps the table to itself, except for this use. A mark is escaped by it only in
    // front, hence the letter.
    let mut buffer = [b'a', 0, 0, 0, 0];
    let length = character.encode_utf8(&mut buffer[1..]).len();
    let text = std::str::from_utf8(&buffer[..=length]).unwrap_or_default();
    text.escape_debug().nth(1) == Some(character)
}

/// How many bytes one byte becomes at most in a string literal.
pub(crate) const GROWTH: usize = 4;

/// A Go string literal in double quotes.
pub(crate) fn quote(bytes: &[u8]) -> Vec<u8> {
    quote_with(bytes, false)
}

/// The same in ASCII only.
pub(crate) fn quote_to_ascii(bytes: &[u8]) -> Vec<u8> {
    quote_with(bytes, true)
}

fn quote_with(bytes: &[u8], ascii: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 2);
    out.push(b'"');
    for (character, raw) in runes::iter(bytes) {
        match character {
            Some(character) => escape(&mut out, character, '"', ascii),
            None => out.extend_from_slice(format!("\\x{:02x}", raw[0]).as_bytes()),
        }
    }
    out.push(b'"');
    out
}

/// A Go character literal.
pub(crate) fn quote_rune(character: char, ascii: bool) -> Vec<u8> {
    let mut out = vec![b'\''];
    escape(&mut out, character, '\'', ascii);
    out.push(b'\'');
    out
}

fn escape(out: &mut Vec<u8>, character: char, quote: char, ascii: bool) {
    if character == quote || character == '\\' {
        out.push(b'\\');
        return runes::push(out, character);
    }
    if is_print(character) && (character.is_ascii() || !ascii) {
        return runes::push(out, character);
    }
    let text = match character {
        '\x07' => "\\a".to_owned(),
        '\x08' => "\\b".to_owned(),
        '\x0C' => "\\f".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\x0B' => "\\v".to_owned(),
        '\0'..' ' | '\x7F' => format!("\\x{:02x}", character as u32),
        '\0'..'\u{10000}' => format!("\\u{:04x}", character as u32),
        _ => format!("\\U{:08x}", character as u32),
    };
    out.extend_from_slice(text.as_bytes());
}

/// Whether the string can stand in back quotes unchanged.
pub(crate) fn can_backquote(bytes: &[u8]) -> bool {
    runes::iter(bytes).all(|(character, _)| match character {
        None | Some('\u{FEFF}' | '`' | '\x7F') => false,
        Some(character) => character >= ' ' || character == '\t',
    })
}

/// What a literal in double or back quotes stands for; `None` when it is malformed.
pub(crate) fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    let (&mark, rest) = literal.split_first()?;
    let (&end, inner) = rest.split_last()?;
    if end != mark {
        return None;
    }
    match mark {
        b'`' if inner.contains(&b'`') => None,
        b'`' => Some(inner.iter().copied().filter(|&byte| byte != b'\r').collect()),
        b'"' => unescape(inner),
        _ => None,
    }
}

fn unescape(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        if rest[0] == b'\n' {
            return None;
        }
        let (unit, length) = unquote_unit(rest, b'"')?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Character(character) => runes::push(&mut out, character),
        }
        rest = &rest[length..];
    }
    Some(out)
}

/// What a character literal, quotes included, stands for; `Err` is Go's text.
pub(crate) fn unquote_rune(literal: &[u8]) -> Result<u32, &'static str> {
    let inner = literal.get(1..).unwrap_or_default();
    let (unit, length) = unquote_unit(inner, b'\'').ok_or("invalid syntax")?;
    if &inner[length..] != b"'" {
        return Err("malformed character constant");
    }
    Ok(match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Character(character) => character as u32,
    })
}

enum Unit {
    Byte(u8),
    Character(char),
}

/// The first character or escape within quotes, and its length.
fn unquote_unit(text: &[u8], mark: u8) -> Option<(Unit, usize)> {
    match *text.first()? {
        byte if byte == mark => None,
        b'\\' => unquote_escape(text, mark),
        byte if byte < 0x80 => Some((Unit::Byte(byte), 1)),
        _ => {
            let (character, length) = runes::decode(text);
            Some((Unit::Character(character.unwrap_or(char::REPLACEMENT_CHARACTER)), length))
        }
    }
}

fn unquote_escape(text: &[u8], mark: u8) -> Option<(Unit, usize)> {
    let digits = |from: usize, length: usize, radix: u32| {
        let digits = text.get(from..from + length)?;
        let digits = digits.iter().map(|&byte| char::from(byte).to_digit(radix));
        digits.collect::<Option<Vec<u32>>>().map(|digits| {
            digits.iter().fold(0u32, |number, digit| number.wrapping_mul(radix).wrapping_add(*digit))
        })
    };
    let simple = |byte| Some((Unit::Byte(byte), 2));
    let character = |length| {
        let number = digits(2, length, 16)?;
        Some((Unit::Character(char::from_u32(number)?), 2 + length))
    };
    match *text.get(1)? {
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'f' => simple(0x0C),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(0x0B),
        b'\\' => simple(b'\\'),
        byte @ (b'\'' | b'"') if byte == mark => simple(byte),
        b'x' => Some((Unit::Byte(u8::try_from(digits(2, 2, 16)?).ok()?), 4)),
        b'u' => character(4),
        b'U' => character(8),
        b'0'..=b'7' => Some((Unit::Byte(u8::try_from(digits(1, 3, 8)?).ok()?), 4)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_go_quotes_them() {
        let cases: &[(&[u8], &str)] = &[
            (b"plain 'x'", "\"plain 'x'\""),
            (b"\"\\\n\t\r\x07\x08\x0B\x0C\x00\x7F", r#""\"\\\n\t\r\a\b\v\f\x00\x7f""#),
            ("é\u{301}\u{200B}\u{10FFFF}\u{FEFF}".as_bytes(), "\"é\u{301}\\u200b\\U0010ffff\\ufeff\""),
            (b"\xFF\xE2\x82", r#""\xff\xe2\x82""#),
        ];
        for (bytes, expected) in cases {
            assert_eq!(String::from_utf8_lossy(&quote(bytes)), *expected);
            assert_eq!(unquote(&quote(bytes)).as_deref(), Some(*bytes));
        }
        assert_eq!(quote_to_ascii("é😀".as_bytes()), br#""\u00e9\U0001f600""#);
    }

    #[test]
    fn literals_are_read_as_go_reads_them() {
        let good: &[(&[u8], &[u8])] = &[
            (b"`a\r\n\\n`", b"a\n\\n"),
            (br#""\x41\101\u0041\U00000041""#, b"AAAA"),
            (br#""\xff\377""#, b"\xFF\xFF"),
            (b"\"\xFF\"", "\u{FFFD}".as_bytes()),
        ];
        for (literal, expected) in good {
            assert_eq!(unquote(literal).as_deref(), Some(*expected));
        }
        for bad in [r#""\'""#, r#""\400""#, r#""\ud800""#, r#""\x4""#, r#""\z""#, "\"\n\"", r#"""#, "'a'"] {
            assert_eq!(unquote(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(unquote_rune(b"'a'"), Ok(97));
        assert_eq!(unquote_rune(br"'\''"), Ok(39));
        assert_eq!(unquote_rune(br"'\xff'"), Ok(255));
        assert_eq!(unquote_rune(b"''"), Err("invalid syntax"));
        assert_eq!(unquote_rune(b"'ab'"), Err("malformed character constant"));
    }
}
