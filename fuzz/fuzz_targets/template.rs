//! Any template and data, with the functions of either engine: parsing and rendering end within the limits, twice in
//! the same way, and leave the data as it was.
//!
//! The first byte chooses the engine, what a missing key gives, and the delimiters. The rest is the template, then
//! NUL, then the data: keys and values in turn, with NUL between.
//! Seeds and a dictionary: `cargo xtask fuzz-seeds` writes them to `fuzz/corpus/template` and `fuzz/template.dict`.
#![no_main]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::{Timestamp, Zoned, tz::TimeZone};
use libfuzzer_sys::fuzz_target;
use signet_template::{Engine, Environment, Error, Limits, MissingKey, Value};

const OUTPUT_BYTES: usize = 1 << 16;
/// Within which time everything ends, on a slow machine and with the sanitizer's checks.
const PATIENCE: Duration = Duration::from_secs(5);

/// The same time and randomness each time; a clock that runs.
struct Outside {
    started: Instant,
    state: u8,
}

impl Outside {
    fn new() -> Self {
        Self { started: Instant::now(), state: 1 }
    }
}

impl Environment for Outside {
    fn now(&mut self) -> Zoned {
        Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.state = self.state.wrapping_mul(5).wrapping_add(113);
            *byte = self.state;
        }
    }

    fn elapsed(&mut self) -> Duration {
        self.started.elapsed()
    }
}

fn engine(choice: u8) -> Engine {
    let engine = if choice & 1 == 0 { Engine::sealed() } else { Engine::external() };
    let missing_key = match choice >> 1 & 3 {
        0 => MissingKey::Default,
        1 => MissingKey::Zero,
        _ => MissingKey::Error,
    };
    let (left, right) = if choice >> 3 & 3 == 3 { ("[[", "]]") } else { ("", "") };
    engine.missing_key(missing_key).delimiters(left, right).limits(Limits {
        template_bytes: 1 << 14,
        depth: 50,
        steps: 100_000,
        output_bytes: OUTPUT_BYTES,
        value_bytes: 1 << 22,
        time: Duration::from_secs(1),
    })
}

fuzz_target!(|input: &[u8]| {
    let Some((&choice, input)) = input.split_first() else { return };
    let mut parts = input.split(|&byte| byte == 0);
    let text = parts.next().unwrap_or_default();
    let fields: Vec<&[u8]> = parts.collect();
    let entries = || fields.chunks(2).map(|entry| (entry[0], *entry.get(1).unwrap_or(&&b""[..])));
    let started = Instant::now();
    let Ok(template) = engine(choice).parse("t", text) else { return };
    let data = Value::string_map(entries());
    let first = template.render(&data, &mut Outside::new());
    assert!(first.as_ref().map_or(0, |output| output.expose().len()) <= OUTPUT_BYTES);
    if let Err(error) = &first {
        assert!(error.position().line >= 1);
        assert!(!error.to_string().is_empty());
    }
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
    if let Value::Map(map) = &data {
        let expected = entries().collect::<BTreeMap<_, _>>();
        let found = map.entries();
        assert_eq!(found.len(), expected.len());
        for (key, value) in &found {
            assert!(matches!(value, Value::String(text) if expected.get(&**key) == Some(&&**text)));
        }
    }
    // Keys do not come from the environment's randomness, and time depends on the machine.
    let makes_keys = text.windows(3).any(|window| window == b"gen");
    if makes_keys || matches!(first, Err(Error::Limit { .. })) {
        return;
    }
    let second = template.render(&data, &mut Outside::new());
    match (&first, &second) {
        (Ok(first), Ok(second)) => assert!(first.expose() == second.expose()),
        (Err(first), Err(second)) => assert_eq!(first, second),
        _ => panic!("rendered once and failed once"),
    }
});
