//! Characters that Go's YAML libraries do not write as they are.

use std::borrow::Cow;

/// Whether the libraries write a character unescaped. U+0085, U+2028 and U+2029 are line breaks in YAML 1.1 only, so they
/// are better escaped.
#[must_use]
pub fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// The escape of a character in double quotes; `None` if it needs none.
#[must_use]
pub fn escape(c: char) -> Option<Cow<'static, str>> {
    let escape = match c {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        c if is_printable(c) => return None,
        c => {
            let code = u32::from(c);
            return Some(Cow::Owned(match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            }));
        }
    };
    Some(Cow::Borrowed(escape))
}
