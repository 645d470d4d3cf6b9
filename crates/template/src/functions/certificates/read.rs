//! Certificates read as strictly as Go's `x509.ParseCertificate` reads them (RFC 5280), with its errors.

use jiff::civil::Date;

use super::extensions;
use crate::function::HIDDEN;
use crate::functions::certificates::der::{self, Reader};
use crate::functions::certificates::keys::PublicKey;

/// What an issuer's certificate says to those it certifies.
pub(super) struct Certificate {
    /// The encoding of its subject.
    pub(super) subject: Vec<u8>,
    /// The identifier of its key; empty if it has none.
    pub(super) key_identifier: Vec<u8>,
    /// Its key, unless that is of a kind that is not known.
    pub(super) key: Option<PublicKey>,
}

pub(super) fn certificate(bytes: &[u8]) -> Result<Certificate, String> {
    let mut reader = Reader::new(bytes);
    let mut outer = reader.enter(der::SEQUENCE).ok_or("x509: malformed certificate")?;
    let mut inner = outer.enter(der::SEQUENCE).ok_or("x509: malformed tbs certificate")?;
    let version = version(&mut inner)?;
    serial(&mut inner)?;
    signature_algorithm(&mut inner, &mut outer)?;
    name(inner.element(der::SEQUENCE).ok_or("x509: malformed issuer")?.contents)?;
    validity(inner.enter(der::SEQUENCE).ok_or("x509: malformed validity")?)?;
    let subject = inner.element(der::SEQUENCE).ok_or("x509: malformed issuer")?;
    name(subject.contents)?;
    let key = public_key(inner.enter(der::SEQUENCE).ok_or("x509: malformed spki")?)?;
    let key_identifier = match version {
        3 => all_extensions(&mut inner)?,
        _ => Vec::new(),
    };
    outer.bit_string().ok_or("x509: malformed signature")?;
    if !reader.is_empty() {
        return Err("x509: trailing data".to_owned());
    }
    Ok(Certificate { subject: subject.whole.to_vec(), key_identifier, key })
}

/// The version as people count, from 1 to 3.
fn version(inner: &mut Reader<'_>) -> Result<u8, &'static str> {
    let malformed = "x509: malformed version";
    let Some(mut given) = inner.enter_optional(der::context(0)).ok_or(malformed)? else { return Ok(1) };
    let digits = given.integer().filter(|digits| given.is_empty() && digits.len() <= 8).ok_or(malformed)?;
    match digits {
        [version @ 0..=2] => Ok(version + 1),
        _ if der::is_negative(digits) => Err(malformed),
        _ => Err("x509: invalid version"),
    }
}

fn serial(inner: &mut Reader<'_>) -> Result<(), &'static str> {
    let serial = inner.integer().ok_or("x509: malformed serial number")?;
    if der::is_negative(serial) { Err("x509: negative serial number") } else { Ok(()) }
}

/// The algorithm, which stands inside and outside what is signed.
fn signature_algorithm(inner: &mut Reader<'_>, outer: &mut Reader<'_>) -> Result<(), &'static str> {
    let inside = inner.contents(der::SEQUENCE).ok_or("x509: malformed signature algorithm identifier")?;
    let outside = outer.contents(der::SEQUENCE).ok_or("x509: malformed algorithm identifier")?;
    if inside != outside {
        return Err("x509: inner and outer signature algorithm identifiers don't match");
    }
    algorithm(Reader::new(inside)).map(drop)
}

/// An algorithm's object identifier and the encoding of its parameters, which is empty if there are none.
fn algorithm<'a>(mut reader: Reader<'a>) -> Result<(&'a [u8], &'a [u8]), &'static str> {
    let identifier = reader.object_identifier().ok_or("x509: malformed OID")?;
    if reader.is_empty() {
        return Ok((identifier, &[]));
    }
    let parameters = reader.any().ok_or("x509: malformed parameters")?;
    Ok((identifier, parameters.whole))
}

fn public_key(mut info: Reader<'_>) -> Result<Option<PublicKey>, &'static str> {
    let algorithm_parts =
        info.enter(der::SEQUENCE).ok_or("x509: malformed public key algorithm identifier")?;
    let (identifier, parameters) = algorithm(algorithm_parts)?;
    let (bytes, unused) = info.bit_string().ok_or("x509: malformed subjectPublicKey")?;
    PublicKey::read(identifier, parameters, &right_aligned(bytes, unused))
}

/// The bits moved so that the unused ones come first, as Go takes them.
fn right_aligned(bytes: &[u8], unused: u8) -> Vec<u8> {
    let mut before = 0;
    let shifted = bytes.iter().map(|byte| {
        let both = u16::from_be_bytes([before, *byte]) >> unused;
        before = *byte;
        both.to_be_bytes()[1]
    });
    shifted.collect()
}

/// A name: sets of attributes with values that are texts.
fn name(contents: &[u8]) -> Result<(), String> {
    let mut sets = Reader::new(contents);
    while !sets.is_empty() {
        let mut set = sets.enter(der::SET).ok_or("x509: invalid RDNSequence")?;
        while !set.is_empty() {
            let mut attribute =
                set.enter(der::SEQUENCE).ok_or("x509: invalid RDNSequence: invalid attribute")?;
            attribute.object_identifier().ok_or("x509: invalid RDNSequence: invalid attribute type")?;
            let value = attribute.any().ok_or("x509: invalid RDNSequence: invalid attribute value")?;
            text(value.tag, value.contents)
                .map_err(|why| format!("x509: invalid RDNSequence: invalid attribute value: {why}"))?;
        }
    }
    Ok(())
}

/// Checks that the bytes are a text of the kind the tag says.
fn text(tag: u8, bytes: &[u8]) -> Result<(), String> {
    // Stars and ampersands are not printable by the standard, but common.
    let printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(byte);
    match tag {
        der::T61_STRING => Ok(()),
        der::PRINTABLE_STRING if bytes.iter().all(printable) => Ok(()),
        der::PRINTABLE_STRING => Err("invalid PrintableString".to_owned()),
        der::UTF8_STRING if std::str::from_utf8(bytes).is_ok() => Ok(()),
        der::UTF8_STRING => Err("invalid UTF-8 string".to_owned()),
        der::BMP_STRING if is_bmp(bytes) => Ok(()),
        der::BMP_STRING => Err("invalid BMPString".to_owned()),
        der::IA5_STRING if bytes.is_ascii() => Ok(()),
        der::IA5_STRING => Err("invalid IA5String".to_owned()),
        der::NUMERIC_STRING if bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ') => Ok(()),
        der::NUMERIC_STRING => Err("invalid NumericString".to_owned()),
        _ => Err(format!("unsupported string type: {tag}")),
    }
}

/// Whether these are characters of two bytes, none of them half of a longer one or reserved for ever.
fn is_bmp(bytes: &[u8]) -> bool {
    let (characters, rest) = bytes.as_chunks::<2>();
    let reserved = |character: u16| matches!(character, 0xd800..=0xdfff | 0xfdd0..=0xfdef | 0xfffe..);
    rest.is_empty() && !characters.iter().any(|pair| reserved(u16::from_be_bytes(*pair)))
}

fn validity(mut inner: Reader<'_>) -> Result<(), &'static str> {
    time(&mut inner)?;
    time(&mut inner)
}

fn time(inner: &mut Reader<'_>) -> Result<(), &'static str> {
    if inner.at(der::UTC_TIME) {
        let time = inner.contents(der::UTC_TIME).filter(|text| is_time(text, 2));
        return time.map(drop).ok_or("x509: malformed UTCTime");
    }
    if inner.at(der::GENERALIZED_TIME) {
        let time = inner.contents(der::GENERALIZED_TIME).filter(|text| is_time(text, 4));
        return time.map(drop).ok_or("x509: malformed GeneralizedTime");
    }
    Err("x509: unsupported time format")
}

/// Whether the text is a time whose year has so many digits. Only with a short year may the seconds be missing.
fn is_time(text: &[u8], year_digits: usize) -> bool {
    let Some(end) = text.iter().position(|byte| !byte.is_ascii_digit()) else { return false };
    let (digits, zone) = text.split_at(end);
    let long = digits.len() == year_digits + 10;
    let short = year_digits == 2 && digits.len() == 10;
    if !(long || short) || !is_zone(zone) {
        return false;
    }
    let (year, rest) = digits.split_at(year_digits);
    let mut pairs = rest.as_chunks::<2>().0.iter().map(|pair| number(pair));
    let mut next = || pairs.next().unwrap_or_default();
    let (month, day, hour, minute, second) = (next(), next(), next(), next(), next());
    let year = match (number(year), year_digits) {
        (year, 4) => year,
        (year @ 69.., _) => 1900 + year,
        (year, _) => 2000 + year,
    };
    let small = |number: i16| i8::try_from(number).unwrap_or_default();
    Date::new(year, small(month), small(day)).is_ok() && hour < 24 && minute < 60 && second < 60
}

/// `Z`, or an offset that is not zero.
fn is_zone(zone: &[u8]) -> bool {
    match zone {
        b"Z" => true,
        [b'+' | b'-', offset @ ..] if offset.len() == 4 && offset.iter().all(u8::is_ascii_digit) => {
            let (hours, minutes) = offset.split_at(2);
            offset != b"0000" && number(hours) <= 24 && number(minutes) < 60
        }
        _ => false,
    }
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |number, digit| number * 10 + i16::from(digit - b'0'))
}

/// Checks the extensions, and gives the identifier of the key.
fn all_extensions(inner: &mut Reader<'_>) -> Result<Vec<u8>, String> {
    inner.enter_optional(der::plain_context(1)).ok_or("x509: malformed issuerUniqueID")?;
    inner.enter_optional(der::plain_context(2)).ok_or("x509: malformed subjectUniqueID")?;
    let given = inner.enter_optional(der::context(3)).ok_or("x509: malformed extensions")?;
    let Some(mut given) = given else { return Ok(Vec::new()) };
    let mut list = given.enter(der::SEQUENCE).ok_or("x509: malformed extensions")?;
    let mut found: Vec<extensions::Extension<'_>> = Vec::new();
    while !list.is_empty() {
        let extension = extensions::read(list.enter(der::SEQUENCE).ok_or("x509: malformed extension")?)?;
        if found.iter().any(|earlier| earlier.identifier == extension.identifier) {
            return Err(format!("x509: certificate contains duplicate extension with OID \"{HIDDEN}\""));
        }
        found.push(extension);
    }
    let mut key_identifier = Vec::new();
    for extension in &found {
        if let Some(identifier) = extension.check()? {
            key_identifier = identifier.to_vec();
        }
    }
    Ok(key_identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_that_go_reads() {
        for (text, digits, good) in [
            ("260102030405Z", 2, true),
            ("2601020304Z", 2, true),
            ("260102030405+0100", 2, true),
            ("260102030405+0000", 2, false),
            ("260102030405", 2, false),
            ("260230030405Z", 2, false),
            ("240229030405Z", 2, true),
            ("260102240405Z", 2, false),
            ("20260102030405Z", 4, true),
            ("202601020304Z", 4, false),
            ("20260102030405.5Z", 4, false),
            ("20261302030405Z", 4, false),
            ("Z", 2, false),
            ("", 4, false),
        ] {
            assert_eq!(is_time(text.as_bytes(), digits), good, "{text}");
        }
    }

    #[test]
    fn bits_that_are_unused_come_first() {
        assert_eq!(right_aligned(&[0b1000_0001, 0b1000_0000], 4), [0b0000_1000, 0b0001_1000]);
        assert_eq!(right_aligned(&[1, 2], 0), [1, 2]);
    }
}
