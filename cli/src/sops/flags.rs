//! Command lines and variables as the flag library of sops (urfave/cli 1, on Go's `flag`) reads them.

use std::collections::HashMap;
use std::fmt;

/// A flag: what it is called and how its values are given.
#[derive(Debug)]
pub(super) struct Flag {
    /// Its names, without dashes; the first is the one to ask for.
    pub(super) names: &'static [&'static str],
    pub(super) kind: Kind,
    /// The variable that stands in for it.
    pub(super) variable: Option<&'static str>,
    /// One line for the usage text.
    pub(super) help: &'static str,
}

/// How values of a flag are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Alone it means true; another value needs `=`. Without the flag it is what is said here.
    Bool(bool),
    /// The next word or what follows `=`.
    Text,
    /// A whole number in the same place.
    Number,
    /// A text that may be given several times.
    List,
}

/// Why a command line cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FlagError(String);

impl fmt::Display for FlagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was typed, with variables filled in. Flags that a command does not have read as if not given.
#[derive(Debug, Default)]
pub(super) struct Given {
    values: HashMap<&'static str, Value>,
    /// The words after the flags.
    pub(super) words: Vec<String>,
}

#[derive(Debug, Default, Clone)]
struct Value {
    texts: Vec<String>,
    /// The name under which it was typed.
    typed: Option<&'static str>,
}

impl Given {
    pub(super) fn is_set(&self, flag: &Flag) -> bool {
        self.values.contains_key(flag.names[0])
    }

    pub(super) fn bool(&self, flag: &Flag) -> bool {
        match self.last(flag) {
            Some(text) => boolean(text).unwrap_or(false),
            None => flag.kind == Kind::Bool(true),
        }
    }

    /// The text, empty when there is none.
    pub(super) fn text(&self, flag: &Flag) -> &str {
        self.last(flag).unwrap_or_default()
    }

    /// The number, zero when there is none.
    pub(super) fn number(&self, flag: &Flag) -> i64 {
        self.last(flag).and_then(whole_number).unwrap_or(0)
    }

    pub(super) fn list(&self, flag: &Flag) -> &[String] {
        self.values.get(flag.names[0]).map(|value| value.texts.as_slice()).unwrap_or_default()
    }

    fn last(&self, flag: &Flag) -> Option<&str> {
        self.list(flag).last().map(String::as_str)
    }

    /// Reads variables, and then flags up to the first word that is none.
    pub(super) fn read(
        flags: &[&'static Flag],
        words: &[String],
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, FlagError> {
        let mut given = Self::default();
        for flag in flags {
            if let Some(text) = flag.variable.and_then(variable) {
                given.take_variable(flag, text)?;
            }
        }
        let mut rest = words;
        while let Some((word, after)) = rest.split_first() {
            if word == "--" {
                rest = after;
                break;
            }
            if word.len() < 2 || !word.starts_with('-') {
                break;
            }
            rest = given.take_word(flags, word, after)?;
        }
        given.words = rest.to_vec();
        Ok(given)
    }

    fn take_variable(&mut self, flag: &'static Flag, text: String) -> Result<(), FlagError> {
        let value = match flag.kind {
            Kind::Bool(_) if text.is_empty() => vec!["false".to_owned()],
            Kind::Bool(_) if boolean(&text).is_none() => {
                return Err(FlagError(format!(
                    "could not parse {text} as bool value for flag {}: invalid syntax",
                    flag.names.join(", ")
                )));
            }
            Kind::List => text.split(',').map(|part| part.trim().to_owned()).collect(),
            _ => vec![text],
        };
        self.values.insert(flag.names[0], Value { texts: value, typed: None });
        Ok(())
    }

    fn take_word<'w>(
        &mut self,
        flags: &[&'static Flag],
        word: &str,
        after: &'w [String],
    ) -> Result<&'w [String], FlagError> {
        let body = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).unwrap_or(word);
        if body.is_empty() || body.starts_with(['-', '=']) {
            return Err(FlagError(format!("bad flag syntax: {word}")));
        }
        let (name, attached) = match body.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (body, None),
        };
        let known = flags.iter().find_map(|flag| {
            let name = flag.names.iter().find(|known| **known == name)?;
            Some((*flag, *name))
        });
        let Some((flag, name)) = known else {
            return Err(FlagError(format!("flag provided but not defined: -{name}")));
        };
        let (value, after) = match (attached, flag.kind) {
            (Some(value), _) => (value, after),
            (None, Kind::Bool(_)) => ("true", after),
            (None, _) => match after.split_first() {
                Some((value, after)) => (value.as_str(), after),
                None => return Err(FlagError(format!("flag needs an argument: -{name}"))),
            },
        };
        check(flag, name, value)?;
        self.put(flag, name, value)?;
        Ok(after)
    }

    fn put(&mut self, flag: &'static Flag, name: &'static str, text: &str) -> Result<(), FlagError> {
        let value = self.values.entry(flag.names[0]).or_default();
        if let Some(other) = value.typed.replace(name)
            && other != name
        {
            return Err(FlagError(format!("Cannot use two forms of the same flag: {name} {other}")));
        }
        if flag.kind != Kind::List {
            value.texts.clear();
        }
        value.texts.push(text.to_owned());
        Ok(())
    }
}

fn check(flag: &Flag, name: &str, value: &str) -> Result<(), FlagError> {
    match flag.kind {
        Kind::Bool(_) if boolean(value).is_none() => {
            Err(FlagError(format!("invalid boolean value {value:?} for -{name}: parse error")))
        }
        Kind::Number if whole_number(value).is_none() => {
            Err(FlagError(format!("invalid value {value:?} for flag -{name}: parse error")))
        }
        _ => Ok(()),
    }
}

/// Puts the flags of a subcommand before its other words. The word after a flag goes with it, also after a flag that
/// takes no value: in `set --idempotent FILE --value-stdin INDEX` the last flag is therefore read as a word.
pub(super) fn reorder(flags: &[&Flag], words: &[String]) -> Vec<String> {
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    let mut may_be_value = false;
    for (index, word) in words.iter().enumerate() {
        let is_flag = is_flag(flags, word);
        if may_be_value && !is_flag {
            may_be_value = false;
            first.push(word.clone());
        } else if word == "--" {
            rest.insert(0, word.clone());
            rest.extend_from_slice(&words[index + 1..]);
            break;
        } else if is_flag {
            may_be_value = !word.contains('=');
            first.push(word.clone());
        } else {
            rest.push(word.clone());
        }
    }
    first.append(&mut rest);
    first
}

fn is_flag(flags: &[&Flag], word: &str) -> bool {
    if word == "-" || word == "--" || !word.starts_with('-') {
        return false;
    }
    let name = word.strip_prefix("--").unwrap_or(word);
    let name = name.strip_prefix('-').unwrap_or(name);
    let name = name.split('=').next().unwrap_or_default();
    flags.iter().any(|flag| flag.names.contains(&name))
}

/// A boolean as Go's `strconv.ParseBool` reads it.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A whole number as Go's `strconv.ParseInt` reads it when it may choose the base.
fn whole_number(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some(_) if lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i64::from_str_radix(digits, radix).ok()?;
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOL: Flag = Flag { names: &["in-place", "i"], kind: Kind::Bool(false), variable: None, help: "" };
    const ON: Flag = Flag { names: &["local"], kind: Kind::Bool(true), variable: Some("LOCAL"), help: "" };
    const TEXT: Flag = Flag { names: &["age", "a"], kind: Kind::Text, variable: Some("AGE"), help: "" };
    const NUMBER: Flag = Flag { names: &["indent"], kind: Kind::Number, variable: None, help: "" };
    const LIST: Flag = Flag { names: &["service"], kind: Kind::List, variable: Some("SERVICE"), help: "" };
    const ALL: &[&Flag] = &[&BOOL, &ON, &TEXT, &NUMBER, &LIST];

    fn words(line: &str) -> Vec<String> {
        line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn given(line: &str) -> Result<Given, String> {
        Given::read(ALL, &words(line), &|_| None).map_err(|error| error.to_string())
    }

    #[test]
    fn one_dash_or_two_and_values_beside_or_after() {
        for line in ["-i -age x f", "--in-place --age=x f", "-a x --i f", "-i=T -a=x -- f"] {
            let given = given(line).unwrap();
            assert!(given.bool(&BOOL), "{line}");
            assert_eq!(given.text(&TEXT), "x", "{line}");
            assert_eq!(given.words, ["f"], "{line}");
        }
        let given = given("-a x -a y - -i").unwrap();
        assert_eq!((given.text(&TEXT), given.bool(&BOOL)), ("y", false));
        assert_eq!(given.words, ["-", "-i"]);
    }

    #[test]
    fn numbers_are_read_in_any_base() {
        for (text, expected) in [("2", 2), ("-1", -1), ("0x10", 16), ("010", 8), ("0", 0), ("0b11", 3)] {
            assert_eq!(whole_number(text), Some(expected), "{text}");
        }
        for text in ["", "x", "1.0", "--1", "0x", "0x-1"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }

    #[test]
    fn mistakes_are_worded_as_in_go() {
        for (line, text) in [
            ("--nope", "flag provided but not defined: -nope"),
            ("-i=x", "invalid boolean value \"x\" for -i: parse error"),
            ("--indent x", "invalid value \"x\" for flag -indent: parse error"),
            ("--age", "flag needs an argument: -age"),
            ("---age", "bad flag syntax: ---age"),
            ("-=", "bad flag syntax: -="),
            ("-i --in-place", "Cannot use two forms of the same flag: in-place i"),
        ] {
            assert_eq!(given(line).err().as_deref(), Some(text), "{line}");
        }
    }

    #[test]
    fn variables_stand_in_for_flags() {
        let variable = |name: &str| match name {
            "LOCAL" => Some("0".to_owned()),
            "AGE" => Some("v".to_owned()),
            "SERVICE" => Some("a, b".to_owned()),
            _ => None,
        };
        let given = Given::read(ALL, &[], &variable).unwrap();
        assert!(!given.bool(&ON) && given.is_set(&TEXT));
        assert_eq!(given.text(&TEXT), "v");
        assert_eq!(given.list(&LIST), ["a", "b"]);
        let given = Given::read(ALL, &words("--age w --service c --service d"), &variable).unwrap();
        assert_eq!(given.text(&TEXT), "w");
        assert_eq!(given.list(&LIST), ["a", "b", "c", "d"]);
        assert!(Given::read(ALL, &[], &|name| (name == "LOCAL").then(|| "x".to_owned())).is_err());
        assert!(Given::default().bool(&ON));
    }

    #[test]
    fn flags_after_words_are_moved_as_the_library_moves_them() {
        for (line, expected) in [
            ("f -i", "-i f"),
            ("f --age x g", "--age x f g"),
            ("-i f --age x g", "-i f --age x g"),
            ("f --age=x g", "--age=x f g"),
            ("f --nope -i", "-i f --nope"),
            ("f -i -- --age", "-i -- --age f"),
            ("f --age=x -- -i", "--age=x -- f -i"),
        ] {
            assert_eq!(reorder(ALL, &words(line)).join(" "), expected, "{line}");
        }
    }
}
