//! Reading DER element by element, where something fits or does not, as with Go's `cryptobyte`.

use super::element::{Element, header};
use super::{BIT_STRING, BOOLEAN, INTEGER, OBJECT_IDENTIFIER, primitive};

/// What is still to be read. Every method gives nothing if something else comes next.
#[derive(Clone, Copy)]
pub(in crate::functions) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(in crate::functions) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(in crate::functions) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an element with this tag comes next.
    pub(in crate::functions) fn at(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element, which has a tag of one byte.
    pub(in crate::functions) fn any(&mut self) -> Option<Element<'a>> {
        let tag = self.0.first().copied().filter(|tag| tag & 0x1f != 0x1f)?;
        let (header, start) = header(self.0, 0).ok()?;
        let end = start.checked_add(header.length)?;
        let element = Element { tag, contents: self.0.get(start..end)?, whole: self.0.get(..end)? };
        self.0 = &self.0[end..];
        Some(element)
    }

    /// The next element, which must have this tag.
    pub(in crate::functions) fn element(&mut self, tag: u8) -> Option<Element<'a>> {
        self.any().filter(|element| element.tag == tag)
    }

    /// The contents of the next element, which must have this tag.
    pub(in crate::functions) fn contents(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element(tag).map(|element| element.contents)
    }

    /// The inside of the next element, which must have this tag.
    pub(in crate::functions) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.contents(tag).map(Self)
    }

    /// The inside of the next element if it has this tag, and nothing if there is none such.
    pub(in crate::functions) fn enter_optional(&mut self, tag: u8) -> Option<Option<Self>> {
        if self.at(tag) { self.enter(tag).map(Some) } else { Some(None) }
    }

    /// The digits of an integer, as few as it takes; negative if the first is 0x80 or more.
    pub(in crate::functions) fn integer(&mut self) -> Option<&'a [u8]> {
        primitive::digits(self.contents(INTEGER)?).ok()
    }

    /// An integer of 64 bits.
    pub(in crate::functions) fn int(&mut self) -> Option<i64> {
        self.tagged_int(INTEGER)
    }

    /// The same, with another tag.
    pub(in crate::functions) fn tagged_int(&mut self, tag: u8) -> Option<i64> {
        primitive::integer(self.contents(tag)?).ok()
    }

    /// The digits of an integer without leading zeros; an inner nothing if it is not above zero.
    pub(in crate::functions) fn natural(&mut self) -> Option<Option<&'a [u8]>> {
        primitive::natural(self.contents(INTEGER)?).ok()
    }

    pub(in crate::functions) fn boolean(&mut self) -> Option<bool> {
        match self.contents(BOOLEAN)? {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    /// The contents of an object identifier whose parts are below 2^31, as Go has them.
    pub(in crate::functions) fn object_identifier(&mut self) -> Option<&'a [u8]> {
        primitive::object_identifier(self.contents(OBJECT_IDENTIFIER)?).ok()
    }

    /// The bytes of a bit string, and how many bits of the last are unused; those are zero.
    pub(in crate::functions) fn bit_string(&mut self) -> Option<(&'a [u8], u8)> {
        primitive::bit_string(self.contents(BIT_STRING)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
