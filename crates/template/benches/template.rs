//! Parsing and rendering: one line with a few fields, and a file of a hundred keys. `cargo xtask bench template`
//! measures the same templates beside Go.

use std::time::Duration;

use divan::Bencher;
use divan::counter::BytesCount;
use jiff::{Timestamp, Zoned, tz::TimeZone};
use signet_template::{Engine, Environment, Template, Value};

const SMALL: &str = include_str!("templates/small.tmpl");
const PROPERTIES: &str = include_str!("templates/properties.tmpl");
const DATA: &str = include_str!("templates/data.json");

fn main() {
    divan::main();
}

/// A world that never changes.
struct Frozen;

impl Environment for Frozen {
    fn now(&mut self) -> Zoned {
        Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        bytes.fill(4);
    }

    fn elapsed(&mut self) -> Duration {
        Duration::ZERO
    }
}

fn data() -> Value {
    let data: std::collections::BTreeMap<String, String> =
        serde_json::from_str(DATA).expect("data.json is JSON");
    Value::string_map(data)
}

fn parsed(text: &str) -> Template {
    Engine::sealed().parse("bench", text.as_bytes()).expect("a template")
}

fn parse(bencher: Bencher<'_, '_>, text: &str) {
    let engine = Engine::sealed();
    bencher.counter(BytesCount::new(text.len())).bench(|| engine.parse("bench", text.as_bytes()));
}

fn render(bencher: Bencher<'_, '_>, text: &str) {
    let (template, data) = (parsed(text), data());
    bencher.bench_local(|| template.render(&data, &mut Frozen));
}

fn both(bencher: Bencher<'_, '_>, text: &str) {
    let (engine, data) = (Engine::sealed(), data());
    bencher.bench_local(|| engine.parse("bench", text.as_bytes())?.render(&data, &mut Frozen));
}

#[divan::bench]
fn parse_small(bencher: Bencher<'_, '_>) {
    parse(bencher, SMALL);
}

#[divan::bench]
fn parse_100_keys(bencher: Bencher<'_, '_>) {
    parse(bencher, PROPERTIES);
}

#[divan::bench]
fn render_small(bencher: Bencher<'_, '_>) {
    render(bencher, SMALL);
}

#[divan::bench]
fn render_100_keys(bencher: Bencher<'_, '_>) {
    render(bencher, PROPERTIES);
}

#[divan::bench]
fn parse_and_render_small(bencher: Bencher<'_, '_>) {
    both(bencher, SMALL);
}

#[divan::bench]
fn parse_and_render_100_keys(bencher: Bencher<'_, '_>) {
    both(bencher, PROPERTIES);
}

/// What a process pays once: the table of functions.
#[divan::bench]
fn make_an_engine() -> Engine {
    Engine::external()
}
