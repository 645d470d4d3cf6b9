//! Documents and what they point at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use signet_tests::checkout;

/// Folders without documents of ours.
const SKIPPED: [&str; 2] = ["target", ".git"];

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("failed to list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            if !SKIPPED.iter().any(|name| path.ends_with(name)) {
                files(&path, extension, found)?;
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    Ok(())
}

#[test]
fn links_between_documents_lead_somewhere() -> Result<()> {
    let mut documents = Vec::new();
    files(&checkout(), "md", &mut documents)?;
    assert!(documents.len() > 5);
    for document in documents {
        let text = fs::read_to_string(&document)?;
        for target in links(&text).filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file =
                if path.is_empty() { document.clone() } else { document.with_file_name("").join(path) };
            assert!(file.exists(), "{}: {target} leads nowhere", document.display());
            if !anchor.is_empty() {
                let headings = anchors(&fs::read_to_string(&file)?);
                assert!(headings.contains(anchor), "{}: no heading for {target}", document.display());
            }
        }
    }
    Ok(())
}

/// Targets of inline links.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}

/// The anchors that headings get.
fn anchors(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            title
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

/// What names of metrics begin with.
const PREFIXES: [&str; 2] = ["signet_", "sealed_secrets_controller_"];

/// An alert on a metric that does not exist never fires, and nobody notices.
#[test]
fn alerts_and_dashboards_use_metrics_that_the_controller_has() -> Result<()> {
    let root = checkout();
    let mut sources = Vec::new();
    files(&root.join("controller/src"), "rs", &mut sources)?;
    let code = sources.iter().map(fs::read_to_string).collect::<Result<String, _>>()?;
    let chart = root.join("deploy/helm/signet");
    let mut users = vec![chart.join("rules/alerts.yaml"), root.join("docs/guides/operations.md")];
    files(&chart.join("dashboards"), "json", &mut users)?;
    for user in users {
        let text = fs::read_to_string(&user)?;
        let names = metrics(&text);
        assert!(!names.is_empty(), "{} uses no metrics", user.display());
        for name in names {
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
            // The code writes most names without their prefix.
            let bare =
                |name: &str| PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).map(str::to_owned);
            let quoted = |name: &str| code.contains(&format!("\"{name}\""));
            let known = |name: &str| quoted(name) || bare(name).is_some_and(|name| quoted(&name));
            assert!(known(name) || family.is_some_and(known), "{}: {name} is unknown", user.display());
        }
    }
    Ok(())
}

/// The words that begin like a metric of ours or of upstream.
fn metrics(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| {
            PREFIXES.iter().any(|prefix| word.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty()))
        })
        .collect()
}
