//! Writes the custom resource definitions as JSON lines, one `{"file": ..., "definition": ...}` each. The task runner
//! turns them into `crds/yaml`.

use std::io::Write as _;

use kube::CustomResourceExt as _;
use signet_crds::bitnami::SealedSecret;

fn main() -> std::io::Result<()> {
    let definition = SealedSecret::crd();
    let file = "sealedsecrets.bitnami.com.yaml";
    let line = serde_json::json!({ "file": file, "definition": definition });
    writeln!(std::io::stdout(), "{line}")
}
