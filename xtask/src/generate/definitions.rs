//! Custom resource definitions, for people and for the chart.

use anyhow::{Context as _, Result, ensure};
use signet_manifest::{Value, to_yaml};

use super::Generated;
use crate::cargo::{cargo, output};

/// The copy in the chart is needed because a packed chart cannot hold links.
pub(super) const FOLDERS: [&str; 2] = ["crds/yaml", "deploy/helm/signet/crds"];

/// One file per definition, in each folder.
pub(super) fn files() -> Result<Vec<Generated>> {
    let lines =
        output(cargo().args(["run", "--quiet", "--locked", "--package", "signet-crds", "--bin", "crdgen"]))?;
    let mut files = Vec::new();
    for line in String::from_utf8(lines)?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let name = line["file"].as_str().context("crdgen named no file")?;
        let yaml = to_yaml(&Value::from_json(line["definition"].clone()));
        files.extend(FOLDERS.iter().map(|folder| Generated::new(folder, name, yaml.as_str().to_owned())));
    }
    ensure!(!files.is_empty(), "crdgen wrote nothing");
    Ok(files)
}
