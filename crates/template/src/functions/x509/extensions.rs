//! Extensions of certificates (RFC 5280, 4.2), which Go checks as it reads them.

use super::general_names::{self, Names};
use crate::functions::der::{self, Reader};
use crate::functions::failure::Failure;

/// What extensions tell.
#[derive(Default)]
pub(super) struct Extensions {
    /// Empty if none tells it.
    pub(super) key_identifier: Vec<u8>,
    pub(super) issuer_key_identifier: Option<Vec<u8>>,
    pub(super) names: Names,
}

struct Extension<'a> {
    identifier: &'a [u8],
    critical: bool,
    value: &'a [u8],
}

type Checked = Result<(), Failure>;

impl Extensions {
    pub(super) fn read(inner: &mut Reader<'_>) -> Result<Self, Failure> {
        let given = inner.enter_optional(der::context(3)).ok_or("x509: malformed extensions")?;
        let Some(mut given) = given else { return Ok(Self::default()) };
        let mut list = given.enter(der::SEQUENCE).ok_or("x509: malformed extensions")?;
        let mut found: Vec<Extension<'_>> = Vec::new();
        while !list.is_empty() {
            let extension = Extension::read(list.enter(der::SEQUENCE).ok_or("x509: malformed extension")?)?;
            if found.iter().any(|earlier| earlier.identifier == extension.identifier) {
                let identifier = der::dotted(extension.identifier);
                return Err(format!(
                    "x509: certificate contains duplicate extension with OID \"{identifier}\""
                )
                .into());
            }
            found.push(extension);
        }
        let mut told = Self::default();
        found.iter().try_for_each(|extension| told.take(extension))?;
        Ok(told)
    }

    /// Checks the value of an extension, and keeps what is used of it.
    fn take(&mut self, extension: &Extension<'_>) -> Checked {
        let value = Reader::new(extension.value);
        match extension.identifier {
            [0x55, 0x1d, 14] => self.key_identifier = extension.key_identifier()?.to_vec(),
            [0x55, 0x1d, 15] => key_usage(value)?,
            [0x55, 0x1d, 17] => self.names = general_names::read(value)?,
            [0x55, 0x1d, 19] => basic_constraints(value)?,
            [0x55, 0x1d, 30] => general_names::check_constraints(value)?,
            [0x55, 0x1d, 31] => distribution_points(value)?,
            [0x55, 0x1d, 32] => policies(value)?,
            [0x55, 0x1d, 33] => policy_mappings(value)?,
            [0x55, 0x1d, 35] => self.issuer_key_identifier = extension.issuer_key_identifier()?,
            [0x55, 0x1d, 36] => policy_constraints(value)?,
            [0x55, 0x1d, 37] => extended_key_usage(value)?,
            [0x55, 0x1d, 54] => inhibit_any_policy(value)?,
            AUTHORITY_INFORMATION => extension.authority_information()?,
            _ => {}
        }
        Ok(())
    }
}

/// The object identifier of how to ask about a certificate, 1.3.6.1.5.5.7.1.1.
const AUTHORITY_INFORMATION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];

impl<'a> Extension<'a> {
    fn read(mut reader: Reader<'a>) -> Result<Self, Failure> {
        let identifier = reader.object_identifier().ok_or("x509: malformed extension OID field")?;
        let critical = match reader.at(der::BOOLEAN) {
            true => reader.boolean().ok_or("x509: malformed extension critical field")?,
            false => false,
        };
        let value = reader.contents(der::OCTET_STRING).ok_or("x509: malformed extension value field")?;
        Ok(Self { identifier, critical, value })
    }

    /// Some extensions must not be critical.
    fn check_uncritical(&self, name: &str) -> Checked {
        if self.critical {
            return Err(format!("x509: {name} incorrectly marked critical").into());
        }
        Ok(())
    }

    fn key_identifier(&self) -> Result<&'a [u8], Failure> {
        self.check_uncritical("subject key identifier")?;
        let identifier = Reader::new(self.value).contents(der::OCTET_STRING);
        identifier.ok_or_else(|| "x509: invalid subject key identifier".into())
    }

    fn issuer_key_identifier(&self) -> Result<Option<Vec<u8>>, Failure> {
        self.check_uncritical("authority key identifier")?;
        let invalid = "x509: invalid authority key identifier";
        let mut inner = Reader::new(self.value).enter(der::SEQUENCE).ok_or(invalid)?;
        let identifier = der::plain_context(0);
        if !inner.at(identifier) {
            return Ok(None);
        }
        Ok(Some(inner.contents(identifier).ok_or(invalid)?.to_vec()))
    }

    fn authority_information(&self) -> Checked {
        self.check_uncritical("authority info access")?;
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
        inner.int().filter(|length| *length >= 0).ok_or(invalid)?;
    }
    Ok(())
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
            inner.tagged_int(tag).ok_or(invalid)?;
        }
    }
    Ok(())
}

fn inhibit_any_policy(mut value: Reader<'_>) -> Checked {
    value.int().ok_or("x509: invalid inhibit any policy extension")?;
    Ok(())
}
