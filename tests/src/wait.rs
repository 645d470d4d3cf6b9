//! Waiting for conditions, never for a fixed time.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Asks `probe` again and again until it gives a value. An error counts as "not yet" and is shown as
/// the reason if time runs out; `what` reads as in "the secret to appear".
pub async fn eventually<T>(
    what: &str,
    within: Duration,
    mut probe: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut last_error = None;
    loop {
        let left = within.saturating_sub(start.elapsed());
        match tokio::time::timeout(left.max(FIRST_PAUSE), probe()).await {
            Ok(Ok(Some(value))) => return Ok(value),
            Ok(Ok(None)) => last_error = None,
            Ok(Err(error)) => last_error = Some(error),
            Err(_) => last_error = last_error.or_else(|| Some(anyhow!("the last attempt did not end"))),
        }
        if start.elapsed() >= within {
            let waited = format!("waited {within:?} for {what}");
            return Err(match last_error {
                Some(error) => error.context(waited),
                None => anyhow!(waited),
            });
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Checks that something stays true for a while: for what must *not* happen, where there is no event to
/// wait for. Keep the time short.
pub async fn stays(what: &str, during: Duration, mut holds: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < during {
        if !holds().await? {
            bail!("{what}: no longer true after {:?}", start.elapsed());
        }
        tokio::time::sleep(LONGEST_PAUSE).await;
    }
    Ok(())
}
