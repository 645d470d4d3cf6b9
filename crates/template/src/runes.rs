//! UTF-8 in byte strings, read as Go reads it: a byte that begins no character stands alone.

/// The first character of `bytes` and its length; no character and the length 1 when it is not valid UTF-8.
/// The length is 0 only at the end.
pub(crate) fn decode(bytes: &[u8]) -> (Option<char>, usize) {
    let Some(&first) = bytes.first() else { return (None, 0) };
    let length = match first {
        0..0x80 => return (Some(char::from(first)), 1),
        0xC2..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF5 => 4,
        _ => return (None, 1),
    };
    let text = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    match text.and_then(|text| text.chars().next()) {
        Some(character) => (Some(character), length),
        None => (None, 1),
    }
}

/// The last character of `bytes` and its length, in the same way.
pub(crate) fn decode_last(bytes: &[u8]) -> (Option<char>, usize) {
    for length in 1..=bytes.len().min(4) {
        let (character, used) = decode(&bytes[bytes.len() - length..]);
        if character.is_some() && used == length {
            return (character, length);
        }
    }
    (None, bytes.len().min(1))
}

/// Each character, or `None` for a byte that begins none, with its bytes.
pub(crate) fn iter(mut bytes: &[u8]) -> impl Iterator<Item = (Option<char>, &[u8])> {
    std::iter::from_fn(move || {
        let (character, length) = decode(bytes);
        let (here, rest) = bytes.split_at(length);
        bytes = rest;
        (length > 0).then_some((character, here))
    })
}

/// How many characters there are, where a byte that begins none counts as one.
pub(crate) fn count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { iter(bytes).count() }
}

/// Appends a character in UTF-8.
pub(crate) fn push(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// A character for a number, U+FFFD when there is none of that number.
pub(crate) fn from_u64(number: u64) -> char {
    u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_stray_bytes_are_told_apart_from_both_ends() {
        let bytes = "aé\u{10FFFF}".bytes().chain([0xFF, 0xE2, 0x82]).collect::<Vec<_>>();
        let seen: Vec<_> = iter(&bytes).map(|(character, _)| character).collect();
        assert_eq!(seen, [Some('a'), Some('é'), Some('\u{10FFFF}'), None, None, None]);
        assert_eq!(count(&bytes), 6);
        assert_eq!(decode_last(&bytes), (None, 1));
        assert_eq!(decode_last(&bytes[..7]), (Some('\u{10FFFF}'), 4));
        assert_eq!(decode_last(b""), (None, 0));
        assert_eq!(decode(b"\xED\xA0\x80"), (None, 1), "a surrogate is no character");
    }
}
