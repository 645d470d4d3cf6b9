//! `cargo xtask demo`: what Signet does, on a real API server, beside the real kubeseal.

mod story;
mod table;

use anyhow::{Result, bail};
use signet_tests::progress::say;
use signet_tests::{control_plane, peers};

use crate::cargo::build_shipped;
use story::Story;

pub(crate) fn run(args: &[String]) -> Result<()> {
    let keep = match args {
        [] => false,
        [flag] if flag == "--keep" => true,
        _ => bail!("demo takes nothing but --keep"),
    };
    build_shipped("dev")?;
    control_plane::prepare()?;
    let kubeseal = peers::KUBESEAL.prepare()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut story = Story::begin(kubeseal).await?;
        story.tell().await?;
        story.print_table()?;
        if keep {
            story.print_how_to_look()?;
            say("Ctrl-C ends it and removes its data");
            tokio::signal::ctrl_c().await?;
        }
        Ok(())
    })
}
