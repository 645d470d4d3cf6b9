//! Which values of a file are encrypted.

use regex::bytes::Regex;

/// What the names of values that stay in clear text end with, where a file has no rule of its own.
pub const DEFAULT_UNENCRYPTED_SUFFIX: &str = "_unencrypted";

/// The rule of a file. A name that matches decides for all that is below it.
///
/// Expressions are in Go's syntax and match anywhere in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Everything. Only binary files are written like that; read again, they have the default suffix, which is the
    /// same for them.
    Everything,
    /// All but what is under a name with this end.
    UnencryptedSuffix(String),
    /// What is under a name with this end.
    EncryptedSuffix(String),
    /// All but what is under a name that matches.
    UnencryptedRegex(String),
    /// What is under a name that matches.
    EncryptedRegex(String),
    /// All but what stands under a comment that matches, and that comment.
    UnencryptedCommentRegex(String),
    /// What stands under a comment that matches.
    EncryptedCommentRegex(String),
}

impl Default for Selection {
    fn default() -> Self {
        Selection::UnencryptedSuffix(DEFAULT_UNENCRYPTED_SUFFIX.to_owned())
    }
}

/// A rule that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is not a valid expression: {reason}")]
pub struct SelectionError {
    /// The name of the rule in a file.
    pub field: &'static str,
    /// What is wrong, as Go says it.
    pub reason: &'static str,
}

impl Selection {
    /// The names of the rules in a file, in the order in which they are looked for.
    pub const FIELDS: [&'static str; 6] = [
        "unencrypted_suffix",
        "encrypted_suffix",
        "unencrypted_regex",
        "encrypted_regex",
        "unencrypted_comment_regex",
        "encrypted_comment_regex",
    ];

    /// The name of the rule in a file, and its text. `None` for [`Selection::Everything`].
    #[must_use]
    pub fn field(&self) -> Option<(&'static str, &str)> {
        Some(match self {
            Selection::Everything => return None,
            Selection::UnencryptedSuffix(text) => ("unencrypted_suffix", text),
            Selection::EncryptedSuffix(text) => ("encrypted_suffix", text),
            Selection::UnencryptedRegex(text) => ("unencrypted_regex", text),
            Selection::EncryptedRegex(text) => ("encrypted_regex", text),
            Selection::UnencryptedCommentRegex(text) => ("unencrypted_comment_regex", text),
            Selection::EncryptedCommentRegex(text) => ("encrypted_comment_regex", text),
        })
    }

    /// The rule of a name in a file. `None` for other names.
    #[must_use]
    pub fn from_field(field: &str, text: &str) -> Option<Self> {
        let rule = match field {
            "unencrypted_suffix" => Selection::UnencryptedSuffix,
            "encrypted_suffix" => Selection::EncryptedSuffix,
            "unencrypted_regex" => Selection::UnencryptedRegex,
            "encrypted_regex" => Selection::EncryptedRegex,
            "unencrypted_comment_regex" => Selection::UnencryptedCommentRegex,
            "encrypted_comment_regex" => Selection::EncryptedCommentRegex,
            _ => return None,
        };
        Some(rule(text.to_owned()))
    }

    /// Checks the expression.
    ///
    /// # Errors
    /// When it is invalid. Sops takes such a rule for one that never matches, and with `encrypted_regex` leaves
    /// everything in clear text.
    pub fn check(&self) -> Result<(), SelectionError> {
        Rules::strict(self).map(|_| ())
    }
}

/// What a rule matches.
enum Pattern {
    Suffix(String),
    Regex(Regex),
    Nothing,
}

impl Pattern {
    fn matches(&self, text: &[u8]) -> bool {
        match self {
            Pattern::Suffix(suffix) => text.ends_with(suffix.as_bytes()),
            Pattern::Regex(regex) => regex.is_match(text),
            Pattern::Nothing => false,
        }
    }
}

/// A [`Selection`] that is ready to be asked.
pub(crate) struct Rules {
    pattern: Pattern,
    /// It looks at comments rather than at names.
    by_comment: bool,
    /// A match means encryption rather than clear text.
    encrypts: bool,
}

impl Rules {
    /// For encryption: an invalid expression is an error.
    pub(crate) fn strict(selection: &Selection) -> Result<Self, SelectionError> {
        Self::new(selection, |field, text| {
            signet_go_regex::compile(text.as_bytes())
                .map(Pattern::Regex)
                .map_err(|reason| SelectionError { field, reason })
        })
    }

    /// For decryption: an invalid expression never matches, as in sops, which may have written the file.
    pub(crate) fn lenient(selection: &Selection) -> Self {
        let compile = |_, text: &str| {
            let regex = signet_go_regex::compile(text.as_bytes());
            Ok::<_, std::convert::Infallible>(regex.map_or(Pattern::Nothing, Pattern::Regex))
        };
        let Ok(rules) = Self::new(selection, compile);
        rules
    }

    fn new<E>(
        selection: &Selection,
        compile: impl Fn(&'static str, &str) -> Result<Pattern, E>,
    ) -> Result<Self, E> {
        let Some((field, text)) = selection.field() else {
            return Ok(Self { pattern: Pattern::Nothing, by_comment: false, encrypts: false });
        };
        let suffix = || Pattern::Suffix(text.to_owned());
        let (pattern, by_comment, encrypts) = match selection {
            Selection::Everything | Selection::UnencryptedSuffix(_) => (suffix(), false, false),
            Selection::EncryptedSuffix(_) => (suffix(), false, true),
            Selection::UnencryptedRegex(_) => (compile(field, text)?, false, false),
            Selection::EncryptedRegex(_) => (compile(field, text)?, false, true),
            Selection::UnencryptedCommentRegex(_) => (compile(field, text)?, true, false),
            Selection::EncryptedCommentRegex(_) => (compile(field, text)?, true, true),
        };
        Ok(Self { pattern, by_comment, encrypts })
    }

    pub(crate) fn are_by_comment(&self) -> bool {
        self.by_comment
    }

    /// Whether a token would be taken for a comment that keeps things in clear text.
    pub(crate) fn spare(&self, token: &str) -> bool {
        self.by_comment && !self.encrypts && self.pattern.matches(token.as_bytes())
    }
}

/// A place in a tree, and what the rules say about it.
pub(crate) struct Place<'r> {
    rules: &'r Rules,
    /// The names on the way here, each with a colon after it.
    path: String,
    /// For each name, where it begins in `path` and whether it matches.
    names: Vec<(usize, bool)>,
    /// How many names match.
    matching: usize,
    /// For each open container, its comments since the last value.
    comments: Vec<ActiveComments>,
}

#[derive(Clone, Copy, Default)]
struct ActiveComments {
    last: bool,
    earlier: bool,
}

impl<'r> Place<'r> {
    pub(crate) fn root(rules: &'r Rules) -> Self {
        Self { rules, path: String::new(), names: Vec::new(), matching: 0, comments: Vec::new() }
    }

    pub(crate) fn enter_name(&mut self, name: &str) {
        let matches = !self.rules.by_comment && self.rules.pattern.matches(name.as_bytes());
        self.names.push((self.path.len(), matches));
        self.matching += usize::from(matches);
        self.path.push_str(name);
        self.path.push(':');
    }

    pub(crate) fn leave_name(&mut self) {
        if let Some((begin, matches)) = self.names.pop() {
            self.path.truncate(begin);
            self.matching -= usize::from(matches);
        }
    }

    pub(crate) fn enter_container(&mut self) {
        self.comments.push(ActiveComments::default());
    }

    pub(crate) fn leave_container(&mut self) {
        self.comments.pop();
    }

    /// A comment covers what follows it.
    pub(crate) fn add_comment(&mut self, text: &[u8]) {
        if self.rules.by_comment
            && let Some(active) = self.comments.last_mut()
        {
            active.earlier |= active.last;
            active.last = self.rules.pattern.matches(text);
        }
    }

    /// A value ends what the comments above it cover.
    pub(crate) fn end_comments(&mut self) {
        if let Some(active) = self.comments.last_mut() {
            *active = ActiveComments::default();
        }
    }

    /// Whether the value here is to be encrypted.
    pub(crate) fn selects_value(&self) -> bool {
        self.selects(self.comments.iter().any(|active| active.last || active.earlier))
    }

    /// Whether the comment that was just added is. It never asks for its own encryption, but an earlier one may.
    pub(crate) fn selects_comment(&self) -> bool {
        let itself = self.comments.last().is_some_and(|active| active.last);
        let outer = self.comments.len().saturating_sub(1);
        let others = self.comments[..outer].iter().any(|active| active.last || active.earlier)
            || self.comments.last().is_some_and(|active| active.earlier);
        self.selects(others || (itself && !self.rules.encrypts))
    }

    fn selects(&self, comment_matches: bool) -> bool {
        let matches = if self.rules.by_comment { comment_matches } else { self.matching > 0 };
        matches == self.rules.encrypts
    }

    /// What binds a value to this place: its names with colons. List positions are no part of it.
    pub(crate) fn binding(&self) -> &str {
        if self.path.is_empty() { ":" } else { &self.path }
    }

    /// The names, for messages.
    pub(crate) fn names(&self) -> String {
        let begins = self.names.iter().map(|(begin, _)| *begin);
        let ends = begins.clone().skip(1).chain([self.path.len()]);
        let names: Vec<_> = begins.zip(ends).map(|(begin, end)| &self.path[begin..end - 1]).collect();
        names.join(".")
    }

    pub(crate) fn rules(&self) -> &Rules {
        self.rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(selection: &Selection, names: &[&str]) -> bool {
        let rules = Rules::strict(selection).expect("the rule is valid");
        let mut place = Place::root(&rules);
        for name in names {
            place.enter_container();
            place.enter_name(name);
        }
        place.selects_value()
    }

    #[test]
    fn a_matching_name_decides_for_all_below_it() {
        let rule = |field, text| Selection::from_field(field, text).expect("the field is a rule");
        for (selection, encrypted, clear) in [
            (rule("unencrypted_suffix", "_u"), &["a_ub", "b"][..], &["a", "b_u", "c"][..]),
            (rule("encrypted_suffix", "_e"), &["a", "b_e", "c"], &["a", "_eb"]),
            (rule("unencrypted_regex", "^x$"), &["xx"], &["a", "x", "b"]),
            (rule("encrypted_regex", "^(data|stringData)$"), &["data", "a"], &["metadata", "a"]),
            (rule("encrypted_regex", r"\d"), &["a1"], &["a\u{663}"]),
            (Selection::default(), &["a", "b"], &["a_unencrypted", "b"]),
        ] {
            assert!(selects(&selection, encrypted), "{selection:?} {encrypted:?}");
            assert!(!selects(&selection, clear), "{selection:?} {clear:?}");
        }
        assert!(selects(&Selection::Everything, &["a_unencrypted"]));
    }

    #[test]
    fn an_invalid_expression_is_refused_for_encryption_and_never_matches_for_decryption() {
        for field in
            ["encrypted_regex", "unencrypted_regex", "encrypted_comment_regex", "unencrypted_comment_regex"]
        {
            let selection = Selection::from_field(field, "(").expect("the field is a rule");
            assert_eq!(selection.check(), Err(SelectionError { field, reason: "missing closing )" }));
            assert!(!Rules::lenient(&selection).pattern.matches(b"("));
        }
    }

    #[test]
    fn a_place_is_bound_by_its_names_and_named_in_messages() {
        let rules = Rules::lenient(&Selection::default());
        let mut place = Place::root(&rules);
        assert_eq!((place.binding(), place.names().as_str()), (":", ""));
        place.enter_name("a");
        place.enter_name("b:c");
        assert_eq!((place.binding(), place.names().as_str()), ("a:b:c:", "a.b:c"));
        place.leave_name();
        assert_eq!((place.binding(), place.names().as_str()), ("a:", "a"));
    }
}
