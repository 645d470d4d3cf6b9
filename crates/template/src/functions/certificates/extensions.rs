//! Extensions of certificates (RFC 5280, 4.2), which Go checks as it reads them.

use std::net::IpAddr;

use crate::function::HIDDEN;
use crate::functions::certificates::der::{self, Reader};
use crate::functions::urls;

pub(super) struct Extension<'a> {
    pub(super) identifier: &'a [u8],
    critical: bool,
    value: &'a [u8],
}

type Checked<T = ()> = Result<T, String>;

pub(super) fn read(mut reader: Reader<'_>) -> Result<Extension<'_>, &'static str> {
    let identifier = reader.object_identifier().ok_or("x509: malformed extension OID field")?;
    let critical = match reader.at(der::BOOLEAN) {
        true => reader.boolean().ok_or("x509: malformed extension critical field")?,
        false => false,
    };
    let value = reader.contents(der::OCTET_STRING).ok_or("x509: malformed extension value field")?;
    Ok(Extension { identifier, critical, value })
}

/// The object identifier of how to ask about a certificate, 1.3.6.1.5.5.7.1.1.
const AUTHORITY_INFORMATION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];

impl<'a> Extension<'a> {
    /// Checks the value, and gives the identifier of the key if this is the extension that has it.
    pub(super) fn check(&self) -> Checked<Option<&'a [u8]>> {
        let value = Reader::new(self.value);
        match self.identifier {
            [0x55, 0x1d, 14] => return self.key_identifier().map(Some),
            [0x55, 0x1d, 15] => key_usage(value)?,
            [0x55, 0x1d, 17] => names(value)?,
            [0x55, 0x1d, 19] => basic_constraints(value)?,
            [0x55, 0x1d, 30] => name_constraints(value)?,
            [0x55, 0x1d, 31] => distribution_points(value)?,
            [0x55, 0x1d, 32] => policies(value)?,
            [0x55, 0x1d, 33] => policy_mappings(value)?,
            [0x55, 0x1d, 35] => self.issuer_key_identifier()?,
            [0x55, 0x1d, 36] => policy_constraints(value)?,
            [0x55, 0x1d, 37] => extended_key_usage(value)?,
            [0x55, 0x1d, 54] => inhibit_any_policy(value)?,
            AUTHORITY_INFORMATION => self.authority_information()?,
            _ => {}
        }
        Ok(None)
    }

    fn key_identifier(&self) -> Checked<&'a [u8]> {
        if self.critical {
            return Err("x509: subject key identifier incorrectly marked critical".to_owned());
        }
        let identifier = Reader::new(self.value).contents(der::OCTET_STRING);
        Ok(identifier.ok_or("x509: invalid subject key identifier")?)
    }

    fn issuer_key_identifier(&self) -> Checked {
        if self.critical {
            return Err("x509: authority key identifier incorrectly marked critical".to_owned());
        }
        let invalid = "x509: invalid authority key identifier";
        let mut inner = Reader::new(self.value).enter(der::SEQUENCE).ok_or(invalid)?;
        inner.enter_optional(der::plain_context(0)).ok_or(invalid)?;
        Ok(())
    }

    fn authority_information(&self) -> Checked {
        if self.critical {
            return Err("x509: authority info access incorrectly marked critical".to_owned());
        }
        let invalid = "x509: invalid authority info access";
        let mut ways = Reader::new(self.value).enter(der::SEQUENCE).ok_or(invalid)?;
        while !ways.is_empty() {
            let mut way = ways.enter(der::SEQUENCE).ok_or(invalid)?;
            way.object_identifier().ok_or(invalid)?;
            way.enter_optional(der::plain_context(6)).ok_or(invalid)?;
        }
        Ok(())
    }
}

fn key_usage(mut value: Reader<'_>) -> Checked {
    value.bit_string().ok_or("x509: invalid key usage")?;
    Ok(())
}

fn extended_key_usage(mut value: Reader<'_>) -> Checked {
    let invalid = "x509: invalid extended key usages";
    let mut usages = value.enter(der::SEQUENCE).ok_or(invalid)?;
    while !usages.is_empty() {
        usages.object_identifier().ok_or(invalid)?;
    }
    Ok(())
}

fn basic_constraints(mut value: Reader<'_>) -> Checked {
    let invalid = "x509: invalid basic constraints";
    let mut inner = value.enter(der::SEQUENCE).ok_or(invalid)?;
    if inner.at(der::BOOLEAN) {
        inner.boolean().ok_or(invalid)?;
    }
    if inner.at(der::INTEGER) {
        inner.integer().filter(|digits| digits.len() <= 8 && !der::is_negative(digits)).ok_or(invalid)?;
    }
    Ok(())
}

/// The other names of the subject.
fn names(mut value: Reader<'_>) -> Checked {
    let mut inner = value.enter(der::SEQUENCE).ok_or("x509: invalid subject alternative names")?;
    while !inner.is_empty() {
        let name = inner.any().ok_or("x509: invalid subject alternative name")?;
        match name.tag {
            0x81 if !name.contents.is_ascii() => return Err("x509: SAN rfc822Name is malformed".to_owned()),
            0x82 if !name.contents.is_ascii() => return Err("x509: SAN dNSName is malformed".to_owned()),
            0x86 => uri(name.contents)?,
            0x87 if !matches!(name.contents.len(), 4 | 16) => {
                return Err(format!("x509: cannot parse IP address of length {}", name.contents.len()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn uri(text: &[u8]) -> Checked {
    if !text.is_ascii() {
        return Err("x509: SAN uniformResourceIdentifier is malformed".to_owned());
    }
    let host = urls::host(text)
        .map_err(|why| format!("x509: cannot parse URI \"{HIDDEN}\": parse \"{HIDDEN}\": {why}"))?;
    if !host.is_empty() && !is_domain(&host, false) {
        return Err(format!("x509: cannot parse URI \"{HIDDEN}\": invalid domain"));
    }
    Ok(())
}

/// Whether Go takes the text for a domain; one that constrains others may begin with a dot.
fn is_domain(text: &[u8], constrains: bool) -> bool {
    let text = if constrains { text.strip_prefix(b".").unwrap_or(text) } else { text };
    let visible = |label: &[u8]| !label.is_empty() && label.iter().all(u8::is_ascii_graphic);
    text.is_empty() && !constrains || text.split(|byte| *byte == b'.').all(visible)
}

/// Which names those certified may have.
fn name_constraints(mut value: Reader<'_>) -> Checked {
    let invalid = "x509: invalid NameConstraints extension";
    let mut inner = value.enter(der::SEQUENCE).filter(|_| value.is_empty()).ok_or(invalid)?;
    let permitted = inner.enter_optional(der::context(0)).ok_or(invalid)?;
    let excluded = inner.enter_optional(der::context(1)).filter(|_| inner.is_empty()).ok_or(invalid)?;
    let mut trees: Vec<Reader<'_>> = permitted.into_iter().chain(excluded).collect();
    if trees.iter().all(Reader::is_empty) {
        return Err("x509: empty name constraints extension".to_owned());
    }
    for tree in &mut trees {
        while !tree.is_empty() {
            let name = tree.enter(der::SEQUENCE).and_then(|mut part| part.any()).ok_or(invalid)?;
            name_constraint(name.tag, name.contents)?;
        }
    }
    Ok(())
}

fn name_constraint(tag: u8, name: &[u8]) -> Checked {
    if matches!(tag, 0x81 | 0x82 | 0x86) && !name.is_ascii() {
        return Err(format!(
            "x509: invalid constraint value: x509: \"{HIDDEN}\" cannot be encoded as an IA5String"
        ));
    }
    let failed = |kind: &str| Err(format!("x509: failed to parse {kind} constraint \"{HIDDEN}\""));
    match tag {
        0x81 if !is_mailbox_or_domain(name) => failed("rfc822Name"),
        0x82 if !is_constraint(name) => failed("dnsName"),
        0x86 if std::str::from_utf8(name).is_ok_and(|name| name.parse::<IpAddr>().is_ok()) => {
            Err(format!("x509: failed to parse URI constraint \"{HIDDEN}\": cannot be IP address"))
        }
        0x86 if !is_constraint(name) => failed("URI"),
        0x87 => match name.len() {
            8 | 32 if is_mask(&name[name.len() / 2..]) => Ok(()),
            8 | 32 => Err(format!("x509: IP constraint contained invalid mask {HIDDEN}")),
            length => Err(format!("x509: IP constraint contained value of length {length}")),
        },
        _ => Ok(()),
    }
}

fn is_constraint(name: &[u8]) -> bool {
    name.is_empty() || is_domain(name, true)
}

/// Of a mailbox Go takes more forms of the part before the `@` into account; here it must not be empty.
fn is_mailbox_or_domain(name: &[u8]) -> bool {
    match name.iter().rposition(|byte| *byte == b'@') {
        Some(at) => at > 0 && at + 1 < name.len() && is_domain(&name[at + 1..], false),
        None => is_constraint(name),
    }
}

/// Whether all ones come before all zeros.
fn is_mask(mask: &[u8]) -> bool {
    let ones = mask.iter().map(|byte| byte.leading_ones()).take_while(|ones| *ones == 8).count();
    let mut rest = mask[ones..].iter();
    rest.next().is_none_or(|byte| byte.leading_ones() + byte.trailing_zeros() >= 8)
        && rest.all(|byte| *byte == 0)
}

/// Where lists of revoked certificates are.
fn distribution_points(mut value: Reader<'_>) -> Checked {
    let mut points = value.enter(der::SEQUENCE).ok_or("x509: invalid CRL distribution points")?;
    let invalid = "x509: invalid CRL distribution point";
    while !points.is_empty() {
        let mut point = points.enter(der::SEQUENCE).ok_or(invalid)?;
        let Some(mut name) = point.enter_optional(der::context(0)).ok_or(invalid)? else { continue };
        let mut full = name.enter(der::context(0)).ok_or(invalid)?;
        while full.at(der::plain_context(6)) {
            full.contents(der::plain_context(6)).ok_or(invalid)?;
        }
    }
    Ok(())
}

fn policies(mut value: Reader<'_>) -> Checked {
    let invalid = "x509: invalid certificate policies";
    let mut inner = value.enter(der::SEQUENCE).ok_or(invalid)?;
    let mut seen: Vec<&[u8]> = Vec::new();
    while !inner.is_empty() {
        let policy =
            inner.enter(der::SEQUENCE).and_then(|mut policy| policy.contents(der::OBJECT_IDENTIFIER));
        let policy = policy.filter(|policy| is_object_identifier(policy) && !seen.contains(policy));
        seen.push(policy.ok_or(invalid)?);
    }
    Ok(())
}

/// Whether these are parts of any size, none written with more bytes than it takes.
fn is_object_identifier(contents: &[u8]) -> bool {
    contents.last().is_some_and(|last| last & 0x80 == 0)
        && contents.split_inclusive(|byte| byte & 0x80 == 0).all(|part| part[0] != 0x80)
}

fn policy_mappings(mut value: Reader<'_>) -> Checked {
    let invalid = "x509: invalid policy mappings extension";
    let mut inner = value.enter(der::SEQUENCE).ok_or(invalid)?;
    while !inner.is_empty() {
        let mut pair = inner.enter(der::SEQUENCE).ok_or(invalid)?;
        pair.contents(der::OBJECT_IDENTIFIER).ok_or(invalid)?;
        pair.contents(der::OBJECT_IDENTIFIER).ok_or(invalid)?;
    }
    Ok(())
}

fn policy_constraints(mut value: Reader<'_>) -> Checked {
    let invalid = "x509: invalid policy constraints extension";
    let mut inner = value.enter(der::SEQUENCE).ok_or(invalid)?;
    for tag in [der::plain_context(0), der::plain_context(1)] {
        if inner.at(tag) {
            inner.tagged_integer(tag).filter(|digits| digits.len() <= 8).ok_or(invalid)?;
        }
    }
    Ok(())
}

fn inhibit_any_policy(mut value: Reader<'_>) -> Checked {
    let digits = value.integer().filter(|digits| digits.len() <= 8);
    digits.ok_or("x509: invalid inhibit any policy extension")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_have_their_ones_first() {
        for (mask, good) in [
            (&[0xff, 0xff, 0xff, 0][..], true),
            (&[0xff, 0xf0, 0, 0], true),
            (&[0, 0, 0, 0], true),
            (&[0xff; 4], true),
            (&[0xff, 0, 0xff, 0], false),
            (&[0xf1, 0, 0, 0], false),
            (&[0xfe, 1, 0, 0], false),
        ] {
            assert_eq!(is_mask(mask), good, "{mask:x?}");
        }
    }

    #[test]
    fn domains_are_those_that_go_takes() {
        for (domain, constrains, good) in [
            ("a.b", false, true),
            ("a.", false, false),
            (".a", false, false),
            (".a", true, true),
            ("a..b", false, false),
            ("a b", false, false),
            ("", false, true),
            (".", true, false),
        ] {
            assert_eq!(is_domain(domain.as_bytes(), constrains), good, "{domain}");
        }
    }
}
