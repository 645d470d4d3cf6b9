//! Bech32 (BIP 173) without its limit of 90 characters, which age does not have.

use zeroize::Zeroizing;

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECKSUM_LEN: usize = 6;

/// Why a text is not Bech32. It names places and never characters, since the text may be a secret key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Bech32Error {
    /// Upper and lower case letters.
    #[error("mixed case")]
    MixedCase,
    /// No `1` with a prefix before it and a checksum after it.
    #[error("separator '1' at invalid position")]
    Separator,
    /// The prefix has a character that is not printable ASCII.
    #[error("invalid character in the human-readable part at position {0}")]
    Prefix(usize),
    /// The data has a character that is not of the alphabet.
    #[error("invalid character in the data part at position {0}")]
    Data(usize),
    /// A character is wrong, missing or superfluous.
    #[error("invalid checksum")]
    Checksum,
    /// The bits left over at the end are too many, or not zero.
    #[error("invalid padding")]
    Padding,
}

/// The prefix as it was written, and the bytes.
pub(crate) fn decode(text: &str) -> Result<(&str, Zeroizing<Vec<u8>>), Bech32Error> {
    let lower = text.bytes().any(|b| b.is_ascii_lowercase());
    let upper = text.bytes().any(|b| b.is_ascii_uppercase());
    if lower && upper {
        return Err(Bech32Error::MixedCase);
    }
    let separator = text.rfind('1').ok_or(Bech32Error::Separator)?;
    let (prefix, data) = (&text[..separator], &text.as_bytes()[separator + 1..]);
    if prefix.is_empty() || data.len() < CHECKSUM_LEN {
        return Err(Bech32Error::Separator);
    }
    if let Some(at) = prefix.bytes().position(|b| !(33..=126).contains(&b)) {
        return Err(Bech32Error::Prefix(at));
    }
    let mut values = Zeroizing::new(Vec::with_capacity(data.len()));
    for (at, byte) in data.iter().enumerate() {
        let byte = byte.to_ascii_lowercase();
        let value = CHARSET.iter().position(|c| *c == byte).ok_or(Bech32Error::Data(at))?;
        // A position in a table of 32 fits.
        values.push(value as u8);
    }
    if polymod(prefix, &values) != 1 {
        return Err(Bech32Error::Checksum);
    }
    Ok((prefix, to_bytes(&values[..values.len() - CHECKSUM_LEN])?))
}

/// Lower case, with the checksum.
pub(crate) fn encode(prefix: &str, bytes: &[u8]) -> String {
    let mut values = Vec::with_capacity(bytes.len() * 8 / 5 + 1 + CHECKSUM_LEN);
    let (mut bits, mut count) = (0u32, 0);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            values.push((bits >> count) as u8 & 31);
        }
    }
    if count > 0 {
        values.push((bits << (5 - count)) as u8 & 31);
    }
    let data = values.len();
    values.extend([0; CHECKSUM_LEN]);
    let checksum = polymod(prefix, &values) ^ 1;
    values.truncate(data);
    values.extend((0..CHECKSUM_LEN).rev().map(|i| (checksum >> (5 * i)) as u8 & 31));
    let mut text = prefix.to_ascii_lowercase();
    text.push('1');
    text.extend(values.iter().map(|v| char::from(CHARSET[usize::from(*v)])));
    text
}

fn to_bytes(values: &[u8]) -> Result<Zeroizing<Vec<u8>>, Bech32Error> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(values.len() * 5 / 8));
    let (mut bits, mut count) = (0u32, 0);
    for value in values {
        bits = (bits << 5) | u32::from(*value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    let left_over = bits & ((1 << count) - 1);
    if count >= 5 || left_over != 0 { Err(Bech32Error::Padding) } else { Ok(bytes) }
}

fn polymod(prefix: &str, values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let prefix = prefix.as_bytes();
    let high = prefix.iter().map(|b| b.to_ascii_lowercase() >> 5);
    let low = prefix.iter().map(|b| b.to_ascii_lowercase() & 31);
    let all = high.chain([0]).chain(low).chain(values.iter().copied());
    all.fold(1, |sum, value| {
        let shifted = ((sum & 0x1ff_ffff) << 5) ^ u32::from(value);
        let top = sum >> 25;
        (0..5).filter(|i| (top >> i) & 1 == 1).fold(shifted, |sum, i| sum ^ GENERATOR[i])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_of_the_standard_decode() {
        for good in [
            "A12UEL5L",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "?1ezyfcl",
        ] {
            assert!(decode(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for (bad, why) in [
            ("", Bech32Error::Separator),
            ("pzry9x0s0muk", Bech32Error::Separator),
            ("1pzry9x0s0muk", Bech32Error::Separator),
            ("li1dgmt3", Bech32Error::Separator),
            ("x1b4n0q5v", Bech32Error::Data(0)),
            ("\u{20}1nwldj5", Bech32Error::Prefix(0)),
            ("a12UEL5L", Bech32Error::MixedCase),
            ("A1G7SGD8", Bech32Error::Checksum),
            ("ä12uel5l", Bech32Error::Prefix(0)),
        ] {
            assert_eq!(decode(bad).err(), Some(why), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = encode("age", &bytes);
            let (prefix, back) = decode(&text).expect("what was encoded decodes");
            prop_assert_eq!(prefix, "age");
            prop_assert_eq!(&*back, &bytes);
        }

        #[test]
        fn nothing_panics(text in ".*") {
            let _ = decode(&text);
        }
    }
}
