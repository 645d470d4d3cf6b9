//! What the functions are, for people: signature, a sentence, an example and what it gives.

use std::time::Duration;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use crate::builtin::Builtin;
use crate::context::Environment;
use crate::engine::{Engine, MissingKey};
use crate::function::{Function, signature};
use crate::types::Type;
use crate::value::Value;

/// The entries that examples refer to, as in `{{ .user }}`.
pub const EXAMPLE_DATA: &[(&str, &str)] = &[
    ("user", "admin"),
    ("password", "hunter2"),
    ("port", "5432"),
    ("text", "two\nlines"),
    ("json", r#"{"host": "db"}"#),
    ("yaml", "a: 1"),
];

/// A function as people look it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What templates call it.
    pub name: &'static str,
    /// The Go signature, such as `substr(int, int, string) string`.
    pub signature: String,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// A template that shows its use.
    pub example: String,
}

impl From<&Function> for Description {
    fn from(function: &Function) -> Self {
        Self {
            name: function.name(),
            signature: function.signature(),
            summary: function.summary(),
            example: with_word(function.example(), function.first_name(), function.name()),
        }
    }
}

/// The text with one word in the place of another: the example of a function that has several names.
fn with_word(text: &str, word: &str, other: &str) -> String {
    let is_end = |c: char| !c.is_alphanumeric() && c != '_';
    text.split_inclusive(is_end)
        .map(|piece| match piece.strip_prefix(word) {
            Some(rest) if rest.chars().all(is_end) => format!("{other}{rest}"),
            _ => piece.to_owned(),
        })
        .collect()
}

impl From<Builtin> for Description {
    fn from(builtin: Builtin) -> Self {
        let (parameters, variadic) = builtin.parameters();
        let (result, summary, example) = about(builtin);
        let signature = signature(builtin.name(), parameters, variadic, result);
        Self { name: builtin.name(), signature, summary, example: example.to_owned() }
    }
}

impl Engine {
    /// All functions that templates can call, those of the language included, by name.
    #[must_use]
    pub fn descriptions(&self) -> Vec<Description> {
        let own = self.functions().iter().map(Description::from);
        let language =
            Builtin::ALL.into_iter().filter(|builtin| self.functions().get(builtin.name()).is_none());
        let mut all: Vec<Description> = own.chain(language.map(Description::from)).collect();
        all.sort_by_key(|description| description.name);
        all
    }

    /// What an example gives with [`EXAMPLE_DATA`]. `None` when that depends on the time or on chance, or on
    /// entries that are not there.
    #[must_use]
    pub fn example_output(&self, example: &str) -> Option<String> {
        let template =
            self.clone().missing_key(MissingKey::Error).parse("example", example.as_bytes()).ok()?;
        let render = |world: World| {
            let data = Value::string_map(EXAMPLE_DATA.iter().copied());
            let output = template.render(&data, &mut { world }).ok()?;
            String::from_utf8(output.expose().to_vec()).ok()
        };
        let output = render(World::ONE)?;
        (render(World::OTHER)? == output).then_some(output)
    }
}

/// A world that stands still. What differs between two of them depends on the time or on chance.
struct World {
    seconds: i64,
    zone: Offset,
    seed: u64,
}

impl World {
    const ONE: Self = Self { seconds: 1_000_000_000, zone: Offset::UTC, seed: 0x9e37_79b9_7f4a_7c15 };
    const OTHER: Self =
        Self { seconds: 1_700_007_000, zone: Offset::constant(5), seed: 0xd1b5_4a32_d192_ed03 };
}

impl Environment for World {
    fn now(&mut self) -> Zoned {
        Timestamp::constant(self.seconds, 0).to_zoned(TimeZone::fixed(self.zone))
    }

    /// A xorshift generator: the output is thrown away.
    fn random(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.seed ^= self.seed << 13;
            self.seed ^= self.seed >> 7;
            self.seed ^= self.seed << 17;
            *byte = self.seed.to_le_bytes()[4];
        }
    }

    fn elapsed(&mut self) -> Duration {
        Duration::ZERO
    }
}

/// Result, sentence and example of a function of the language.
fn about(builtin: Builtin) -> (Type, &'static str, &'static str) {
    use Type::{Bool, Reflect, String};
    match builtin {
        Builtin::And => {
            (Reflect, "Gives the first empty value, or the last one.", r#"{{ and .user .port }}"#)
        }
        Builtin::Call => (
            Reflect,
            "Calls a function that is a value; there is none in the data of a Secret.",
            "{{ if false }}{{ call .user }}{{ end }}",
        ),
        Builtin::Eq => (
            Bool,
            "Tells whether the first value equals one of the others.",
            r#"{{ eq .user "root" "admin" }}"#,
        ),
        Builtin::Ge => {
            (Bool, "Tells whether a value is greater than another or equal to it.", "{{ ge 2 2 }}")
        }
        Builtin::Gt => (Bool, "Tells whether a value is greater than another.", "{{ gt 3 2 }}"),
        Builtin::Html => (String, "Escapes a text for HTML.", r#"{{ html "<a & b>" }}"#),
        Builtin::Index => {
            (Reflect, "Gives what a map or list holds under a key or number.", r#"{{ index . "user" }}"#)
        }
        Builtin::Js => (String, "Escapes a text for JavaScript.", r#"{{ js "it's" }}"#),
        Builtin::Le => (Bool, "Tells whether a value is less than another or equal to it.", "{{ le 2 3 }}"),
        Builtin::Len => {
            (Type::INT, "Gives the length of a text in bytes, or of a list or map.", "{{ len .user }}")
        }
        Builtin::Lt => (Bool, "Tells whether a value is less than another.", r#"{{ lt "a" "b" }}"#),
        Builtin::Ne => (Bool, "Tells whether two values differ.", r#"{{ ne .user "root" }}"#),
        Builtin::Not => (Bool, "Tells whether a value is empty.", "{{ not .user }}"),
        Builtin::Or => {
            (Reflect, "Gives the first value that is not empty, or the last one.", r#"{{ or "" .user }}"#)
        }
        Builtin::Print => (
            String,
            "Writes values; with a space between two that are no texts.",
            r#"{{ print "port " .port }}"#,
        ),
        Builtin::Printf => (String, "Writes values by a Go format.", r#"{{ printf "%s:%05d" .user 42 }}"#),
        Builtin::Println => {
            (String, "Writes values with spaces between and a new line after.", "{{ println .user 1 }}")
        }
        Builtin::Slice => (
            Reflect,
            "Gives the part of a text or list from one place up to another.",
            "{{ slice .user 1 3 }}",
        ),
        Builtin::UrlQuery => (String, "Escapes a text for the query of a URL.", r#"{{ urlquery "a&b c" }}"#),
    }
}
