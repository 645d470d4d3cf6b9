//! Rights: each rule says which code needs it, and what is given is enough for the controller to work.

use signet_tests::{checkout, scenario_without_cluster};

use super::chart::Chart;

/// A value set in which every template with rules is rendered.
const ALL_RULES: [&str; 2] =
    ["additionalNamespaces: [one]", "{rbac: {namespacedRoles: true}, additionalNamespaces: [one]}"];

#[tokio::test]
async fn every_rule_names_the_code_that_needs_it() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        for values in ALL_RULES {
            let text = chart.text(values).await?;
            let lines: Vec<&str> = text.lines().collect();
            let rules =
                lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("- apiGroups:"));
            for (at, rule) in rules {
                let comment: Vec<&str> = lines[..at]
                    .iter()
                    .rev()
                    .map(|line| line.trim_start())
                    .take_while(|line| line.starts_with('#'))
                    .collect();
                // The second rule of a pair shares the comment of the first.
                let shared = lines[..at].iter().rev().find(|line| line.trim_start().starts_with('#'));
                let comment =
                    if comment.is_empty() { shared.copied().into_iter().collect() } else { comment };
                assert!(!comment.is_empty(), "no comment above line {at}: {rule}");
            }
            for path in sources(&text) {
                assert!(checkout().join(&path).is_file(), "a comment names {path}, which is not there");
            }
            assert!(sources(&text).count() >= 5, "comments name source files");
        }
        Ok(())
    })
    .await;
}

/// The source files that comments name.
fn sources(text: &str) -> impl Iterator<Item = String> {
    text.lines()
        .filter(|line| line.trim_start().starts_with('#'))
        .flat_map(str::split_whitespace)
        .map(|word| word.trim_end_matches([':', ',', ';', '.', ')']).trim_start_matches('('))
        .filter(|word| word.starts_with("controller/src/") && word.ends_with(".rs"))
        .map(str::to_owned)
}
