//! Conversion to numbers, arithmetic on integers, and ranges of them.

use super::{also, decimals, fault, lists};
use crate::context::Context;
use crate::function::{Args, Fault, Function};
use crate::number::{self, NumberError};
use crate::print;
use crate::types::Type;
use crate::value::{List, Value};

const ANY: &[Type] = &[Type::Any];
const PAIR: &[Type] = &[Type::Any, Type::Any];

pub(super) fn all() -> Vec<Function> {
    [converted(), computed(), compared(), rounded(), counted(), decimals::all()].concat()
}

/// A value as an integer; zero if it is none.
pub(super) fn integer(value: &Value) -> i64 {
    match value {
        Value::Int(_, value) => *value,
        // Go converts by taking the bits as they are.
        Value::Uint(_, value) => value.cast_signed(),
        Value::Float(value) => truncated(*value),
        Value::Bool(value) => i64::from(*value),
        Value::String(text) => number::parse_int(without_zero_decimals(text), 0).unwrap_or(0),
        _ => 0,
    }
}

/// As the processor of the original does it: what is out of range becomes the least integer.
fn truncated(value: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if (-BOUND..BOUND).contains(&value) {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the fraction is to be cut off, and it is in range"
        )]
        return value as i64;
    }
    i64::MIN
}

/// `12.00` without its end; what is left of it need not be a number.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let kept = text.iter().rposition(|byte| *byte != b'0').map_or(0, |last| last + 1);
    let zeros = text.len() - kept;
    match text[..kept].strip_suffix(b".") {
        Some(whole) if zeros > 0 => whole,
        _ => text,
    }
}

/// A value as a floating point number; zero if it is none.
pub(super) fn float(value: &Value) -> f64 {
    match value {
        Value::Float(value) => *value,
        #[allow(clippy::cast_precision_loss, reason = "Go rounds as well")]
        Value::Int(_, value) => *value as f64,
        #[allow(clippy::cast_precision_loss, reason = "Go rounds as well")]
        Value::Uint(_, value) => *value as f64,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::String(text) => number::parse_float(text).unwrap_or(0.0),
        _ => 0.0,
    }
}

fn converted() -> Vec<Function> {
    vec![
        Function::new("int", ANY, Type::INT, |_, args| Ok(Value::int(integer(args.value(0)))))
            .about("Makes an int of a value, 0 if that cannot be.", r#"{{ int "42" }}"#),
        Function::new("int64", ANY, Type::INT64, |_, args| Ok(Value::int64(integer(args.value(0)))))
            .about("Makes an int64 of a value, 0 if that cannot be.", r#"{{ int64 "42" }}"#),
        Function::new("float64", ANY, Type::Float, |_, args| Ok(float(args.value(0)).into())).about(
            "Makes a floating point number of a value, 0 if that cannot be.",
            r#"{{ float64 "1.5" }}"#,
        ),
        Function::new("atoi", &[Type::String], Type::INT, |_, args| {
            Ok(Value::int(match number::parse_int(args.string(0)?, 10) {
                Ok(value) | Err(NumberError::Range(value)) => value,
                Err(NumberError::Syntax) => 0,
            }))
        })
        .about("Makes an int of a text, 0 if that cannot be.", r#"{{ atoi "42" }}"#),
        Function::new("toDecimal", ANY, Type::INT64, |cx, args| {
            let text = print::sprint(cx, args.rest(0))?;
            Ok(Value::int64(number::parse_int(&text, 8).unwrap_or(0)))
        })
        .about("Reads an octal number, as of a file's mode.", r#"{{ toDecimal "0777" }}"#),
    ]
}

fn computed() -> Vec<Function> {
    let divided = |name, divide: fn(i64, i64) -> i64| {
        Function::new(name, PAIR, Type::INT64, move |_, args| match integer(args.value(1)) {
            0 => fault("runtime error: integer divide by zero"),
            divisor => Ok(Value::int64(divide(integer(args.value(0)), divisor))),
        })
    };
    vec![
        Function::new("add", ANY, Type::INT64, |_, args| {
            Ok(Value::int64(args.rest(0).iter().map(integer).fold(0, i64::wrapping_add)))
        })
        .variadic()
        .about("Adds integers.", "{{ add 1 2 3 }}"),
        Function::new("add1", ANY, Type::INT64, |_, args| {
            Ok(Value::int64(integer(args.value(0)).wrapping_add(1)))
        })
        .about("Adds one to an integer.", "{{ add1 41 }}"),
        Function::new("sub", PAIR, Type::INT64, |_, args| {
            Ok(Value::int64(integer(args.value(0)).wrapping_sub(integer(args.value(1)))))
        })
        .about("Subtracts an integer from another.", "{{ sub 5 3 }}"),
        Function::new("mul", PAIR, Type::INT64, |_, args| {
            Ok(Value::int64(args.rest(0).iter().map(integer).fold(1, i64::wrapping_mul)))
        })
        .variadic()
        .about("Multiplies integers.", "{{ mul 2 3 4 }}"),
        divided("div", i64::wrapping_div).about("Divides an integer by another.", "{{ div 10 3 }}"),
        divided("mod", i64::wrapping_rem).about("Gives the remainder of a division.", "{{ mod 10 3 }}"),
    ]
}

fn compared() -> Vec<Function> {
    let best = |name, choose: fn(i64, i64) -> i64| {
        Function::new(name, PAIR, Type::INT64, move |_, args| {
            let rest = args.rest(1).iter().map(integer);
            Ok(Value::int64(rest.fold(integer(args.value(0)), choose)))
        })
        .variadic()
    };
    let best_float = |name, choose: fn(f64, f64) -> f64| {
        Function::new(name, PAIR, Type::Float, move |_, args| {
            let rest = args.rest(1).iter().map(float);
            Ok(rest.fold(float(args.value(0)), choose).into())
        })
        .variadic()
    };
    let max = best("max", i64::max).about("Gives the largest of some integers.", "{{ max 1 3 2 }}");
    let mut functions = also(max, &["biggest"]);
    functions.extend([
        best("min", i64::min).about("Gives the smallest of some integers.", "{{ min 3 1 2 }}"),
        best_float("maxf", |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) })
            .about("Gives the largest of some numbers.", "{{ maxf 1.5 3 }}"),
        best_float("minf", |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) })
            .about("Gives the smallest of some numbers.", "{{ minf 1.5 3 }}"),
    ]);
    functions
}

fn rounded() -> Vec<Function> {
    vec![
        Function::new("floor", ANY, Type::Float, |_, args| Ok(float(args.value(0)).floor().into()))
            .about("Rounds down.", "{{ floor 1.7 }}"),
        Function::new("ceil", ANY, Type::Float, |_, args| Ok(float(args.value(0)).ceil().into()))
            .about("Rounds up.", "{{ ceil 1.2 }}"),
        Function::new("round", &[Type::Any, Type::INT, Type::Float], Type::Float, |_, args| {
            let threshold = if args.len() > 2 { args.float(2)? } else { 0.5 };
            Ok(round(float(args.value(0)), args.int(1)?, threshold).into())
        })
        .variadic()
        .about("Rounds to so many decimals.", "{{ round 3.14159 2 }}"),
    ]
}

fn round(value: f64, places: i64, threshold: f64) -> f64 {
    let power = power_of_ten(places);
    let scaled = power * value;
    let up = scaled.fract() >= threshold;
    (if up { scaled.ceil() } else { scaled.floor() }) / power
}

fn power_of_ten(exponent: i64) -> f64 {
    let size = format!("1e{}", exponent.unsigned_abs()).parse().unwrap_or(f64::INFINITY);
    if exponent < 0 { 1.0 / size } else { size }
}

fn counted() -> Vec<Function> {
    vec![
        Function::new("until", &[Type::INT], Type::Slice(&Type::INT), |cx, args| {
            let end = args.int(0)?;
            Ok(range(cx, 0, end, if end < 0 { -1 } else { 1 })?.into())
        })
        .about("Lists the integers from 0 up to, not including, a number.", "{{ until 3 }}"),
        Function::new("untilStep", &[Type::INT; 3], Type::Slice(&Type::INT), |cx, args| {
            Ok(range(cx, args.int(0)?, args.int(1)?, args.int(2)?)?.into())
        })
        .about(
            "Lists integers from a first one, in steps, up to a last one not included.",
            "{{ untilStep 0 10 5 }}",
        ),
        Function::new("seq", &[Type::INT], Type::String, sequence)
            .variadic()
            .about("Writes the integers to a last one, from one to another, or in steps.", "{{ seq 1 2 9 }}"),
    ]
}

/// The integers of a range, once there is room for them.
fn range(cx: &mut Context<'_>, start: i64, end: i64, step: i64) -> Result<List, Fault> {
    let forward = end >= start;
    if step == 0 || forward != (step > 0) {
        return Ok(List::new(&Type::INT, Vec::new()));
    }
    let count = start.abs_diff(end).div_ceil(step.unsigned_abs());
    lists::room(cx, usize::try_from(count).unwrap_or(usize::MAX))?;
    let next = |value: &i64| {
        value.checked_add(step).filter(|value| if forward { *value < end } else { *value > end })
    };
    let first = (start != end).then_some(start);
    Ok(List::new(&Type::INT, std::iter::successors(first, next).map(Value::int).collect()))
}

fn sequence(cx: &mut Context<'_>, args: &Args<'_>) -> Result<Value, Fault> {
    let toward = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let (start, step, end) = match args.len() {
        1 => (1, toward(1, args.int(0)?), args.int(0)?),
        2 => (args.int(0)?, toward(args.int(0)?, args.int(1)?), args.int(1)?),
        3 => (args.int(0)?, args.int(1)?, args.int(2)?),
        _ => return Ok("".into()),
    };
    if end < start && step > 0 {
        return Ok("".into());
    }
    let numbers = range(cx, start, end.wrapping_add(toward(start, end)), step)?;
    cx.allocate(numbers.items().len().saturating_mul(21))?;
    let words: Vec<String> = numbers.items().iter().map(|number| integer(number).to_string()).collect();
    Ok(words.join(" ").into())
}
