//! Writing DER. What is written may be a private key, so every buffer is cleared when it is dropped.

use zeroize::Zeroizing;

/// Bytes that may be a secret.
pub(in super::super) type Bytes = Zeroizing<Vec<u8>>;

const INTEGER: u8 = 0x02;
pub(in super::super) const BIT_STRING: u8 = 0x03;
pub(in super::super) const OCTETS: u8 = 0x04;
pub(in super::super) const OBJECT: u8 = 0x06;
pub(in super::super) const UTF8_STRING: u8 = 0x0c;
pub(in super::super) const PRINTABLE_STRING: u8 = 0x13;
pub(in super::super) const BMP_STRING: u8 = 0x1e;
pub(in super::super) const SEQUENCE: u8 = 0x30;
pub(in super::super) const SET: u8 = 0x31;

/// An element with this identifier octet, and the parts as its contents.
pub(in super::super) fn element(identifier: u8, parts: &[&[u8]]) -> Bytes {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let big = length.to_be_bytes();
    let big = &big[length.leading_zeros() as usize / 8..];
    // Made whole at once: a buffer that grows leaves copies behind.
    let mut out = Zeroizing::new(Vec::with_capacity(2 + big.len() + length));
    out.push(identifier);
    match length {
        0..0x80 => out.push(length as u8),
        _ => {
            out.push(0x80 | big.len() as u8);
            out.extend_from_slice(big);
        }
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// An INTEGER that is not negative, from its bytes, the most significant one first.
pub(in super::super) fn natural(bytes: &[u8]) -> Bytes {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match &bytes[zeros..] {
        [] => element(INTEGER, &[&[0]]),
        bytes @ [0x80..=0xff, ..] => element(INTEGER, &[&[0], bytes]),
        bytes => element(INTEGER, &[bytes]),
    }
}

/// An INTEGER.
pub(in super::super) fn int(value: i64) -> Bytes {
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
    use super::{OCTETS, element, int, natural};

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
            let written = element(OCTETS, &[&vec![7; length]]);
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
            assert_eq!(&natural(bytes)[2..], contents, "{bytes:?}");
        }
    }
}
