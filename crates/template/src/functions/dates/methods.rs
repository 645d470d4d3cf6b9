//! Methods of `time.Time`, such as `now.Year` and `now.Format "2006-01-02"`.

use std::rc::Rc;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::format::format;
use crate::context::Context;
use crate::function::{Args, Fault};
use crate::object::Object;
use crate::time::Time;
use crate::value::Value;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A month or a day of the week, which print as their names.
struct Named(&'static str, &'static str);

impl Object for Named {
    fn type_name(&self) -> &'static str {
        self.0
    }

    fn kind_name(&self) -> &'static str {
        "int"
    }

    fn text(&self) -> Option<Vec<u8>> {
        Some(self.1.into())
    }
}

fn named(of: &'static str, names: &[&'static str], at: i8) -> Value {
    let name = usize::try_from(at).ok().and_then(|at| names.get(at));
    Value::Object(Rc::new(Named(of, name.copied().unwrap_or_default())))
}

/// Calls the method; `None` when there is none of this name.
pub(crate) fn call(
    time: &Time,
    name: &str,
    context: &mut Context<'_>,
    args: &Args<'_>,
) -> Option<Result<Value, Fault>> {
    let at = time.zoned();
    Some(Ok(match name {
        "Year" => Value::int(at.year().into()),
        "Month" => named("time.Month", &MONTHS, at.month() - 1),
        "Weekday" => named("time.Weekday", &WEEKDAYS, at.weekday().to_sunday_zero_offset()),
        "Day" => Value::int(at.day().into()),
        "YearDay" => Value::int(at.day_of_year().into()),
        "Hour" => Value::int(at.hour().into()),
        "Minute" => Value::int(at.minute().into()),
        "Second" => Value::int(at.second().into()),
        "Nanosecond" => Value::int(at.subsec_nanosecond().into()),
        "Unix" => Value::int64(seconds(at.timestamp())),
        "UnixMilli" => Value::int64(at.timestamp().as_millisecond()),
        "UnixMicro" => Value::int64(at.timestamp().as_microsecond()),
        "UnixNano" => Value::int64(i64::try_from(at.timestamp().as_nanosecond()).unwrap_or(i64::MAX)),
        "UTC" => Value::Time(at.with_time_zone(TimeZone::UTC).into()),
        "Local" => Value::Time(at.with_time_zone(context.now().time_zone().clone()).into()),
        "IsZero" => Value::Bool(time.since_year_one() == (0, 0)),
        "String" => time.to_string().into(),
        "Format" => return Some(args.string(0).map(|layout| format(at, layout).into())),
        "Before" => return Some(args.time(0).map(|other| Value::Bool(at < other.zoned()))),
        "After" => return Some(args.time(0).map(|other| Value::Bool(at > other.zoned()))),
        "Equal" => return Some(args.time(0).map(|other| Value::Bool(at == other.zoned()))),
        "AddDate" => return Some(add_date(time, args)),
        _ => return None,
    }))
}

fn seconds(timestamp: Timestamp) -> i64 {
    i64::try_from(timestamp.as_nanosecond().div_euclid(1_000_000_000)).unwrap_or(i64::MAX)
}

/// Years, months and days are added to the date, which runs over into the next month as Go's does.
fn add_date(time: &Time, args: &Args<'_>) -> Result<Value, Fault> {
    let out_of_range = |_: jiff::Error| Fault::text("time out of range");
    let at = time.zoned();
    let (years, months, days) = (args.int(0)?, args.int(1)?, args.int(2)?);
    let first = at.datetime().with().day(1).build().map_err(out_of_range)?;
    let span = Span::new().try_years(years).and_then(|span| span.try_months(months)).map_err(out_of_range)?;
    let month = first.checked_add(span).map_err(out_of_range)?;
    let days = days.saturating_add(i64::from(at.day()) - 1);
    let span = Span::new().try_days(days).map_err(out_of_range)?;
    let date = month.checked_add(span).map_err(out_of_range)?;
    let zoned = date.to_zoned(at.time_zone().clone()).map_err(out_of_range)?;
    Ok(Value::Time(zoned.into()))
}
