//! Semantic versions and constraints on them, as the Masterminds library has them.

mod constraint;

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::LazyLock;

use regex::Regex;

use super::fault;
use crate::context::Context;
use crate::function::{Args, Fault, Function, HIDDEN};
use crate::object::Object;
use crate::types::{Type, Unsigned};
use crate::value::Value;
use constraint::Constraints;

const POINTER: &str = "*semver.Version";

pub(super) fn all() -> Vec<Function> {
    vec![
        Function::new("semver", &[Type::String], Type::Object(POINTER), |_, args| {
            Ok(Value::Object(Rc::new(Version::parse(&args.string(0)?.to_text()).map_err(Fault::text)?)))
        })
        .about("Reads a version, to look at its parts or compare it.", r#"{{ (semver "v1.2.3").Minor }}"#),
        Function::new("semverCompare", &[Type::String, Type::String], Type::Bool, |cx, args| {
            cx.work(args.string(0)?.len() as u64)?;
            let constraints = Constraints::parse(&args.string(0)?.to_text()).map_err(Fault::text)?;
            let version = Version::parse(&args.string(1)?.to_text()).map_err(Fault::text)?;
            Ok(constraints.allow(&version).into())
        })
        .about("Tells whether a version meets a constraint.", r#"{{ semverCompare "^1.2" "1.5.0" }}"#),
    ]
}

/// A version, and how it was written.
struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    prerelease: String,
    metadata: String,
    original: String,
}

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    let form = r"^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*))?(?:\+([0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*))?$";
    Regex::new(form).expect("the expression is valid")
});

impl Version {
    /// Reads a version; minor and patch may be missing, and zeros in front are dropped.
    fn parse(text: &str) -> Result<Self, String> {
        let captures = FORM.captures(text).ok_or("invalid semantic version")?;
        let part = |at: usize| captures.get(at).map_or("", |part| part.as_str());
        let number = |at: usize| {
            match part(at) {
            "" => Ok(0),
            digits => digits.parse::<u64>().map_err(|_| {
                format!("error parsing version segment: strconv.ParseUint: parsing \"{HIDDEN}\": value out of range")
            }),
        }
        };
        let prerelease = part(4).to_owned();
        let padded = |part: &str| {
            part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let version = Self {
            major: number(1)?,
            minor: number(2)?,
            patch: number(3)?,
            metadata: part(5).to_owned(),
            original: text.to_owned(),
            prerelease,
        };
        if version.prerelease.split('.').any(padded) {
            return Err("version segment starts with 0".to_owned());
        }
        Ok(version)
    }

    fn compare(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| {
            match (self.prerelease.as_str(), other.prerelease.as_str()) {
                ("", "") => Ordering::Equal,
                ("", _) => Ordering::Greater,
                (_, "") => Ordering::Less,
                (one, other) => compare_prereleases(one, other),
            }
        })
    }

    fn text(&self) -> String {
        let mut text = format!("{}.{}.{}", self.major, self.minor, self.patch);
        for (sign, part) in [('-', &self.prerelease), ('+', &self.metadata)] {
            if !part.is_empty() {
                text.push(sign);
                text.push_str(part);
            }
        }
        text
    }

    /// Of a finished version the next patch; of a prerelease the version it leads to.
    fn next_patch(&self) -> Self {
        let patch = if self.prerelease.is_empty() { self.patch.wrapping_add(1) } else { self.patch };
        Self::of(self.major, self.minor, patch, &self.original)
    }

    fn of(major: u64, minor: u64, patch: u64, original: &str) -> Self {
        let mut version = Self {
            major,
            minor,
            patch,
            prerelease: String::new(),
            metadata: String::new(),
            original: String::new(),
        };
        let v = if original.starts_with('v') { "v" } else { "" };
        version.original = format!("{v}{}", version.text());
        version
    }
}

fn compare_prereleases(one: &str, other: &str) -> Ordering {
    let (mut ours, mut theirs) = (one.split('.'), other.split('.'));
    loop {
        let (one, other) = match (ours.next(), theirs.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => (one.unwrap_or_default(), other.unwrap_or_default()),
        };
        // Numbers come before words.
        let order = match (one.parse::<u64>(), other.parse::<u64>()) {
            _ if one == other => Ordering::Equal,
            _ if one.is_empty() => Ordering::Less,
            _ if other.is_empty() => Ordering::Greater,
            (Ok(one), Ok(other)) if one > other => Ordering::Greater,
            (Ok(_), _) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => one.cmp(other),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

impl Object for Version {
    fn type_name(&self) -> &'static str {
        POINTER
    }

    fn text(&self) -> Option<Vec<u8>> {
        Some(Version::text(self).into_bytes())
    }

    fn call(&self, name: &str, _: &mut Context<'_>, args: &Args<'_>) -> Option<Result<Value, Fault>> {
        let number = |value| Some(Ok(Value::Uint(Unsigned::Uint64, value)));
        let version = |version: Self| Some(Ok(Value::Object(Rc::new(version) as Rc<dyn Object>)));
        match name {
            "Major" => number(self.major),
            "Minor" => number(self.minor),
            "Patch" => number(self.patch),
            "Prerelease" => Some(Ok(self.prerelease.as_str().into())),
            "Metadata" => Some(Ok(self.metadata.as_str().into())),
            "Original" => Some(Ok(self.original.as_str().into())),
            "String" => Some(Ok(Version::text(self).into())),
            "IncMajor" => version(Self::of(self.major.wrapping_add(1), 0, 0, &self.original)),
            "IncMinor" => version(Self::of(self.major, self.minor.wrapping_add(1), 0, &self.original)),
            "IncPatch" => version(self.next_patch()),
            "Compare" | "Equal" | "LessThan" | "LessThanEqual" | "GreaterThan" | "GreaterThanEqual" => {
                Some(self.compared(name, args))
            }
            _ => None,
        }
    }
}

impl Version {
    fn compared(&self, name: &str, args: &Args<'_>) -> Result<Value, Fault> {
        let other = match args.value(0) {
            Value::Object(object) if object.type_name() == POINTER => object.text(),
            Value::Nil => return fault(super::NIL_DEREFERENCE),
            _ => None,
        };
        let Some(other) = other else {
            return fault(format!(
                "wrong type for value; expected {POINTER}; got {}",
                args.value(0).type_name()
            ));
        };
        let order = self.compare(&Self::parse(&String::from_utf8_lossy(&other)).map_err(Fault::text)?);
        Ok(match name {
            "Compare" => Value::int(order as i64),
            "Equal" => order.is_eq().into(),
            "LessThan" => order.is_lt().into(),
            "LessThanEqual" => order.is_le().into(),
            "GreaterThan" => order.is_gt().into(),
            _ => order.is_ge().into(),
        })
    }
}
