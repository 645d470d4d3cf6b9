//! `cargo xtask control-plane`: a real API server to try things on.

use anyhow::{Result, ensure};
use signet_tests::Cluster;
use signet_tests::progress::say;

pub(crate) fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "control-plane takes no arguments");
    signet_tests::control_plane::prepare()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let cluster = Cluster::start().await?;
        let kubeconfig = cluster.admin().kubeconfig()?;
        say(&format!("{} runs at {}", cluster.source(), cluster.admin().url()));
        say("our resource definitions are installed; there are no nodes, so no pod ever runs");
        say(&format!("kubeconfig: {}", kubeconfig.display()));
        say(&format!("try: {} --kubeconfig {} get crds", cluster.kubectl().display(), kubeconfig.display()));
        say("Ctrl-C ends it and removes its data");
        tokio::signal::ctrl_c().await?;
        Ok(())
    })
}
