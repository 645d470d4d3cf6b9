//! Characters of a text as sprig walks through them, where a byte that begins none counts as U+FFFD, and their case.

use crate::runes;

/// The replacement character, which Go calls `RuneError`.
pub(super) const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// The first character and how many bytes it takes; one byte if it is not UTF-8.
pub(super) fn first(text: &[u8]) -> Option<(char, usize)> {
    let (letter, size) = runes::decode(text);
    (size > 0).then_some((letter.unwrap_or(REPLACEMENT), size))
}

/// The last character, in the same way.
pub(super) fn last(text: &[u8]) -> Option<(char, usize)> {
    let (letter, size) = runes::decode_last(text);
    (size > 0).then_some((letter.unwrap_or(REPLACEMENT), size))
}

/// All characters.
pub(super) fn of(text: &[u8]) -> impl Iterator<Item = char> + '_ {
    runes::iter(text).map(|(letter, _)| letter.unwrap_or(REPLACEMENT))
}

/// The bytes with each character replaced.
pub(super) fn map(text: &[u8], change: impl FnMut(char) -> char) -> Vec<u8> {
    of(text).map(change).collect::<String>().into_bytes()
}

/// The upper-case letter; where that takes several letters, the letter itself, as in Go.
pub(super) fn upper(letter: char) -> char {
    match letter {
        '\u{1f80}'..='\u{1faf}' => char::from_u32(u32::from(letter) | 8).unwrap_or(letter),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(u32::from(letter) + 9).unwrap_or(letter),
        _ => only(letter.to_uppercase()).unwrap_or(letter),
    }
}

/// The lower-case letter.
pub(super) fn lower(letter: char) -> char {
    match letter {
        'İ' => 'i',
        _ => only(letter.to_lowercase()).unwrap_or(letter),
    }
}

/// The letter at the start of a capitalised word: for a few letters that stand for two, not the upper-case one.
pub(super) fn title(letter: char) -> char {
    match letter {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        _ => upper(letter),
    }
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next()?;
    letters.next().is_none().then_some(first)
}

/// Whether the character is punctuation to Go, which leaves out symbols such as `+` and `$`.
pub(super) fn is_punctuation(letter: char) -> bool {
    match letter {
        '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' => false,
        '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}' => true,
        '\u{2044}' | '\u{2052}' => false,
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => true,
        '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' => true,
        _ => letter.is_ascii_punctuation(),
    }
}

/// Where a text begins within another.
pub(crate) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}
