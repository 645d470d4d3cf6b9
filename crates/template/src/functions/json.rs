//! JSON, written and read as Go does.

mod read;
mod write;

pub(super) use read::{Member, first, parse};
pub(super) use write::{Style, number, write};

use super::fault;
use crate::function::Function;
use crate::types::Type;
use crate::value::Value;

const ONE: &[Type] = &[Type::String];
const ANY: &[Type] = &[Type::Any];

pub(super) fn all() -> Vec<Function> {
    let writer = |name, style: Style, strict: bool| {
        Function::new(name, ANY, Type::String, move |cx, args| match write(cx, args.value(0), style)? {
            Ok(text) => Ok(text.into()),
            Err(error) if strict => fault(error),
            Err(_) => Ok("".into()),
        })
    };
    let compact = "Writes a value as JSON.";
    let pretty = "Writes a value as indented JSON.";
    let raw = "Writes a value as JSON without escaping <, > and &.";
    vec![
        Function::new("fromJson", ONE, Type::Any, |cx, args| {
            Ok(parse(cx, args.string(0)?)?.unwrap_or(Value::Nil))
        })
        .about("Reads JSON; gives nil if it is none.", "{{ (fromJson .json).host }}"),
        Function::new("mustFromJson", ONE, Type::Any, |cx, args| match parse(cx, args.string(0)?)? {
            Ok(value) => Ok(value),
            Err(error) => fault(error),
        })
        .about("Reads JSON; fails if it is none.", "{{ (mustFromJson .json).host }}"),
        writer("toJson", Style::ESCAPED, false).about(compact, r#"{{ dict "a" 1 | toJson }}"#),
        writer("mustToJson", Style::ESCAPED, true).about(compact, r#"{{ dict "a" 1 | mustToJson }}"#),
        writer("toPrettyJson", Style::PRETTY, false).about(pretty, r#"{{ dict "a" 1 | toPrettyJson }}"#),
        writer("mustToPrettyJson", Style::PRETTY, true)
            .about(pretty, r#"{{ dict "a" 1 | mustToPrettyJson }}"#),
        writer("toRawJson", Style::RAW, true).about(raw, r#"{{ dict "a" "<" | toRawJson }}"#),
        writer("mustToRawJson", Style::RAW, true).about(raw, r#"{{ dict "a" "<" | mustToRawJson }}"#),
    ]
}
