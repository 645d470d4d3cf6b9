//! Certificates in order, from the leaf to the root, and the names of one.

use std::net::{Ipv4Addr, Ipv6Addr};

use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, SubjectAltName, SubjectKeyIdentifier};

use super::super::failure::Failure;
use super::{CERTIFICATE, Certificate, blocks};
use crate::bytes::ByteString;

/// A certificate, by what links it to others.
pub(in super::super) struct Link {
    der: ByteString,
    own: Option<Vec<u8>>,
    issuer: Option<Vec<u8>>,
}

impl Link {
    fn is_root(&self) -> bool {
        self.issuer.is_none() || self.issuer == self.own
    }

    fn written(&self) -> Vec<u8> {
        blocks::written(CERTIFICATE, &self.der).to_vec()
    }
}

fn certificate(der: &[u8]) -> Result<x509_cert::Certificate, Failure> {
    Certificate::read(der)?;
    x509_cert::Certificate::from_der(der).map_err(|_| "x509: malformed tbs certificate".into())
}

/// The certificates from the leaf on. Links are followed by key identifiers, without looking at signatures.
pub(in super::super) fn ordered(text: &[u8]) -> Result<Vec<Link>, Failure> {
    let mut links = Vec::new();
    let mut rest = text;
    while let Some((block, after)) = blocks::next(rest) {
        rest = after;
        let certificate = certificate(&block.contents)?;
        let malformed = |_| "x509: malformed extension".to_owned();
        let certificate = certificate.tbs_certificate();
        let own = certificate.get_extension::<SubjectKeyIdentifier>().map_err(malformed)?;
        let issuer = certificate.get_extension::<AuthorityKeyIdentifier>().map_err(malformed)?;
        links.push(Link {
            der: block.contents,
            own: own.map(|(_, own)| own.0.as_bytes().to_vec()),
            issuer: issuer
                .and_then(|(_, issuer)| issuer.key_identifier)
                .map(|issuer| issuer.as_bytes().to_vec()),
        });
    }
    // No identifier and an empty one are the same in Go.
    let same = |one: &Option<Vec<u8>>, other: &Option<Vec<u8>>| {
        one.as_deref().unwrap_or_default() == other.as_deref().unwrap_or_default()
    };
    let parents: Vec<Option<usize>> = (0..links.len())
        .map(|child| {
            (0..links.len())
                .find(|parent| *parent != child && same(&links[child].issuer, &links[*parent].own))
        })
        .collect();
    let mut leaves = (0..links.len()).filter(|at| !parents.contains(&Some(*at)));
    let mut next = Some(leaves.next().ok_or("no leaf certificate found")?);
    if leaves.next().is_some() {
        return Err("found multiple leaf or disjunct certificates".into());
    }
    let mut order = Vec::new();
    while let Some(at) = next {
        if order.len() == links.len() {
            return Err("constructing chain resulted in cycle".into());
        }
        order.push(at);
        next = parents[at];
    }
    let mut links: Vec<Option<Link>> = links.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|at| links[at].take()).collect())
}

/// The certificates of one part of the chain, as PEM.
pub(super) fn part(chain: &[Link], part: &[u8]) -> Vec<u8> {
    let chosen: Vec<&Link> = match part {
        b"leaf" => chain.first().filter(|leaf| !leaf.is_root()).into_iter().collect(),
        b"intermediate" => chain.iter().skip(1).take_while(|link| !link.is_root()).collect(),
        b"root" => chain.last().filter(|last| last.is_root()).into_iter().collect(),
        _ => Vec::new(),
    };
    chosen.into_iter().flat_map(Link::written).collect()
}

/// All certificates, as PEM.
pub(in super::super) fn written(chain: &[Link]) -> Vec<u8> {
    chain.iter().flat_map(Link::written).collect()
}

/// The names in the first block: of hosts, then addresses, then of mailboxes, then URIs.
pub(super) fn names(text: &[u8]) -> Result<Vec<String>, Failure> {
    let (block, _) = blocks::next(text).ok_or("failed to decode PEM block")?;
    let certificate = certificate(&block.contents)?;
    let found = certificate.tbs_certificate().get_extension::<SubjectAltName>();
    let found = found.map_err(|_| "x509: malformed extension".to_owned())?;
    let mut kinds: [Vec<String>; 4] = Default::default();
    for name in found.map(|(_, names)| names.0).unwrap_or_default() {
        match name {
            GeneralName::DnsName(name) => kinds[0].push(name.to_string()),
            GeneralName::IpAddress(address) => kinds[1].extend(ip(address.as_bytes())),
            GeneralName::Rfc822Name(name) => kinds[2].push(name.to_string()),
            GeneralName::UniformResourceIdentifier(name) => kinds[3].push(name.to_string()),
            _ => {}
        }
    }
    Ok(kinds.concat())
}

fn ip(bytes: &[u8]) -> Option<String> {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(octets).to_string());
    }
    let address = Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?);
    Some(address.to_ipv4_mapped().map_or_else(|| address.to_string(), |address| address.to_string()))
}
