//! The version of sops that a file says it was written by.

use std::cmp::Ordering;

use signet_sops::SOPS_VERSION;

use super::failure::{Failure, Outcome};

/// A semantic version: three numbers, and what precedes a release.
#[derive(Debug, PartialEq, Eq)]
struct Version<'a> {
    numbers: [u64; 3],
    before: Vec<&'a str>,
}

/// Refuses files whose version is none.
pub(super) fn check(version: &str) -> Outcome {
    is_older(version).map(|_| ()).map_err(Failure::generic)
}

/// Whether a version is older than the one that this program stands for.
pub(super) fn is_older(version: &str) -> Result<bool, String> {
    // These did not follow the rules for versions.
    if version.starts_with("1.") {
        return Ok(true);
    }
    let theirs = Version::parse(version.strip_prefix('v').unwrap_or(version));
    let theirs = theirs.ok_or_else(|| format!("the file has an invalid version of sops: {version:?}"))?;
    let ours = Version::parse(SOPS_VERSION).expect("our version is one");
    Ok(theirs.compare(&ours) == Ordering::Less)
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let (numbers, before) =
            text.split_once('-').map_or((text, None), |(text, before)| (text, Some(before)));
        let are_identifiers = |text: &str| {
            text.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
        };
        if [build, before].into_iter().flatten().any(|text| !are_identifiers(text)) {
            return None;
        }
        let before: Vec<&str> = before.map(|before| before.split('.').collect()).unwrap_or_default();
        if before.iter().any(|part| is_number(part) && part.len() > 1 && part.starts_with('0')) {
            return None;
        }
        let mut parts = numbers.split('.').map(number);
        let numbers = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(Self { numbers, before })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let released = |version: &Self| version.before.is_empty();
        self.numbers.cmp(&other.numbers).then(released(self).cmp(&released(other))).then_with(|| {
            self.before.iter().map(|part| rank(part)).cmp(other.before.iter().map(|part| rank(part)))
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<u64> {
    let is_plain = is_number(text) && (text.len() == 1 || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

/// Numbers come before words, and in their own order.
fn rank(part: &str) -> (bool, u64, &str) {
    match number(part) {
        Some(number) => (false, number, ""),
        None => (true, 0, part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_rules() {
        for (version, older) in [
            ("3.13.2", true),
            ("v3.9.0", true),
            ("3.13.3", false),
            ("3.13.3-rc1", true),
            ("3.13.3+build", false),
            ("3.13.10", false),
            ("4.0.0", false),
            ("1.9", true),
            ("1.x", true),
        ] {
            assert_eq!(is_older(version), Ok(older), "{version}");
        }
        for bad in ["", "3", "3.13", "3.13.x", "3.13.03", "3.13.3.1", "3.13.3-", "vv3.1.1", "abc"] {
            assert!(is_older(bad).is_err(), "{bad}");
            assert!(check(bad).is_err());
        }
    }

    #[test]
    fn what_precedes_a_release_has_an_order() {
        let sorted = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0",
        ];
        for pair in sorted.windows(2) {
            let (one, other) = (Version::parse(pair[0]).unwrap(), Version::parse(pair[1]).unwrap());
            assert_eq!(one.compare(&other), Ordering::Less, "{pair:?}");
        }
    }
}
