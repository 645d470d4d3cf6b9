//! `eq`, `lt` and their kin.

use std::rc::Rc;

use crate::function::{Fault, HIDDEN};
use crate::object::Object;
use crate::value::Value;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Bool,
    Int,
    Uint,
    Float,
    String,
}

fn basic(value: &Value) -> Option<Basic> {
    Some(match value {
        Value::Bool(_) => Basic::Bool,
        Value::Int(..) => Basic::Int,
        Value::Uint(..) => Basic::Uint,
        Value::Float(_) => Basic::Float,
        Value::String(_) => Basic::String,
        _ => return None,
    })
}

fn incompatible(one: &Value, other: &Value) -> Fault {
    let (one, other) = (one.type_name(), other.type_name());
    Fault::text(format!("incompatible types for comparison: {one} and {other}"))
}

/// Whether the first equals any of the others.
pub(crate) fn equals_any(one: &Value, others: &[Value]) -> Result<bool, Fault> {
    if others.is_empty() {
        return Err(Fault::text("missing argument for comparison"));
    }
    for other in others {
        if equals(one, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equals(one: &Value, other: &Value) -> Result<bool, Fault> {
    Ok(match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(_, one), Value::Int(_, other)) => one == other,
        (Value::Uint(_, one), Value::Uint(_, other)) => one == other,
        (Value::Int(_, int), Value::Uint(_, uint)) | (Value::Uint(_, uint), Value::Int(_, int)) => {
            u64::try_from(*int) == Ok(*uint)
        }
        (Value::Float(one), Value::Float(other)) => one == other,
        (Value::String(one), Value::String(other)) => one == other,
        _ if basic(one) != basic(other) => {
            if !matches!(one, Value::Nil) && !matches!(other, Value::Nil) {
                return Err(incompatible(one, other));
            }
            false
        }
        _ => return same(one, other),
    })
}

/// Whether two values that are not basic are the same.
fn same(one: &Value, other: &Value) -> Result<bool, Fault> {
    let either_nil = matches!(one, Value::Nil) || matches!(other, Value::Nil);
    if !either_nil && one.kind_name() != other.kind_name() {
        let (one, other) = (one.type_name(), other.type_name());
        return Err(Fault::text(format!("non-comparable types {HIDDEN}: {one}, {other}: {HIDDEN}")));
    }
    if one.is_nil() || other.is_nil() {
        return Ok(one.is_nil() == other.is_nil());
    }
    match (one, other) {
        (Value::Time(one), Value::Time(other)) => Ok(one == other),
        (Value::Object(one), Value::Object(other)) => {
            Ok(Rc::ptr_eq(one, other) || same_struct(one.as_ref(), other.as_ref())?)
        }
        (Value::Time(_), Value::Object(_)) | (Value::Object(_), Value::Time(_)) => Ok(false),
        _ => Err(Fault::text(format!("non-comparable type {HIDDEN}: {}", other.type_name()))),
    }
}

/// Whether two are structs, rather than pointers to some, of one type with the same in each field.
fn same_struct(one: &dyn Object, other: &dyn Object) -> Result<bool, Fault> {
    let fields = one.fields();
    if one.type_name() != other.type_name() || one.type_name().starts_with('*') || fields.is_empty() {
        return Ok(false);
    }
    for ((_, one), (_, other)) in fields.iter().zip(&other.fields()) {
        if !equals(one, other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the first is less than the second.
pub(crate) fn is_less(one: &Value, other: &Value) -> Result<bool, Fault> {
    let invalid = || Fault::text("invalid type for comparison");
    let (kind, other_kind) = (basic(one).ok_or_else(invalid)?, basic(other).ok_or_else(invalid)?);
    Ok(match (one, other) {
        (Value::Int(_, one), Value::Int(_, other)) => one < other,
        (Value::Uint(_, one), Value::Uint(_, other)) => one < other,
        (Value::Int(_, one), Value::Uint(_, other)) => {
            u64::try_from(*one).is_ok_and(|one| one < *other) || *one < 0
        }
        (Value::Uint(_, one), Value::Int(_, other)) => u64::try_from(*other).is_ok_and(|other| *one < other),
        (Value::Float(one), Value::Float(other)) => one < other,
        (Value::String(one), Value::String(other)) => one < other,
        _ if kind == other_kind => return Err(invalid()),
        _ => return Err(incompatible(one, other)),
    })
}

/// Whether the first is less than or equal to the second.
pub(crate) fn is_at_most(one: &Value, other: &Value) -> Result<bool, Fault> {
    Ok(is_less(one, other)? || equals(one, other)?)
}
