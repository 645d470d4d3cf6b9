//! Constraints such as `>=1.2 <2 || ^3.0.0-0`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Version;
use crate::function::HIDDEN;

const VERSION: &str = r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?(-(?:[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*))?(?:\+(?:[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*))?";
/// In this order, and the first that fits wins: so the original does.
const OPERATORS: &str = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^";

static ONE: LazyLock<Regex> = LazyLock::new(|| expression(&format!(r"^\s*({OPERATORS})\s*({VERSION})\s*$")));
static EACH: LazyLock<Regex> = LazyLock::new(|| expression(&format!(r"({OPERATORS})\s*({VERSION})")));
static RANGE: LazyLock<Regex> =
    LazyLock::new(|| expression(&format!(r"\s*({VERSION})\s+-\s+({VERSION})\s*")));
static LIST: LazyLock<Regex> = LazyLock::new(|| {
    expression(&format!(
        r"^(\s*({OPERATORS})\s*({VERSION})\s*)((?:\s+|,\s*)({OPERATORS})\s*({VERSION})\s*)*$"
    ))
});

fn expression(text: &str) -> Regex {
    Regex::new(&text.replace(r"\s", r"[\t\n\x0c\r ]")).expect("the expression is valid")
}

/// Alternatives, of each of which all parts must hold.
pub(super) struct Constraints(Vec<Vec<Constraint>>);

impl Constraints {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // Ranges such as `1.2 - 2` are rewritten first. The groups of the second version follow those of the first.
        let text = RANGE.replace_all(text, |captures: &Captures<'_>| {
            format!(">= {}, <= {} ", &captures[1], &captures[6])
        });
        let alternatives = text.split("||").map(|alternative| {
            if !LIST.is_match(alternative) {
                return Err(format!("improper constraint: {HIDDEN}"));
            }
            EACH.find_iter(alternative).map(|part| Constraint::parse(part.as_str())).collect()
        });
        Ok(Self(alternatives.collect::<Result<_, _>>()?))
    }

    pub(super) fn allow(&self, version: &Version) -> bool {
        self.0.iter().any(|parts| {
            // A prerelease is meant only where one is named.
            let prereleases = parts.iter().any(|part| !part.version.prerelease.is_empty());
            (prereleases || version.prerelease.is_empty()) && parts.iter().all(|part| part.allows(version))
        })
    }
}

/// How much of the version a constraint names was left open, or written as `x` or `*`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Patch,
    Minor,
    All,
}

struct Constraint {
    operator: String,
    version: Version,
    open: Open,
}

impl Constraint {
    fn parse(text: &str) -> Result<Self, String> {
        let captures = ONE.captures(text).ok_or_else(|| format!("improper constraint: {HIDDEN}"))?;
        let part = |at: usize| captures.get(at).map_or("", |part| part.as_str());
        let open = |part: &str| matches!(part.trim_start_matches('.'), "" | "x" | "X" | "*");
        let (major, minor, patch, prerelease) = (part(3), part(4), part(5), part(6));
        let (version, open) = if open(major) {
            (format!("0.0.0{prerelease}"), Open::All)
        } else if open(minor) {
            (format!("{major}.0.0{prerelease}"), Open::Minor)
        } else if open(patch) {
            (format!("{major}{minor}.0{prerelease}"), Open::Patch)
        } else {
            (part(2).to_owned(), Open::Nothing)
        };
        let version = Version::parse(&version).map_err(|_| "constraint parser error")?;
        Ok(Self { operator: part(1).to_owned(), version, open })
    }

    fn allows(&self, version: &Version) -> bool {
        let bound = &self.version;
        let order = version.compare(bound);
        match self.operator.as_str() {
            "!=" => self.differs(version),
            ">" => match self.open {
                Open::Nothing | Open::All => order.is_gt(),
                _ if version.major != bound.major => version.major > bound.major,
                Open::Minor => false,
                Open::Patch => version.minor > bound.minor,
            },
            "<" => order.is_lt(),
            ">=" | "=>" => order.is_ge(),
            "<=" | "=<" => match self.open {
                Open::Nothing => order.is_le(),
                _ if version.major != bound.major => version.major < bound.major,
                open => open == Open::Minor || version.minor <= bound.minor,
            },
            "~" | "~>" => self.is_near(version),
            "^" => self.is_compatible(version),
            _ if self.open == Open::Nothing => order.is_eq(),
            _ => self.is_near(version),
        }
    }

    fn differs(&self, version: &Version) -> bool {
        let bound = &self.version;
        match self.open {
            Open::Nothing => version.compare(bound).is_ne(),
            _ if version.major != bound.major => true,
            Open::Minor => false,
            _ if version.minor != bound.minor => true,
            Open::All => version.patch != bound.patch || version.compare(bound).is_ne(),
            Open::Patch => version.prerelease != bound.prerelease,
        }
    }

    /// The same minor version, or the same major one if no minor one is named.
    fn is_near(&self, version: &Version) -> bool {
        let bound = &self.version;
        if version.compare(bound).is_lt() {
            return false;
        }
        let zero = (bound.major, bound.minor, bound.patch) == (0, 0, 0);
        if zero && matches!(self.open, Open::Nothing | Open::All) {
            return true;
        }
        version.major == bound.major && (self.open == Open::Minor || version.minor == bound.minor)
    }

    /// The same first number that is not zero.
    fn is_compatible(&self, version: &Version) -> bool {
        let bound = &self.version;
        if version.compare(bound).is_lt() || version.major != bound.major {
            return false;
        }
        if bound.major > 0 || self.open == Open::Minor {
            return true;
        }
        if version.minor != bound.minor {
            return false;
        }
        bound.minor > 0 || self.open == Open::Patch || version.patch == bound.patch
    }
}
