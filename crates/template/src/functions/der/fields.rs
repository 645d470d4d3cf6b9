//! Reading DER field by field, with the errors of Go's `encoding/asn1`.
//!
//! Go reads into structures. A field of one is a [`Kind`] here: what is expected, and what it is called in errors.

use super::element::{Element, Header, header, structure_error, syntax_error};
use super::primitive::{integer, natural, object_identifier};
use super::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET};
use crate::function::HIDDEN;

/// The class of tags that tell a field by its number.
const CONTEXT: u8 = 2;

/// What a field of a structure is.
#[derive(Clone, Copy)]
pub(in crate::functions) struct Kind {
    /// The number of the universal tag; none is any element at all.
    number: Option<u32>,
    compound: bool,
    /// The name of Go's type.
    name: &'static str,
    /// The number of a context-specific tag around the element, or in place of its own.
    explicit: Option<u32>,
    implicit: Option<u32>,
    optional: bool,
    set: bool,
}

impl Kind {
    pub(in crate::functions) const ANY: Self = Self {
        number: None,
        compound: false,
        name: "RawValue",
        explicit: None,
        implicit: None,
        optional: false,
        set: false,
    };
    const INT: Self = Self::universal(INTEGER, "int");
    pub(in crate::functions) const NATURAL: Self = Self::universal(INTEGER, "");
    pub(in crate::functions) const BIT_STRING: Self = Self::universal(BIT_STRING, "BitString");
    pub(in crate::functions) const OCTETS: Self = Self::universal(OCTET_STRING, "");
    pub(in crate::functions) const OBJECT: Self = Self::universal(OBJECT_IDENTIFIER, "ObjectIdentifier");
    pub(in crate::functions) const SEQUENCE_OF: Self = Self::universal(SEQUENCE, "");
    pub(in crate::functions) const SET_OF: Self = Self { set: true, ..Self::universal(SET, "") };

    /// What has this tag, as Go's type of this name.
    const fn universal(tag: u8, name: &'static str) -> Self {
        Self { number: Some(tag as u32 & 0x1f), compound: tag & 0x20 != 0, name, ..Self::ANY }
    }

    /// A SEQUENCE that Go reads into the structure of this name.
    pub(in crate::functions) const fn structure(name: &'static str) -> Self {
        Self::universal(SEQUENCE, name)
    }

    pub(in crate::functions) const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// With a context-specific tag around it.
    pub(in crate::functions) const fn explicit(self, number: u32) -> Self {
        Self { explicit: Some(number), ..self }
    }

    /// With a context-specific tag in place of its own.
    pub(in crate::functions) const fn implicit(self, number: u32) -> Self {
        Self { implicit: Some(number), ..self }
    }

    fn fits(&self, header: &Header) -> bool {
        let Some(universal) = self.number else { return true };
        let (class, number) = self.implicit.map_or((0, universal), |number| (CONTEXT, number));
        (header.class, header.number, header.compound) == (class, number, self.compound)
    }

    /// Go prints what it found, here the beginning of what may be a secret, and where a number is kept.
    fn mismatch(&self, offset: usize) -> String {
        let shown = |number: Option<u32>| number.map_or("<nil>", |_| HIDDEN);
        structure_error(&format!(
            "tags don't match ({} vs {HIDDEN}) {{optional:{} explicit:{} application:false private:false \
             defaultValue:<nil> tag:{} stringType:0 timeType:0 set:{} omitEmpty:false}} {} @{offset}",
            self.implicit.or(self.number).unwrap_or_default(),
            self.optional,
            self.explicit.is_some(),
            shown(self.explicit.or(self.implicit)),
            self.set,
            self.name,
        ))
    }
}

/// The fields of a structure, one after the other. What follows the last one that is asked for is ignored, as it is
/// by Go.
pub(in crate::functions) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    pub(in crate::functions) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// What has not been read yet.
    pub(in crate::functions) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The fields of the structure of this name that comes next.
    pub(in crate::functions) fn enter(&mut self, name: &'static str) -> Result<Self, String> {
        Ok(Self::new(self.next(&Kind::structure(name))?.contents))
    }

    /// The value of an INTEGER in 64 bits.
    pub(in crate::functions) fn int(&mut self) -> Result<i64, String> {
        integer(self.next(&Kind::INT)?.contents)
    }

    /// The same, if one comes next.
    pub(in crate::functions) fn int_if(&mut self) -> Result<Option<i64>, String> {
        self.next_if(&Kind::INT.optional())?.map(|number| integer(number.contents)).transpose()
    }

    /// The digits of an INTEGER without leading zeros; none if it is not above zero.
    pub(in crate::functions) fn natural(&mut self) -> Result<Option<&'a [u8]>, String> {
        natural(self.next(&Kind::NATURAL)?.contents)
    }

    /// The contents of an OBJECT IDENTIFIER.
    pub(in crate::functions) fn object(&mut self) -> Result<&'a [u8], String> {
        object_identifier(self.next(&Kind::OBJECT)?.contents)
    }

    /// The contents of an OCTET STRING.
    pub(in crate::functions) fn octets(&mut self) -> Result<&'a [u8], String> {
        self.next(&Kind::OCTETS).map(|octets| octets.contents)
    }

    pub(in crate::functions) fn algorithm(&mut self) -> Result<Algorithm<'a>, String> {
        Algorithm::read(self.next(&Algorithm::KIND)?.contents)
    }

    /// The same, if one comes next.
    pub(in crate::functions) fn algorithm_if(&mut self) -> Result<Option<Algorithm<'a>>, String> {
        let algorithm = self.next_if(&Algorithm::KIND.optional())?;
        algorithm.map(|algorithm| Algorithm::read(algorithm.contents)).transpose()
    }

    /// The next field, which must be there.
    pub(in crate::functions) fn next(&mut self, kind: &Kind) -> Result<Element<'a>, String> {
        self.next_if(kind)?.ok_or_else(|| syntax_error("sequence truncated"))
    }

    /// The next field; none if it is optional and something else, or nothing, is there.
    pub(in crate::functions) fn next_if(&mut self, kind: &Kind) -> Result<Option<Element<'a>>, String> {
        let absent = |error: String| if kind.optional { Ok(None) } else { Err(error) };
        let start = self.at;
        if start == self.bytes.len() {
            return absent(syntax_error("sequence truncated"));
        }
        let (mut found, mut at) = header(self.bytes, start)?;
        if let Some(number) = kind.explicit {
            if at == self.bytes.len() {
                return Err(structure_error("explicit tag has no child"));
            }
            let around =
                (found.class, found.number) == (CONTEXT, number) && (found.length == 0 || found.compound);
            if !around {
                return absent(structure_error("explicitly tagged member didn't match"));
            }
            // Of an element of any kind, Go keeps the tag around it.
            if kind.number.is_some() {
                if found.length == 0 {
                    return Err(structure_error("zero length explicit tag was not an asn1.Flag"));
                }
                (found, at) = header(self.bytes, at)?;
            }
        }
        if !kind.fits(&found) {
            return absent(kind.mismatch(at));
        }
        let end = at + found.length;
        let contents = self.bytes.get(at..end).ok_or_else(|| syntax_error("data truncated"))?;
        self.at = end;
        Ok(Some(Element { tag: self.bytes[start], contents, whole: &self.bytes[start..end] }))
    }
}

/// An `AlgorithmIdentifier`.
pub(in crate::functions) struct Algorithm<'a> {
    pub(in crate::functions) identifier: &'a [u8],
    /// With tag and length; empty if there are none.
    pub(in crate::functions) parameters: &'a [u8],
}

impl<'a> Algorithm<'a> {
    const KIND: Kind = Kind::structure("AlgorithmIdentifier");

    fn read(contents: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(contents);
        let identifier = fields.object()?;
        let parameters = fields.next_if(&Kind::ANY.optional())?;
        Ok(Self { identifier, parameters: parameters.map_or(&[], |parameters| parameters.whole) })
    }
}

/// The contents of the elements of a SEQUENCE OF structures.
pub(in crate::functions) fn sequence_of(bytes: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (found, start) = header(bytes, at)?;
        if !Kind::SEQUENCE_OF.fits(&found) {
            return Err(structure_error("sequence tag mismatch"));
        }
        at = start + found.length;
        all.push(bytes.get(start..at).ok_or_else(|| syntax_error("truncated sequence"))?);
    }
    Ok(all)
}
