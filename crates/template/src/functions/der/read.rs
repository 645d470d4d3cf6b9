//! Reading DER field by field, with Go's errors.
//!
//! Go reads into structures. A field of one is a [`Kind`] here: what is expected, and what it is called in errors.

use crate::function::HIDDEN;

const CONTEXT: u8 = 2;

/// What a field of a structure is.
#[derive(Clone, Copy)]
pub(in super::super) struct Kind {
    /// The universal tag; none is any element at all.
    tag: Option<u32>,
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
    pub(in super::super) const ANY: Self = Self {
        tag: None,
        compound: false,
        name: "RawValue",
        explicit: None,
        implicit: None,
        optional: false,
        set: false,
    };
    pub(in super::super) const INTEGER: Self = Self::universal(2, "int");
    pub(in super::super) const NATURAL: Self = Self::universal(2, "");
    pub(in super::super) const BIT_STRING: Self = Self::universal(3, "BitString");
    pub(in super::super) const OCTETS: Self = Self::universal(4, "");
    pub(in super::super) const OBJECT: Self = Self::universal(6, "ObjectIdentifier");
    pub(in super::super) const SEQUENCE_OF: Self = Self { compound: true, ..Self::universal(16, "") };
    pub(in super::super) const SET_OF: Self = Self { compound: true, set: true, ..Self::universal(17, "") };

    const fn universal(tag: u32, name: &'static str) -> Self {
        Self { tag: Some(tag), name, ..Self::ANY }
    }

    /// A SEQUENCE that Go reads into the structure of this name.
    pub(in super::super) const fn structure(name: &'static str) -> Self {
        Self { compound: true, ..Self::universal(16, name) }
    }

    pub(in super::super) const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// With a context-specific tag around it.
    pub(in super::super) const fn explicit(self, tag: u32) -> Self {
        Self { explicit: Some(tag), ..self }
    }

    /// With a context-specific tag in place of its own.
    pub(in super::super) const fn implicit(self, tag: u32) -> Self {
        Self { implicit: Some(tag), ..self }
    }

    fn fits(&self, header: &Header) -> bool {
        let Some(tag) = self.tag else { return true };
        let (class, tag) = match self.implicit {
            Some(tag) => (CONTEXT, tag),
            None => (0, tag),
        };
        (header.class, header.tag, header.compound) == (class, tag, self.compound)
    }

    /// Go prints what it found, here the beginning of what may be a secret, and where a number is kept.
    fn mismatch(&self, offset: usize) -> String {
        let number = |number: Option<u32>| number.map_or("<nil>", |_| HIDDEN);
        structure_error(&format!(
            "tags don't match ({} vs {HIDDEN}) {{optional:{} explicit:{} application:false private:false \
             defaultValue:<nil> tag:{} stringType:0 timeType:0 set:{} omitEmpty:false}} {} @{offset}",
            self.implicit.or(self.tag).unwrap_or_default(),
            self.optional,
            self.explicit.is_some(),
            number(self.explicit.or(self.implicit)),
            self.set,
            self.name,
        ))
    }
}

fn structure_error(text: &str) -> String {
    format!("asn1: structure error: {text}")
}

fn syntax_error(text: &str) -> String {
    format!("asn1: syntax error: {text}")
}

struct Header {
    class: u8,
    tag: u32,
    compound: bool,
    length: usize,
}

/// The identifier and the length at this place, and where the contents begin.
fn header(bytes: &[u8], at: usize) -> Result<(Header, usize), String> {
    let truncated = || syntax_error("truncated tag or length");
    let mut next = at;
    let mut byte = || {
        let byte = bytes.get(next).copied();
        next += 1;
        byte.ok_or_else(truncated)
    };
    let first = byte()?;
    let mut tag = u32::from(first & 0x1f);
    if tag == 0x1f {
        (tag, next) = base128(bytes, next)?;
        if tag < 0x1f {
            return Err(syntax_error("non-minimal tag"));
        }
    }
    let mut byte = || {
        let byte = bytes.get(next).copied();
        next += 1;
        byte.ok_or_else(truncated)
    };
    let mut length = usize::from(byte()?);
    if length >= 0x80 {
        let count = length & 0x7f;
        if count == 0 {
            return Err(syntax_error("indefinite length found (not DER)"));
        }
        length = 0;
        for _ in 0..count {
            let byte = byte()?;
            if length >= 1 << 23 {
                return Err(structure_error("length too large"));
            }
            length = length << 8 | usize::from(byte);
            if length == 0 {
                return Err(structure_error("superfluous leading zeros in length"));
            }
        }
        if length < 0x80 {
            return Err(structure_error("non-minimal length"));
        }
    }
    Ok((Header { class: first >> 6, tag, compound: first & 0x20 != 0, length }, next))
}

/// A number in groups of seven bits, and what follows it.
fn base128(bytes: &[u8], at: usize) -> Result<(u32, usize), String> {
    let too_large = || structure_error("base 128 integer too large");
    let mut value = 0_u64;
    for (count, byte) in bytes.get(at..).unwrap_or_default().iter().enumerate() {
        if count == 5 {
            return Err(too_large());
        }
        if count == 0 && *byte == 0x80 {
            return Err(syntax_error("integer is not minimally encoded"));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            let value = i32::try_from(value).map_err(|_| too_large())?;
            return Ok((value.unsigned_abs(), at + count + 1));
        }
    }
    Err(syntax_error("truncated base 128 integer"))
}

/// What was read.
#[derive(Clone, Copy)]
pub(in super::super) struct Element<'a> {
    pub(in super::super) tag: u32,
    pub(in super::super) contents: &'a [u8],
    /// With identifier and length.
    pub(in super::super) whole: &'a [u8],
}

/// The fields of a structure, one after the other. What follows the last one that is asked for is ignored, as it is
/// by Go.
pub(in super::super) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    pub(in super::super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// What has not been read yet.
    pub(in super::super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next field, which must be there.
    pub(in super::super) fn next(&mut self, kind: &Kind) -> Result<Element<'a>, String> {
        self.next_if(kind)?.ok_or_else(|| syntax_error("sequence truncated"))
    }

    /// The next field; none if it is optional and something else, or nothing, is there.
    pub(in super::super) fn next_if(&mut self, kind: &Kind) -> Result<Option<Element<'a>>, String> {
        let absent = |error: String| if kind.optional { Ok(None) } else { Err(error) };
        let start = self.at;
        if start == self.bytes.len() {
            return absent(syntax_error("sequence truncated"));
        }
        let (mut found, mut at) = header(self.bytes, start)?;
        if let Some(tag) = kind.explicit {
            if at == self.bytes.len() {
                return Err(structure_error("explicit tag has no child"));
            }
            let around = (found.class, found.tag) == (CONTEXT, tag) && (found.length == 0 || found.compound);
            if !around {
                return absent(structure_error("explicitly tagged member didn't match"));
            }
            // Of an element of any kind, Go keeps the tag around it.
            if kind.tag.is_some() {
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
        Ok(Some(Element { tag: found.tag, contents, whole: &self.bytes[start..end] }))
    }
}

/// The contents of the elements of a SEQUENCE OF structures.
pub(in super::super) fn sequence_of(bytes: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (found, start) = header(bytes, at)?;
        if (found.class, found.tag, found.compound) != (0, 16, true) {
            return Err(structure_error("sequence tag mismatch"));
        }
        at = start + found.length;
        all.push(bytes.get(start..at).ok_or_else(|| syntax_error("truncated sequence"))?);
    }
    Ok(all)
}

fn check_integer(contents: &[u8]) -> Result<(), String> {
    match contents {
        [] => Err(structure_error("empty integer")),
        [0, 0..0x80, ..] | [0xff, 0x80..=0xff, ..] => Err(structure_error("integer not minimally-encoded")),
        _ => Ok(()),
    }
}

/// The value of an INTEGER in 64 bits.
pub(in super::super) fn integer(contents: &[u8]) -> Result<i64, String> {
    check_integer(contents)?;
    if contents.len() > 8 {
        return Err(structure_error("integer too large"));
    }
    let sign = if contents[0] & 0x80 == 0 { 0 } else { -1 };
    Ok(contents.iter().fold(sign, |value, byte| value << 8 | i64::from(*byte)))
}

/// The bytes of an INTEGER of any size without leading zeros; none if it is not above zero.
pub(in super::super) fn natural(contents: &[u8]) -> Result<Option<&[u8]>, String> {
    check_integer(contents)?;
    let bytes = contents.strip_prefix(&[0]).unwrap_or(contents);
    Ok(Some(bytes).filter(|bytes| contents[0] & 0x80 == 0 && !bytes.is_empty()))
}

/// Checks a BIT STRING.
pub(in super::super) fn bit_string(contents: &[u8]) -> Result<(), String> {
    let Some((padding, bits)) = contents.split_first() else {
        return Err(syntax_error("zero length BIT STRING"));
    };
    let last = *contents.last().unwrap_or(padding);
    if *padding > 7 || bits.is_empty() && *padding > 0 || u32::from(last) & ((1 << padding) - 1) != 0 {
        return Err(syntax_error("invalid padding bits in BIT STRING"));
    }
    Ok(())
}

/// Checks the contents of an OBJECT IDENTIFIER, and gives them: no two stand for the same one.
pub(in super::super) fn object_identifier(contents: &[u8]) -> Result<&[u8], String> {
    if contents.is_empty() {
        return Err(syntax_error("zero length OBJECT IDENTIFIER"));
    }
    let mut at = 0;
    while at < contents.len() {
        (_, at) = base128(contents, at)?;
    }
    Ok(contents)
}

/// An object identifier in digits and dots.
pub(in super::super) fn dotted(contents: &[u8]) -> String {
    let mut parts: Vec<u32> = Vec::new();
    let mut at = 0;
    while let Ok((part, next)) = base128(contents, at) {
        at = next;
        match parts.len() {
            0 if part < 80 => parts.extend([part / 40, part % 40]),
            0 => parts.extend([2, part - 80]),
            _ => parts.push(part),
        }
    }
    parts.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}
