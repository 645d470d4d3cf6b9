//! The manifests for people without Helm, rendered from the chart.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use signet_tests::{checkout, peers};

use super::Generated;
use crate::cargo::output;

pub(super) const FOLDER: &str = "deploy/manifests";

/// File name, purpose, and the values it is rendered with.
///
/// Names and selectors are those of the manifest of sealed-secrets, so that applying ours over an existing
/// installation replaces it in place.
const MANIFESTS: [(&str, &str, &str); 2] = [
    ("controller.yaml", "Everything: the definition, the controller and its rights.", INSTALLED),
    (
        "controller-norbac.yaml",
        "The definition and the controller, for clusters where somebody else gives the rights.",
        WITHOUT_RIGHTS,
    ),
];

const INSTALLED: &str = "
fullnameOverride: sealed-secrets-controller
selectorLabels:
  name: sealed-secrets-controller
rbac:
  roleNamePrefix: sealed-secrets
";

const WITHOUT_RIGHTS: &str = "
fullnameOverride: sealed-secrets-controller
selectorLabels:
  name: sealed-secrets-controller
rbac:
  create: false
serviceAccount:
  create: false
";

const NAMESPACE: &str = "kube-system";

pub(super) fn files() -> Result<Vec<Generated>> {
    let helm = peers::HELM.prepare()?;
    MANIFESTS
        .iter()
        .map(|(name, purpose, values)| {
            let rendered = render(&helm, values).with_context(|| format!("failed to render {name}"))?;
            let text =
                format!("# {purpose}\n# Made by `cargo xtask generate` from deploy/helm/signet.\n{rendered}");
            Ok(Generated::new(FOLDER, name, text))
        })
        .collect()
}

fn render(helm: &Path, values: &str) -> Result<String> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), values)?;
    let mut command = Command::new(helm);
    command
        .current_dir(checkout())
        .args(["template", "sealed-secrets-controller", "deploy/helm/signet", "--include-crds"])
        .args(["--namespace", NAMESPACE, "--values"])
        .arg(file.path());
    Ok(without_traces_of_helm(&String::from_utf8(output(&mut command)?)?))
}

/// Leaves out labels that would tell Helm, and people, that a release owns the objects.
fn without_traces_of_helm(rendered: &str) -> String {
    let traces = ["app.kubernetes.io/managed-by:", "helm.sh/chart:"];
    rendered
        .lines()
        .filter(|line| !traces.iter().any(|trace| line.trim_start().starts_with(trace)))
        .flat_map(|line| [line, "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_a_release_are_left_out_and_nothing_else() {
        let rendered =
            "labels:\n  a: b\n  helm.sh/chart: signet-1\n  app.kubernetes.io/managed-by: Helm\nspec: {}\n";
        assert_eq!(without_traces_of_helm(rendered), "labels:\n  a: b\nspec: {}\n");
    }
}
