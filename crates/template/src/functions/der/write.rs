//! Writing DER. What is written may be a private key, so every buffer is cleared when it is dropped.

use zeroize::Zeroizing;

use super::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, without_zeros};

/// Bytes that may be a secret.
pub(in crate::functions) type Bytes = Zeroizing<Vec<u8>>;

/// An element with this tag, and the parts one after the other as its contents.
pub(in crate::functions) fn element(tag: u8, parts: &[&[u8]]) -> Bytes {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let digits = length.to_be_bytes();
    let digits = without_zeros(&digits);
    // Made whole at once: a buffer that grows leaves copies behind.
    let mut out = Zeroizing::new(Vec::with_capacity(2 + digits.len() + length));
    out.push(tag);
    match length {
        0..0x80 => out.push(length as u8),
        _ => {
            out.push(0x80 | digits.len() as u8);
            out.extend_from_slice(digits);
        }
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

pub(in crate::functions) fn sequence(parts: &[&[u8]]) -> Bytes {
    element(SEQUENCE, parts)
}

/// A sequence of as many parts as there are.
pub(in crate::functions) fn sequence_of_all(parts: &[Bytes]) -> Bytes {
    let parts: Vec<&[u8]> = parts.iter().map(|part| &part[..]).collect();
    sequence(&parts)
}

pub(in crate::functions) fn octets(bytes: &[u8]) -> Bytes {
    element(OCTET_STRING, &[bytes])
}

/// A bit string of whole bytes.
pub(in crate::functions) fn bits(bytes: &[u8]) -> Bytes {
    element(BIT_STRING, &[&[0], bytes])
}

pub(in crate::functions) fn object(identifier: &[u8]) -> Bytes {
    element(OBJECT_IDENTIFIER, &[identifier])
}

/// An algorithm by its object identifier, with the encoding of its parameters or nothing.
pub(in crate::functions) fn algorithm(identifier: &[u8], parameters: &[u8]) -> Bytes {
    sequence(&[&object(identifier), parameters])
}

/// A number that is not negative, from its bytes, the most significant one first.
pub(in crate::functions) fn number(bytes: &[u8]) -> Bytes {
    let digits = without_zeros(bytes);
    let padded = digits.first().is_none_or(|first| *first >= 0x80);
    element(INTEGER, &[if padded { &[0] } else { &[] }, digits])
}

/// An INTEGER.
pub(in crate::functions) fn int(value: i64) -> Bytes {
    let bytes = value.to_be_bytes();
    let sign = if value < 0 { 0xff } else { 0 };
    let mut bytes = &bytes[..];
    while let [first, second, ..] = bytes
        && *first == sign
        && second & 0x80 == sign & 0x80
    {
        bytes = &bytes[1..];
    }
    element(INTEGER, &[bytes])
}

#[cfg(test)]
mod tests {
    use super::{OCTET_STRING, element, int, number};

    #[test]
    fn lengths_are_as_short_as_can_be() {
        for (length, head) in [
            (0, &[4, 0][..]),
            (0x7f, &[4, 0x7f]),
            (0x80, &[4, 0x81, 0x80]),
            (0xff, &[4, 0x81, 0xff]),
            (0x100, &[4, 0x82, 1, 0]),
            (0x10000, &[4, 0x83, 1, 0, 0]),
        ] {
            let written = element(OCTET_STRING, &[&vec![7; length]]);
            assert_eq!(&written[..head.len()], head);
            assert_eq!(written.len(), head.len() + length);
        }
    }

    #[test]
    fn integers_keep_their_sign_in_as_few_bytes_as_can_be() {
        for (value, contents) in [
            (0, &[0][..]),
            (1, &[1]),
            (127, &[127]),
            (128, &[0, 128]),
            (2048, &[8, 0]),
            (-1, &[0xff]),
            (-128, &[0x80]),
            (-129, &[0xff, 0x7f]),
            (i64::MAX, &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            (i64::MIN, &[0x80, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            assert_eq!(&int(value)[2..], contents, "{value}");
        }
        for (bytes, contents) in [
            (&[][..], &[0][..]),
            (&[0, 0], &[0]),
            (&[0, 1], &[1]),
            (&[0x80], &[0, 0x80]),
            (&[0x7f, 0], &[0x7f, 0]),
        ] {
            assert_eq!(&number(bytes)[2..], contents, "{bytes:?}");
        }
    }
}
