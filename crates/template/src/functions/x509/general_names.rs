//! Names of hosts, addresses, mailboxes and URIs, which a certificate is for or may not certify (RFC 5280, 4.2.1.6).

use std::net::IpAddr;

use crate::function::HIDDEN;
use crate::functions::der::{self, Reader};
use crate::functions::failure::Failure;
use crate::functions::urls;

/// Names of hosts, addresses, names of mailboxes, URIs.
pub(super) type Names = [Vec<String>; 4];

type Checked = Result<(), Failure>;

const MAILBOX: u8 = der::plain_context(1);
const HOST: u8 = der::plain_context(2);
const URI: u8 = der::plain_context(6);
const ADDRESS: u8 = der::plain_context(7);

/// Reads the other names of the subject.
pub(super) fn read(mut value: Reader<'_>) -> Result<Names, Failure> {
    let mut inner = value.enter(der::SEQUENCE).ok_or("x509: invalid subject alternative names")?;
    let mut names = Names::default();
    let [hosts, addresses, mailboxes, uris] = &mut names;
    while !inner.is_empty() {
        let name = inner.any().ok_or("x509: invalid subject alternative name")?;
        match name.tag {
            MAILBOX => mailboxes.push(ascii(name.contents, "rfc822Name")?),
            HOST => hosts.push(ascii(name.contents, "dNSName")?),
            URI => uris.push(uri(name.contents)?),
            ADDRESS => addresses.push(address(name.contents)?),
            _ => {}
        }
    }
    Ok(names)
}

fn ascii(text: &[u8], name: &str) -> Result<String, Failure> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii());
    text.map(str::to_owned).ok_or_else(|| format!("x509: SAN {name} is malformed").into())
}

fn address(bytes: &[u8]) -> Result<String, Failure> {
    let address = match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        (Ok(octets), _) => IpAddr::from(octets),
        (_, Ok(octets)) => IpAddr::from(octets).to_canonical(),
        _ => return Err(format!("x509: cannot parse IP address of length {}", bytes.len()).into()),
    };
    Ok(address.to_string())
}

fn uri(bytes: &[u8]) -> Result<String, Failure> {
    let text = ascii(bytes, "uniformResourceIdentifier")?;
    let host = urls::host(bytes)
        .map_err(|why| format!("x509: cannot parse URI \"{HIDDEN}\": parse \"{HIDDEN}\": {why}"))?;
    if !host.is_empty() && !is_domain(&host, false) {
        return Err(format!("x509: cannot parse URI \"{HIDDEN}\": invalid domain").into());
    }
    Ok(text)
}

/// Whether Go takes the text for a domain; one that constrains others may begin with a dot.
fn is_domain(text: &[u8], constrains: bool) -> bool {
    let text = if constrains { text.strip_prefix(b".").unwrap_or(text) } else { text };
    let visible = |label: &[u8]| !label.is_empty() && label.iter().all(u8::is_ascii_graphic);
    text.is_empty() && !constrains || text.split(|byte| *byte == b'.').all(visible)
}

/// Checks which names those certified may have.
pub(super) fn check_constraints(mut value: Reader<'_>) -> Checked {
    let invalid = "x509: invalid NameConstraints extension";
    let mut inner = value.enter(der::SEQUENCE).filter(|_| value.is_empty()).ok_or(invalid)?;
    let permitted = inner.enter_optional(der::context(0)).ok_or(invalid)?;
    let excluded = inner.enter_optional(der::context(1)).filter(|_| inner.is_empty()).ok_or(invalid)?;
    let mut trees: Vec<Reader<'_>> = permitted.into_iter().chain(excluded).collect();
    if trees.iter().all(Reader::is_empty) {
        return Err("x509: empty name constraints extension".into());
    }
    for tree in &mut trees {
        while !tree.is_empty() {
            let name = tree.enter(der::SEQUENCE).and_then(|mut part| part.any()).ok_or(invalid)?;
            check_constraint(name.tag, name.contents)?;
        }
    }
    Ok(())
}

fn check_constraint(tag: u8, name: &[u8]) -> Checked {
    if matches!(tag, MAILBOX | HOST | URI) && !name.is_ascii() {
        return Err(format!(
            "x509: invalid constraint value: x509: \"{HIDDEN}\" cannot be encoded as an IA5String"
        )
        .into());
    }
    let failed = |kind: &str| Err(format!("x509: failed to parse {kind} constraint \"{HIDDEN}\"").into());
    match tag {
        MAILBOX if !is_mailbox_or_domain(name) => failed("rfc822Name"),
        HOST if !is_constraint(name) => failed("dnsName"),
        URI if std::str::from_utf8(name).is_ok_and(|name| name.parse::<IpAddr>().is_ok()) => {
            Err(format!("x509: failed to parse URI constraint \"{HIDDEN}\": cannot be IP address").into())
        }
        URI if !is_constraint(name) => failed("URI"),
        ADDRESS => match name.len() {
            8 | 32 if is_mask(&name[name.len() / 2..]) => Ok(()),
            8 | 32 => Err(format!("x509: IP constraint contained invalid mask {HIDDEN}").into()),
            length => Err(format!("x509: IP constraint contained value of length {length}").into()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_kind() {
        let read = |names: &[(u8, &[u8])]| {
            let names: Vec<_> = names.iter().map(|(tag, name)| der::element(*tag, &[name])).collect();
            super::read(Reader::new(&der::sequence_of_all(&names)))
        };
        let found = read(&[
            (URI, b"https://db.example:5432/x?y"),
            (MAILBOX, b"someone@a.example"),
            (ADDRESS, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 2]),
            (HOST, b"b.example"),
            (der::plain_context(8), &[42, 3]),
            (ADDRESS, &[10, 0, 0, 1]),
            (HOST, b"a.example"),
        ]);
        let expected: Names = [
            vec!["b.example".to_owned(), "a.example".to_owned()],
            vec!["10.0.0.2".to_owned(), "10.0.0.1".to_owned()],
            vec!["someone@a.example".to_owned()],
            vec!["https://db.example:5432/x?y".to_owned()],
        ];
        assert!(found.is_ok_and(|found| found == expected));
        for name in [
            (HOST, &b"\xc3\xa9"[..]),
            (MAILBOX, b"\xff"),
            (URI, b"\x80"),
            (URI, b"https://a..b/"),
            (URI, b"https://a:b/"),
            (ADDRESS, &[1, 2, 3]),
        ] {
            assert!(read(&[name]).is_err(), "{name:x?}");
        }
    }

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
