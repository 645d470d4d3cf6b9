//! Go's `reflect.DeepEqual`.

use std::rc::Rc;

use crate::context::Context;
use crate::function::Fault;
use crate::value::Value;

/// Whether two values have the same type and the same content, however deep.
pub(crate) fn deep_equal(context: &mut Context<'_>, one: &Value, other: &Value) -> Result<bool, Fault> {
    compare(context, one, other, 1)
}

fn compare(context: &mut Context<'_>, one: &Value, other: &Value, depth: usize) -> Result<bool, Fault> {
    context.work(1)?;
    context.depth(depth)?;
    if one.type_of() != other.type_of() {
        return Ok(false);
    }
    Ok(match (one, other) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(_, one), Value::Int(_, other)) => one == other,
        (Value::Uint(_, one), Value::Uint(_, other)) => one == other,
        (Value::Float(one), Value::Float(other)) => one == other,
        (Value::String(one), Value::String(other)) => one == other,
        (Value::Time(one), Value::Time(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            if one.is_nil() != other.is_nil() || one.items().len() != other.items().len() {
                return Ok(false);
            }
            for (one, other) in one.items().iter().zip(other.items()) {
                if !compare(context, one, other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(one), Value::Map(other)) => {
            if one.is_same(other) {
                return Ok(true);
            }
            if one.is_nil() != other.is_nil() || one.len() != other.len() {
                return Ok(false);
            }
            for ((name, one), (other_name, other)) in one.entries().iter().zip(&other.entries()) {
                if name != other_name || !compare(context, one, other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Object(one), Value::Object(other)) => {
            if Rc::ptr_eq(one, other) {
                return Ok(true);
            }
            let (fields, others) = (one.fields(), other.fields());
            if one.text() != other.text() || fields.len() != others.len() {
                return Ok(false);
            }
            for ((_, one), (_, other)) in fields.iter().zip(&others) {
                if !compare(context, one, other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}
