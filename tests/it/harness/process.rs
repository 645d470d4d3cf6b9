use std::time::Duration;

use signet_tests::watchdog;
use signet_tests::{Program, eventually, scenario_without_cluster};

const SOON: Duration = Duration::from_secs(20);

fn shell(script: &str) -> Program {
    Program::new("sh").args(["-c", script])
}

#[tokio::test]
async fn output_status_and_both_streams_are_captured() {
    scenario_without_cluster(async |_| {
        let program = shell("cat; echo problem >&2; echo $VALUE; exit 3").env("VALUE", "x y").stdin("in\n");
        let output = program.output(SOON).await?;
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(output.text(), "in\nx y\n");
        assert_eq!(output.stderr, "problem\n");
        assert!(output.success().is_err());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_log_line_is_awaited_and_its_absence_is_noticed_when_the_process_ends() {
    scenario_without_cluster(async |s| {
        let process = s.start(shell("echo one; sleep 0.2; echo two >&2; sleep 60"))?;
        assert_eq!(process.log_line("tw", SOON).await?, "two");
        assert!(process.running());
        let process = s.start(shell("echo one"))?;
        let error = process.log_line("two", SOON).await.unwrap_err().to_string();
        assert!(error.contains("one"), "the log is part of the error: {error}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn signals_reach_the_process() {
    scenario_without_cluster(async |s| {
        let script = "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done";
        let process = s.start(shell(script))?;
        process.log_line("ready", SOON).await?;
        process.terminate()?;
        assert_eq!(process.wait(SOON).await?.code(), Some(7));
        assert_eq!(process.stdout(), "ready\nbye\n");
        let process = s.start(shell(script))?;
        process.log_line("ready", SOON).await?;
        process.kill()?;
        assert_eq!(process.wait(SOON).await?.code(), None);
        Ok(())
    })
    .await;
}

/// Runs this very test binary as the parent that is killed.
#[tokio::test]
async fn processes_and_directories_end_with_a_killed_parent() {
    const ROLE: &str = "SIGNET_TEST_PARENT_TO_KILL";
    scenario_without_cluster(async |s| {
        if let Some(directory) = std::env::var_os(ROLE) {
            watchdog::remove_at_end(directory.as_ref());
            let child = shell("echo $$; sleep 600").start()?;
            let pid = child.log_line("", SOON).await?;
            std::fs::write(std::path::Path::new(&directory).join("pid"), pid)?;
            std::future::pending::<()>().await;
        }
        let directory = s.dir().join("of the parent");
        std::fs::create_dir(&directory)?;
        let parent = Program::new(std::env::current_exe()?)
            .args(["--exact", s.name(), "--nocapture"])
            .env(ROLE, &directory)
            .start()?;
        let pid = eventually("the child to run", SOON, async || {
            let text = std::fs::read_to_string(directory.join("pid")).unwrap_or_default();
            Ok(text.trim().parse::<u32>().ok())
        })
        .await?;
        let child = std::path::PathBuf::from(format!("/proc/{pid}"));
        assert!(child.exists());
        parent.kill()?;
        eventually("the child to end", SOON, async || Ok((!child.exists()).then_some(()))).await?;
        eventually("the directory to go", SOON, async || Ok((!directory.exists()).then_some(()))).await
    })
    .await;
}
