//! Lines of `NAME=value`. Nothing is trimmed and no quotes are removed; `\n` in a value is a newline.

use super::{Format, ReadError, WriteError, scalar_text, syntax};
use crate::text::{self, Builder, Text};
use crate::tree::{Branch, Item, Value};

pub(super) fn read(text: &[u8]) -> Result<Branch, ReadError> {
    let mut branch = Branch::default();
    let mut begin = 0;
    for line in text.split(|byte| *byte == b'\n') {
        let at = begin;
        begin += line.len() + 1;
        if line.is_empty() {
            continue;
        }
        if let Some(comment) = line.strip_prefix(b"#") {
            branch.push_comment(comment);
            continue;
        }
        let Some(equals) = line.iter().position(|byte| *byte == b'=') else {
            return Err(syntax(text, at, "neither a comment nor `NAME=value`"));
        };
        let name =
            std::str::from_utf8(&line[..equals]).map_err(|_| syntax(text, at, "the name is not UTF-8"))?;
        branch.push(name, text::replace(&line[equals + 1..], b"\\n", b"\n"));
    }
    Ok(branch)
}

pub(super) fn write(document: &Branch) -> Result<Text, WriteError> {
    let mut out = Builder::default();
    for item in &document.items {
        match item {
            Item::Comment(comment) => {
                out.push(b"#");
                out.push(comment.text.as_bytes());
            }
            Item::Entry(key, value) => {
                let name = key.name().unwrap_or_default();
                entry(name, value, &mut out)?;
            }
        }
        out.push(b"\n");
    }
    Ok(out.finish())
}

fn entry(name: &str, value: &Value, out: &mut Builder) -> Result<(), WriteError> {
    let format = Format::Dotenv;
    let Some(text) = scalar_text::of(value) else {
        return Err(WriteError::Value { format, path: name.to_owned(), what: value.kind() });
    };
    // Read again, these would be a comment, or end earlier.
    if name.starts_with('#') || name.contains(['=', '\n']) {
        return Err(WriteError::Name { format, path: name.to_owned() });
    }
    out.push_str(name);
    out.push(b"=");
    out.push(text::replace(&text, b"\n", b"\\n").as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Key;

    fn written(document: &Branch) -> String {
        let text = write(document).expect("the document fits");
        String::from_utf8(text.as_bytes().to_vec()).expect("the text is UTF-8")
    }

    #[test]
    fn names_and_values_are_taken_as_they_are() {
        let text = "A=1\n#c\n\n  B = \"x\" # y\nexport C=a=b\n=empty\nD=x\\ny\r\nA=2";
        let branch = read(text.as_bytes()).expect("the text is good");
        let mut expected = Branch::default();
        expected.push("A", "1");
        expected.push_comment("c");
        expected.push("  B ", " \"x\" # y");
        expected.push("export C", "a=b");
        expected.push("", "empty");
        expected.push("D", "x\ny\r");
        expected.push("A", "2");
        assert!(branch == expected);
        assert_eq!(written(&branch), "A=1\n#c\n  B = \"x\" # y\nexport C=a=b\n=empty\nD=x\\ny\r\nA=2\n");
    }

    #[test]
    fn a_line_without_equals_is_refused_by_its_number() {
        let error = read(b"A=1\n\nhunter2\n").err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("line 3: neither a comment nor `NAME=value`"));
        assert!(read(b"\xff=1").is_err());
    }

    #[test]
    fn scalars_become_text_and_containers_are_refused() {
        let mut branch = Branch::default();
        branch.push("b", true);
        branch.push("n", Value::Null);
        branch.push("i", -3);
        branch.push("f", 1000.0);
        assert_eq!(written(&branch), "b=true\nn=<nil>\ni=-3\nf=1000.0\n");
        branch.push("l", Vec::new());
        let error = write(&branch).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("a dotenv file cannot hold `l`, which is a list"));
    }

    #[test]
    fn names_that_would_be_read_differently_are_refused() {
        for name in ["#a", "a=b", "a\nb"] {
            let branch = Branch { items: vec![Item::Entry(Key::Name(name.into()), "x".into())] };
            assert!(matches!(write(&branch), Err(WriteError::Name { .. })), "{name}");
        }
    }
}
