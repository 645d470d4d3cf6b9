//! Functions on maps of text to anything, which change them in place as Go's do.

use super::strings::text_of;
use super::{also, fault, lists};
use crate::context::Context;
use crate::function::{Args, Fault, Function};
use crate::types::Type;
use crate::value::{List, Map, Value};

const ANY: &[Type] = &[Type::Any];
const KEYED: &[Type] = &[Type::DICT, Type::String];
const DICTS: &[Type] = &[Type::DICT, Type::DICT];

pub(super) fn all() -> Vec<Function> {
    [entries(), selections(), merges(), copies()].concat()
}

fn entries() -> Vec<Function> {
    vec![
        Function::new("dict", ANY, Type::DICT, |cx, args| {
            let mut entries = Vec::new();
            for pair in args.rest(0).chunks(2) {
                let value = pair.get(1).cloned().unwrap_or_else(|| "".into());
                entries.push((text_of(cx, &pair[0])?, value));
            }
            Ok(Value::dict(entries))
        })
        .variadic()
        .about("Makes a map of keys and values.", r#"{{ dict "host" "db" "port" 5432 }}"#),
        Function::new("get", KEYED, Type::Any, |_, args| {
            Ok(args.map(0)?.get(args.string(1)?).unwrap_or_else(|| "".into()))
        })
        .about("Gives the value under a key, or an empty text.", r#"{{ get (dict "a" 1) "a" }}"#),
        Function::new("set", &[Type::DICT, Type::String, Type::Any], Type::DICT, |_, args| {
            args.map(0)?.set(args.string(1)?.clone(), args.value(2).clone())?;
            Ok(args.value(0).clone())
        })
        .about(
            "Sets the value under a key of a map.",
            r#"{{ $d := dict }}{{ $_ := set $d "a" 1 }}{{ $d.a }}"#,
        ),
        Function::new("unset", KEYED, Type::DICT, |_, args| {
            args.map(0)?.remove(args.string(1)?);
            Ok(args.value(0).clone())
        })
        .about("Removes a key from a map.", r#"{{ unset (dict "a" 1 "b" 2) "a" }}"#),
        Function::new("hasKey", KEYED, Type::Bool, |_, args| {
            Ok(args.map(0)?.contains(args.string(1)?).into())
        })
        .about("Tells whether a map has a key.", r#"{{ hasKey (dict "a" 1) "a" }}"#),
        Function::new("dig", ANY, Type::Any, |_, args| dig(args)).variadic().about(
            "Follows keys into maps, with a value for when one is missing.",
            r#"{{ dict "a" (dict "b" 1) | dig "a" "b" 0 }}"#,
        ),
    ]
}

fn dig(args: &Args<'_>) -> Result<Value, Fault> {
    let Some((given, [otherwise, map])) = args.rest(0).split_last_chunk() else {
        return fault("dig needs at least three arguments");
    };
    if given.is_empty() {
        return fault("dig needs at least three arguments");
    }
    let mut map = dict_of(map)?.clone();
    let mut keys = Vec::new();
    for key in given {
        match key {
            Value::String(key) => keys.push(key),
            other => return fault(conversion(other, "string")),
        }
    }
    let Some((last, path)) = keys.split_last() else { return Ok(Value::Nil) };
    for key in path {
        let Some(next) = map.get(key) else { return Ok(otherwise.clone()) };
        map = dict_of(&next)?.clone();
    }
    Ok(map.get(last).unwrap_or_else(|| otherwise.clone()))
}

fn dict_of(value: &Value) -> Result<&Map, Fault> {
    match value {
        Value::Map(map) if *map.element() == Type::Any => Ok(map),
        other => fault(conversion(other, "map[string]interface {}")),
    }
}

/// What Go says when a value is not of the type it is taken for.
fn conversion(value: &Value, wanted: &str) -> String {
    let found = match value {
        Value::Nil => "nil".into(),
        other => other.type_name(),
    };
    format!("interface conversion: interface {{}} is {found}, not {wanted}")
}

fn selections() -> Vec<Function> {
    vec![
        Function::new("keys", &[Type::DICT], Type::STRINGS, |cx, args| {
            let mut keys = Vec::new();
            for at in 0..args.len() {
                lists::room(cx, args.map(at)?.len())?;
                keys.extend(args.map(at)?.keys());
            }
            Ok(Value::strings(keys))
        })
        .variadic()
        .about("Lists the keys of maps, sorted.", r#"{{ keys (dict "a" 1) }}"#),
        Function::new("values", &[Type::DICT], Type::LIST, |cx, args| {
            lists::room(cx, args.map(0)?.len())?;
            Ok(Value::list(args.map(0)?.entries().into_iter().map(|(_, value)| value).collect()))
        })
        .about("Lists the values of a map, sorted by their keys.", r#"{{ values (dict "a" 1) }}"#),
        Function::new("pluck", &[Type::String, Type::DICT], Type::LIST, |_, args| {
            let mut values = Vec::new();
            for at in 1..args.len() {
                values.extend(args.map(at)?.get(args.string(0)?));
            }
            Ok(Value::list(values))
        })
        .variadic()
        .about(
            "Lists the values under one key of several maps.",
            r#"{{ pluck "a" (dict "a" 1) (dict "a" 2) }}"#,
        ),
        Function::new("pick", KEYED, Type::DICT, |_, args| {
            let mut kept = Vec::new();
            for at in 1..args.len() {
                let key = args.string(at)?;
                kept.extend(args.map(0)?.get(key).map(|value| (key.clone(), value)));
            }
            Ok(Value::dict(kept))
        })
        .variadic()
        .about("Makes a map of some keys of another.", r#"{{ pick (dict "a" 1 "b" 2) "a" }}"#),
        Function::new("omit", KEYED, Type::DICT, |cx, args| {
            lists::room(cx, args.map(0)?.len())?;
            let kept = Map::new(&Type::Any, args.map(0)?.entries());
            for at in 1..args.len() {
                kept.remove(args.string(at)?);
            }
            Ok(kept.into())
        })
        .variadic()
        .about("Makes a map without some keys of another.", r#"{{ omit (dict "a" 1 "b" 2) "a" }}"#),
    ]
}

fn merges() -> Vec<Function> {
    let merge = |name, overwrite| {
        Function::new(name, DICTS, Type::Any, move |cx, args| {
            let given = args.map(0)?;
            let target = if given.is_nil() { Map::new(&Type::Any, given.entries()) } else { given.clone() };
            for at in 1..args.len() {
                merge_into(cx, &target, args.map(at)?, overwrite, 1)?;
            }
            Ok(target.into())
        })
        .variadic()
    };
    let fill = merge("merge", false).about(
        "Adds to the first map what only the others have.",
        r#"{{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}"#,
    );
    let overwrite = merge("mergeOverwrite", true).about(
        "Puts into the first map what the others have.",
        r#"{{ mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3) }}"#,
    );
    [also(fill, &["mustMerge"]), also(overwrite, &["mustMergeOverwrite"])].concat()
}

/// Entries of `source` that are missing in `target`, empty there, or to be overwritten; maps in both are merged.
fn merge_into(
    cx: &mut Context<'_>,
    target: &Map,
    source: &Map,
    overwrite: bool,
    depth: usize,
) -> Result<(), Fault> {
    cx.depth(depth)?;
    for (key, new) in source.entries() {
        cx.work(1)?;
        let old = target.get(&key);
        if let (Some(Value::Map(old)), Value::Map(new)) = (&old, &new)
            && *old.element() == Type::Any
            && *new.element() == Type::Any
        {
            merge_into(cx, old, new, overwrite, depth + 1)?;
            continue;
        }
        let free = old.as_ref().is_none_or(|old| !old.is_true());
        if free || (overwrite && new.is_true()) {
            target.set(key, new)?;
        }
    }
    Ok(())
}

fn copies() -> Vec<Function> {
    let copy = Function::new("deepCopy", ANY, Type::Any, |cx, args| match args.value(0) {
        Value::Nil => fault("reflect: call of reflect.Value.Type on zero Value"),
        value => deep_copy(cx, value, 1),
    })
    .about(
        "Copies a value, so that changes to the one do not show in the other.",
        r#"{{ deepCopy (dict "a" 1) }}"#,
    );
    also(copy, &["mustDeepCopy"])
}

fn deep_copy(cx: &mut Context<'_>, value: &Value, depth: usize) -> Result<Value, Fault> {
    cx.depth(depth)?;
    Ok(match value {
        Value::List(list) => {
            lists::room(cx, list.items().len())?;
            let items: Result<_, _> =
                list.items().iter().map(|item| deep_copy(cx, item, depth + 1)).collect();
            List::new(list.element(), items?).into()
        }
        Value::Map(map) => {
            lists::room(cx, map.len())?;
            let mut entries = Vec::new();
            for (key, value) in map.entries() {
                entries.push((key, deep_copy(cx, &value, depth + 1)?));
            }
            Map::new(map.element(), entries).into()
        }
        other => other.clone(),
    })
}
