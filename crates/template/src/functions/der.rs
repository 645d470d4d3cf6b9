//! ASN.1 in its distinguished encoding (X.690), read as strictly as Go does, and written.
//!
//! Go reads it in two ways. Keys and archives go through `encoding/asn1` into structures, and what is wrong is told
//! field by field: [`Fields`]. Certificates go through `cryptobyte` element by element, where something fits or does
//! not: [`Reader`]. Both take the same elements and the same numbers.

mod element;
mod fields;
mod primitive;
mod reader;
mod write;

pub(super) use fields::{Algorithm, Fields, Kind, sequence_of};
pub(super) use primitive::{bit_string, dotted, is_negative, natural, object_identifier, without_zeros};
pub(super) use reader::Reader;
pub(super) use write::{
    Bytes, algorithm, bits, element, int, number, object, octets, sequence, sequence_of_all,
};

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const NUMERIC_STRING: u8 = 0x12;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const T61_STRING: u8 = 0x14;
pub(super) const IA5_STRING: u8 = 0x16;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const BMP_STRING: u8 = 0x1e;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The encoding of NULL.
pub(super) const NULL: &[u8] = &[0x05, 0];

/// The tag of a field that is told by its number and holds others.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The tag of a field that is told by its number and holds plain bytes.
pub(super) const fn plain_context(number: u8) -> u8 {
    0x80 | number
}
