//! DER (X.690) as Go's `encoding/asn1` reads and writes it.

mod read;
mod write;

pub(super) use read::{
    Element, Fields, Kind, bit_string, dotted, integer, natural, object_identifier, sequence_of,
};
pub(super) use write::{
    BIT_STRING, BMP_STRING, Bytes, OBJECT, OCTETS, PRINTABLE_STRING, SEQUENCE, SET, UTF8_STRING, element,
    int, natural as written_natural,
};
