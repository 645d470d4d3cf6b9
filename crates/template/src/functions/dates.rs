//! Dates and durations, with Go's layouts.

pub(crate) mod duration;
mod format;
mod layout;
pub(crate) mod methods;
mod parse;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::{also, fault};
use crate::context::Context;
use crate::function::{Args, Fault, Function};
use crate::number::{NumberError, parse_int};
use crate::time::Time;
use crate::types::{Signed, Type};
use crate::value::Value;

const ANY: &[Type] = &[Type::Any];

pub(super) fn all() -> Vec<Function> {
    [written(), changed(), durations()].concat()
}

/// The time with nanoseconds, as JSON has it.
pub(super) fn rfc3339_nano(time: &Time) -> String {
    String::from_utf8_lossy(&format::format(time.zoned(), b"2006-01-02T15:04:05.999999999Z07:00"))
        .into_owned()
}

/// The zone of that name, from the tables in this program; UTC if there is none.
fn zone(cx: &mut Context<'_>, name: &[u8]) -> TimeZone {
    match name {
        b"Local" => cx.now().time_zone().clone(),
        b"" | b"UTC" => TimeZone::UTC,
        name => std::str::from_utf8(name)
            .ok()
            .and_then(|name| TimeZoneDatabase::bundled().get(name).ok())
            .unwrap_or(TimeZone::UTC),
    }
}

/// A date, or seconds since 1970; now for anything else.
fn instant(cx: &mut Context<'_>, value: &Value) -> Zoned {
    match value {
        Value::Time(time) => time.zoned().clone(),
        Value::Int(Signed::Int | Signed::Int32 | Signed::Int64, seconds) => {
            let bounds = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
            let timestamp = Timestamp::from_second((*seconds).clamp(bounds.0, bounds.1)).unwrap_or_default();
            timestamp.to_zoned(cx.now().time_zone().clone())
        }
        _ => cx.now(),
    }
}

fn date_in(cx: &mut Context<'_>, layout: &[u8], value: &Value, name: &[u8]) -> Value {
    let date = instant(cx, value).with_time_zone(zone(cx, name));
    format::format(&date, layout).into()
}

fn written() -> Vec<Function> {
    let in_zone =
        Function::new("dateInZone", &[Type::String, Type::Any, Type::String], Type::String, |cx, args| {
            Ok(date_in(cx, args.string(0)?, args.value(1), args.string(2)?))
        })
        .about(
            "Writes a date by a Go layout, in a time zone.",
            r#"{{ dateInZone "2006-01-02 15:04" now "UTC" }}"#,
        );
    let mut functions = also(in_zone, &["date_in_zone"]);
    functions.extend([
        Function::new("now", &[], Type::Time, |cx, _| Ok(Value::Time(cx.now().into())))
            .about("Gives the time of rendering.", "{{ now }}"),
        Function::new("date", &[Type::String, Type::Any], Type::String, |cx, args| {
            Ok(date_in(cx, args.string(0)?, args.value(1), b"Local"))
        })
        .about("Writes a date by a Go layout.", r#"{{ now | date "2006-01-02" }}"#),
        Function::new("htmlDate", ANY, Type::String, |cx, args| {
            Ok(date_in(cx, b"2006-01-02", args.value(0), b"Local"))
        })
        .about("Writes a date as HTML forms want it.", "{{ now | htmlDate }}"),
        Function::new("htmlDateInZone", &[Type::Any, Type::String], Type::String, |cx, args| {
            Ok(date_in(cx, b"2006-01-02", args.value(0), args.string(1)?))
        })
        .about("Writes a date as HTML forms want it, in a time zone.", r#"{{ htmlDateInZone now "UTC" }}"#),
        Function::new("unixEpoch", &[Type::Time], Type::String, |_, args| {
            // Rounded down, also before 1970.
            let time = args.time(0)?.zoned().timestamp();
            Ok((time.as_nanosecond().div_euclid(1_000_000_000)).to_string().into())
        })
        .about("Gives the seconds since 1970.", "{{ now | unixEpoch }}"),
    ]);
    functions
}

fn changed() -> Vec<Function> {
    const CHANGE: &[Type] = &[Type::String, Type::Time];
    const READ: &[Type] = &[Type::String, Type::String];
    let modify = Function::new("dateModify", CHANGE, Type::Time, |_, args| match moved(args)? {
        Ok(time) => Ok(time),
        Err(_) => Ok(args.value(1).clone()),
    })
    .about("Adds a duration to a date.", r#"{{ now | dateModify "-24h" | htmlDate }}"#);
    let must_modify =
        Function::new("mustDateModify", CHANGE, Type::Time, |_, args| moved(args)?.map_err(Fault::text))
            .about("Adds a duration to a date; fails if it is none.", r#"{{ now | mustDateModify "1.5h" }}"#);
    let mut functions = [also(modify, &["date_modify"]), also(must_modify, &["must_date_modify"])].concat();
    functions.extend([
        Function::new("toDate", READ, Type::Time, |cx, args| {
            let local = cx.now().time_zone().clone();
            let parsed = parse::parse(args.string(0)?, args.string(1)?, &local);
            Ok(Value::Time(parsed.map_or_else(|_| Time::zero(), Time::from)))
        })
        .about("Reads a date by a Go layout.", r#"{{ toDate "2006-01-02" "2026-11-21" | unixEpoch }}"#),
        Function::new("mustToDate", READ, Type::Time, |cx, args| {
            let local = cx.now().time_zone().clone();
            let parsed = parse::parse(args.string(0)?, args.string(1)?, &local);
            Ok(Value::Time(parsed.map_err(Fault::text)?.into()))
        })
        .about(
            "Reads a date by a Go layout; fails if it is none.",
            r#"{{ mustToDate "2006-01-02" "2026-11-21" }}"#,
        ),
    ]);
    functions
}

/// The date of the second argument moved by the duration of the first, or Go's error about the duration.
fn moved(args: &Args<'_>) -> Result<Result<Value, &'static str>, Fault> {
    let time = args.time(1)?;
    Ok(match duration::parse(args.string(0)?) {
        Err(error) => Err(error),
        Ok(nanoseconds) => match time.zoned().checked_add(SignedDuration::from_nanos(nanoseconds)) {
            Ok(moved) => Ok(Value::Time(moved.into())),
            Err(_) => return fault("the date is out of range"),
        },
    })
}

/// Nanoseconds from a time until now, as far as a duration reaches.
fn since(cx: &mut Context<'_>, then: &Zoned) -> i64 {
    let passed = cx.now().timestamp().as_nanosecond() - then.timestamp().as_nanosecond();
    i64::try_from(passed).unwrap_or(if passed < 0 { i64::MIN } else { i64::MAX })
}

fn durations() -> Vec<Function> {
    vec![
        Function::new("ago", ANY, Type::String, |cx, args| {
            let then = match args.value(0) {
                Value::Int(Signed::Int32, _) => cx.now(),
                value => instant(cx, value),
            };
            Ok(duration::text(rounded_to_second(since(cx, &then))).into())
        })
        .about("Gives the time passed since a date.", "{{ ago now }}"),
        Function::new("duration", ANY, Type::String, |_, args| {
            let seconds = match args.value(0) {
                Value::Int(Signed::Int64, seconds) => *seconds,
                Value::String(text) => match parse_int(text, 10) {
                    Ok(seconds) | Err(NumberError::Range(seconds)) => seconds,
                    Err(NumberError::Syntax) => 0,
                },
                _ => 0,
            };
            Ok(duration::text(seconds.wrapping_mul(1_000_000_000)).into())
        })
        .about("Writes seconds as a duration.", r#"{{ duration "95" }}"#),
        Function::new("durationRound", ANY, Type::String, |cx, args| {
            let nanoseconds = match args.value(0) {
                Value::Int(Signed::Int64, nanoseconds) => *nanoseconds,
                Value::String(text) => duration::parse(text).unwrap_or(0),
                Value::Time(time) => since(cx, time.zoned()),
                _ => 0,
            };
            Ok(largest_unit(nanoseconds.unsigned_abs()).into())
        })
        .about("Rounds a duration down to its largest unit.", r#"{{ durationRound "2h10m5s" }}"#),
    ]
}

/// Half a second goes away from zero.
fn rounded_to_second(nanoseconds: i64) -> i64 {
    const SECOND: i64 = 1_000_000_000;
    let rest = nanoseconds % SECOND;
    let whole = nanoseconds - rest;
    if rest.abs() * 2 < SECOND { whole } else { whole.saturating_add(SECOND * rest.signum()) }
}

fn largest_unit(nanoseconds: u64) -> String {
    const HOUR: u64 = 3_600_000_000_000;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
    ];
    let unit = units.iter().find(|(size, _)| nanoseconds > *size);
    unit.map_or_else(|| "0s".to_owned(), |(size, name)| format!("{}{name}", nanoseconds / size))
}
