//! `index`, `slice` and `len`.

use crate::function::Fault;
use crate::slot::Slot;
use crate::types::Unsigned;
use crate::value::{List, Value};

fn fault<T>(text: impl Into<Vec<u8>>) -> Result<T, Fault> {
    Err(Fault::text(text))
}

/// An index into something of this length, the length included.
fn position(index: &Value, length: usize) -> Result<usize, Fault> {
    let number = match index {
        Value::Int(_, number) => *number,
        // Go wraps it, which makes it negative and out of range.
        Value::Uint(_, number) => number.cast_signed(),
        Value::Nil => return fault("cannot index slice/array with nil"),
        other => return fault(format!("cannot index slice/array with type {}", other.type_name())),
    };
    match usize::try_from(number) {
        Ok(position) if position <= length => Ok(position),
        _ => fault(format!("index out of range: {number}")),
    }
}

/// What is found by following the indexes one after the other.
pub(crate) fn index(item: Slot, indexes: &[Slot]) -> Result<Slot, Fault> {
    let mut item = if item.boxed { item.unboxed() } else { item };
    if item.is_none() {
        return fault("index of untyped nil");
    }
    for Slot { value: index, .. } in indexes {
        item = match item.value {
            Value::Nil => return fault("index of nil pointer"),
            Value::List(list) => {
                let at = position(index, list.items().len())?;
                match list.items().get(at) {
                    Some(found) => Slot::declared(found.clone(), *list.element()),
                    None => return fault("reflect: slice index out of range"),
                }
            }
            Value::String(text) => {
                let at = position(index, text.len())?;
                match text.get(at) {
                    Some(&byte) => Value::Uint(Unsigned::Uint8, byte.into()).into(),
                    None => return fault("reflect: string index out of range"),
                }
            }
            Value::Map(map) => {
                let Value::String(key) = index else {
                    return fault(match index {
                        Value::Nil => "value is nil; should be of type string".to_owned(),
                        other => format!("value has type {}; should be string", other.type_name()),
                    });
                };
                let element = *map.element();
                Slot::declared(map.get(key).unwrap_or_else(|| Value::zero(element)), element)
            }
            other => return fault(format!("can't index item of type {}", other.type_name())),
        };
    }
    Ok(item)
}

/// A part of a string or a list: from, to, and for lists the capacity, which we only check.
pub(crate) fn slice(item: Slot, indexes: &[Slot]) -> Result<Slot, Fault> {
    if item.value.type_of().is_none() {
        return fault("slice of untyped nil");
    }
    if indexes.len() > 3 {
        return fault(format!("too many slice indexes: {}", indexes.len()));
    }
    let length = match &item.value {
        Value::String(_) if indexes.len() == 3 => return fault("cannot 3-index slice a string"),
        Value::String(text) => text.len(),
        Value::List(list) => list.items().len(),
        other => return fault(format!("can't slice item of type {}", other.type_name())),
    };
    let mut bounds = [0, length, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(&index.value, length)?;
    }
    for (from, to) in [(bounds[0], bounds[1]), (bounds[1], bounds[2])] {
        if from > to {
            return fault(format!("invalid slice index: {from} > {to}"));
        }
    }
    let range = bounds[0]..bounds[1];
    Ok(match item.value {
        Value::List(list) => Value::List(List::new(list.element(), list.items()[range].to_vec())),
        Value::String(text) => text[range].into(),
        other => other,
    }
    .into())
}

/// The number of bytes, elements or entries.
pub(crate) fn length(item: &Slot) -> Result<Value, Fault> {
    let length = match &item.value {
        Value::String(text) => text.len(),
        Value::List(list) => list.items().len(),
        Value::Map(map) => map.len(),
        Value::Nil if item.boxed => return fault("len of nil pointer"),
        Value::Nil => return fault("reflect: call of reflect.Value.Type on zero Value"),
        other => return fault(format!("len of type {}", other.type_name())),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Type;

    #[test]
    fn a_byte_of_a_string_is_a_uint8() {
        let found = index(Slot::plain("abc".into()), &[Slot::plain(Value::int(1))]);
        assert!(found.is_ok_and(|found| found.value.type_of() == Some(Type::UINT8)));
    }
}
