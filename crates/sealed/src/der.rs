//! The four DER structures that carry RSA keys, read just far enough.

use x509_cert::der::asn1::{ObjectIdentifier, OctetStringRef, UintRef};
use x509_cert::der::{self, Decode, Header, Reader, SliceReader, Tag};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// Modulus and public exponent, big-endian without leading zeros.
pub(crate) struct RsaNumbers<'a> {
    pub(crate) modulus: &'a [u8],
    pub(crate) exponent: &'a [u8],
}

impl RsaNumbers<'_> {
    pub(crate) fn bits(&self) -> usize {
        let leading = self.modulus.first().map_or(0, |b| b.leading_zeros() as usize);
        self.modulus.len() * 8 - leading
    }
}

/// What a PKCS#8 `PrivateKeyInfo` (RFC 5208) holds.
pub(crate) enum Pkcs8<'a> {
    /// A PKCS#1 `RSAPrivateKey`.
    Rsa(&'a [u8]),
    Other,
}

/// `RSAPrivateKey` (RFC 8017 A.1.2): the public half.
pub(crate) fn rsa_private_numbers(der: &[u8]) -> der::Result<RsaNumbers<'_>> {
    let mut reader = SliceReader::new(der)?;
    Header::decode(&mut reader)?.tag().assert_eq(Tag::Sequence)?;
    UintRef::decode(&mut reader)?;
    numbers(&mut reader)
}

/// `RSAPublicKey` (RFC 8017 A.1.1).
pub(crate) fn rsa_public_numbers(der: &[u8]) -> der::Result<RsaNumbers<'_>> {
    let mut reader = SliceReader::new(der)?;
    Header::decode(&mut reader)?.tag().assert_eq(Tag::Sequence)?;
    numbers(&mut reader)
}

fn numbers<'a>(reader: &mut SliceReader<'a>) -> der::Result<RsaNumbers<'a>> {
    let modulus = UintRef::decode(reader)?.as_bytes();
    let exponent = UintRef::decode(reader)?.as_bytes();
    Ok(RsaNumbers { modulus, exponent })
}

pub(crate) fn pkcs8(der: &[u8]) -> der::Result<Pkcs8<'_>> {
    let mut reader = SliceReader::new(der)?;
    Header::decode(&mut reader)?.tag().assert_eq(Tag::Sequence)?;
    UintRef::decode(&mut reader)?;
    let algorithm = Header::decode(&mut reader)?;
    algorithm.tag().assert_eq(Tag::Sequence)?;
    let parameters = reader.read_slice(algorithm.length())?;
    if ObjectIdentifier::decode(&mut SliceReader::new(parameters)?)? != RSA_ENCRYPTION {
        return Ok(Pkcs8::Other);
    }
    Ok(Pkcs8::Rsa(<&OctetStringRef>::decode(&mut reader)?.as_bytes()))
}

/// Wraps a PKCS#1 key as PKCS#8, which is all that aws-lc-rs takes.
pub(crate) fn pkcs8_from_pkcs1(pkcs1: &[u8]) -> zeroize::Zeroizing<Vec<u8>> {
    // version 0, AlgorithmIdentifier { rsaEncryption, NULL }
    const PROLOGUE: [u8; 18] = [
        0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
        0x00,
    ];
    let octets = tlv_header(0x04, pkcs1.len());
    let body = PROLOGUE.len() + octets.len() + pkcs1.len();
    let outer = tlv_header(0x30, body);
    let mut out = zeroize::Zeroizing::new(Vec::with_capacity(outer.len() + body));
    out.extend_from_slice(&outer);
    out.extend_from_slice(&PROLOGUE);
    out.extend_from_slice(&octets);
    out.extend_from_slice(pkcs1);
    out
}

fn tlv_header(tag: u8, length: usize) -> Vec<u8> {
    if length < 0x80 {
        // Below 128 it fits one byte.
        return vec![tag, length as u8];
    }
    let bytes = length.to_be_bytes();
    let digits = &bytes[length.leading_zeros() as usize / 8..];
    let mut header = vec![tag, 0x80 | digits.len() as u8];
    header.extend_from_slice(digits);
    header
}
