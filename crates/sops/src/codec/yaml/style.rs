//! How a string is written: plain, in quotes, or as a block.

use signet_manifest::scalar::is_printable;

use super::resolve;

/// The styles, in the order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

impl Style {
    /// The style of a string. `on_one_line` is for keys.
    pub(super) fn of(text: &str, on_one_line: bool) -> Self {
        let shape = Shape::of(text);
        if text.contains('\n') {
            return if shape.literal && !on_one_line { Style::Literal } else { Style::DoubleQuoted };
        }
        if !resolve::reads_as_text(text) {
            Style::DoubleQuoted
        } else if shape.plain {
            Style::Plain
        } else if shape.single_quoted {
            Style::SingleQuoted
        } else {
            Style::DoubleQuoted
        }
    }
}

/// Which styles can hold a text, outside of brackets.
struct Shape {
    plain: bool,
    single_quoted: bool,
    literal: bool,
}

impl Shape {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut indicator = text.starts_with("---") || text.starts_with("...");
        let (mut tab, mut special, mut line_break) = (false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let mut previous = None;
        for (at, c) in text.char_indices() {
            let blank_follows = matches!(bytes.get(at + c.len_utf8()), None | Some(b' ' | b'\t'));
            let blank_before = previous.is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            indicator |= match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`'
                    if at == 0 =>
                {
                    true
                }
                '?' | '-' if at == 0 => blank_follows,
                ':' => blank_follows,
                '#' => blank_before,
                _ => false,
            };
            tab |= c == '\t';
            special |= c != '\t' && !is_printable(c);
            line_break |= matches!(c, '\n' | '\r');
            break_space |= c == ' ' && previous == Some('\n');
            space_break |= c == '\n' && previous == Some(' ');
            previous = Some(c);
        }
        let edges = text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']);
        Self {
            plain: !(indicator || edges || line_break || tab || special),
            single_quoted: !(break_space || space_break || tab || special),
            literal: !(text.is_empty() || text.ends_with(' ') || space_break || special),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_written_in_the_first_style_that_can_hold_them() {
        for (text, expected) in [
            ("a b", Style::Plain),
            ("?a", Style::Plain),
            (":a", Style::Plain),
            ("a:b#c", Style::Plain),
            ("", Style::DoubleQuoted),
            ("yes", Style::DoubleQuoted),
            ("12", Style::DoubleQuoted),
            ("1:30", Style::DoubleQuoted),
            ("<<", Style::DoubleQuoted),
            ("2024-01-01", Style::DoubleQuoted),
            ("a: b", Style::SingleQuoted),
            ("a #b", Style::SingleQuoted),
            ("- a", Style::SingleQuoted),
            ("'a", Style::SingleQuoted),
            (" a", Style::SingleQuoted),
            ("---x", Style::SingleQuoted),
            ("a\tb", Style::DoubleQuoted),
            ("\u{1f600}", Style::DoubleQuoted),
            ("a\nb", Style::Literal),
            ("a\tb\n", Style::Literal),
            ("\n", Style::Literal),
            (" a\nb", Style::Literal),
            ("a \nb", Style::DoubleQuoted),
            ("a\nb ", Style::DoubleQuoted),
            ("a\r\nb", Style::DoubleQuoted),
        ] {
            assert_eq!(Style::of(text, false), expected, "{text:?}");
        }
        assert_eq!(Style::of("a\nb", true), Style::DoubleQuoted);
    }
}
