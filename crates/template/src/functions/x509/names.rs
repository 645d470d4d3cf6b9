//! Distinguished names (X.501), and the texts in them.

use crate::functions::der::{self, Bytes, Reader};
use crate::functions::failure::Failure;

/// One attribute of a name.
pub(super) struct Attribute {
    /// The contents of the object identifier of its type.
    pub(super) kind: Vec<u8>,
    pub(super) value: String,
}

const INVALID: &str = "x509: invalid RDNSequence";

/// All attributes of a name, in their order.
pub(super) fn read(name: &[u8]) -> Result<Vec<Attribute>, Failure> {
    let mut attributes = Vec::new();
    let mut sets = Reader::new(name);
    while !sets.is_empty() {
        let mut set = sets.enter(der::SET).ok_or(INVALID)?;
        while !set.is_empty() {
            let contents = set.enter(der::SEQUENCE).ok_or_else(|| invalid("attribute"))?;
            attributes.push(attribute(contents)?);
        }
    }
    Ok(attributes)
}

fn invalid(part: &str) -> Failure {
    format!("{INVALID}: invalid {part}").into()
}

fn attribute(mut contents: Reader<'_>) -> Result<Attribute, Failure> {
    let kind = contents.object_identifier().ok_or_else(|| invalid("attribute type"))?.to_vec();
    let value = contents.any().ok_or_else(|| invalid("attribute value"))?;
    let value = value_text(value.tag, value.contents)
        .map_err(|error| invalid(&format!("attribute value: {error}")))?;
    Ok(Attribute { kind, value })
}

/// The text of one of the many types of strings.
fn value_text(tag: u8, bytes: &[u8]) -> Result<String, String> {
    let (name, text) = match tag {
        der::T61_STRING => ("T61String", Some(latin(bytes))),
        der::PRINTABLE_STRING => {
            // Two characters that do not belong there are common.
            let sound = |byte: &u8| is_printable(*byte) || matches!(byte, b'*' | b'&');
            ("PrintableString", bytes.iter().all(sound).then(|| latin(bytes)))
        }
        der::UTF8_STRING => ("UTF-8 string", String::from_utf8(bytes.to_vec()).ok()),
        der::BMP_STRING => ("BMPString", wide(bytes)),
        der::IA5_STRING => ("IA5String", bytes.is_ascii().then(|| latin(bytes))),
        der::NUMERIC_STRING => {
            let sound = |byte: &u8| byte.is_ascii_digit() || *byte == b' ';
            ("NumericString", bytes.iter().all(sound).then(|| latin(bytes)))
        }
        _ => return Err(format!("unsupported string type: {tag}")),
    };
    text.ok_or_else(|| format!("invalid {name}"))
}

/// One byte a character, as in ISO 8859-1: Go takes T.61 for it, as others do.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Two bytes a character, perhaps with a zero at the end; none of them half of a longer one or reserved for ever.
fn wide(bytes: &[u8]) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let pairs = pairs.strip_suffix(&[[0, 0]]).unwrap_or(pairs);
    let letters = pairs.iter().map(|pair| match u16::from_be_bytes(*pair) {
        0xfffe | 0xffff | 0xfdd0..=0xfdef => None,
        code => char::from_u32(code.into()),
    });
    letters.collect()
}

/// Whether a character may be in a PrintableString.
fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

/// The value of an attribute as Go writes it: in the simpler type of string if that will do.
pub(in crate::functions) fn text(value: &str) -> Bytes {
    let tag = if value.bytes().all(is_printable) { der::PRINTABLE_STRING } else { der::UTF8_STRING };
    der::element(tag, &[value.as_bytes()])
}
