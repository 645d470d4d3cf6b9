//! Whether the parts of an RSA key belong together, as Go asks before it writes one, and the parts that are missing.

use crypto_bigint::{BoxedUint, ConcatenatingMul as _, NonZero, Odd};
use zeroize::Zeroizing;

use super::Parts;
use crate::context::Context;
use crate::functions::der::{Bytes, without_zeros};
use crate::functions::failure::Failure;

type Number = Zeroizing<BoxedUint>;

/// What follows from the primes.
pub(super) struct Checked {
    pub(super) exponents: [Bytes; 2],
    pub(super) coefficient: Bytes,
    /// Exponent and coefficient of each prime beyond the second.
    pub(super) more: Vec<[Bytes; 2]>,
}

pub(super) fn check(cx: &mut Context<'_>, parts: &Parts<'_>) -> Result<Checked, Failure> {
    cx.work(steps(parts))?;
    if !parts.more.is_empty() {
        return check_many(parts);
    }
    let modulus = Modulus::new(parts.modulus)?;
    let (p, q) = (Modulus::new(parts.primes[0])?, Modulus::new(parts.primes[1])?);
    let private = modulus.reduced(parts.private)?;
    let given = (parts.exponents[0], parts.exponents[1], parts.coefficient);
    let (exponents, coefficient) = match given {
        (Some(first), Some(second), Some(coefficient)) => {
            ([number(first), number(second)], p.reduced(coefficient)?)
        }
        _ => {
            let exponents = [p.less_one()?.remainder(&private), q.less_one()?.remainder(&private)];
            (exponents, inverse(&q.value, &p)?)
        }
    };
    check_public(&modulus, parts.public)?;
    check_primes(&modulus, &p, &q)?;
    let public = number(&parts.public.to_be_bytes());
    check_exponents([&p, &q], &exponents, &public)?;
    if !p.is_inverse(&q.value, &coefficient) {
        return Err("crypto/rsa: invalid CRT coefficient".into());
    }
    for (name, (prime, exponent)) in ["dP", "dQ"].into_iter().zip([&p, &q].into_iter().zip(&exponents)) {
        if *prime.less_one()?.remainder(&private) != **exponent {
            return Err(format!("crypto/rsa: d does not match {name}").into());
        }
    }
    check_distance(&modulus, &p, &q)?;
    if private.bit_width() <= modulus.value.bit_width() / 2 {
        return Err("crypto/rsa: d too small".into());
    }
    let [first, second] = exponents;
    Ok(Checked {
        exponents: [bytes(&first), bytes(&second)],
        coefficient: bytes(&coefficient),
        more: Vec::new(),
    })
}

/// How long it takes, from the sizes: raising to a power is cubic, the rest is square.
fn steps(parts: &Parts<'_>) -> u64 {
    let words = |bytes: &[u8]| bytes.len() as u64 / 8 + 1;
    let all = [parts.modulus, parts.private, parts.primes[0], parts.primes[1]].into_iter().map(words);
    let most = all.chain(parts.more.iter().map(|prime| words(prime))).max().unwrap_or_default();
    let square = most.saturating_mul(most).saturating_mul(parts.more.len() as u64 + 1) / 50;
    let power = words(parts.primes[0]).saturating_pow(3) / 8;
    square.saturating_add(power)
}

/// Go only looks at the public part of a key of more than two primes.
fn check_many(parts: &Parts<'_>) -> Result<Checked, Failure> {
    let modulus = Modulus::new(parts.modulus)?;
    let private = modulus.reduced(parts.private)?;
    check_public(&modulus, parts.public)?;
    let all = parts.primes.iter().chain(&parts.more);
    let primes = all
        .map(|prime| Modulus::new(prime).map_err(|_| "crypto/rsa: prime factor is <= 1".into()))
        .collect::<Result<Vec<Modulus>, Failure>>()?;
    let exponents = primes
        .iter()
        .map(|prime| Ok(bytes(&prime.less_one()?.remainder(&private))))
        .collect::<Result<Vec<Bytes>, Failure>>()?;
    let coefficient = euclid(&primes[1].value, &primes[0])?;
    let mut product: Number = Zeroizing::new(primes[0].value.concatenating_mul(&*primes[1].value));
    let mut more = Vec::new();
    for (prime, exponent) in primes.iter().zip(&exponents).skip(2) {
        more.push([exponent.clone(), bytes(&*euclid(&product, prime)?)]);
        product = Zeroizing::new(product.concatenating_mul(&*prime.value));
    }
    let exponents = [exponents[0].clone(), exponents[1].clone()];
    Ok(Checked { exponents, coefficient: bytes(&coefficient), more })
}

fn check_public(modulus: &Modulus, exponent: i64) -> Result<(), Failure> {
    if !modulus.is_odd() {
        return Err("crypto/rsa: public modulus is even".into());
    }
    match exponent {
        ..2 => Err("crypto/rsa: public exponent too small or negative".into()),
        _ if exponent % 2 == 0 => Err("crypto/rsa: public exponent is even".into()),
        _ if exponent > i64::from(i32::MAX) => Err("crypto/rsa: public exponent too large".into()),
        _ => Ok(()),
    }
}

fn check_primes(modulus: &Modulus, p: &Modulus, q: &Modulus) -> Result<(), Failure> {
    if [p, q].into_iter().any(|prime| !is_less(&prime.value, &modulus.value)) {
        return Err("crypto/rsa: invalid prime".into());
    }
    let product = Zeroizing::new(p.value.concatenating_mul(&*q.value));
    if !bool::from(modulus.remainder(&product).is_zero()) {
        return Err("crypto/rsa: p * q != n".into());
    }
    Ok(())
}

fn check_exponents(
    primes: [&Modulus; 2],
    exponents: &[Number; 2],
    public: &BoxedUint,
) -> Result<(), Failure> {
    for (prime, exponent) in primes.into_iter().zip(exponents) {
        let less = prime.less_one().map_err(|_| "crypto/rsa: invalid prime")?;
        if !is_less(exponent, &less.value) || !less.is_inverse(public, exponent) {
            return Err("crypto/rsa: invalid CRT exponent".into());
        }
    }
    Ok(())
}

/// Primes that are close to each other are found from their product.
fn check_distance(modulus: &Modulus, p: &Modulus, q: &Modulus) -> Result<(), Failure> {
    if *p.value == *q.value {
        return Err("crypto/rsa: p == q".into());
    }
    let (greater, less) = if is_less(&p.value, &q.value) { (q, p) } else { (p, q) };
    let distance = Zeroizing::new(greater.value.wrapping_sub(&*less.value));
    if i64::from(distance.bit_width()) <= i64::from(modulus.value.bit_width() / 2) - 100 {
        return Err("crypto/rsa: |p - q| too small".into());
    }
    Ok(())
}

fn number(bytes: &[u8]) -> Number {
    Zeroizing::new(BoxedUint::from_be_slice_vartime(bytes))
}

fn bytes(number: &BoxedUint) -> Bytes {
    let whole = Zeroizing::new(Vec::from(number.to_be_bytes()));
    Zeroizing::new(without_zeros(&whole).to_vec())
}

fn is_less(one: &BoxedUint, other: &BoxedUint) -> bool {
    one < other
}

/// A number above one, to divide by.
struct Modulus {
    value: Number,
    divisor: Zeroizing<NonZero<BoxedUint>>,
}

impl Modulus {
    fn new(bytes: &[u8]) -> Result<Self, Failure> {
        Self::of(number(bytes))
    }

    fn of(value: Number) -> Result<Self, Failure> {
        let divisor = Option::from(value.to_nz()).filter(|_| !bool::from(value.is_one()));
        let divisor = divisor.ok_or("modulus must be > 1")?;
        Ok(Self { value, divisor: Zeroizing::new(divisor) })
    }

    fn is_odd(&self) -> bool {
        bool::from(self.value.bit(0))
    }

    fn less_one(&self) -> Result<Self, Failure> {
        Self::of(Zeroizing::new(self.value.wrapping_sub(BoxedUint::one())))
    }

    fn remainder(&self, value: &BoxedUint) -> Number {
        Zeroizing::new(value.rem(&*self.divisor))
    }

    /// A number that must be below this one.
    fn reduced(&self, bytes: &[u8]) -> Result<Number, Failure> {
        // Go counts in words.
        if bytes.len().div_ceil(8) > self.value.bit_width().div_ceil(64) as usize {
            return Err("input overflows the modulus size".into());
        }
        let value = number(bytes);
        if !is_less(&value, &self.value) {
            return Err("input overflows the modulus".into());
        }
        Ok(value)
    }

    fn is_inverse(&self, one: &BoxedUint, other: &BoxedUint) -> bool {
        let product = Zeroizing::new(one.concatenating_mul(other));
        bool::from(self.remainder(&product).is_one())
    }
}

/// The inverse of a number by Fermat's little theorem, which holds if the modulus is prime.
fn inverse(value: &BoxedUint, prime: &Modulus) -> Result<Number, Failure> {
    let odd: Option<Odd<BoxedUint>> = prime.value.to_odd().into();
    let odd = Zeroizing::new(odd.ok_or("crypto/rsa: p is even")?);
    let exponent = Zeroizing::new(prime.value.wrapping_sub(BoxedUint::from(2_u8)));
    Ok(Zeroizing::new(prime.remainder(value).pow_mod(&exponent, &odd)))
}

/// The inverse of a number by Euclid's algorithm.
fn euclid(value: &BoxedUint, modulus: &Modulus) -> Result<Number, Failure> {
    let inverse: Option<BoxedUint> = modulus.remainder(value).invert_mod(&modulus.divisor).into();
    let inverse = inverse.ok_or("crypto/rsa: prime factors are not relatively prime")?;
    Ok(Zeroizing::new(inverse))
}
