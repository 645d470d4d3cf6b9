//! Why a data key was not wrapped or unwrapped, in the words and the shape of sops.

use signet_sops::keys::{GroupFailure, KeyFailure, UnwrapError, WrapError};

use super::Reasons;

/// The failures of wrapping, as a list in brackets.
pub(in crate::sops) fn not_wrapped(error: &WrapError<Reasons>) -> String {
    let texts: Vec<String> = match error {
        WrapError::Keys(failures) => failures.iter().flat_map(key_not_wrapped).collect(),
        WrapError::Split(error) => vec![format!("could not split data key into parts for Shamir: {error}")],
        WrapError::EmptyGroup => vec![error.to_string()],
    };
    format!("[{}]", texts.join(" "))
}

fn key_not_wrapped(failure: &KeyFailure<Reasons>) -> Vec<String> {
    let say = |reason: &String| {
        format!("failed to encrypt new data key with master key {:?}: {reason}", failure.key)
    };
    failure.error.iter().map(say).collect()
}

/// What became of each group and key of a file. `threshold` is that of the file.
pub(in crate::sops) fn not_unwrapped(error: &UnwrapError<Reasons>, threshold: usize) -> String {
    let groups: Vec<String> =
        error.groups.iter().enumerate().map(|(index, failures)| group(index, failures.as_ref())).collect();
    let trailer = if threshold == 0 {
        "Recovery failed because no master key was able to decrypt the file. In order for SOPS to recover the file, \
         at least one key has to be successful, but none were."
            .to_owned()
    } else {
        let recovered = error.groups.iter().filter(|group| group.is_none()).count();
        format!(
            "Recovery failed because the file was encrypted with a Shamir threshold of {threshold}, but only \
             {recovered} part(s) were successfully recovered, one for each successful key group. In order for SOPS to \
             recover the file, at least {threshold} groups have to be successful. In order for a group to be \
             successful, decryption has to succeed with any of the keys in that key group."
        )
    };
    format!(
        "Failed to get the data key required to decrypt the SOPS file.\n\n{}\n\n{}",
        groups.join("\n\n"),
        wrap(&trailer, 75)
    )
}

fn group(index: usize, failures: Option<&GroupFailure<Reasons>>) -> String {
    let Some(failures) = failures else { return format!("Group {index}: SUCCESS") };
    let keys: Vec<String> = failures.iter().map(key).collect();
    format!("Group {index}: FAILED\n{}", indented(&keys.join("\n\n"), "  "))
}

fn key(failure: &KeyFailure<Reasons>) -> String {
    let reasons: Vec<String> = failure
        .error
        .iter()
        .map(|reason| {
            let reason = indented(&wrap(reason, 60), "  | ");
            format!("-{}", &reason[1..])
        })
        .collect();
    format!("{}: FAILED\n{}", failure.key, indented(&reasons.join("\n\n"), "  "))
}

fn indented(text: &str, prefix: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{prefix}{line}")).collect();
    if lines.is_empty() { prefix.to_owned() } else { lines.join("\n") }
}

/// Breaks lines at spaces so that none is longer than this, where words allow.
fn wrap(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_groups_keys_and_reasons() {
        let failure = KeyFailure {
            key: "age1x".to_owned(),
            error: vec!["no identity".to_owned(), "nor there".to_owned()],
        };
        let error = UnwrapError { needed: 2, groups: vec![None, Some(vec![failure])] };
        let report = not_unwrapped(&error, 2);
        let expected = "Group 0: SUCCESS\n\nGroup 1: FAILED\n  age1x: FAILED\n    - | no identity\n    \n    - | nor there\n\n";
        assert!(report.contains(expected), "{report}");
        assert!(report.replace('\n', " ").contains("Shamir threshold of 2, but only 1 part(s)"), "{report}");
        assert!(report.lines().all(|line| line.len() <= 75), "{report}");
    }

    #[test]
    fn wrapping_failures_stand_in_brackets() {
        assert_eq!(not_wrapped(&WrapError::EmptyGroup), "[empty key group provided]");
        let failure = |key: &str| KeyFailure { key: key.to_owned(), error: vec!["no".to_owned()] };
        assert_eq!(
            not_wrapped(&WrapError::Keys(vec![failure("a"), failure("b")])),
            "[failed to encrypt new data key with master key \"a\": no failed to encrypt new data key with master key \
             \"b\": no]"
        );
    }
}
