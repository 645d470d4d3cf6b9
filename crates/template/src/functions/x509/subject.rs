//! The text of a certificate's subject, as Go writes it (RFC 2253, but for the order of attributes).

use super::names::{self, Attribute};
use crate::functions::der;

/// The attributes of the arc 2.5.4 that have a name, in the order that Go puts them in.
const NAMED: [(u8, &str); 9] = [
    (6, "C"),
    (8, "ST"),
    (7, "L"),
    (9, "STREET"),
    (17, "POSTALCODE"),
    (10, "O"),
    (11, "OU"),
    (3, "CN"),
    (5, "SERIALNUMBER"),
];

/// Of these only the last is kept.
const SINGLE: [&str; 2] = ["CN", "SERIALNUMBER"];

/// The text: named attributes from the last kind to the first, those of one kind joined, then the others.
pub(super) fn text(attributes: &[Attribute]) -> String {
    let mut parts = Vec::new();
    for (number, name) in NAMED.iter().rev() {
        let mut values: Vec<&str> = (attributes.iter())
            .filter(|attribute| attribute.kind == [0x55, 4, *number])
            .map(|attribute| &attribute.value[..])
            .collect();
        if SINGLE.contains(name) {
            values = values.pop().filter(|value| !value.is_empty()).into_iter().collect();
        }
        let values: Vec<String> = values.iter().map(|value| format!("{name}={}", escaped(value))).collect();
        if !values.is_empty() {
            parts.push(values.join("+"));
        }
    }
    let is_named = |kind: &[u8]| NAMED.iter().any(|(number, _)| kind == [0x55, 4, *number]);
    parts.extend(attributes.iter().rev().filter(|attribute| !is_named(&attribute.kind)).map(unnamed));
    parts.join(",")
}

fn escaped(value: &str) -> String {
    let mut out = String::new();
    for (at, letter) in value.char_indices() {
        let at_an_end = at == 0 || at + 1 == value.len();
        let special = match letter {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => true,
            ' ' => at_an_end,
            '#' => at == 0,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// An attribute by its number, its value encoded.
fn unnamed(attribute: &Attribute) -> String {
    let value = names::text(&attribute.value);
    let digits: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}=#{digits}", der::dotted(&attribute.kind))
}
