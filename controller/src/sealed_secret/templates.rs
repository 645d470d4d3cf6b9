//! Rendering of `template.data`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Zoned;
use jiff::tz::TimeZone;
use signet_sealed::{Randomness as _, SystemRandom};
use signet_secret::SecretMap;
use signet_template::{Engine, Environment, Limits};

use crate::clock::Clock;

/// How long the templates of one object may take: other objects wait for the thread. Enough for a few certificates.
const TIME: Duration = Duration::from_secs(5);

/// The template engine, with the time that templates see.
pub(crate) struct Templates {
    engine: Engine,
    clock: Arc<dyn Clock>,
}

impl Templates {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        // Conditions and events are read by people who may not read the Secret.
        let engine = Engine::sealed().limits(Limits { time: TIME, ..Limits::default() }).discreet();
        Self { engine, clock }
    }

    /// Renders each text with the opened values, to the entry of its name. An error says what is wrong with every
    /// template that fails, in Go's words, a line each.
    pub(crate) fn render(
        &self,
        templates: &BTreeMap<String, String>,
        values: &SecretMap,
    ) -> Result<SecretMap, String> {
        let texts = templates.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
        let mut outside = Outside { clock: &*self.clock, began: Instant::now() };
        self.engine.render_all(texts, values, &mut outside).map_err(|failed| {
            let lines: Vec<String> = failed.iter().map(|(name, error)| format!("{error} ({name})")).collect();
            lines.join("\n")
        })
    }
}

struct Outside<'a> {
    clock: &'a dyn Clock,
    began: Instant,
}

impl Environment for Outside<'_> {
    fn now(&mut self) -> Zoned {
        // An image without zones has no local one; Go takes UTC then.
        let zone = TimeZone::system();
        self.clock.now().to_zoned(if zone.is_unknown() { TimeZone::UTC } else { zone })
    }

    fn random(&mut self, bytes: &mut [u8]) {
        SystemRandom.fill(bytes).expect("aws-lc ends the process rather than give no randomness");
    }

    fn elapsed(&mut self) -> Duration {
        self.began.elapsed()
    }
}
