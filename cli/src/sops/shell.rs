//! Command lines in variables, taken apart as the library of sops (google/shlex) does it: like a shell, but nothing is
//! replaced.

/// The words. `None` if a quotation or an escape has no end.
pub(super) fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\r' | '\n' => {}
            '#' => while letters.next().is_some_and(|letter| letter != '\n') {},
            letter => words.push(word(letter, &mut letters)?),
        }
    }
    Some(words)
}

fn word(first: char, letters: &mut std::str::Chars<'_>) -> Option<String> {
    let mut word = String::new();
    let mut next = Some(first);
    while let Some(letter) = next {
        match letter {
            ' ' | '\t' | '\r' | '\n' => break,
            '\\' => word.push(letters.next()?),
            '\'' => loop {
                match letters.next()? {
                    '\'' => break,
                    letter => word.push(letter),
                }
            },
            '"' => loop {
                match letters.next()? {
                    '"' => break,
                    '\\' => word.push(letters.next()?),
                    letter => word.push(letter),
                }
            },
            letter => word.push(letter),
        }
        next = letters.next();
    }
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_and_quotes_are_removed() {
        for (line, expected) in [
            ("vim -f", &["vim", "-f"][..]),
            ("  a\t'b c'  \"d \\\" e\"f \\ g ", &["a", "b c", "d \" ef", " g"]),
            ("a#b # c\nd", &["a#b", "d"]),
            ("''", &[""]),
            ("", &[]),
        ] {
            assert_eq!(
                split(line).as_deref(),
                Some(expected.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>().as_slice()),
                "{line}"
            );
        }
        for line in ["'a", "\"a", "a\\"] {
            assert_eq!(split(line), None, "{line}");
        }
    }
}
