//! Functions on texts: case, trimming, cutting, quoting, splitting.

use super::{also, fault, letters, lists};
use crate::bytes::ByteString;
use crate::context::Context;
use crate::function::{Fault, Function};
use crate::print;
use crate::quote::{self, quote};
use crate::types::Type;
use crate::value::{List, Map, Value};

const ONE: &[Type] = &[Type::String];
const TWO: &[Type] = &[Type::String, Type::String];
const ANY: &[Type] = &[Type::Any];

pub(super) fn all() -> Vec<Function> {
    [cased(), trimmed(), compared(), quoted(), joined(), cut()].concat()
}

fn mapped(name: &'static str, change: fn(&[u8]) -> Vec<u8>) -> Function {
    Function::new(name, ONE, Type::String, move |_, args| Ok(change(args.string(0)?).into()))
}

fn two(name: &'static str, combine: fn(&[u8], &[u8]) -> Vec<u8>) -> Function {
    Function::new(
        name,
        TWO,
        Type::String,
        move |_, args| Ok(combine(args.string(0)?, args.string(1)?).into()),
    )
}

fn cased() -> Vec<Function> {
    vec![
        Function::new("hello", &[], Type::String, |_, _| Ok("Hello!".into())).about("Greets.", "{{ hello }}"),
        mapped("upper", |text| letters::map(text, letters::upper))
            .about("Makes all letters upper case.", r#"{{ upper "abc" }}"#),
        mapped("lower", |text| letters::map(text, letters::lower))
            .about("Makes all letters lower case.", r#"{{ lower "ABC" }}"#),
        mapped("title", title)
            .about("Makes the first letter of every word upper case.", r#"{{ title "a few words" }}"#),
        mapped("untitle", untitle)
            .about("Makes the first letter of every word lower case.", r#"{{ untitle "A Few Words" }}"#),
    ]
}

fn title(text: &[u8]) -> Vec<u8> {
    let mut before = ' ';
    letters::map(text, |letter| {
        let starts =
            !(before.is_alphanumeric() || before == '_') && (before.is_ascii() || before.is_whitespace());
        before = letter;
        if starts { letters::title(letter) } else { letter }
    })
}

fn untitle(text: &[u8]) -> Vec<u8> {
    let mut starts = true;
    letters::map(text, |letter| {
        let first = std::mem::replace(&mut starts, letter.is_whitespace());
        if first { letters::lower(letter) } else { letter }
    })
}

fn trimmed() -> Vec<Function> {
    let trim_all = two("trimAll", |cut, text| trim_set(text, cut).to_vec())
        .about("Removes characters of a set from both ends.", r#"{{ "$5.00$" | trimAll "$" }}"#);
    let mut functions = also(trim_all, &["trimall"]);
    functions.extend([
        mapped("trim", |text| trim_space(text).to_vec())
            .about("Removes white space from both ends.", r#"{{ trim "  a b " }}"#),
        two("trimPrefix", |start, text| text.strip_prefix(start).unwrap_or(text).to_vec())
            .about("Removes a text from the start, if it is there.", r#"{{ "v1.2" | trimPrefix "v" }}"#),
        two("trimSuffix", |end, text| text.strip_suffix(end).unwrap_or(text).to_vec()).about(
            "Removes a text from the end, if it is there.",
            r#"{{ "app.yaml" | trimSuffix ".yaml" }}"#,
        ),
        mapped("nospace", nospace).about("Removes all white space.", r#"{{ nospace "a b c" }}"#),
    ]);
    functions
}

/// Byte by byte, each byte taken as the character of that number: so the original does.
fn nospace(text: &[u8]) -> Vec<u8> {
    if text.iter().all(|byte| !char::from(*byte).is_whitespace()) {
        return text.to_vec();
    }
    let kept = text.iter().map(|byte| char::from(*byte)).filter(|letter| !letter.is_whitespace());
    kept.collect::<String>().into_bytes()
}

/// As Go's `strings.TrimSpace`.
pub(super) fn trim_space(text: &[u8]) -> &[u8] {
    trim_by(text, char::is_whitespace)
}

fn trim_set<'a>(text: &'a [u8], cut: &[u8]) -> &'a [u8] {
    let mut set: Vec<char> = letters::of(cut).collect();
    set.sort_unstable();
    trim_by(text, |letter| set.binary_search(&letter).is_ok())
}

fn trim_by(text: &[u8], drops: impl Fn(char) -> bool) -> &[u8] {
    let mut start = 0;
    while let Some((letter, size)) = letters::first(&text[start..]) {
        if !drops(letter) {
            break;
        }
        start += size;
    }
    let text = &text[start..];
    let mut end = text.len();
    while let Some((letter, size)) = letters::last(&text[..end]) {
        if !drops(letter) {
            break;
        }
        end -= size;
    }
    &text[..end]
}

fn compared() -> Vec<Function> {
    let test =
        |name, holds: fn(&[u8], &[u8]) -> bool| {
            Function::new(name, TWO, Type::Bool, move |_, args| {
                Ok(holds(args.string(1)?, args.string(0)?).into())
            })
        };
    vec![
        test("contains", |text, part| letters::find(text, part).is_some())
            .about("Tells whether a text is part of another.", r#"{{ "catch" | contains "cat" }}"#),
        test("hasPrefix", <[u8]>::starts_with)
            .about("Tells whether a text starts with another.", r#"{{ "catch" | hasPrefix "cat" }}"#),
        test("hasSuffix", <[u8]>::ends_with)
            .about("Tells whether a text ends with another.", r#"{{ "catch" | hasSuffix "ch" }}"#),
    ]
}

/// A value as text, as sprig's `toString` has it.
pub(super) fn text_of(cx: &mut Context<'_>, value: &Value) -> Result<Vec<u8>, Fault> {
    match value {
        Value::String(text) => Ok(text.to_vec()),
        Value::List(list) if *list.element() == Type::UINT8 => Ok(bytes_of(list)),
        _ => print::text(cx, value),
    }
}

fn bytes_of(list: &List) -> Vec<u8> {
    let byte = |item: &Value| match item {
        Value::Uint(_, byte) => u8::try_from(*byte).ok(),
        _ => None,
    };
    list.items().iter().filter_map(byte).collect()
}

fn quoted() -> Vec<Function> {
    vec![
        Function::new("quote", ANY, Type::String, |cx, args| {
            let texts = texts(cx, args.rest(0))?;
            for text in &texts {
                cx.allocate(text.len().saturating_mul(quote::GROWTH))?;
            }
            let quoted: Vec<Vec<u8>> = texts.iter().map(|text| quote(text)).collect();
            Ok(quoted.join(&b' ').into())
        })
        .variadic()
        .about("Puts values in double quotes.", "{{ .user | quote }}"),
        Function::new("squote", ANY, Type::String, |cx, args| {
            let mut quoted = Vec::new();
            for value in args.rest(0).iter().filter(|value| !matches!(value, Value::Nil)) {
                quoted.push([b"'".as_slice(), &print::text(cx, value)?, b"'"].concat());
            }
            Ok(quoted.join(&b' ').into())
        })
        .variadic()
        .about("Puts values in single quotes.", "{{ .user | squote }}"),
        Function::new("cat", ANY, Type::String, |cx, args| {
            let mut parts = Vec::new();
            for value in args.rest(0).iter().filter(|value| !matches!(value, Value::Nil)) {
                parts.push(print::text(cx, value)?);
            }
            Ok(parts.join(&b' ').into())
        })
        .variadic()
        .about("Joins values with spaces.", r#"{{ cat "a" 1 "b" }}"#),
        Function::new("toString", ANY, Type::String, |cx, args| Ok(text_of(cx, args.value(0))?.into()))
            .about("Makes a text of a value.", "{{ toString 5 }}"),
        Function::new("plural", &[Type::String, Type::String, Type::INT], Type::String, |_, args| {
            Ok(args.string(if args.int(2)? == 1 { 0 } else { 1 })?.clone().into())
        })
        .about("Chooses between singular and plural.", r#"{{ len .user | plural "letter" "letters" }}"#),
        Function::new("indent", &[Type::INT, Type::String], Type::String, |cx, args| {
            Ok(indent(cx, args.int(0)?, args.string(1)?, b"")?.into())
        })
        .about("Puts spaces before every line.", "{{ .text | indent 4 }}"),
        Function::new("nindent", &[Type::INT, Type::String], Type::String, |cx, args| {
            Ok(indent(cx, args.int(0)?, args.string(1)?, b"\n")?.into())
        })
        .about("Starts a new line and puts spaces before every line.", "{{ .text | nindent 4 }}"),
        Function::new("replace", &[Type::String; 3], Type::String, |cx, args| {
            Ok(replace(cx, args.string(2)?, args.string(0)?, args.string(1)?)?.into())
        })
        .about("Replaces a text wherever it occurs.", r#"{{ "a-b-c" | replace "-" "_" }}"#),
        Function::new("repeat", &[Type::INT, Type::String], Type::String, |cx, args| {
            let (count, text) = (args.int(0)?, args.string(1)?);
            Ok(repeated(cx, text, count)?.into())
        })
        .about("Repeats a text.", r#"{{ "ab" | repeat 3 }}"#),
    ]
}

/// The text so many times, once there is room for it.
fn repeated(cx: &mut Context<'_>, text: &[u8], count: i64) -> Result<Vec<u8>, Fault> {
    let Ok(count) = usize::try_from(count) else { return fault("strings: negative Repeat count") };
    cx.allocate(text.len().saturating_mul(count))?;
    Ok(text.repeat(count))
}

fn indent(cx: &mut Context<'_>, spaces: i64, text: &[u8], before: &[u8]) -> Result<Vec<u8>, Fault> {
    let pad = repeated(cx, b" ", spaces)?;
    let lines = 1 + text.iter().filter(|byte| **byte == b'\n').count();
    cx.allocate(text.len().saturating_add(pad.len().saturating_mul(lines)))?;
    let mut indented = before.to_vec();
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if number > 0 {
            indented.push(b'\n');
        }
        indented.extend_from_slice(&pad);
        indented.extend_from_slice(line);
    }
    Ok(indented)
}

/// Every occurrence replaced; an empty text occurs before every character and at the end.
fn replace(cx: &mut Context<'_>, text: &[u8], old: &[u8], new: &[u8]) -> Result<Vec<u8>, Fault> {
    if old == new {
        return Ok(text.to_vec());
    }
    cx.work(text.len() as u64 / 16)?;
    let mut replaced = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut charged = 0;
    loop {
        let next = if old.is_empty() { Some(0) } else { letters::find(rest, old) };
        let Some(start) = next else { break };
        replaced.extend_from_slice(&rest[..start]);
        replaced.extend_from_slice(new);
        rest = &rest[start + old.len()..];
        if old.is_empty() {
            let Some((_, size)) = letters::first(rest) else { break };
            replaced.extend_from_slice(&rest[..size]);
            rest = &rest[size..];
        }
        cx.allocate(replaced.len() - charged)?;
        charged = replaced.len();
    }
    replaced.extend_from_slice(rest);
    Ok(replaced)
}

fn texts(cx: &mut Context<'_>, values: &[Value]) -> Result<Vec<Vec<u8>>, Fault> {
    values.iter().filter(|value| !matches!(value, Value::Nil)).map(|value| text_of(cx, value)).collect()
}

/// The texts of a list, without what is nil; of anything else, one text.
pub(super) fn texts_of(cx: &mut Context<'_>, value: &Value) -> Result<Vec<Vec<u8>>, Fault> {
    match value {
        Value::List(list) => texts(cx, list.items()),
        Value::Nil => Ok(Vec::new()),
        other => Ok(vec![text_of(cx, other)?]),
    }
}

fn joined() -> Vec<Function> {
    vec![
        Function::new("join", &[Type::String, Type::Any], Type::String, |cx, args| {
            let texts = texts_of(cx, args.value(1))?;
            cx.allocate(args.string(0)?.len().saturating_mul(texts.len()))?;
            Ok(texts.join(&args.string(0)?[..]).into())
        })
        .about("Joins a list with a separator.", r#"{{ list "a" "b" | join "," }}"#),
        Function::new("toStrings", ANY, Type::STRINGS, |cx, args| {
            Ok(Value::strings(texts_of(cx, args.value(0))?))
        })
        .about("Makes texts of the values of a list.", "{{ list 1 2 | toStrings }}"),
        Function::new("sortAlpha", ANY, Type::STRINGS, |cx, args| {
            let mut texts = match args.value(0) {
                Value::List(_) => texts_of(cx, args.value(0))?,
                other => vec![text_of(cx, other)?],
            };
            texts.sort_unstable();
            Ok(Value::strings(texts))
        })
        .about("Sorts a list of texts.", r#"{{ list "b" "a" | sortAlpha }}"#),
        Function::new("splitList", TWO, Type::STRINGS, |cx, args| {
            Ok(Value::strings(split(cx, args.string(1)?, args.string(0)?, -1)?))
        })
        .about("Splits a text into a list.", r#"{{ "a,b" | splitList "," }}"#),
        Function::new("split", TWO, Type::Map(&Type::String), |cx, args| {
            Ok(numbered(split(cx, args.string(1)?, args.string(0)?, -1)?))
        })
        .about("Splits a text into a map with the keys _0, _1 and so on.", r#"{{ ("a,b" | split ",")._1 }}"#),
        Function::new(
            "splitn",
            &[Type::String, Type::INT, Type::String],
            Type::Map(&Type::String),
            |cx, args| Ok(numbered(split(cx, args.string(2)?, args.string(0)?, args.int(1)?)?)),
        )
        .about("Splits a text into at most so many parts.", r#"{{ ("a,b,c" | splitn "," 2)._1 }}"#),
    ]
}

fn numbered(parts: Vec<Vec<u8>>) -> Value {
    let keys = (0..).map(|number| format!("_{number}"));
    Value::Map(Map::new(&Type::String, keys.zip(parts.into_iter().map(Value::from))))
}

/// The parts between separators, at most so many; an empty separator parts the characters.
fn split(cx: &mut Context<'_>, text: &[u8], separator: &[u8], limit: i64) -> Result<Vec<Vec<u8>>, Fault> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    if limit == 0 {
        return Ok(parts);
    }
    let mut rest = text;
    while parts.len() + 1 < limit {
        cx.work(1)?;
        if separator.is_empty() {
            let Some((_, size)) = letters::first(rest).filter(|(_, size)| *size < rest.len()) else { break };
            parts.push(rest[..size].to_vec());
            rest = &rest[size..];
        } else {
            let Some(start) = letters::find(rest, separator) else { break };
            parts.push(rest[..start].to_vec());
            rest = &rest[start + separator.len()..];
        }
    }
    if !(separator.is_empty() && rest.is_empty()) {
        parts.push(rest.to_vec());
    }
    lists::room(cx, parts.len())?;
    Ok(parts)
}

fn cut() -> Vec<Function> {
    vec![
        Function::new("trunc", &[Type::INT, Type::String], Type::String, |_, args| {
            let text = args.string(1)?;
            Ok(ByteString::from(truncated(text, args.int(0)?)).into())
        })
        .about(
            "Keeps so many bytes from the start, or from the end if negative.",
            r#"{{ "hello" | trunc 2 }}"#,
        ),
        Function::new("substr", &[Type::INT, Type::INT, Type::String], Type::String, |_, args| {
            Ok(substring(args.string(2)?, args.int(0)?, args.int(1)?)?.into())
        })
        .about("Gives the bytes from one place up to another.", r#"{{ "hello" | substr 1 3 }}"#),
    ]
}

fn truncated(text: &[u8], count: i64) -> &[u8] {
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if count < 0 && size < text.len() {
        return &text[text.len() - size..];
    }
    if count >= 0 && size < text.len() { &text[..size] } else { text }
}

fn substring(text: &[u8], start: i64, end: i64) -> Result<&[u8], Fault> {
    let length = text.len();
    let at = |place: i64| usize::try_from(place).ok().filter(|place| *place <= length);
    if start < 0 {
        return match at(end) {
            Some(end) => Ok(&text[..end]),
            None if end < 0 => fault(format!("runtime error: slice bounds out of range [:{end}]")),
            None => fault(format!("runtime error: slice bounds out of range [:{end}] with length {length}")),
        };
    }
    if end < 0 || at(end).is_none() {
        return match at(start) {
            Some(start) => Ok(&text[start..]),
            None => fault(format!("runtime error: slice bounds out of range [{start}:{length}]")),
        };
    }
    match (at(start), at(end)) {
        (Some(from), Some(to)) if from <= to => Ok(&text[from..to]),
        _ => fault(format!("runtime error: slice bounds out of range [{start}:{end}]")),
    }
}
