//! RSA private keys in aws-lc, which computes in constant time and checks what it is given.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, PrivateDecryptingKey, PublicKeyComponents};
use aws_lc_rs::signature::KeyPair as _;
use zeroize::Zeroizing;

/// The numbers of a private key, big-endian.
pub(crate) struct Numbers<'a> {
    pub(crate) n: &'a [u8],
    pub(crate) e: &'a [u8],
    pub(crate) d: &'a [u8],
    pub(crate) p: &'a [u8],
    pub(crate) q: &'a [u8],
    /// The inverse of `q` modulo `p`.
    pub(crate) q_inverse: &'a [u8],
}

/// A private key that decrypts.
pub(crate) struct RsaPrivate {
    pub(crate) key: PrivateDecryptingKey,
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
}

impl RsaPrivate {
    /// The exponents for the Chinese remainder theorem, which neither SSH nor OpenPGP store, are computed.
    pub(crate) fn from_numbers(numbers: &Numbers<'_>) -> Result<Self, Unspecified> {
        let Numbers { n, e, d, p, q, q_inverse } = *numbers;
        let dp = remainder_by_decrement(d, p).ok_or(Unspecified)?;
        let dq = remainder_by_decrement(d, q).ok_or(Unspecified)?;
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n, e },
            d,
            p,
            q,
            dP: dp.as_slice(),
            dQ: dq.as_slice(),
            qInv: q_inverse,
        };
        Self::from_pair(KeyPair::from_components(&components))
    }

    /// From an `RSAPrivateKey` (RFC 8017).
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, Unspecified> {
        Self::from_pair(KeyPair::from_der(der))
    }

    /// From a `PrivateKeyInfo` (RFC 5208).
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Unspecified> {
        Self::from_pair(KeyPair::from_pkcs8(der))
    }

    fn from_pair(pair: Result<KeyPair, KeyRejected>) -> Result<Self, Unspecified> {
        let pair = pair?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der()?;
        let key = PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref())?;
        let (n, e) = public_numbers(pair.public_key().as_ref()).ok_or(Unspecified)?;
        Ok(Self { key, n, e })
    }
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017) that aws-lc encoded.
fn public_numbers(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    let (mut body, _) = value(der, SEQUENCE)?;
    let mut number = || {
        let (bytes, rest) = value(body, INTEGER)?;
        body = rest;
        Some(bytes.iter().copied().skip_while(|byte| *byte == 0).collect())
    };
    Some((number()?, number()?))
}

/// The value of the first element and what follows it.
fn value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = der.strip_prefix(&[tag])?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        // The number of bytes of the length.
        0x81..=0x82 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// `number mod (modulus - 1)`, bit by bit and without a branch on either. `modulus` is an odd prime, if the key
/// is one.
fn remainder_by_decrement(number: &[u8], modulus: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut modulus = Zeroizing::new(modulus.to_vec());
    let last = modulus.last_mut()?;
    *last = last.checked_sub(1)?;
    // One byte more than the modulus, since a remainder is doubled before it is reduced.
    let mut rest = Zeroizing::new(vec![0u8; modulus.len() + 1]);
    let mut reduced = Zeroizing::new(vec![0u8; modulus.len() + 1]);
    for byte in number {
        for bit in (0..8).rev() {
            let mut carry = (byte >> bit) & 1;
            for digit in rest.iter_mut().rev() {
                let doubled = (u16::from(*digit) << 1) | u16::from(carry);
                *digit = doubled as u8;
                carry = (doubled >> 8) as u8;
            }
            let borrow = subtract(&rest, &modulus, &mut reduced);
            // All ones when the difference is negative and the remainder stays.
            let stays = 0u8.wrapping_sub(borrow);
            for (digit, less) in rest.iter_mut().zip(reduced.iter()) {
                *digit = (*digit & stays) | (*less & !stays);
            }
        }
    }
    Some(rest)
}

/// `a - b` into `out`; 1 if it is negative. `a` and `out` are one byte longer than `b`.
fn subtract(a: &[u8], b: &[u8], out: &mut [u8]) -> u8 {
    let b = std::iter::once(&0).chain(b);
    let digits = a.iter().zip(b).zip(out).collect::<Vec<_>>();
    digits.into_iter().rev().fold(0, |borrow, ((a, b), out)| {
        let difference = u16::from(*a).wrapping_sub(u16::from(*b)).wrapping_sub(borrow);
        *out = difference as u8;
        difference >> 15
    }) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(bytes: &[u8]) -> u128 {
        bytes.iter().fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
    }

    proptest! {
        #[test]
        fn remainders_are_those_of_integers(a in any::<u128>(), m in 2u64..) {
            // Odd, as primes are.
            let m = m | 1;
            let rest = remainder_by_decrement(&a.to_be_bytes(), &m.to_be_bytes()).expect("m is odd");
            prop_assert_eq!(number(&rest), a % u128::from(m - 1));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let none: &[u8] = &[];
        for p in [none, &[0], &[4]] {
            let numbers = Numbers { n: &[1], e: &[3], d: &[1], p, q: &[3], q_inverse: &[1] };
            assert!(RsaPrivate::from_numbers(&numbers).is_err());
        }
    }
}
