//! ASN.1 in its distinguished encoding (X.690): read as strictly as Go's `cryptobyte` does, and written.

use zeroize::Zeroizing;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const NUMERIC_STRING: u8 = 0x12;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const T61_STRING: u8 = 0x14;
pub(super) const IA5_STRING: u8 = 0x16;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const BMP_STRING: u8 = 0x1e;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The encoding of NULL.
pub(super) const NULL: &[u8] = &[0x05, 0];

/// The tag of a field that is told by its number and holds others.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The tag of a field that is told by its number and holds plain bytes.
pub(super) const fn plain_context(number: u8) -> u8 {
    0x80 | number
}

/// What is still to be read. Every method gives nothing if something else comes next.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

/// An element: its tag, its contents, and both together with the length between them.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) contents: &'a [u8],
    pub(super) whole: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an element with this tag comes next.
    pub(super) fn at(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element, with a tag of one byte and a length of no more bytes than it takes.
    pub(super) fn any(&mut self) -> Option<Element<'a>> {
        let (tag, first) = (*self.0.first()?, *self.0.get(1)?);
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (header, length) = match first {
            0..=0x7f => (2, usize::from(first)),
            0x81..=0x84 => {
                let header = 2 + usize::from(first & 0x7f);
                let digits = self.0.get(2..header)?;
                let length = digits.iter().fold(0, |length, digit| length << 8 | u64::from(*digit));
                if length < 0x80 || digits.first() == Some(&0) {
                    return None;
                }
                (header, usize::try_from(length).ok()?)
            }
            _ => return None,
        };
        let end = header.checked_add(length)?;
        let element = Element { tag, contents: self.0.get(header..end)?, whole: self.0.get(..end)? };
        self.0 = &self.0[end..];
        Some(element)
    }

    /// The next element, which must have this tag.
    pub(super) fn element(&mut self, tag: u8) -> Option<Element<'a>> {
        self.any().filter(|element| element.tag == tag)
    }

    /// The contents of the next element, which must have this tag.
    pub(super) fn contents(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element(tag).map(|element| element.contents)
    }

    /// The inside of the next element, which must have this tag.
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.contents(tag).map(Self)
    }

    /// The inside of the next element if it has this tag, and nothing if there is none such.
    pub(super) fn enter_optional(&mut self, tag: u8) -> Option<Option<Self>> {
        if self.at(tag) { self.enter(tag).map(Some) } else { Some(None) }
    }

    /// The digits of an integer, as few as it takes; negative if the first is 0x80 or more.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        self.tagged_integer(INTEGER)
    }

    pub(super) fn tagged_integer(&mut self, tag: u8) -> Option<&'a [u8]> {
        match self.contents(tag)? {
            [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => None,
            digits => Some(digits),
        }
    }

    pub(super) fn boolean(&mut self) -> Option<bool> {
        match self.contents(BOOLEAN)? {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    /// The contents of an object identifier whose parts are below 2^31, as Go has them.
    pub(super) fn object_identifier(&mut self) -> Option<&'a [u8]> {
        let contents = self.contents(OBJECT_IDENTIFIER)?;
        let parts = contents.split_inclusive(|byte| byte & 0x80 == 0);
        let fits = |part: &[u8]| part[0] != 0x80 && (part.len() < 5 || part.len() == 5 && part[0] < 0x88);
        let whole = contents.last().is_some_and(|last| last & 0x80 == 0);
        (whole && parts.into_iter().all(fits)).then_some(contents)
    }

    /// The bytes of a bit string, and how many bits of the last are unused; those are zero.
    pub(super) fn bit_string(&mut self) -> Option<(&'a [u8], u8)> {
        let (unused, bytes) = self.contents(BIT_STRING)?.split_first()?;
        let last = bytes.last().copied();
        let clean = last.map_or(*unused == 0, |last| *unused < 8 && last & ((1 << *unused) - 1) == 0);
        clean.then_some((bytes, *unused))
    }
}

/// Whether the digits of an integer stand for a negative one.
pub(super) fn is_negative(digits: &[u8]) -> bool {
    digits.first().is_some_and(|first| *first >= 0x80)
}

/// Whether the digits of an integer stand for one above zero.
pub(super) fn is_positive(digits: &[u8]) -> bool {
    !is_negative(digits) && digits.iter().any(|digit| *digit != 0)
}

/// An element with these contents, one after the other. What was a secret stays one.
pub(super) fn element(tag: u8, contents: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = contents.iter().map(|part| part.len()).sum();
    let digits = length.to_be_bytes();
    let digits = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
    let mut out = Zeroizing::new(Vec::with_capacity(2 + digits.len() + length));
    out.push(tag);
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => out.push(short),
        _ => {
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
            out.extend_from_slice(digits);
        }
    }
    contents.iter().for_each(|part| out.extend_from_slice(part));
    out
}

pub(super) fn sequence(contents: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    element(SEQUENCE, contents)
}

/// A number that is not negative, from its big-endian digits.
pub(super) fn number(digits: &[u8]) -> Zeroizing<Vec<u8>> {
    let digits = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
    let padded = digits.first().is_none_or(|first| *first >= 0x80);
    element(INTEGER, &[if padded { &[0] } else { &[] }, digits])
}

/// A bit string of whole bytes.
pub(super) fn bits(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    element(BIT_STRING, &[&[0], bytes])
}

/// An algorithm by its object identifier, with the encoding of its parameters or nothing.
pub(super) fn algorithm(identifier: &[u8], parameters: &[u8]) -> Vec<u8> {
    sequence(&[&element(OBJECT_IDENTIFIER, &[identifier]), parameters]).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let contents = vec![7; length];
            let written = element(OCTET_STRING, &[&contents]);
            let mut reader = Reader::new(&written);
            assert_eq!(reader.contents(OCTET_STRING), Some(&contents[..]), "{length}");
            assert!(reader.is_empty());
        }
        for (digits, written) in [
            (&[][..], &[2, 1, 0][..]),
            (&[0, 0], &[2, 1, 0]),
            (&[0, 5], &[2, 1, 5]),
            (&[0x80], &[2, 2, 0, 0x80]),
            (&[1, 2], &[2, 2, 1, 2]),
        ] {
            assert_eq!(&number(digits)[..], written);
            assert!(Reader::new(written).integer().is_some());
        }
    }

    #[test]
    fn what_is_not_distinguished_is_refused() {
        let refused: &[&[u8]] = &[
            &[],
            &[2],
            &[2, 1],
            &[2, 0],
            &[2, 2, 0, 1],
            &[2, 2, 0xff, 0x80],
            &[2, 0x81, 1, 5],
            &[2, 0x82, 0, 0x80],
            &[2, 0x80, 5, 0, 0],
            &[0x3f, 1, 5],
            &[2, 0x84, 0xff, 0xff, 0xff, 0xff],
        ];
        for bytes in refused {
            assert!(Reader::new(bytes).integer().is_none(), "{bytes:x?}");
        }
        for bytes in [&[6, 0][..], &[6, 1, 0x80], &[6, 2, 0x80, 1], &[6, 5, 0x88, 0x80, 0x80, 0x80, 0]] {
            assert!(Reader::new(bytes).object_identifier().is_none(), "{bytes:x?}");
        }
        for bytes in [&[3, 0][..], &[3, 1, 1], &[3, 2, 8, 0], &[3, 2, 1, 1]] {
            assert!(Reader::new(bytes).bit_string().is_none(), "{bytes:x?}");
        }
        assert_eq!(Reader::new(&[3, 2, 1, 2]).bit_string(), Some((&[2][..], 1)));
        assert_eq!(Reader::new(&[1, 1, 1]).boolean(), None);
    }
}
