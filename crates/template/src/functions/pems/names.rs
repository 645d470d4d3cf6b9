//! Distinguished names (X.501) in certificates.

use super::super::der::{self, Element, Fields, Kind};
use super::super::failure::Failure;

/// One attribute of a name.
pub(in super::super) struct Attribute {
    /// The contents of the identifier of its type.
    pub(in super::super) kind: Vec<u8>,
    pub(in super::super) value: String,
}

const INVALID: &str = "x509: invalid RDNSequence";

/// All attributes of a name, in their order.
pub(super) fn read(name: &[u8]) -> Result<Vec<Attribute>, Failure> {
    let mut attributes = Vec::new();
    let mut relative = Fields::new(name);
    while !relative.rest().is_empty() {
        let mut set = Fields::new(relative.next(&Kind::SET_OF).map_err(|_| INVALID)?.contents);
        while !set.rest().is_empty() {
            let attribute =
                set.next(&Kind::SEQUENCE_OF).map_err(|_| format!("{INVALID}: invalid attribute"))?;
            attributes.push(self::attribute(attribute.contents)?);
        }
    }
    Ok(attributes)
}

fn attribute(contents: &[u8]) -> Result<Attribute, Failure> {
    let mut fields = Fields::new(contents);
    let kind = fields.next(&Kind::OBJECT).and_then(|kind| der::object_identifier(kind.contents));
    let kind = kind.map_err(|_| format!("{INVALID}: invalid attribute type"))?;
    let value = fields.next(&Kind::ANY).map_err(|_| format!("{INVALID}: invalid attribute value"))?;
    let value = text(&value).map_err(|error| format!("{INVALID}: invalid attribute value: {error}"))?;
    Ok(Attribute { kind: kind.to_vec(), value })
}

/// The text of one of the many types of strings.
fn text(value: &Element<'_>) -> Result<String, String> {
    let bytes = value.contents;
    let latin = || bytes.iter().copied().map(char::from).collect();
    let checked = |sound: bool, name: &str| if sound { Ok(latin()) } else { Err(format!("invalid {name}")) };
    match value.whole.first() {
        Some(12) => String::from_utf8(bytes.to_vec()).map_err(|_| "invalid UTF-8 string".to_owned()),
        Some(18) => checked(bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b' '), "NumericString"),
        Some(19) => {
            // Two characters that do not belong there are common.
            let sound = |byte: &u8| is_printable(*byte) || matches!(byte, b'*' | b'&');
            checked(bytes.iter().all(sound), "PrintableString")
        }
        Some(20) => Ok(latin()),
        Some(22) => checked(bytes.is_ascii(), "IA5String"),
        Some(30) => wide(bytes).ok_or_else(|| "invalid BMPString".to_owned()),
        other => Err(format!("unsupported string type: {}", other.copied().unwrap_or_default())),
    }
}

/// Two bytes a character, perhaps with a zero at the end.
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
pub(in super::super) fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}
