//! Functions on lists.

use super::defaults::is_empty;
use super::numbers::integer;
use super::{NIL_DEREFERENCE, also, fault};
use crate::context::Context;
use crate::equal::deep_equal;
use crate::function::{Fault, Function};
use crate::types::Type;
use crate::value::{List, Value};

const ANY: &[Type] = &[Type::Any];
const PAIR: &[Type] = &[Type::Any, Type::Any];

pub(super) fn all() -> Vec<Function> {
    [made(), grown(), ends(), filtered(), cut()].concat()
}

/// Makes sure that there is room for a list of this length.
pub(super) fn room(cx: &mut Context<'_>, length: usize) -> Result<(), Fault> {
    cx.work(length as u64)?;
    Ok(cx.allocate(length.saturating_mul(size_of::<Value>()))?)
}

/// The list, or the error of the function that `text` begins with, ended with the kind of the value.
fn list_of<'a>(value: &'a Value, text: &str) -> Result<&'a List, Fault> {
    match value {
        Value::List(list) => Ok(list),
        Value::Nil => fault(NIL_DEREFERENCE),
        other => fault(format!("{text} {}", other.kind_name())),
    }
}

fn nil_list() -> Value {
    List::nil(&Type::Any).into()
}

fn made() -> Vec<Function> {
    let list = Function::new("list", ANY, Type::LIST, |_, args| Ok(Value::list(args.rest(0).to_vec())))
        .variadic()
        .about("Makes a list.", r#"{{ list 1 "a" true }}"#);
    let mut functions = also(list, &["tuple"]);
    functions.push(
        Function::new("concat", ANY, Type::Any, |cx, args| {
            let mut items = Vec::new();
            for value in args.rest(0) {
                let list = match value {
                    Value::Nil => return fault(NIL_DEREFERENCE),
                    Value::List(list) => list,
                    other => return fault(format!("Cannot concat type {} as list", other.kind_name())),
                };
                room(cx, list.items().len())?;
                items.extend_from_slice(list.items());
            }
            Ok(if items.is_empty() { nil_list() } else { Value::list(items) })
        })
        .variadic()
        .about("Joins lists to one.", "{{ concat (list 1 2) (list 3) }}"),
    );
    functions
}

fn grown() -> Vec<Function> {
    let append = Function::new("append", PAIR, Type::LIST, |cx, args| {
        let list = list_of(args.value(0), "Cannot push on type")?;
        room(cx, list.items().len())?;
        Ok(Value::list([list.items(), std::slice::from_ref(args.value(1))].concat()))
    })
    .about("Adds a value at the end of a list.", "{{ append (list 1 2) 3 }}");
    let prepend = Function::new("prepend", PAIR, Type::LIST, |cx, args| {
        let list = list_of(args.value(0), "Cannot prepend on type")?;
        room(cx, list.items().len())?;
        Ok(Value::list([std::slice::from_ref(args.value(1)), list.items()].concat()))
    })
    .about("Adds a value at the start of a list.", "{{ prepend (list 1 2) 0 }}");
    let reverse = Function::new("reverse", ANY, Type::LIST, |cx, args| {
        let list = list_of(args.value(0), "Cannot find reverse on type")?;
        room(cx, list.items().len())?;
        Ok(Value::list(list.items().iter().rev().cloned().collect()))
    })
    .about("Reverses a list.", "{{ reverse (list 1 2) }}");
    [
        also(append, &["push", "mustAppend", "mustPush"]),
        also(prepend, &["mustPrepend"]),
        also(reverse, &["mustReverse"]),
    ]
    .concat()
}

fn ends() -> Vec<Function> {
    let first = Function::new("first", ANY, Type::Any, |_, args| {
        Ok(list_of(args.value(0), "Cannot find first on type")?.items().first().cloned().unwrap_or_default())
    })
    .about("Gives the first value of a list.", "{{ first (list 1 2) }}");
    let last = Function::new("last", ANY, Type::Any, |_, args| {
        Ok(list_of(args.value(0), "Cannot find last on type")?.items().last().cloned().unwrap_or_default())
    })
    .about("Gives the last value of a list.", "{{ last (list 1 2) }}");
    let rest = Function::new("rest", ANY, Type::LIST, |cx, args| {
        let list = list_of(args.value(0), "Cannot find rest on type")?;
        room(cx, list.items().len())?;
        Ok(list.items().split_first().map_or_else(nil_list, |(_, rest)| Value::list(rest.to_vec())))
    })
    .about("Gives a list without its first value.", "{{ rest (list 1 2 3) }}");
    let initial = Function::new("initial", ANY, Type::LIST, |cx, args| {
        let list = list_of(args.value(0), "Cannot find initial on type")?;
        room(cx, list.items().len())?;
        Ok(list.items().split_last().map_or_else(nil_list, |(_, rest)| Value::list(rest.to_vec())))
    })
    .about("Gives a list without its last value.", "{{ initial (list 1 2 3) }}");
    [
        also(first, &["mustFirst"]),
        also(last, &["mustLast"]),
        also(rest, &["mustRest"]),
        also(initial, &["mustInitial"]),
    ]
    .concat()
}

fn is_among(cx: &mut Context<'_>, items: &[Value], wanted: &Value) -> Result<bool, Fault> {
    for item in items {
        cx.work(1)?;
        if deep_equal(cx, wanted, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn filtered() -> Vec<Function> {
    let compact = Function::new("compact", ANY, Type::LIST, |_, args| {
        let list = list_of(args.value(0), "Cannot compact on type")?;
        Ok(Value::list(list.items().iter().filter(|item| !is_empty(item)).cloned().collect()))
    })
    .about("Leaves out the empty values of a list.", r#"{{ compact (list 1 "" 2) }}"#);
    let uniq = Function::new("uniq", ANY, Type::LIST, |cx, args| {
        let mut kept = Vec::new();
        for item in list_of(args.value(0), "Cannot find uniq on type")?.items() {
            if !is_among(cx, &kept, item)? {
                kept.push(item.clone());
            }
        }
        Ok(Value::list(kept))
    })
    .about("Leaves out the values of a list that were there before.", "{{ uniq (list 1 2 1) }}");
    let without = Function::new("without", PAIR, Type::LIST, |cx, args| {
        let mut kept = Vec::new();
        for item in list_of(args.value(0), "Cannot find without on type")?.items() {
            if !is_among(cx, args.rest(1), item)? {
                kept.push(item.clone());
            }
        }
        Ok(Value::list(kept))
    })
    .variadic()
    .about("Leaves out some values of a list.", "{{ without (list 1 2 3) 2 }}");
    let has = Function::new("has", PAIR, Type::Bool, |cx, args| {
        if matches!(args.value(1), Value::Nil) {
            return Ok(false.into());
        }
        let list = list_of(args.value(1), "Cannot find has on type")?;
        Ok(is_among(cx, list.items(), args.value(0))?.into())
    })
    .about("Tells whether a value is in a list.", "{{ list 1 2 | has 2 }}");
    [
        also(compact, &["mustCompact"]),
        also(uniq, &["mustUniq"]),
        also(without, &["mustWithout"]),
        also(has, &["mustHas"]),
    ]
    .concat()
}

fn cut() -> Vec<Function> {
    let slice = Function::new("slice", PAIR, Type::Any, |cx, args| {
        let list = list_of(args.value(0), "list should be type of slice or array but")?;
        let items = list.items();
        if items.is_empty() {
            return Ok(Value::Nil);
        }
        let start = args.rest(1).first().map_or(0, integer);
        let end = args.rest(2).first().map_or(items.len() as i64, integer);
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let Some(part) = range.and_then(|(start, end)| items.get(start..end)) else {
            return fault("reflect.Value.Slice: slice index out of bounds");
        };
        room(cx, part.len())?;
        Ok(List::new(list.element(), part.to_vec()).into())
    })
    .variadic()
    .about("Gives the values of a list from one place up to another.", "{{ slice (list 1 2 3) 1 3 }}");
    let chunk = Function::new("chunk", &[Type::INT, Type::Any], Type::Slice(&Type::LIST), |cx, args| {
        chunked(cx, list_of(args.value(1), "Cannot chunk type")?.items(), args.int(0)?)
    })
    .about("Splits a list into lists of a length.", "{{ list 1 2 3 | chunk 2 }}");
    [also(slice, &["mustSlice"]), also(chunk, &["mustChunk"])].concat()
}

fn chunked(cx: &mut Context<'_>, items: &[Value], size: i64) -> Result<Value, Fault> {
    room(cx, items.len().saturating_mul(2))?;
    let chunks: Vec<Value> = match (usize::try_from(size), items.len()) {
        (Ok(1..), _) => {
            items.chunks(size.unsigned_abs() as usize).map(|chunk| Value::list(chunk.to_vec())).collect()
        }
        // What the original computes for a negative size.
        (Err(_), 1) => vec![Value::list(items.to_vec())],
        (Err(_), 2..) if items.len() as u64 <= size.unsigned_abs() + 1 => Vec::new(),
        _ => return fault("runtime error: makeslice: len out of range"),
    };
    Ok(List::new(&Type::LIST, chunks).into())
}
