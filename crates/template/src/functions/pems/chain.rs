//! Certificates in order, from the leaf to the root.

use super::{CERTIFICATE, blocks};
use crate::context::Context;
use crate::functions::failure::Failure;
use crate::functions::x509::Certificate;

/// The certificates in a text.
pub(super) fn read(cx: &mut Context<'_>, text: &[u8]) -> Result<Vec<Certificate>, Failure> {
    let mut certificates = Vec::new();
    let mut rest = text;
    while let Some((block, after)) = blocks::next(rest) {
        cx.work(1 + (rest.len() - after.len()) as u64 / 8)?;
        rest = after;
        certificates.push(Certificate::read(cx, &block.contents)?);
    }
    Ok(certificates)
}

/// Whether one signed the other, by the identifiers of their keys. None and an empty one are the same to Go.
fn is_signed_by(child: &Certificate, parent: &Certificate) -> bool {
    child.issuer_key_identifier().unwrap_or_default() == parent.key_identifier()
}

fn is_root(certificate: &Certificate) -> bool {
    certificate.issuer_key_identifier().is_none() || is_signed_by(certificate, certificate)
}

/// The certificates from the leaf on. Links are followed by key identifiers, without looking at signatures.
pub(in crate::functions) fn order<'a>(
    cx: &mut Context<'_>,
    certificates: &'a [Certificate],
) -> Result<Vec<&'a Certificate>, Failure> {
    let count = certificates.len();
    cx.work((count as u64).pow(2) / 64)?;
    let parent = |child: usize| {
        (0..count).find(|at| *at != child && is_signed_by(&certificates[child], &certificates[*at]))
    };
    let parents: Vec<Option<usize>> = (0..count).map(parent).collect();
    let mut is_parent = vec![false; count];
    parents.iter().flatten().for_each(|parent| is_parent[*parent] = true);
    let mut leaves = (0..count).filter(|at| !is_parent[*at]);
    let mut next = Some(leaves.next().ok_or("no leaf certificate found")?);
    if leaves.next().is_some() {
        return Err("found multiple leaf or disjunct certificates".into());
    }
    let mut chain = Vec::new();
    while let Some(at) = next {
        if chain.len() == count {
            return Err("constructing chain resulted in cycle".into());
        }
        chain.push(&certificates[at]);
        next = parents[at];
    }
    Ok(chain)
}

/// The certificates of one part of the chain, as PEM.
pub(super) fn part(chain: &[&Certificate], part: &[u8]) -> Vec<u8> {
    let mut chain = chain.iter().copied();
    match part {
        b"leaf" => written(chain.next().filter(|leaf| !is_root(leaf))),
        b"intermediate" => written(chain.skip(1).take_while(|link| !is_root(link))),
        b"root" => written(chain.last().filter(|last| is_root(last))),
        _ => Vec::new(),
    }
}

/// Certificates as PEM.
pub(in crate::functions) fn written<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> Vec<u8> {
    let blocks = certificates.into_iter().map(|certificate| blocks::written(CERTIFICATE, certificate.der()));
    blocks.flat_map(|block| block.to_vec()).collect()
}
