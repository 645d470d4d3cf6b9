//! Reading an archive: what go-pkcs12 reads, with its errors.

use super::super::der::{self, Bytes, Fields, Kind};
use super::super::failure::Failure;
use super::super::keys::PrivateKey;
use super::super::x509::Certificate;
use super::encryption::decrypt;
use super::identifiers::*;
use super::mac::Mac;
use super::password::Password;
use crate::context::Context;

/// What is in an archive.
pub(super) struct Contents {
    pub(super) key: PrivateKey,
    /// At least one, in the order of the archive.
    pub(super) certificates: Vec<Certificate>,
}

/// A structure with nothing behind it.
pub(super) fn whole<'a, T>(
    bytes: &'a [u8],
    name: &'static str,
    read: impl FnOnce(&mut Fields<'a>) -> Result<T, String>,
) -> Result<T, Failure> {
    let mut around = Fields::new(bytes);
    let structure = read(&mut around.enter(name)?)?;
    nothing_behind(&around)?;
    Ok(structure)
}

/// An element of this kind with nothing behind it.
fn whole_element<'a>(bytes: &'a [u8], kind: &Kind) -> Result<&'a [u8], Failure> {
    let mut around = Fields::new(bytes);
    let element = around.next(kind)?;
    nothing_behind(&around)?;
    Ok(element.contents)
}

fn nothing_behind(around: &Fields<'_>) -> Result<(), Failure> {
    if around.rest().is_empty() { Ok(()) } else { Err("pkcs12: trailing data found".into()) }
}

/// The structures of a SEQUENCE with nothing behind it.
fn whole_sequence<'a, T>(
    bytes: &'a [u8],
    read: impl Fn(&'a [u8]) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    let mut around = Fields::new(bytes);
    let all = der::sequence_of(around.next(&Kind::SEQUENCE_OF)?.contents)?;
    let all = all.into_iter().map(read).collect::<Result<_, _>>()?;
    nothing_behind(&around)?;
    Ok(all)
}

struct ContentInfo<'a> {
    kind: &'a [u8],
    content: &'a [u8],
}

impl<'a> ContentInfo<'a> {
    fn read(contents: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(contents);
        let kind = fields.object()?;
        let content = fields.next_if(&Kind::ANY.explicit(0).optional())?;
        Ok(Self { kind, content: content.map_or(&[], |content| content.contents) })
    }
}

struct Bag<'a> {
    kind: &'a [u8],
    value: &'a [u8],
}

impl<'a> Bag<'a> {
    fn read(contents: &'a [u8]) -> Result<Self, String> {
        let mut fields = Fields::new(contents);
        let kind = fields.object()?;
        let value = fields.next(&Kind::ANY.explicit(0))?.contents;
        // Attributes must be some, but are not used.
        if let Some(attributes) = fields.next_if(&Kind::SET_OF.optional())? {
            for attribute in der::sequence_of(attributes.contents)? {
                let mut fields = Fields::new(attribute);
                fields.object()?;
                fields.next(&Kind::ANY)?;
            }
        }
        Ok(Self { kind, value })
    }
}

/// Reads an archive with this password.
pub(super) fn contents(cx: &mut Context<'_>, archive: &[u8], password: &[u8]) -> Result<Contents, Failure> {
    let mut password = Password::new(password)?;
    cx.work(archive.len() as u64 / 8)?;
    let safes = safes(cx, archive, &mut password)?;
    let mut certificates = Vec::new();
    let mut key = None;
    let bags = safes.iter().map(|safe| whole_sequence(safe, Bag::read)).collect::<Result<Vec<_>, _>>()?;
    for bag in bags.into_iter().flatten() {
        cx.work(1)?;
        match bag.kind {
            CERT_BAG => certificates.push(certificate(cx, bag.value)?),
            KEY_BAG | SHROUDED_KEY_BAG if key.is_some() => {
                return Err("pkcs12: expected exactly one key bag".into());
            }
            KEY_BAG => key = Some(PrivateKey::from_pkcs8(cx, bag.value)?),
            SHROUDED_KEY_BAG => key = Some(shrouded_key(cx, bag.value, &password)?),
            _ => {}
        }
    }
    if certificates.is_empty() {
        return Err("pkcs12: certificate missing".into());
    }
    Ok(Contents { key: key.ok_or("pkcs12: private key missing")?, certificates })
}

/// The contents of the safes, once the archive is known to be whole. The password becomes the one that fits.
fn safes(cx: &mut Context<'_>, archive: &[u8], password: &mut Password) -> Result<Vec<Bytes>, Failure> {
    let (version, outer, mac) = whole(archive, "pfxPdu", |fields| {
        let version = fields.int()?;
        let outer = ContentInfo::read(fields.next(&Kind::structure("contentInfo"))?.contents)?;
        let mac = fields.next_if(&Kind::structure("macData").optional())?;
        Ok((version, outer, mac.map(|mac| Mac::read(mac.contents)).transpose()?))
    })
    .map_err(|failure| failure.within("pkcs12: error reading P12 data: "))?;
    if version != 3 {
        return Err("pkcs12: can only decode v3 PFX PDU's".into());
    }
    if outer.kind != DATA {
        return Err("pkcs12: only password-protected PFX is implemented".into());
    }
    let message = whole_element(outer.content, &Kind::ANY)?;
    authenticate(cx, mac.as_ref(), message, password)?;
    let infos = whole_sequence(message, ContentInfo::read)?;
    if !(1..=2).contains(&infos.len()) {
        let expected = "expected between 1 and 2 items in the authenticated safe";
        return Err(format!("pkcs12: {expected}, but this file has {}", infos.len()).into());
    }
    let mut safes = Vec::new();
    for info in infos {
        let safe = safe(cx, &info, password)?;
        // The next one is not looked at when this one is bad.
        whole_sequence(&safe, Bag::read)?;
        safes.push(safe);
    }
    Ok(safes)
}

fn authenticate(
    cx: &mut Context<'_>,
    mac: Option<&Mac<'_>>,
    message: &[u8],
    password: &mut Password,
) -> Result<(), Failure> {
    let Some(mac) = mac else {
        return if password.is_empty() { Ok(()) } else { Err("pkcs12: no MAC in data".into()) };
    };
    cx.work(message.len() as u64 / 64)?;
    if mac.is_right(cx, password, message)? {
        return Ok(());
    }
    if password.is_empty() {
        *password = Password::absent();
        if mac.is_right(cx, password, message)? {
            return Ok(());
        }
    }
    Err("pkcs12: decryption password incorrect".into())
}

fn safe(cx: &mut Context<'_>, info: &ContentInfo<'_>, password: &Password) -> Result<Bytes, Failure> {
    match info.kind {
        DATA => {
            let contents = whole_element(info.content, &Kind::OCTETS)?;
            cx.allocate(contents.len())?;
            Ok(Bytes::new(contents.to_vec()))
        }
        ENCRYPTED_DATA => {
            let (version, algorithm, text) = whole(info.content, "encryptedData", |fields| {
                let version = fields.int()?;
                let mut fields = fields.enter("encryptedContentInfo")?;
                fields.object()?;
                let algorithm = fields.algorithm()?;
                let text = fields.next_if(&Kind::OCTETS.implicit(0).optional())?;
                Ok((version, algorithm, text.map_or(&[][..], |text| text.contents)))
            })?;
            if version != 0 {
                return Err("pkcs12: only version 0 of EncryptedData is supported".into());
            }
            decrypt(cx, &algorithm, password, text)
        }
        _ => {
            Err("pkcs12: only data and encryptedData content types are supported in authenticated safe"
                .into())
        }
    }
}

fn certificate(cx: &mut Context<'_>, bag: &[u8]) -> Result<Certificate, Failure> {
    let (kind, contents) = whole(bag, "certBag", |fields| {
        let kind = fields.object()?;
        Ok((kind, fields.next(&Kind::OCTETS.explicit(0))?.contents))
    })
    .map_err(|failure| failure.within("pkcs12: error decoding cert bag: "))?;
    if kind != X509_CERTIFICATE {
        return Err("pkcs12: only X509 certificates are supported in cert bags".into());
    }
    let mut all = Certificate::read_all(cx, contents)?.into_iter();
    match (all.next(), all.next()) {
        (Some(certificate), None) => Ok(certificate),
        _ => Err("pkcs12: expected exactly one certificate in the certBag".into()),
    }
}

fn shrouded_key(cx: &mut Context<'_>, bag: &[u8], password: &Password) -> Result<PrivateKey, Failure> {
    let (algorithm, text) =
        whole(bag, "encryptedPrivateKeyInfo", |fields| Ok((fields.algorithm()?, fields.octets()?)))
            .map_err(|failure| failure.within("pkcs12: error decoding PKCS#8 shrouded key bag: "))?;
    let key = decrypt(cx, &algorithm, password, text)
        .map_err(|failure| failure.within("pkcs12: error decrypting PKCS#8 shrouded key bag: "))?;
    whole_element(&key, &Kind::ANY)
        .map_err(|failure| failure.within("pkcs12: error unmarshaling decrypted private key: "))?;
    PrivateKey::from_pkcs8(cx, &key)
        .map_err(|failure| failure.within("pkcs12: error parsing PKCS#8 private key: "))
}
