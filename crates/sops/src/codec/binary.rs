//! Files of any bytes: one entry, `data`.

use super::WriteError;
use crate::text::Text;
use crate::tree::{Branch, Value};

const NAME: &str = "data";

pub(super) fn read(bytes: &[u8]) -> Branch {
    let mut branch = Branch::default();
    branch.push(NAME, Text::from(bytes));
    branch
}

pub(super) fn write(documents: &[Branch]) -> Result<Text, WriteError> {
    let [document] = documents else {
        return Err(WriteError::NoBinaryData("there must be exactly one document"));
    };
    match document.value(NAME) {
        Some(Value::Str(text)) => Ok(text.clone()),
        Some(_) => Err(WriteError::NoBinaryData("`data` is not a string")),
        None => Err(WriteError::NoBinaryData("there is no `data`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_come_back() {
        for bytes in [&b""[..], b"\xff\0\n", br#"{"data":"x"}"#] {
            assert!(write(&[read(bytes)]).is_ok_and(|text| text.as_bytes() == bytes));
        }
    }

    #[test]
    fn other_trees_are_refused() {
        let mut number = Branch::default();
        number.push(NAME, 1);
        for documents in [vec![], vec![read(b""), read(b"")], vec![Branch::default()], vec![number]] {
            assert!(matches!(write(&documents), Err(WriteError::NoBinaryData(_))));
        }
    }
}
