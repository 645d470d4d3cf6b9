//! Functions on words: naming styles, wrapping, shortening.

use super::{fault, letters};
use crate::context::Context;
use crate::function::{Fault, Function};
use crate::types::Type;

const ONE: &[Type] = &[Type::String];

pub(super) fn all() -> Vec<Function> {
    let styled = |name, change: fn(&[u8]) -> Vec<u8>| {
        Function::new(name, ONE, Type::String, move |_, args| Ok(change(args.string(0)?).into()))
    };
    vec![
        styled("camelcase", pascal).about("Writes words as CamelCase.", r#"{{ camelcase "http_server" }}"#),
        styled("snakecase", |text| separated(text, '_'))
            .about("Writes words as snake_case.", r#"{{ snakecase "HttpServer" }}"#),
        styled("kebabcase", |text| separated(text, '-'))
            .about("Writes words as kebab-case.", r#"{{ kebabcase "HttpServer" }}"#),
        styled("swapcase", swapped).about("Swaps upper and lower case.", r#"{{ swapcase "This Is" }}"#),
        styled("initials", initials)
            .about("Gives the first character of every word.", r#"{{ initials "First Try" }}"#),
        Function::new("abbrev", &[Type::INT, Type::String], Type::String, |_, args| {
            let (width, text) = (args.int(0)?, args.string(1)?);
            Ok(if width < 4 { text.to_vec() } else { abbreviated(text, 0, width) }.into())
        })
        .about("Shortens a text to so many bytes, with dots at the end.", r#"{{ abbrev 8 "a long text" }}"#),
        Function::new("abbrevboth", &[Type::INT, Type::INT, Type::String], Type::String, |_, args| {
            let (left, right, text) = (args.int(0)?, args.int(1)?, args.string(2)?);
            let as_is = right < 4 || (left > 0 && right < 7);
            if !as_is && left < 0 && text.len() as i64 > right && right - 3 > text.len() as i64 - left {
                return fault("runtime error: slice bounds out of range");
            }
            Ok(if as_is { text.to_vec() } else { abbreviated(text, left, right) }.into())
        })
        .about("Shortens a text on both sides.", r#"{{ abbrevboth 5 10 "1234 5678 9123" }}"#),
        Function::new("wrap", &[Type::INT, Type::String], Type::String, |cx, args| {
            Ok(wrapped(cx, args.string(1)?, args.int(0)?, b"\n", false)?.into())
        })
        .about("Wraps a text at a width; long words stay whole.", r#"{{ wrap 5 "a few words" }}"#),
        Function::new("wrapWith", &[Type::INT, Type::String, Type::String], Type::String, |cx, args| {
            let separator = args.string(1)?;
            let separator = if separator.is_empty() { b"\n".as_slice() } else { separator };
            Ok(wrapped(cx, args.string(2)?, args.int(0)?, separator, true)?.into())
        })
        .about(
            "Wraps a text at a width with a separator, long words too.",
            r#"{{ wrapWith 5 "\t" "HelloWorld" }}"#,
        ),
    ]
}

fn is_connector(letter: char) -> bool {
    letter == '-' || letter == '_' || letter.is_whitespace()
}

/// Lu alone in Go; the rest of what Unicode calls upper case are numbers and symbols.
fn is_upper(letter: char) -> bool {
    letter.is_uppercase() && letter.is_alphabetic() && letters::lower(letter) != letter
}

fn pascal(text: &[u8]) -> Vec<u8> {
    let text: Vec<char> = letters::of(text).collect();
    let Some(start) = text.iter().position(|letter| !is_connector(*letter)) else {
        return text.iter().collect::<String>().into_bytes();
    };
    let mut out: String = text[..start].iter().collect();
    let mut first_is_upper = is_upper(text[start]);
    let mut current = letters::upper(text[start]);
    for next in &text[start + 1..] {
        let before = std::mem::replace(&mut current, *next);
        if is_connector(current) && is_connector(before) {
            out.push(before);
        } else if is_connector(before) {
            first_is_upper = is_upper(current);
            current = letters::upper(current);
        } else {
            if first_is_upper && is_upper(current) {
                current = letters::lower(current);
            } else {
                first_is_upper = false;
            }
            out.push(before);
        }
    }
    out.push(current);
    out.into_bytes()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

/// Letters of scripts with case, as the original counts them.
fn is_letter(letter: char) -> bool {
    letter.is_alphabetic() && (letter.is_lowercase() || letter.is_uppercase())
}

fn kind_of(letter: char) -> Word {
    match letter {
        _ if is_connector(letter) => Word::Connector,
        _ if letters::is_punctuation(letter) => Word::Punctuation,
        _ if is_upper(letter) => Word::Upper,
        _ if is_letter(letter) => Word::Alphabet,
        _ if letter.is_numeric() => Word::Number,
        _ => Word::Other,
    }
}

/// The first word and what follows it.
fn next_word(text: &[char]) -> (Word, &[char], &[char]) {
    let Some(first) = text.first() else { return (Word::None, text, text) };
    let kind = kind_of(*first);
    let run = |from: usize, member: fn(char) -> bool| {
        text[from..].iter().position(|letter| !member(*letter)).map_or(text.len(), |at| from + at)
    };
    let end = match kind {
        Word::None => 0,
        Word::Connector => run(1, is_connector),
        Word::Punctuation => run(1, letters::is_punctuation),
        Word::Number => run(1, char::is_numeric),
        Word::Alphabet => run(1, |letter| is_letter(letter) && !is_upper(letter)),
        Word::Other => run(1, |letter| kind_of(letter) == Word::Other),
        Word::Upper => match text.get(1) {
            Some(second) if is_upper(*second) => {
                let end = run(2, is_upper);
                // The last capital begins the next word, as the S of HTTPServer.
                if text.get(end).is_some_and(|letter| is_letter(*letter)) { end - 1 } else { end }
            }
            Some(second) if is_letter(*second) => run(2, |letter| is_letter(letter) && !is_upper(letter)),
            _ => 1,
        },
    };
    let (word, rest) = text.split_at(end);
    (kind, word, rest)
}

fn write_word(out: &mut String, kind: Word, word: &[char], connector: char) {
    let lowered = matches!(kind, Word::Upper | Word::Connector);
    out.extend(word.iter().map(|letter| match letter {
        letter if !lowered => *letter,
        letter if is_connector(*letter) => connector,
        letter if is_upper(*letter) => letters::lower(*letter),
        letter => *letter,
    }));
}

/// Words in lower case with a connector between them. Digits belong to the word before them, unless lower-case letters
/// follow at once.
fn separated(text: &[u8], connector: char) -> Vec<u8> {
    let text: Vec<char> = letters::of(text).collect();
    let mut out = String::new();
    let (mut kind, mut word, mut rest) = next_word(&text);
    while !rest.is_empty() {
        if kind != Word::Connector {
            write_word(&mut out, kind, word, connector);
        }
        let before = (kind, word);
        (kind, word, rest) = next_word(rest);
        match before.0 {
            Word::Connector => write_word(&mut out, Word::Connector, before.1, connector),
            Word::Punctuation => {}
            Word::Number => {
                (kind, word, rest) = joined_words(&mut out, (kind, word, rest), connector);
            }
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind == Word::Alphabet {
                    out.push(connector);
                    write_word(&mut out, Word::Number, number, connector);
                    (kind, word, rest) = joined_words(&mut out, (kind, word, rest), connector);
                } else {
                    write_word(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        out.push(connector);
                    }
                }
            }
        }
    }
    write_word(&mut out, kind, word, connector);
    out.into_bytes()
}

/// Writes lower-case letters and digits that follow digits, then a connector if another word comes.
fn joined_words<'a>(
    out: &mut String,
    (mut kind, mut word, mut rest): (Word, &'a [char], &'a [char]),
    connector: char,
) -> (Word, &'a [char], &'a [char]) {
    while matches!(kind, Word::Alphabet | Word::Number) {
        write_word(out, kind, word, connector);
        (kind, word, rest) = next_word(rest);
    }
    if !matches!(kind, Word::None | Word::Connector | Word::Punctuation) {
        out.push(connector);
    }
    (kind, word, rest)
}

/// A lower-case letter at the start of a word becomes a title-case one.
fn swapped(text: &[u8]) -> Vec<u8> {
    let mut after_space = true;
    letters::map(text, |letter| {
        if is_upper(letter) || matches!(letter, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ') {
            after_space = false;
            letters::lower(letter)
        } else if letter.is_lowercase() {
            let first = std::mem::replace(&mut after_space, false);
            if first { letters::title(letter) } else { letters::upper(letter) }
        } else {
            after_space = letter.is_whitespace();
            letter
        }
    })
}

/// Byte by byte, each byte taken as the character of that number: so the original does.
fn initials(text: &[u8]) -> Vec<u8> {
    let mut after_space = true;
    let mut initials = String::new();
    for letter in text.iter().map(|byte| char::from(*byte)) {
        if letter.is_whitespace() {
            after_space = true;
        } else if std::mem::replace(&mut after_space, false) {
            initials.push(letter);
        }
    }
    initials.into_bytes()
}

/// At most `width` bytes from around `offset`, with dots where something is left out.
fn abbreviated(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if length <= width {
        return text.to_vec();
    }
    let part = |start: i64, end: i64| {
        let at = |place: i64| usize::try_from(place).unwrap_or_default().min(text.len());
        &text[at(start)..at(end).max(at(start))]
    };
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return [part(0, width - 3), b"..."].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + width - 3 < length {
        return [b"...".as_slice(), &abbreviated(part(offset, length), 0, width - 3)].concat();
    }
    [b"...", part(length - (width - 3), length)].concat()
}

fn wrapped(
    cx: &mut Context<'_>,
    text: &[u8],
    width: i64,
    separator: &[u8],
    breaks_words: bool,
) -> Result<Vec<u8>, Fault> {
    let width = usize::try_from(width).unwrap_or_default().max(1);
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut rest = text;
    while rest.len() > width {
        cx.allocate(width.min(rest.len()) / 8 + separator.len() + 16)?;
        if let Some(stripped) = rest.strip_prefix(b" ") {
            rest = stripped;
            continue;
        }
        if let Some(space) = rest[..=width].iter().rposition(|byte| *byte == b' ') {
            lines.push(&rest[..space]);
            rest = &rest[space + 1..];
        } else if breaks_words {
            lines.push(&rest[..width]);
            rest = &rest[width..];
        } else if let Some(space) = rest[width..].iter().position(|byte| *byte == b' ') {
            lines.push(&rest[..width + space]);
            rest = &rest[width + space + 1..];
        } else {
            break;
        }
    }
    lines.push(rest);
    Ok(lines.join(separator))
}
