//! Command lines and variables as kubeseal's flag library (pflag) reads them.

use std::fmt;

/// A flag and what setting it does to a `T`.
pub(super) struct Flag<T> {
    /// The long name, without dashes.
    pub(super) name: &'static str,
    /// The one-letter form.
    pub(super) short: Option<char>,
    /// How values are given.
    pub(super) kind: Kind,
    /// Stores a value, or says what is wrong with it.
    pub(super) set: fn(&mut T, &str) -> Result<(), String>,
    /// One line for the usage text; hidden from it when empty.
    pub(super) help: &'static str,
    /// Printed to stderr when the flag is used.
    pub(super) deprecated: Option<&'static str>,
}

/// How values of a flag are given, and how the usage text shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `--flag` alone means true; a value needs `=`.
    Bool,
    /// The next word or what follows `=`, shown as this word.
    Value(&'static str),
}

/// Why a command line cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FlagError {
    /// `-h` or `--help` without such a flag: not an error, but the usage text is wanted.
    Help,
    /// Anything else.
    Bad(String),
}

impl fmt::Display for FlagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Help => f.write_str("help requested"),
            Self::Bad(text) => f.write_str(text),
        }
    }
}

/// Reads flags in any order among other words, which are ignored. `--` ends the flags.
pub(super) fn parse<T>(
    flags: &[Flag<T>],
    words: &[String],
    target: &mut T,
    note: &mut dyn FnMut(String),
) -> Result<(), FlagError> {
    let mut parser = Parser { flags, rest: words.iter(), target, note };
    while let Some(word) = parser.rest.next() {
        if word == "--" {
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            parser.long(word, long)?;
        } else if let Some(letters) = word.strip_prefix('-')
            && !letters.is_empty()
        {
            parser.short(letters)?;
        }
    }
    Ok(())
}

struct Parser<'a, T> {
    flags: &'a [Flag<T>],
    rest: std::slice::Iter<'a, String>,
    target: &'a mut T,
    note: &'a mut dyn FnMut(String),
}

impl<T> Parser<'_, T> {
    fn long(&mut self, word: &str, body: &str) -> Result<(), FlagError> {
        if body.starts_with(['-', '=']) {
            return Err(FlagError::Bad(format!("bad flag syntax: {word}")));
        }
        let (name, attached) = match body.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (body, None),
        };
        let Some(flag) = self.flags.iter().find(|flag| flag.name == name) else {
            return Err(FlagError::Bad(format!("unknown flag: --{name}")));
        };
        match (attached, flag.kind) {
            (Some(value), _) => self.set(flag, value),
            (None, Kind::Bool) => self.set(flag, "true"),
            (None, Kind::Value(_)) => match self.rest.next() {
                Some(value) => self.set(flag, value),
                None => Err(FlagError::Bad(format!("flag needs an argument: --{name}"))),
            },
        }
    }

    /// A group of one-letter flags such as `-oyaml`, `-o=yaml`, `-o yaml`.
    fn short(&mut self, group: &str) -> Result<(), FlagError> {
        let mut letters = group.chars();
        while let Some(letter) = letters.next() {
            let rest = letters.as_str();
            let Some(flag) = self.flags.iter().find(|flag| flag.short == Some(letter)) else {
                if letter == 'h' {
                    return Err(FlagError::Help);
                }
                return Err(FlagError::Bad(format!("unknown shorthand flag: {letter:?} in -{group}")));
            };
            match rest.strip_prefix('=') {
                Some(value) if !value.is_empty() => return self.set(flag, value),
                _ if flag.kind == Kind::Bool => self.set(flag, "true")?,
                _ if !rest.is_empty() => return self.set(flag, rest),
                _ => {
                    return match self.rest.next() {
                        Some(value) => self.set(flag, value),
                        None => {
                            Err(FlagError::Bad(format!("flag needs an argument: {letter:?} in -{group}")))
                        }
                    };
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, flag: &Flag<T>, value: &str) -> Result<(), FlagError> {
        (flag.set)(self.target, value).map_err(|cause| {
            let short = flag.short.map(|letter| format!("-{letter}, ")).unwrap_or_default();
            FlagError::Bad(format!("invalid argument {value:?} for \"{short}--{}\" flag: {cause}", flag.name))
        })?;
        if let Some(advice) = flag.deprecated {
            (self.note)(format!("Flag --{} has been deprecated, {advice}", flag.name));
        }
        Ok(())
    }
}

/// A boolean as Go's `strconv.ParseBool` reads it.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("use true or false".to_owned()),
    }
}

/// The first record of CSV text as Go's `encoding/csv` reads it. The empty text has no fields.
pub(super) fn csv(text: &str) -> Result<Vec<String>, String> {
    let text = text.trim_start_matches(['\n', '\r']);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find([',', '\n']).unwrap_or(rest.len());
                let field = rest[..end].strip_suffix('\r').unwrap_or(&rest[..end]);
                if field.contains('"') {
                    return Err("bare \" in a field that is not quoted".to_owned());
                }
                (field.to_owned(), &rest[end..])
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            // The end of the text or of the first line.
            None => return Ok(fields),
        }
    }
}

fn quoted_field(text: &str) -> Result<(String, &str), String> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let Some(end) = rest.find('"') else { return Err("missing \" at the end of a field".to_owned()) };
        field.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None if rest.is_empty() || rest.starts_with([',', '\n', '\r']) => return Ok((field, rest)),
            None => return Err("extra text after a quoted field".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Debug, PartialEq)]
    struct Seen(Vec<String>);

    const FLAGS: &[Flag<Seen>] = &[
        Flag {
            name: "raw",
            short: Some('r'),
            kind: Kind::Bool,
            set: |seen, value| {
                boolean(value)?;
                seen.0.push(format!("raw={value}"));
                Ok(())
            },
            help: "",
            deprecated: None,
        },
        Flag {
            name: "format",
            short: Some('o'),
            kind: Kind::Value("string"),
            set: |seen, value| {
                seen.0.push(format!("format={value}"));
                Ok(())
            },
            help: "",
            deprecated: Some("use another"),
        },
    ];

    fn run(line: &str) -> Result<Vec<String>, FlagError> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let mut seen = Seen::default();
        parse(FLAGS, &words, &mut seen, &mut |_| {})?;
        Ok(seen.0)
    }

    #[test]
    fn all_forms_of_a_value_are_equal() {
        for line in ["--format yaml", "--format=yaml", "-oyaml", "-o yaml", "-o=yaml", "word -oyaml word"] {
            assert_eq!(run(line).unwrap(), ["format=yaml"], "{line}");
        }
    }

    #[test]
    fn a_boolean_takes_a_value_only_after_an_equals_sign() {
        assert_eq!(run("--raw false").unwrap(), ["raw=true"]);
        assert_eq!(run("--raw=f").unwrap(), ["raw=f"]);
        assert_eq!(run("-r=0").unwrap(), ["raw=0"]);
        assert_eq!(run("-roraw").unwrap(), ["raw=true", "format=raw"]);
        assert_eq!(run("-- --raw").unwrap(), Vec::<String>::new());
        assert_eq!(run("-").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn bad_command_lines_are_told_apart() {
        for (line, error) in [
            ("--nope", "unknown flag: --nope"),
            ("--nope=1", "unknown flag: --nope"),
            ("---raw", "bad flag syntax: ---raw"),
            ("--=x", "bad flag syntax: --=x"),
            ("--format", "flag needs an argument: --format"),
            ("-o", "flag needs an argument: 'o' in -o"),
            ("-rx", "unknown shorthand flag: 'x' in -rx"),
            ("--raw=yes", "invalid argument \"yes\" for \"-r, --raw\" flag: use true or false"),
        ] {
            assert_eq!(run(line).unwrap_err().to_string(), error);
        }
        assert_eq!(run("-h").unwrap_err(), FlagError::Help);
    }

    #[test]
    fn lists_are_comma_separated_with_quotes() {
        for (text, fields) in [
            ("", vec![]),
            ("a", vec!["a"]),
            ("a,b", vec!["a", "b"]),
            ("a,", vec!["a", ""]),
            (",", vec!["", ""]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"a\"\"b\"", vec!["a\"b"]),
            ("a\nb", vec!["a"]),
            (" a , b", vec![" a ", " b"]),
        ] {
            assert_eq!(csv(text).unwrap(), fields, "{text:?}");
        }
        for bad in ["\"a", "a\"b", "\"a\"b"] {
            assert!(csv(bad).is_err(), "{bad:?}");
        }
    }
}
