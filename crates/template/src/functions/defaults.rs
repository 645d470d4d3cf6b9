//! Functions that choose between values, and the one that gives up.

use crate::function::{Fault, Function};
use crate::types::Type;
use crate::value::Value;

const ANY: &[Type] = &[Type::Any];

pub(super) fn all() -> Vec<Function> {
    vec![
        Function::new("default", &[Type::Any, Type::Any], Type::Any, |_, args| {
            let given = args.value(1);
            Ok(if is_empty(given) { args.value(0) } else { given }.clone())
        })
        .variadic()
        .about(
            "Gives the second value, or the first if the second is empty.",
            r#"{{ .port | default "5432" }}"#,
        ),
        Function::new("empty", ANY, Type::Bool, |_, args| Ok(is_empty(args.value(0)).into()))
            .about("Tells whether a value is nil, false, zero or has no length.", "{{ empty .user }}"),
        Function::new("coalesce", ANY, Type::Any, |_, args| {
            Ok(args.rest(0).iter().find(|value| !is_empty(value)).cloned().unwrap_or_default())
        })
        .variadic()
        .about("Gives the first value that is not empty.", r#"{{ coalesce "" .user "nobody" }}"#),
        Function::new("all", ANY, Type::Bool, |_, args| Ok(args.rest(0).iter().all(|v| !is_empty(v)).into()))
            .variadic()
            .about("Tells whether no value is empty.", "{{ all .user .password }}"),
        Function::new("any", ANY, Type::Bool, |_, args| Ok(args.rest(0).iter().any(|v| !is_empty(v)).into()))
            .variadic()
            .about("Tells whether some value is not empty.", "{{ any .user .password }}"),
        Function::new("ternary", &[Type::Any, Type::Any, Type::Bool], Type::Any, |_, args| {
            Ok(args.value(if args.bool(2)? { 0 } else { 1 }).clone())
        })
        .about("Chooses between two values.", r#"{{ eq .user "admin" | ternary "rw" "ro" }}"#),
        Function::new("fail", &[Type::String], Type::String, |_, args| {
            Err(Fault::said(args.string(0)?.to_vec()))
        })
        .about("Ends rendering with an error.", r#"{{ fail "no user" }}"#),
    ]
}

/// Nil, false, zero, or without length.
pub(super) fn is_empty(value: &Value) -> bool {
    !value.is_true()
}
