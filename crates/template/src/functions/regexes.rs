//! Regular expressions in Go's syntax.

use regex::bytes::Regex;
use signet_go_regex::{Code, Expression, TOO_LARGE};

use super::{also, fault, lists};
use crate::bytes::ByteString;
use crate::context::Context;
use crate::function::{Fault, Function, HIDDEN};
use crate::limits::Limit;
use crate::runes;
use crate::types::Type;
use crate::value::{List, Value};

/// How large a compiled expression may be, in bytes, and what it then costs in steps to go over one byte of a text:
/// each state may have to be looked at for each.
const SIZES: [(usize, u64); 4] = [(16 << 10, 1), (128 << 10, 8), (1 << 20, 64), (4 << 20, 256)];

const TWO: &[Type] = &[Type::String, Type::String];
const THREE: &[Type] = &[Type::String, Type::String, Type::String];
const COUNTED: &[Type] = &[Type::String, Type::String, Type::INT];

/// Whether a bad expression is an error, or Go's panic about the same.
#[derive(Clone, Copy)]
enum Bad {
    Error,
    Panic,
}

pub(super) fn all() -> Vec<Function> {
    [found(), replaced(), parted()].concat()
}

fn compile(cx: &mut Context<'_>, expression: &[u8], bad: Bad) -> Result<(Regex, u64), Fault> {
    cx.work(expression.len() as u64 + 64)?;
    let compiled = match Expression::parse(expression) {
        Ok(expression) => build(cx, &expression)?,
        Err(code) => Err(code),
    };
    compiled.or_else(|code| {
        let error = format!("error parsing regexp: {code}: `{HIDDEN}`");
        match bad {
            Bad::Error => fault(error),
            Bad::Panic => fault(format!("regexp: Compile({HIDDEN}): {error}")),
        }
    })
}

/// The expression and its cost per byte of text; the larger it is, the more its making is charged.
fn build(cx: &mut Context<'_>, expression: &Expression) -> Result<Result<(Regex, u64), Code>, Limit> {
    for (size, cost) in SIZES {
        cx.work(64 * cost)?;
        match expression.compile(size) {
            Err(TOO_LARGE) => {}
            compiled => return Ok(compiled.map(|compiled| (compiled, cost))),
        }
    }
    Ok(Err(TOO_LARGE))
}

/// The expression, and the text to search, whose length is charged.
fn prepared<'a>(
    cx: &mut Context<'_>,
    args: &crate::function::Args<'a>,
    bad: Bad,
) -> Result<(Regex, &'a ByteString), Fault> {
    let text = args.string(1)?;
    let (expression, cost) = compile(cx, args.string(0)?, bad)?;
    cx.work(cost.saturating_mul(text.len() as u64))?;
    Ok((expression, text))
}

/// Whether an empty match lies inside a letter of several bytes, where Go does not look for one.
fn splits_letter(text: &[u8], found: std::ops::Range<usize>) -> bool {
    found.is_empty()
        && (1..=found.start.min(3)).any(|back| {
            let (letter, size) = runes::decode(&text[found.start - back..]);
            letter.is_some() && size > back
        })
}

fn found() -> Vec<Function> {
    let find = |name, bad, example| {
        Function::new(name, TWO, Type::String, move |cx, args| {
            let (expression, text) = prepared(cx, args, bad)?;
            Ok(expression.find(text).map_or(&b""[..], |found| found.as_bytes()).into())
        })
        .about("Gives the first match of an expression.", example)
    };
    let find_all = |name, bad, example| {
        Function::new(name, COUNTED, Type::STRINGS, move |cx, args| {
            let (expression, text) = prepared(cx, args, bad)?;
            let limit = usize::try_from(args.int(2)?).unwrap_or(usize::MAX);
            let mut matches = Vec::new();
            for found in
                expression.find_iter(text).filter(|found| !splits_letter(text, found.range())).take(limit)
            {
                lists::room(cx, 1)?;
                matches.push(found.as_bytes());
            }
            Ok(if matches.is_empty() { List::nil(&Type::String).into() } else { Value::strings(matches) })
        })
        .about("Lists the matches of an expression, at most so many; -1 for all.", example)
    };
    vec![
        Function::new("regexMatch", TWO, Type::Bool, |cx, args| match prepared(cx, args, Bad::Error) {
            Ok((expression, text)) => Ok(expression.is_match(text).into()),
            Err(Fault(crate::function::Cause::Text(_) | crate::function::Cause::Said(_))) => Ok(false.into()),
            Err(limit) => Err(limit),
        })
        .about("Tells whether an expression matches somewhere.", r#"{{ .user | regexMatch "^[a-z]+$" }}"#),
        Function::new("mustRegexMatch", TWO, Type::Bool, |cx, args| {
            let (expression, text) = prepared(cx, args, Bad::Error)?;
            Ok(expression.is_match(text).into())
        })
        .about(
            "Tells whether an expression matches somewhere.",
            r#"{{ .user | mustRegexMatch "^[a-z]+$" }}"#,
        ),
        find("regexFind", Bad::Panic, r#"{{ "port 5432" | regexFind "[0-9]+" }}"#),
        find("mustRegexFind", Bad::Error, r#"{{ "port 5432" | mustRegexFind "[0-9]+" }}"#),
        find_all("regexFindAll", Bad::Panic, r#"{{ regexFindAll "[a-z]" "a1b2" -1 }}"#),
        find_all("mustRegexFindAll", Bad::Error, r#"{{ mustRegexFindAll "[a-z]" "a1b2" -1 }}"#),
    ]
}

fn replaced() -> Vec<Function> {
    let replace = |name, bad, literal: bool| {
        Function::new(name, THREE, Type::String, move |cx, args| {
            let (expression, text) = prepared(cx, args, bad)?;
            Ok(replace_all(cx, &expression, text, args.string(2)?, literal)?.into())
        })
    };
    let about = "Replaces every match; $1 or ${name} in the new text stand for groups.";
    let about_literal = "Replaces every match by a text as it is.";
    vec![
        replace("regexReplaceAll", Bad::Panic, false)
            .about(about, r#"{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}"#),
        replace("mustRegexReplaceAll", Bad::Error, false)
            .about(about, r#"{{ mustRegexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}"#),
        replace("regexReplaceAllLiteral", Bad::Panic, true)
            .about(about_literal, r#"{{ regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}" }}"#),
        replace("mustRegexReplaceAllLiteral", Bad::Error, true)
            .about(about_literal, r#"{{ mustRegexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}" }}"#),
    ]
}

fn replace_all(
    cx: &mut Context<'_>,
    expression: &Regex,
    text: &[u8],
    new: &[u8],
    literal: bool,
) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    let (mut end, mut charged) = (0, 0);
    for captures in expression.captures_iter(text) {
        let Some(found) = captures.get(0).filter(|found| !splits_letter(text, found.range())) else {
            continue;
        };
        out.extend_from_slice(&text[end..found.start()]);
        if literal {
            out.extend_from_slice(new);
        } else {
            captures.expand(new, &mut out);
        }
        end = found.end();
        cx.allocate(out.len() - charged)?;
        cx.work(1)?;
        charged = out.len();
    }
    out.extend_from_slice(&text[end..]);
    Ok(out)
}

fn parted() -> Vec<Function> {
    let split = |name, bad, example| {
        Function::new(name, COUNTED, Type::STRINGS, move |cx, args| {
            let (expression, text) = prepared(cx, args, bad)?;
            let limit = args.int(2)?;
            if limit == 0 {
                return Ok(List::nil(&Type::String).into());
            }
            if text.is_empty() && !args.string(0)?.is_empty() {
                return Ok(Value::strings([""]));
            }
            parts(cx, &expression, text, usize::try_from(limit).unwrap_or(usize::MAX))
        })
        .about("Splits a text where an expression matches, into at most so many parts; -1 for all.", example)
    };
    let quote = Function::new("regexQuoteMeta", &[Type::String], Type::String, |_, args| {
        let mut quoted = Vec::new();
        for byte in args.string(0)?.iter() {
            if b"\\.+*?()|[]{}^$".contains(byte) {
                quoted.push(b'\\');
            }
            quoted.push(*byte);
        }
        Ok(quoted.into())
    })
    .about("Writes a text as an expression that matches it.", r#"{{ regexQuoteMeta "1.2" }}"#);
    let mut functions = also(quote, &[]);
    functions.extend([
        split("regexSplit", Bad::Panic, r#"{{ regexSplit ",\\s*" "a, b,c" -1 }}"#),
        split("mustRegexSplit", Bad::Error, r#"{{ mustRegexSplit ",\\s*" "a, b,c" -1 }}"#),
    ]);
    functions
}

fn parts(cx: &mut Context<'_>, expression: &Regex, text: &[u8], limit: usize) -> Result<Value, Fault> {
    let mut parts: Vec<&[u8]> = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for found in expression.find_iter(text).filter(|found| !splits_letter(text, found.range())).take(limit) {
        if parts.len() + 1 == limit {
            break;
        }
        lists::room(cx, 1)?;
        end = found.start();
        if found.end() != 0 {
            parts.push(&text[begin..end]);
        }
        begin = found.end();
    }
    if end != text.len() {
        parts.push(&text[begin..]);
    }
    Ok(Value::strings(parts))
}
