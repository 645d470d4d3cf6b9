//! Arithmetic on decimal numbers: sprig computes with these, so that `addf 0.1 0.2` is `0.3`.

use num_bigint::BigInt;

use super::fault;
use super::numbers::float;
use crate::context::Context;
use crate::function::{Fault, Function};
use crate::types::Type;
use crate::value::Value;

const ANY: &[Type] = &[Type::Any];
const PAIR: &[Type] = &[Type::Any, Type::Any];

/// Digits after the point of a quotient.
const PRECISION: u32 = 16;

pub(super) fn all() -> Vec<Function> {
    let folded = |name, combine: fn(Decimal, Decimal) -> Result<Decimal, Fault>| {
        Function::new(name, PAIR, Type::Float, move |cx, args| {
            fold(cx, Decimal::of(args.value(0))?, args.rest(1), combine)
        })
        .variadic()
    };
    vec![
        Function::new("addf", ANY, Type::Float, |cx, args| {
            fold(cx, Decimal::zero(), args.rest(0), Decimal::add)
        })
        .variadic()
        .about("Adds decimal numbers.", "{{ addf 0.1 0.2 }}"),
        Function::new("add1f", ANY, Type::Float, |cx, args| {
            fold(cx, Decimal::of(args.value(0))?, &[Value::int(1)], Decimal::add)
        })
        .about("Adds one to a decimal number.", "{{ add1f 1.5 }}"),
        folded("subf", Decimal::sub).about("Subtracts decimal numbers.", "{{ subf 0.3 0.1 }}"),
        folded("mulf", Decimal::mul).about("Multiplies decimal numbers.", "{{ mulf 1.1 1.1 }}"),
        folded("divf", Decimal::div).about("Divides decimal numbers.", "{{ divf 1 3 }}"),
    ]
}

fn fold(
    cx: &mut Context<'_>,
    start: Decimal,
    others: &[Value],
    combine: fn(Decimal, Decimal) -> Result<Decimal, Fault>,
) -> Result<Value, Fault> {
    let mut result = start;
    for other in others {
        result = combine(result, Decimal::of(other)?)?;
        let digits = result.digits.bits();
        cx.work(1 + digits * digits / 65_536)?;
    }
    Ok(result.to_float().into())
}

/// `digits` times ten to the power of `-scale`.
struct Decimal {
    digits: BigInt,
    scale: u32,
}

impl Decimal {
    fn zero() -> Self {
        Self { digits: BigInt::ZERO, scale: 0 }
    }

    /// The shortest decimal that stands for the value as a floating point number.
    fn of(value: &Value) -> Result<Self, Fault> {
        let value = float(value);
        if !value.is_finite() {
            let name = if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return fault(format!("Cannot create a Decimal from {name}"));
        }
        // Never in exponent notation.
        let text = value.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = format!("{whole}{fraction}").parse().unwrap_or_default();
        Ok(Self { digits, scale: u32::try_from(fraction.len()).unwrap_or_default() })
    }

    fn at_scale(&self, scale: u32) -> BigInt {
        &self.digits * power_of_ten(scale.saturating_sub(self.scale))
    }

    fn add(self, other: Self) -> Result<Self, Fault> {
        let scale = self.scale.max(other.scale);
        Ok(Self { digits: self.at_scale(scale) + other.at_scale(scale), scale })
    }

    fn sub(self, other: Self) -> Result<Self, Fault> {
        let scale = self.scale.max(other.scale);
        Ok(Self { digits: self.at_scale(scale) - other.at_scale(scale), scale })
    }

    fn mul(self, other: Self) -> Result<Self, Fault> {
        Ok(Self { digits: self.digits * other.digits, scale: self.scale.saturating_add(other.scale) })
    }

    /// Rounded half away from zero.
    fn div(self, other: Self) -> Result<Self, Fault> {
        if other.digits == BigInt::ZERO {
            return fault("decimal division by 0");
        }
        let dividend = self.digits * power_of_ten(other.scale + PRECISION);
        let divisor = other.digits * power_of_ten(self.scale);
        let quotient = &dividend / &divisor;
        let remainder: BigInt = &dividend - &quotient * &divisor;
        let round = (remainder.magnitude() * 2_u32) >= *divisor.magnitude();
        let negative =
            (dividend.sign() == num_bigint::Sign::Minus) != (divisor.sign() == num_bigint::Sign::Minus);
        let step = BigInt::from(if !round {
            0
        } else if negative {
            -1
        } else {
            1
        });
        Ok(Self { digits: quotient + step, scale: PRECISION })
    }

    fn to_float(&self) -> f64 {
        format!("{}e-{}", self.digits, self.scale).parse().unwrap_or_default()
    }
}

fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10_u8).pow(exponent)
}
