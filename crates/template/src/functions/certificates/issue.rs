//! New certificates, as Go's `x509.CreateCertificate` makes them of what sprig asks for (RFC 5280).

use std::net::IpAddr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::bytes::ByteString;
use crate::context::Context;
use crate::function::{Fault, HIDDEN};
use crate::functions::der::{self, Bytes};
use crate::functions::failure::Failure;
use crate::functions::fault;
use crate::functions::keys::PrivateKey;
use crate::functions::x509::{self, Certificate};
use crate::value::{List, Value};

/// What is to be certified.
pub(super) struct Subject {
    pub(super) name: ByteString,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) hosts: Vec<ByteString>,
    pub(super) days: i64,
    /// Whether it may certify others.
    pub(super) is_authority: bool,
}

/// Who certifies another.
pub(super) struct Issuer {
    pub(super) certificate: Certificate,
    pub(super) key: PrivateKey,
}

/// The addresses in a list of texts.
pub(super) fn addresses(list: &List) -> Result<Vec<IpAddr>, Fault> {
    let address = |value: &Value| {
        let Value::String(text) = value else {
            return fault(format!("error parsing ip: {HIDDEN} is not a string"));
        };
        let address = std::str::from_utf8(text).ok().and_then(|text| text.parse::<IpAddr>().ok());
        address.ok_or_else(|| Fault::text(format!("error parsing ip: {HIDDEN}")))
    };
    list.items().iter().map(address).collect()
}

/// The names of hosts in a list of texts.
pub(super) fn hosts(list: &List) -> Result<Vec<ByteString>, Fault> {
    let host = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        _ => fault(format!("error processing alternate dns name: {HIDDEN} is not a string")),
    };
    list.items().iter().map(host).collect()
}

/// The certificate of a key, signed by the issuer or else with the key itself.
pub(super) fn certificate(
    cx: &mut Context<'_>,
    subject: &Subject,
    key: &PrivateKey,
    issuer: Option<&Issuer>,
) -> Result<Bytes, Failure> {
    let signer = issuer.map_or(key, |issuer| &issuer.key);
    let algorithm = signer.signature_algorithm()?;
    let public = key.public()?;
    let own_name = name(&subject.name)?;
    let issuer_name = issuer.map_or(&own_name[..], |issuer| &issuer.certificate.subject[..]);
    if let Some(Issuer { certificate: Certificate { key: Some(expected), .. }, .. }) = issuer
        && signer.public()? != *expected
    {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".into());
    }
    let own_identifier = if subject.is_authority { public.identifier() } else { Vec::new() };
    let issuer_identifier = issuer.filter(|_| own_name[..] != *issuer_name);
    let issuer_identifier = issuer_identifier.map_or(&[][..], |issuer| issuer.certificate.key_identifier());
    let extensions = extensions(subject, own_name[..] == *EMPTY_NAME, &own_identifier, issuer_identifier)?;
    let mut serial = [0; 16];
    cx.random(&mut serial);
    let signed = der::sequence(&[
        &der::element(der::context(0), &[&der::number(&[2])]),
        &der::number(&serial),
        &algorithm,
        issuer_name,
        &validity(cx, subject.days)?,
        &own_name,
        &public.info(),
        &der::element(der::context(3), &[&extensions]),
    ]);
    let signature = signer.sign(cx, &signed)?;
    Ok(der::sequence(&[&signed, &algorithm, &der::bits(&signature)]))
}

const EMPTY_NAME: &[u8] = &[der::SEQUENCE, 0];
/// The object identifier 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];

/// A name that is a common name only, or nothing.
fn name(common: &[u8]) -> Result<Bytes, Failure> {
    if common.is_empty() {
        return Ok(der::sequence(&[]));
    }
    let common = std::str::from_utf8(common).map_err(|_| "asn1: string not valid UTF-8")?;
    let attribute = der::sequence(&[&der::object(COMMON_NAME), &x509::text(common)]);
    Ok(der::sequence(&[&der::element(der::SET, &[&attribute])]))
}

fn validity(cx: &mut Context<'_>, days: i64) -> Result<Bytes, Failure> {
    const DAY: i64 = 24 * 3600 * 1_000_000_000;
    let start = cx.now().timestamp();
    // Go's durations are nanoseconds in 64 bits, which wrap around beyond 292 years.
    let end = start.checked_add(SignedDuration::from_nanos(DAY.wrapping_mul(days)));
    let end = end.map_err(|_| NOT_A_TIME)?;
    Ok(der::sequence(&[&time(start)?, &time(end)?]))
}

const NOT_A_TIME: &str = "asn1: structure error: cannot represent time as GeneralizedTime";

fn time(time: Timestamp) -> Result<Bytes, Failure> {
    let time = time.to_zoned(TimeZone::UTC).datetime();
    let year = time.year();
    let rest = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    Ok(match year {
        1950..2050 => der::element(der::UTC_TIME, &[format!("{:02}{rest}", year % 100).as_bytes()]),
        0.. => der::element(der::GENERALIZED_TIME, &[format!("{year:04}{rest}").as_bytes()]),
        _ => return Err(NOT_A_TIME.into()),
    })
}

/// Server and client authentication, 1.3.6.1.5.5.7.3.1 and 2.
const USES: [&[u8]; 2] = [&[0x2b, 6, 1, 5, 5, 7, 3, 1], &[0x2b, 6, 1, 5, 5, 7, 3, 2]];

fn extensions(
    subject: &Subject,
    nameless: bool,
    own_identifier: &[u8],
    issuer_identifier: &[u8],
) -> Result<Bytes, Failure> {
    // Signing data and enciphering keys; an authority signs certificates too.
    let usage: &[u8] = if subject.is_authority { &[2, 0b1010_0100] } else { &[5, 0b1010_0000] };
    let uses = USES.map(der::object);
    let authority: &[u8] = if subject.is_authority { &[der::BOOLEAN, 1, 0xff] } else { &[] };
    let mut list = vec![
        extension(15, true, &der::element(der::BIT_STRING, &[usage])),
        extension(37, false, &der::sequence_of_all(&uses)),
        extension(19, true, &der::sequence(&[authority])),
    ];
    if !own_identifier.is_empty() {
        list.push(extension(14, false, &der::octets(own_identifier)));
    }
    if !issuer_identifier.is_empty() {
        let identifier = der::element(der::plain_context(0), &[issuer_identifier]);
        list.push(extension(35, false, &der::sequence(&[&identifier])));
    }
    if !subject.hosts.is_empty() || !subject.addresses.is_empty() {
        list.push(extension(17, nameless, &names(subject)?));
    }
    Ok(der::sequence_of_all(&list))
}

/// An extension by the last part of its object identifier, 2.5.29.
fn extension(number: u8, critical: bool, value: &[u8]) -> Bytes {
    let critical: &[u8] = if critical { &[der::BOOLEAN, 1, 0xff] } else { &[] };
    let identifier = der::object(&[0x55, 0x1d, number]);
    der::sequence(&[&identifier, critical, &der::octets(value)])
}

/// The names of hosts, then the addresses, those of IPv4 always in four bytes.
fn names(subject: &Subject) -> Result<Bytes, Failure> {
    let mut list = Vec::new();
    for host in &subject.hosts {
        if !host.is_ascii() {
            return Err(format!("x509: \"{HIDDEN}\" cannot be encoded as an IA5String").into());
        }
        list.push(der::element(der::plain_context(2), &[host]));
    }
    for address in &subject.addresses {
        let octets = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        list.push(der::element(der::plain_context(7), &[&octets]));
    }
    Ok(der::sequence_of_all(&list))
}
