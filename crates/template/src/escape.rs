//! Text made safe for HTML, JavaScript and URLs, as Go's built-in functions do.

use crate::quote;
use crate::runes;

/// How many bytes one byte becomes at most.
pub(crate) const GROWTH: usize = 6;

/// For HTML text and attribute values.
pub(crate) fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            0 => out.extend_from_slice("\u{FFFD}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(byte),
        }
    }
    out
}

/// For JavaScript strings.
pub(crate) fn js(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (character, bytes) in runes::iter(text) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        match character {
            '\\' | '\'' | '"' => out.extend_from_slice(&[b'\\', bytes[0]]),
            '\0'..' ' | '<' | '>' | '&' | '=' => {
                out.extend_from_slice(format!("\\u{:04X}", u32::from(character)).as_bytes());
            }
            // A byte that is no UTF-8 is left as it is, for it stands for a character that prints.
            _ if character.is_ascii() || quote::is_print(character) => out.extend_from_slice(bytes),
            _ => out.extend_from_slice(format!("\\u{:04X}", u32::from(character)).as_bytes()),
        }
    }
    out
}

/// For the query of a URL.
pub(crate) fn url_query(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(byte),
            _ if byte.is_ascii_alphanumeric() => out.push(byte),
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_go_escapes_it() {
        assert_eq!(html(b"<a b='\"&'>\0"), "&lt;a b=&#39;&#34;&amp;&#39;&gt;\u{FFFD}".as_bytes());
        assert_eq!(js("'\"\\<>&=\n\u{7F}é\u{200B}".as_bytes()), {
            "\\'\\\"\\\\\\u003C\\u003E\\u0026\\u003D\\u000A\u{7F}é\\u200B".as_bytes()
        });
        assert_eq!(js(b"\xFF"), b"\xFF");
        assert_eq!(url_query("a b/é~".as_bytes()), b"a+b%2F%C3%A9~");
    }
}
