//! Shamir's secret sharing over GF(2^8), as HashiCorp Vault and sops do it: each byte of the secret is the constant
//! term of a polynomial of its own; a share is the values at one point, followed by that point.

use zeroize::Zeroizing;

use crate::random::{Randomness, RandomnessError};

/// A share: one byte for each of the secret, and the point.
pub(crate) type Share = Zeroizing<Vec<u8>>;

/// Why a secret was not split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The threshold does not fit the number of parts.
    #[error(
        "a threshold of {threshold} does not fit {parts} key groups: it must be between 2 and their number"
    )]
    Threshold {
        /// How many parts.
        parts: usize,
        /// How many of them are to be needed.
        threshold: usize,
    },
    /// More parts than there are points.
    #[error("there are {0} key groups; the key can be shared between 255 at most")]
    TooManyParts(usize),
    /// There was no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

/// Splits a secret into `parts` shares, of which any `threshold` recover it.
pub(crate) fn split(
    secret: &[u8],
    parts: usize,
    threshold: usize,
    randomness: &mut dyn Randomness,
) -> Result<Vec<Share>, SplitError> {
    let points = u8::try_from(parts).map_err(|_| SplitError::TooManyParts(parts))?;
    if threshold < 2 || threshold > parts {
        return Err(SplitError::Threshold { parts, threshold });
    }
    let mut shares: Vec<Share> =
        (1..=points).map(|_| Zeroizing::new(Vec::with_capacity(secret.len() + 1))).collect();
    let mut coefficients = Zeroizing::new(vec![0; threshold]);
    for byte in secret {
        coefficients[0] = *byte;
        randomness.fill(&mut coefficients[1..])?;
        for (share, point) in shares.iter_mut().zip(1..=points) {
            share.push(evaluate(&coefficients, point));
        }
    }
    for (share, point) in shares.iter_mut().zip(1..=points) {
        share.push(point);
    }
    Ok(shares)
}

/// The secret that shares were made of, if there are enough of them: the shares do not tell how many that is. `None` if
/// they cannot belong together.
pub(crate) fn combine(shares: &[Share]) -> Option<Zeroizing<Vec<u8>>> {
    let length = shares.first()?.len();
    if shares.len() < 2 || length < 2 || shares.iter().any(|share| share.len() != length) {
        return None;
    }
    let points: Vec<u8> = shares.iter().map(|share| share[length - 1]).collect();
    // A value at zero would be the secret itself.
    let repeated = (1..points.len()).any(|at| points[..at].contains(&points[at]));
    if repeated || points.contains(&0) {
        return None;
    }
    let weights: Vec<u8> = points.iter().map(|point| weight_at_zero(*point, &points)).collect();
    let byte = |at: usize| {
        shares.iter().zip(&weights).fold(0, |sum, (share, weight)| sum ^ multiply(share[at], *weight))
    };
    Some(Zeroizing::new((0..length - 1).map(byte).collect()))
}

/// The polynomial at a point (Horner's rule).
fn evaluate(coefficients: &[u8], point: u8) -> u8 {
    coefficients.iter().rev().fold(0, |value, coefficient| multiply(value, point) ^ coefficient)
}

/// The Lagrange polynomial of a point, at zero.
fn weight_at_zero(point: u8, points: &[u8]) -> u8 {
    points
        .iter()
        .filter(|other| **other != point)
        .fold(1, |weight, other| multiply(weight, multiply(*other, inverse(*other ^ point))))
}

/// The product modulo x^8 + x^4 + x^3 + x + 1, without branches that depend on the factors.
fn multiply(a: u8, b: u8) -> u8 {
    let mut product = 0;
    let mut shifted = a;
    for bit in 0..8 {
        product ^= shifted & 0u8.wrapping_sub(b >> bit & 1);
        shifted = shifted << 1 ^ 0x1b & 0u8.wrapping_sub(shifted >> 7);
    }
    product
}

/// a^254, which is 1/a as a^255 is 1.
fn inverse(a: u8) -> u8 {
    let mut power = a;
    let mut product = 1;
    for _ in 0..7 {
        power = multiply(power, power);
        product = multiply(product, power);
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;

    fn share(hex: &str) -> Share {
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("these are hexadecimal digits");
        Zeroizing::new((0..hex.len()).step_by(2).map(byte).collect())
    }

    #[test]
    fn any_two_shares_of_sops_recombine() {
        let shares = [
            share("6f0a6ae7ecb03dfb92e9c816d19151922547c4bc95a358c7c3a5b20acff8bbff01"),
            share("de17d2d0cf7470e427d29531ad2eb02e7abda5560d628aacb57a5139a1cc4fc402"),
            share("b11cba3427c14b18bd32572c70b2efb34feb73f98cd4c47c6ec6f9287229ea2403"),
        ];
        let secret: Vec<u8> = (0..32).collect();
        for (a, b) in [(0, 1), (1, 0), (0, 2), (1, 2)] {
            let combined = combine(&[shares[a].clone(), shares[b].clone()]);
            assert_eq!(combined.as_deref(), Some(&secret), "{a} and {b}");
        }
        assert_eq!(combine(&shares).as_deref(), Some(&secret));
    }

    #[test]
    fn a_secret_comes_back_from_enough_shares_only() {
        let secret = b"thirty-two bytes of a secret key";
        let shares = split(secret, 5, 3, &mut Counter::default()).expect("three of five is possible");
        assert!(shares.iter().all(|share| share.len() == 33));
        for a in 0..5 {
            for b in a + 1..5 {
                let two = [shares[a].clone(), shares[b].clone()];
                assert_ne!(combine(&two).as_deref().map(Vec::as_slice), Some(&secret[..]));
                for c in b + 1..5 {
                    let three = [shares[c].clone(), shares[a].clone(), shares[b].clone()];
                    assert_eq!(combine(&three).as_deref().map(Vec::as_slice), Some(&secret[..]));
                }
            }
        }
    }

    #[test]
    fn shares_that_do_not_belong_together_are_refused() {
        let good = share("010201");
        for bad in [
            vec![],
            vec![good.clone()],
            vec![good.clone(), good.clone()],
            vec![good.clone(), share("0202")],
            vec![good.clone(), share("010200")],
            vec![share("01"), share("02")],
        ] {
            assert_eq!(combine(&bad), None);
        }
    }

    #[test]
    fn thresholds_must_fit() {
        let mut random = Counter::default();
        let mut error = |parts, threshold| split(b"secret", parts, threshold, &mut random).err();
        assert_eq!(error(3, 1), Some(SplitError::Threshold { parts: 3, threshold: 1 }));
        assert_eq!(error(3, 4), Some(SplitError::Threshold { parts: 3, threshold: 4 }));
        assert_eq!(error(256, 2), Some(SplitError::TooManyParts(256)));
        assert_eq!(error(255, 255), None);
    }

    #[test]
    fn the_field_is_a_field() {
        assert_eq!(multiply(0x53, 0xca), 1);
        assert_eq!(multiply(3, 7), 9);
        assert_eq!(multiply(0, 9), 0);
        assert_eq!(inverse(0), 0);
        for a in 1..=255 {
            assert_eq!(multiply(a, inverse(a)), 1);
        }
    }
}
