//! DSA keys: new ones of 2048 and 256 bits (FIPS 186-4, without the seed that proves how the primes were found: so Go).

use std::sync::LazyLock;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Limb, NonZero, Odd, Resize as _};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::functions::der::{self, Bytes, Fields};
use crate::functions::failure::Failure;

const BITS: u32 = 2048;
const ORDER_BITS: u32 = 256;
/// How often a number may fail to be shown composite before it is taken for a prime: as often as in Go.
const ROUNDS: usize = 64;
/// After so many candidates Go looks for another order.
const CANDIDATES: u32 = 4 * BITS;
/// What one exponentiation of 2048 bits costs.
const POWER_STEPS: u64 = 10_000;

static SMALL_PRIMES: LazyLock<Vec<NonZero<Limb>>> = LazyLock::new(|| {
    let is_prime =
        |number: &u32| (2..*number).take_while(|d| d * d <= *number).all(|d| !number.is_multiple_of(d));
    let primes = (3..2000).filter(is_prime);
    primes.filter_map(|prime| NonZero::new(Limb::from(prime)).into_option()).collect()
});

/// A new key, with parameters of its own, as OpenSSL encodes one.
pub(super) fn generate(cx: &mut Context<'_>) -> Result<Bytes, Failure> {
    let (modulus, order) = primes(cx)?;
    let field = BoxedMontyParams::new_vartime(odd(&modulus)?);
    let generator = generator(cx, &modulus, &order, &field)?;
    let private = private(cx, &order)?;
    cx.work(POWER_STEPS)?;
    let public = generator.pow_bounded_exp(&private, ORDER_BITS).retrieve();
    let number = |number: &BoxedUint| der::number(&Zeroizing::new(number.to_be_bytes()));
    Ok(der::sequence(&[
        &der::number(&[]),
        &number(&modulus),
        &number(&order),
        &number(&generator.retrieve()),
        &number(&public),
        &number(&private),
    ]))
}

/// Whether these are a version and the five numbers of a key.
pub(super) fn check(der: &[u8]) -> Result<(), Failure> {
    let mut fields = Fields::new(der).enter("DSAKeyFormat")?;
    fields.int()?;
    for _ in 0..5 {
        fields.natural()?;
    }
    Ok(())
}

fn odd(number: &BoxedUint) -> Result<Odd<BoxedUint>, Failure> {
    number.to_odd().into_option().ok_or_else(|| "the number is even".into())
}

/// A random number of exactly so many bits.
fn random(cx: &mut Context<'_>, bits: u32) -> BoxedUint {
    let mut bytes = vec![0; bits.div_ceil(8) as usize];
    cx.random(&mut bytes);
    bytes[0] |= 0x80;
    BoxedUint::from_be_slice_truncated(&bytes, bits)
}

/// A prime order, and a prime modulus that is one more than a multiple of it.
fn primes(cx: &mut Context<'_>) -> Result<(BoxedUint, BoxedUint), Failure> {
    loop {
        let order = random(cx, ORDER_BITS) | BoxedUint::one();
        if !is_prime(cx, &order)? {
            continue;
        }
        // An odd modulus is one more than an even multiple.
        let twice = (&order).resize(BITS).shl(1);
        let Some(step) = twice.as_nz_vartime() else { continue };
        for _ in 0..CANDIDATES {
            let start = random(cx, BITS);
            let modulus = start.wrapping_sub(start.rem_vartime(step)).wrapping_add(BoxedUint::one());
            if modulus.bit_width_vartime() == BITS && is_prime(cx, &modulus)? {
                return Ok((modulus, order));
            }
        }
    }
}

/// Whether an odd number is prime, by the test of Miller and Rabin.
fn is_prime(cx: &mut Context<'_>, number: &BoxedUint) -> Result<bool, Failure> {
    cx.work(100)?;
    if SMALL_PRIMES.iter().any(|prime| number.rem_limb(*prime) == Limb::ZERO) {
        return Ok(false);
    }
    let bits = number.bits_precision();
    let field = BoxedMontyParams::new_vartime(odd(number)?);
    let one = BoxedMontyForm::one(&field);
    let minus_one = -&one;
    let even = number.wrapping_sub(BoxedUint::one());
    let halvings = even.trailing_zeros_vartime();
    let rest = even.shr(halvings);
    for _ in 0..ROUNDS {
        cx.work(POWER_STEPS / u64::from(BITS / bits).pow(2))?;
        // Shorter than the number, and so smaller.
        let base = random(cx, bits - 8).resize(bits);
        let mut power = BoxedMontyForm::new(base, &field).pow(&rest);
        let mut squarings = 1;
        while power != minus_one && !(squarings == 1 && power == one) {
            if squarings == halvings {
                return Ok(false);
            }
            power = power.square();
            squarings += 1;
        }
    }
    Ok(true)
}

/// A number whose powers are as many as the order says.
fn generator(
    cx: &mut Context<'_>,
    modulus: &BoxedUint,
    order: &BoxedUint,
    field: &BoxedMontyParams,
) -> Result<BoxedMontyForm, Failure> {
    let Some(order) = order.as_nz_vartime() else { return Err("the order is zero".into()) };
    let (exponent, _) = modulus.wrapping_sub(BoxedUint::one()).div_rem_vartime(order);
    let one = BoxedMontyForm::one(field);
    let mut base = &one + &one;
    loop {
        cx.work(POWER_STEPS)?;
        let power = base.pow(&exponent);
        if power != one {
            return Ok(power);
        }
        base = &base + &one;
    }
}

/// A number from one up to, not including, the order.
fn private(cx: &mut Context<'_>, order: &BoxedUint) -> Result<Zeroizing<BoxedUint>, Failure> {
    let mut bytes = Zeroizing::new([0; ORDER_BITS as usize / 8]);
    loop {
        cx.work(1)?;
        cx.random(&mut bytes[..]);
        let number = Zeroizing::new(BoxedUint::from_be_slice_truncated(&bytes[..], ORDER_BITS));
        if number.is_nonzero().to_bool() && *number < *order {
            return Ok(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Environment;
    use crate::limits::Limits;

    struct Counting(u64);

    impl Environment for Counting {
        fn now(&mut self) -> jiff::Zoned {
            jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC)
        }

        fn random(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 =
                    self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = self.0.to_be_bytes()[0];
            }
        }

        fn elapsed(&mut self) -> std::time::Duration {
            std::time::Duration::ZERO
        }
    }

    #[test]
    fn primes_are_told_from_products() {
        let (mut environment, limits) = (Counting(1), Limits::default());
        let mut cx = Context::new(&mut environment, &limits);
        let number = |text: &str| BoxedUint::from_str_radix_vartime(text, 10).unwrap();
        for (text, prime) in [
            ("170141183460469231731687303715884105727", true), // 2^127 - 1
            ("340282366920938463463374607431768211297", true), // 2^128 - 159
            ("340282366920938463463374607431768211455", false), // 2^128 - 1
            ("340282366920938460843936948965011886881", false), // (2^64 - 59)^2
        ] {
            let number = number(text).resize(128);
            assert_eq!(is_prime(&mut cx, &number).ok(), Some(prime), "{text}");
        }
    }
}
